"""Hard-wrapped text: lines that were broken at a column are joined to paragraphs again."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from copydesk.text.canonical import LINE_END

_WIDTH: Final = range(40, 101)
"""Columns at which text is commonly wrapped."""
_MIN_BREAKS: Final = 4
_SHARE: Final = 0.75
_STOPPED: Final = re.compile(r"[.!?…:][\"'”’»)\]]*$")
_NEW: Final = re.compile(
    r"[-–—•*·▪●►‣>|]\s|\(?\d{1,2}[.)]\s|[A-Z][A-Z .'-]{2,40}:\s|[QA]:\s|#{1,6}\s|(?:={3,}|-{3,})$"
)


def unwrap(text: str) -> tuple[str, int]:
    """Join lines that were broken at a column; any other text is returned unchanged.

    A text is wrapped if nearly all breaks between its lines are where the next word would not have
    fitted, and most of them in mid-sentence. Then a break is removed where that is so, or where the
    sentence goes on; blank lines, indents, list marks and short lines end a paragraph.

    Returns:
        The text, and how many line ends were removed.
    """
    lines = LINE_END.split(text)
    width = _width(lines)
    if width is None:
        return text, 0
    joined: list[str] = [lines[0]]
    removed = 0
    base = min((_indent(x) for x in lines if x.strip()), default=0)
    for before, line in pairwise(lines):
        if _goes_on(before, line, width, base):
            glue = (
                "" if re.search(r"\w-$", before.rstrip()) and line.lstrip()[:1].islower() else " "
            )
            joined[-1] = f"{joined[-1].rstrip()}{glue}{line.lstrip()}"
            removed += 1
        else:
            joined.append(line)
    return "\n".join(joined), removed


def _width(lines: list[str]) -> int | None:
    """The column at which a text is wrapped, or None if it is not."""
    breaks = [
        (a.rstrip(), b.split(None, 1)[0]) for a, b in pairwise(lines) if a.strip() and b.strip()
    ]
    if len(breaks) < _MIN_BREAKS:
        return None
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    # A stray long line (an address, a table) does not move the column.
    width = lengths[min(len(lengths) - 1, int(0.98 * len(lengths)))]
    if width not in _WIDTH:
        return None
    full = [a for a, word in breaks if len(a) + 1 + len(word) > width - 3 and len(a) <= width + 3]
    open_ended = [a for a in full if not _STOPPED.search(a)]
    if len(full) < _SHARE * len(breaks) - 2 and len(full) < 0.6 * len(breaks):
        return None
    return width if len(open_ended) >= max(_MIN_BREAKS - 1, 0.5 * len(full)) else None


def _goes_on(before: str, line: str, width: int, base: int) -> bool:
    left, right = before.rstrip(), line.strip()
    if not left or not right or _NEW.match(right) or _indent(line) > base + 1:
        return False
    if len(left) + 1 + len(right.split(None, 1)[0]) > width - 3:
        return True
    stopped = _STOPPED.search(left) is not None
    return not stopped and len(left) > 0.5 * width and (right[0].islower() or left.endswith(","))


def _indent(line: str) -> int:
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
