"""What the whole suite shares: where the real articles are, and what is left out without them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
_LEFT_OUT = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real articles, which are in no repository."""
    return SHARED


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this machine cannot run, and remember it to say so at the end."""
    absent = {
        "shared": None if (SHARED / "raw").is_dir() else "no ../shared with real articles",
        "browser": None if shutil.which("chromium") else "no chromium on this machine",
    }
    config.stash[_LEFT_OUT] = []
    for marker, reason in absent.items():
        out = [item for item in items if reason and item.get_closest_marker(marker)]
        if out:
            config.hook.pytest_deselected(items=out)
            items[:] = [item for item in items if item not in out]
            config.stash[_LEFT_OUT].append(f"left out: {len(out)} '{marker}' tests ({reason})")


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say what was left out."""
    return config.stash[_LEFT_OUT]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it again where people look."""
    config = terminalreporter.config
    for line in config.stash.get(_LEFT_OUT, []):
        terminalreporter.write_line(line)
