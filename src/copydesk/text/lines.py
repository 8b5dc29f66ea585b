"""What a line of news copy is, as far as the line itself tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from copydesk.text import openings
from copydesk.text.boundaries import NAME_BELOW_QUOTE, sentences
from copydesk.text.items import list_items
from copydesk.text.pieces import Zone
from copydesk.text.verbs import has_clause, has_main_verb, has_regular_past
from copydesk.text.wording import Wording

_CLOSING: Final = "\"'”’“‘)]}»›«‹」』）】*_ \u00a0\u202f¹²³⁰⁴⁵⁶⁷⁸⁹†‡"
STOPS: Final = frozenset(".!?…。！？")
_MARK_OF_NOTE: Final = re.compile(
    r"(?:[a-z”\"’)]{2}|\b(?:1\d|20)\d\d)[.!?][”\"’]?(?:\d{1,2}|\[\d{1,3}\])$"
)
_GOES_ON: Final = frozenset(":,;—–-&")
_QUOTES: Final = frozenset("\"'“‘”’„«»")
_BULLET: Final = re.compile(r"(?:--|[-–—•*·▪●►‣])\s|\(?(?P<count>\d{1,2}|[a-z])[.)]\s")
_TELLING_MARK: Final = re.compile(r"[\"“”?!:]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_WORD_START: Final = re.compile(r"(?<![^\s(|])[(©A-Z]")
_CENTURIES: Final = (" 17", " 18", " 19", " 20")
_TIMED_ENTRY: Final = re.compile(r"\d{1,2}[:.]\d\d(?:\s?[ap]\.?m\.?|\s[A-Z]{3})?[\s:–—-]+[^\W\d]")
_YEAR_AT_END: Final = re.compile(r"(?:19|20)\d\d\W{0,3}$")
_POST: Final = re.compile(r"\w[.!?…]?\s(?:#\w{2,40}|https?://\S{3,80}|pic\.twitter\S{3,40})$")
_TWEET_SIGNATURE: Final = re.compile(r"[—―–-]{1,2}\s?[^—―–(]{1,60}\(@\w{1,30}\)[^.!?]{0,40}\.?$")
_STOPS_AND_MARKS: Final = frozenset(".!?…\"”’'")
_SLUG_AT_MOST: Final = 40
_SIGNATURE_AT_MOST: Final = 90
_SHORT: Final = 200
CAPTION_AT_MOST: Final = 320
_CAPTION_WORDS_AT_MOST: Final = 36
_VERB_WITHIN: Final = 12
"""Most sentences have a verb among their first words, so that the rest need not be split."""


def has_stop(line: str) -> bool:
    """Whether a line ends in a full stop or the like; what closes after it may be a quotation mark,
    a bracket or the mark of a footnote."""
    last = line[-1]
    if last in STOPS or line.rstrip(_CLOSING)[-1:] in STOPS:
        return True
    if last.isdigit() or last == "]":
        return _MARK_OF_NOTE.search(line, max(0, len(line) - 12)) is not None
    # Japanese and Chinese put no stop before the mark that closes a quotation.
    return last in "」』" and not line.isascii() and "。" in line


@lru_cache(maxsize=256)
def credit_start(line: str, known: Wording) -> int:
    """Return where the credit that closes a caption's line begins, or -1 if there is none.

    Asked when the line's zone is told and again when a caption is cut: the cache holds the lines
    of some articles.
    """
    if openings.may_end_in_credit(line, known.openings):
        for match in _WORD_START.finditer(line, max(0, len(line) - 120)):
            if known.credit_tail.match(line, match.start()):
                return match.start()
    return -1


def tail_start(line: str, known: Wording) -> int:
    """Return where an agency's slug or a tweet's signature at the end of a line begins, or -1.

    "The harbour is shut. (AP)", "We sail! — Ann Orr (@annorr) March 3, 2020".
    """
    if line[-1] == ")" or line[-2:] == ").":
        opened = line.rfind("(", len(line) - _SLUG_AT_MOST) if line[-2:] != "))" else -1
        if opened > 1 and line[opened - 2] in _STOPS_AND_MARKS and line[opened - 1] == " ":
            return opened if known.slug.match(line, opened) else -1
    handle = line.find("(@", max(0, len(line) - _SIGNATURE_AT_MOST))
    if handle > 0:
        match = _TWEET_SIGNATURE.search(line, max(0, handle - 70))
        return match.start() if match else -1
    return -1


def _holds_stop(line: str) -> bool:
    return "." in line or "!" in line or "?" in line or "…" in line


def is_post(line: str) -> bool:
    """Whether a line is a post of a social network: it ends in tags or in the link of a picture."""
    return ("#" in line or "http" in line or "pic." in line) and _POST.search(line) is not None


def fixed(line: str, known: Wording) -> Zone | None:
    """The zone of a line by fixed wording, or None."""
    if len(line) > _SHORT:
        return "note" if known.note.match(line) else None
    if known.dateline.match(line):
        return "dateline"
    if known.byline.match(line):
        return "byline"
    if known.credit_line.match(line):
        return "credit"
    if known.caption.match(line):
        return "caption"
    picture = known.picture_line.match(line)
    if picture:
        in_lower_case = sum(map(str.islower, picture["rest"].split()))
        return "credit" if in_lower_case <= 2 else "caption"
    if (
        known.note.match(line, line[0] in _QUOTES)
        or known.note_tail.match(line)
        or not _LETTER.search(line)
    ):
        return "note"
    return None


def with_stop(line: str, known: Wording) -> Zone:
    """The zone of a line that ends in a stop and has no fixed wording, if it may be a caption.

    A line longer than `CAPTION_AT_MOST` belongs to the body.
    """
    if openings.may_end_in_credit(line, known.openings) and credit_start(line, known) >= 0:
        return "caption"
    if len(line) > _SHORT or line[0] in _QUOTES:
        return "body"
    if line[-1] == "?" and len(line) <= 60 and known.question.match(line):
        asks_someone = " you" in line or line.count("?") > 1
        return "body" if asks_someone else "subhead"
    return "caption" if line[-1] == "." and _describes_picture(line, known) else "body"


def _describes_picture(line: str, known: Wording) -> bool:
    """Whether a line that ends in a full stop is a caption: no main verb, or a scene and a date."""
    verbs = known.verbs
    if verbs is None:
        return False
    if not verbs.telling.isdisjoint(line.split(None, _VERB_WITHIN)):
        return False
    tokens = line.split()
    if not (verbs.telling.isdisjoint(tokens) and 3 <= len(tokens) <= 32):
        return False
    if line[: line.find(" ")].lower() in known.not_of_captions:
        return False
    if _TELLING_MARK.search(line):
        return False
    if _BULLET.match(line) or line.isupper():
        return False
    if known.is_scene(line):
        return True
    forms = frozenset(
        token.strip(".,;()").lower().replace("’", "'")
        for token in tokens
        if token != "May"  # the month is not a modal verb
    )
    if not verbs.telling.isdisjoint(forms):
        return False
    if not verbs.scene.isdisjoint(forms) and _YEAR_AT_END.search(line):
        return True
    if has_regular_past(forms, verbs):
        return False
    if not verbs.scene.isdisjoint(forms):
        return not verbs.posture.isdisjoint(forms) and known.place.search(line) is not None
    if has_clause(tokens, verbs):
        return False
    return bool(line[0].islower() or known.place.search(line) or known.picture_of.match(line))


def in_lower_case(line: str, *, stopped: bool) -> Zone:
    """The zone of a line of copy that writes no capital letters."""
    return "body" if stopped or line[-1] in _GOES_ON or line.count(" ") > 8 else "subhead"


def without_stop(line: str, known: Wording) -> Zone:
    """The zone of a line that ends without a stop and has no fixed wording."""
    tokens = line.split(None, 60)
    if line[0] in _QUOTES:
        short = len(tokens) <= 8 and len(line) <= 80
        return "subhead" if short and line[-1] in _QUOTES else "body"
    if line[-1] in _GOES_ON:
        label = len(tokens) <= 3 and line[-1] == ":"
        label = label and tokens[0].lower() not in known.not_of_captions
        verbs = known.verbs
        says = verbs and has_main_verb(frozenset(line[:-1].lower().split()), verbs)
        return "subhead" if label and not says else "body"
    if line[0].isdigit() and _TIMED_ENTRY.match(line):
        return "subhead"
    bullet = None if line[0].isupper() else _BULLET.match(line)
    if bullet and len(list_items(line, 0, len(line), known.language)) > 1:
        return "body"
    if bullet:
        counted = (bullet["count"] or "").isdigit() and len(tokens) <= 9
        return "subhead" if counted else "body"
    if credit_start(line, known) > 0:
        return "caption"
    near = max(0, len(line) - 80)
    if _holds_stop(line) and NAME_BELOW_QUOTE.search(line, near):
        return "body"
    if tells_when_or_side(line, known):
        return "caption" if len(tokens) <= _CAPTION_WORDS_AT_MOST else "body"
    if is_heading(line, known) or is_title_case(tokens, known):
        return "subhead"
    return _by_length(line, tokens, known)


def is_heading(line: str, known: Wording) -> bool:
    """Whether a line without a stop is a heading whatever it names: a question, or capitals."""
    return line.isupper() or (len(line) <= 90 and known.question.match(line) is not None)


def _by_length(line: str, tokens: Sequence[str], known: Wording) -> Zone:
    if len(tokens) > _CAPTION_WORDS_AT_MOST:
        return "body"
    if _holds_stop(line) and len(sentences(line, 0, len(line), known.language)) > 1:
        return "body"
    told = not known.told.isdisjoint(tokens)
    if len(tokens) >= 20 and told:
        return "body"
    if len(tokens) >= 9:
        return "subhead" if told else "caption"
    if known.picture_of.match(line):
        return "caption"
    scene = known.verbs.scene if known.verbs else frozenset()
    shows = not scene.isdisjoint(tokens) or any(t.endswith("ing") for t in tokens[1:])
    named = any(token[0].isupper() or token[0].isdigit() for token in tokens[1:])
    stands = named and tokens[0] in ("A", "An", "The")
    return "caption" if (shows or stands) and known.place.search(line) else "subhead"


def tells_when_or_side(line: str, known: Wording) -> bool:
    """Whether a line says when, or on which side of a picture, as captions do."""
    if len(line) > CAPTION_AT_MOST:
        return False
    return known.is_scene(line) or (
        _names_a_time(line, known) and known.when.search(line) is not None
    )


def _names_a_time(line: str, known: Wording) -> bool:
    for year in _CENTURIES:
        if year in line:
            return True
    return not known.time.isdisjoint(line.rstrip(".").replace(",", " ").split())


def is_title_case(tokens: Sequence[str], known: Wording) -> bool:
    """Whether every word but the small ones begins with a capital letter or a digit."""
    return len(tokens) <= 16 and all(
        not token[0].islower() or token in known.small for token in tokens
    )
