"""Word lists, written as running text."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words between the blanks of a text."""
    return frozenset(text.split())
