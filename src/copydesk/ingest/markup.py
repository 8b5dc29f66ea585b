"""Text with markup in a field of a table, such as ``<p>The bridge is open.</p>``, as lines."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

from copydesk.ingest.raw import LineZone

_MARKUP: Final = re.compile(
    r"</(?:p|div|span|a|b|i|em|strong|li|ul|h[1-6]|blockquote|td)>|<br\s*/?>", re.IGNORECASE
)
_BLOCK: Final = re.compile(
    r"</(?:p|div|li|[ou]l|h[1-6]|blockquote|t[dr]|table|section|article)>|<br\s*/?>", re.IGNORECASE
)
_ENTITY: Final = re.compile(
    r"&(?:amp|quot|apos|lt|gt|nbsp|[lr][sd]quo|[mn]dash|hellip|#\d+|#x\w+);"
)
_BLOCKS: Final = frozenset(
    (
        *("p", "div", "br", "li", "ul", "ol", "tr", "table", "blockquote"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "figure"),
    )
)
_HEADINGS: Final = frozenset(("h2", "h3", "h4", "h5", "h6"))
_UNSEEN: Final = frozenset(("script", "style", "noscript", "template"))


def has_markup(text: str) -> bool:
    """Whether a text holds tags or character references of HTML."""
    return _MARKUP.search(text) is not None or _ENTITY.search(text) is not None


def plain(text: str) -> tuple[str, list[LineZone]]:
    """The text without its markup, a line for each block, and the lines that are headings."""
    reader = _Reader(keep_lines=_BLOCK.search(text) is None)
    reader.feed(text)
    reader.close()
    lines: list[str] = []
    zones: list[LineZone] = []
    for line, zone in reader.lines():
        if zone:
            zones.append((len(lines), zone))
        lines.append(line)
    return "\n".join(lines), zones


class _Reader(HTMLParser):
    """Collects text by blocks; where no tag marks a block, line ends do."""

    def __init__(self, *, keep_lines: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._keep_lines = keep_lines
        self._lines: list[tuple[list[str], str | None]] = [([], None)]
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a line."""
        if tag in _UNSEEN:
            self._hidden += 1
        elif tag == "h1":
            self._lines.append(([], "headline"))
        elif tag in _BLOCKS:
            self._lines.append(([], "subhead" if tag in _HEADINGS else None))

    def handle_endtag(self, tag: str) -> None:
        """A block ends a line."""
        if tag in _UNSEEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self._lines.append(([], None))

    def handle_data(self, data: str) -> None:
        """Add text to the current line."""
        if not self._hidden:
            self._lines[-1][0].append(data)

    def lines(self) -> list[tuple[str, str | None]]:
        """The lines that are not empty."""
        found = []
        for parts, zone in self._lines:
            whole = "".join(parts)
            for line in whole.split("\n") if self._keep_lines else [" ".join(whole.split())]:
                if line.strip():
                    found.append((line, zone))
        return found
