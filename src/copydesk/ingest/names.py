"""Names as ids."""

from __future__ import annotations

import re


def slug(name: str) -> str:
    """A name as an id: lower-case letters, digits and single hyphens, 64 at most.

    >>> slug("My Articles (2024)")
    'my-articles-2024'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].rstrip("-") or "x"
