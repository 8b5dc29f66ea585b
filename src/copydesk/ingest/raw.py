"""An article as it was found, and what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copydesk.errors import CopydeskError

LineZone = tuple[int, str]
"""A line's number from 0, and its zone, if the source's own structure gives it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How sources are read.

    Args:
        encoding: of bytes; found from the bytes themselves where None.
        keep_lines: whether hard-wrapped lines stay as they are.
        keep_marks: whether marks of Markdown and letters that were encoded twice stay as they are.
        columns: the source's names of fields, by ours ("text": "content").
        language: of articles that name none, as a BCP 47 tag; found from their words where None.
    """

    encoding: str | None = None
    keep_lines: bool = False
    keep_marks: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Raw:
    """One article before it is read.

    Args:
        where: the file, and the line, row or member in it, for error sentences.
        name: its path inside the source, from which ids and collections are made.
        kind: how its bytes are read: "text", "html", or "plain" for text that a table gives.
        path: the file that holds it and nothing else; None where ``data`` has it.
        data: its content where ``path`` is None.
        fields: what the source says of it, by the source's own names.
        row: its number from 1 in a table; None where the file is the article.
        encoding: of a table that is not in UTF-8.
    """

    where: str
    name: str
    kind: str
    path: Path | None = None
    data: bytes | str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    row: int | None = None
    encoding: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """An article that was read.

    Args:
        text: canonical.
        fields: metadata by the names of ``schema/article.schema.json``; ``article_id`` and
            ``collection`` only where the source gives them.
        other: what else the source says of it.
        zones: the zones of lines that the source marks.
        steps: what was done before the canonical form, such as ``{"encoding": "windows-1252"}``.
    """

    where: str
    name: str
    row: int | None
    text: str
    fields: dict[str, Any]
    other: dict[str, Any]
    zones: tuple[LineZone, ...] = ()
    steps: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """What was set aside: where it is, why, and what to do."""

    source: str
    reason: str
    hint: str = ""
    place: str = ""

    @classmethod
    def of(cls, error: CopydeskError, source: str) -> Refusal:
        """A fault that was met in reading a source."""
        place = error.where
        if source.endswith(place):
            place = ""
        elif place.startswith(source):
            place = place[len(source) :].lstrip(":").lstrip()
        return cls(source=source, place=place, reason=error.message, hint=error.hint)

    def __str__(self) -> str:
        address = f"{self.source}: {self.place}" if self.place else self.source
        return f"{address}: {self.reason}{' ' + self.hint if self.hint else ''}"


@dataclass(slots=True)
class Missed:
    """What was in the sources and is not an article, collected for the report.

    Args:
        refused: what was set aside.
        unread: files of kinds that are not read, by their ending.
        passed: links that lead out or loop, pipes and devices, each with the reason.
        absent: how many lines of manifests have ``"file": null``, whose text a corpus withholds.
    """

    refused: list[Refusal] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    passed: dict[str, str] = field(default_factory=dict)
    absent: int = 0
