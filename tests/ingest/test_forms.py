"""Which pairs of articles report one event, and which were only written by one form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sources import folder

from copydesk.corpus import Corpus
from copydesk.ingest import ingest
from copydesk.ingest.copies import Read, shared
from copydesk.text import canonical

PAIRS: dict[str, dict[str, list[str]]] = json.loads(
    (Path(__file__).parent / "event_pairs.json").read_text(encoding="utf-8")
)


def read(text: str) -> Read:
    return Read.of(canonical(text), "en" if text.isascii() else "und")


@pytest.mark.parametrize("name", PAIRS["together"])
def test_copies_updates_and_shared_words_tie_two_articles(name: str) -> None:
    """Copies cut, reordered or retouched, updates and shared utterances are of one event."""
    a, b = PAIRS["together"][name]

    assert shared(read(a), read(b)) is not None
    assert shared(read(b), read(a)) is not None


@pytest.mark.parametrize("name", PAIRS["apart"])
def test_one_form_filled_twice_ties_no_articles(name: str) -> None:
    """Weather, markets, obituaries and court lists differ in their names: they stay apart."""
    a, b = PAIRS["apart"][name]

    assert shared(read(a), read(b)) is None
    assert shared(read(b), read(a)) is None


def test_articles_of_one_form_keep_their_events(tmp_path: Path, corpus: Corpus) -> None:
    """Two obituaries with a sentence in common are two events, and nobody is told otherwise."""
    a, b = PAIRS["apart"]["obituary"]

    done = ingest([folder(tmp_path / "in", moe=a, vik=b)], corpus, workers=1)

    assert done.joined == ()
    assert {x.article_id: x.event for x in corpus.articles()} == {"moe": "moe", "vik": "vik"}
