"""Unwraps the inline elements of a block that has hundreds of them, and keeps their text.

libxml2 sorts the pieces of a paragraph by a walk along them, so that the time to find an article
would grow with the square of their number. A paragraph of a newspaper has ten, not hundreds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from copydesk.ingest.elsewhere import HEADINGS
from copydesk.ingest.layout import plain

_MOST: Final = 200
_MOST_OF_PAGE: Final = 5000
"""Beyond it the blocks of a page are crowded together, however few each has."""
_NOT_INLINE: Final = frozenset(
    (
        *HEADINGS,
        *("address", "article", "aside", "blockquote", "body", "center", "details", "div"),
        *("fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "main"),
        *("nav", "p", "pre", "section", "summary", "dd", "dl", "dt", "li", "ol", "ul"),
        *("caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
        *("br", "button", "input", "option", "select", "textarea"),
        *("audio", "iframe", "math", "object", "picture", "svg", "video"),
        *("base", "head", "link", "meta", "noscript", "script", "style", "template", "title"),
    )
)
_LINKED: Final = 0.9
"""A block with at least this share of links stays one link, since it leads to other articles."""


def unwrap(tree: Any) -> None:
    """Change a page's tree in place: a crowded block has its text itself, in the same order."""
    block_of: dict[Any, Any] = {}
    for element in tree.iter():
        above = block_of.get(element.getparent())
        own = isinstance(element.tag, str) and element.tag not in _NOT_INLINE
        block_of[element] = above if own and above is not None else element
    counts = Counter(block_of.values())
    most = _MOST if len(block_of) - len(counts) <= _MOST_OF_PAGE else 1
    for block in [block for block, count in counts.items() if count > most]:
        linked = _is_linked(block)
        pieces = list(_pieces(block, block_of))
        for child in list(block):
            block.remove(child)
        holder = block
        if linked:
            holder = block.makeelement("a", href="#")
            block.text = None
            block.append(holder)
        _fill(holder, pieces)


def _pieces(element: Any, block_of: dict[Any, Any]) -> Iterator[Any]:
    """An element's text in pieces, and in their places the elements that it keeps."""
    yield element.text or ""
    for child in element:
        if block_of[child] is child:
            yield child
        else:
            yield from _pieces(child, block_of)
        yield child.tail or ""


def _fill(holder: Any, pieces: Iterable[Any]) -> None:
    """Text in one piece, since each piece would be walked along like an element."""
    last = None
    for is_text, run in groupby(pieces, key=lambda piece: isinstance(piece, str)):
        if not is_text:
            for last in run:
                last.tail = None
                holder.append(last)
        elif last is None:
            holder.text = "".join(run)
        else:
            last.tail = "".join(run)


def _is_linked(block: Any) -> bool:
    """Whether a block says hardly anything beside its links."""
    whole = len(plain("".join(block.itertext())))
    links = sum(
        len(plain("".join(link.itertext()))) for link in block.iter("a") if link.get("href")
    )
    return links > _LINKED * whole
