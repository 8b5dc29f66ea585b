"""What is costly is done once: the facts of a release are counted, its index is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from copydesk.corpus import Corpus
from copydesk.release import facts
from copydesk.release.contents import Contents
from copydesk.release.cut import Options, cut
from copydesk.release.documents import write_documents
from copydesk.validate import validate

SECOND = Options(version="0.2.0", created=datetime(2026, 5, 1, tzinfo=UTC), labels="rule")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The versions of the releases whose facts are counted from now on."""
    seen: list[str] = []
    count = facts._count

    def noting(contents: Any) -> Any:
        seen.append(contents.version)
        return count(contents)

    monkeypatch.setattr(facts, "_count", noting)
    return seen


@pytest.fixture
def opened(tiny: Corpus) -> Iterator[list[str]]:
    """How often the index is opened from now on."""
    index = str(tiny.releases / "index.json")
    seen: list[str] = []
    watching = [True]

    def watch(event: str, given: tuple[Any, ...]) -> None:
        # Where files are opened inside an opened folder, the event has the last name alone.
        if watching[0] and event == "open" and str(given[0]) in (index, "index.json"):
            seen.append(given[1])

    sys.addaudithook(watch)  # Python has no way to remove one.
    yield seen
    watching[0] = False


def test_documents_share_one_count(tiny: Corpus, counted: list[str]) -> None:
    """Card, datasheet and citation are written from the same facts."""
    write_documents(tiny, Contents.read(tiny.releases / "0.1.0"))
    assert counted == ["0.1.0"]


def test_a_validation_counts_once(tiny: Corpus, counted: list[str]) -> None:
    """Every document is compared with the same facts."""
    validate(tiny.root)
    assert counted == ["0.1.0"]


def test_a_cut_counts_once(tiny: Corpus, counted: list[str]) -> None:
    """The description in the release and the documents beside it state the same facts."""
    cut(tiny, SECOND)
    assert counted == ["0.2.0"]


def test_a_cut_reads_the_index_once(tiny: Corpus, opened: list[str]) -> None:
    """What is there, strays, recorded texts, and what is appended come from one reading."""
    cut(tiny, SECOND)
    assert len(opened) == 1


@pytest.mark.parametrize("what", [".", "dataset", "dataset/releases/0.1.0"])
def test_a_validation_reads_the_index_once(tiny: Corpus, opened: list[str], what: str) -> None:
    """All rules are given the same entries; beside that, every file is searched for leaks."""
    validate(tiny.root / what)
    assert len(opened) == 2
