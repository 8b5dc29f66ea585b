"""What a line is, judged by the lines around it.

A line alone does not tell a list from headings, a letter's signature from a subhead, or a headline
that was given a full stop from a sentence. Each function changes the zones in place; each takes
time in proportion to the article's lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from copydesk.text.lines import is_title_case
from copydesk.text.pieces import Zone
from copydesk.text.verbs import has_main_verb
from copydesk.text.wording import Wording

_CAPITALS: Final = r"[A-ZÀ-Þ][\w’'.-]{0,30}"
_SIGNATURE: Final = re.compile(
    rf"(?:{_CAPITALS}|de|van|von|al|bin)(?:\s(?:{_CAPITALS}|de|van|von|al|bin)){{1,3}}"
    rf"(?:,\s{_CAPITALS}(?:\s{_CAPITALS}){{0,3}})?\.?$"
)
_PLACE: Final = re.compile(rf"{_CAPITALS}(?:\s{_CAPITALS}){{0,3}}(?:,\s{_CAPITALS}){{0,2}}\.?$")
_STOP_AT_END: Final = re.compile(r"[.][\"'”’)]*$")
_MARKS: Final = ".:\"'“”‘’ "
_FRAGMENT_WORDS: Final = 4
_DECK: Final = 140
_HEADLINE_WORDS: Final = 16
_LONGER: Final = 1.5
_OFTEN: Final = 3
_SHORT: Final = 40
_QUOTES: Final = frozenset("\"'“‘„«»")
_QUESTION: Final = 120
_HEADING: Final = 60
_INTERVIEW: Final = 3
"""An interviewer addresses somebody in at least one question of this many."""
_STOP_INSIDE: Final = re.compile(r"[.!?…]\s")
_PLAIN: Final = re.compile(r"[\w’']+")


def dotted_headline(article: Sequence[str], first: int, known: Wording) -> bool:
    """Whether the line at an index is a headline that was given a full stop.

    It is short, names no day, reports nobody's words in the past tense, and is followed by a much
    longer paragraph.
    """
    line = article[first]
    words = line.split()
    following = article[first + 1 : first + 5]
    if len(following) < 2 or not 2 <= len(words) <= _HEADLINE_WORDS or line[0] in "\"“‘'":
        return False
    if not _STOP_AT_END.search(line) or line.count(". ") > 1:
        return False
    plain = {word.strip(_MARKS + ",;").lower() for word in words}
    if not plain.isdisjoint(known.ledes) or words[0].lower() in known.not_of_captions:
        return False
    return max(len(line.split()) for line in following) >= _LONGER * len(words)


def deck(article: Sequence[str], zones: list[Zone], headline: int) -> None:
    """The line below a headline that ends in a semicolon is its second part."""
    if article[headline][-1] == ";" and headline + 2 < len(article):
        below = article[headline + 1]
        if len(below) <= _DECK and zones[headline + 1] in ("body", "caption"):
            zones[headline + 1] = "subhead"


def dotted_fragments(
    article: Sequence[str], zones: list[Zone], loose: Sequence[bool], known: Wording
) -> None:
    """Where every line has a stop, even the headline, a short line without a verb is a heading."""
    if known.verbs is None or any(
        is_loose and zone in ("body", "subhead", "caption") and line[-1] != ":"
        for line, is_loose, zone in zip(article, loose, zones, strict=True)
    ):
        return
    letters = any(line.strip(_MARKS).casefold() in known.letters for line in article)
    for index, line in enumerate(article):
        words = line.split() if len(line) <= 60 else []
        if zones[index] != "body" or not 0 < len(words) <= _FRAGMENT_WORDS or line[-1] in ":?!":
            continue
        plain = frozenset(word.strip(_MARKS + ",").lower() for word in words)
        if letters and zones[index - 1] == "byline" and _PLACE.match(line):
            zones[index] = "dateline"
        elif letters and _SIGNATURE.match(line):
            zones[index] = "byline"
        elif line[0] not in '"“' and (
            line.isupper()
            or (is_title_case(words, known) and len(words) > 1)
            or not has_main_verb(plain, known.verbs)
        ):
            zones[index] = "subhead"


def questions(article: Sequence[str], zones: list[Zone], known: Wording) -> None:
    """Questions alone on a line: all headings, or all those of an interviewer.

    An interviewer addresses somebody in a good part of the questions ("Did you resign?").
    """
    asked = [
        index
        for index, line in enumerate(article)
        if line[-1] == "?"
        and len(line) <= _QUESTION
        and zones[index] in ("body", "subhead")
        and line[0] not in _QUOTES
        and not _STOP_INSIDE.search(line, 0, len(line) - 1)
        and index
    ]
    if len(asked) < 2:
        return
    to = [i for i in asked if not known.addressed.isdisjoint(_PLAIN.findall(article[i]))]
    if _INTERVIEW * len(to) >= len(asked):
        zone: Zone = "body"
    elif any(zones[index] == "subhead" for index in asked):
        zone = "subhead"
    else:
        return
    for index in asked:
        if zone == "body" or len(article[index]) <= _HEADING:
            zones[index] = zone


def letters(
    article: Sequence[str], zones: list[Zone], loose: Sequence[bool], known: Wording
) -> None:
    """Names below letters to the editor, and the places below the names."""
    labelled = any(
        len(line) <= _SHORT and line.strip(_MARKS).casefold() in known.letters
        for line in article[:4]
    )
    if not labelled and "," not in [line[-1] for line in article]:
        return
    closed = False
    for index, line in enumerate(article):
        if line[-1] == "," and line.strip(_MARKS + ",").casefold() in known.valedictions:
            zones[index], closed = "note", True
        elif (labelled or closed) and loose[index] and len(line) <= 60 and index:
            above = zones[index - 1]
            if above == "byline" and _PLACE.match(line):
                zones[index] = "dateline"
            elif (closed or (above == "body" and not loose[index - 1])) and _SIGNATURE.match(line):
                zones[index] = "byline"
            closed = closed and zones[index] == "byline"


def section_labels(article: Sequence[str], zones: list[Zone], known: Wording) -> None:
    """Lines that name a section of the paper or a field of a database: "LETTERS", "FULL TEXT"."""
    for index, line in enumerate(article):
        if len(line) <= 40 and line.strip(_MARKS).casefold() in known.sections:
            zones[index] = "note"


def notes_that_go_on(article: Sequence[str], zones: list[Zone], loose: Sequence[bool]) -> None:
    """A note whose line was broken goes on in lines that begin in lower case."""
    for index in range(1, len(article)):
        if zones[index - 1] == "note" and loose[index - 1] and article[index][0].islower():
            zones[index] = "note"


def lists(article: Sequence[str], zones: list[Zone], loose: Sequence[bool], known: Wording) -> None:
    """Lines without a stop that a colon announces are items of a list, not headings."""
    inside = False
    for index, line in enumerate(article):
        if line[-1] == ":":
            inside = zones[index] in ("body", "subhead")
            continue
        heading = line.isupper() or line[-1] == "?"
        inside = inside and loose[index] and not heading and zones[index] in (
            "body", "subhead", "caption",
        )  # fmt: skip
        follows = index + 1 < len(article) and loose[index + 1]
        before = index > 0 and zones[index - 1] == "body" and loose[index - 1]
        if inside and (follows or before):
            zones[index] = "body"


def repeated(article: Sequence[str], zones: list[Zone], known: Wording) -> None:
    """Repeated lines are furniture: long ones that occur three times, and short ones without a verb
    that occur twice."""
    distinct = len(set(article))
    if distinct == len(article):
        return
    if distinct <= len(article) - _OFTEN + 1:
        counts = Counter(line for line in article if len(line) > _SHORT and line[0] not in _QUOTES)
        for index, line in enumerate(article):
            if counts[line] >= _OFTEN and zones[index] in ("body", "subhead", "caption"):
                zones[index] = "note"
    short = [
        line
        for line, zone in zip(article, zones, strict=True)
        if len(line) <= _SHORT and zone in ("body", "subhead", "caption") and line[-1] not in ":?!"
    ]
    if len(set(short)) == len(short) or known.verbs is None:
        return
    often = {line for line, count in Counter(short).items() if count > 1 and line[0] not in '"“‘'}
    for index, line in enumerate(article):
        if line in often and zones[index] != "headline":
            words = line.split()
            plain = frozenset(word.strip(_MARKS + ",").lower() for word in words)
            if len(words) <= _FRAGMENT_WORDS and not has_main_verb(plain, known.verbs):
                zones[index] = "note"


def furniture(article: Sequence[str], zones: list[Zone], lines: Collection[str]) -> None:
    """Lines that the outlet repeats over its articles, as the caller knows them."""
    for index, line in enumerate(article):
        if line in lines:
            zones[index] = "note"


def about_the_author(article: Sequence[str], zones: list[Zone], known: Wording) -> None:
    """Who the author is, in the last lines: "Ann Orr is a columnist for the Bell.".

    Somebody whom the article is about is not its author.
    """
    last = range(max(1, len(article) - 12), len(article))
    for index in [index for index in last if zones[index] in ("body", "caption")][-2:]:
        match = known.author.match(article[index])
        name = match and match.groupdict().get("name")
        others = (
            line
            for at, line in enumerate(article)
            if at != index and zones[at] in ("headline", "body", "caption")
        )
        if match and not (name and any(name.split()[-1] in line for line in others)):
            zones[index] = "note"


def footnotes(article: Sequence[str], zones: list[Zone]) -> None:
    """A line that begins with an asterisk explains the one before; several are a list."""
    marked = [
        index for index, line in enumerate(article) if line[0] == "*" and zones[index] == "body"
    ]
    if len(marked) == 1 and any("*" in line[1:] for line in article[: marked[0]]):
        zones[marked[0]] = "note"
