"""What each line of an article is.

Web copy does not mark its lines: captions and subheads stand in the middle of the body like any
paragraph. Three things give them away: fixed wording, a missing full stop, and, for a caption that
has one, a missing main verb (`copydesk.text.lines`). The rest of the article adds what a line alone
does not tell: where it stands, who is named elsewhere, and whether lines end in stops here at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from copydesk.text import lines, openings
from copydesk.text.language import Language
from copydesk.text.language import language as language_of
from copydesk.text.pieces import Zone
from copydesk.text.wording import CAPITALISED, NAME, Wording, wording

_NAMES: Final = re.compile(r"[A-Z][\w’.-]{0,30}(?: (?:[A-Z][\w.-]{0,30}|al|bin|de|del|van|von))+")
_BARE_NAMES: Final = re.compile(
    rf"(?P<name>{NAME})"
    rf"(?: (?:and|in|at|for) {CAPITALISED}(?: {CAPITALISED}){{0,3}})?$"
)
_NAME_CAPTION: Final = re.compile(
    rf"(?:(?:the )?{CAPITALISED}(?: {CAPITALISED}){{0,4}}?(?:[’']s?)? )??"
    rf"(?P<name>{NAME})"
    r"(?:$|[,;:] | (?=\(|(?:of|and|at|in|with|on|during|outside|near|after|before)\b"
    r"|[a-z]+(?:s|ed|ing)\b))"
)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
_AUTHOR_WITHIN: Final = 4
_HEADLINE_AT_MOST: Final = 220


def classify(article: Sequence[str], language: Language | None = None) -> list[Zone]:
    """Return the zone of each line of an article; the lines are trimmed and none is empty.

    The language is English by default.
    """
    known = wording(language or language_of("en"))
    loose = [not lines.has_stop(line) for line in article]
    named = _Named(article, loose)
    zones: list[Zone] = []
    for index, line in enumerate(article):
        zone = lines.fixed(line, known) if openings.may_be_fixed(line, known.openings) else None
        if zone is None:
            zone = (
                _loose(index, article, zones, named, known)
                if loose[index]
                else lines.with_stop(line, known)
            )
        zones.append(zone)
    if len(article) >= 6 and 3 * sum(loose) > 2 * len(article):
        # Where hardly any line has a stop, a missing one says nothing.
        zones = [
            "body" if zone == "subhead" and len(line) > 60 else zone
            for line, zone in zip(article, zones, strict=True)
        ]
    headline = _headline(article, loose, zones, known)
    if headline is not None:
        zones[headline] = "headline"
    return zones


def _loose(
    index: int, article: Sequence[str], zones: Sequence[Zone], named: _Named, known: Wording
) -> Zone:
    """The zone of a line without a stop at its end."""
    line = article[index]
    if 0 < index < _AUTHOR_WITHIN and "body" not in zones:
        name = _BARE_NAMES.match(line)
        if name and not named.knows(name["name"]):
            return "byline"
    if zones and zones[-1] == "byline" and known.role.search(line):
        return "byline"
    zone = lines.without_stop(line, known)
    if index == 1 and not line.endswith((":", ",")) and not lines.tells_when_or_side(line, known):
        return "caption" if named.pictured(line) else "subhead"
    if zone == "body" or lines.is_heading(line, known):
        return zone
    if named.pictured(line):
        return "caption"
    if zones and zones[-1] == "dateline":
        # Below the date of the article stands a picture, below a time an entry of a live page.
        return "caption" if _YEAR.search(article[index - 1]) else "subhead"
    return zone


class _Named:
    """Who and what is named in the running text: named alone on a line, it is in a picture."""

    def __init__(self, article: Sequence[str], loose: Sequence[bool]) -> None:
        self._article = article
        self._loose = loose

    @cached_property
    def _names(self) -> frozenset[str]:
        """Pairs of words that stand together in names, and the last word of each name."""
        names: set[str] = set()
        for line, is_loose in zip(self._article, self._loose, strict=True):
            if not is_loose:
                for name in _NAMES.findall(line):
                    words = name.rstrip(".").removesuffix("’s").removesuffix("'s").split()
                    names.update(map(" ".join, pairwise(words)))
                    names.add(words[-1])
        return frozenset(names)

    def knows(self, name: str) -> bool:
        """Whether a person is named in the text, by the full name or with another first word."""
        return not self._names.isdisjoint((" ".join(name.split()[:2]), name.split()[-1]))

    def pictured(self, line: str) -> bool:
        """Whether a line begins or is a name of the text, with no more than a short addition."""
        name = _NAME_CAPTION.match(line)
        return name is not None and " ".join(name["name"].split()[:2]) in self._names


def _headline(
    article: Sequence[str], loose: Sequence[bool], zones: Sequence[Zone], known: Wording
) -> int | None:
    """Index of the headline: the first line, below a dateline or byline at most, that looks so."""
    for index in range(min(3, len(article) - 1)):
        if zones[index] not in ("dateline", "byline", "credit"):
            return index if _is_headline(article[index], loose[index], known) else None
    return None


def _is_headline(line: str, is_loose: bool, known: Wording) -> bool:
    if len(line) > _HEADLINE_AT_MOST:
        return False
    if is_loose:
        return not line.endswith((":", ","))
    words = line.split()
    if line[-1] in "?!…" or line.endswith("..."):
        return len(words) <= 25
    abbreviated = words[-1].count(".") > 1
    return (
        line[-1] == "." and len(words) <= 20 and (abbreviated or lines.is_title_case(words, known))
    )
