"""What is looked for after an article was withdrawn: its words, in every file."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

AT = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
REASON = "The speaker asked to be forgotten."


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return re.findall(r"\w+", text.lower())


def stretches(text: str, size: int = 5) -> set[tuple[str, ...]]:
    """Every run of five words."""
    found = words(text)
    return {tuple(found[i : i + size]) for i in range(len(found) - size + 1)}


def read_all(root: Path) -> dict[str, str]:
    """Every file of a folder as text, unpacked; git's own are left out."""
    found = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and ".git" not in path.parts:
            data = path.read_bytes()
            if path.suffix == ".gz":
                data = gzip.decompress(data)
            if path.suffix == ".parquet":
                data += pl.read_parquet(path).write_json().encode()
            found[path.relative_to(root).as_posix()] = data.decode("utf-8", "replace")
    return found
