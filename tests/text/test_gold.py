"""Segmentation of real articles, against sentences marked by hand; needs ../shared."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from copydesk.text import Piece, canonical, segment

pytestmark = pytest.mark.shared

FINER = {"dateline", "credit"}
"""Zones that the gold file calls body or caption."""


@pytest.fixture(scope="module")
def gold(shared: Path) -> list[tuple[str, list[dict[str, Any]], list[Piece]]]:
    """Each gold article: its text, its pieces by hand, and ours."""
    marked = json.loads((shared / "gold" / "wikinews-sentences.json").read_bytes())
    articles = []
    for name, pieces in marked.items():
        text = (shared / "raw" / "wikinews" / f"{name}.txt").read_text(encoding="utf-8")
        articles.append((text, pieces, segment(text)))
    return articles


def _inner(text: str, spans: list[tuple[int, int]]) -> set[int]:
    """Ends of sentences that are followed by another one in the same line."""
    return {end for (_, end), (start, _) in pairwise(spans) if "\n" not in text[end:start]}


def test_boundaries_inside_paragraphs_agree_with_the_gold_file(
    gold: list[tuple[str, list[dict[str, Any]], list[Piece]]],
) -> None:
    """F1 of boundaries inside paragraphs is at least 97.5."""
    right = wrong = missed = 0
    for text, by_hand, ours in gold:
        wanted = _inner(text, [(piece["start"], piece["end"]) for piece in by_hand])
        found = _inner(text, [(piece.start, piece.end) for piece in ours])
        right += len(wanted & found)
        wrong += len(found - wanted)
        missed += len(wanted - found)

    assert 2 * right / (2 * right + wrong + missed) >= 0.975


def test_zones_agree_with_the_gold_file(
    gold: list[tuple[str, list[dict[str, Any]], list[Piece]]],
) -> None:
    """At least 98 % of the pieces have the zone of the gold file, or a finer one."""
    verdicts = []
    for _, by_hand, ours in gold:
        for piece in by_hand:
            zone = next(p.zone for p in ours if p.start <= piece["start"] < p.end)
            finer = zone in FINER and piece["zone"] in {"body", "caption"}
            verdicts.append(zone == piece["zone"] or finer)

    assert len(verdicts) == 311
    assert sum(verdicts) / len(verdicts) >= 0.98


@pytest.mark.parametrize(
    ("name", "sentences", "lines_of_zone"),
    [
        ("000", 49, {"headline": [1], "caption": [10, 11, 12, 26, 38, 39]}),
        ("001", 36, {"headline": [1], "note": [35]}),
        ("002", 21, {"headline": [1], "subhead": [6, 9, 13]}),
        ("003", 22, {"headline": [1]}),
        ("004", 21, {"note": [15]}),
    ],
)
def test_sentences_and_zones_of_the_ceasefire_articles(
    shared: Path, name: str, sentences: int, lines_of_zone: dict[str, list[int]]
) -> None:
    """Counted and read by hand: pieces of an article, and the lines that are no body."""
    text = canonical((shared / "raw" / "ceasefire" / f"ceasefire-{name}.txt").read_bytes())

    pieces = segment(text)

    found: dict[str, list[int]] = {}
    for piece in pieces:
        if piece.zone != "body":
            found.setdefault(piece.zone, []).append(text.count("\n", 0, piece.start) + 1)
    assert found == lines_of_zone
    assert len(pieces) == sentences
