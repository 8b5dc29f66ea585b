"""What a page shows and does not say in its head: headline, date and byline by their classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from copydesk.ingest.dates import day

OTHERS: Final = (
    "ancestor-or-self::*[self::blockquote or self::aside or self::nav or self::footer or self::li"
    " or contains(@class,'tweet') or contains(@class,'twitter') or contains(@class,'comment')"
    " or contains(@class,'related') or contains(@class,'teaser') or contains(@class,'promo')"
    " or contains(@class,'card') or contains(@class,'recommend') or contains(@class,'most-read')]"
)
"""Parts of a page that are not its article: posts, comments, and links to other articles."""
_HEADLINES: Final = ("headline", "entry-title", "article-title", "post-title", "story-title")
_DATES: Final = ("publish", "date", "posted", "timestamp", "byline", "meta", "article-info", "time")
_AUTHORS: Final = ("byline", "author")
_CHANGED: Final = re.compile(
    r"updated|modified|aktualisiert|mis à jour|modifié|actualizad|atualizad|aggiornat|bijgewerkt"
    r"|uppdatera|opdatere|oppdatert|aktualizac",
    re.IGNORECASE,
)
_BY: Final = re.compile(
    r"^(?:(?:posted|written|story|words|text)\s+)?(?:by|von|par|por|di|da|door|av|af|przez)\s*:?\s+",
    re.IGNORECASE,
)
_DATE_AT_MOST: Final = 120
_NAME_AT_MOST: Final = 100
_IN_ADDRESS: Final = re.compile(
    r"/((?:19|20)\d\d)[/-](\d{1,2}|[a-z]{3})[/-](\d{1,2})(?=[/-]|$)"
    r"|[/-]((?:19|20)\d\d)(\d\d)(\d\d)(?=[/.-]|$)"
)


def headlines(tree: Any) -> Iterator[str]:
    """What is marked as a headline without being an ``h1``."""
    for element in _marked(tree, "headline", _HEADLINES):
        if text := _plain(element):
            yield text


def date(tree: Any) -> str | None:
    """The day in the first element that is marked as a date and holds one, and no other words
    than a byline has; not the day of a change."""
    for name in _DATES:
        for element in _marked(tree, "", (name,)):
            text = _plain(element)
            if len(text) <= _DATE_AT_MOST and not _CHANGED.search(text) and (found := day(text)):
                return found
    return None


def date_of(address: str | None) -> str | None:
    """The day that an address names: ``/2024/03/07/``, ``/2024/mar/07/``, ``-20240307.html``."""
    for match in _IN_ADDRESS.finditer((address or "").lower()):
        year, month, number = (part for part in match.groups() if part)
        written = f"{year}-{month}-{number}" if month.isdigit() else f"{number} {month} {year}"
        if found := day(written):
            return found
    return None


def byline(tree: Any) -> str | None:
    """Who is marked as the author, without the "By" before the name."""
    for element in [*tree.xpath("//a[@rel='author']"), *_marked(tree, "author", _AUTHORS)]:
        text = _BY.sub("", _plain(element))
        if text and len(text) <= _NAME_AT_MOST and not text.endswith("."):
            return text
    return None


def _marked(tree: Any, itemprop: str, names: tuple[str, ...]) -> Iterator[Any]:
    """Elements of the article by a word of their class, or by ``itemprop``."""
    classes = " or ".join(f"contains(@class,'{name}')" for name in names)
    for element in tree.xpath(f"//body//*[{classes} or @itemprop='{itemprop}']"):
        if not element.xpath(OTHERS):
            yield element


def _plain(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())
