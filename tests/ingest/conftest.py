"""What tests of reading share."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.corpus import Corpus
from copydesk.scaffold import lay_out


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """An empty corpus."""
    return lay_out(tmp_path / "corpus")
