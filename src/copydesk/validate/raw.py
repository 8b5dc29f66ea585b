"""The articles of a data set folder: its manifest, and a canonical text for each that is given."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from copydesk.articles import Bulk
from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError
from copydesk.personal import find
from copydesk.rights import Policy, names_somebody
from copydesk.scope import MANIFEST
from copydesk.text import canonical
from copydesk.validate.faults import Fault, FaultError, Found, show
from copydesk.validate.single import json_lines
from copydesk.validate.surroundings import policy
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_json import check_rows

_FREE: Final = ("CC0", "PDDL", "CC-PDDC")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Room:
    """Where articles are, and whose text may be given.

    Args:
        rights, bulk: of the corpus around the folder. Without a corpus an article is withheld if
            the manifest names no file of it.
    """

    dataset: Folder
    rights: Policy | None
    bulk: Bulk | None

    def withholds(self, line: Mapping[str, Any]) -> bool:
        if self.rights is None:
            return line.get("file") is None and not line.get("bulk")
        licence, collection = line.get("licence"), str(line.get("collection", ""))
        gives = self.rights.gives(licence if isinstance(licence, str) else None, collection)
        return not gives or bool(line.get("held_back"))


def articles(
    dataset: Folder, config: Mapping[str, Any], corpus: Corpus | None = None
) -> Iterator[Found]:
    """Everything that is wrong with the articles of a data set folder.

    Args:
        corpus: the one around the folder, with its rights and the texts that it keeps in Parquet.
    """
    if not dataset.has(MANIFEST):
        yield missing(MANIFEST, "corpus" if corpus else "data set")
        return
    try:
        rows = list(json_lines(dataset.read(MANIFEST), MANIFEST))
    except FaultError as error:
        yield error.fault
        return
    yield from check_rows(rows, "article", MANIFEST, record="article_id")
    room = _Room(
        dataset=dataset,
        rights=policy(config) if corpus else None,
        bulk=Bulk(corpus.store("articles", config)) if corpus else None,
    )
    lines = [(n, line) for n, line in rows if isinstance(line, dict)]
    counts = Counter(str(line["article_id"]) for _, line in lines if line.get("article_id"))
    for number, line in lines:
        name = str(line.get("article_id", ""))
        if counts[name] > 1:
            message = f"The article_id '{show(name)}' is used more than once."
            yield _line("id-duplicate", message, number, name, "/article_id")
        yield from _article(room, number, line)


def missing(file: str, what: str) -> Fault:
    """That a corpus or a data set has no manifest."""
    message = f"The {what} has no manifest of articles."
    hint = "If it is new, take articles in with 'copydesk ingest FOLDER'; else put it back."
    return Fault(rule="file-missing", message=message, hint=hint, file=file)


def _line(rule: str, message: str, row: int, record: str, pointer: str) -> Fault:
    return Fault(rule=rule, message=message, file=MANIFEST, row=row, record=record, pointer=pointer)


def _article(room: _Room, number: int, line: dict[str, Any]) -> Iterator[Found]:
    name, licence, file = str(line.get("article_id", "")), line.get("licence"), line.get("file")
    if room.withholds(line):
        for column in ("file", "title", "attribution", "text"):
            if line.get(column) is not None:
                message = f"The article is withheld, but its {column} is given."
                yield _line("text-withheld-leaked", message, number, name, f"/{column}")
        return
    if not names_somebody(str(line.get("attribution") or "")) and not str(licence).startswith(
        _FREE
    ):
        message = f"The text is given under {licence}, but nobody is credited."
        yield _line("attribution-missing", message, number, name, "/attribution")
    if line.get("bulk"):
        if room.bulk is not None:
            yield from _bulk_text(room.bulk, line, number)
        return
    if not isinstance(file, str):
        message = "The article's text is given, but the manifest names no file."
        yield _line("file-missing", message, number, name, "/file")
        return
    try:
        data = room.dataset.read(f"raw/{file}")
    except FaultError as error:
        fault = error.fault
        yield Fault(rule=fault.rule, message=fault.message, file=f"raw/{file}", record=name)
        return
    yield from _text(data.removesuffix(b"\n"), f"raw/{file}", line, number)


def _bulk_text(bulk: Bulk, line: dict[str, Any], number: int) -> Iterator[Found]:
    """The text of an article that is stored in bulk, if it is here: a clone has none of them."""
    name = str(line.get("article_id", ""))
    try:
        text = bulk.text(name, str(line.get("text_sha256")))
    except CopydeskError as error:
        yield _line("parquet-unreadable", error.message, number, name, "/bulk")
        return
    if text is not None:
        yield from _text(text.encode("utf-8"), MANIFEST, line, number)


def _text(data: bytes, file: str, line: dict[str, Any], number: int) -> Iterator[Found]:
    name = str(line.get("article_id", ""))
    try:
        text = canonical(data)
    except CopydeskError as error:
        yield Fault(rule="text-not-canonical", message=str(error), file=file, record=name)
        return
    if text.encode() != data:
        message = "The text is not in canonical form."
        yield Fault(rule="text-not-canonical", message=message, file=file, record=name)
    if line.get("text_sha256") != hashlib.sha256(data).hexdigest():
        message = f"The text does not match the manifest, line {number}."
        yield Fault(rule="text-hash-mismatch", message=message, file=file, record=name)
    for kind, start, end in find(text):
        message = f"Code points {start} to {end} look like {kind}."
        yield Fault(rule="personal-data", message=message, file=file, record=name)
