"""What is costly is done once: the facts of a release are counted, its index is read."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from copydesk.corpus import Corpus
from copydesk.release import facts
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


def test_documents_share_one_count(tiny: Corpus, counted: list[str]) -> None:
    """Card, datasheet and citation are written from the same facts."""
    write_documents(tiny, tiny.releases / "0.1.0")
    assert counted == ["0.1.0"]


def test_a_validation_counts_once(tiny: Corpus, counted: list[str]) -> None:
    """Every document is compared with the same facts."""
    validate(tiny.root)
    assert counted == ["0.1.0"]


def test_a_cut_counts_twice(tiny: Corpus, counted: list[str]) -> None:
    """From its tables in memory for the description, and from its files for the documents."""
    cut(tiny, SECOND)
    assert counted == ["0.2.0", "0.2.0"]


def test_a_cut_reads_the_index_once_for_each_purpose(tiny: Corpus) -> None:
    """To see what is there, to find strays, to take over recorded texts, and to append to it."""
    index = str(tiny.releases / "index.json")
    opened: list[str] = []
    watching = True

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if watching and event == "open" and str(given[0]) == index:
            opened.append(given[1])

    sys.addaudithook(watch)  # Python has no way to remove one.
    try:
        cut(tiny, SECOND)
    finally:
        watching = False

    assert len(opened) == 4
