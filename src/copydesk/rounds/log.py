"""The log of answers: one event a line, only ever appended to; the current state is derived.

A line is an answer (also one that changes an earlier one), or says that an answer is gone from the
server. Facts that the plan states of a sentence are not repeated.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from copydesk.errors import IntegrityError
from copydesk.files import append_lines, dump_line

Key = tuple[str, str]
"""Annotator and sentence_id: together they name an answer of a round."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One annotator's label for one sentence.

    Args:
        created_at: when the answer was first submitted, UTC, ISO 8601.
        lead_time_s: seconds spent; of an article's time, an equal share for each sentence.
        source: Label Studio's id of the submission that it came with.
    """

    annotator: str
    sentence_id: str
    arm: str
    label: str
    created_at: str
    lead_time_s: float | None
    source: int

    @property
    def key(self) -> Key:
        """What names the answer within its round."""
        return self.annotator, self.sentence_id


# dataclasses.asdict copies every value deeply, at ten times the time.
_FIELDS: Final = tuple(field.name for field in dataclasses.fields(Answer))


@dataclass(frozen=True, slots=True)
class Changes:
    """What a pull adds to the log.

    Args:
        new: answers that were not there.
        changed: answers with another label, or from another submission.
        vanished: answers that are gone from the server.
    """

    new: tuple[Answer, ...]
    changed: tuple[Answer, ...]
    vanished: tuple[Key, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class State:
    """The current answers, in the order of their keys, and which of them are gone from the server.

    A vanished answer still counts: it was given, and nothing that was given is lost.
    """

    answers: Mapping[Key, Answer]
    vanished: frozenset[Key]


def read_log(path: Path) -> State:
    """The current state of a log; a last line that a crash cut off is not counted.

    Raises:
        IntegrityError: a whole line is no event.
    """
    answers: dict[Key, Answer] = {}
    vanished: set[Key] = set()
    for number, event in _events(path):
        try:
            kind = event.pop("event")
            event.pop("pull")
            if kind == "answer":
                answer = Answer(**event)
                answers[answer.key] = answer
                vanished.discard(answer.key)
            elif kind == "vanished":
                vanished.add((event["annotator"], event["sentence_id"]))
            else:
                raise KeyError(kind)
        except (KeyError, TypeError) as error:
            raise IntegrityError(
                "This line is no event of an answer.", where=f"{path}:{number}"
            ) from error
    return State(dict(sorted(answers.items())), frozenset(vanished))


def _events(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if not path.is_file():
        return
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                yield number, json.loads(line)
            except ValueError as error:
                raise IntegrityError("This line is not JSON.", where=f"{path}:{number}") from error


def compare(
    state: State, found: Mapping[Key, Answer], read: Iterable[Key] | None = None
) -> Changes:
    """What is new, changed or gone.

    Args:
        found: the answers on the server.
        read: the answers that would have been seen, were they there; by default all.
    """
    new, changed, same = [], [], 0
    for key in sorted(found):
        before, answer = state.answers.get(key), found[key]
        if before is None:
            new.append(answer)
        elif (before.label, before.source, before.arm) != (
            answer.label,
            answer.source,
            answer.arm,
        ) or key in state.vanished:
            changed.append(answer)
        else:
            same += 1
    gone = (key for key in state.answers if key not in found and key not in state.vanished)
    seen = None if read is None else frozenset(read)
    vanished = tuple(key for key in gone if seen is None or key in seen)
    return Changes(tuple(new), tuple(changed), vanished, same)


def append(path: Path, changes: Changes, pull: str) -> None:
    """Append a pull's changes in one write, after removing a line that a crash cut off.

    Raises:
        InputError: the disk refuses; the log is as it was.
    """
    cut_torn_line(path)
    lines = [
        dump_line(
            {
                "event": "answer",
                "pull": pull,
                **{field: getattr(answer, field) for field in _FIELDS},
            }
        )
        for answer in (*changes.new, *changes.changed)
    ]
    lines += [
        dump_line({"event": "vanished", "pull": pull, "annotator": name, "sentence_id": sentence})
        for name, sentence in changes.vanished
    ]
    append_lines(path, lines)


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
