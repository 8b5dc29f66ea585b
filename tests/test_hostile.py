"""No reader of text costs more than its length: ``scripts/bench/hostile.py`` on short inputs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "bench" / "hostile.py"
READERS = (
    *("canonical", "segment", "suggest", "ingest text", "ingest JSON", "ingest table"),
    *("attributions", "ingest page", "validate", "search for leaks"),
    *("search after a withdrawal", "hydrate", "near-duplicates"),
)
"""All of the script but the quotations alone, which `suggest` finds as well."""


@pytest.mark.slow
@pytest.mark.parametrize("readers", [READERS[:6], READERS[6:]], ids=str)
def test_time_grows_no_faster_than_the_length(readers: tuple[str, ...]) -> None:
    """Over four doublings of every hostile input processor time stays within n^1.3."""
    command = [sys.executable, str(SCRIPT), "--largest", "16000", "--only", ",".join(readers)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = [line.split("|")[1].strip() for line in run.stdout.splitlines()[2:]]
    assert (run.returncode, tuple(rows)) == (0, readers), run.stdout + run.stderr
