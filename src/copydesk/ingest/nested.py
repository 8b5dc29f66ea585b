"""Articles inside an object of JSON: under a wrapper, one for each language or id, or in blocks.

``{"article": {"text": …}}``, ``{"en": {…}, "fr": {…}}``, ``{"hits": [{"_source": {…}}]}``,
``{"title": {"en": …}, "text": {"en": …}}``, ``{"body": [{"type": "h2", "text": …}, …]}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from copydesk.ingest.fields import TEXTS, by_our_names, plain_name
from copydesk.ingest.markup import has_markup, plain
from copydesk.text.canonical import LINE_END

_DEPTH: Final = 4
_TAG: Final = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?")
_ABOUT: Final = frozenset(
    ("meta", "metadata", "head", "header", "info", "properties", "attributes")
)
_NOT_ARTICLES: Final = frozenset(
    ("author", "authors", "comment", "comments", "user", "image", "images", "media", "publisher")
)
_BLOCK_TEXTS: Final = ("text", "content", "value", "html", "data", "paragraph")
_BLOCK_KINDS: Final = ("type", "tag", "kind", "role", "style", "name")
_ZONES: Final = {
    **dict.fromkeys(
        ("h2", "h3", "h4", "h5", "heading", "header", "subhead", "subheading"), "subhead"
    ),
    **dict.fromkeys(("h1", "headline"), "headline"),
    **dict.fromkeys(("caption", "figcaption"), "caption"),
    **dict.fromkeys(("li", "list_item", "listitem", "item"), "body"),
}

Record = Mapping[str, Any]


def articles(record: Record, text: str | None = None) -> list[tuple[str, Record]]:
    """The articles that an object holds, each with the key under which it was found.

    Args:
        record: an object of JSON. If it has a text, it is the article, and the key is empty; if
            there is a text nowhere in it, it is returned as it is.
        text: the name of the field that has the text, if it is not a usual one.
    """
    if text is None and isinstance(record.get("text"), str) and record["text"]:
        return [("", record)]  # as nearly always, and without a look at every field
    return list(_articles(record, text, _DEPTH)) or [("", record)]


def _articles(record: Record, text: str | None, depth: int) -> Iterator[tuple[str, Record]]:
    name = _text_field(record, text)
    value = record.get(name) if name is not None else None
    if isinstance(value, str | bytes) or _is_rendered(value):
        yield "", record
    elif isinstance(value, list) and value:
        yield "", record if isinstance(value[0], str) else _from_blocks(record, str(name), value)
    elif isinstance(value, dict) and value and all(map(_is_language, value.items())):
        for tag in value:
            yield tag, _of_language(record, tag, value.keys())
    elif depth:
        yield from _inside(record, text, depth - 1)


def _text_field(record: Record, text: str | None) -> str | None:
    """The name of the field with the text; one with an object only where no other has a string."""
    names = [n for n in record if (n == text if text else plain_name(n) in TEXTS) and record[n]]
    return min(names, key=lambda n: isinstance(record[n], dict), default=None)


def _is_rendered(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("rendered"), str)


def _is_language(item: tuple[Any, Any]) -> bool:
    return _TAG.fullmatch(str(item[0])) is not None and isinstance(item[1], str)


def _of_language(record: Record, tag: str, tags: Any) -> Record:
    """A record that gives its fields by language, in one of these."""
    found = {
        name: value.get(tag) if isinstance(value, dict) and value.keys() <= tags else value
        for name, value in record.items()
    }
    return _marked({**found, "language": tag}, tag) if len(tags) > 1 else {**found, "language": tag}


def _inside(record: Record, text: str | None, depth: int) -> Iterator[tuple[str, Record]]:
    outer = {n: v for n, v in record.items() if not isinstance(v, dict | list)}
    about = [v for n, v in record.items() if plain_name(n) in _ABOUT and isinstance(v, dict)]
    found: list[tuple[str, list[tuple[str, Record]]]] = []
    for name, value in record.items():
        if plain_name(name) in _NOT_ARTICLES:
            continue
        if isinstance(value, dict):
            found.append((name, list(_articles(value, text, depth))))
        elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
            several = [
                (f"item {n}", f)
                for n, i in enumerate(value, 1)
                for _, f in _articles(i, text, depth)
            ]
            found.append((name, several))
    found = [(name, several) for name, several in found if several]
    if len(found) == 1 and len(found[0][1]) > 1:
        yield from found[0][1]
        return
    for name, several in found:
        for key, inner in several:
            whole: Record = {**{n: v for part in about for n, v in part.items()}, **outer, **inner}
            if len(found) > 1:
                whole = _marked(whole, name)
            yield key or (name if len(found) > 1 else ""), whole


def _marked(record: Record, key: str) -> Record:
    """A record of several under one roof, with what its key says: the language, or its id."""
    ours, _ = by_our_names({n: v for n, v in record.items() if not isinstance(v, dict)}, {})
    own = ours.get("article_id")
    if not _TAG.fullmatch(key):
        return record if own is not None else {**record, "article_id": key}
    named = {} if own is None else {"article_id": f"{own}-{key}".lower()}
    return {"language": key, **record, **named}


def _from_blocks(record: Record, name: str, blocks: list[Any]) -> Record:
    """A record whose text is a list of blocks, each with its kind and text."""
    lines: list[str] = []
    zones: list[tuple[int, str]] = []
    for block in blocks:
        words, zone = _block(block)
        for line in LINE_END.split(plain(words)[0] if has_markup(words) else words):
            if line.strip():
                if zone:
                    zones.append((len(lines), zone))
                lines.append(line)
    if not lines:
        return record
    return {**record, name: "\n".join(lines), "zones": zones}


def _block(block: Any) -> tuple[str, str]:
    if isinstance(block, str):
        return block, ""
    if not isinstance(block, dict):
        return "", ""
    kind = next((block[n] for n in _BLOCK_KINDS if isinstance(block.get(n), str)), "")
    for name in _BLOCK_TEXTS:
        value = block.get(name)
        if isinstance(value, dict):
            value = value.get("text")
        if isinstance(value, str):
            return value, _ZONES.get(kind.lower(), "")
    return "", ""
