"""Web pages: the article's own lines, and the role that the page's structure gives each.

trafilatura finds where the article is; the page's markup tells what its parts are: the ``h1`` is
the headline, headings are subheads, captions captions. What the page states about itself (JSON-LD,
``meta``, ``time``, ``link``) gives its date, language, address, outlet and byline.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from copydesk.errors import InputError
from copydesk.extras import needs
from copydesk.ingest import boxes, crowded, figures, layout, pagedata
from copydesk.ingest.dates import day
from copydesk.ingest.elsewhere import HEADINGS
from copydesk.ingest.layout import key, plain
from copydesk.ingest.omitted import with_omitted
from copydesk.ingest.visible import NAMED_BY
from copydesk.ingest.walls import wall
from copydesk.text.language import language as language_of
from copydesk.text.lines import fixed, has_stop
from copydesk.text.tabular import is_figures
from copydesk.text.wording import Wording, wording

Line = tuple[str, str | None]
"""A line and its zone; None where the page's structure gives none."""

_NETWORKS: Final = (
    *("twitter", "instagram", "tiktok", "bluesky", "mastodon", "threads", "telegram-post"),
    *("fb-post", "fb-video", "text-post-media", "reddit-embed", "imgur-embed"),
)
_NOT_TEXT: Final = (
    "//*[self::blockquote or self::div]["
    + " or ".join(f"contains(@class,'{name}')" for name in _NETWORKS)
    + "][not(.//h1)][string-length(normalize-space(.)) < 1500]"
    "|//script[not(contains(@type,'ld+json'))]|//style|//noscript|//template|//svg"
)
_BLOCKS: Final = frozenset(("p", "head", "item", "quote", "row", "ab"))
_HOLDERS: Final = frozenset(("body", "div", "list", "table", "main"))
_TITLE: Final = 150
_HEADING: Final = 80
_WORDS_OF_HEADING: Final = 4
_PARAGRAPHS: Final = 3
_ABOVE: Final = 3
_DATE_AT_MOST: Final = 40
_DIGITS_OF_DATE: Final = 5
_TAG: Final = re.compile(r"<[A-Za-z](?:[^=>]+|=\s*(?:\"[^\"]*\"|'[^']*')|=)*")
_VALUE: Final = re.compile(r"=\s*(?:\"[^\"]*\"|'[^']*')")
_ATTRIBUTES: Final = 1000
"""The most of one tag: the parser compares each with all before it."""
_TAG_AT_MOST: Final = 3
"""A list whose items have at least this many words is text: tags and menus have fewer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What a page holds.

    Args:
        lines: the headline first, if there is one.
        fields: title, outlet, url, published, language, as far as the page says them.
        other: byline and description, and the text of boxes of facts (`boxes`).
    """

    lines: tuple[Line, ...]
    fields: dict[str, Any] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)


def extract(data: bytes | str, language: str | None = None) -> Page:
    """Find the article in a page.

    Args:
        data: the page.
        language: of a page that does not state one, as a BCP 47 tag; English where None.

    Raises:
        InputError: there is none, or the page is a consent wall, a check against bots or the stub
            of an article behind a paywall (the reason says which).
        MissingExtraError: trafilatura is not installed.
    """
    with needs("html", "Reading HTML"):
        import trafilatura
    _refuse_many_attributes(data)
    tree = trafilatura.load_html(data)
    if tree is None:
        raise InputError("This is not an HTML page.", hint="Save the article as .txt.")
    layout.unfold(tree)
    said = pagedata.read(tree)
    known = _Known(
        headings=_headings(tree),
        captions=_captions(tree),
        codes=_codes(tree),
        wording=wording(language_of(said.fields.get("language") or language or "en")),
    )
    for element in tree.xpath(_NOT_TEXT):
        layout.drop(element)
    boxes.drop_teasers(tree, known.wording)
    boxes.drop_further(tree)
    boxes.drop_authors(tree)
    boxes.drop_sign_ups(tree)
    boxes.drop_pull_quotes(tree)
    facts = boxes.set_aside_facts(tree)
    uncrowded = copy.deepcopy(tree)
    crowded.unwrap(uncrowded)
    found: Any = trafilatura.bare_extraction(
        uncrowded, with_metadata=False, include_comments=False, include_tables=True
    )
    body = list(_body(found.body)) if found is not None and found.body is not None else []
    reason = wall(tree, [text for text, _ in body], paid=said.paid)
    if reason:
        raise InputError(
            reason, hint="Save the article itself as .txt, or the page as a reader sees it."
        )
    if not body:
        raise InputError(
            "No article was found in this page.", hint="Save the article itself as .txt."
        )
    _date_above(body, said.fields, known.wording)
    whole = boxes.without_placeholders(with_omitted(tree, body, said.headline), known.wording)
    lines = _zoned(boxes.without_repeats(whole), said.headline, known)
    other = said.other | ({"boxes": facts} if facts else {})
    return Page(lines=tuple(lines), fields=said.fields, other=other)


def _date_above(body: list[Line], fields: dict[str, Any], known: Wording) -> None:
    """The date of a page that marks none: found in one of the lines above its text."""
    for text, _ in body[:_ABOVE]:
        if "published" not in fields and known.dateline.match(text) and (found := day(text)):
            fields["published"] = found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the page's structure says of lines, and the wording of its language."""

    headings: set[str]
    captions: set[str]
    codes: set[str]
    wording: Wording


