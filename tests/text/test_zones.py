"""Zones of lines, on invented articles of several styles (zones.txt)."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.text.language import language
from copydesk.text.zones import classify

HERE = Path(__file__).parent


def _articles(path: Path) -> list[list[tuple[str, str]]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    return [
        [(zone, line) for zone, _, line in (row.partition("\t") for row in block.splitlines())]
        for block in text.strip().split("\n\n")
    ]


@pytest.mark.parametrize(
    "article", _articles(HERE / "zones.txt"), ids=lambda article: article[0][1][:30]
)
def test_each_line_of_an_article_gets_its_zone(article: list[tuple[str, str]]) -> None:
    """Headlines, datelines, captions and the rest are told apart in copy that marks none."""
    lines = [line for _, line in article]

    assert list(zip(classify(lines), lines, strict=True)) == article


@pytest.mark.parametrize("tag", ["de", "fr", "xx"])
def test_lines_in_other_languages_get_their_zones(tag: str) -> None:
    for article in _articles(HERE / f"zones.{tag}.txt"):
        found = classify([line for _, line in article], language(tag))
        assert list(zip(found, (line for _, line in article), strict=True)) == article
