"""Marks of Markdown are layout, and letters that were encoded twice are repaired; both are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources import write

from copydesk.corpus import Corpus
from copydesk.ingest import Options, ingest
from copydesk.ingest.markdown import has_marks, plain
from copydesk.ingest.mojibake import repaired

MARKED = """\
---
title: The bridge opens
date: 2024-05-03
tags: [roads]
---
# The **bridge** opens

*By Ann Orr*

The [mayor](https://town.example/m_(1)) was `pleased`, and f**k the \\*old\\* one.

What it cost
------------
- Two years
* A [lot][1] of money
> “We paid,” she said.

**Next steps**
**ORR:** We wait.
![A ferry](ferry.jpg)
[1]: https://town.example/lot
"""
PLAIN = """\
The bridge opens
By Ann Orr
The mayor was pleased, and f**k the *old* one.
What it cost
Two years
A lot of money
“We paid,” she said.
Next steps
**ORR:** We wait."""
ZONES = ("0:headline", "3:subhead", "4:body", "5:body", "7:subhead")


def test_marks_become_zones_and_are_told(tmp_path: Path, corpus: Corpus) -> None:
    """The head of the file gives fields; headings and items give zones; a speaker stays bold."""
    write(tmp_path / "in" / "bridge.md", MARKED)
    write(tmp_path / "in" / "README.md", "# What these files are\n")

    done = ingest([str(tmp_path / "in")], corpus)

    (article,) = corpus.articles()
    assert corpus.text(article) == PLAIN
    assert article.zones == ZONES
    assert (article.title, article.published) == ("The bridge opens", "2024-05-03")
    assert article.reading == {"markdown": True}
    assert (done.steps, done.unread) == ({"markdown": 1}, {".md": 1})


def test_marks_stay_if_asked(tmp_path: Path, corpus: Corpus) -> None:
    write(tmp_path / "a.txt", "**Bridge opens**\nThe cafÃ© is open.\n")
    done = ingest([str(tmp_path / "a.txt")], corpus, options=Options(keep_marks=True))
    assert [*map(corpus.text, corpus.articles())] == ["**Bridge opens**\nThe cafÃ© is open."]
    assert done.steps == {}


@pytest.mark.parametrize(
    "text",
    [
        "He paid.\n* Prices* may change.\n# # #",
        "It was 5 * 3 * 2.\nThe end.\n---\nAnother story.",
        "#metoo was everywhere, said f**k and s**t.",
        "It [sic] was (here), and _he_ knew.\n-30-",
    ],
)
def test_a_text_without_layout_of_markdown_has_no_marks(text: str) -> None:
    assert not has_marks(text)


@given(st.text(st.sampled_from("ab *_#[]()>-=\\`\n:."), max_size=60))
def test_reading_marks_loses_no_letter(text: str) -> None:
    """Letters outside addresses of links and pictures stay, in their order."""
    if "](" not in text and "]:" not in text and "![" not in text:
        letters = [c for c in text if c.isalpha()]
        assert [c for c in plain(text)[0] if c.isalpha()] == letters


def twice(text: str) -> str:
    """What a program makes of UTF-8 that it takes for Windows-1252."""
    undefined = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    return "".join(
        chr(byte) if byte in undefined else bytes([byte]).decode("windows-1252")
        for byte in text.encode()
    )


@pytest.mark.parametrize(
    "text",
    ["It’s a café – “fine”… £5, naïve", "“Für Spaß“, schön", "Привет, мир", "so 👍 good"],
)
def test_what_was_encoded_twice_is_repaired(text: str) -> None:
    """Once or twice over; and a text that is right already stays as it is."""
    assert repaired(text) == (text, 0)
    assert repaired(twice(text))[0] == text
    assert repaired(twice(twice(text)))[0] == text


@pytest.mark.parametrize(
    "text", ["“PERÒ” è CAFÉ”", "Der Fuß“ und “Ä“ hier", "FÅ” in Malmö", "Ã la"]
)
def test_letters_that_only_look_so_stay(text: str) -> None:
    assert repaired(text) == (text, 0)


def test_a_repaired_text_is_told_and_its_title_is_repaired(tmp_path: Path, corpus: Corpus) -> None:
    write(tmp_path / "a.jsonl", f'{{"title": "{twice("Café")}", "text": "{twice("It’s open.")}"}}')
    done = ingest([str(tmp_path / "a.jsonl")], corpus)
    (article,) = corpus.articles()
    assert (corpus.text(article), article.title) == ("It’s open.", "Café")
    assert (article.reading, done.steps) == ({"encoded_twice": 1}, {"encoded_twice": 1})
