"""Reads an article: decodes it, unwraps it or extracts it from its page, and makes it canonical."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from copydesk.errors import CopydeskError, InputError
from copydesk.files import sha256_text
from copydesk.ingest import conllu, fields, markdown, records, walk
from copydesk.ingest.decoding import decode, of_other_kind
from copydesk.ingest.detect_language import told
from copydesk.ingest.markup import has_markup, plain
from copydesk.ingest.mojibake import repaired
from copydesk.ingest.raw import Missed, Options, Raw, Reading, Refusal
from copydesk.ingest.wrapping import unwrap
from copydesk.text import canonical
from copydesk.text.canonical import dropped

_SHOWN: Final = 8
_HEAD: Final = 200
_LONGEST_NAME: Final = 100
_PAGE: Final = ("<!doctype html", "<html")
_TABLES: Final = ("jsonl", "json", "csv", "tsv", "parquet")


def raws(sources: Iterable[str], missed: Missed, options: Options) -> Iterator[Raw]:
    """Every article of every source before it is read; what is not one is in ``missed``.

    Raises:
        InputError: a source matches nothing.
    """
    for file in walk.each(sources, missed):
        if file.kind == "manifest":
            yield from records.manifest(file, options, missed)
        elif file.kind in _TABLES:
            yield from records.rows(file, options, missed)
        elif file.kind == "conllu":
            yield from conllu.documents(file, options, missed)
        elif file.path and not file.compression:
            yield Raw(where=file.where, name=file.name, kind=file.kind, path=file.path)
        else:
            try:
                data = file.read()
            except CopydeskError as error:
                missed.refused.append(Refusal.of(error, file.where))
                continue
            yield Raw(where=file.where, name=file.name, kind=file.kind, data=data)


def readings(sources: Iterable[str], missed: Missed, options: Options) -> Iterator[Reading]:
    """Every article of every source, read one at a time in this process.

    Raises:
        InputError: a source matches nothing.
    """
    for raw in raws(sources, missed, options):
        try:
            yield read(raw, options)
        except CopydeskError as error:
            missed.refused.append(Refusal.of(error, raw.where))


def read(raw: Raw, options: Options) -> Reading:
    """Read one article.

    Raises:
        InputError: the file cannot be read, holds no article, or its text is refused; or the hash
            in the source is not that of its text.
    """
    found, other = fields.by_our_names(raw.fields, options.columns)
    stated = found.get("text_sha256")
    data = _data(raw, found)
    steps: dict[str, Any] = {"encoding": raw.encoding} if raw.encoding else {}
    marked: list[tuple[int, str]] = []
    if raw.kind == "html" or (raw.kind == "text" and _is_page(data)):
        text, own, marked = _page(data, options, other, steps)
        found = own | found
    else:
        text = _text(data, options, steps)
        if raw.kind == "text" and stated is None:
            head, text = markdown.front_matter(text)
            above, rest = fields.by_our_names(head, {})
            above.pop("text", None)
            found, other = above | found, rest | other
        marked = [(int(line), str(zone)) for line, zone in map(_pair, found.pop("zones", ()))]
        if stated is None or not _is(text, stated):
            if not options.keep_marks:
                text = _repaired(text, found, steps)
            if raw.kind == "plain" and not marked and has_markup(text):
                text, marked = plain(text)
                steps["markup"] = True
            text, marked = _unwrapped(text, marked, options, steps)
            if not marked and not options.keep_marks and markdown.has_marks(text):
                text, marked = markdown.plain(text)
                steps["markdown"] = True
    if count := dropped(text):
        steps["dropped"] = count
    text = canonical(text)
    if stated is not None and sha256_text(text) != stated:
        raise InputError(
            "The text is not the one that the manifest names "
            f"(SHA-256 {sha256_text(text)[:12]}…, not {str(stated)[:12]}…).",
            hint="Put the text back, or remove 'text_sha256' from the line.",
        )
    found.pop("text_sha256", None)
    found.pop("file", None)
    before = found.pop("reading", None)
    good, bad = fields.normalise(found)
    stated_language = good.get("language")
    good["language"] = told(text, stated_language or options.language)
    if stated_language and good["language"] != stated_language:
        other["language"] = stated_language
    return Reading(
        where=raw.where,
        name=raw.name,
        row=raw.row,
        text=text,
        fields=good,
        other=other | bad,
        zones=tuple(marked),
        steps=before if isinstance(before, dict) else steps,
    )


def _pair(mark: Any) -> tuple[Any, Any]:
    """A line's zone as a manifest writes it ("3:subhead") or as a reader gives it ([3, "…"])."""
    if isinstance(mark, str):
        line, _, zone = mark.partition(":")
        return line, zone
    return mark[0], mark[1]


