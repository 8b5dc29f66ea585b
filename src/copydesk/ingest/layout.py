"""A page's tree put into the form in which its text can be found.

Old pages lay their columns out in tables, new ones name headings by a role only, and the mark of a
footnote is a digit that only its place above the line tells from the year before it.
"""

from __future__ import annotations

from typing import Any, Final

HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_CELL_AT_MOST: Final = 400
"""In characters: a cell with more is a column of the page, not of a table."""
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def unfold(tree: Any) -> None:
    """Change a page's tree in place: headings, tables for layout, and raised figures."""
    _name_headings(tree)
    _unfold_tables(tree)
    _raise_figures(tree)


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
    if cell.xpath(".//h1|.//table"):
        return True
    paragraphs = cell.xpath(".//p|.//br")
    return len(paragraphs) > 1 and len(" ".join(cell.itertext())) > _CELL_AT_MOST


def _raise_figures(tree: Any) -> None:
    """``1931.<sup>1</sup>`` becomes "1931.¹": else its mark would be read as part of the number."""
    for element in list(tree.iter("sup")):
        text = "".join(element.itertext()).strip()
        if text.isascii() and text.isdigit() and len(text) <= 3:
            for child in list(element):
                element.remove(child)
            element.text = text.translate(_RAISED)
