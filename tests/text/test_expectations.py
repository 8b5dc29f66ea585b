"""Expectations: which sentences look ahead, by which words, whatever their label."""

import pytest

from copydesk.text import expectations, segment


def ahead(sentence: str) -> list[str]:
    """The words by which a line of one sentence looks ahead."""
    [cues] = expectations(sentence, segment(sentence))
    return [sentence[cue.start : cue.end] for cue in cues]


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("The ferry is expected to return in June.", ["is expected"]),
        ("The council plans to sell the baths.", ["plans to"]),
        ("Ann Orr said she hoped to reopen the mill.", ["hoped to"]),
        ("They intended to leave, but the lake may freeze.", ["They intended to", "may"]),
        ("The walls may not hold.", ["may"]),
        ("“We hope to be home by May,” said Ann Orr.", ["hope to"]),
    ],
)
def test_forecasts_plans_and_hopes_look_ahead(sentence: str, words: list[str]) -> None:
    """Whoever says it, in marks or out of them, the words that do it are given in order."""
    assert ahead(sentence) == words


@pytest.mark.parametrize(
    "sentence",
    [
        "The mill closed in May.",
        "The mill seems empty.",
        "The keeper may have left the gate open.",
        "The keeper might not have locked it.",
        "It was not clear who owned the boat.",
        "A bell intended to warn ships was stolen.",
        "The council opened a plan of the town.",
    ],
)
def test_doubts_about_what_is_or_was_expect_nothing(sentence: str) -> None:
    """A hedge about the present or the past is no expectation, nor is a purpose."""
    assert ahead(sentence) == []


def test_every_unit_has_its_own_entry_and_no_other_piece_has() -> None:
    """A credit is no unit; a language without rules has no entries at all."""
    text = "Rain may fall.\nPhotograph: Ann Orr\nIt fell. They hope to swim."
    pieces = segment(text)
    assert [len(cues) for cues in expectations(text, pieces)] == [1, 0, 1]
    assert expectations(text, pieces, language="de") == []
