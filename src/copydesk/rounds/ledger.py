"""The files of a round's record that only ever grow: pushes, amendments, decisions, known answers.

Their content is stored nowhere else, so a damaged one must be restored from version control.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from copydesk.contract.conformance import read_checked
from copydesk.errors import InputError, IntegrityError
from copydesk.files import append_lines
from copydesk.rounds.log import cut_torn_line

RESTORE: Final = "Restore the file from version control or a backup."


def read_ledger(path: Path, schema: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The lines of a file as (line number from 1, object); see `read_checked`.

    A last line that a crash cut off is not read: what it says was never acknowledged, and the next
    line takes its place.

    Raises:
        IntegrityError: a line is not one that copydesk wrote.
    """
    try:
        yield from read_checked(path, schema)
    except InputError as error:
        last = path.read_bytes().count(b"\n") + 1
        if error.where == f"{path}:{last}" and torn(path):
            return
        raise IntegrityError(error.message, where=error.where, hint=RESTORE) from error


def append_to_ledger(path: Path, lines: list[str]) -> None:
    """Append lines; one that a crash cut off is removed before.

    Raises:
        InputError: the disk refuses; earlier lines are as they were.
    """
    if torn(path):
        cut_torn_line(path)
    append_lines(path, lines)


def torn(path: Path) -> bool:
    """Whether the last line is incomplete; one that merely lacks its line end is not."""
    if not path.is_file():
        return False
    last = path.read_bytes().rpartition(b"\n")[2]
    try:
        return bool(last.strip()) and not isinstance(json.loads(last.decode("utf-8-sig")), dict)
    except (ValueError, RecursionError):
        return True