def _is(text: str, digest: str) -> bool:
    return sha256_text(canonical(text)) == digest


def _data(raw: Raw, found: dict[str, Any]) -> bytes | str:
    text = found.pop("text", None)
    if raw.path is not None:
        file = walk.File(where=str(raw.path), name=raw.name, kind=raw.kind, path=raw.path)
        return file.read()
    if raw.kind != "plain":
        return raw.data
    if isinstance(text, list) and all(isinstance(part, str) for part in text):
        return "\n".join(text)  # paragraphs
    if text is None and not fields.TEXTS.isdisjoint(map(fields.plain_name, raw.fields)):
        raise InputError("The text of this record is empty.", hint="Leave the record out.")
    if not isinstance(text, str | bytes):
        if not raw.fields:
            raise InputError("This record is empty.", hint="Leave it out.")
        if any(len(str(name)) > _LONGEST_NAME for name in raw.fields):
            raise InputError(
                "The first line of this table is not a line of names.",
                hint="Put one above it, such as id,title,text, in the order of the columns.",
            )
        names = ", ".join(sorted(map(str, raw.fields))[:_SHOWN])
        names += ", …" if len(raw.fields) > _SHOWN else ""
        raise InputError(
            "This record has no text." if text is None else "Its text is not a string.",
            hint=f"It has the fields {names}; say which holds the text with --map text=FIELD.",
        )
    return text


def _is_page(data: bytes | str) -> bool:
    """Whether a file that is named like a text is a whole web page."""
    head = data[:_HEAD]
    words = head.decode("latin-1") if isinstance(head, bytes) else head
    return words.lstrip("\ufeffï»¿ \t\r\n").lower().startswith(_PAGE)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _text(data: bytes | str, options: Options, steps: dict[str, Any]) -> str:
    if isinstance(data, str):
        return data
    kind = of_other_kind(data)
    if kind is not None:
        raise InputError(f"This file is {kind}, not text.", hint="Save its text as .txt.")
    text, encoding = decode(data, options.encoding)
    if text[:1] in ("{", "[") and _is_json(text):
        raise InputError("This file is JSON, not text.", hint="Name it .json or .jsonl.")
    if encoding != "utf-8":
        steps["encoding"] = encoding
    return text


def _unwrapped(
    text: str, marked: list[tuple[int, str]], options: Options, steps: dict[str, Any]
) -> tuple[str, list[tuple[int, str]]]:
    if options.keep_lines or marked:
        return text, marked
    text, joined = unwrap(text)
    if joined:
        steps["lines_joined"] = joined
    return text, marked


def _repaired(text: str, found: dict[str, Any], steps: dict[str, Any]) -> str:
    """A text, and the title that came with it, as they were before they were encoded twice."""
    text, count = repaired(text)
    if count:
        steps["encoded_twice"] = count
    for name in ("title", "outlet", "attribution"):
        if isinstance(found.get(name), str):
            found[name] = repaired(found[name])[0]
    return text


def _page(
    data: bytes | str, options: Options, other: dict[str, Any], steps: dict[str, Any]
) -> tuple[str, dict[str, Any], list[tuple[int, str]]]:
    from copydesk.ingest.webpages import extract

    if options.encoding and isinstance(data, bytes):
        data = decode(data, options.encoding)[0]
    page = extract(data, options.language)
    other |= page.other
    steps["page"] = True
    lines: list[str] = []
    marked = []
    for line, zone in page.lines:
        try:
            plain = canonical(line)
        except CopydeskError:
            continue  # blanks only
        if zone:
            marked.append((len(lines), zone))
        lines.append(plain)
    return "\n".join(lines), page.fields, marked
