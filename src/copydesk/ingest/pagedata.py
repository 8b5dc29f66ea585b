"""What a page states about itself: JSON-LD, meta, link, time, language; then what it shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final
from urllib.parse import urljoin

from copydesk.ingest import visible
from copydesk.ingest.dates import day
from copydesk.ingest.elsewhere import is_elsewhere
from copydesk.ingest.fields import language, uri
from copydesk.ingest.translations import LINKS

_ARTICLES: Final = re.compile(
    r"(?:News|Reportage|Opinion|Analysis|Report|Review|BackgroundNews|AskPublicNews|Satirical|Tech)?"
    r"Article$|LiveBlogPosting$|BlogPosting$|^Report$"
)
_DATES: Final = (
    *(
        "article:published_time",
        "og:article:published_time",
        "article:published",
        "og:published_time",
    ),
    *("datepublished", "date", "pubdate", "publishdate", "publish-date", "publish_date"),
    *("publication_date", "parsely-pub-date", "sailthru.date", "dc.date", "dc.date.issued"),
    *(
        "dcterms.date",
        "dcterms.created",
        "dc.created",
        "citation_date",
        "cxenseparse:recs:publishtime",
    ),
    *("article.published", "originalpublicationdate", "date.issued", "rnews:datepublished"),
    *("analyticsattributes.articledate", "published_time", "bt:pubdate", "iso-8601-publish-date"),
)
_SEPARATORS: Final = re.compile(r"\s+[|–—·•»-]\s+|\s*\|\s*")
_BLANKS: Final = re.compile(r"\s+")
_LONGEST: Final = 1000
"""In characters: a title with more is not one of several parts."""
_MOST: Final = 20
"""A page describes its article a few times; each title is compared with each heading."""


@dataclass(slots=True)
class Said:
    """What a page says of its article.

    Args:
        headline: the one headline, as readers see it.
        paid: whether it says that its article is not free.
    """

    headline: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)
    paid: bool = False


def read(tree: Any) -> Said:
    """Read what a parsed page states about itself."""
    meta = _meta(tree)
    about = list(_linked(tree))
    outlet = _outlet(meta, about)
    title = _title(tree, meta, about, outlet)
    known = {
        "title": title,
        "outlet": outlet,
        "url": _address(tree, meta, about),
        "published": _published(tree, meta, about, title),
        "language": _language(tree, meta, about),
    }
    byline = _authors(about) or meta.get("author") or meta.get("article:author")
    byline = byline or visible.byline(tree, title)
    other = {
        "byline": byline,
        "description": meta.get("og:description") or meta.get("description"),
        LINKS: _translations(tree, about, known["url"]),
    }
    return Said(
        headline=title,
        fields={k: v for k, v in known.items() if v},
        other={k: v for k, v in other.items() if v},
        paid=any(str(a.get("isAccessibleForFree")).lower() == "false" for a in about),
    )


def _plain(text: str | None) -> str:
    return _BLANKS.sub(" ", (text or "").replace("\u200b", "")).strip()


def _key(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


def _meta(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        value = _plain(element.get("content"))
        if name and value:
            found.setdefault(name.strip().lower(), value)
    return found


def _linked(tree: Any) -> Iterator[dict[str, Any]]:
    """The articles that the page's JSON-LD describes; its own one first if it says which."""
    found = []
    for script in tree.xpath("//script[contains(@type,'ld+json')]"):
        try:
            document = json.loads(_unwrapped(script.text_content()), strict=False)
        except (ValueError, RecursionError):
            continue
        found += [thing for thing in _things(document) if _is_article(thing)]
    yield from sorted(found, key=lambda a: "headline" not in a)


def _unwrapped(text: str) -> str:
    return re.sub(r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\]\]>|\]\]>)\s*$", "", text)


