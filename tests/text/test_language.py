"""Languages as data: which folder a tag is read with, and what a language without one gets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import pytest

from copydesk.text import quotations, segment, suggest, suggests
from copydesk.text.boundaries import sentences
from copydesk.text.language import known, language


@pytest.mark.parametrize("tag", ["en", "en-GB", "EN_us", "en-Latn-US"])
def test_a_regional_tag_is_read_with_the_data_of_its_language(tag: str) -> None:
    assert language(tag).tag == "en"


@pytest.mark.parametrize("tag", ["xx", "", "zz-ZZ", "i-klingon", "eng lish", "../en"])
def test_a_language_without_a_folder_is_undetermined_and_has_no_words(tag: str) -> None:
    assert language(tag).tag == "und"
    assert "say" not in language(tag).lexicon("reporting-verbs")


def test_every_folder_of_data_is_a_language_that_can_be_read() -> None:
    assert "en" in known()
    for tag in known():
        assert language(tag).tag == tag


def test_a_language_without_rules_is_cut_and_gets_no_suggestion() -> None:
    text = 'The mayor left. "We go on with the work," said Ann Orr.'
    pieces = segment(text, "xx")

    assert len(pieces) == 2
    assert not suggests("xx")
    assert suggest(text, pieces, language="xx") == []
    assert [quote.cue for quote in quotations(text, pieces, language="xx")] == [None]


def test_english_has_rules_for_suggestions() -> None:
    text = 'The mayor left. "We go on with the work," said Ann Orr.'

    assert suggests("en-GB")
    assert [s.label for s in suggest(text, segment(text), language="en-GB")] == [
        "background",
        "quote",
    ]


CASES = Path(__file__).with_name("languages.txt").read_text(encoding="utf-8").splitlines()


def _cases() -> Iterator[tuple[str, str]]:
    tag = ""
    for line in CASES:
        if line.startswith("## "):
            tag = line[3:]
        elif line and line[0] != "#":
            yield tag, line


@pytest.mark.parametrize(("tag", "case"), list(_cases()))
def test_a_line_of_another_language_is_cut_by_its_rules(tag: str, case: str) -> None:
    line = case.replace("‖", "")

    found = [line[start:end] for start, end in sentences(line, 0, len(line), language(tag))]

    assert found == [sentence.strip() for sentence in case.split("‖")]


@pytest.mark.shared
@pytest.mark.parametrize("tag", ["de", "fr"])
def test_boundaries_in_edited_german_and_french_are_right(shared: Path, tag: str) -> None:
    """F1 of the boundaries of UD PUD, joined to paragraphs of ten, is at least 99.3."""
    path = shared / "external" / "pud" / f"{tag}-sentences.txt"
    gold = path.read_text(encoding="utf-8").splitlines()
    right = wrong = missed = 0
    for first in range(0, len(gold), 10):
        paragraph = " ".join(gold[first : first + 10])
        wanted = set(accumulate(len(s) + 1 for s in gold[first : first + 9]))
        pieces = segment(paragraph, tag)
        found = {piece.start for piece in pieces[1:]}
        right += len(wanted & found)
        wrong += len(found - wanted)
        missed += len(wanted - found)

    assert 2 * right / (2 * right + wrong + missed) >= 0.993
