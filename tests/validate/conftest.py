"""The valid corpus, made once a session, and copies of it to damage."""

from __future__ import annotations

from pathlib import Path

import pytest
from specimens import Specimen, copy, make_corpus


@pytest.fixture(scope="session")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the valid corpus; not to be changed."""
    return make_corpus(tmp_path_factory.mktemp("valid")).root


@pytest.fixture
def specimen(valid: Path, tmp_path: Path) -> Specimen:
    """A copy of the valid corpus."""
    return copy(valid, tmp_path / "corpus")
