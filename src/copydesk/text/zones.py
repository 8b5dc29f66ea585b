"""What each line of an article is.

Web copy does not mark its lines: captions and subheads stand in the middle of the body like any
paragraph. Three things give them away: fixed wording (`copydesk.text.cues`), a missing full stop,
and, for a caption that has one, a missing main verb.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from copydesk.text import cues, verbs
from copydesk.text.pieces import Zone
from copydesk.text.words import words

_CLOSING: Final = "\"'”’“‘)]}»*_ \u00a0"
_STOPS: Final = frozenset(".!?…。！？")
_GOES_ON: Final = (":", ",", ";", "—", "–", "-", "&")
_QUOTES: Final = frozenset("\"'“‘”’„«»")
_BULLET: Final = re.compile(r"[-–—•*·▪●►‣]\s|\(?(?:\d{1,2}|[a-z])[.)]\s")
_WORD_START: Final = re.compile(r"(?<![^\s(|])[(©A-Z]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_NAME: Final = re.compile(
    r"[A-Z][\w’.-]{0,30}(?: (?:al|bin|de|del|van|von|[A-Z]\.))? [A-Z][\w-]{0,30}"
)
_NAME_CAPTION: Final = re.compile(
    rf"(?:(?:the )?[A-Z][\w.-]{{0,30}}(?: [A-Z][\w.-]{{0,30}}){{0,4}}[’']s? )?"
    rf"(?P<name>{_NAME.pattern})(?:$|[,;:] | (?=[a-z(]))"
)
_PULL_QUOTE: Final = re.compile(rf".{{20,}}[.!?][”\"’']?\s(?:[—–-]\s?)?{cues.NAME_ONLY}$")
_QUESTION: Final = re.compile(
    r"(?:what|who|whose|why|how|when|where|which|is|are|was|were|will|can|could|should|does|do|did"
    r"|has|have)\b",
    re.IGNORECASE,
)
_WHEN: Final = re.compile(
    rf"\b(?:{cues.MONTH}\s+\d|\d{{1,2}}\s+{cues.MONTH}"
    rf"|(?:in|from|since|during)\s+(?:\d{{4}}|{cues.MONTH})"
    r"|(?:on|this|last|next)\s+(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:last|earlier\s+this)\s+(?:week|month|year)|yesterday)\b",
    re.IGNORECASE,
)
_YEAR_AT_END: Final = re.compile(r"(?:19|20)\d\d\W{0,3}$")
_PLACE: Final = re.compile(
    r"\b(?:in|at|on|near|outside|inside|over|off|during|from|of)\s+(?:the\s+)?(?:[A-Z]|\d{4})"
)
_TOLD: Final = words("says said say could will would may might should can must warns")
_NOT_OF_CAPTIONS: Final = words(
    """
    i you he she it we they this that these those there here but and or so yet not no nor now then
    if as because while when what who why how where which also even just only still again perhaps
    maybe yes well all none nothing nobody everyone my your his her its our their enough more
    """
)
_SMALL_WORDS: Final = words(
    """
    a an the and or but nor of in on at to for by with from as vs v via into over after
    """
)
_NO_CAPTION: Final = (verbs.AUXILIARIES | verbs.PAST | verbs.PRESENT) - verbs.SCENE

_SHORT: Final = 200
_CAPTION_AT_MOST: Final = 320
_HEADLINE_AT_MOST: Final = 220


def classify(lines: Sequence[str]) -> list[Zone]:
    """Return the zone of each line of an article; the lines are trimmed and none is empty."""
    loose = [line[-1] not in _STOPS and not _has_stop(line) for line in lines]
    names = _Names(lines, loose)
    zones: list[Zone] = []
    previous: Zone = "body"
    for line, is_loose in zip(lines, loose, strict=True):
        zone = _fixed(line) if cues.may_be_fixed(line) else None
        if zone is None:
            zone = _without_stop(line, previous, names) if is_loose else _with_stop(line)
        zones.append(zone)
        previous = zone
    if len(lines) >= 6 and 3 * sum(loose) > 2 * len(lines):
        zones = [_unpunctuated(*pair) for pair in zip(lines, zones, strict=True)]
    headline = _headline(lines, loose, zones)
    if headline is not None:
        zones[headline] = "headline"
    return zones


def credit_start(line: str) -> int:
    """Return where the credit that closes a caption's line begins, or -1 if there is none."""
    tail = max(0, len(line) - 120)
    if cues.may_end_in_credit(line, tail):
        for match in _WORD_START.finditer(line, tail):
            if cues.CREDIT_TAIL.match(line, match.start()):
                return match.start()
    return -1


def _has_stop(line: str) -> bool:
    return line.rstrip(_CLOSING)[-1:] in _STOPS


