"""The datasheet and the citation file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from copydesk.errors import InputError
from copydesk.release import citation, datasheet
from copydesk.release.datasheet import OPEN, QUESTIONS, unanswered

LINES = [("The river rose.", ["background", "background"]), ("It may fall.", ["speculation"])]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def contents(make: Any, story: Any) -> Any:
    """One article that is given and one that is withheld."""
    return make(
        {"a": story(lines=LINES), "b": story(lines=LINES, event="fire", split="test", given=False)}
    ).contents


def test_questions() -> None:
    """All 57 questions of "Datasheets for Datasets" are asked, in its seven sections."""
    assert {section: len(asked) for section, asked in QUESTIONS.items()} == {
        "Motivation": 4,
        "Composition": 16,
        "Collection process": 12,
        "Preprocessing, cleaning, labelling": 4,
        "Uses": 6,
        "Distribution": 7,
        "Maintenance": 8,
    }


def test_new(contents: Any) -> None:
    """A new datasheet asks everything, answers what the data can, and says what is open."""
    text = datasheet.render(contents)
    asked = [question for questions in QUESTIONS.values() for question in questions]
    assert unanswered(text) == [question for question, block in asked if block is None]
    assert (
        "version 1.0.0 holds 4 labelled sentences of 2 articles, 6 single answers" in text.lower()
    )
    assert "Yes: train 2 sentences of 1 event and test 2 sentences of 1 event." in text
    assert "Yes. The text of 1 article (2 sentences) is withheld" in text


def test_words_stay(contents: Any, make: Any, story: Any) -> None:
    """Answers of people stay when the numbers are brought in step, and render is then settled."""
    text = datasheet.render(contents).replace(OPEN, "Because we wished to.", 1)
    later = make({"a": story(lines=LINES[:1])}, "2.0.0").contents
    new = datasheet.render(later, previous=text)
    assert "### For what purpose was the data set created?\n\nBecause we wished to.\n" in new
    assert "Version 2.0.0 holds 1 labelled sentence of 1 article" in new
    assert datasheet.render(later, previous=new) == new


def test_left_out() -> None:
    """A question whose heading is gone counts as unanswered."""
    assert "Is there an erratum?" in unanswered(
        "# Datasheet\n\n### Who funded its creation?\n\nWe.\n"
    )
    assert "Who funded its creation?" not in unanswered("\n### Who funded its creation?\n\nWe.\n")


def test_ours() -> None:
    """The shipped datasheet leaves no question open."""
    assert unanswered((ROOT / "DATASHEET.md").read_text(encoding="utf-8")) == []


def test_citation(contents: Any, make: Any, story: Any) -> None:
    """Version and date follow the release; every other line, comments too, stays."""
    new = citation.render(contents)
    assert yaml.safe_load(new) == {
        "cff-version": "1.2.0",
        "message": "Please cite this data set with the version that you used.",
        "type": "dataset",
        "title": "Tiny",
        "authors": [{"name": "The authors of Tiny"}],
        "license": "CC-BY-4.0",
        "version": "1.0.0",
        "date-released": "2026-03-01",
    }
    mine = "# Mine\ncff-version: 1.2.0\ntitle: T\nversion: 0.9.0 # old\nauthors:\n- name: X\n"
    later = make({"a": story(lines=LINES)}, "2.0.0").contents
    assert citation.render(later, previous=mine) == (
        '# Mine\ncff-version: 1.2.0\ntitle: T\nversion: "2.0.0"\nauthors:\n- name: X\n'
        'date-released: "2026-03-01"\n'
    )


def test_broken_citation(contents: Any) -> None:
    """A citation file that is no mapping is refused."""
    with pytest.raises(InputError) as caught:
        citation.render(contents, previous="- a\n")
    assert str(caught.value) == "CITATION.cff: This file is no YAML mapping."
