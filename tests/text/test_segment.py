"""Segmentation: sentences, exact offsets, and no more work than the text is long."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from copydesk.text import Piece, segment
from copydesk.text.boundaries import sentences

CASES = Path(__file__).with_name("sentences.txt").read_text(encoding="utf-8").splitlines()

NEWS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *" \n\t\u00a0.!?…\"'“”‘’«»()[]{}-–—/@:;,#0159aAiIß",
                "...", ". . .", "[...]", "U.S.", "Mr.", "No.", "p.m.", "Inc.", "said", "The", "He",
                "Image: Ada Moor", "(Photo: A. Moor)", "By Ada Moor", "KELMARSH (AP) —", "10:42",
                "Friday, May 3, 2019", "This article was updated", "http://example.org/a.B", "éÉ",
                "\U0001f600", "e\u0301", "\u2028", "\r\n", "\x1c",
            ]
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    ),
    max_size=60,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("case", [line for line in CASES if line and line[0] != "#"])
def test_sentences_of_a_line(case: str) -> None:
    """Each hard line of news English is cut where its editor would cut it."""
    line = case.replace("‖", "")

    found = [line[start:end] for start, end in sentences(line, 0, len(line))]

    assert found == [sentence.strip() for sentence in case.split("‖")]


def test_an_article_becomes_pieces_with_zones() -> None:
    """Sentences and lines come in order with their zones; a credit leaves its caption's line."""
    text = (
        "Tunnel to close\n"
        "Tuesday, March 3, 2020\n"
        "  The tunnel closes, the city said. “It must,” said Ada Moor.\n"
        "The tunnel in 2014. Image: Orrin Archive.\n"
        "This article was updated on May 4. It was wrong."
    )

    pieces = [(text[p.start : p.end], p.zone, p.is_unit) for p in segment(text)]

    assert pieces == [
        ("Tunnel to close", "headline", True),
        ("Tuesday, March 3, 2020", "dateline", False),
        ("The tunnel closes, the city said.", "body", True),
        ("“It must,” said Ada Moor.", "body", True),
        ("The tunnel in 2014.", "caption", True),
        ("Image: Orrin Archive.", "credit", False),
        ("This article was updated on May 4. It was wrong.", "note", False),
    ]


def test_offsets_are_code_points() -> None:
    """A character beyond the basic plane counts as one, as in Python."""
    assert segment("\U0001f30a Gone. Home.") == [
        Piece(0, 7, "body", True),
        Piece(8, 13, "body", True),
    ]


def test_no_text_has_no_pieces() -> None:
    """A text without a character that is no blank has no pieces."""
    assert segment("") == segment(" \n\u00a0\n") == []


@given(NEWS)
@example("a.\u00a0B")
@example('a."A"a."A"')
@example("-")
@example("a\x1cb.\x85C")
def test_pieces_cover_any_text(text: str) -> None:
    """Pieces of any text are ordered, disjoint, trimmed, inside a line, and miss no character."""
    pieces = segment(text)

    end = 0
    for piece in pieces:
        inside = text[piece.start : piece.end]
        assert text[end : piece.start].strip() == ""
        assert piece.start < piece.end
        assert inside == inside.strip()
        assert len(inside.splitlines()) == 1
        assert piece.is_unit == (piece.zone in {"headline", "caption", "body"})
        end = piece.end
    assert text[end:].strip() == ""


@given(NEWS)
def test_segmentation_is_a_function_of_the_text(text: str) -> None:
    """The same text gives the same pieces, and blank lines between paragraphs do not matter."""
    spread = text.replace("\n", "\n\n")

    assert segment(text) == segment(text)
    assert [(spread[p.start : p.end], p.zone) for p in segment(spread)] == [
        (text[p.start : p.end], p.zone) for p in segment(text)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "a line without a stop " * 450_000,
        "\"'“”‘’" * 17_000,
        "(" * 100_000 + "deep" + ")" * 100_000,
        "." * 100_000,
    ],
    ids=["10 MB without a stop", "100,000 quotation marks", "brackets in brackets", "stops"],
)
def test_a_line_without_a_boundary_is_one_piece(line: str) -> None:
    """However long a line is, without a place to cut it stays whole."""
    assert [(piece.start, piece.end) for piece in segment(line)] == [(0, len(line.rstrip()))]


HOSTILE = [
    "a", ".", '"', "“", "(", "]", ". .", ". . ", "... ", "? ", "?” ", 'a."A', "a.“B", "a.B", "A.",
    "U.S.", "Mr. ", "[1]", ".[1] ", ".¹ ", "a.)", "Abc Def, ", "Ab/Cd ", "Image: A ", "By Ann, ",
    "Photo by Ann ", "Ann for ", "May 3, ", "12:30 ", "12:30\n", "“No?” The man ", "“No?” Ann ",
    "“No?” Ann Orr, ", "a\n", "Abc Def\n", "Photo: A\n", "\u0301\u0323", "\u00a0", "— ", "* ",
    "« », ", ". » ", "1. ", " 2. ", "1. a 2. a ", "a. b b. c ", "• ", "Q: ", "A: Q: ", "\nQ: a.",
    "\nORR: a.", "**A:** ", "a@", "a@b.", "http://a.b/ ", "the the ", "s’ ", "i went. it was. ",
    "。", "A de ", "a-", "No. 1 ", "said ", "© ", "(AP) ", "a: ",
]  # fmt: skip


@pytest.mark.parametrize("opening", ["", "1. “"])
@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_no_faster_than_the_text(unit: str, opening: str) -> None:
    """Over four doublings the processor time grows no faster than n^1.3, at the best of tries."""
    for _ in range(8):
        short, long = (
            _seconds(opening + unit * (size // len(unit)) + " @") for size in (4_000, 64_000)
        )
        if long < max(16**1.3 * short, 0.1):
            return
    pytest.fail(f"16 times the text took {long / short:.0f} times as long, {long:.2f} s.")


def _seconds(text: str) -> float:
    start = time.process_time()
    segment(text)
    return time.process_time() - start


def test_lines_that_an_outlet_repeats_are_notes() -> None:
    text = "Tunnel to close\nThe tunnel closes, the city said.\nThe Bell is a paper for all."

    zones = [piece.zone for piece in segment(text, furniture={"The Bell is a paper for all."})]

    assert zones == ["headline", "body", "note"]


def test_a_slug_and_a_signature_leave_the_line_that_they_close() -> None:
    text = "A plan\nThe tunnel is shut. (AP)\nWe sail at dawn! — Ann Orr (@annorr) March 3, 2020"

    pieces = [(text[p.start : p.end], p.zone) for p in segment(text)]

    assert pieces[1:] == [
        ("The tunnel is shut.", "body"),
        ("(AP)", "credit"),
        ("We sail at dawn!", "body"),
        ("— Ann Orr (@annorr) March 3, 2020", "credit"),
    ]
