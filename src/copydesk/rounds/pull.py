"""Reading a round's answers: archived as they came, compared with the log, irregularities named."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_json
from copydesk.findings import Finding
from copydesk.rounds.archive import archive_line, archiving, last_line
from copydesk.rounds.backend import Backend, Held
from copydesk.rounds.comments import Comments
from copydesk.rounds.consistency import plan_faults
from copydesk.rounds.irregularities import counts
from copydesk.rounds.log import Answer, Changes, append
from copydesk.rounds.opened import changing
from copydesk.rounds.reading import read_backends
from copydesk.rounds.record import ACCEPTED, advance, read_state


@dataclass(frozen=True, kw_only=True, slots=True)
class PullResult:
    """What a pull brought.

    Args:
        pull: its id, a time in UTC.
        archive: the raw answers; None if they are the same as in the last archive.
        tasks: how many were read.
        replaced: what each changed answer was before.
    """

    pull: str
    archive: Path | None
    tasks: int
    changes: Changes
    replaced: tuple[Answer, ...]
    findings: tuple[Finding, ...]


def pull(
    corpus: Corpus,
    round_id: str,
    backends: Iterable[Backend],
    *,
    accept: Iterable[str] = (),
    progress: Callable[[int], None] = lambda done: None,
) -> PullResult:
    """Read every answer of a round, archive them, and append to the log what is new.

    The archive is whole before the log is touched, and the log is written at once: cut off
    anywhere, the next pull ends in the same state.

    Args:
        accept: rules of `ACCEPTED`: what the manager takes this time although it is irregular.

    Raises:
        InputError: the round is unknown or closed, an address is not known, or the disk refuses.
        RoundBusyError: another process is at work on it.
        ServerError: a backend failed, or knows none of the round's queues.
        IntegrityError: the record of the round is damaged, or its plan is not the one pushed.
    """
    accepted = sorted(set(accept))
    if wrong := [rule for rule in accepted if rule not in ACCEPTED]:
        raise InputError(
            f"'{wrong[0]}' cannot be accepted.", hint=f"Use one of {', '.join(ACCEPTED)}."
        )
    with _no_collecting():
        return _pull(corpus, round_id, list(backends), accepted, progress)


def _pull(
    corpus: Corpus,
    round_id: str,
    backends: Sequence[Backend],
    accepted: list[str],
    progress: Callable[[int], None],
) -> PullResult:
    with changing(corpus, round_id) as round:
        folder = round.folder
        folder.refuse_closed()
        for fault in plan_faults(round):
            raise fault
        before = read_state(round)
        comments = Comments(round, backends)
        with archiving(folder.pulls) as (name, add, finish):

            def keep(held: Held, came: Held) -> None:
                if held.answers:
                    add(archive_line(held))
                    comments.note(held, came)

            reading, people = read_backends(round, backends, keep=keep, progress=progress)
            add(last_line(people, reading.looked(), accepted))
            archive = finish()
        collected = reading.collected()
        step = advance(round.plan, before, collected, reading.asked(), frozenset(accepted))
        findings = sorted(collected.findings + step.findings, key=order)
        comments.write()
        append(folder.annotations, step.changes, name)
        atomic_write(folder.findings, dump_findings(name, findings))
    return PullResult(
        pull=name,
        archive=archive,
        tasks=reading.seen,
        changes=step.changes,
        replaced=tuple(before.answers[answer.key] for answer in step.changes.changed),
        findings=tuple(findings),
    )


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep Python from searching the answers for cycles, again and again, as they come in.

    They contain none, and the search takes a third of a pull. What the pull does not return must be
    gone before the search is allowed again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def order(found: Finding) -> tuple[str, ...]:
    """The key by which findings are sorted."""
    return found.rule, found.file, found.annotator or "", found.record, found.detail


def dump_findings(name: str, findings: list[Finding]) -> str:
    """The findings of a pull as ``findings.json`` has them."""
    return dump_json(
        {
            "pull": name,
            "counts": counts(findings),
            "findings": [
                {
                    "severity": f.severity,
                    "rule": f.rule,
                    "where": f.file,
                    "detail": f.detail,
                    "annotator": f.annotator,
                    "sentence_id": f.record or None,
                    "page": f.page,
                    "meaning": f.message,
                    "hint": f.hint,
                }
                for f in findings
            ],
        }
    )