def _things(document: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(document, list):
        for part in document:
            yield from _things(part, depth)
    elif isinstance(document, dict) and depth < 4:
        yield document
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _things(document.get(name), depth + 1)


def _is_article(thing: dict[str, Any]) -> bool:
    kinds = thing.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and _ARTICLES.search(name) for name in names)


def _outlet(meta: dict[str, str], about: list[dict[str, Any]]) -> str | None:
    for article in about:
        publisher = article.get("publisher")
        for one in publisher if isinstance(publisher, list) else [publisher]:
            name = one.get("name") if isinstance(one, dict) else None
            if isinstance(name, str) and name.strip():
                return meta.get("og:site_name") or _plain(name)
    return meta.get("og:site_name") or meta.get("application-name") or meta.get("publisher")


def _title(
    tree: Any, meta: dict[str, str], about: list[dict[str, Any]], outlet: str | None
) -> str | None:
    """The ``h1`` that is nearest to the titles that the page gives; else one of these."""
    stated = [meta.get("og:title"), meta.get("twitter:title"), tree.findtext(".//title")]
    stated += [a["headline"] for a in about if isinstance(a.get("headline"), str)][:_MOST]
    plain = [_key(without_outlet(_plain(t), outlet)) for t in stated if t]
    shown = [_plain("".join(_texts(h))) for h in tree.iter("h1") if not is_elsewhere(h)]
    # A logo may be an h1: the outlet's name, which follows the titles.
    names = {_name_in(_plain(t), outlet) for t in stated if t and _SEPARATORS.search(t)}
    names |= {_key(outlet)} if outlet else set()
    shown = [h for h in shown if h and _key(h) not in names]
    own = [_key(t) for t in (meta.get("og:title"), *stated[3:]) if t]
    if own and not any(_alike(_key(h), title) >= 0.5 for h in shown for title in own):
        # The h1 names the outlet, and the headline is an h2 or h3.
        for lower in tree.iter("h2", "h3"):
            if _key(_plain("".join(_texts(lower)))) in own and not is_elsewhere(lower):
                return _plain("".join(_texts(lower)))
    if shown:
        close = [max((_alike(_key(h), p) for p in plain), default=0.0) for h in shown]
        best = max(range(len(shown)), key=lambda i: (close[i], -i))
        if close[best] >= 0.5 or len(shown) == 1:
            return _punctuated(without_outlet(shown[best], outlet), stated, outlet)
    split = [_SEPARATORS.split(_plain(title)) for title in stated if title]
    parts = [_key(part) for found in split for part in found[:_MOST]]
    for named in visible.headlines(tree):
        if any(_alike(_key(named), title) >= 0.5 for title in (*plain, *parts)):
            return without_outlet(named, outlet)
    if alone := visible.alone(tree, {max(found, key=len).casefold() for found in split}):
        return alone
    for title in (*stated[3:], *stated[:3]):
        if title and _plain(title):
            return without_outlet(_plain(title), outlet)
    return None


def _name_in(title: str, outlet: str | None) -> str:
    """The outlet's name in a title of several parts: the last, unless the first is known as it."""
    first, *_, last = map(_key, _SEPARATORS.split(title))
    return first if outlet and first == _key(outlet) else last


def _texts(element: Any) -> Iterator[str]:
    """An element's text; between parts on lines of their own, a blank."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            beside = child.getnext()
            spans = child.tag == "span" and not child.tail and beside is not None
            yield " " if child.tag in ("br", "div", "p") else ""
            yield from _texts(child)
            yield " " if child.tag in ("div", "p") or (spans and beside.tag == "span") else ""
        yield child.tail or ""


def _punctuated(shown: str, stated: list[str | None], outlet: str | None) -> str:
    """A headline as one of the page's titles writes it, if it lost the colon between its parts."""
    for title in stated:
        written = without_outlet(_plain(title), outlet)
        if len(written) > len(shown) and _key(written) == _key(shown):
            return written
    return shown


