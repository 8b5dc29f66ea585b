"""The datasheet and the citation file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from copydesk.errors import InputError
from copydesk.release import citation, datasheet
from copydesk.release.datasheet import OPEN

LINES = [("The river rose.", ["background", "background"]), ("It may fall.", ["speculation"])]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def contents(make: Any, story: Any) -> Any:
    """One article that is given and one that is withheld."""
    return make(
        {"a": story(lines=LINES), "b": story(lines=LINES, event="fire", split="test", given=False)}
    ).contents


def asked(text: str) -> dict[str, list[str]]:
    """The questions of a datasheet by section."""
    sections = (part.partition("\n") for part in text.split("\n## ")[1:])
    return {
        head: [q.partition("\n")[0] for q in rest.split("\n### ")[1:]] for head, _, rest in sections
    }


def test_questions(contents: Any) -> None:
    """All 57 questions of "Datasheets for Datasets" are asked, in its seven sections."""
    found = asked(datasheet.render(contents))
    assert {section: len(questions) for section, questions in found.items()} == {
        "Motivation": 4,
        "Composition": 16,
        "Collection process": 12,
        "Preprocessing, cleaning, labelling": 4,
        "Uses": 6,
        "Distribution": 7,
        "Maintenance": 8,
    }


def test_new(contents: Any) -> None:
    """A new datasheet answers what the data can; every other question is said to be open."""
    text = datasheet.render(contents)
    assert text.count(OPEN) + text.count("<!-- copydesk:begin") == 57
    assert (
        "version 1.0.0 holds 4 labelled sentences of 2 articles, 6 single answers" in text.lower()
    )
    assert (
        "Yes. In `sentences`: train 2 sentences of 1 event. In `standoff`: test 2 sentences of 1 "
        "event." in text
    )
    assert "Yes. The text of 1 article (2 sentences) is withheld" in text


def test_words_stay(contents: Any, make: Any, story: Any) -> None:
    """Answers of people stay when the numbers are brought in step, and render is then settled."""
    text = datasheet.render(contents).replace(OPEN, "Because we wished to.", 1)
    later = make({"a": story(lines=LINES[:1])}, "2.0.0").contents
    new = datasheet.render(later, previous=text)
    assert "### For what purpose was the data set created?\n\nBecause we wished to.\n" in new
    assert "Version 2.0.0 holds 1 labelled sentence of 1 article" in new
    assert datasheet.render(later, previous=new) == new


def test_ours(contents: Any) -> None:
    """The shipped datasheet asks every question and leaves none open."""
    text = (ROOT / "DATASHEET.md").read_text(encoding="utf-8")
    assert asked(text) == asked(datasheet.render(contents))
    assert OPEN not in text


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
    assert str(caught.value) == "CITATION.cff: This file is not a YAML mapping."
