"""Noun phrases: where the phrase that may name a speaker begins and ends.

There is no parser. A phrase is found by its words and the stops between them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from copydesk.text.language import Language
from copydesk.text.lexicon import Word
from copydesk.text.predicates import VERBS

Span = tuple[int, int]
_ASIDE: Final = re.compile(r"\([^()]{0,60}\)")
_MARKS: Final = frozenset("\"'“”‘’«»„‚`")
_BREAKS: Final = frozenset(",;:()[]—–―") | _MARKS
REACH: Final = 60
"""How many words before a cue are read."""
MAX_SPEAKER: Final = 18
"""Longest run of words taken for a speaker."""


@cache
def _forms(lang: Language) -> dict[str, frozenset[str]]:
    """The words around a speaker, by what they are, and the forms that are certainly verbs."""
    entries: dict[str, frozenset[str]] = defaultdict(frozenset)
    entries.update(lang.lexicon("speaker-context").entries)
    clause = lang.lexicon("clause").entries
    verbs = {
        first
        for name in VERBS
        for first in lang.lexicon(name).phrases
        if first.endswith(("ed", "ing"))
    }
    for key in ("past", "auxiliary"):
        verbs |= clause.get(key, frozenset())
    irregular = lang.lexicon("predicate-context").forms("irregular")
    entries["noun in -ly"] = lang.lexicon("predicate-context").forms("noun in -ly")
    entries["base"] = frozenset(
        first
        for name in VERBS
        for first in lang.lexicon(name).phrases
        if not first.endswith(("ed", "ing"))
    ) | entries.get("base", frozenset())
    entries["finite"] = frozenset(verbs | irregular | entries.get("verb", frozenset()))
    return entries


class _Gap(NamedTuple):
    """What stands between two words.

    Attributes:
        breaks: Whether it holds a stop or a mark that no phrase goes over.
        divides: Whether it holds a colon, a semicolon, a dash or a whole quotation.
        follows_mark: Whether it ends with a quotation.
    """

    breaks: bool
    divides: bool
    follows_mark: bool


_BLANK: Final = _Gap(breaks=False, divides=False, follows_mark=False)


def _gap_of(between: str) -> _Gap:
    if between == " ":
        return _BLANK
    divides = any(mark in ";:—–―" or (mark in _MARKS and len(between) > 2) for mark in between)
    quoted = between.rstrip()[-1:] in _MARKS and len(between) > 2
    return _Gap(_breaks(between), divides, quoted)


def _breaks(between: str) -> bool:
    if between.isspace():
        return False
    if "(" in between:
        between = _ASIDE.sub(" ", between)
    if between.strip() in {"", ".", "'", "’"}:
        return False
    return any(mark in _BREAKS or mark in ".?!" for mark in between) or len(between) > 4


class Phrases:
    """The words of a sentence outside quotation marks, and the phrases among them."""

    def __init__(self, text: str, found: Sequence[Word], lang: Language) -> None:
        self.text = text
        self.found = _without_asides(text, found)
        self._gaps: dict[int, _Gap] = {}
        self.lang = lang
        self.forms = _forms(lang)

    def goes_on(self, offset: int) -> bool:
        """Whether a verb follows what ends at an offset: it is the subject of a clause."""
        at = self.index(offset)
        while at < len(self.found) and not (at and self.breaks(at)):
            if self.is_verb(at) or self.found[at].form in self.forms["auxiliary"]:
                return True
            at += 1
        return False

    def begins_with_verb(self, offset: int) -> bool:
        """Whether the first word from an offset on is a finite verb."""
        at = self.index(offset)
        return at < len(self.found) and (
            self.is_verb(at) or self.found[at].form in self.forms["auxiliary"]
        )

    def index(self, offset: int) -> int:
        """Index of the first word that starts at an offset or after it."""
        return bisect_left(self.found, offset, key=lambda word: word.start)

    def after(self, offset: int) -> Span | None:
        """The phrase that starts at the first word from an offset on: "said the mayor of York"."""
        at = self._over_day(self.index(offset))
        last = at
        while last < len(self.found) and last - at < MAX_SPEAKER:
            form = self.found[last].form
            if last > at and (
                self.breaks(last)
                or form in self.forms["nominative"]
                or (form in self.forms["ends"] and form not in self.forms["of a role"])
            ):
                break
            if (
                last > at
                and form in self.forms["of a role"]
                and not self._names(last - 1, last + 1)
            ):
                break
            if last == at and (form in self.forms["never"] or form in self.forms["preposition"]):
                break
            if last > at and self.is_verb(last) and not self.is_adjective(last):
                break
            last += 1
        return self.span(at, last)

    def _over_day(self, at: int) -> int:
        """Index after a day that stands before a phrase: "said on Friday the mayor"."""
        on = [word.form for word in self.found[at : at + 3]]
        if (
            len(on) < 3
            or on[0] != "on"
            or on[1] not in self.forms["weekday"]
            or self.breaks(at + 2)
        ):
            return at
        return at + 2

    def phrase_at(self, start: int, at: int) -> Span | None:
        """The noun phrase that begins at an index, up to its verb."""
        last = start
        while last < at and last - start < MAX_SPEAKER:
            if last > start and self.breaks(last):
                break
            form = self.found[last].form
            if last > start and (form in self.forms["subordinate"] or form in self.forms["adverb"]):
                break
            if form in self.forms["relative"] and last > start:
                break
            if last > start and self._ends_phrase(last):
                break
            last += 1
        return self.span(start, last)

    def _ends_phrase(self, index: int) -> bool:
        """Whether a word is the verb after a subject."""
        form = self.found[index].form
        if form in self.forms["finite"] or form.endswith("ed"):
            return not self.is_adjective(index)
        left = self.found[index - 1]
        if left.form in self.forms["pronoun"]:
            return True
        if left.form.endswith(("'s", "s'")):
            return False
        if left.form in self.forms["article"]:
            return False
        lower = not self.text[self.found[index].start].isupper()
        return (
            lower
            and self.text[left.start].isupper()
            and form not in self.forms["particle"]
            and index > 0
            and form not in self.forms["role"]
        )

    def segment_start(self, end: int) -> int | None:
        """Where the segment that ends at an index begins; None if a quotation stands before."""
        for index in range(end - 1, max(end - REACH, 0), -1):
            if self._gap(index).divides:
                return index if index < end else None
            if self.breaks(index):
                return index
        return 0 if end else None

    def phrase_before(self, end: int, *, close: bool = False) -> Span | None:
        """The noun phrase that ends before an index.

        Args:
            end: Index of the word after it.
            close: Take the name or the noun nearest to the end, not what it belongs to.
        """
        first = end - 1
        while first > 0 and end - first < MAX_SPEAKER:
            if self.breaks(first):
                break
            form = self.found[first - 1].form
            if (
                form in self.forms["subordinate"]
                or form in self.forms["joins-clauses"]
                or form in self.forms["relative"]
                or (form in self.forms["auxiliary"] and not self._leads_to(first))
                or (close and form in self.forms["preposition"] and form != "of")
            ):
                break
            if form in self.forms["pronoun"] and end - first > 0:
                break
            if (
                self.is_verb(first - 1)
                and not self.is_adjective(first - 1)
                and not self.text[self.found[first - 1].start].isupper()
            ):
                break
            first -= 1
        first = self._over_front(first, end)
        return self.span(first, end)

    def _leads_to(self, index: int) -> bool:
        """Whether "to" before a word is a preposition: "an aide to Orr", "a letter to him"."""
        if index < 2 or self.found[index - 1].form != "to" or self.breaks(index - 1):
            return False
        left, right = self.found[index - 2], self.found[index]
        named = self.text[right.start].isupper()
        if self.text[left.start].isupper() and named:
            return True
        if left.form in self.forms["written"]:
            return True
        who = left.form in self.forms["role"] or left.form == "close"
        return who and (named or right.form in self.forms["article"])

    def _over_front(self, first: int, end: int) -> int:
        """Skip a conjunction, an adverb or a phrase of time or place in front of a subject."""
        while first < end and (
            self.found[first].form in self.forms["opens"]
            or self.found[first].form in self.forms["adverb"]
        ):
            first += 1
        if first < end and self.found[first].form in self.forms["preposition"]:
            for index in range(end - 1, first + 1, -1):
                left = self.found[index - 1].form
                here = self.found[index]
                starts = (
                    here.form in self.forms["article"]
                    or here.form in self.forms["pronoun"]
                    or (
                        self.text[here.start].isupper()
                        and (
                            not self.text[self.found[index - 1].start].isupper()
                            or left in self.forms["time"]
                        )
                    )
                )
                if starts and left not in self.forms["preposition"]:
                    return index
            return end
        return first

    def is_verb(self, index: int) -> bool:
        form = self.found[index].form
        return form in self.forms["finite"]

    def is_adverb(self, index: int) -> bool:
        """Whether a word in -ly is an adverb: neither a noun ("family") nor a name ("Kelly")."""
        word = self.found[index]
        return (
            word.form.endswith("ly")
            and len(word.form) > 5
            and word.form not in self.forms["noun in -ly"]
            and not (self.text[word.start].isupper() and (index or self._acts_next(index)))
        )

    def _acts_next(self, index: int) -> bool:
        """Whether the word after one is a verb."""
        return (
            index + 1 < len(self.found) and self.is_verb(index + 1) and not self.breaks(index + 1)
        )

    def is_adjective(self, index: int) -> bool:
        """Whether a participle stands in a noun phrase: "the elected mayor"."""
        if not index or self.breaks(index):
            return False
        left = self.found[index - 1].form
        if self.found[index].form in self.forms["auxiliary"]:
            return False
        return left in self.forms["article"] or left.endswith(("'s", "s'"))

    def _names(self, left: int, right: int) -> bool:
        """Whether a preposition joins a role to its place: "mayor of York"."""
        return right < len(self.found) and not self.breaks(right) and left >= 0

    def is_name(self, start: int, end: int) -> bool:
        name = self.found[start:end]
        return (len(name) > 1 or not start) and all(
            self.text[word.start].isupper() for word in name
        )

    def breaks(self, index: int) -> bool:
        """Whether a stop or a mark stands before a word."""
        return self._gap(index).breaks

    def follows_mark(self, index: int) -> bool:
        """Whether a quotation ends before a word."""
        return self._gap(index).follows_mark

    def _gap(self, index: int) -> _Gap:
        """What stands before a word, which may be long where a quotation does: it is read once."""
        gap = self._gaps.get(index)
        if gap is None:
            gap = _gap_of(self.text[self.found[index - 1].end : self.found[index].start])
            self._gaps[index] = gap
        return gap

    def _acts(self, start: int, end: int) -> bool:
        """Whether a run of words holds a verb of its own, so that it is more than a phrase."""
        first = self.found[start]
        if not self.text[first.start].isupper() and first.form in self.forms["base"]:
            return True
        return any(self.contracted(index) for index in range(start, end))

    def contracted(self, index: int) -> int:
        """The length of the pronoun in a contraction; 0 for other words.

        Contractions are "she's", "they'd" and the like.
        """
        pronoun, mark, ending = self.found[index].form.partition("'")
        if not mark or ending not in self.forms["contracted verb"]:
            return 0
        return len(pronoun) if pronoun in self.forms["contracted pronoun"] else 0

    def span(self, start: int, end: int) -> Span | None:
        """The offsets of a phrase, unless it cannot speak: a number, an adverb, a preposition."""
        while end > start and self.found[end - 1].form in self.forms["trails"]:
            end -= 1
        while end > start and self.found[start].form in self.forms["opens"]:
            start += 1
        if end <= start or end - start > MAX_SPEAKER:
            return None
        phrase = self.found[start:end]
        verbal = phrase[0].form in self.forms["verb"] and len(phrase) > 1
        if (
            (verbal and self.text[phrase[0].start].islower())
            or phrase[0].form in self.forms["preposition"]
            or phrase[0].form in self.forms["subordinate"]
        ):
            return None
        if all(
            word.form in self.forms["never"]
            or word.form[0].isdigit()
            or word.form in self.forms["time"]
            or word.form in self.forms["adverb"]
            or self.is_adverb(index)
            for index, word in enumerate(phrase, start)
        ):
            return None
        if phrase[-1].form in self.forms["never"] or self._acts(start, end):
            return None
        for index in range(end - 1, start, -1):
            if self.found[index].form in self.forms["nominative"]:
                return self.found[index].start, phrase[-1].end
        return phrase[0].start, phrase[-1].end


def _without_asides(text: str, found: Sequence[Word]) -> list[Word]:
    """The words of a sentence without short brackets: "Rep. Gwen Orr (D-Wis.) said"."""
    if not found or "(" not in text[found[0].start : found[-1].end]:
        return list(found)
    result: list[Word] = []
    depth_until = -1
    for index, word in enumerate(found):
        if word.start < depth_until:
            continue
        gap = text[found[index - 1].end : word.start] if index else ""
        if "(" in gap and ")" not in gap:
            close = text.find(")", word.start, word.start + 60)
            if close >= 0:
                depth_until = close
                continue
        result.append(word)
    return result
