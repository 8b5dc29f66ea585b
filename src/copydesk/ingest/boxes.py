"""Boxes in a page that are not its article, taken out before and after its text is found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from copydesk.ingest.layout import key, plain
from copydesk.text.lines import fixed, has_stop
from copydesk.text.wording import Wording

Line = tuple[str, str | None]

_ABOUT_AUTHOR: Final = re.compile(
    r"(?:author|writer|contributor|byline|autor|auteur)s?[\w-]*?[-_]{0,2}(?:bio(?:graphy)?|box|about)(?![a-z])"
    r"|(?:about|bio)-(?:the-)?(?:author|writer)s?(?![a-z])",
    re.IGNORECASE,
)
"""The classes of a box that tells who wrote the article."""
_OFTEN: Final = 3
_TITLE: Final = 150
_LINKED: Final = 2
_BOX: Final = 2000
_WORDS_OF_TITLE: Final = 4


def drop_teasers(tree: Any, known: Wording) -> None:
    """Lines and boxes that only lead to other articles: "Read more: Bridge closed"."""
    for element in list(tree.iter("p", "li", "div", "section", "ul", "h3", "h4")):
        if element.find(".//a") is None or element.getparent() is None:
            continue
        text = plain(element.text_content())
        linked = [plain(a.text_content()) for a in element.iter("a") if a.get("href")]
        share = sum(map(len, linked))
        line = (
            0 < len(text) <= _TITLE and element.find(".//p") is None and _LINKED * share > len(text)
        )
        if (line and fixed(text, known) == "note") or _is_box_of_links(element, text, linked):
            element.drop_tree()


def drop_authors(tree: Any) -> None:
    """Boxes that tell who wrote the article, as their class says."""
    for element in tree.xpath("//body//*[@class]"):
        if element.getparent() is None or not _ABOUT_AUTHOR.search(element.get("class")):
            continue
        if len(plain(element.text_content())) <= _BOX and not element.xpath(".//h1"):
            element.drop_tree()


def _is_box_of_links(element: Any, text: str, linked: Sequence[str]) -> bool:
    """Whether a part of a page says nothing but links, below a heading."""
    if element.tag not in ("div", "section", "ul") or not linked or len(text) > _BOX:
        return False
    heads = element.xpath(".//h2|.//h3|.//h4|.//h5")
    titles = [plain(head.text_content()) for head in heads if head.find(".//a") is None]
    rest = len(text) - sum(map(len, titles)) - sum(map(len, linked))
    tells = any(len(link.split()) >= _WORDS_OF_TITLE and not has_stop(link) for link in linked)
    return bool(titles) and tells and rest <= len(titles) + len(linked)


def without_placeholders(body: Sequence[Line], known: Wording) -> list[Line]:
    """Without what stands for pictures and posts that were not loaded: notes that come again and
    again, and the headings that come with each of them."""
    counts = Counter(key(text) for text, _ in body)
    often = {text for text, _ in body if counts[key(text)] >= _OFTEN}
    notes = {key(text) for text in often if fixed(text, known) == "note"}
    kept: list[Line] = []
    for index, (text, zone) in enumerate(body):
        below = key(body[index + 1][0]) if index + 1 < len(body) else ""
        if key(text) not in notes and not (text in often and below in notes):
            kept.append((text, zone))
    return kept