def _alike(a: str, b: str) -> float:
    if not a or not b:
        return 0.0
    if a in b or b in a:
        return 0.5 + 0.5 * min(len(a), len(b)) / max(len(a), len(b))
    return SequenceMatcher(None, a[:300], b[:300], autojunk=False).ratio()


def without_outlet(title: str, outlet: str | None) -> str:
    """A title without the outlet's name: "Bridge opens | The Day" is "Bridge opens", and so is "The
    Day | Bridge opens" if the outlet is known."""
    if len(title) > _LONGEST:
        return title
    name = _key(outlet or "")
    mark = _SEPARATORS.search(title)
    if mark and name and _key(title[: mark.start()]) == name:
        title = title[mark.end() :]
    while True:
        marks = list(_SEPARATORS.finditer(title))
        if not marks:
            return title
        head, tail = title[: marks[-1].start()], _key(title[marks[-1].end() :])
        bar = "|" in marks[-1].group()
        is_name = name and (tail == name or tail in name or (name in tail and len(tail) < 40))
        if not head or not (is_name or (bar and len(tail.split()) <= 4 and len(head.split()) >= 3)):
            return title
        title = head


def _address(tree: Any, meta: dict[str, str], about: list[dict[str, Any]]) -> str | None:
    links = tree.xpath("//link[@rel='canonical']/@href")
    named = [a.get(name) for a in about for name in ("url", "mainEntityOfPage", "@id")]
    named = [value.get("@id") if isinstance(value, dict) else value for value in named]
    for value in (*links, meta.get("og:url"), *named):
        if isinstance(value, str) and (found := uri(value)):
            return found
    return None


def _translations(tree: Any, about: list[dict[str, Any]], own: str | None) -> list[str]:
    """Where the page says that the article is in other languages."""
    found = tree.xpath("//link[@rel='alternate'][@hreflang]/@href")
    for article in about:
        for name in ("workTranslation", "translationOfWork"):
            works = article.get(name)
            for work in works if isinstance(works, list) else [works]:
                found.append(work.get("url") or work.get("@id") if isinstance(work, dict) else work)
    links = [uri(urljoin(own or "", link)) for link in found if isinstance(link, str)]
    return [link for link in dict.fromkeys(links) if link and link != own]


def _published(
    tree: Any, meta: dict[str, str], about: list[dict[str, Any]], title: str | None
) -> str | None:
    for article in about:
        for name in ("datePublished", "dateCreated"):
            if isinstance(article.get(name), str) and (found := day(article[name])):
                return found
    for name in _DATES:
        if name in meta and (found := day(meta[name])):
            return found
    marked = tree.xpath("//*[@itemprop='datePublished' or @pubdate]")
    for element in [*marked, *tree.iter("time")]:
        if is_elsewhere(element):
            continue
        value = element.get("datetime") or element.get("content") or element.text_content()
        if found := day(_plain(value)):
            return found
    shown = visible.date(tree) or visible.date_near(tree, title)
    return shown or visible.date_of(_address(tree, meta, about))


def _language(tree: Any, meta: dict[str, str], about: list[dict[str, Any]]) -> str | None:
    root = tree.getroottree().getroot()
    stated = [root.get("lang"), root.get("{http://www.w3.org/XML/1998/namespace}lang")]
    stated += [a.get("inLanguage") for a in about if isinstance(a.get("inLanguage"), str)]
    stated += [
        meta.get(name) for name in ("language", "content-language", "dc.language", "og:locale")
    ]
    for value in stated:
        if value and (found := language(value)):
            return found
    return None


def _authors(about: list[dict[str, Any]]) -> str | None:
    for article in about:
        authors = article.get("author")
        names = [
            _plain(one.get("name"))
            if isinstance(one, dict) and isinstance(one.get("name"), str)
            else one
            if isinstance(one, str)
            else ""
            for one in (authors if isinstance(authors, list) else [authors])
        ]
        if any(names):
            return ", ".join(name for name in names if name)
    return None
