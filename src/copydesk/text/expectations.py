"""Expectations: where a unit says what may come, whoever says it.

This is no label. A label says who is responsible for a statement and how certain it is; an
expectation says that the sentence looks ahead. A forecast is both speculation and an expectation.
What somebody plans or hopes for is an expectation, but not speculation by the guidelines. "It seems
closed" is speculation and expects nothing. An announcement with a bare "will" does not count: in
measurements, most of those described the present.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from copydesk.text.hedges import possibility
from copydesk.text.language import Language
from copydesk.text.language import language as language_of
from copydesk.text.lexicon import Cue, Vocabulary
from copydesk.text.pieces import Piece
from copydesk.text.quotations import Quotation, quotations
from copydesk.text.unit import Unit, by_piece, cue_of


def expectations(
    text: str,
    pieces: Sequence[Piece],
    *,
    quotes: Sequence[Quotation] | None = None,
    language: str = "en",
) -> list[tuple[Cue, ...]]:
    """The words by which each unit of an article looks ahead. Never raises; linear in its length.

    They are forecasts, what may or could come about, and what somebody plans, intends or hopes
    for, in quotations too. See the module for what is left out.

    Args:
        text: Canonical text.
        pieces: Its pieces, in order, as `segment` gives them.
        quotes: Its quotations, if they are at hand.
        language: Its BCP 47 tag.

    Returns:
        The cues of each unit, in order; none for a unit that expects nothing, and no entry at all
        for a language that has no rules (`suggests` tells).
    """
    lang = language_of(language)
    if not lang.suggests:
        return []
    found = quotations(text, pieces, language=language) if quotes is None else quotes
    inside = by_piece(found)
    return [
        _ahead(Unit.read(text, piece, inside.get(index, []), lang))
        for index, piece in enumerate(pieces)
        if piece.is_unit
    ]


def _ahead(unit: Unit) -> tuple[Cue, ...]:
    cues = {cue for cue in possibility(unit) or () if not _is_of_now(unit, cue)}
    matches = _intentions(unit.lang).find(unit.words, unit.text)
    cues.update(cue_of(unit.words, match) for match in matches)
    return tuple(sorted(cues))


@cache
def _intentions(lang: Language) -> Vocabulary:
    return Vocabulary([lang.lexicon("intentions")])


def _is_of_now(unit: Unit, cue: Cue) -> bool:
    """Whether a hedge doubts what is or was: "seems closed", "may have closed"."""
    context = unit.lang.lexicon("expectation-context")
    key = cue.entry.partition("/")[2]
    if key in context.forms("of now"):
        return True
    following = [word.form for word in unit.words if word.start >= cue.end][:2]
    return key in context.forms("modal") and "have" in following[: 1 + ("not" in following[:1])]
