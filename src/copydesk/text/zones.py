"""What each line of an article is.

Web copy does not mark its lines: captions and subheads are in the middle of the body like any
paragraph. Three things give them away: fixed wording, a missing full stop, and, for a caption that
has one, a missing main verb (`copydesk.text.lines`). The rest of the article adds what a line alone
does not tell: where it is, who is named elsewhere, and whether lines end in stops here at all
(`copydesk.text.context`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from copydesk.text import context, lines, openings
from copydesk.text.language import Language
from copydesk.text.language import language as language_of
from copydesk.text.named import Named
from copydesk.text.pieces import Zone
from copydesk.text.tabular import is_figures
from copydesk.text.wording import CAPITALISED, NAME, Wording, wording

_BARE_NAMES: Final = re.compile(
    rf"(?P<name>{NAME})"
    rf"(?: (?:and|in|at|for) {CAPITALISED}(?: {CAPITALISED}){{0,3}})?$"
)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
_AUTHOR_WITHIN: Final = 4
_HEADLINE_AT_MOST: Final = 220
_ABOVE_AT_MOST: Final = 4
"""Lines of the article's head, within which the headline is."""


def classify(
    article: Sequence[str],
    language: Language | None = None,
    furniture: Collection[str] = (),
) -> list[Zone]:
    """Return the zone of each line of an article; the lines are trimmed and none is empty.

    Args:
        article: The lines.
        language: English by default.
        furniture: Lines that the outlet repeats over its articles; each is a note.
    """
    known = wording(language or language_of("en"))
    stops = lines.STOPS
    loose = [line[-1] not in stops and not lines.has_stop(line) for line in article]
    named = Named(article, loose)
    first = "".join([line[0] for line in article])
    lower = len(article) > 2 and sum(map(str.islower, first)) > 0.7 * len(article)
    zones: list[Zone] = []
    may_be_fixed, with_stop, telling = openings.may_be_fixed, lines.with_stop, known.openings
    for index, (line, is_loose) in enumerate(zip(article, loose, strict=True)):
        zone = lines.fixed(line, known) if may_be_fixed(line, telling) else None
        if zone is None:
            if (is_loose or len(line) <= 60) and is_figures(line, known):
                zone = "note"
            elif lower:
                zone = lines.in_lower_case(line, stopped=not is_loose)
            elif is_loose:
                zone = _loose(index, article, zones, named, known)
            else:
                zone = with_stop(line, known) if len(line) <= lines.CAPTION_AT_MOST else "body"
        zones.append(zone)
    _settle(article, zones, loose, known, first)
    if furniture:
        context.furniture(article, zones, furniture)
    return zones


def _settle(
    article: Sequence[str], zones: list[Zone], loose: Sequence[bool], known: Wording, first: str
) -> None:
    """Correct the zones by the article as a whole; `first` is the first letter of each line."""
    last = "".join([line[-1] for line in article])
    if len(article) >= 6 and 3 * sum(loose) > 2 * len(article):
        # Where hardly any line has a stop, a missing one says nothing.
        for index, zone in enumerate(zones):
            if zone == "subhead" and len(article[index]) > 60:
                zones[index] = "body"
    if ":" in last:
        context.lists(article, zones, loose, known)
    if last.count("?") > 1:
        context.questions(article, zones, known)
    context.letters(article, zones, loose, known)
    context.section_labels(article, zones, known)
    headline = _headline(article, loose, zones, known)
    if headline is not None:
        zones[headline] = "headline"
        context.deck(article, zones, headline)
        if not loose[headline] or article[headline][-1] == ";":
            context.dotted_fragments(article, zones, loose, known)
    if "note" in zones:
        context.notes_that_go_on(article, zones, loose)
    context.repeated(article, zones, known)
    context.about_the_author(article, zones, known)
    if "*" in first:
        context.footnotes(article, zones)


def _loose(
    index: int, article: Sequence[str], zones: Sequence[Zone], named: Named, known: Wording
) -> Zone:
    """The zone of a line without a stop at its end."""
    line = article[index]
    if lines.tail_start(line, known) > 0 or lines.is_post(line):
        return "body"
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
        # Below the date of the article is a picture, below a time an entry of a live page.
        return "caption" if _YEAR.search(article[index - 1]) else "subhead"
    return zone


def _headline(
    article: Sequence[str], loose: Sequence[bool], zones: Sequence[Zone], known: Wording
) -> int | None:
    """Index of the headline: the first line, below a dateline, byline or slug, that looks so."""
    for index in range(min(_ABOVE_AT_MOST, len(article) - 1)):
        slug = zones[index] == "note" and known.wire.match(article[index])
        if not slug and zones[index] not in ("dateline", "byline", "credit"):
            titled = _is_headline(article[index], loose[index], known)
            return index if titled or context.dotted_headline(article, index, known) else None
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
    titled = abbreviated or lines.is_title_case(words, known)
    return line[-1] == "." and len(words) <= 20 and titled
