"""A sample of the fault matrix (``scripts/fault_matrix.py``), on the suite's Label Studio."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.studio

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
SAMPLE = (
    "push-drop-import",
    "push-delay-import",
    "push-429-import",
    "push-502-create",
    "push-two-at-once",
    "push-two-machines",
    "push-stripped-project",
    "push-kill-client",
    "pull-cut",
    "pull-kill-client",
    "pull-full-disk",
    "pull-renamed-project",
    "pull-changed-config",
)


@pytest.fixture(scope="module")
def matrix(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The matrix on the shared server, with 80 tasks and one kill."""
    sys.path.insert(0, str(SCRIPTS))
    import fault_matrix

    sys.path.remove(str(SCRIPTS))
    fault_matrix.PATIENCE = 3.0
    person = studio.newcomer()
    return fault_matrix.Matrix(
        studio.url,
        studio.admin.token,
        person.email,
        tmp_path_factory.mktemp("faults"),
        tasks=80,
        kills=1,
    )


@pytest.mark.parametrize("name", SAMPLE)
def test_the_end_state_is_the_same_as_without_the_fault(matrix: Any, name: str) -> None:
    """Nothing is there twice and nothing is lost once the verb has been run again."""
    assert matrix.scenarios()[name]() == ""
