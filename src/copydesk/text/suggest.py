"""Suggested labels: readable rules over lexicons, in the order of the guidelines' decision tree.

The rules are the annotator of kind `rule`. They read words and quotation marks and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from copydesk.text.language import Language
from copydesk.text.language import language as language_of
from copydesk.text.lexicon import Cue, Lexicon, Word, words
from copydesk.text.pieces import Piece
from copydesk.text.quotations import Quotation, flagged, quotations
from copydesk.text.reports import reports

_ASKS: Final = re.compile(r"\?[\"'”’)\]]*$")
_NEAR: Final = 4
"""How many words before "could" may name the person who could."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The label that the rules give a unit, and why.

    Attributes:
        start: Offset of the unit's first character, in code points.
        end: Offset after its last.
        label: One of the four labels.
        rule: Id of the rule that gave it, such as `forecast-or-possibility`.
        cues: The spans that gave it, in order, each with the lexicon's entry; empty if the label
            rests on the marks of a quotation alone or on nothing.
    """

    start: int
    end: int
    label: str
    rule: str
    cues: tuple[Cue, ...]


@dataclass(frozen=True)
class _Unit:
    """A unit as the rules see it."""

    text: str
    piece: Piece
    words: list[Word]
    outside: list[Word]
    quotes: list[Quotation]
    carried: bool
    """Whether the unit before it in its line or the line above reports somebody's words."""
    lang: Language

    def lexicon(self, name: str) -> Lexicon:
        return self.lang.lexicon(name)

    def context(self, key: str) -> frozenset[str]:
        return self.lang.lexicon("suggest-context").forms(key)

    @cached_property
    def reported(self) -> list[Cue]:
        """Its words of report."""
        return reports(self.text, self.outside, self.lang)

    @cached_property
    def conditional(self) -> bool:
        """Whether it sets a condition."""
        condition = self.context("condition")
        return any(word.form in condition for word in self.outside)


_Found = tuple[Cue, ...]


def suggest(
    text: str,
    pieces: Sequence[Piece],
    *,
    quotes: Sequence[Quotation] | None = None,
    language: str = "en",
) -> list[Suggestion]:
    """Suggest a label for each unit of an article. Never raises; linear in the text's length.

    The first rule that holds decides (see `RULES`). Words inside quotation marks are no cues: a
    hedge in a quotation never changes a label. A forecast or possibility outranks an indirect
    attribution; willingness, ability, obligation and conditions do not.

    Args:
        text: Canonical text.
        pieces: Its pieces, in order, as `segment` gives them.
        quotes: Its quotations, if they are at hand.
        language: Its BCP 47 tag.

    Returns:
        A suggestion for each unit, in order; no suggestion at all for a language that has no rules
        (`suggests` tells).
    """
    lang = language_of(language)
    if not lang.suggests:
        return []
    found = quotations(text, pieces, language=language) if quotes is None else quotes
    by_piece: dict[int, list[Quotation]] = {}
    for quote in found:
        for index in quote.pieces:
            by_piece.setdefault(index, []).append(quote)
    result: list[Suggestion] = []
    carried = False
    for index, piece in enumerate(pieces):
        if not piece.is_unit:
            continue
        inside = by_piece.get(index, [])
        found_words = words(text, piece.start, piece.end)
        spans = [(quote.start, quote.end) for quote in inside]
        outside = [word for word, quoted in flagged(found_words, spans) if not quoted]
        unit = _Unit(text, piece, found_words, outside, inside, carried, lang)
        suggestion = _judge(unit)
        carried = piece.zone == "body" and (
            suggestion.label in {"quote", "claim"} or bool(unit.reported)
        )
        result.append(suggestion)
    return result


def _judge(unit: _Unit) -> Suggestion:
    start, end = unit.piece.start, unit.piece.end
    for rule, label, test in RULES:
        cues = test(unit)
        if cues is not None:
            return Suggestion(start=start, end=end, label=label, rule=rule, cues=cues)
    return Suggestion(start=start, end=end, label="background", rule="nothing-else", cues=())


def _quotation(unit: _Unit) -> _Found | None:
    """A quotation of a finite clause or whole reply, or more than half of the words in marks.

    At just half the sentence is still the reporter's. A headline's words are not counted.
    """
    direct = [quote for quote in unit.quotes if quote.form == "direct"]
    counted = unit.quotes and unit.piece.zone != "headline"
    if not direct and not (counted and 2 * len(unit.outside) < len(unit.words)):
        return None
    return _cues_of(direct or unit.quotes, unit)


