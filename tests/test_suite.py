"""The suite itself: what a machine cannot run is left out aloud, in a parallel run as well."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
SUITE = """
import pytest

@pytest.mark.shared
@pytest.mark.parametrize("n", range(3))
def test_real_articles(n): ...

@pytest.mark.parametrize("n", range(9))
def test_own(n): ...
"""


def run(folder: Path, *options: str) -> str:
    """What pytest says of a small suite beside which no real articles lie."""
    tests = folder / "work" / "tests"
    tests.mkdir(parents=True)
    (tests / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tests / "test_small.py").write_text(SUITE, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "tests"]
    environment = {n: v for n, v in os.environ.items() if n != "PYTEST_ADDOPTS"}
    return subprocess.run(
        command, cwd=tests.parent, env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.long
@pytest.mark.parametrize("options", [("-n", "0"), ("-n", "2")], ids=["one", "two"])
def test_what_is_left_out_is_said_at_the_end(tmp_path: Path, options: tuple[str, ...]) -> None:
    """The last lines name how many tests were not run, and why."""
    said = run(tmp_path, *options).splitlines()[-2:]

    assert said[0] == "left out: 3 'shared' tests (no ../shared with real articles)"
    assert said[1].startswith("9 passed")


def test_the_fast_set_has_a_few_cases_of_each_test(tmp_path: Path) -> None:
    """Three cases of a test are fast, however many there are."""
    assert run(tmp_path, "-n", "0", "-m", "fast").splitlines()[-1].startswith("3 passed")
