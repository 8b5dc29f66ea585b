"""Cutting text where marks begin and end, and comparing wordings."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.explore.article import Span, segments
from copydesk.explore.quotations import edits
from copydesk.pages.colours import INKS, PAPERS, contrast, label_style, letters, shades

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
    """Whatever is compared, no character of the quotation is lost or added."""
    kept = [part for part, edit in edits(text, fullest) if edit != "missing"]
    assert "".join(kept) == text


def test_edits_of_a_quotation_are_found() -> None:
    """Case and punctuation do not differ; neighbours that differ are one stretch."""
    assert edits("We WILL not go there, ever", "We will go there today") == (
        ("We WILL ", ""),
        ("not", "added"),
        (" go there, ", ""),
        ("today ", "missing"),
        ("ever", "added"),
    )
    assert edits("We will", "We certainly will") == (
        ("We ", ""),
        ("certainly ", "missing"),
        ("will", ""),
    )


CSS = (files("copydesk.pages") / "html/style.css").read_text(encoding="utf-8")


def palettes() -> dict[str, dict[str, str]]:
    """The colours by name, light and dark."""
    found = re.findall(r":root\{([^}]*)\}", CSS)[:2]
    return {
        name: dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", body))
        for name, body in zip(("light", "dark"), found, strict=True)
    }


def full(colour: str) -> str:
    """A colour as #rrggbb."""
    return colour if len(colour) == 7 else "#" + "".join(2 * d for d in colour[1:])


def test_contrast_is_that_of_known_pairs() -> None:
    """Black on white is 21; #767676 on white is the known grey of 4.54."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_text_can_be_read(mode: str) -> None:
    """Text has a contrast of 4.5 or more on every ground that it stands on (WCAG 2.2, AA)."""
    colours = {name: full(value) for name, value in palettes()[mode].items()}
    assert (colours["paper"], colours["ink"]) == (PAPERS[mode], INKS[mode])
    texts = ("ink", "soft", "mark", "accent", "error", "warning", "note", "good")
    pairs = [(text, ground) for text in texts for ground in ("paper", "panel")]
    pairs += [("ink", "added"), ("ink", "removed"), ("ink", "rule")]
    low = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


@given(st.integers(0, 0xFFFFFF), st.sampled_from(["light", "dark"]))
def test_any_colour_of_a_label_can_be_read(number: int, mode: str) -> None:
    """A label's letter and line stand out from the paper, and text from the label's grounds."""
    found = shades(f"#{number:06x}", mode)
    assert contrast(found["l"], PAPERS[mode]) >= 4.45
    assert contrast(found["tint"], INKS[mode]) >= 4.45
    assert contrast(found["deep"], INKS[mode]) >= 4.45


def test_letters_of_labels_are_the_shortest_that_differ() -> None:
    """Labels that begin alike get as many letters as it takes."""
    assert letters(["quote", "claim", "cause", "cl"]) == {
        "quote": "Q",
        "claim": "Cla",
        "cause": "Ca",
        "cl": "Cl",
    }


def test_a_name_that_no_scheme_may_have_gets_no_style() -> None:
    """Names of labels come from files, and a style sheet is made of them."""
    assert "evil" not in label_style(["a}</style><evil"], {})
    assert ".l-method{" in label_style(["method"], {})
