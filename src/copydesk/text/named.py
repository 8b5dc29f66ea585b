"""Who and what is named in the running text of an article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from copydesk.text.wording import CAPITALISED, NAME

_NAMES: Final = re.compile(r"[A-Z][\w’.-]{0,30}(?: (?:[A-Z][\w.-]{0,30}|al|bin|de|del|van|von))+")
_NAME_CAPTION: Final = re.compile(
    rf"(?:(?:the )?{CAPITALISED}(?: {CAPITALISED}){{0,4}}?(?:[’']s?)? )??"
    rf"(?P<name>{NAME})"
    r"(?:$|[,;:] | (?=\(|(?:of|and|at|in|with|on|during|outside|near|after|before)\b"
    r"|[a-z]+(?:s|ed|ing)\b))"
)


class Named:
    """The names of the running text: a name alone on a line is below a picture."""

    def __init__(self, article: Sequence[str], loose: Sequence[bool]) -> None:
        self._article = article
        self._loose = loose

    @cached_property
    def _names(self) -> frozenset[str]:
        """Pairs of neighbouring words in names, and the last word of each name."""
        names: set[str] = set()
        for name in _NAMES.findall(self._told):
            words = name.rstrip(".").removesuffix("’s").removesuffix("'s").split()
            names.update(map(" ".join, pairwise(words)))
            names.add(words[-1])
        return frozenset(names)

    @cached_property
    def _told(self) -> str:
        """The running text: every line that ends in a stop."""
        pairs = zip(self._article, self._loose, strict=True)
        return "\n".join(line for line, is_loose in pairs if not is_loose)

    def knows(self, name: str) -> bool:
        """Whether a person is named in the text, by the full name or with another first word."""
        return not self._names.isdisjoint((" ".join(name.split()[:2]), name.split()[-1]))

    def pictured(self, line: str) -> bool:
        """Whether a line is a name of the text, or begins with one and adds little."""
        name = _NAME_CAPTION.match(line)
        if name is None:
            return False
        pair = " ".join(name["name"].split()[:2])
        found = self._told.find(pair)
        while found >= 0:
            end = found + len(pair)
            before, after = self._told[found - 1 : found], self._told[end : end + 1]
            if not (before.isalnum() or before == "-" or after.isalnum() or after == "-"):
                return True
            found = self._told.find(pair, end)
        return False