def _continuation(unit: _Unit) -> _Found | None:
    """Goes on with a quotation that was opened or attributed before."""
    going_on = [quote for quote in unit.quotes if quote.form == "continuation"]
    return _cues_of(going_on, unit) if going_on else None


def _cues_of(quotes: Sequence[Quotation], unit: _Unit) -> _Found:
    """The words of report of some quotations that stand in the unit itself."""
    cues = {
        quote.cue
        for quote in quotes
        if quote.cue and unit.piece.start <= quote.cue.start < unit.piece.end
    }
    return tuple(sorted(cues, key=lambda cue: cue.start))


def _possibility(unit: _Unit) -> _Found | None:
    """A hedge, a forecast or an open question outside quotation marks."""
    cues = [
        cue
        for name in ("open-questions", "forecasts", "hedges")
        for first, after, cue in unit.lexicon(name).find(unit.outside, unit.text)
        if _is_uncertain(unit, first, after)
    ]
    cues.extend(_could(unit))
    cues.extend(_will(unit))
    cues.extend(_expected(unit))
    return tuple(sorted(set(cues), key=lambda cue: (cue.start, cue.end))) if cues else None


def _is_uncertain(unit: _Unit, first: int, after: int) -> bool:
    """Whether a hedge hedges: no month of May, no "as soon as possible", no "may not" of a ban."""
    found, text = unit.outside, unit.text
    form = found[first].form
    if form == "may" and text[found[first].start] == "M":
        return _is_capital_modal(unit, first, after)
    if _is_settled(unit, first, after):
        return False
    if form in {"may", "might"} and first and found[first - 1].form in unit.context("person"):
        return not _is_will(unit, after)
    if form in {"expect", "expects", "expected", "expecting"} and after - first == 1:
        return _expects(unit, first)
    return True


def _is_capital_modal(unit: _Unit, first: int, after: int) -> bool:
    """Whether "May" is the verb in a title: no month, and nobody's name ("Mrs May Says")."""
    found, text = unit.outside, unit.text
    if not first > 0 or after >= len(found) or not text[found[after].start].isupper():
        return False
    verb = found[after].form
    dated = found[first - 1].form in unit.context("month")
    bare = not verb.endswith(("s", "ed", "ing")) and verb.isalpha()
    return bare and not dated and unit.piece.zone == "headline"


def _is_settled(unit: _Unit, first: int, after: int) -> bool:
    """Whether a hedge tells of no doubt: "perhaps the most", "more likely to", "as predicted"."""
    found = unit.outside
    form = found[first].form
    left = found[first - 1].form if first else ""
    right = found[after].form if after < len(found) else ""
    if form == "perhaps":
        return right in {"the", "a", "most", "more", "as"} or right[:1].isdigit()
    if form == "likely":
        return left in {"more", "less", "equally", "times", "as", "the"}
    if form in {"predicted", "expected"}:
        return left in {"had", "been", "as", "than", "the", "was", "were"} and right != "to"
    if form in {"looks", "looked", "look"}:
        return right in {"a", "an", "the", "parts"}
    return found[after - 1].form == "possibility" and right in {"of", ""}


def _is_will(unit: _Unit, after: int) -> bool:
    """Whether "he might" is in his own hands: a source says it, and it is something to do."""
    found = unit.outside
    if unit.conditional:
        return True
    state = after < len(found) and found[after].form in {"be", "have", "not", "never", "yet"}
    return not state and bool(unit.reported)


def _expects(unit: _Unit, first: int) -> bool:
    """Whether "expect" forecasts: it has an object, and is no adjective or bare participle."""
    found = unit.outside
    if found[first].form == "expecting":
        return first > 0 and found[first - 1].form in {"is", "are", "was", "were"}
    return first + 1 < len(found) and (
        first == 0 or found[first - 1].form not in {"the", "a", "an", "than", "as", "to"}
    )


