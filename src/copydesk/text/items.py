"""Lists that are written in one line: "1. Bread 2. Milk", "• Bread • Milk"."""

from __future__ import annotations

import re
from typing import Final

from copydesk.text.language import Language
from copydesk.text.sentence_rules import rules

_ITEM: Final = re.compile(
    r"(?P<bullet>[•⁃▪●►‣])?\s?(?:(?P<count>\d{1,2}|[a-z])(?P<close>\.\)|[.)]))?"
)
"""What a list in one line begins with: "1.)", "a.", "•", "• 9."."""

ITEM_STARTS: Final = frozenset("0123456789abc•⁃▪●►‣")


def list_items(text: str, start: int, end: int, language: Language) -> list[tuple[int, int]]:
    """The items of a list that is written in one line, or the line as a whole.

    "1. Bread 2. Milk", "a) Bread b) Milk", "• Bread • Milk": the markers count up or repeat a
    bullet. What a semicolon or a comma joins is one sentence.
    """
    marker = _ITEM.match(text, start)
    if marker is None or not (marker["bullet"] or marker["close"]):
        return [(start, end)]
    starts = [start]
    if marker["bullet"]:
        found = text.find(marker["bullet"], marker.end(), end)
        while found >= 0:
            starts.append(found)
            found = text.find(marker["bullet"], found + 1, end)
    else:
        count, close = marker["count"], marker["close"]
        if close == "." and rules(language).ordinal_digits:
            return [(start, end)]
        position = marker.end()
        while True:
            count = str(int(count) + 1) if count.isdigit() else chr(ord(count) + 1)
            position = text.find(f" {count}{close} ", position, end)
            if position < 0 or text[position - 1] in ";,":
                break
            starts.append(position + 1)
            position += 1
    return list(
        zip(starts, [*(_before_blanks(text, first) for first in starts[1:]), end], strict=True)
    )


def _before_blanks(text: str, end: int) -> int:
    while text[end - 1].isspace():
        end -= 1
    return end
