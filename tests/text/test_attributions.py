"""Attributions: content, source, cue and form. All text was written for these tests."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.text import Piece, attributions, canonical, segment

PARTS = [
    "“",
    "”",
    ",",
    ".",
    ":",
    "\n",
    "(",
    ")",
    "—",
    "’s",
    "Q:",
    "Ann",
    "Orr",
    "the",
    "plan",
    "his",
]
PARTS += ["said", "that", "it", "who", "to", "by", "according to", "claim", "was", "told"]


def found(text: str) -> list[tuple[str, str | None, str]]:
    """Form, source and content of each attribution of one sentence."""
    pieces = [Piece(0, len(text), "body", True)]
    return [
        (
            item.form,
            None if item.source is None else text[slice(*item.source)],
            " … ".join(text[start:end] for start, end in item.content),
        )
        for item in attributions(text, pieces)
    ]


@pytest.mark.parametrize(
    ("text", "form", "source", "content"),
    [
        ("Ann Orr said the baths leak.", "reported", "Ann Orr", "the baths leak."),
        ("The baths leak, Ann Orr said.", "reported", "Ann Orr", "The baths leak"),
        ("The baths leak, according to Ann Orr.", "reported", "Ann Orr", "The baths leak"),
        ("The union fears that the baths will close.", "reported", "The union", None),
        ("Orr said by radio that the baths leak.", "reported", "Orr", None),
        ("A poll found that most people swim.", "reported", "A poll", None),
        ("The mayor opposes the plan.", "stance", "The mayor", "the plan."),
        ("The mayor, Ann Orr, opposes the plan.", "stance", "Ann Orr", "the plan."),
        ("The firm plans to close the baths.", "stance", "The firm", "to close the baths."),
        ("The council urged Lund to resign.", "stance", "The council", "Lund to resign."),
        ("The court struck down the law.", "stance", "The court", "the law."),
        ("The mayor on Friday said the baths leak.", "reported", "The mayor", "the baths leak."),
        ("“The baths leak,” Ann Orr said.", "quoted", "Ann Orr", "The baths leak,"),
        ("Orr said it was “a sad day for York”.", "quoted", "Orr", "it was “a sad day for York"),
    ],
)
def test_content_source_and_form(text: str, form: str, source: str, content: str | None) -> None:
    """Speech, thought, stance, wish and ruling have their source, before it or after it."""
    first = found(text)[0]
    assert first[:2] == (form, source)
    assert content is None or first[2] == content


@pytest.mark.parametrize(
    "text",
    [
        "The states in the south are dry.",
        "Several battleground states were dry.",
        "The report is long.",
        "The planned baths were never built.",
        "The call came at noon.",
        "Public hearings begin in May.",
        "You said nothing.",
        "The demand for coal fell.",
        "Calls rose by a third.",
    ],
)
def test_nouns_and_adjectives_that_look_like_verbs_attribute_nothing(text: str) -> None:
    """A form counts only where the words around it show a verb with its subject."""
    assert found(text) == []


def test_a_line_that_ends_in_a_colon_announces_the_next_line() -> None:
    """ "Orr added:" attributes all of the line below."""
    text = "Ann Orr added:\nThe baths leak. They stink, too.\nIt rained."
    (item,) = attributions(text, segment(text))
    assert [text[start:end] for start, end in item.content] == ["The baths leak. They stink, too."]
    assert item.source is not None
    assert text[slice(*item.source)] == "Ann Orr"


def test_a_turn_is_the_words_of_its_speaker() -> None:
    """Each unit of a turn is quoted, with the marker's name as its source."""
    text = "SMITH: We close the bridge.\nORR: Why is that?\nSMITH: It is old. It leaks."
    quoted = [item for item in attributions(text, segment(text)) if item.form == "quoted"]
    assert [
        (text[slice(*item.source)], text[slice(*item.content[0])]) for item in quoted if item.source
    ] == [
        ("SMITH", "We close the bridge."),
        ("ORR", "Why is that?"),
        ("SMITH", "It is old."),
        ("SMITH", "It leaks."),
    ]


def test_a_language_without_cues_gives_quotations_alone() -> None:
    """No English word makes an attribution in a text of another language."""
    text = "Ann Orr said the baths leak."
    assert attributions(text, [Piece(0, len(text), "body", True)], language="fi") == []


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(PARTS),
        min_size=1,
        max_size=40,
    )
)
def test_every_offset_is_in_the_text_and_nothing_raises(parts: list[str]) -> None:
    """Whatever the words are, each span is a stretch of the text without blanks at its ends."""
    text = canonical(" ".join(["A", *parts]))
    for item in attributions(text, segment(text)):
        spans = [*item.content, *([item.source] if item.source else [])]
        spans += [(item.cue.start, item.cue.end)] if item.cue else []
        for start, end in spans:
            assert 0 <= start < end <= len(text)
            assert text[start:end] == text[start:end].strip()
