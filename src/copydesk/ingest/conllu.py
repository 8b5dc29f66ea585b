"""CoNLL-U: treebanks as texts, with the documents, paragraphs and headings that they mark."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from copydesk.errors import CopydeskError
from copydesk.ingest.decoding import encoding_of
from copydesk.ingest.raw import LineZone, Missed, Options, Raw, Refusal
from copydesk.ingest.walk import File

_COMMENT: Final = re.compile(r"#\s*(newdoc id|newpar id|[\w:.-]+)(?:\s*=\s*(.*))?\s*$")
_META: Final = {
    "title": "title",
    "datecreated": "published",
    "date": "published",
    "sourceurl": "url",
    "url": "url",
    "source": "url",
    "lang": "language",
    "language": "language",
    "license": "licence",
    "licence": "licence",
}
_ZONES: Final = {
    "head": "subhead",
    "heading": "subhead",
    "caption": "caption",
    "figcaption": "caption",
    "table": "note",
    "date": "dateline",
}


@dataclass(slots=True)
class _Document:
    fields: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    zones: list[LineZone] = field(default_factory=list)
    fresh: bool = True
    block: str = ""
    pending: str = ""

    def sentence(self, text: str, *, spaced: bool) -> None:
        """Add a sentence to the paragraph, or begin one with it."""
        if self.fresh or not self.lines:
            zone = _ZONES.get(self.block)
            if zone == "subhead" and not self.lines:
                zone = "headline"
            if zone:
                self.zones.append((len(self.lines), zone))
            self.lines.append(text)
            self.fresh = False
        else:
            self.lines[-1] += self.pending + text
        self.pending = " " if spaced else ""


def documents(file: File, options: Options, missed: Missed) -> Iterator[Raw]:
    """The documents of a CoNLL-U file, one after the other.

    A document begins at ``# newdoc``, a paragraph at ``# newpar``; sentences are the ``# text`` of
    each, or its tokens where it has none, with a blank between unless the last token says
    ``SpaceAfter=No``. The kind of a paragraph (``# newpar_block = head``) gives its zone.
    """
    try:
        with file.open() as stream:
            encoding = encoding_of(stream, options.encoding)
        with file.open() as stream, io.TextIOWrapper(stream, encoding=encoding) as text:
            for row, found in enumerate(_split(text, file, missed)):
                if found.lines:
                    name = found.fields.get("article_id")
                    yield Raw(
                        where=f"{file.where}: {name}" if name else file.where,
                        name=file.name,
                        kind="plain",
                        row=row or None,
                        encoding=None if encoding == "utf-8" else encoding,
                        fields={
                            **found.fields,
                            "text": "\n".join(found.lines),
                            "zones": [list(zone) for zone in found.zones],
                        },
                    )
    except UnicodeDecodeError as error:
        reason = f"A character of this file is not {error.encoding}."
        missed.refused.append(Refusal(source=file.where, reason=reason))
    except CopydeskError as error:
        missed.refused.append(Refusal.of(error, file.where))


def _split(lines: io.TextIOWrapper, file: File, missed: Missed) -> Iterator[_Document]:
    document = _Document()
    text: str | None = None
    tokens: list[str] = []
    odd: list[int] = []
    for number, line in enumerate(lines, start=1):
        line = line.rstrip("\r\n")
        if line.startswith("#"):
            match = _COMMENT.match(line)
            if match is None:
                continue
            name, value = match[1].lower(), (match[2] or "").strip()
            if name in ("newdoc", "newdoc id"):
                yield document
                document = _Document()
            if name == "newdoc id":
                document.fields["article_id"] = value
            elif name == "text":
                text = value
            else:
                _comment(document, name, value)
        elif line.strip():
            if "\t" in line:
                tokens.append(line)
            else:
                odd.append(number)
        else:
            _end(document, text, tokens)
            text, tokens = None, []
    _end(document, text, tokens)
    yield document
    if odd:
        reason = "This line has no columns with tabs between them, as CoNLL-U has."
        if len(odd) > 1:
            reason += f" It is the first of {len(odd)} such lines in this file."
        missed.refused.append(Refusal(source=file.where, place=f"line {odd[0]}", reason=reason))


def _end(document: _Document, text: str | None, tokens: list[str]) -> None:
    """Add a sentence: its text, or where the treebank gives none, its tokens with their blanks."""
    rows = [line.split("\t") for line in tokens]
    parts = []
    inside = 0  # the last word of a token that is several, such as "3-4"
    for row in rows:
        number, _, last = row[0].partition("-")
        if "." in number or 0 < _place(number) <= inside:
            continue
        inside = _place(last) or inside
        parts += [row[1], "" if _is_joined(row) else " "]
    spaced = not (rows and _is_joined(rows[-1]))
    whole = "".join(parts).strip() if text is None else text
    if whole:
        document.sentence(whole, spaced=spaced)


def _place(number: str) -> int:
    """The number of a word; 0 for what is not one."""
    return int(number) if number.isdecimal() and len(number) < 10 else 0


def _is_joined(row: list[str]) -> bool:
    return "SpaceAfter=No" in row[-1]


def _comment(document: _Document, name: str, value: str) -> None:
    if name in ("newpar", "newpar id"):
        document.fresh = True
        document.block = ""
    elif name == "newpar_block":
        document.block = re.split(r"\W", value, maxsplit=1)[0].lower()
    elif name.startswith("meta::") or name in _META:
        plain = name.removeprefix("meta::").lower()
        document.fields[_META.get(plain, plain)] = value
