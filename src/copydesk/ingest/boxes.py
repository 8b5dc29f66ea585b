"""Boxes in a page that are not its article, taken out before and after its text is found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from copydesk.ingest.layout import drop, key, plain
from copydesk.text.lines import fixed, has_stop
from copydesk.text.wording import Wording

Line = tuple[str, str | None]

_ABOUT_AUTHOR: Final = re.compile(
    r"(?:author|writer|contributor|byline|autor|auteur)s?[\w-]{0,40}?(?:bio(?:graphy)?|box|about)(?![a-z])"
    r"|(?:about|bio)-(?:the-)?(?:author|writer)s?(?![a-z])",
    re.IGNORECASE,
)
"""The classes of a box that tells who wrote the article."""
_FACTS: Final = re.compile(
    r"(?:fact|info|fakta|fakten|info-?rma[ct]ion)s?[-_]?(?:box|ruta|boks|kasten|panel|file)(?![a-z])"
    r"|(?:^|[\s_-])(?:faktaruta|encadr[eé]|recuadro|explainer-?box|key-?facts)(?![a-z])",
    re.IGNORECASE,
)
"""The classes of a box of facts beside the running text."""
_PULLED: Final = re.compile(r"pull-?quote|zitat-?box|(?:^|[\s_-])pulled(?![a-z])", re.IGNORECASE)
_PULLS: Final = 100
"""An article has a few of these; each is sought in the whole page."""
_SOURCE: Final = re.compile(r"\s[—–-]\s?[^—–-]{2,60}$")
"""Who is quoted, below a quotation in large letters."""
_FURTHER: Final = re.compile(
    r"(?:^|[\s_-])(?:more-?(?:stories|news|from|on|like)|further-reading|read-?next|up-?next"
    r"|also-?(?:read|like)|you-(?:may|might)[\w-]*)(?![a-z])|(?:^|[\s_-])(?:related|recommend)",
    re.IGNORECASE,
)
"""The classes of a part that leads on to other articles, with the first lines of each."""
_FORM: Final = 400
"""In characters: the most that the box of a sign-up form says."""
_REPEATED: Final = 60
"""In characters: a line as long as this is not said twice."""
_OFTEN: Final = 3
_TITLE: Final = 150
_LABEL: Final = 40
_LABELLED: Final = 2
_LINKED: Final = 2
_BOX: Final = 2000
_WORDS_OF_TITLE: Final = 4


def drop_teasers(tree: Any, known: Wording) -> None:
    """Lines and boxes that only lead to other articles: "Read more: Bridge closed"."""
    labels = _labels_of_links(tree)
    for element in list(tree.iter("p", "li", "div", "section", "ul", "h3", "h4")):
        if element.find(".//a") is None or element.getparent() is None:
            continue
        text = plain(element.text_content())
        linked = [plain(a.text_content()) for a in element.iter("a") if a.get("href")]
        share = sum(map(len, linked))
        line = (
            0 < len(text) <= _TITLE and element.find(".//p") is None and _LINKED * share > len(text)
        )
        teaser = line and (fixed(text, known) == "note" or _label(text) in labels)
        if teaser or _is_box_of_links(element, text, linked):
            drop(element)


def _labels_of_links(tree: Any) -> set[str]:
    """Labels that come before several links, in whatever language: "LEES OOK | Brug gesloten"."""
    paragraphs = (plain(p.text_content()) for p in tree.iter("p") if p.find(".//a") is not None)
    counts = Counter(_label(text) for text in paragraphs if len(text) <= _TITLE)
    return {label for label, count in counts.items() if label and count >= _LABELLED}


def _label(text: str) -> str:
    """The text before a colon or a bar, if it is short."""
    label, mark, rest = text.partition("|") if "|" in text else text.partition(":")
    return key(label) if mark and rest and len(label) <= _LABEL else ""


def drop_further(tree: Any) -> None:
    """Parts that show other articles with their headings, as their class says."""
    whole = len(plain(tree.text_content()))
    for element in tree.xpath("//body//section[@class]|//body//div[@class]|//body//aside[@class]"):
        named = element.get("class")
        if not (_FURTHER.search(named) or (element.tag != "div" and named == "more")):
            continue
        text = plain(element.text_content()) if element.getparent() is not None else ""
        if text and element.find(".//a") is None and not element.xpath(".//h2|.//h3|.//h4"):
            continue
        if text and 3 * len(text) < whole and not element.xpath(".//h1"):
            drop(element)


def drop_authors(tree: Any) -> None:
    """Boxes that tell who wrote the article, as their class says."""
    for element in tree.xpath("//body//*[@class]"):
        if element.getparent() is None or not _ABOUT_AUTHOR.search(element.get("class")):
            continue
        if len(plain(element.text_content())) <= _BOX and not element.xpath(".//h1"):
            drop(element)


def drop_pull_quotes(tree: Any) -> None:
    """Words of the text that the page shows again in large letters, as their class says."""
    found = [e for e in tree.xpath("//body//*[@class]") if _PULLED.search(e.get("class"))][:_PULLS]
    whole = key(tree.text_content()) if found else ""
    for element in found:
        said = key(
            _SOURCE.sub("", plain(" ".join(element.xpath(".//text()[not(ancestor::cite)]"))))
        )
        if element.getparent() is not None and said and whole.count(said) > 1:
            drop(element)


def drop_sign_ups(tree: Any) -> None:
    """Forms that ask for an address, with the heading and the small print around them."""
    sizes: dict[Any, int] = {}
    tried = set()
    for field in tree.xpath("//body//input[@type='email']"):
        box = None
        for above in field.iterancestors():
            if above not in sizes:
                sizes[above] = len(plain(above.text_content()))
            if above.tag == "body" or sizes[above] > _FORM:
                break
            box = above
        if box is None or box in tried:
            continue
        tried.add(box)
        if box.getparent() is not None and not box.xpath(".//h1"):
            drop(box)


def set_aside_facts(tree: Any) -> list[str]:
    """Take boxes of facts out of a page, and return the text of each.

    A box is not part of the running text; a page puts it wherever there is room.
    """
    texts = []
    whole = len(plain(tree.text_content()))
    for element in tree.xpath("//body//*[@class]"):
        named = _FACTS.search(element.get("class"))
        if not named or element.getparent() is None or element.xpath(".//h1"):
            continue
        lines = (plain(e.text_content()) for e in element.iter("p", "li", "h2", "h3", "h4"))
        text = "\n".join(line for line in lines if line)
        if 2 * len(text) < whole:
            texts.append(text or plain(element.text_content()))
            drop(element)
    return [text for text in texts if text]


def _is_box_of_links(element: Any, text: str, linked: Sequence[str]) -> bool:
    """Whether a part of a page contains nothing but links, below a heading."""
    if element.tag not in ("div", "section", "ul") or not linked or len(text) > _BOX:
        return False
    heads = element.xpath(".//h2|.//h3|.//h4|.//h5")
    titles = [plain(head.text_content()) for head in heads if head.find(".//a") is None]
    rest = len(text) - sum(map(len, titles)) - sum(map(len, linked))
    tells = any(len(link.split()) >= _WORDS_OF_TITLE and not has_stop(link) for link in linked)
    return bool(titles) and tells and rest <= len(titles) + len(linked)


def without_repeats(body: Sequence[Line]) -> list[Line]:
    """Each long line once: a summary, say, that the page shows for wide screens and for narrow."""
    seen: set[str] = set()
    kept: list[Line] = []
    for text, zone in body:
        same = key(text)
        if len(text) < _REPEATED or same not in seen:
            kept.append((text, zone))
        seen.add(same)
    return kept


def without_placeholders(body: Sequence[Line], known: Wording) -> list[Line]:
    """Without placeholders of pictures and posts that were not loaded: notes that are repeated, and
    the headings that come with each of them."""
    counts = Counter(key(text) for text, _ in body)
    often = {text for text, _ in body if counts[key(text)] >= _OFTEN}
    notes = {key(text) for text in often if fixed(text, known) == "note"}
    kept: list[Line] = []
    for index, (text, zone) in enumerate(body):
        below = key(body[index + 1][0]) if index + 1 < len(body) else ""
        if key(text) not in notes and not (text in often and below in notes):
            kept.append((text, zone))
    return kept
