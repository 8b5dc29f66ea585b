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
    each, with a blank between unless the last token says ``SpaceAfter=No``. The kind of a
    paragraph (``# newpar_block = head``) gives its zone.
    """
    try:
        with file.open() as stream:
            encoding = encoding_of(stream, options.encoding)
        with file.open() as stream, io.TextIOWrapper(stream, encoding=encoding) as text:
            for row, found in enumerate(_split(text)):
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


def _split(lines: io.TextIOWrapper) -> Iterator[_Document]:
    document = _Document()
    text: str | None = None
    last = ""
    for line in lines:
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
        elif line:
            last = line
        elif text is not None:
            document.sentence(text, spaced="SpaceAfter=No" not in last.rpartition("\t")[2])
            text, last = None, ""
    if text is not None:
        document.sentence(text, spaced=False)
    yield document


def _comment(document: _Document, name: str, value: str) -> None:
    if name in ("newpar", "newpar id"):
        document.fresh = True
        document.block = ""
    elif name == "newpar_block":
        document.block = re.split(r"\W", value, maxsplit=1)[0].lower()
    elif name.startswith("meta::") or name in _META:
        plain = name.removeprefix("meta::").lower()
        document.fields[_META.get(plain, plain)] = value
