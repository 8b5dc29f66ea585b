"""The log of answers: one event a line, only ever appended to; the current state is derived.

A line is an answer (possibly one that changes an earlier one), or says that an answer is gone from
the backend. Facts that the plan states of a sentence are not repeated.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from copydesk.errors import IntegrityError
from copydesk.files import append_lines, dump_compact

Key = tuple[str, str]
"""Annotator and sentence_id: together they name an answer of a round."""


class Answer(NamedTuple):
    """One annotator's label for one sentence; a tuple, since a round may have a million of them.

    Args:
        label: None where a flag stands in place of one.
        created_at: when the answer was first submitted, UTC, ISO 8601, by the backend's clock.
        lead_time_s: seconds spent; of an article's time, an equal share for each sentence.
        source: the backend's number of the submission that it came with; 0 if it gives none.
        updated_at: when it was last changed; None in logs of 0.1.0.
        account: the number or name of the account that gave it and changed it last.
        flag: ``unsure``, ``badly-cut`` or ``not-a-unit``.
        confidence: from 0 to 1.
    """

    annotator: str
    sentence_id: str
    arm: str
    label: str | None
    created_at: str
    lead_time_s: float | None
    source: int
    updated_at: str | None = None
    account: int | str | None = None
    flag: str | None = None
    comment: str | None = None
    confidence: float | None = None

    @property
    def key(self) -> Key:
        """What names the answer within its round."""
        return self.annotator, self.sentence_id

    @property
    def words(self) -> str:
        """The label or the flag in its place; a flag beside a label in brackets."""
        if self.label is None:
            return self.flag or "nothing"
        return f"{self.label} ({self.flag})" if self.flag else self.label

    @property
    def said(self) -> tuple[Any, ...]:
        """What was answered, and with which submission."""
        return (self.label, self.flag, self.comment, self.confidence, self.source, self.arm)

    @property
    def changed_at(self) -> datetime:
        """When it was last changed, as far as that is known."""
        return instant(self.updated_at or self.created_at)


_OPTIONAL: Final = frozenset(Answer._field_defaults)


def instant(text: str) -> datetime:
    """A time as logs write it; one without a zone is UTC.

    Raises:
        ValueError: the text is not a time.
    """
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a pull adds to the log.

    Args:
        new: answers that were not there.
        changed: answers with another label, or from another submission.
        vanished: answers that are gone from the backend.
        unchanged: how many are as they were.
        older: answers that are older than those in the log; they are not taken.
        settled: vanished answers that the manager lets stand.
    """

    new: tuple[Answer, ...]
    changed: tuple[Answer, ...]
    vanished: tuple[Key, ...]
    unchanged: int
    older: tuple[Answer, ...] = ()
    settled: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """The current answers, in the order of their keys, and which of them are gone.

    A vanished answer still counts: it was given, and no answer is ever lost.

    Args:
        vanished: those that are gone and that nobody has settled.
        settled: those that are gone and that the manager lets stand.
    """

    answers: Mapping[Key, Answer]
    vanished: frozenset[Key]
    settled: frozenset[Key] = frozenset()

    def after(self, changes: Changes) -> State:
        """The state that a pull's changes lead to."""
        told = {answer.key: answer for answer in (*changes.new, *changes.changed)}
        vanished, settled = self.gone_after(changes)
        return State(dict(sorted({**self.answers, **told}.items())), vanished, settled)

    def gone_after(self, changes: Changes) -> tuple[frozenset[Key], frozenset[Key]]:
        """The keys of answers that are gone after a pull's changes: those open, those settled."""
        told = {answer.key for answer in (*changes.new, *changes.changed)}
        settled = (self.settled - told) | frozenset(changes.settled)
        vanished = (self.vanished - told) | frozenset(changes.vanished)
        return vanished - settled, settled


Check = Callable[[Answer], str]
"""What is wrong with an answer, as the end of a sentence; empty if nothing is."""


def read_log(path: Path, check: Check = lambda answer: "") -> State:
    """The current answers of a round; if there is no file, the round has no answers.

    A last line that a crash cut off is not read: the next pull writes it again.

    Raises:
        IntegrityError: a line is not an event that a pull wrote, or ``check`` refuses it.
    """
    answers: dict[Key, Answer] = {}
    vanished: set[Key] = set()
    settled: set[Key] = set()
    for number, event in _events(path):
        where = f"{path}:{number}"
        try:
            kind = event["event"]
            if kind == "answer":
                answer = _answer(event)
                if wrong := check(answer):
                    raise IntegrityError(f"This line {wrong}.", where=where, hint=REPAIR)
                answers[answer.key] = answer
                vanished.discard(answer.key)
                settled.discard(answer.key)
            elif kind in ("vanished", "settled"):
                key = event["annotator"], event["sentence_id"]
                (vanished if kind == "vanished" else settled).add(key)
            else:
                raise KeyError(kind)
        except (KeyError, TypeError, ValueError) as error:
            raise IntegrityError(
                "This line is not an answer event.", where=where, hint=REPAIR
            ) from error
    gone = frozenset(settled & answers.keys())
    return State(dict(sorted(answers.items())), frozenset(vanished & answers.keys()) - gone, gone)


