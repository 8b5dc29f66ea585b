"""Bring rounds up to date with Label Studio: push what is missing, pull what is new, report.

    python scripts/sync_round.py --corpus DIR [ROUND ...]    # every open round, by default

Made for cron: run it as often as you like, also twice at once (the second leaves the round to the
first), and kill it at any time. The server's address and token come from COPYDESK_STUDIO_URL and
COPYDESK_STUDIO_TOKEN. Words go to stderr, a line each. Exit: 0 up to date or nothing to do, 1
something is wrong with the record of a round, 2 could not run.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from copydesk.backends import backends_of
from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError
from copydesk.rounds.agree import agree
from copydesk.rounds.alerts import alerts
from copydesk.rounds.answers import round_ids
from copydesk.rounds.backend import Backend
from copydesk.rounds.irregularities import RULES, counts, unfinished, worst
from copydesk.rounds.landing import write_landing
from copydesk.rounds.opened import Round, open_round
from copydesk.rounds.paths import RoundBusyError, RoundFolder
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.record import read_state


def say(words: str) -> None:
    """One line for the log of whoever runs this."""
    print(words, file=sys.stderr)


def sync(corpus: Corpus, name: str, backends: list[Backend]) -> int:
    """Bring one round up to date; 0 if all is well, 1 if its record is in doubt.

    Raises:
        CopydeskError: it could not be done; run again, it goes on where it stopped.
    """
    try:
        sent = push(corpus, name, backends)
        read = pull(corpus, name, backends)
    except RoundBusyError:
        say(f"{name}: another process is at work on it, which is as good")
        return 0
    write_landing(open_round(corpus, name), backends)
    found = read.changes
    address = next((backend.url for backend in backends if backend.url), "")
    say(
        f"{name}: {sent.tasks_sent} tasks sent, {sent.checked} there; {len(found.new)} answers "
        f"new, {len(found.changed)} changed, {len(found.vanished)} vanished"
    )
    for what in sent.fixed:
        say(f"{name}: put right: {what}")
    for rule, count in counts(read.findings).items():
        say(f"{name}: {RULES[rule].severity}: {rule}: {count}")
    for answer in unfinished(read.findings):
        say(f"{name}: to be opened again: {answer} at {address}{answer.page}")
    for alert in alerts(open_round(corpus, name)):
        say(f"{name}: look at {alert}")
    if _report_is_behind(open_round(corpus, name)):
        agree(corpus, name)
    return 1 if worst(read.findings) == "error" else 0


def _report_is_behind(round: Round) -> bool:
    """Whether answers have come since the report was written, also by a run that was killed."""
    log, report = round.folder.annotations, round.folder.report("html")
    if not read_state(round).answers:
        return False
    return not report.is_file() or report.stat().st_mtime_ns < log.stat().st_mtime_ns


def main() -> int:
    """Parse the arguments and sync every round that was asked for, whatever becomes of one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rounds", nargs="*", metavar="ROUND")
    parser.add_argument("--corpus", type=Path)
    options = parser.parse_args()
    try:
        corpus = Corpus.find(options.corpus)
        names = [n for n in options.rounds or round_ids(corpus) if _is_open(corpus, n)]
        if not names:
            say("no open round, nothing to do")
            return 0
        return max([_one(corpus, name) for name in names])
    except (CopydeskError, OSError) as error:
        say(f"sync_round: {error}")
    except KeyboardInterrupt:
        say("sync_round: stopped; the next run goes on from here")
    except Exception as error:
        if "COPYDESK_TRACEBACK" in os.environ:
            raise
        say(
            f"sync_round: a internal error ({type(error).__name__}: {error}); run it with "
            "COPYDESK_TRACEBACK=1 and report what it prints"
        )
    return 2


def _one(corpus: Corpus, name: str) -> int:
    try:
        with backends_of(corpus, name) as backends:
            return sync(corpus, name, backends)
    except (CopydeskError, OSError) as error:
        say(f"{name}: {error}")
        return 2


def _is_open(corpus: Corpus, name: str) -> bool:
    return not RoundFolder(corpus, name).closed.exists()


if __name__ == "__main__":
    raise SystemExit(main())
