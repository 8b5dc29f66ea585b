"""What the files of a release's tables are called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copydesk.contract.columns import SPLITS

_FILE: Final = re.compile(
    rf"([a-z]+)/({'|'.join(SPLITS)})(?:-(\d{{5}})-of-(\d{{5}}))?\.parquet", re.ASCII
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TableFile:
    """One file of a table.

    Args:
        number, count: which it is of the files of its split, counted from 0, and how many there
            are; a split in one file may be unnumbered, and then both are None.
    """

    table: str
    split: str
    number: int | None = None
    count: int | None = None

    @classmethod
    def parse(cls, name: str) -> TableFile | None:
        """The file of this path inside a release folder; None if no table has such a file."""
        found = _FILE.fullmatch(name)
        if found is None:
            return None
        table, split, number, count = found.groups()
        if number is None:
            return cls(table=table, split=split)
        file = cls(table=table, split=split, number=int(number), count=int(count))
        return file if int(number) < int(count) else None

    @property
    def order(self) -> tuple[int, int]:
        """The key by which the files of a table are sorted: their split, then their number."""
        return SPLITS.index(self.split), self.number or 0

    def __str__(self) -> str:
        """Its path inside the release folder."""
        numbered = "" if self.number is None else f"-{self.number:05}-of-{self.count:05}"
        return f"{self.table}/{self.split}{numbered}.parquet"


def table_files(folder: Path, table: str) -> list[TableFile]:
    """The files of a table in a release folder, in order; files with other names are left out."""
    room = folder / table
    names = [f"{table}/{path.name}" for path in room.iterdir()] if room.is_dir() else []
    return sorted(filter(None, map(TableFile.parse, names)), key=lambda file: file.order)


def incomplete(files: Iterable[TableFile]) -> list[str]:
    """What is wrong with the files of a release's splits, each as a sentence without its stop.

    A split is one file without a number, or as many numbered files as their names say.
    """
    splits: dict[tuple[str, str], list[TableFile]] = {}
    for file in files:
        splits.setdefault((file.table, file.split), []).append(file)
    found = []
    for (table, split), parts in splits.items():
        counts = {part.count for part in parts}
        numbers = sorted(part.number or 0 for part in parts)
        if len(counts) > 1:
            found.append(f"The files of the split '{split}' of '{table}' do not belong together")
        elif numbers != list(range(parts[0].count or 1)):
            found.append(
                f"The split '{split}' of '{table}' has {len(parts)} of its {parts[0].count} files"
            )
    return found