def _fixed(line: str) -> Zone | None:
    """The zone of a line by its wording alone."""
    if len(line) > _SHORT:
        return "note" if cues.NOTE.match(line) else None
    if cues.DATELINE.match(line):
        return "dateline"
    if cues.BYLINE.match(line):
        return "byline"
    if cues.CREDIT_LINE.match(line):
        return "credit"
    if cues.NOTE.match(line) or cues.NOTE_TAIL.match(line) or not _LETTER.search(line):
        return "note"
    return "caption" if cues.CAPTION.match(line) else None


def _with_stop(line: str) -> Zone:
    if len(line) > _CAPTION_AT_MOST:
        return "body"
    if credit_start(line) >= 0:
        return "caption"
    if len(line) > _SHORT or line[0] in _QUOTES:
        return "body"
    if line[-1] == "?" and len(line) <= 60 and _QUESTION.match(line):
        return "subhead" if line.count("?") == 1 else "body"
    return "caption" if line[-1] == "." and _describes_picture(line) else "body"


def _describes_picture(line: str) -> bool:
    """Whether a line that ends in a full stop is a caption: no main verb, or a scene and a date."""
    words = line.replace("’", "'").split()
    if not (4 <= len(words) <= 32 and _NO_CAPTION.isdisjoint(words)):
        return False
    if words[0].lower() in _NOT_OF_CAPTIONS or _BULLET.match(line):
        return False
    if any(mark in line for mark in '"“”?!:'):
        return False
    if cues.is_scene(line):
        return True
    forms = frozenset(word.strip(".,;()").lower() for word in words)
    if not _NO_CAPTION.isdisjoint(forms) or verbs.has_regular_past(forms):
        return False
    if verbs.SCENE.isdisjoint(forms):
        return line[0].islower() or _PLACE.search(line) is not None
    return _YEAR_AT_END.search(line) is not None


def _without_stop(line: str, previous: Zone, names: _Names) -> Zone:
    words = line.split(None, 60)
    if line[0] in _QUOTES:
        return "subhead" if len(words) <= 8 and line[-1] in _QUOTES else "body"
    if line.endswith(_GOES_ON):
        return "subhead" if line[-1] == ":" and len(words) <= 3 else "body"
    if len(line) > _CAPTION_AT_MOST or _BULLET.match(line) or _PULL_QUOTE.match(line):
        return "body"
    if cues.is_scene(line) or credit_start(line) > 0:
        return "caption"
    if (len(words) <= 14 and _QUESTION.match(line)) or line.isupper():
        return "subhead"
    name = _NAME_CAPTION.match(line)
    if name and name["name"] in names:
        return "caption"
    if _is_title_case(words):
        return "subhead"
    if _WHEN.search(line):
        return "caption"
    if len(words) >= 9:
        return "caption" if _TOLD.isdisjoint(words) else "subhead"
    shows_scene = not verbs.SCENE.isdisjoint(words) and _PLACE.search(line)
    return "caption" if shows_scene and previous != "dateline" else "subhead"


def _unpunctuated(line: str, zone: Zone) -> Zone:
    """Where hardly any line has a stop, a missing one says nothing."""
    return "body" if zone == "subhead" and len(line) > 60 else zone


def _is_title_case(words: Sequence[str]) -> bool:
    """Whether every word but the small ones begins with a capital letter or a digit."""
    return len(words) <= 16 and all(not word[0].islower() or word in _SMALL_WORDS for word in words)


class _Names:
    """Names of two words in the running text: who is named alone on a line is in a picture."""

    def __init__(self, lines: Sequence[str], loose: Sequence[bool]) -> None:
        self._lines = lines
        self._loose = loose

    @cached_property
    def _found(self) -> frozenset[str]:
        return frozenset(
            name
            for line, is_loose in zip(self._lines, self._loose, strict=True)
            if not is_loose
            for name in _NAME.findall(line)
        )

    def __contains__(self, name: str) -> bool:
        return name in self._found


def _headline(lines: Sequence[str], loose: Sequence[bool], zones: Sequence[Zone]) -> int | None:
    """Index of the headline: the first line, below a dateline or byline at most, that looks so."""
    for index in range(min(3, len(lines) - 1)):
        if zones[index] in ("dateline", "byline", "credit"):
            continue
        return index if _is_headline(lines[index], loose[index]) else None
    return None


def _is_headline(line: str, is_loose: bool) -> bool:
    if len(line) > _HEADLINE_AT_MOST:
        return False
    if is_loose:
        return not line.endswith((":", ","))
    words = line.split()
    if line[-1] in "?!…" or line[-3:] == "...":
        return len(words) <= 25
    last = words[-1]
    return line[-1] == "." and len(words) <= 20 and (last.count(".") > 1 or _is_title_case(words))
