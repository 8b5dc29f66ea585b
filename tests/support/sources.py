"""Files of articles for tests to take in."""

from __future__ import annotations

from pathlib import Path


def write(path: Path, data: str | bytes) -> Path:
    """One file, as it is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def folder(root: Path, **texts: str) -> str:
    """A folder of text files by name."""
    for name, text in texts.items():
        write(root / f"{name}.txt", text)
    return str(root)


def locks(root: Path, count: int) -> str:
    """A folder of so many short articles."""
    texts = {
        f"lock-{number:03d}": f"Lock {number} opens\nLock {number} opened on Monday. It is deep.\n"
        for number in range(count)
    }
    return folder(root, **texts)
