"""A sample of the fault matrix (``scripts/fault_matrix.py``), on the suite's Label Studio."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.studio

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "fault_matrix.py"
PUSH = (
    "push-drop-import",
    "push-delay-import",
    "push-429-import",
    "push-502-create",
    "push-two-at-once",
    "push-two-machines",
    "push-stripped-project",
    "push-kill-client",
)
PULL = (
    "pull-cut",
    "pull-kill-client",
    "pull-full-disk",
    "pull-renamed-project",
    "pull-changed-config",
)


@pytest.mark.parametrize("sample", [PUSH, PULL], ids=["push", "pull"])
def test_the_end_state_is_the_same_as_without_the_fault(
    studio: Any, sample: tuple[str, ...]
) -> None:
    """Nothing is there twice and nothing is lost once the verb has been run again."""
    done = subprocess.run(
        [
            *(sys.executable, str(SCRIPT), "--only", ",".join(sample), "--patience", "3"),
            *("--tasks", "80", "--kills", "1"),
            *("--server", studio.url, "--email", studio.newcomer().email),
        ],
        env=os.environ | {"LABEL_STUDIO_API_KEY": studio.admin.token},
        capture_output=True,
        text=True,
        check=False,
    )

    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.+) \|$", done.stdout, re.MULTILINE))
    assert {name: state for name, state in rows.items() if "**bad**" in state} == {}
    assert set(rows) == set(sample)
    last = done.stdout.splitlines()[-1]
    assert (last, done.returncode) == (f"{len(sample)} rows, 0 bad", 0), done.stderr
