"""Where sentences of news English end inside a line.

One regular expression finds every place where a sentence may end; the words before and after the
stop decide. Each place costs a bounded amount of work, so that the whole is linear in the length
of the line.
"""

from __future__ import annotations

import re
from typing import Final

from copydesk.text.abbreviations import AFTER_CLOCK, ALSO_SURNAMES, KINDS, OPENERS, Kind
from copydesk.text.words import words

_CLOSING: Final = "\"'”’“‘)\\]}»›"
_OPENING: Final = "\"'“‘”’(\\[{«‹„¿¡"
# A name in lower case may open a sentence (iPhone, al-Shabaab), and so may an address of the web.
_LOWER_NAME: Final = r"[a-z][A-Z]|[ae]l-[A-Z]|https?:|www\."

_CANDIDATE: Final = re.compile(
    rf"""
    [.!?…] (?=[\s.!?…{_CLOSING}\[A-Z])
    ([.!?…{_CLOSING}\[0-9]{{0,12}}+)
    (?: \s++ (?=[^a-z.,;:!?…)\]] | {_LOWER_NAME}) | (?=[{_OPENING}]?[A-Z]) )
    """,
    re.VERBOSE,
)
"""A stop, what closes with it (group 1), and the blanks up to something that may open a sentence;
or no blanks, where they were forgotten."""
_NEXT: Final = re.compile(
    rf"(?:[{_OPENING}–—-]\s?){{0,4}}+([^\W\d_][^\W_]{{0,30}}+(?:[’'-][^\W_]{{1,30}}+){{0,3}})?"
)
_LOWER: Final = re.compile(_LOWER_NAME)
_ACRONYM: Final = re.compile(r"(?:[^\W\d_]\.){1,8}[^\W\d_]")
_ROMAN: Final = re.compile(r"[IVXLC]+")
_MONTH_FOLLOWS: Final = re.compile(r"\d{1,2}(?:st|nd|rd|th)?\s[A-Z][a-z]{2}")
_FORGOTTEN_BLANK: Final = re.compile(
    rf"[{_OPENING}]?[A-Z](?:[a-z’']|(?=\s))[\w’'-]{{0,30}}+(?=[\s,;:!?…’'”]|\.\s|\.?$)"
)
_NAME_ALONE: Final = r"(?:[—–-]\s?)?[A-Z][\w’-]{0,30}[a-z](?:\s[A-Z][\w’-]{1,30}){1,3}$"
_SPEAKER_BELOW: Final = re.compile(_NAME_ALONE)
NAME_BELOW_QUOTE: Final = re.compile(rf"\w\w[.!?][”\"’']?\s{_NAME_ALONE}")
"""Who said it, after a quotation that is set apart: "We go on. Ann Ode"; it stays with it."""
_QUOTE_MARKS: Final = frozenset("\"'”’“‘»›")
_OPENING_ONLY: Final = frozenset("“‘[(«‹„")
_MARKS: Final = "\"'“‘”’([{«‹„-–—/"
_WEB_ENDINGS: Final = words("Com Net Org Gov Edu Io Tv Co Uk Js Html Php Pdf")
_NAMES_WITH_MARK: Final = frozenset({"Yahoo", "Jeopardy", "Wham"})
_TRAILING_OFF: Final = words(
    """
    a an the i we he she they you and or but to of in on at for with from by if my his her their our
    your was were
    """
)

