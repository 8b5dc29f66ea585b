"""At which share of words two articles begin to say the same."""

from __future__ import annotations

import pytest

from copydesk.ingest.copies import Read, shared

TEXT = """amber basket candle dinner engine feather garden hammer island jacket kettle ladder
magnet needle orchard pillow quarry ribbon saddle"""


def said(*sentences: str) -> Read:
    """An article with a headline and a line for each sentence."""
    lines = [f"{sentence.capitalize()}." for sentence in sentences]
    return Read.of("\n".join(["Headline", *lines]))


def run(count: int, *more: str) -> str:
    """A sentence of so many words that both articles have, and more of its own."""
    return " ".join([*TEXT.split()[:count], *more])


@pytest.mark.parametrize(
    ("a", "b", "because"),
    [
        # 7 pairs of words in both, 2 and 1 in one alone: 7 of 10.
        (run(8, "northern", "windows"), run(8, "southern"), "nearly the same sentence"),
        # 9 in both, 2 and 2 in one alone: 9 of 13 are 0.692.
        (run(10, "northern", "windows"), run(10, "southern", "doorways"), None),
        (f"north {run(15)} windows", f"south {run(15)} doorways", "nearly the same sentence"),
    ],
)
def test_sentences_are_nearly_the_same_from_seven_tenths_of_their_pairs_on(
    a: str, b: str, because: str | None
) -> None:
    """The Jaccard index of their pairs of neighbouring words decides."""
    assert shared(said(a), said(b)) == because


@pytest.mark.parametrize(("count", "because"), [(15, "15 words in a row"), (14, None)])
def test_fifteen_words_in_a_row_are_shared_text(count: int, because: str | None) -> None:
    """In long sentences that are otherwise different; fourteen are not enough."""
    mine = "one two three four five six seven eight nine ten eleven twelve"
    theirs = "red blue green black white brown grey pink gold silver violet orange"

    assert shared(said(run(count, mine)), said(run(count, theirs))) == because


@pytest.mark.parametrize(
    ("count", "rest", "because"),
    [
        (18, "snow", "nearly the whole text"),
        (17, "rain fell", "the same sentence"),
    ],
)
def test_nine_tenths_of_the_shorter_article_are_nearly_all_of_it(
    count: int, rest: str, because: str
) -> None:
    """Of its 20 words, headline included, 18 stand in a sentence of the other; 17 are too few."""
    longer = said(run(count), "the other article goes on for a good while about its own matters")

    assert shared(said(run(count), rest), longer) == because
