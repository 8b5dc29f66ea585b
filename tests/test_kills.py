"""Samples of ``scripts/kill_matrix.py`` and ``scripts/race_matrix.py``.

Each runs in a process of its own: they fork, and the threads of this one would not come along.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


def faults(script: str, *arguments: str) -> list[str]:
    """The last column of each row of a script's table."""
    command = [sys.executable, str(SCRIPTS / script), *arguments, "--seed", "11"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    rows = [line for line in run.stdout.splitlines() if line.startswith("| ")]
    return [row.split("|")[-2].strip() for row in rows[2:]]


@pytest.mark.slow
def test_a_killed_verb_is_run_again() -> None:
    """A reader loads what is there, nothing withheld gets out, the next run ends the same."""
    assert faults("kill_matrix.py", "--kills", "6", "--only", "ingest,cut,withdraw") == ["none"] * 3


@pytest.mark.slow
def test_two_verbs_at_once_lose_nothing() -> None:
    """Both leave what they leave alone, or one is refused and can be run again."""
    pairs = "ingest+ingest,withdraw+cut"
    assert faults("race_matrix.py", "--tries", "1", "--only", pairs) == ["none"] * 2
