"""Zones of lines, on invented articles of several styles (zones.txt)."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.text.zones import classify

CASES = Path(__file__).with_name("zones.txt")


def _articles() -> list[list[tuple[str, str]]]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    return [
        [(zone, line) for zone, _, line in (row.partition("\t") for row in block.splitlines())]
        for block in text.strip().split("\n\n")
    ]


@pytest.mark.parametrize("article", _articles(), ids=lambda article: article[0][1][:30])
def test_each_line_of_an_article_gets_its_zone(article: list[tuple[str, str]]) -> None:
    """Headlines, datelines, captions and the rest are told apart in copy that marks none."""
    lines = [line for _, line in article]

    assert list(zip(classify(lines), lines, strict=True)) == article
