"""What the whole suite shares: where the real articles are, and what is left out without them."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
# The same examples in every run of CI, which judges the change; new ones elsewhere.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")
_LEFT_OUT = pytest.StashKey[list[str]]()
_NOT_FAST = ("slow", "long", "studio", "browser", "shared")
_CASES = 3
"""How many cases of one test are in the fast set; the others repeat it on more material."""


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real articles, which are in no repository."""
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, one for each process: playwright allows no second beside it."""
    from playwright.sync_api import sync_playwright

    arguments = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=arguments, timeout=180_000
        )
        yield browser
        browser.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the fast set; leave out what this machine cannot run, and remember what that was."""
    seen: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        seen[test] += 1
        if seen[test] <= _CASES and not any(map(item.get_closest_marker, _NOT_FAST)):
            item.add_marker("fast")
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


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of a parallel run tells its controller, which collects nothing, what it left out."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = session.config.stash.get(_LEFT_OUT, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """The controller takes what a worker left out; every worker leaves out the same."""
    node.config.stash[_LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", [])


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say what was left out."""
    return config.stash.get(_LEFT_OUT, [])  # absent if a path on the command line was wrong


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it again where people look."""
    for line in terminalreporter.config.stash.get(_LEFT_OUT, []):
        terminalreporter.write_line(line)
