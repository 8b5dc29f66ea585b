"""Rows of the fault matrix in which files of a round's record are damaged, one kind a row."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from copydesk.backends import codecs
from copydesk.contract.labels import NEWS
from copydesk.errors import CopydeskError
from copydesk.rounds.amend import add_articles, amend_round
from copydesk.rounds.consistency import faults, repair
from copydesk.rounds.decisions import Decision, decide
from copydesk.rounds.log import read_log
from copydesk.rounds.opened import open_round
from copydesk.rounds.status import status

Damage = Callable[[bytes], bytes]


def _first(**fields: Any) -> Damage:
    """Other values in the first line."""

    def damage(whole: bytes) -> bytes:
        line, _, rest = whole.partition(b"\n")
        return json.dumps(json.loads(line) | fields).encode() + b"\n" + rest

    return damage


def _other_label(whole: bytes) -> bytes:
    was = json.loads(whole.partition(b"\n")[0])["label"]
    return _first(label=next(label for label in NEWS.names if label != was))(whole)


def _conflict(whole: bytes) -> bytes:
    line, _, _ = whole.partition(b"\n")
    return b"<<<<<<< ours\n" + whole + b"=======\n" + line + b"\n>>>>>>> theirs\n"


LOG: dict[str, Damage] = {
    "half": lambda whole: whole[: len(whole) // 2] + b"\n",
    "no-object": lambda whole: b"null\n" + whole,
    "nothing": lambda whole: b"",
    "other-label": _other_label,
    "unknown-label": _first(label="rumour"),
    "unknown-person": _first(annotator="a9"),
    "unknown-sentence": _first(sentence_id="nowhere.001"),
    "bad-time": _first(created_at="yesterday"),
    "other-arm": _first(arm="suggested"),
    "list-for-name": _first(annotator=["a1"]),
    "crlf": lambda whole: whole.replace(b"\n", b"\r\n"),
    "bom": lambda whole: b"\xef\xbb\xbf" + whole,
    "not-utf8": lambda whole: b"\xff\xfe" + whole,
    "conflict": _conflict,
    "twice": lambda whole: whole + whole,
    "nested": lambda whole: b"[" * 100_000 + b"\n" + whole,
}
"""What is done to ``annotations.jsonl``."""

OTHERS: dict[str, tuple[str, Damage]] = {
    "plan-kind": ("round.json", lambda whole: whole.replace(b'"human"', b'"model"')),
    "plan-half": ("round.json", lambda whole: whole[: len(whole) // 2]),
    "amendments-edited": ("amendments.jsonl", _first(reason="Another one.")),
    "amendments-conflict": ("amendments.jsonl", _conflict),
    "push-log-null": ("push.jsonl", lambda whole: b"null\n" + whole),
    "push-log-conflict": ("push.jsonl", _conflict),
    "decisions-null": ("adjudications.jsonl", lambda whole: b"null\n" + whole),
    "decisions-label": ("adjudications.jsonl", _first(label="rumour")),
    "archive-flipped": ("pulls", lambda whole: whole[:40] + bytes([whole[40] ^ 1]) + whole[41:]),
    "archive-half": ("pulls", lambda whole: whole[: len(whole) // 2]),
    "archive-empty": ("pulls", lambda whole: b""),
    "people-half": ("people.json", lambda whole: whole[: len(whole) // 2]),
}
"""What is done to the other files; of ``pulls`` to the first archive."""


def rows(matrix: Any) -> dict[str, Callable[[], str]]:
    """A row for each kind of damage; all of them use one round."""
    return {
        **{f"repair-log-{name}": functools.partial(damaged_log, matrix, name) for name in LOG},
        **{f"repair-{name}": functools.partial(damaged_file, matrix, name) for name in OTHERS},
    }


@functools.lru_cache(maxsize=1)
def _world(matrix: Any) -> Any:
    """A round that was answered, pulled, amended, pushed, and in which somebody decided."""
    world = matrix.world(tasks=40, answered=True)
    world.pull()
    amend_round(matrix.corpus, world.round, add_articles(["article-0001"]), "More of them.")
    world.push()
    sentence, label = next(iter(world.labels.items()))
    decision = Decision(
        sentence_id=sentence, label=label, by="a3", by_kind="human", reason="By rule 2."
    )
    decide(matrix.corpus, world.round, [decision], via="file")
    return world


def damaged_log(matrix: Any, name: str) -> str:
    """The log is damaged and repaired: it is the same to the byte."""
    world = _world(matrix)
    round, log = open_round(world.corpus, world.round), world.folder.annotations
    whole, answers = log.read_bytes(), read_log(log).answers
    log.write_bytes(LOG[name](whole))
    try:
        if not list(faults(round, codecs())):
            return "" if read_log(log).answers == answers else "not found"
        repair(round, codecs())
        return "" if log.read_bytes() == whole else "not repaired"
    finally:
        log.write_bytes(whole)


def damaged_file(matrix: Any, name: str) -> str:
    """A file of the record is damaged: it is named, and once restored the pull ends as before."""
    world = _world(matrix)
    file, damage = OTHERS[name]
    path = _path(world, file)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    try:
        said = list(_said(world))
    finally:
        path.write_bytes(whole)
    if not any(path.name in str(error) for error in said):
        return f"not named: {said[:1]}"
    if list(faults(open_round(world.corpus, world.round), codecs())):
        return "a fault stayed"
    world.pull()
    return str(world.check_pulled())


def _path(world: Any, file: str) -> Path:
    folder = world.folder
    if file == "pulls":
        return Path(min(folder.pulls.glob("*.jsonl.gz")))
    return Path(folder.people if file == "people.json" else folder.path / file)


def _said(world: Any) -> Iterator[CopydeskError]:
    """What a check, a look and a pull say of the damage."""
    try:
        round = open_round(world.corpus, world.round)
        yield from faults(round, codecs())
        status(world.corpus, world.round)
        world.pull()
    except CopydeskError as error:
        yield error
