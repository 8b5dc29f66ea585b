"""The facts of a release are counted once for all documents, and once in a validation."""

from __future__ import annotations

from typing import Any

import pytest

from copydesk.corpus import Corpus
from copydesk.release import facts
from copydesk.release.documents import write_documents
from copydesk.validate import validate


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
