"""Cutting text where marks begin and end, and comparing wordings."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.explore.article import Span, segments
from copydesk.explore.quotations import differing

MARKS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from(["quoted", "cue"]))
)


@given(st.text(max_size=25), st.integers(0, 25), st.integers(0, 25), MARKS)
def test_segments_are_the_text_and_carry_its_marks(
    text: str, a: int, b: int, marks: list[tuple[int, int, str]]
) -> None:
    """However marks overlap, each character is once there, under exactly the marks that hold it."""
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    spans = [Span(min(x, y), max(x, y), kind) for x, y, kind in marks]
    cut = segments(text, start, end, spans)
    assert "".join(segment.text for segment in cut) == text[start:end]
    shown = [kinds for segment in cut for kinds in [segment.kinds] * len(segment.text)]
    assert shown == [
        tuple(sorted({s.kind for s in spans if s.start <= at < s.end})) for at in range(start, end)
    ]


def test_overlapping_marks_are_cut() -> None:
    """A cue that begins inside a quotation and ends behind it makes three runs."""
    cut = segments("abcdef", 0, 6, [Span(1, 4, "quoted", "g"), Span(3, 5, "cue")])
    assert [(s.text, s.kinds, s.ended) for s in cut] == [
        ("a", (), ()),
        ("bc", ("quoted",), ()),
        ("d", ("cue", "quoted"), ("g",)),
        ("e", ("cue",), ()),
        ("f", (), ()),
    ]


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_compared_wording_keeps_its_text(text: str, fullest: str) -> None:
    """Whatever is compared, no character is lost or added."""
    assert "".join(part for part, _ in differing(text, fullest)) == text


def test_words_that_the_fullest_has_not_are_found() -> None:
    """Case and punctuation do not differ; neighbours that differ are one stretch."""
    assert differing("We WILL not go there, ever", "We will go there today") == (
        ("We WILL ", False),
        ("not", True),
        (" go there, ", False),
        ("ever", True),
    )


CSS = (files("copydesk.explore") / "templates/explore.css").read_text(encoding="utf-8")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of a colour as #rgb or #rrggbb."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * d for d in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2), 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def palettes() -> dict[str, dict[str, str]]:
    """The colours by name, light and dark."""
    found = re.findall(r":root\{([^}]*)\}", CSS)[:2]
    return {
        name: dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", body))
        for name, body in zip(("light", "dark"), found, strict=True)
    }


def test_contrast_is_that_of_known_pairs() -> None:
    """Black on white is 21; #767676 on white is the known grey of 4.54."""
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_text_can_be_read(name: str) -> None:
    """Text has a contrast of 4.5 or more on every ground that it stands on (WCAG 2.2, AA)."""
    colours = palettes()[name]
    labels = ("quote", "claim", "speculation", "background")
    pairs = [
        *(
            (text, ground)
            for text in ("ink", "soft", "mark", "accent")
            for ground in ("paper", "panel")
        ),
        *(("paper", label) for label in labels),
        *(("ink", f"{label}-{shade}") for label in labels for shade in ("tint", "deep")),
    ]
    low = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}
