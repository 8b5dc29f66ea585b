"""What nonsense costs: processor time grows with the length of a text, and no faster."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest

from copydesk.text import Piece, attributions, quotations, segment, suggest

PATTERNS = [
    *("said he may ", "“", "”", "“a” ", "‘a’ ", "“a” he said, ", "said: “a, ", "(a ", "reply "),
    *("also ", "to ", "who said ", "and said ", "the mayor, ", "Ann Orr, ", "claims that ", "of "),
    *("his claim that ", "was told by ", "Orr says Lund thinks Hale claims ", ", saying ", "may "),
    *("said “a” and “b” ", "call it “a” as “b” ", "asked him to ", "would not be ", "expected a "),
    *(
        "“A.” Ann said. ",
        "“A?” Ann asked ",
        "“A\n",
        "Q: a\n",
        "said:\n",
        "“a” – Ann Orr\n",
        "- A: “x” ",
    ),
]
Finds = Callable[[str, Sequence[Piece]], object]


def seconds(find: Finds, text: str) -> float:
    """Least processor time of three runs."""
    pieces = segment(text) if "\n" in text else [Piece(0, len(text), "body", True)]
    times = []
    for _ in range(3):
        start = time.process_time()
        find(text, pieces)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("find", [quotations, attributions, suggest])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_time_grows_with_the_length(find: Finds, pattern: str) -> None:
    """Four times the text takes less than eight times as long: sixteen would be quadratic."""
    short, long = (pattern * count for count in (300, 1200))
    assert seconds(find, long.strip()) < 8 * seconds(find, short.strip()) + 0.02
