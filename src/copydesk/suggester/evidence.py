"""Features of a sentence besides its words: its place, and what the rules find in it.

Each is a feature with a name, such as ``rule=attribution`` or ``next rule=quotation``. Names hold
entries of lexicons and never words of an article.
"""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.text import Piece, Quotation, Suggestion, quotations, suggest, suggests

_FIRST = 3
"""How many sentences at an article's beginning have a feature of their own."""
_PARTS = 5
"""The number of steps into which the share of quoted characters is divided."""


def evidence(
    text: str,
    pieces: Sequence[Piece],
    language: str,
    quotes: Sequence[Quotation] | None = None,
    suggested: Sequence[Suggestion] | None = None,
) -> list[list[str]]:
    """The named features of each unit of an article, in order.

    Args:
        quotes, suggested: what the rules find, if it is at hand.
    """
    units = [piece for piece in pieces if piece.is_unit]
    found = [_place(units, number) for number in range(len(units))]
    if not suggests(language):
        return found
    if quotes is None:
        quotes = quotations(text, pieces, language=language)
    if suggested is None:
        suggested = suggest(text, pieces, quotes=quotes, language=language)
    held: list[list[Quotation]] = [[] for _ in pieces]
    for quote in quotes:
        for at in quote.pieces:
            held[at].append(quote)
    inside = [held[at] for at, piece in enumerate(pieces) if piece.is_unit]
    rules = ["none", *(suggestion.rule for suggestion in suggested), "none"]
    for number, (names, suggestion) in enumerate(zip(found, suggested, strict=True)):
        names += (
            f"rule={suggestion.rule}",
            f"label={suggestion.label}",
            f"rule before={rules[number]}",
            f"rule after={rules[number + 2]}",
        )
        for cue in suggestion.cues:
            names += (f"cue={cue.entry}", f"lexicon={cue.entry.partition('/')[0]}")
        names += _quoted(units[number], inside[number])
    return found


def _place(units: Sequence[Piece], number: int) -> list[str]:
    unit = units[number]
    names = [
        f"zone={unit.zone}",
        f"number={min(number, _FIRST)}",
        f"length={(unit.end - unit.start).bit_length()}",
    ]
    return [*names, "last"] if number + 1 == len(units) else names


def _quoted(unit: Piece, quotes: Sequence[Quotation]) -> list[str]:
    if not quotes:
        return ["quoted=0"]
    names: list[str] = []
    inside = 0
    for quote in quotes:
        names += (f"quotation={quote.form}", "speaker" if quote.speaker else "no speaker")
        inside += max(min(quote.end, unit.end) - max(quote.start, unit.start), 0)
    return [*names, f"quoted={-(-_PARTS * inside // (unit.end - unit.start))}"]
