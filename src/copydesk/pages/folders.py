"""Folders of pages that `copydesk explore` made: a file marks them, so that they may be replaced
or removed as a whole."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from copydesk.files import read_json

MARKER: Final = "explore.json"
MADE_BY: Final = "copydesk explore"


def is_made(folder: Path) -> bool:
    """Whether `copydesk explore` made a folder."""
    marker = folder / MARKER
    if not marker.is_file():
        return False
    document = read_json(marker)
    return isinstance(document, dict) and document.get("made_by") == MADE_BY


def remove_pages(folder: Path) -> None:
    """Remove a folder of pages; what a kill leaves of it is still marked."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARKER:
            path.unlink()
    shutil.rmtree(folder)
