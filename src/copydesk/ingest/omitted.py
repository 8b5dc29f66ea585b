"""Puts back what trafilatura leaves out of an article: captions, and paragraphs, list items and
headings between its others.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Final

from copydesk.ingest import figures
from copydesk.ingest.elsewhere import HEADINGS, is_elsewhere
from copydesk.ingest.layout import key, plain
from copydesk.text.lines import has_stop

Line = tuple[str, str | None]

_NOT_OURS: Final = frozenset(
    ("aside", "nav", "footer", "form", "button", "select", "a", "label", "noscript")
)
_LONGEST: Final = 700
_LEAST: Final = 40
_LINKED: Final = 0.6
"""A text with at least this share of links leads to another article."""
_MOST: Final = 0.7
_TEASERS: Final = ".//h2//a|.//h3//a|.//h4//a|.//a[.//h2 or .//h3 or .//h4]"


def with_omitted(tree: Any, body: Sequence[Line], headline: str | None) -> list[Line]:
    """The lines of an article with those that were left out, each where the page has it.

    A caption belongs to the article if it is in the part of the page that holds the headline
    and the text, between their beginning and their end, and not in a box about something else; a
    paragraph, if it is among the others.

    Args:
        tree: the page.
        body: the lines that were found, with their zones.
        headline: the article's headline, if there is one.
    """
    page = _Page(tree, body, headline)
    seen = {key(text) for text, _ in body} | {key(headline or ""), ""}
    whole = "".join(key(text) for text, _ in body)
    after: dict[int, list[tuple[int, Line]]] = {}
    for at, place, lines in page.omitted():
        joined = key("".join(text for text, _ in lines))
        told = lines and lines[0][1] is None and joined[:_LEAST] in whole
        if joined in seen or told:
            continue
        for text, zone in lines:
            if key(text) not in seen and len(text) <= _LONGEST:
                seen.add(key(text))
                after.setdefault(place, []).append((at, (text, zone)))
    result: list[Line] = []
    for index, line in enumerate([None, *body]):
        result += [line] if line else []
        result += [found for _, found in sorted(after.get(index, ()), key=lambda pair: pair[0])]
    return result


class _Page:
    """Where the lines of an article are in its page."""

    def __init__(self, tree: Any, body: Sequence[Line], headline: str | None) -> None:
        self._tree = tree
        self._order = {element: at for at, element in enumerate(tree.iter())}
        wanted: dict[str, int] = {}
        for index, (text, _) in enumerate(body, start=1):
            wanted.setdefault(key(text), index)
        top = None
        self._lines: dict[Any, int] = {}
        self._holders = [element for element in self._order if _holds_line(element)]
        for element in self._holders:
            line = wanted.get(key(_text(element)))
            if line is not None:
                self._lines[element] = line
            elif headline and key(_text(element)) == key(headline):
                titled = top is not None and top.tag in HEADINGS
                top = element if element.tag in HEADINGS and not titled else top
        places = [self._order[element] for element in self._lines]
        self._highest = list(zip(places, accumulate(self._lines.values(), max), strict=True))
        self._text = _common(list(self._lines))
        self._scope = self._text
        while top is not None and self._scope is not None and not _is_below(top, self._scope):
            self._scope = self._scope.getparent()
        own = self._scope
        while own is not None and own.tag not in ("article", "main"):
            own = own.getparent()
        self._article = own
        self._first = self._order[top] if top is not None else min(places, default=0)
        self._last = max(places, default=-1)

    def omitted(self) -> Iterator[tuple[int, int, list[Line]]]:
        """What was left out: its place in the page, the line of the body that it follows (from 1;
        0 for none), and its lines."""
        captions = figures.captions(self._tree)
        for element in captions:
            if self._is_ours(element):
                yield self._order[element], self._line_before(element), [*figures.lines(element)]
        if self._text is None:
            return
        parts = {element.getparent() for element in self._lines}
        inside = {inner for caption in captions for inner in caption.iter()}
        for element in self._text.iter("p", "h2", "h3", "h4"):
            if element in self._lines or element in inside or not _holds_line(element):
                continue
            zone = "subhead" if element.tag in HEADINGS else None
            told = self._heads_a_line(element) if zone else _is_told(element)
            part = _alone_in(element).getparent() if zone else element.getparent()
            if (
                told
                and (part in parts or (zone and any(p.getparent() is part for p in parts)))
                and not is_elsewhere(element, self._text, _NOT_OURS | {"blockquote"})
            ):
                text: list[Line] = [(plain(_text(element)), zone)]
                yield self._order[element], self._line_before(element), text

    def _line_before(self, element: Any) -> int:
        found = bisect_left(self._highest, (self._order[element],))
        return self._highest[found - 1][1] if found else 0

    def _is_ours(self, caption: Any) -> bool:
        at = self._order[caption]
        scope = self._article if self._article is not None else self._scope
        if scope is None or not _is_below(caption, scope):
            return False
        in_text = self._text is not None and _is_below(caption, self._text)
        above = at < self._first and self._article is not None
        if not (self._first < at < self._last or in_text or above):
            return False
        return not is_elsewhere(caption, scope, _NOT_OURS) and not _of_another(caption, scope)

    def _heads_a_line(self, heading: Any) -> bool:
        """Whether the line after a heading (not a link) is the article's, in the same part or in
        the next one of equal rank."""
        at = self._order[heading]
        if heading.xpath(".//a") or not self._first < at < self._last:
            return False
        after = bisect_right(self._holders, at, key=self._order.__getitem__)
        following = self._holders[after] if after < len(self._holders) else heading
        part = _alone_in(heading).getparent()
        near = (following.getparent(), getattr(following.getparent(), "getparent", lambda: None)())
        return following in self._lines and part in near


def _holds_line(element: Any) -> bool:
    """Whether an element may be a line of its own."""
    return (
        isinstance(element.tag, str)
        and element.tag in ("p", "li", "div", "td", "dd", "font", "b", "span", "strong", *HEADINGS)
        and not any(
            child.tag in ("p", "div", "li", "section", "ul", "table")
            for child in element.iterdescendants()
        )
    )


def _is_told(element: Any) -> bool:
    """Whether an element is a paragraph or an item with some content, and not a link."""
    text = plain(_text(element))
    return len(text) >= _LEAST and has_stop(text) and not _is_link(element)


def _alone_in(element: Any) -> Any:
    """The outermost part of a page that holds an element and nothing else."""
    above = element.getparent()
    while above is not None and len(above) == 1 and plain(_text(above)) == plain(_text(element)):
        element, above = above, above.getparent()
    return element


def _of_another(caption: Any, scope: Any) -> bool:
    """Whether a caption is in a teaser: mostly a link, or beside a heading that is one."""
    if _is_link(caption):
        return True
    for above in caption.iterancestors():
        if above is scope:
            return False
        if above.tag in ("figure", "li", "article") and above.xpath(_TEASERS):
            return True
    return False


def _is_link(element: Any) -> bool:
    whole = len(plain(_text(element)))
    linked = sum(len(plain(_text(a))) for a in element.iter("a") if a.get("href"))
    return not whole or linked > _LINKED * whole


def _is_below(element: Any, top: Any) -> bool:
    return any(above is top for above in element.iterancestors())


def _common(elements: Sequence[Any]) -> Any:
    """The innermost element that holds most of some elements."""
    counts: dict[Any, int] = {}
    for element in elements:
        for above in element.iterancestors():
            counts[above] = counts.get(above, 0) + 1
    held = [above for above, count in counts.items() if count >= _MOST * len(elements)]
    return max(held, key=lambda above: sum(1 for _ in above.iterancestors()), default=None)


def _text(element: Any) -> str:
    return "".join(element.itertext())