def _refuse_many_attributes(data: bytes | str) -> None:
    text = data if isinstance(data, str) else data.decode("latin-1")
    for tag in _TAG.finditer(text):
        # Each takes two characters at least.
        if tag.end() - tag.start() <= 2 * _ATTRIBUTES:
            continue
        count = len(_VALUE.sub(" ", tag[0]).replace("/", " ").split()) - 1
        if count > _ATTRIBUTES:
            raise InputError(
                f"A tag of this page has {count:,} attributes; no article's page has so many.",
                where=f"character {tag.start():,}",
                hint="Save the article as .txt.",
            )


def _headings(tree: Any) -> set[str]:
    found = {key(element.text_content()) for h in HEADINGS for element in tree.iter(h)}
    found |= {key(text) for text in _bold_lines(tree)}
    return found - {""}


def _bold_lines(tree: Any) -> Iterator[str]:
    """Short paragraphs that are bold as a whole, without a stop, above another paragraph."""
    for paragraph in tree.xpath("//p[strong or b]"):
        text = plain(paragraph.text_content())
        bold = [plain(element.text_content()) for element in paragraph.iterchildren("strong", "b")]
        below = paragraph.getnext()
        if (
            text in bold
            and _WORDS_OF_HEADING <= len(text) <= _HEADING
            and not has_stop(text)
            and text[-1] not in ":,;"
            and below is not None
            and below.tag == "p"
            and below.find("strong") is None
            and len(plain(below.text_content())) > len(text)
        ):
            yield text


def _captions(tree: Any) -> set[str]:
    return {key(e.text_content()) for e in figures.captions(tree)} - {""}


def _codes(tree: Any) -> set[str]:
    """Lines of a program between paragraphs; an old page may have its whole text in a ``pre``."""
    if len(tree.xpath("//p")) < _PARAGRAPHS:
        return set()
    return {key(element.text_content()) for element in tree.iter("pre")} - {""}


def _body(element: Any) -> Iterator[Line]:
    """The lines of trafilatura's tree, with the zones that its tags say."""
    loose = [element.text or ""]
    for child in element:
        if child.tag not in _BLOCKS and child.tag not in _HOLDERS and child.tag != "lb":
            loose.append("".join(child.itertext()))
        else:
            yield from _filled([(plain("".join(loose)), None)])
            loose = []
            if child.tag in _BLOCKS:
                yield from _filled(_block(child))
            elif child.tag == "list":
                yield from _list(child)
            else:
                yield from _body(child)
        loose.append(child.tail or "")
    yield from _filled([(plain("".join(loose)), None)])


def _filled(lines: Iterable[Line]) -> Iterator[Line]:
    return (line for line in lines if line[0])


def _block(element: Any) -> Iterator[Line]:
    if element.tag == "row":
        cells = (plain("".join(cell.itertext())) for cell in element.iter("cell"))
        yield " | ".join(cell for cell in cells if cell), "note"
        return
    zone = "subhead" if element.tag == "head" else None
    for text in _broken(element):
        yield text, zone


def _list(element: Any) -> Iterator[Line]:
    """The items of a list: sentences or parts of them, unless most are tags of a word or two."""
    lines = list(_filled(_body(element)))
    words = sorted(len(text.split()) for text, _ in lines)
    told = bool(words) and words[len(words) // 2] >= _TAG_AT_MOST
    for text, zone in lines:
        yield text, ("item" if told and zone is None else zone)


def _broken(element: Any) -> Iterator[str]:
    """An element's text, cut at its line breaks and inner paragraphs."""
    parts = [element.text or ""]
    for child in element.iterdescendants():
        if child.tag in ("lb", "p", "item"):
            parts.append("\n")
        parts.append(child.text or "")
        parts.append(child.tail or "")
    marked = "".join(p if p == "\n" else p.replace("\n", " ") for p in parts)
    yield from (plain(line) for line in marked.split("\n"))


def _zoned(body: list[Line], headline: str | None, known: _Known) -> Iterator[Line]:
    top = key(headline) if headline else ""
    first = body[0][0] if body else ""
    shorter = top and top not in known.headings and key(first).startswith(top)
    if shorter and len(first) <= _TITLE and not has_stop(first):
        # The title of the page is shorter than the headline that it shows.
        headline, top = first, key(first)
    if headline:
        yield headline, "headline"
    for index, (text, zone) in enumerate(body):
        same = key(text)
        if not same or same == top:
            continue
        if zone in (None, "item", "subhead") and same in known.headings:
            zone = "note" if fixed(text, known.wording) == "note" else "subhead"
        elif zone in (None, "item") and same in known.codes:
            zone = "note"
        elif zone in (None, "item", "note") and same in known.captions:
            zone = "caption"
        elif zone is None and len(text) <= _DATE_AT_MOST and not fixed(text, known.wording):
            if text[-1] in "-–—|·":
                zone = "note"
            elif index < _ABOVE and NAMED_BY.match(text):
                zone = "byline"
            elif index < _ABOVE and _is_date(text):
                zone = "dateline"
        elif zone == "item":
            told = fixed(text, known.wording) or is_figures(text, known.wording)
            zone = None if told else "body"
        credit = zone == "caption" and fixed(text, known.wording) == "credit"
        yield text, "credit" if credit else zone


def _is_date(text: str) -> bool:
    """Whether a line is a date and hardly anything else, in whatever language."""
    digits = sum(map(str.isdigit, text))
    return digits >= _DIGITS_OF_DATE and not has_stop(text) and day(text) is not None
