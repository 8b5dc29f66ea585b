"""Text that was encoded twice: UTF-8 that somebody read as Windows-1252 and saved as UTF-8 again.

"It’s" becomes "Itâ€™s", "café" "cafÃ©". The bytes show it: each stretch of letters beyond ASCII,
written in Windows-1252, is UTF-8 for other characters of ordinary text.
"""

from __future__ import annotations

import re
from typing import Final

_RUN: Final = re.compile(r"[^\x00-\x7f]{1,400}")
_SIGNS: Final = re.compile("[Â-ô][^\x00-\x7f]")
_LATIN: Final = re.compile(
    "[\u00a0-\u017f\u0192\u02c6\u02dc\u2010-\u2044\u20ac\u2122\u2190-\u2193\u2212\u25cf\ufeff"
    "\x81\x8d\x8f\x90\x9d]+"
)
_OTHER: Final = re.compile(
    "(?:[\u0370-\u052f]{2}|[\u3000-\u30ff\u4e00-\u9fff]|[\U0001f000-\U0001faff])+.?"
)
_AS_CONTROLS: Final = {code: chr(code) for code in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
"""The bytes that Windows-1252 leaves undefined: programs read them as control characters."""
_TIMES_AT_MOST: Final = 3
_LEAST: Final = 2


def repaired(text: str) -> tuple[str, int]:
    """A text as it was before it was encoded twice, and how many stretches of it were repaired.

    It is returned unchanged unless at least half of its stretches beyond ASCII are repaired, and
    more than one of them or one that no language writes ("â€™", "Ã©", "Â£").
    """
    count = 0
    for _ in range(_TIMES_AT_MOST):
        if not _SIGNS.search(text):
            break
        text, found = _once(text)
        if not found:
            break
        count = max(count, found)
    return text, count


def _once(text: str) -> tuple[str, int]:
    runs = _RUN.findall(text)
    good = {run: whole for run in set(runs) if (whole := _reversed(run)) is not None}
    found = sum(run in good for run in runs)
    telling = any(run[0] in "âÃÂð" for run in good)
    if not found or 2 * found < len(runs) or (found < _LEAST and not telling):
        return text, 0
    return _RUN.sub(lambda match: good.get(match.group(), match.group()), text), found


def _reversed(run: str) -> str | None:
    """What a stretch was before, if it is what reading UTF-8 as Windows-1252 makes of it."""
    try:
        data = b"".join(
            bytes([ord(character)])
            if ord(character) in _AS_CONTROLS
            else character.encode("windows-1252")
            for character in run
        )
        whole = data.decode("utf-8")
    except UnicodeError:
        return None
    return whole if _LATIN.fullmatch(whole) or _OTHER.fullmatch(whole) else None
