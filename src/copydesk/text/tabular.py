"""Lines of figures: rows of tables, scores and results of polls."""

from __future__ import annotations

import re
from typing import Final

from copydesk.text.wording import Wording

_DIGIT: Final = re.compile(r"\d")
_ASCII_DIGIT: Final = re.compile(r"[0-9]")
_ANOTHER_NUMBER: Final = re.compile(r"\D\d")
_LABEL: Final = re.compile(r"[A-Z][\w ]{1,24}:\s")
_SCORE: Final = re.compile(r"(?<![\d$£€])\d{1,3}\s?[-–:]\s?\d{1,3}(?![\d%])")
_SHARE: Final = re.compile(r"\d\s?(?:%|per\s?cent\b|percent\b)")
_CELLS: Final = re.compile(r"\t|\s\|\s|\s{3,}|;\s")
_ENTRY: Final = re.compile(r"[A-Z]{3,12}:\s")
"""How an entry of a live page begins: "GOAL: Sandby 2-1 Port Orrin"."""
_LONGEST: Final = 160


def is_figures(line: str, known: Wording) -> bool:
    """Whether a line is a row of a table, a score or the result of a poll.

    It has figures and names but no verb: "Sandby 2-1 Port Orrin", "Orr 46%, Lund 43%",
    "1. A. Orr 9.91; 2. B. Lund 9.97", "Sandby | 3 | 1".
    """
    if len(line) > _LONGEST:
        return False
    if line.count("|") >= 2 or line.count("\t") >= 2:
        return True
    number = (_ASCII_DIGIT if line.isascii() else _DIGIT).search(line)
    if number is None or (":" not in line and not _ANOTHER_NUMBER.search(line, number.end())):
        return False
    if _ENTRY.match(line):
        return False
    tokens = _LABEL.sub("", line.rstrip(".")).split()
    numbers = [token for token in tokens if _DIGIT.search(token)]
    cells = len(_CELLS.findall(line))
    words = [token for token in tokens if token[0].isalpha()]
    plain = [word.strip(".,;:()").lower() for word in words]
    if not words and len(tokens) < len(line.split()):
        return True
    if not words or (known.verbs and not known.verbs.telling.isdisjoint(plain)):
        return False
    named = sum(word[0].isupper() for word in words) >= 0.5 * len(words)
    if not named:
        return False
    if len(_SHARE.findall(line)) >= 2:
        return True
    if _SCORE.search(line) and len(tokens) <= 16:
        return len(words) <= 8
    return len(numbers) >= 2 and len(numbers) >= (0.25 if cells else 0.34) * len(tokens)
