"""Sentences of news English, with exact offsets.

A line is a paragraph and no sentence crosses it. Inside a line one regular expression finds every
place where a sentence may end; what stands before and after the stop decides. Each place costs a
bounded amount of work, so that the whole is linear in the length of the text.
"""

from __future__ import annotations

import re
from typing import Final

from copydesk.text.abbreviations import (
    AFTER_CLOCK,
    AMBIGUOUS,
    CLOCK,
    INSIDE,
    NUMBERED,
    OPENERS,
    TITLES,
)
from copydesk.text.pieces import Piece

_LINE: Final = re.compile("[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")

_CLOSING: Final = "\"'”’“‘)\\]}»›"
_OPENING: Final = "\"'“‘”’(\\[{«‹„"

_CANDIDATE: Final = re.compile(
    rf"""
    (?P<stop> \.(?:[ \u00a0]\.){{1,5}}+ | [.!?…]{{1,12}}+ )
    (?P<close> (?:[{_CLOSING}] | \[\d{{1,3}}\]){{0,6}}+ )
    (?: (?P<gap> \s++ ) (?![a-z.,;:!?…)\]]) | (?=[{_OPENING}]?[A-Z]) )
    """,
    re.VERBOSE,
)
_NEXT: Final = re.compile(
    rf"(?P<open>(?:[{_OPENING}–—-]\s?){{0,4}}+)(?P<word>[^\W\d_][\w’'-]{{0,30}}+)?"
)
_QUOTE_MARKS: Final = frozenset("\"'”’“‘»›")
_ACRONYM: Final = re.compile(r"(?:\w\.)+\w")
_VERB: Final = (
    "said|says|asked|asks|added|adds|told|tells|wrote|writes|replied|replies|explained|explains|"
    "declared|declares|insisted|insists|shouted|wondered|joked|quipped|warned|warns|continued|"
    "argued|argues|recalled|recalls|tweeted|posted|concluded|demanded|remarked|noted|exclaimed"
)
_ATTRIBUTION: Final = re.compile(
    rf"""(?:(?:the|a|an|one|his|her|their)\s)?
    (?:[\w’'.-]{{1,30}}+\s){{1,6}}?
    (?:{_VERB})\b
    (?!\s(?:that|whether|if|how|why|he|she|it|they|we|I|there|this|these|those|his|her|their|the|no)\b|\s?:)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def segment(text: str) -> list[Piece]:
    """Cut an article into sentences and lines that are none, each with its zone."""
    pieces: list[Piece] = []
    for match in _LINE.finditer(text):
        line = match.group()
        start = match.start() + len(line) - len(line.lstrip())
        end = match.start() + len(line.rstrip())
        if start >= end:
            continue
        for last in sentence_ends(text, start, end):
            pieces.append(Piece(start, last, "body", True))
            start = last
            while start < end and text[start].isspace():
                start += 1
    return pieces


def sentence_ends(text: str, start: int, end: int) -> list[int]:
    """Offsets after the last character of each sentence of the line `text[start:end]`."""
    ends = []
    for match in _CANDIDATE.finditer(text, start, end):
        last = match.end("close")
        if last < end and _is_boundary(text, start, match):
            ends.append(last)
    ends.append(end)
    return ends


def _is_boundary(text: str, start: int, match: re.Match[str]) -> bool:
    at = match.start()
    stop, close, gap = match.groups()
    following = _NEXT.match(text, match.end())
    word = following["word"] or ""
    if word[:1].islower():
        return False
    before = text[max(start, at - 24) : at]
    token = before[before.rfind(" ") + 1 :].lstrip("\"'“‘([").lower()
    if gap is None:
        return len(token) > 1 and token[-1].islower() and "/" not in token and "." not in token
    if stop != ".":
        if close and not _QUOTE_MARKS.isdisjoint(close) and _ATTRIBUTION.match(text, match.end()):
            return False
        return at > start and token != "" or bool(close)
    if close:
        return True
    opens = word.lower().replace("’", "'") in OPENERS
    if token in TITLES or token in INSIDE:
        return False
    if token in CLOCK:
        return word.lower() not in AFTER_CLOCK and bool(word)
    if token in NUMBERED:
        return bool(word)
    if token in AMBIGUOUS or len(token) == 1 and token.isalpha() or _ACRONYM.fullmatch(token):
        return opens
    if token.isdigit() and at - len(token) == start:
        return False
    return True
