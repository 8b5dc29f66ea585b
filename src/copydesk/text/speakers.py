"""Who is said to speak: the phrase that is the subject of a cue of attribution.

No parser is at hand. A sentence is read from the cue outwards: over adverbs and auxiliaries to the
phrase before it, over what stands between commas to the name that it describes, and from a verb
without a subject of its own ("…, saying", "and added") to the subject of its clause.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Final

from copydesk.text.language import Language
from copydesk.text.lexicon import Word

Span = tuple[int, int]

_ASIDE: Final = re.compile(r"\([^()]{0,60}\)")
_MARKS: Final = frozenset("\"'“”‘’«»„‚`")
_BREAKS: Final = frozenset(",;:()[]—–―") | _MARKS
_CONTRACTED: Final = re.compile("(i|you|he|she|it|we|they|who)'(?:s|d|re|ve|ll|m)$")
_REACH: Final = 60
"""How many words before a cue are read."""
MAX_SPEAKER: Final = 18
"""Longest run of words taken for a speaker."""
_VERBS: Final = (
    "clause-verbs",
    "that-verbs",
    "object-verbs",
    "infinitive-verbs",
    "ruling-verbs",
    "as-verbs",
    "reporting-verbs",
    "ambiguous-verbs",
)


@cache
def _forms(lang: Language) -> dict[str, frozenset[str]]:
    """The words around a speaker, by what they are, and the forms that are sure to be verbs."""
    entries: dict[str, frozenset[str]] = defaultdict(frozenset)
    entries.update(lang.lexicon("speaker-context").entries)
    clause = lang.lexicon("clause").entries
    verbs = {
        first
        for name in _VERBS
        for first in lang.lexicon(name).phrases
        if first.endswith(("ed", "ing"))
    }
    for key in ("past", "auxiliary"):
        verbs |= clause.get(key, frozenset())
    irregular = lang.lexicon("predicate-context").entries.get("irregular", frozenset())
    entries["base"] = frozenset(
        first
        for name in _VERBS
        for first in lang.lexicon(name).phrases
        if not first.endswith(("ed", "ing"))
    ) | entries.get("base", frozenset())
    entries["finite"] = frozenset(verbs | irregular | entries.get("verb", frozenset()))
    return entries


class Phrases:
    """The words of a sentence outside quotation marks, and the phrases among them."""

    def __init__(self, text: str, found: Sequence[Word], lang: Language) -> None:
        self.text = text
        self.found = _without_asides(text, found)
        self.lang = lang
        self.forms = _forms(lang)

    def index(self, offset: int) -> int:
        """Index of the first word that starts at an offset or after it."""
        return bisect_left(self.found, offset, key=lambda word: word.start)

    def subject(self, offset: int) -> Span | None:
        """The subject of the verb that starts at an offset, or None where it is not sure."""
        at = self.index(offset)
        if at >= len(self.found):
            return None
        participle = self.found[at].form.endswith("ing")
        before = self._over_verbs(at)
        if before > 2 and self.found[before - 1].form.isdigit() and not self._break(before):
            before -= 2 * (self.found[before - 2].form in self.forms["preposition"])
        if not before:
            return None
        left = self.found[before - 1].form
        pronoun = _CONTRACTED.match(left)
        if pronoun is not None:
            start = self.found[before - 1].start
            return start, start + len(pronoun[1])
        if left == "to" or (at and self.found[at - 1].form == "to"):
            return self.clause_subject(before)
        if self._break(before):
            if participle and before == at:
                return self.clause_subject(at)
            return self._described(before)
        if left in self.forms["relative"]:
            return self._antecedent(before - 1)
        if left in self.forms["joins"] or left in self.forms["preposition"]:
            return self.clause_subject(before - 1)
        if participle and left in self.forms["written"]:
            return self._issuer(before) or self._phrase_before(before)
        phrase = self._phrase_before(before)
        if phrase is None and (left in self.forms["chains"] or self._is_verb(before - 1)):
            return self.clause_subject(before)
        return phrase

    def _issuer(self, end: int) -> Span | None:
        """Who put out what a participle describes: "Ann Orr issued a statement calling it …"."""
        for index in range(end - 2, max(end - 6, 0), -1):
            if self._break(index + 1):
                return None
            if self._is_verb(index) or self.found[index].form.endswith("ed"):
                return self.subject(self.found[index].start)
        return None

    def after(self, offset: int) -> Span | None:
        """The phrase that starts at the first word from an offset on: "said the mayor of York"."""
        at = self.index(offset)
        last = at
        while last < len(self.found) and last - at < MAX_SPEAKER:
            form = self.found[last].form
            if last > at and (
                self._break(last) or (form in self.forms["ends"] and form not in {"of", "for"})
            ):
                break
            if last > at and form in {"of", "for"} and not self._names(last - 1, last + 1):
                break
            if last == at and (form in self.forms["never"] or form in self.forms["preposition"]):
                break
            if last > at and self._is_verb(last) and not self._adjective(last):
                break
            last += 1
        return self._span(at, last)

    def owner(self, offset: int) -> Span | None:
        """Whose a noun is that starts at an offset: "the mayor's claim that", "his plan to"."""
        at = self.index(offset)
        for index in range(at - 1, max(at - 4, -1), -1):
            form = self.found[index].form
            if form in self.forms["possessive"]:
                return self.found[index].start, self.found[index].end
            if form.endswith(("'s", "s'")) or self.text[self.found[index].end] in "'’":
                span = self._phrase_before(index + 1)
                if span is None:
                    return None
                return span[0], span[1] - 2 * form.endswith("'s")
        return self._phrase_before(at) if at and not self._break(at) else None

    def doer(self, offset: int) -> Span | None:
        """Who does what a passive before an offset tells: "by the mayor of York"."""
        at = self.index(offset)
        for index in range(max(at - 1, 0), min(at + 4, len(self.found) - 1)):
            if self.found[index].form == "by":
                return self.after(self.found[index + 1].start)
        return None

    def clause_subject(self, at: int) -> Span | None:
        """The subject of the clause that the words before an index stand in."""
        first = max(0, at - _REACH)
        start = first
        for index in range(at - 1, first, -1):
            if (
                self._break(index)
                and self.found[index].form in self.forms["opens"]
                and self.found[index + 1].form != "well"
            ):
                start = index + 1
                break
        while start < at:
            form = self.found[start].form
            if (
                form in self.forms["opens"]
                or form in self.forms["adverb"]
                or (form.isdigit() and start + 1 < at and self._break(start + 1))
            ):
                start += 1
            elif form in self.forms["preposition"] or form in self.forms["subordinate"]:
                following = self._next_segment(start, at)
                if following is None:
                    return self._inside(start + 1, at)
                start = following
            elif start and form in self.forms["relative"]:
                return None
            else:
                break
        return self._phrase_at(start, at)

    def following(self, offset: int) -> Span | None:
        """The subject after the next comma: "Blaming the "system," Ann Orr left"."""
        for index in range(max(self.index(offset), 1), len(self.found)):
            if self._break(index):
                return self._phrase_at(index, len(self.found))
        return None

    def meant(self, pronoun: Span) -> Span | None:
        """Whom a pronoun after "what" stands for: "Ann Orr condemned what she called …"."""
        at = self.index(pronoun[0])
        if not at or self.found[at - 1].form not in self.forms["what"]:
            return None
        return self.clause_subject(at - 1)

    def _inside(self, start: int, at: int) -> Span | None:
        """A name after a phrase in front of it that no comma closes: "On Friday Ann Orr …"."""
        for index in range(start, at):
            form = self.found[index].form
            if form in self.forms["time"] and index + 1 < at:
                return self._phrase_at(index + 1, at)
        return None

    def _next_segment(self, start: int, at: int) -> int | None:
        for index in range(start + 1, at):
            if self._break(index):
                return index
        return None

    def _phrase_at(self, start: int, at: int) -> Span | None:
        """The noun phrase that begins at an index, up to its verb."""
        last = start
        while last < at and last - start < MAX_SPEAKER:
            if last > start and self._break(last):
                break
            form = self.found[last].form
            if last > start and (form in self.forms["subordinate"] or form in self.forms["adverb"]):
                break
            if form in self.forms["relative"] and last > start:
                break
            if last > start and self._ends_phrase(last):
                break
            last += 1
        return self._span(start, last)

    def _ends_phrase(self, index: int) -> bool:
        """Whether a word is the verb after a subject."""
        form = self.found[index].form
        if form in self.forms["finite"] or form.endswith("ed"):
            return not self._adjective(index)
        left = self.found[index - 1]
        if left.form in self.forms["pronoun"]:
            return True
        if left.form in self.forms["article"]:
            return False
        lower = not self.text[self.found[index].start].isupper()
        return (
            lower
            and self.text[left.start].isupper()
            and form
            not in {"of", "and", "for", "de", "van", "von", "bin", "al", "la", "der", "the"}
            and index > 0
            and form not in self.forms["role"]
        )

    def _over_verbs(self, at: int) -> int:
        """Index of the first of the adverbs and auxiliaries that stand before a verb."""
        verb = at
        while at and verb - at < MAX_SPEAKER and not self._break(at):
            form = self.found[at - 1].form
            adverb = form in self.forms["adverb"] or (form.endswith("ly") and len(form) > 5)
            if (
                not adverb
                and form not in self.forms["auxiliary"]
                and form not in self.forms["time"]
            ):
                break
            at -= 1
        return at

    def _described(self, before: int) -> Span | None:
        """The name that what stands between commas describes: "Ann Orr, the mayor, said"."""
        end = before
        for _ in range(7):
            start = self._segment_start(end)
            if start is None:
                return None
            if end != before and not self._describes(start, end):
                return self._phrase_before(end)
            if end == before and self._is_name(start, end) and self._is_role(start):
                return self._span(start, end)
            if not start:
                return self._phrase_before(end)
            end = start
        return None

    def _describes(self, start: int, end: int) -> bool:
        """Whether a segment tells something of a name before it."""
        form = self.found[start].form
        if start == 0 or form in self.forms["opens"]:
            return False
        if form in self.forms["article"] or form in self.forms["relative"] or form[0].isdigit():
            return True
        first = self.text[self.found[start].start]
        return not first.isupper() or (end - start <= 2 and self._is_place(start, end))

    def _is_role(self, end: int) -> bool:
        """Whether what ends before an index is a role whose name follows: "the mayor, Ann Orr,"."""
        start = self._segment_start(end)
        if start is None:
            return not end
        first = self.found[start]
        return first.form in self.forms["article"] or not self.text[first.start].isupper()

    def _is_place(self, start: int, end: int) -> bool:
        """Whether a segment is a party's or a state's code, as R-Wis. or N.Y."""
        word = self.found[start]
        body = self.text[word.start : word.end]
        return "." in body or "-" in body or len(body) < 4 or end - start == 1

    def _segment_start(self, end: int) -> int | None:
        """Where the segment that ends at an index begins; None if a quotation stands before."""
        for index in range(end - 1, max(end - _REACH, 0), -1):
            between = self.text[self.found[index - 1].end : self.found[index].start]
            if any(mark in ";:—–―" or (mark in _MARKS and len(between) > 2) for mark in between):
                return index if index < end else None
            if self._break(index):
                return index
        return 0 if end else None

    def _antecedent(self, relative: int) -> Span | None:
        """The phrase that "who" or "which" goes back to."""
        if relative and self._break(relative):
            end = relative
            start = self._segment_start(end)
            while start and start < end and self._describes(start, end):
                end, start = start, self._segment_start(start)
            return self._phrase_before(end)
        return self._phrase_before(relative, close=True) if relative else None

    def _phrase_before(self, end: int, *, close: bool = False) -> Span | None:
        """The noun phrase that ends before an index.

        Args:
            end: Index of the word after it.
            close: Take the name or the noun nearest to the end, not what it belongs to.
        """
        first = end - 1
        while first > 0 and end - first < MAX_SPEAKER:
            if self._break(first):
                break
            form = self.found[first - 1].form
            if (
                form in self.forms["subordinate"]
                or form in self.forms["joins-clauses"]
                or form in self.forms["relative"]
                or form in self.forms["auxiliary"]
                or (close and form in self.forms["preposition"] and form != "of")
            ):
                break
            if form in self.forms["pronoun"] and end - first > 0:
                break
            if (
                self._is_verb(first - 1)
                and not self._adjective(first - 1)
                and not self.text[self.found[first - 1].start].isupper()
            ):
                break
            first -= 1
        first = self._over_front(first, end)
        return self._span(first, end)

    def _over_front(self, first: int, end: int) -> int:
        """Past a conjunction, an adverb or a phrase of time or place in front of a subject."""
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

    def _is_verb(self, index: int) -> bool:
        form = self.found[index].form
        return form in self.forms["finite"]

    def _adjective(self, index: int) -> bool:
        """Whether a participle stands in a noun phrase: "the elected mayor"."""
        if not index or self._break(index):
            return False
        left = self.found[index - 1].form
        if self.found[index].form in self.forms["auxiliary"]:
            return False
        return left in self.forms["article"] or left.endswith(("'s", "s'"))

    def _names(self, left: int, right: int) -> bool:
        """Whether a preposition joins a role to its place: "mayor of York"."""
        return right < len(self.found) and not self._break(right) and left >= 0

    def _is_name(self, start: int, end: int) -> bool:
        name = self.found[start:end]
        return (len(name) > 1 or not start) and all(
            self.text[word.start].isupper() for word in name
        )

    def _break(self, index: int) -> bool:
        """Whether a stop or a mark stands before a word."""
        between = self.text[self.found[index - 1].end : self.found[index].start]
        if between.isspace():
            return False
        if "(" in between:
            between = _ASIDE.sub(" ", between)
        if between.strip() in {"", ".", "'", "’"}:
            return False
        return any(mark in _BREAKS or mark in ".?!" for mark in between) or len(between) > 4

    def _acts(self, start: int, end: int) -> bool:
        """Whether a run of words holds a verb of its own, so that it is more than a phrase."""
        first = self.found[start]
        if not self.text[first.start].isupper() and first.form in self.forms["base"]:
            return True
        return any(
            "'" in self.found[index].form and _CONTRACTED.match(self.found[index].form) is not None
            for index in range(start, end)
        )

    def _span(self, start: int, end: int) -> Span | None:
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
            or (word.form.endswith("ly") and len(word.form) > 5)
            for word in phrase
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
