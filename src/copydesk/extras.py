"""Libraries that only some verbs need: each belongs to an extra, which an error names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from copydesk.errors import CopydeskError


class MissingExtraError(CopydeskError):
    """A library of an extra is not installed: no fault of the input, so nothing is set aside."""


@contextmanager
def needs(extra: str, what: str) -> Iterator[None]:
    """Import optional libraries inside this block; say what to install where one is missing.

    Args:
        extra: the extra of pyproject.toml that brings the library.
        what: what cannot be done without it, as the start of a sentence, such as "Reading HTML".

    Raises:
        MissingExtraError: the library is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        module = (missing.name or "").partition(".")[0]
        raise MissingExtraError(
            f"{what} needs {module}, which is not installed.",
            hint=f"Run: pip install 'copydesk[{extra}]'",
        ) from missing
