"""What a line of news copy is, as far as the line itself tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from copydesk.text import cues, openings, verbs
from copydesk.text.boundaries import NAME_BELOW_QUOTE, list_items, sentences
from copydesk.text.language import language
from copydesk.text.pieces import Zone
from copydesk.text.words import words

_CLOSING: Final = "\"'”’“‘)]}»*_ \u00a0"
_STOPS: Final = frozenset(".!?…。！？")
_GOES_ON: Final = (":", ",", ";", "—", "–", "-", "&")
_QUOTES: Final = frozenset("\"'“‘”’„«»")
_BULLET: Final = re.compile(r"[-–—•*·▪●►‣]\s|\(?(?P<count>\d{1,2}|[a-z])[.)]\s")
_LETTER: Final = re.compile(r"[^\W\d_]")
_WORD_START: Final = re.compile(r"(?<![^\s(|])[(©A-Z]")
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
_TIME_WORDS: Final = words(
    """
    January February March April May June July August September October November December Jan Feb
    Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Jan. Feb. Mar. Apr. Jun. Jul. Aug. Sept. Sep. Oct. Nov.
    Dec. Monday Tuesday Wednesday Thursday Friday Saturday Sunday week month year yesterday
    """
)
_CENTURIES: Final = (" 17", " 18", " 19", " 20")
_TIMED_ENTRY: Final = re.compile(r"\d{1,2}[:.]\d\d(?:\s?[ap]\.?m\.?|\s[A-Z]{3})?[\s:–—-]+[^\W\d]")
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
    another such quite hence meanwhile first last next too very
    """
)
_SMALL_WORDS: Final = words(
    "a an the and or but nor of in on at to for by with from as vs v via into over after"
)
_NO_CAPTION: Final = (verbs.AUXILIARIES | verbs.PAST | verbs.PRESENT) - verbs.SCENE

_SHORT: Final = 200
_CAPTION_AT_MOST: Final = 320
_CAPTION_WORDS_AT_MOST: Final = 36


def has_stop(line: str) -> bool:
    """Whether a line ends in a full stop or its like, quotation marks and brackets aside."""
    return line[-1] in _STOPS or line.rstrip(_CLOSING)[-1:] in _STOPS


def credit_start(line: str) -> int:
    """Return where the credit that closes a caption's line begins, or -1 if there is none."""
    if openings.may_end_in_credit(line):
        for match in _WORD_START.finditer(line, max(0, len(line) - 120)):
            if cues.CREDIT_TAIL.match(line, match.start()):
                return match.start()
    return -1


def fixed(line: str) -> Zone | None:
    """The zone of a line by fixed wording, or None."""
    if len(line) > _SHORT:
        return "note" if cues.NOTE.match(line) else None
    if cues.DATELINE.match(line):
        return "dateline"
    if cues.BYLINE.match(line):
        return "byline"
    if cues.CREDIT_LINE.match(line):
        return "credit"
    if cues.CAPTION.match(line):
        return "caption"
    picture = cues.PICTURE.match(line)
    if picture:
        in_lower_case = sum(map(str.islower, picture["rest"].split()))
        return "credit" if in_lower_case <= 2 else "caption"
    if cues.NOTE.match(line) or cues.NOTE_TAIL.match(line) or not _LETTER.search(line):
        return "note"
    return None


def with_stop(line: str) -> Zone:
    """The zone of a line that ends in a stop and has no fixed wording."""
    if len(line) > _CAPTION_AT_MOST:
        return "body"
    if credit_start(line) >= 0:
        return "caption"
    if len(line) > _SHORT or line[0] in _QUOTES:
        return "body"
    if line[-1] == "?" and len(line) <= 60 and _QUESTION.match(line):
        asks_someone = " you" in line or line.count("?") > 1
        return "body" if asks_someone else "subhead"
    return "caption" if line[-1] == "." and _describes_picture(line) else "body"


