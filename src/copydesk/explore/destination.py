"""The folder of the pages: written elsewhere, moved there whole, never over anything else."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from copydesk.errors import InputError
from copydesk.files import replacing_dir
from copydesk.pages.folders import is_made


def refuse_inside(out: Path, folder: Path) -> None:
    """Refuse to write pages into a release.

    Raises:
        InputError: ``out`` is inside ``folder``.
    """
    if out.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            "These pages would lie inside the release, which must not change.",
            where=str(out),
            hint="Choose a folder outside it.",
        )


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """Give a folder to fill; put it in the place of ``out``, which must be ours, empty or absent.

    Raises:
        InputError: ``out`` holds something that was not made here.
    """
    if out.exists() and not _is_ours(out):
        raise InputError(
            "This folder exists and was not made by 'copydesk explore'.",
            where=str(out),
            hint="Choose another folder, or remove it.",
        )
    fresh = out.with_name(f".{out.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    with replacing_dir(fresh) as beside:
        yield beside
    old = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.old."))
    if out.exists():
        out.rename(old / out.name)
    fresh.rename(out)
    shutil.rmtree(old)


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and (is_made(folder) or not any(folder.iterdir()))