def _could(unit: _Unit) -> Iterator[Cue]:
    """Each "could" that is a possibility: it has an outcome, and is no person's ability.

    "Could only" and "could not" limit; "could be returned" is an ability, "could be a sign" is
    none; and what could be so under a condition is the condition's.
    """
    found = unit.outside
    outcomes = unit.lexicon("outcome-verbs")
    for index, word in enumerate(found[:-1]):
        if word.form != "could" or (index and found[index - 1].form in unit.context("person")):
            continue
        verb = found[index + 1]
        if verb.form == "be":
            if unit.conditional or (
                index + 2 < len(found) and _is_passive(unit, found[index + 2].form)
            ):
                continue
        elif verb.form not in outcomes:
            continue
        yield Cue(word.start, verb.end, f"outcome-verbs/{verb.form}")


def _will(unit: _Unit) -> Iterator[Cue]:
    """Each "will" and "would" that guesses: an effect, a course or a measure that nobody decides.

    Plans, timetables, rules and promises are decided; a person's own doing is, too.
    """
    found = unit.outside
    effects, between = unit.lexicon("effect-verbs"), unit.context("between")
    guess, person = unit.context("guess"), unit.context("person")
    for index, word in enumerate(found[:-1]):
        if word.form not in guess and not _is_set_to(found, index):
            continue
        if index and found[index - 1].form in person:
            continue
        at = index + 1
        while (
            at < min(index + 5, len(found) - 1)
            and found[at].form not in effects
            and (found[at].form in between or found[at].form.endswith("ly"))
        ):
            at += 1
        if found[at].form in effects:
            yield Cue(word.start, found[at].end, f"effect-verbs/{found[at].form}")


def _is_set_to(found: Sequence[Word], index: int) -> bool:
    """Whether a "to" follows "set": "is set to rise"."""
    return found[index].form == "to" and index > 0 and found[index - 1].form == "set"


def _expected(unit: _Unit) -> Iterator[Cue]:
    """Each "expected" that has what is expected for its object: "expected the price to fall"."""
    found = unit.outside
    expects = unit.context("expects")
    for index, word in enumerate(found[:-1]):
        if word.form not in expects or not index:
            continue
        left = found[index - 1].form
        if left in unit.context("expected by nobody"):
            continue
        for at in range(index + 1, min(index + 12, len(found))):
            if found[at].form in {"to", "would", "will"} and at > index + 1:
                yield Cue(word.start, word.end, "suggest-context/expects")
                break


def _is_passive(unit: _Unit, form: str) -> bool:
    """Whether a participle after "could be" says what can be done, not what may come about."""
    stems = {form[:-1], form[:-2], form[:-3]}
    return form.endswith(("ed", "en")) and not any(
        stem in unit.lexicon("outcome-verbs") for stem in stems
    )


def _open_question(unit: _Unit) -> _Found | None:
    """A question that the outlet itself asks."""
    if not _ASKS.search(unit.text[max(unit.piece.start, unit.piece.end - 6) : unit.piece.end]):
        return None
    asks = len(unit.words) > 3 and bool(unit.outside) and unit.words[-1] == unit.outside[-1]
    return () if asks else None


def _attribution(unit: _Unit) -> _Found | None:
    """A word of report, hearsay, or a few quoted words."""
    cues = list(unit.reported)
    cues.extend(cue for _, _, cue in unit.lexicon("hearsay").find(unit.outside, unit.text))
    if not cues and not unit.quotes:
        return None
    return tuple(sorted(set(cues), key=lambda cue: (cue.start, cue.end)))


def _evaluation(unit: _Unit) -> _Found | None:
    """A judgement in the outlet's own voice."""
    cues = tuple(cue for _, _, cue in unit.lexicon("evaluations").find(unit.outside, unit.text))
    return cues or None


def _inherited(unit: _Unit) -> _Found | None:
    """A "would" that goes on with the report of the sentence before.

    "Had" is no sign: in news copy it is mostly the outlet's own.
    """
    if not unit.carried or unit.piece.zone != "body":
        return None
    cues = tuple(
        Cue(word.start, word.end, "suggest-context/carries on")
        for word in unit.outside
        if word.form in unit.context("carries on")
    )
    return cues or None


RULES: Final = (
    ("quotation", "quote", _quotation),
    ("continuation", "quote", _continuation),
    ("forecast-or-possibility", "speculation", _possibility),
    ("open-question", "speculation", _open_question),
    ("attribution", "claim", _attribution),
    ("evaluation", "claim", _evaluation),
    ("inherited", "claim", _inherited),
)
"""Id, label and test of each rule, in order; a test gives the cues, or None if it does not hold."""