_CAPITAL: Final = r"(?:[A-Z][\w’'.-]{0,30}+|de|del|der|van|von|bin|al|and)"
_SPEAKER: Final = rf"""
    (?: (?:The|A|An|One|His|Her|Their|My|Our)\s(?:[a-z][\w’'-]{{0,30}}+\s){{1,3}}?
        (?:{_CAPITAL}\s){{0,4}}?
      | (?:{_CAPITAL}\s){{1,6}}? )
    (?:(?:also|then|later|once|again|[a-z]{{2,20}}ly)\s)?
"""
_SAYING: Final = r"""
    (?:said|says|asked|asks|added|adds|wrote|writes|replied|replies|explained|explains|declared
      |declares|insisted|insists|shouted|yelled|cried|wondered|wonders|joked|jokes|quipped|warned
      |warns|continued|argued|argues|recalled|recalls|tweeted|posted|concluded|demanded|remarked
      |noted|notes|exclaimed|responded|responds|told(?:\s[\w’'-]{1,30}+){1,4}?)
    (?=[.,;]|$)
"""
_ATTRIBUTION: Final = re.compile(rf"{_SPEAKER}{_SAYING}", re.VERBOSE)
_ATTRIBUTION_OF_QUESTION: Final = re.compile(
    rf"""{_SPEAKER}(?:
        {_SAYING}
      | (?:said|says|wrote|added|replied|joked|quipped|shouted|continued|posted|tweeted)
        (?=\s(?:on|in|at|during|to|after|before|from|as|when|while|with|last|this|earlier|later
        |via|yesterday|today|[A-Z][a-z]{{2,5}}day)\b)
      | (?:asked|asks|wondered|demanded)
        (?!\s(?:that|whether|if|how|why|what|who|when|where|for|he|she|it|they|we|I|not)\b)
    )""",
    re.VERBOSE,
)


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return start and end of each sentence of the line `text[start:end]`, a trimmed line."""
    spans = []
    for match in _CANDIDATE.finditer(text, start, end):
        last = _end(text, start, end, match)
        if last:
            spans.append((start, last))
            start = last if match.end() == match.end(1) else match.end()
    spans.append((start, end))
    return spans


def _end(text: str, start: int, end: int, match: re.Match[str]) -> int:
    """Offset where the sentence that begins at `start` ends if it does so here, or 0."""
    at = match.start()
    last = match.end(1)
    after = match.end()
    before = text[max(start, at - 24) : at]
    token = before[max(before.rfind(" "), before.rfind("\u00a0")) + 1 :]
    if end - after <= 60 and _SPEAKER_BELOW.match(text, after, end):
        return 0
    if after == last:
        return _end_without_blank(text, start, match, token)
    plain = last == at + 1 and text[at] == "." and text[after].isupper()
    if plain and len(token) > 1 and token not in KINDS and token.isalpha():
        return last
    following = _NEXT.match(text, after, end)
    word = (following and following[1]) or ""
    if word[:1].islower() and not _LOWER.match(text, after):
        return 0
    if text[at] == "." and text[at + 1] != ".":
        return last if _full_stop_ends(text, start, match, token, word) else 0
    return last if _mark_ends(text, match, token) else 0


def _full_stop_ends(text: str, start: int, match: re.Match[str], token: str, word: str) -> bool:
    at = match.start()
    closing = match[1]
    bare = token.lstrip(_MARKS)
    if not bare:
        # " . . . " trails off; " . " is a full stop that stands apart, or a bullet at the start.
        return at > start and (text[max(0, at - 2) : at] != ". " or bool(word))
    kind = KINDS.get(bare) or KINDS.get(bare.rpartition("-")[2])
    if closing and not _QUOTE_MARKS.isdisjoint(closing):
        return kind is not Kind.TITLE and not _ATTRIBUTION.match(text, match.end())
    if kind is not None:
        if kind is Kind.CLOCK and at - start <= 10:
            return False  # the time of an entry of a live page
        return _abbreviation_ends(text, match.end(), bare, kind, word)
    if len(bare) == 1 and bare.isalpha():
        initial = at - len(token) == start or word.lower() in ALSO_SURNAMES
        return not initial and _opens(text, match.end(), word)
    if _ACRONYM.fullmatch(bare):
        clock = bare.lstrip("0123456789")
        return _opens(text, match.end(), word) if clock == bare else bool(word)
    # "1. The first point": a number that begins the sentence counts it.
    return not (bare.isdigit() and len(bare) <= 3 and at - len(token) == start)


def _abbreviation_ends(text: str, after: int, bare: str, kind: Kind, word: str) -> bool:
    if kind is Kind.INSIDE:
        return False
    if kind is Kind.TITLE:
        return bare.islower() and _opens(text, after, word)
    if kind is Kind.CLOCK:
        return word.lower() not in AFTER_CLOCK and not _MONTH_FOLLOWS.match(text, after)
    if kind is Kind.NUMBERED:
        roman = _ROMAN.fullmatch(word) and not (word == "I" and bare.lower() == "no")
        return bool(word) and not roman
    return _opens(text, after, word)


def _opens(text: str, after: int, word: str) -> bool:
    """Whether the next word opens a sentence and is no part of a name."""
    if len(word) > 1 and word.isupper():
        return False
    if word.lower().replace("’", "'") not in OPENERS:
        return False
    return len(word) > 1 or not text.startswith(".", text.index(word, after) + 1)


def _mark_ends(text: str, match: re.Match[str], token: str) -> bool:
    """Whether a question mark, an exclamation mark or an ellipsis ends the sentence."""
    stops = text[match.start() : match.end(1)]
    bare = token.lstrip(_MARKS)
    if stops[0] in ".…" and not ("?" in stops or "!" in stops):
        if not bare:
            return "]" in stops or ")" in stops
        return bare.lower() not in _TRAILING_OFF or not _QUOTE_MARKS.isdisjoint(stops)
    if not _QUOTE_MARKS.isdisjoint(stops):
        return not _ATTRIBUTION_OF_QUESTION.match(text, match.end())
    return bool(bare) and not (stops == "!" and bare in _NAMES_WITH_MARK)


def _end_without_blank(text: str, start: int, match: re.Match[str], token: str) -> int:
    """Offset of the end where the blank after the stop was forgotten ("ended.He said"), or 0."""
    last = match.end()
    bare = token.lstrip(_MARKS)
    while text[last - 1] in _OPENING_ONLY:
        last -= 1
    if text[last - 1] == '"' and text.count('"', max(start, last - 1000), last - 1) % 2 == 0:
        last -= 1
    following = _FORGOTTEN_BLANK.match(text, last)
    if following is None or following.group().lstrip(_MARKS) in _WEB_ENDINGS:
        return 0
    if bare in KINDS:
        return last if KINDS[bare] is Kind.CLOCK else 0
    if len(bare) < 2 or not bare[-1].isalnum() or not set("/.@").isdisjoint(bare):
        return 0
    spelt = bare[-1].islower() or (bare.isdigit() and len(bare) == 4) or last > match.start() + 1
    return last if spelt and bare != "www" else 0
