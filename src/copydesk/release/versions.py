"""Versions of the data: three numbers, and which of them each kind of change must raise."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from copydesk.errors import InputError

_VERSION: Final = re.compile(
    r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:\+w([1-9]\d{0,3}))?", re.ASCII
)


class Bump(IntEnum):
    """The kinds of change, ordered by how much they affect users of the data."""

    PATCH = 0
    """Only words about the data changed."""
    MINOR = 1
    """Records were added, or columns or values other than the labels were added or changed."""
    MAJOR = 2
    """A record's identity, text, label or split, or a column, changed or was removed."""


@dataclass(frozen=True, order=True, slots=True)
class Version:
    """The version of a release, such as 1.2.0; ordered as numbers.

    1.2.0+w1 is release 1.2.0 after the first withdrawal from it, and comes after 1.2.0.
    """

    major: int
    minor: int
    patch: int
    withdrawal: int = 0

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read ``X.Y.Z`` or ``X.Y.Z+wN``: whole numbers without leading zeros, and nothing else.

        Raises:
            InputError: it is anything else, such as a version with a pre-release suffix.
        """
        found = _VERSION.fullmatch(text)
        if found is None:
            raise InputError(
                f"'{text}' is not the version of a release.",
                hint="Write three whole numbers, such as 1.2.0.",
            )
        return cls(*(int(number or 0) for number in found.groups()))

    def __str__(self) -> str:
        mark = f"+w{self.withdrawal}" if self.withdrawal else ""
        return f"{self.major}.{self.minor}.{self.patch}{mark}"

    def withdrawn(self) -> Version:
        """The version that this release has after one more withdrawal."""
        return replace(self, withdrawal=self.withdrawal + 1)

    def raised(self, bump: Bump) -> Version:
        """The lowest version above this one that announces such a change."""
        if bump is Bump.MAJOR:
            return Version(self.major + 1, 0, 0)
        if bump is Bump.MINOR:
            return Version(self.major, self.minor + 1, 0)
        return Version(self.major, self.minor, self.patch + 1)
