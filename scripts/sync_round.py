"""Bring rounds up to date with Label Studio: push what is missing, pull what is new, report.

    python scripts/sync_round.py --corpus DIR [ROUND ...]    # every open round, by default

Made for cron: run it as often as you like, also twice at once (the second leaves the round to the
first), and kill it at any time. The server's address and token come from COPYDESK_STUDIO_URL and
COPYDESK_STUDIO_TOKEN. Words go to stderr. Exit: 0 up to date, 1 something is wrong with the record
of a round, 2 could not run.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from copydesk.connection import connect
from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError, InputError
from copydesk.rounds.agree import agree
from copydesk.rounds.findings import counts, worst
from copydesk.rounds.folder import RoundBusyError, RoundFolder
from copydesk.rounds.labelling import round_ids
from copydesk.rounds.log import read_log
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.server import Server


def say(words: str) -> None:
    """One line for the log of whoever runs this."""
    print(words, file=sys.stderr)


def sync(corpus: Corpus, name: str, server: Server) -> int:
    """Bring one round up to date; 0 if all is well, 1 if its record is in doubt.

    Raises:
        CopydeskError: it could not be done; run again, it goes on where it stopped.
    """
    folder = RoundFolder(corpus, name)
    if folder.closed.exists():
        say(f"{name}: closed, nothing to do")
        return 0
    try:
        sent = push(corpus, name, server)
        read = pull(corpus, name, server)
    except RoundBusyError:
        say(f"{name}: another process is at work on it, which is as good")
        return 0
    found = read.changes
    say(
        f"{name}: {sent.tasks_sent} tasks sent, {sent.checked} there; {len(found.new)} answers "
        f"new, {len(found.changed)} changed, {len(found.vanished)} vanished"
    )
    for rule, count in counts(read.findings).items():
        say(f"{name}: {rule}: {count}")
    news = found.new or found.changed
    if read_log(folder.annotations).answers and (news or not folder.report("json").exists()):
        agree(corpus, name)
    return 1 if worst(read.findings) == "error" else 0


def main() -> int:
    """Parse the arguments and sync every round that was asked for, whatever becomes of one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rounds", nargs="*", metavar="ROUND")
    parser.add_argument("--corpus", type=Path)
    options = parser.parse_args()
    worst_exit = 0
    try:
        corpus = Corpus.find(options.corpus)
        names = options.rounds or [n for n in round_ids(corpus) if not _closed(corpus, n)]
        if not names:
            raise InputError("There is no open round.", hint="Plan one with 'copydesk round new'.")
        with connect() as client:
            for name in names:
                try:
                    worst_exit = max(worst_exit, sync(corpus, name, Server(client)))
                except CopydeskError as error:
                    say(f"{name}: {error}")
                    worst_exit = 2
    except CopydeskError as error:
        say(f"sync_round: {error}")
        return 2
    return worst_exit


def _closed(corpus: Corpus, name: str) -> bool:
    return RoundFolder(corpus, name).closed.exists()


if __name__ == "__main__":
    raise SystemExit(main())
