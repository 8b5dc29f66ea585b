"""Captions in a page: where they are, and their text and credit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from copydesk.ingest.elsewhere import HEADINGS
from copydesk.ingest.layout import key, plain

_CAPTION: Final = re.compile(
    r"(?:^|[\s_-])(?:(?:image|photo|picture|wp|tr|gallery)-?caption|caption-?text|caption"
    r"|bild(?:unterschrift|text|beschreibung)|l[ée]gende?|pie-?(?:de-?)?foto|didascalia"
    r"|onderschrift|bildetekst|billedtekst)(?![a-z])",
    re.IGNORECASE,
)
"""The classes of captions that are not a ``figcaption``, in several languages."""
_CREDIT: Final = re.compile(
    r"credit|copyright|photographer|rights|source|agency|quelle|kredyt|cr[ée]dit", re.IGNORECASE
)
_NAME_OF_CREDIT: Final = re.compile(r"\(?[\w.’' &-]{2,50}/[\w.’' &/-]{2,50}\)?")
_SMALL_WORDS_OF_CREDIT: Final = 2
_UNSEEN: Final = re.compile(
    r"visually-?hidden|sr-only|screen-reader|(?:^|[\s_-])hide(?:den)?(?:$|\s)|player|toggle",
    re.IGNORECASE,
)
_COUNTER: Final = re.compile(r"\d{1,3}\s?(?:of|/|von|sur|de|di|van|av|af)\s?\d{1,3}(?:\s+|$)")
_LOADING: Final = re.compile(
    r"(?:video|audio|image|gallery|player)?\s?(?:is )?(?:loading|unavailable)\W*"
    r"|(?:image|photo|picture|video) (?:caption|source|credit)\W*",
    re.IGNORECASE,
)
_NAME_APART: Final = re.compile(
    r"[A-ZÀ-Þ][\w.’'-]*(?:\s(?:[A-ZÀ-Þ][\w.’'-]*|de|van|von|del|/)){1,4}"
)
_NEAR: Final = 3
_PICTURES: Final = frozenset(("img", "amp-img", "picture", "figure", "video", "svg"))
_BREAK: Final = "\n"


def captions(tree: Any) -> list[Any]:
    """The elements of a page that hold a caption, the outermost of each."""
    found = [*tree.iter("figcaption")]
    every = set(found)
    near: dict[Any, bool | None] = {}
    for element in tree.xpath("//body//*[@class][not(.//img)]"):
        named = _CAPTION.search(element.get("class")) and _near_picture(element, near)
        if named and not any(inner in every for inner in element.iterdescendants()):
            found.append(element)
    every = set(found)
    return [e for e in found if not any(above in every for above in e.iterancestors())]


def lines(caption: Any) -> Iterator[tuple[str, str]]:
    """The lines of a caption with their zones: its headings and text, and the credit at the end."""
    credits: list[str] = []
    kind, parts = "caption", [""]
    _mark_name(caption)
    for kind_, text in [*_parts(caption, "caption"), ("caption", _BREAK)]:
        if kind_ == "credit":
            credits.append(text)
        elif text == _BREAK or kind_ != kind:
            line = _COUNTER.sub("", plain("".join(parts)).strip(" |·"), count=1)
            if len(key(line)) > 1 and not _LOADING.fullmatch(line):
                yield line, "credit" if kind == "caption" and is_credit(line) else kind
            kind, parts = kind_, ["" if text == _BREAK else text]
        else:
            parts.append(text)
    credit = plain("".join(credits)).strip(" |·")
    if len(key(credit)) > 1:
        yield credit, "credit"


def _mark_name(caption: Any) -> None:
    """A name set apart after a caption's last full stop is the photographer's."""
    last = caption[-1] if len(caption) else None
    if last is None or not isinstance(last.tag, str) or plain(last.tail or ""):
        return
    name, whole = plain("".join(last.itertext())), plain("".join(caption.itertext()))
    before = whole.removesuffix(name).rstrip()
    if _NAME_APART.fullmatch(name) and before.endswith((".", "。", "!", "?", ")", "”")):
        last.set("class", f"{last.get('class') or ''} credit")


def is_credit(line: str) -> bool:
    """Whether a line names a photographer and an agency and nothing else: "Lee Moss/AFP"."""
    small = sum(word.islower() for word in line.split())
    return _NAME_OF_CREDIT.fullmatch(line) is not None and small <= _SMALL_WORDS_OF_CREDIT


def _parts(element: Any, kind: str) -> Iterator[tuple[str, str]]:
    """The texts of an element with their kinds; `_BREAK` where a line ends."""
    if kind == "caption" and element.tag in HEADINGS:
        kind = "subhead"
    elif element.tag == "cite" or _CREDIT.search(element.get("class") or ""):
        kind = "credit"
    yield kind, element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            hidden = _UNSEEN.search(child.get("class") or "") or child.tag in ("button", "svg")
            block = child.tag in ("p", "div", "br", *HEADINGS)
            yield kind, _BREAK if block and kind != "credit" else " "
            if not hidden:
                yield from _parts(child, kind)
            yield kind, _BREAK if block and kind != "credit" else " " if child.tag == "span" else ""
        yield kind, child.tail or ""


def _near_picture(element: Any, known: dict[Any, bool | None]) -> bool:
    """Whether a picture is beside an element, or an enclosing one holds it and little else.

    Args:
        known: what was found of enclosing elements, each of which is looked through once.
    """
    beside = element.getprevious()
    if beside is not None and (beside.tag in _PICTURES or beside.xpath("./img|./picture")):
        return True
    for _, above in zip(range(_NEAR), element.iterancestors(), strict=False):
        if above not in known:
            known[above] = _holds_little_else(above)
        if (held := known[above]) is not None:
            return held
    return False


def _holds_little_else(element: Any) -> bool | None:
    """Whether an element holds little else than a picture; None if it holds no picture."""
    if not element.xpath(".//img|.//picture|.//amp-img|.//video|.//svg"):
        return None
    return len(element.xpath(".//p")) <= _NEAR
