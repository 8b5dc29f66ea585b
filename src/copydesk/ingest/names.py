"""Names as ids: readable, stable, distinct."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import Final

_LONGEST: Final = 64
_COMPRESSED: Final = (".gz", ".zst", ".bz2", ".xz")


def slug(name: str) -> str:
    """A name as an id: lower-case letters, digits and single hyphens, 64 at most.

    Other scripts are written in Latin letters.

    >>> slug("My Articles (2024)")
    'my-articles-2024'
    """
    if not name.isascii():
        from anyascii import anyascii

        # Han characters become capitalised syllables: put a hyphen between them.
        name = "".join(c if c.isascii() else _latin(anyascii(c), c) for c in name)
    found = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return found[:_LONGEST].rstrip("-") or "x"


def _latin(letters: str, character: str) -> str:
    return f"{letters}-" if "\u3400" <= character <= "\u9fff" else letters


def stem(path: str) -> str:
    """The last part of a path without its endings: "sport/001.html.gz" gives "001"."""
    name = PurePosixPath(path).name
    for ending in _COMPRESSED:
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    return PurePosixPath(name).stem or name


def from_path(path: str) -> str:
    """An id from a whole path, for names that occur in several folders: "business-001"."""
    parts = [*PurePosixPath(path).parts[:-1], stem(path)]
    return slug("-".join(parts))


def with_mark(name: str, of: str) -> str:
    """An id made distinct by four hexadecimal digits of a hash of what it identifies."""
    return f"{name[: _LONGEST - 5].rstrip('-')}-{hashlib.sha256(of.encode()).hexdigest()[:4]}"