def _describes_picture(line: str) -> bool:
    """Whether a line that ends in a full stop is a caption: no main verb, or a scene and a date."""
    tokens = line.split()
    if not (3 <= len(tokens) <= 32 and _NO_CAPTION.isdisjoint(tokens)):
        return False
    if tokens[0].lower() in _NOT_OF_CAPTIONS or _BULLET.match(line):
        return False
    if any(mark in line for mark in '"“”?!:'):
        return False
    if cues.is_scene(line):
        return True
    forms = frozenset(
        token.strip(".,;()").lower().replace("’", "'")
        for token in tokens
        if token != "May"  # the month is no modal verb
    )
    if not _NO_CAPTION.isdisjoint(forms):
        return False
    if not verbs.SCENE.isdisjoint(forms) and _YEAR_AT_END.search(line):
        return True
    if verbs.has_regular_past(forms):
        return False
    if not verbs.SCENE.isdisjoint(forms):
        return not verbs.POSTURE.isdisjoint(forms) and _PLACE.search(line) is not None
    if verbs.has_clause(tokens):
        return False
    return bool(line[0].islower() or _PLACE.search(line) or cues.PICTURE_OF.match(line))


def without_stop(line: str) -> Zone:
    """The zone of a line that ends without a stop and has no fixed wording."""
    tokens = line.split(None, 60)
    if line[0] in _QUOTES:
        short = len(tokens) <= 8 and len(line) <= 80
        return "subhead" if short and line[-1] in _QUOTES else "body"
    if line.endswith(_GOES_ON):
        label = len(tokens) <= 3 and line[-1] == ":"
        says = verbs.has_main_verb(frozenset(line[:-1].lower().split()))
        return "subhead" if label and not says else "body"
    if _TIMED_ENTRY.match(line):
        return "subhead"
    bullet = _BULLET.match(line)
    if bullet and len(list_items(line, 0, len(line), language("en"))) > 1:
        return "body"
    if bullet:
        counted = (bullet["count"] or "").isdigit() and len(tokens) <= 9
        return "subhead" if counted else "body"
    if credit_start(line) > 0:
        return "caption"
    if NAME_BELOW_QUOTE.search(line, max(0, len(line) - 80)):
        return "body"
    if tells_when_or_side(line):
        return "caption" if len(tokens) <= _CAPTION_WORDS_AT_MOST else "body"
    if is_heading(line) or is_title_case(tokens):
        return "subhead"
    return _by_length(line, tokens)


def is_heading(line: str) -> bool:
    """Whether a line without a stop is a heading whatever it names: a question, or capitals."""
    return line.isupper() or (len(line) <= 90 and _QUESTION.match(line) is not None)


def _by_length(line: str, tokens: Sequence[str]) -> Zone:
    if len(tokens) > _CAPTION_WORDS_AT_MOST or len(sentences(line, 0, len(line))) > 1:
        return "body"
    told = not _TOLD.isdisjoint(tokens)
    if len(tokens) >= 20 and told:
        return "body"
    if len(tokens) >= 9:
        return "subhead" if told else "caption"
    if cues.PICTURE_OF.match(line):
        return "caption"
    shows = not verbs.SCENE.isdisjoint(tokens) or any(t.endswith("ing") for t in tokens[1:])
    named = any(token[0].isupper() or token[0].isdigit() for token in tokens[1:])
    stands = named and tokens[0] in ("A", "An", "The")
    return "caption" if (shows or stands) and _PLACE.search(line) else "subhead"


def tells_when_or_side(line: str) -> bool:
    """Whether a line says when, or on which side of a picture, as captions do."""
    if len(line) > _CAPTION_AT_MOST:
        return False
    return cues.is_scene(line) or (_names_a_time(line) and _WHEN.search(line) is not None)


def _names_a_time(line: str) -> bool:
    return not _TIME_WORDS.isdisjoint(line.rstrip(".").replace(",", " ").split()) or any(
        year in line for year in _CENTURIES
    )


def is_title_case(tokens: Sequence[str]) -> bool:
    """Whether every word but the small ones begins with a capital letter or a digit."""
    return len(tokens) <= 16 and all(
        not token[0].islower() or token in _SMALL_WORDS for token in tokens
    )
