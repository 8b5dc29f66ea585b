"""Languages as data: which folder a tag is read with, and what a language without one gets."""

from __future__ import annotations

import pytest

from copydesk.text import quotations, segment, suggest, suggests
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
