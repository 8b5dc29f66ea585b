"""HTML inside a field of a table is not text of the article."""

from __future__ import annotations

import pytest

from copydesk.ingest.markup import has_markup, plain


@pytest.mark.parametrize(
    ("text", "expected", "zones"),
    [
        (
            "<p>The bridge is <b>open</b>.</p><p>“Good,”\nsaid Ann &amp; Bo.</p>",
            "The bridge is open.\n“Good,” said Ann & Bo.",
            [],
        ),
        ("One.<br/>Two.<br>Three.", "One.\nTwo.\nThree.", []),
        ("<h2>Why now?</h2><p>Rain.</p><script>x()</script>", "Why now?\nRain.", [(0, "subhead")]),
        ("Bridge <b>open</b>\nGood, said Ann.", "Bridge open\nGood, said Ann.", []),
        ("Ann &amp; Bo &#8211; mayors.\nSecond line.", "Ann & Bo – mayors.\nSecond line.", []),
    ],
)
def test_markup_becomes_lines(text: str, expected: str, zones: list[tuple[int, str]]) -> None:
    """Blocks are lines, headings are marked, character references are characters."""
    assert has_markup(text)
    assert plain(text) == (expected, zones)


@pytest.mark.parametrize("text", ["a < b and c > d", "AT&T said so.", "It is <5 % now.", ""])
def test_signs_are_not_markup(text: str) -> None:
    """A text with the signs of HTML in another use stays as it is."""
    assert not has_markup(text)
