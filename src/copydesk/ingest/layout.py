"""Rewrites a page's tree into a form in which its text can be found.

Old pages lay their columns out in tables, new ones name headings by a role only, and only its
raised position tells a footnote's digit from the year before it.
"""

from __future__ import annotations

import re
from typing import Any, Final

from copydesk.ingest.elsewhere import HEADINGS, mark

_CELL_AT_MOST: Final = 400
"""In characters: a cell with more is a column of the page, not of a table."""
_BLANKS: Final = re.compile(r"[ \t\r\n\f\v]+")
_MARKS: Final = re.compile(r"\W+")
_LOOSE: Final = 60
"""In characters: loose text with fewer is a label."""
_INLINE: Final = frozenset(("a", "b", "i", "u", "em", "strong", "span", "font", "br", "sup", "q"))
_NOT_MIXED: Final = frozenset(("p", "li", "button", "label", "form", "nav", "ul", "ol", "figure"))
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain(text: str) -> str:
    """A text as a browser shows it: runs of blanks and line ends are one blank."""
    return _BLANKS.sub(" ", text).strip()


def key(text: str) -> str:
    """A text's letters and digits, by which two forms of one line are the same."""
    return _MARKS.sub("", text).casefold()


def drop(element: Any) -> None:
    """Take an element out of its page, but not the text that follows it.

    Before such a text an empty element stays: joined to the text before, each would be copied as
    often as others follow it.
    """
    if (element.tail or "").strip():
        element.clear(keep_tail=True)
        element.tag = "span"
    elif element.getparent() is not None:
        element.drop_tree()


def unfold(tree: Any) -> None:
    """Change a page's tree in place: headings, tables for layout, raised figures, loose text; and
    mark what is not the article."""
    _name_headings(tree)
    _unfold_tables(tree)
    _raise_figures(tree)
    for source in tree.xpath("//blockquote//cite|//blockquote//footer"):
        source.text = f" {source.text or ''}"  # a page shows it on a line of its own
    _wrap_loose(tree)
    mark(tree)


def _name_headings(tree: Any) -> None:
    """Headings by their role only (``role="heading" aria-level="2"``) become ``h2``."""
    for element in tree.xpath("//*[@role='heading'][not(ancestor::a)]"):
        level = element.get("aria-level") or "2"
        if element.tag not in HEADINGS and not element.xpath(".//h1|.//h2|.//h3|.//p"):
            element.tag = f"h{level}" if level in "123456" else "h2"


def _unfold_tables(tree: Any) -> None:
    """Tables whose cells hold columns of the page, not values, become ``div``."""
    for table in list(tree.iter("table")):
        cells = table.xpath("./tr/*|./tbody/tr/*|./thead/tr/*|./tfoot/tr/*")
        if not any(_is_column(cell) for cell in cells):
            continue
        own = table.xpath("./tr|./tbody|./thead|./tfoot|./tbody/tr|./thead/tr|./tfoot/tr")
        for element in (table, *own, *cells):
            element.tag = "div"


def _is_column(cell: Any) -> bool:
    if cell.xpath(".//h1|.//table|.//*[self::h2 or self::h3][following-sibling::p]"):
        return True
    paragraphs = cell.xpath(".//p|.//br")
    return len(paragraphs) > 1 and len(" ".join(cell.itertext())) > _CELL_AT_MOST


def _raise_figures(tree: Any) -> None:
    """``1931.<sup>1</sup>`` becomes "1931.¹": else its mark would be read as part of the number."""
    notes = tree.xpath("//a[contains(@class,'footnote-anchor') or starts-with(@href,'#fn')]")
    for element in [*tree.iter("sup"), *notes]:
        text = "".join(element.itertext()).strip()
        if text.isascii() and text.isdigit() and len(text) <= 3:
            for child in list(element):
                element.remove(child)
            element.text = text.translate(_RAISED)


def _wrap_loose(tree: Any) -> None:
    """Text between paragraphs without a tag of its own becomes a ``p``."""
    for parent in {paragraph.getparent(): None for paragraph in tree.iter("p")}:
        if parent is None or parent.tag in _NOT_MIXED:
            continue
        for start in [None, *(child for child in parent if not _is_inline(child))]:
            text = (parent.text if start is None else start.tail) or ""
            run = []
            beside = parent[0] if start is None else start.getnext()
            while beside is not None and _is_inline(beside):
                run.append(beside)
                beside = beside.getnext()
            whole = text + "".join("".join(e.itertext()) + (e.tail or "") for e in run)
            if len(whole.strip()) < _LOOSE:
                continue
            paragraph = parent.makeelement("p")
            paragraph.text = text
            if start is None:
                parent.text = None
                parent.insert(0, paragraph)
            else:
                start.tail = None
                start.addnext(paragraph)
            paragraph.extend(run)


def _is_inline(element: Any) -> bool:
    return element.tag in _INLINE and not element.xpath(".//p|.//div|.//table|.//ul|.//h2")
