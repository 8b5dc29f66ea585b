"""A sample of the kill matrix (``scripts/kill_matrix.py``): SIGKILL, and two of a verb at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "kill_matrix.py"


@pytest.mark.slow
def test_a_killed_verb_is_run_again_and_two_at_once_lose_nothing() -> None:
    """What a reader loads stays whole, nothing withheld gets out, and the next run ends the same.

    In a process of its own: it forks, and the threads of this one would not come along.
    """
    command = [sys.executable, str(SCRIPT), "--kills", "6", "--tries", "1"]
    run = subprocess.run(
        [*command, "--only", "ingest,cut,withdraw", "--seed", "11"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    # The last column of each row of both tables.
    assert [line.split("|")[-2].strip() for line in run.stdout.splitlines() if "| " in line] == [
        *("faults", "---", "none", "none", "none"),
        *("faults", "---", "none", "none"),
    ]
