"""Where sentences end inside a line.

One regular expression finds every place where a sentence may end; the words before and after the
stop decide, by the rules of the language. Each place costs a bounded amount of work, so that the
whole is linear in the length of the line.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from copydesk.text.items import ITEM_STARTS, list_items
from copydesk.text.language import Language
from copydesk.text.language import language as language_of
from copydesk.text.sentence_rules import Kind, Rules, rules

_CLOSING: Final = "\"'”’“‘)\\]}»›«‹*"
_OPENING: Final = "\"'“‘”’(\\[{«‹»›„‚¿¡*"
_NOTE: Final = "¹²³⁰⁴-⁹†‡"
# A name in lower case may open a sentence (iPhone, al-Shabaab), and so may an address of the web.
_LOWER_NAME: Final = r"[a-z][A-Z]|[ae]l-[A-Z]|https?:|www\."

_NEXT: Final = re.compile(
    rf"(?:(?:[{_OPENING}–—-]|,,)\s?){{0,4}}+([^\W\d_][^\W_]{{0,30}}+(?:[’'-][^\W_]{{1,30}}+){{0,3}})?"
)
_LOWER: Final = re.compile(_LOWER_NAME)
_ACRONYM: Final = re.compile(r"(?:[^\W\d_]\.){1,8}[^\W\d_]")
_ROMAN: Final = re.compile(r"[IVXLC]+")
_MONTH_FOLLOWS: Final = re.compile(r"\d{1,2}(?:st|nd|rd|th)?\s[A-Z][a-z]{2}")
_TAGS: Final = re.compile(r"(?:(?:[#@]\w+|https?://\S+|pic\.twitter\S+)\s*+)++$")
"""Tags and links at the end of a post: they stay with its last sentence."""
_CITED: Final = re.compile(r"\([^()\n]{1,60}\)[.,;]")
_FORGOTTEN_BLANK: Final = re.compile(
    rf"[{_OPENING}]?[A-Z](?:[a-z’']|(?=\s))[\w’'-]{{0,30}}+(?=[\s,;:!?…’'”]|\.\s|\.?$)"
)
_NAME_ALONE: Final = (
    r"(?:(?:[—–-]\s?)?[A-Z][\w’-]{0,30}[a-z](?:\s[A-Z][\w’-]{1,30}){1,3}$"
    r"|[—―–]\s?[A-ZÀ-Þ][\w’-]{0,30}(?:\s[A-ZÀ-Þ][\w’.-]{0,30}){1,4}$)"
)
_SPEAKER_BELOW: Final = re.compile(_NAME_ALONE)
NAME_BELOW_QUOTE: Final = re.compile(rf"\w\w[.!?][”\"’']?\s{_NAME_ALONE}")
"""The source after a quotation that is set apart: "We go on. Ann Ode"; it stays with it."""
_QUOTE_MARKS: Final = frozenset("\"'”’“‘»›«‹")
_TURNED: Final = {"«": "»", "»": "«", "‹": "›", "›": "‹"}
_LOOK_BACK: Final = 2000
_STOPS: Final = frozenset(".!?…")
_OPENING_ONLY: Final = frozenset("“‘[(«‹„‚")
_MARKS: Final = "\"'“‘”’([{«‹»›„‚-–—/*•⁃▪●►‣"
_BULLETS: Final = "•⁃▪●►‣· \u00a0"
_LONGEST_TOKEN: Final = 24
_NAME_AT_MOST: Final = 60


Span = tuple[int, int]


def sentences(text: str, start: int, end: int, language: Language | None = None) -> list[Span]:
    """Return start and end of each sentence of the line `text[start:end]`, a trimmed line.

    Args:
        text: The text that the line is in.
        start: Where the line begins, in code points.
        end: Where it ends.
        language: The language whose rules hold; English by default.
    """
    return cut(text, start, end, text[start:end], language or language_of("en"))


def cut(text: str, start: int, end: int, line: str, lang: Language) -> list[Span]:
    """The same for a caller that holds the line `text[start:end]` already."""
    known = rules(lang)
    # The only stops of most lines are full stops, which are found faster without a pattern.
    dots = not known.stops and "?" not in line and "!" not in line and "…" not in line
    listed = line[:1] in ITEM_STARTS
    if dots and not listed and line.find(".", 0, -1) < 0:
        return [(start, end)]
    way = _cut_at_full_stops if dots else _cut_at_stops
    lower = line.islower()
    if not listed:
        return way(text, start, end, lower, lang, known)
    spans: list[Span] = []
    for first, last in list_items(text, start, end, lang):
        spans += way(text, first, last, lower, lang, known)
    return spans


def _cut_at_stops(
    text: str, start: int, end: int, lower: bool, lang: Language, known: Rules
) -> list[Span]:
    candidate = _candidate(lang, lower)
    spans: list[Span] = []
    match = candidate.search(text, start, end)
    while match is not None:
        last = _end(text, start, end, match, known, lower)
        if last:
            spans.append((start, last))
            start = last
            while text[start].isspace():
                start += 1
        match = candidate.search(text, match.end(), end)
    spans.append((start, end))
    return spans


def _cut_at_full_stops(
    text: str, start: int, end: int, lower: bool, lang: Language, known: Rules
) -> list[Span]:
    find = text.find
    closing = end - (2 if text[end - 1 : end] in _QUOTE_MARKS else 1)
    at = find(".", start, closing)  # the last stop of the line ends it anyway
    if at < 0:
        return [(start, end)]
    kinds, roman = known.kinds, known.roman_ordinals
    spans: list[Span] = []
    near = end - _NAME_AT_MOST
    while at >= 0:
        after = at + 2
        if text[at + 1] == " " and text[after].isupper():
            # A word, a full stop, one blank, a capital letter.
            first = max(start, at - _LONGEST_TOKEN)
            token = text[(text.rfind(" ", first, at) + 1) or first : at]
            kind = kinds.get(token)
            if len(token) > 1 and token.isalpha() and (kind is None or kind is Kind.TITLE):
                if kind is None:
                    goes_on = (roman and _ROMAN.fullmatch(token)) or (
                        after >= near and _SPEAKER_BELOW.match(text, after, end)
                    )
                    if not goes_on:
                        spans.append((start, at + 1))
                        start = after
                    at = find(".", after, closing)
                    continue
                if not token.islower():
                    at = find(".", after, closing)
                    continue
        elif text[at - 2 : at - 1] == " " and text[at - 1].isupper() and text[at + 1].isupper():
            at = find(".", at + 1, closing)  # inside an abbreviation: "the U.S. fleet"
            continue
        match = _candidate(lang, lower).match(text, at, end)
        if match is None:
            at = find(".", at + 1, closing)
            continue
        last = _end(text, start, end, match, known, lower)
        if last:
            spans.append((start, last))
            start = last
            while text[start].isspace():
                start += 1
        at = find(".", match.end(), closing)
    spans.append((start, end))
    return spans


@cache
def _candidate(language: Language, lower: bool = False) -> re.Pattern[str]:
    """A pattern for each place in a line where a sentence may end.

    It matches a stop, what closes with it (group 1), and the blanks up to something that may open
    a sentence; or no blanks, if they were forgotten. A mark between blanks may close, as in French,
    or open (see `_opens_quote`). In a line that is all in lower case any word may open a sentence.
    """
    known = rules(language)
    always = (
        rf"|(?<=[{known.stops}])([」』”’)》】]{{0,3}}+)\s*+(?=\S)" if known.stops else "|(?!)()"
    )
    return re.compile(
        rf"""
        [.!?…{known.stops}]
        (?: (?=[\s.!?…{_CLOSING}\[A-Z{_NOTE}] | (?<=[a-z]{{3}}\.)\d{{1,2}}\s[A-Z]
          | (?<=\s(?:1\d|20)\d\d\.)\d{{1,2}}\s[A-Z])
            ([.!?…{_CLOSING}\[0-9{_NOTE}]{{0,12}}+ (?:\s[»›«‹](?=[\s.,;:!?)]|$))?+)
            (?: \s++ (?=[^{"" if lower else "a-z"}.,;:!?…)\]] | ,,\w | {_LOWER_NAME})
              | (?<=[a-z]{{4}}[.!?]) \s (?=(?:{known.informal})\s)
              | (?=[{_OPENING}]?[A-Z]) )
          {always} )
        """,
        re.VERBOSE,
    )


def _end(text: str, start: int, end: int, match: re.Match[str], known: Rules, lower: bool) -> int:
    """Offset at which the sentence that begins at `start` ends, if it ends here, or 0."""
    at = match.start()
    last = match.end(1)
    if last < 0:
        return match.end(2)
    after = match.end()
    before = text[max(start, at - _LONGEST_TOKEN) : at]
    token = before[max(before.rfind(" "), before.rfind("\u00a0"), before.rfind("\u202f")) + 1 :]
    if last > at + 1 and _opens_quote(text, match, known):
        last -= 2
    if end - after <= _NAME_AT_MOST and _SPEAKER_BELOW.match(text, after, end):
        return 0
    if text[after] in "#@h" and _TAGS.match(text, after, end):
        return 0
    if after == last:
        return _end_without_blank(text, start, match, token, known)
    plain = last == at + 1 and text[at] == "." and text[after].isupper()
    if plain and len(token) > 1 and token not in known.kinds and token.isalpha():
        roman = known.roman_ordinals and _ROMAN.fullmatch(token)
        return 0 if roman else last
    following = _NEXT.match(text, after, end)
    word = (following and following[1]) or ""
    if word[:1].islower() and not lower and not _LOWER.match(text, after):
        return last if _informal_ends(text, match, token, known) else 0
    if lower and _says_who(text, match, known):
        return 0
    if text[at] == "." and text[at + 1] != ".":
        return last if _full_stop_ends(text, start, match, token, word, known) else 0
    return last if _mark_ends(text, start, match, token, word, known) else 0


def _opens_quote(text: str, match: re.Match[str], known: Rules) -> bool:
    """Whether the mark that a match ends with, between blanks, opens a quotation: ". « Yes".

    The first such mark of the line opens; without one before, the language decides.
    """
    mark, last = match[1][-1:], match.end(1)
    if mark not in _TURNED or not text[last - 2].isspace():
        return False
    first = text.rfind("\n", max(0, last - _LOOK_BACK), last) + 1 or max(0, last - _LOOK_BACK)
    same, turned = (text.find(m, first, last - 1) for m in (mark, _TURNED[mark]))
    if same < 0 and turned < 0 and mark in "«‹":
        return not known.turned_marks or text.find(_TURNED[mark], last, last + _LOOK_BACK) > 0
    if same < 0 and turned < 0:
        return known.turned_marks
    return same >= 0 and (turned < 0 or same < turned)


def _informal_ends(text: str, match: re.Match[str], token: str, known: Rules) -> bool:
    """Whether a stop before a word in lower case ends a sentence of copy without capitals."""
    abbreviated = token in known.kinds or _capitalised(token) in known.kinds
    return match.end(1) == match.start() + 1 and token.isalpha() and not abbreviated


def _says_who(text: str, match: re.Match[str], known: Rules) -> bool:
    """Whether a verb of saying is among the next words after a quotation: "“no.” she said"."""
    if _QUOTE_MARKS.isdisjoint(match[1]):
        return False
    following = text[match.end() : match.end() + 60].split(None, 4)[:4]
    return not known.says.isdisjoint(word.rstrip(".,;") for word in following)


def _capitalised(word: str) -> str:
    return word[:1].upper() + word[1:]


def _full_stop_ends(
    text: str, start: int, match: re.Match[str], token: str, word: str, known: Rules
) -> bool:
    at = match.start()
    closing = match[1]
    bare = token.lstrip(_MARKS)
    if not bare:
        return _stop_apart_ends(text, start, at, word)
    kind = known.kinds.get(bare) or known.kinds.get(bare.rpartition("-")[2])
    if kind is None and word.islower():
        kind = known.kinds.get(_capitalised(bare))
    if closing and not _QUOTE_MARKS.isdisjoint(closing):
        return kind is not Kind.TITLE and not (
            known.attribution.match(text, match.end()) or _CITED.match(text, match.end())
        )
    if closing and closing[0].isdigit():
        return kind is None
    if text[match.end()] in "-–—" and (kind is not None or "." in bare):
        return False  # a dateline goes on: "FAIRVIEW, W.Va. - The coal"
    initial = len(bare) == 1 and bare.isalpha()
    if initial and at - len(token) == start:
        return False
    if kind is not None and not (initial and bare.isupper() and kind is Kind.NUMBERED and word):
        if kind is Kind.CLOCK and at - start <= 10:
            return False  # the time of an entry of a live page
        return _abbreviation_ends(text, match.end(), bare, kind, word, known)
    if initial:
        if text[at - 2 : at - 1] == "°":
            return True
        surname = word.lower() in known.also_surnames
        return not surname and _opens(text, match.end(), word, known)
    if _ACRONYM.fullmatch(bare):
        clock = bare.lstrip("0123456789")
        return _opens(text, match.end(), word, known) if clock == bare else bool(word)
    if bare.isdigit():
        return _number_ends(text, start, match, bare, word, known)
    if not word and known.endings and bare.endswith(known.endings):
        return False
    return not (known.roman_ordinals and _ROMAN.fullmatch(bare))


def _stop_apart_ends(text: str, start: int, at: int, word: str) -> bool:
    """Whether a full stop after a blank ends the sentence.

    " . . . " trails off and may go on with "I", " . . . . " ends; " . " is a full stop set apart,
    or a bullet at the start.
    """
    dotted = text[max(0, at - 2) : at] == ". "
    trailing = text[max(0, at - 4) : at] == ". . " and text[max(0, at - 6) : at - 4] != ". "
    return at > start and (not dotted or (bool(word) and not (trailing and word[:1] == "I")))


def _number_ends(
    text: str, start: int, match: re.Match[str], bare: str, word: str, known: Rules
) -> bool:
    """Whether a full stop after digits ends the sentence: it may count an item or be an ordinal."""
    at = match.start()
    first = at - len(bare)
    if len(bare) <= 3 and (
        not text[start:first].strip(_BULLETS) or text[max(start, first - 2) : first] == "; "
    ):
        return False
    if len(bare) <= known.ordinal_digits:
        return _opens(text, match.end(), word, known)
    return True


def _abbreviation_ends(
    text: str, after: int, bare: str, kind: Kind, word: str, known: Rules
) -> bool:
    if kind is Kind.INSIDE:
        return False
    if kind is Kind.TITLE:
        return bare.islower() and _opens(text, after, word, known)
    if kind is Kind.CLOCK:
        return word.lower() not in known.after_clock and not _MONTH_FOLLOWS.match(text, after)
    if kind is Kind.NUMBERED:
        roman = _ROMAN.fullmatch(word) and not (word == "I" and bare.lower() == "no")
        return bool(word) and not roman
    return _opens(text, after, word, known)


def _opens(text: str, after: int, word: str, known: Rules) -> bool:
    """Whether the next word opens a sentence and is not part of a name."""
    if word.islower() or (len(word) > 1 and word.isupper()):
        return False
    if word.lower().replace("’", "'") not in known.openers:
        return False
    return len(word) > 1 or not text.startswith(".", text.index(word, after) + 1)


def _mark_ends(
    text: str, start: int, match: re.Match[str], token: str, word: str, known: Rules
) -> bool:
    """Whether a question mark, an exclamation mark or an ellipsis ends the sentence."""
    stops = text[match.start() : match.end(1)]
    bare = token.lstrip(_MARKS)
    if stops[0] in ".…" and not ("?" in stops or "!" in stops):
        if not _QUOTE_MARKS.isdisjoint(stops) and _CITED.match(text, match.end()):
            return False
        if not bare:
            return "]" in stops or ")" in stops
        if not _QUOTE_MARKS.isdisjoint(stops):
            return True
        return bare.lower() not in known.trailing_off
    if not _QUOTE_MARKS.isdisjoint(stops):
        return not known.attribution_of_question.match(text, match.end())
    if not bare:  # a mark set apart, as in French
        return match.start() > start and bool(word) and text[match.start() - 2] not in _STOPS
    return not (stops == "!" and bare in known.with_mark)


def _end_without_blank(
    text: str, start: int, match: re.Match[str], token: str, known: Rules
) -> int:
    """Offset of the end where the blank after the stop was forgotten ("ended.He said"), or 0."""
    last = match.end()
    bare = token.lstrip(_MARKS)
    while text[last - 1] in _OPENING_ONLY:
        last -= 1
    if text[last - 1] == '"' and text.count('"', max(start, last - 1000), last - 1) % 2 == 0:
        last -= 1
    following = _FORGOTTEN_BLANK.match(text, last)
    if following is None or following.group().lstrip(_MARKS) in known.web:
        return 0
    if bare in known.kinds:
        return last if known.kinds[bare] is Kind.CLOCK else 0
    if len(bare) < 2 or not bare[-1].isalnum() or not set("/.@").isdisjoint(bare):
        return 0
    spelt = bare[-1].islower() or (bare.isdigit() and len(bare) == 4) or last > match.start() + 1
    return last if spelt and bare != "www" else 0
