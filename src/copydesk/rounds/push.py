"""Sending a round: what is missing in its backends is sent, nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from copydesk.corpus import Corpus
from copydesk.errors import IntegrityError
from copydesk.files import sha256_file
from copydesk.rounds.backend import Backend, Difference, Taken
from copydesk.rounds.log import cut_torn_line
from copydesk.rounds.opened import Round, changing, open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.push_log import events, record
from copydesk.rounds.qualify import release, standings
from copydesk.rounds.reading import by_backend
from copydesk.rounds.streams import Stream

Progress = Callable[[int], None]
"""Called with the number of tasks that are there."""


def difference(corpus: Corpus, round_id: str, backends: Iterable[Backend]) -> Difference:
    """Compare the plan with what its backends hold; nothing is changed."""
    round = open_round(corpus, round_id)
    through = [s.annotator for s in standings(round) if s.verdict == "passed"]
    shown = [backend.show(round, queues) for backend, queues in _to_show(round, backends, through)]
    return Difference(
        streams=sum(d.streams for d in shown),
        streams_missing=sum(d.streams_missing for d in shown),
        tasks=sum(d.tasks for d in shown),
        tasks_missing=sum(d.tasks_missing for d in shown),
        differing=tuple(what for d in shown for what in d.differing),
    )


def push(
    corpus: Corpus,
    round_id: str,
    backends: Iterable[Backend],
    *,
    say: Callable[[Difference], None] = lambda missing: None,
    progress: Progress = lambda done: None,
) -> Taken:
    """Send what is missing of a round, and have everything compared.

    Cut off anywhere, it is run again and ends in the same state.

    Args:
        say: is told, for each backend, what is missing before anything is sent.

    Raises:
        InputError: the round is unknown or closed, or an annotator's address is not known.
        RoundBusyError: another process is at work on it.
        ServerError: a backend failed; what was sent so far is there.
        IntegrityError: plan, corpus and backend contradict each other.
    """
    with changing(corpus, round_id) as round:
        round.folder.refuse_closed()
        cut_torn_line(round.folder.push_log)
        refuse_other_plan(round)
        release(round)
        chosen = _to_show(round, backends)
        record_amendments(round.folder)
        taken = [backend.take(round, queues, say, progress) for backend, queues in chosen]
    return Taken(
        streams_made=sum(t.streams_made for t in taken),
        tasks_sent=sum(t.tasks_sent for t in taken),
        checked=sum(t.checked for t in taken),
        removed=sum(t.removed for t in taken),
        fixed=tuple(what for t in taken for what in t.fixed),
    )


def _to_show(
    round: Round, backends: Iterable[Backend], also: Iterable[str] = ()
) -> list[tuple[Backend, list[Stream]]]:
    """As `by_backend`, without the tasks of withdrawn articles."""
    gone = round.plan.withdrawn
    found = []
    for backend, queues in by_backend(round, backends, also):
        left = [
            replace(queue, tasks=tuple(t for t in queue.tasks if t.article_id not in gone))
            for queue in queues
        ]
        found.append((backend, [queue for queue in left if queue.tasks]))
    return found


def refuse_other_plan(round: Round) -> None:
    """Write down which plan is pushed.

    Raises:
        IntegrityError: another one was pushed before.
    """
    pushed = [e.get("sha256") for e in events(round.folder) if e.get("event") == "plan"]
    if not pushed:
        record(round.folder, "plan", sha256=round.plan.sha256)
    elif any(digest != round.plan.sha256 for digest in pushed):
        raise IntegrityError(
            "The plan was changed after it was pushed.",
            where=str(round.folder.plan),
            hint="Restore it from version control; for a different plan, plan a new round.",
        )


def record_amendments(folder: RoundFolder) -> None:
    """Write down the hash of the amendments that a push brings to the annotators."""
    if folder.amendments.is_file():
        digest = sha256_file(folder.amendments)
        pushed = [e.get("sha256") for e in events(folder) if e.get("event") == "amendments"]
        if digest not in pushed[-1:]:
            record(folder, "amendments", sha256=digest)