REPAIR: Final = "Run 'copydesk round pull --repair': it rebuilds the log from the archives."


def _answer(event: Mapping[str, Any]) -> Answer:
    stated = (name for name in Answer._fields if name in event or name not in _OPTIONAL)
    answer = Answer(**{name: event[name] for name in stated})
    check_types(answer)
    return answer


def check_types(answer: Answer) -> None:
    """Refuse an answer that no pull can have written.

    Raises:
        TypeError, ValueError: a field has the wrong type, a time or a number is not one, or a
            string holds half a character.
    """
    names = (answer.annotator, answer.sentence_id, answer.arm, answer.created_at)
    words = (answer.label, answer.flag, answer.comment)
    if (
        not all(isinstance(name, str) for name in names)
        or not all(word is None or isinstance(word, str) for word in words)
        or not isinstance(answer.source, int)
        or not isinstance(answer.account, int | str | None)
    ):
        raise TypeError("a field of the wrong type")
    "".join(filter(None, (*names, *words))).encode("utf-8")
    _ = instant(answer.created_at), answer.changed_at
    for number in (answer.lead_time_s, answer.confidence):
        if number is not None and not math.isfinite(number):
            raise ValueError("a number that is not finite")


def _events(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if not path.is_file():
        return
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.endswith(b"\n"):
                return
            where = f"{path}:{number}"
            if line.startswith((b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")):
                raise IntegrityError(
                    "This line was left by a merge conflict.", where=where, hint=REPAIR
                )
            try:
                event = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                raise IntegrityError("This line is not JSON.", where=where, hint=REPAIR) from error
            if not isinstance(event, dict):
                raise IntegrityError("This line is not an answer event.", where=where, hint=REPAIR)
            yield number, event


def compare(
    state: State,
    found: Mapping[Key, Answer],
    read: Iterable[Key] | None = None,
    *,
    take_older: bool = False,
) -> Changes:
    """What is new, changed or gone.

    Args:
        found: the answers that the backends hold.
        read: the answers that would have been seen if they existed; by default all.
        take_older: take also what is older than the answer in the log.
    """
    new, changed, older, same = [], [], [], 0
    known = state.vanished | state.settled
    for key in sorted(found):
        before, answer = state.answers.get(key), found[key]
        if before is None:
            new.append(answer)
        elif before.said == answer.said and key not in known:
            same += 1
        elif answer.changed_at < before.changed_at and not take_older:
            older.append(answer)
        else:
            changed.append(answer)
    gone = (key for key in state.answers if key not in found and key not in known)
    seen = None if read is None else frozenset(read)
    vanished = tuple(key for key in gone if seen is None or key in seen)
    return Changes(tuple(new), tuple(changed), vanished, same, tuple(older))


def log_lines(changes: Changes, pull: str) -> list[str]:
    """A pull's changes as lines of the log."""
    lines = []
    for answer in (*changes.new, *changes.changed):
        said = answer._asdict()
        for name in _OPTIONAL:
            if said[name] is None:
                del said[name]
        said["event"], said["pull"] = "answer", pull
        lines.append(dump_compact(said))
    lines += [
        dump_compact({"event": event, "pull": pull, "annotator": name, "sentence_id": sentence})
        for event, keys in (("vanished", changes.vanished), ("settled", changes.settled))
        for name, sentence in keys
    ]
    return lines


def append(path: Path, changes: Changes, pull: str) -> None:
    """Append a pull's changes in one write, after removing a line that a crash cut off.

    Raises:
        InputError: the disk refuses; the log is as it was.
    """
    cut_torn_line(path)
    append_lines(path, log_lines(changes, pull))


def cut_torn_line(path: Path) -> None:
    """Remove a last line without an end: its event was never acknowledged and will come again."""
    if not path.is_file():
        return
    with path.open("rb+") as stream:
        size = end = stream.seek(0, 2)
        while end:
            start = max(0, end - 65536)
            stream.seek(start)
            at = stream.read(end - start).rfind(b"\n")
            if at >= 0:
                end = start + at + 1
                break
            end = start
        if end < size:
            stream.truncate(end)
