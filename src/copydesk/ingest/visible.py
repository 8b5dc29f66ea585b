"""What a page shows but does not state in its head: headline, date and byline by their classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from copydesk.ingest.dates import day
from copydesk.ingest.elsewhere import is_elsewhere

_HEADLINES: Final = ("headline", "entry-title", "article-title", "post-title", "story-title")
_DATES: Final = ("publish", "date", "posted", "timestamp", "byline", "meta", "article-info", "time")
_AUTHORS: Final = ("byline", "author")
_CHANGED: Final = re.compile(
    r"updated|modified|aktualisiert|mis à jour|modifié|actualizad|atualizad|aggiornat|bijgewerkt"
    r"|uppdatera|opdatere|oppdatert|aktualizac",
    re.IGNORECASE,
)
_BY: Final = re.compile(
    r"^(?:(?:(?:posted|written|story|words|text)\s+)?(?:by|von|par|por|di|da|door|av|af|przez)"
    r"|authors?|auteure?s?|autor(?:in|e[sn])?)\s*:?\s+",
    re.IGNORECASE,
)
_CAPITAL: Final = r"[A-ZÀ-ÞŁŚŻ][\w.’'-]{0,30}"
NAMED_BY: Final = re.compile(
    r"(?:(?:Posted|Written|Story|Words|Text|Interview)\s*:?\s+)?"
    r"(?:[Bb]y|BY|[Vv]on|[Pp]ar|[Pp]or|[Dd]oor|[Aa]v|[Aa]f|Di)\s*:?\s+"
    rf"({_CAPITAL}(?:\s(?:{_CAPITAL}|and|und|et|y|e|en|och|de|del|der|van|von|da|di|&)){{1,6}})"
    r"(?=$|\s*[,|·•(–—/-]|\s\d)"
)
_HEADLINE_AT_MOST: Final = 220
_DATE_AT_MOST: Final = 120
_NAME_AT_MOST: Final = 100
_PARAGRAPH: Final = 150
_NEAR: Final = 8
_ABOVE: Final = 3
_BLANKS: Final = " \t\r\n"
_UNSEEN: Final = frozenset(("script", "style", "title", "option", "noscript", "template"))
_IN_ADDRESS: Final = re.compile(
    r"/((?:19|20)\d\d)[/-](\d{1,2}|[a-z]{3})[/-](\d{1,2})(?=[/-]|$)"
    r"|[/-]((?:19|20)\d\d)(\d\d)(\d\d)(?=[/.-]|$)"
)


def headlines(tree: Any) -> Iterator[str]:
    """What is marked as a headline without being an ``h1``."""
    large = tree.xpath("//font[@size='+2' or @size='+3' or @size='+4' or @size>=4]")
    for element in [*_marked(tree, "headline", _HEADLINES), *large]:
        if (text := _plain(element)) and len(text) <= _HEADLINE_AT_MOST:
            yield text


def alone(tree: Any, wanted: set[str]) -> str | None:
    """The longest of some texts (in lower case) that the page shows on a line of its own."""
    lines = tree.xpath(
        "//body//*[self::b or self::strong or self::font or self::big or self::td"
        " or self::div or self::span or self::p or self::h2 or self::h3 or self::h4"
        " or self::center][string-length(normalize-space(.)) < 220]"
    )
    texts = (_plain(element) for element in lines if not is_elsewhere(element))
    return max((text for text in texts if text.casefold() in wanted), key=len, default=None)


def date(tree: Any) -> str | None:
    """The day in the first element that is marked as a date and contains one, with no words beyond
    those of a byline; not the day of an update."""
    for name in _DATES:
        for element in _marked(tree, "", (name,)):
            text = _plain(element)
            if len(text) <= _DATE_AT_MOST and (found := _first_day(text)):
                return found
    return None


def near_headline(tree: Any, headline: str | None) -> Iterator[str]:
    """The short texts around a headline, above the first paragraph: date, byline, section."""
    wanted = " ".join((headline or "").split()).casefold()
    above: list[str] = []
    below = 0
    found = False
    for element in (element for body in tree.iter("body") for element in body.iterdescendants("*")):
        if not _begins_with_text(element) or element.tag in _UNSEEN or is_elsewhere(element):
            continue
        text = _plain(element)
        if found and (len(text) >= _PARAGRAPH or below >= _NEAR):
            return
        if found:
            below += 1
            yield text
        elif text.casefold() == wanted:
            found = True
            yield from above[-_ABOVE:]
        elif len(text) <= _DATE_AT_MOST:
            above.append(text)


def date_of(address: str | None) -> str | None:
    """The day that an address names: ``/2024/03/07/``, ``/2024/mar/07/``, ``-20240307.html``."""
    for match in _IN_ADDRESS.finditer((address or "").lower()):
        year, month, number = (part for part in match.groups() if part)
        written = f"{year}-{month}-{number}" if month.isdigit() else f"{number} {month} {year}"
        if found := day(written):
            return found
    return None


def date_near(tree: Any, headline: str | None) -> str | None:
    """The day in a short text beside the headline; not the day of an update."""
    for text in near_headline(tree, headline):
        if len(text) <= _DATE_AT_MOST and (found := _first_day(text)):
            return found
    return None


def _first_day(text: str) -> str | None:
    """The day that a text names, not that of an update, which may follow it."""
    changed = _CHANGED.search(text)
    if changed is None:
        return day(text)
    return day(text[: changed.start()]) if day(text[changed.start() :]) else None


def byline(tree: Any, headline: str | None) -> str | None:
    """Who is marked as the author, or is named with "By" beside the headline, without the "By"."""
    for element in [*tree.xpath("//a[@rel='author']"), *_marked(tree, "author", _AUTHORS)]:
        text = _BY.sub("", _plain(element))
        if text and len(text) <= _NAME_AT_MOST and not text.endswith("."):
            return text
    for text in near_headline(tree, headline):
        name = NAMED_BY.match(text)
        if name and len(text) <= _DATE_AT_MOST:
            return name[1]
    return None


def _marked(tree: Any, itemprop: str, names: tuple[str, ...]) -> Iterator[Any]:
    """Elements of the article by a word of their class, or by ``itemprop``."""
    classes = " or ".join(f"contains(@class,'{name}')" for name in names)
    for element in tree.xpath(f"//body//*[{classes} or @itemprop='{itemprop}']"):
        if not is_elsewhere(element):
            yield element


def _begins_with_text(element: Any) -> bool:
    """Whether the first text that an element has itself, and not in another one, is more than
    blanks."""
    # In XPath the same test takes the square of the number of texts beside each other.
    own = chain([element.text], (child.tail for child in element))
    return bool(next(filter(None, own), "").strip(_BLANKS))


def _plain(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())
