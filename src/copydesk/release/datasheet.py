"""The datasheet, ``DATASHEET.md``: every question of "Datasheets for Datasets" with its answer.

    write_datasheet(path, release)       # brings the numbers in step, keeps every word
    render(contents, previous=text)      # pure; equal to ``previous`` if that is in step

What the data can answer is between markers; the people who made the data set answer the rest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from copydesk.files import atomic_write
from copydesk.pages.markdown import keep
from copydesk.pages.markdown import render as rendered
from copydesk.release.contents import Contents
from copydesk.release.facts import facts

OPEN: Final = "*Not answered yet.*"
"""What a new datasheet says where only people can answer."""


def write_datasheet(path: Path, release: Path | Contents) -> None:
    """Bring the numbers of a datasheet in step with a release; a new one is laid out.

    Raises:
        InputError: its markers do not pair; it is as it was.
    """
    previous = path.read_text(encoding="utf-8") if path.is_file() else ""
    atomic_write(path, render(Contents.at(release), previous=previous))


def render(contents: Contents, *, previous: str = "") -> str:
    """The datasheet of a release. Pure.

    Args:
        previous: the datasheet as it is; a new one is laid out if it is empty.

    Raises:
        InputError: the markers do not pair.
    """
    fresh = rendered("datasheet.md.jinja", f=facts(contents))
    return keep(previous, fresh, where="DATASHEET.md")
