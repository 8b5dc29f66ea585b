"""Suggested labels: readable rules over lexicons, in the order of the guidelines' decision tree.

The rules are the annotator of kind `rule`. They look only at words and quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from copydesk.text.hedges import possibility
from copydesk.text.language import language as language_of
from copydesk.text.lexicon import Cue
from copydesk.text.pieces import Piece
from copydesk.text.quotations import Quotation, quotations
from copydesk.text.turns import turn_units
from copydesk.text.unit import Unit, by_piece
from copydesk.text.verdicts import verdicts

_ASKS: Final = re.compile(r"\?[\"'”’)\]]*$")


class Suggestion(NamedTuple):
    """The label that the rules give a unit, and why.

    A named tuple, because one is made for each sentence of a corpus.

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


_Found = tuple[Cue, ...]


def suggest(
    text: str,
    pieces: Sequence[Piece],
    *,
    quotes: Sequence[Quotation] | None = None,
    language: str = "en",
) -> list[Suggestion]:
    """Suggest a label for each unit of an article. Never raises; linear in the text's length.

    A sentence in a turn of a transcript is a quote. Elsewhere the first rule that holds decides
    (see `RULES`). A hedge in a quotation that carries the unit changes nothing; hedges in shorter
    marks count, but other cues inside marks do not. A forecast or possibility outranks an indirect
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
    spoken = turn_units(text, pieces)
    touching = by_piece(found)
    result: list[Suggestion] = []
    carried = False
    for index, piece in enumerate(pieces):
        if not piece.is_unit:
            continue
        unit = Unit.read(text, piece, touching.get(index, []), lang, carried=carried)
        suggestion = _turn(unit) if index in spoken else _judge(unit)
        carried = piece.zone == "body" and (
            suggestion.label in {"quote", "claim"} or bool(unit.reported)
        )
        result.append(suggestion)
    return result


def _turn(unit: Unit) -> Suggestion:
    """A sentence of a turn: its marker stands for quotation marks and for a cue."""
    start, end = unit.piece.start, unit.piece.end
    return Suggestion(start=start, end=end, label="quote", rule="turn", cues=())


def _judge(unit: Unit) -> Suggestion:
    start, end = unit.piece.start, unit.piece.end
    for rule, label, test in RULES:
        cues = test(unit)
        if cues is not None:
            return Suggestion(start=start, end=end, label=label, rule=rule, cues=cues)
    return Suggestion(start=start, end=end, label="background", rule="nothing-else", cues=())


def _quotation(unit: Unit) -> _Found | None:
    """A quotation of a finite clause or whole reply, or more than half of the words in marks.

    At just half the sentence is still the reporter's. A headline's words are not counted.
    """
    if not unit.quotes:
        return None
    direct = [quote for quote in unit.quotes if quote.form == "direct"]
    counted = unit.piece.zone != "headline"
    if not direct and not (counted and 2 * len(unit.outside) < len(unit.words)):
        return None
    return _cues_of(direct or unit.quotes, unit)


def _continuation(unit: Unit) -> _Found | None:
    """Goes on with a quotation that was opened or attributed before."""
    going_on = [quote for quote in unit.quotes if quote.form == "continuation"]
    return _cues_of(going_on, unit) if going_on else None


def _cues_of(quotes: Sequence[Quotation], unit: Unit) -> _Found:
    """The words of report of some quotations that stand in the unit itself."""
    cues = {
        quote.cue
        for quote in quotes
        if quote.cue and unit.piece.start <= quote.cue.start < unit.piece.end
    }
    return tuple(sorted(cues))


def _open_question(unit: Unit) -> _Found | None:
    """A question that the outlet itself asks."""
    tail = unit.text[max(unit.piece.start, unit.piece.end - 6) : unit.piece.end]
    if "?" not in tail or not _ASKS.search(tail):
        return None
    asks = len(unit.words) > 2 and bool(unit.outside) and unit.words[-1] == unit.outside[-1]
    clause = asks and any(
        word.form in unit.context("finite") or word.form in unit.context("question")
        for word in unit.outside
    )
    return () if clause else None


def _attribution(unit: Unit) -> _Found | None:
    """A word of report, hearsay, or a few quoted words."""
    cues = [*unit.reported, *(cue for _, _, cue in unit.find_outside("hearsay"))]
    cues.extend(verdicts(unit))
    if not cues and not unit.quotes:
        return None
    return tuple(sorted(set(cues)))


def _evaluation(unit: Unit) -> _Found | None:
    """A judgement in the outlet's own voice."""
    cues = [cue for _, _, cue in unit.find_outside("evaluations")]
    if "should" in unit.forms:
        cues.extend(_demands(unit))
    return tuple(sorted(set(cues), key=lambda cue: cue.start)) or None


def _demands(unit: Unit) -> Iterator[Cue]:
    """Each "should" by which the outlet demands a deed in its main clause."""
    found = unit.outside
    for index, word in enumerate(found[:-1]):
        if (
            word.form != "should"
            or not index
            or found[index + 1].form in unit.context("no deed demanded")
        ):
            continue
        before = {left.form for left in found[max(0, index - 8) : index]}
        if before.isdisjoint(unit.context("struck") | unit.context("side")):
            yield Cue(word.start, word.end, "suggest-context/demands")


def _inherited(unit: Unit) -> _Found | None:
    """A "would" that goes on with the report of the sentence before.

    "Had" is not a sign of it: in news copy it is mostly the outlet's own.
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
    ("forecast-or-possibility", "speculation", possibility),
    ("open-question", "speculation", _open_question),
    ("attribution", "claim", _attribution),
    ("evaluation", "claim", _evaluation),
    ("inherited", "claim", _inherited),
)
"""Id, label and test of each rule, in order; a test gives the cues, or None if it does not hold."""
