"""One article at a glance: its sentences with everything that the rules find in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from copydesk.text import (
    Attribution,
    Piece,
    Suggestion,
    attributions,
    canonical,
    expectations,
    quotations,
    segment,
    suggest,
)

SCHEMA: Final = pl.Schema(
    {
        "start": pl.Int64(),
        "end": pl.Int64(),
        "zone": pl.String(),
        "text": pl.String(),
        "quotation": pl.List(pl.String()),
        "speaker": pl.List(pl.String()),
        "cue": pl.List(pl.String()),
        "suggestion": pl.String(),
        "expectation": pl.List(pl.String()),
    }
)


def analyse(text: str | bytes, language: str = "en") -> pl.DataFrame:
    """Cut an article into sentences, each with what the rules find in it.

    Args:
        text: an article, one paragraph a line; it is put into canonical form first.
        language: its BCP 47 tag.

    Returns:
        A row for each sentence, headline and caption, in order. ``start`` and ``end`` are offsets
        in code points of the canonical text. ``quotation`` lists what stands between quotation
        marks in the sentence, ``speaker`` whose words it quotes or reports, each once, ``cue``
        the words that the suggestion rests on, and ``suggestion`` is a label of the news scheme,
        or null in a language for which there are no rules. ``expectation`` lists the words by
        which the sentence looks ahead: forecasts, what may come about, plans and hopes. It is
        independent of the label; see `copydesk.text.expectations`.

    Raises:
        InputError: the text is not UTF-8 or holds a NUL.
    """
    article = canonical(text)
    pieces = segment(article, language)
    quotes = quotations(article, pieces, language=language)
    sources = attributions(article, pieces, quotes=quotes, language=language)
    units = [(index, piece) for index, piece in enumerate(pieces) if piece.is_unit]
    found: Sequence[Suggestion | None] = suggest(
        article, pieces, quotes=quotes, language=language
    ) or [None] * len(units)
    ahead = expectations(article, pieces, quotes=quotes, language=language) or [()] * len(units)
    rows = []
    for (index, piece), suggestion, expected in zip(units, found, ahead, strict=True):
        inside = [quote for quote in quotes if index in quote.pieces]
        cues = suggestion.cues if suggestion else ()
        rows.append(
            {
                "start": piece.start,
                "end": piece.end,
                "zone": piece.zone,
                "text": article[piece.start : piece.end],
                "quotation": [
                    article[max(quote.start, piece.start) : min(quote.end, piece.end)]
                    for quote in inside
                ],
                "speaker": _speakers(article, sources, piece),
                "cue": [article[cue.start : cue.end] for cue in cues],
                "suggestion": suggestion and suggestion.label,
                "expectation": [article[cue.start : cue.end] for cue in expected],
            }
        )
    return pl.DataFrame(rows, schema=SCHEMA)


def _speakers(article: str, found: Sequence[Attribution], piece: Piece) -> list[str]:
    spans = [
        item.source
        for item in found
        if item.source is not None
        and item.form != "stance"
        and any(start < piece.end and piece.start < end for start, end in item.content)
    ]
    return list(dict.fromkeys(article[start:end] for start, end in spans))
