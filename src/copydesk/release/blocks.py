"""Documents that people and copydesk write together: ours between markers, theirs outside them."""

from __future__ import annotations

import re
from typing import Final

from copydesk.errors import InputError

_MARKER: Final = re.compile(r"^<!-- copydesk:(begin|end) ([A-Za-z0-9.-]+) -->$", re.MULTILINE)


def wrap(name: str, body: str) -> str:
    """A generated block with its markers, without a final newline."""
    return f"<!-- copydesk:begin {name} -->\n{body.strip()}\n<!-- copydesk:end {name} -->"


def spans(text: str, *, where: str) -> dict[str, tuple[int, int]]:
    """Where each block is in a document, markers included.

    Raises:
        InputError: a block is not ended, not begun, inside another, or there twice.
    """
    found: dict[str, tuple[int, int]] = {}
    open_at: re.Match[str] | None = None
    for marker in _MARKER.finditer(text):
        kind, name = marker.groups()
        if kind == "begin" and open_at is None and name not in found:
            open_at = marker
        elif kind == "end" and open_at is not None and open_at[2] == name:
            found[name] = (open_at.start(), marker.end())
            open_at = None
        else:
            raise _unpaired(text, marker, where)
    if open_at is not None:
        raise _unpaired(text, open_at, where)
    return found


def _unpaired(text: str, marker: re.Match[str], where: str) -> InputError:
    line = text.count("\n", 0, marker.start()) + 1
    return InputError(
        f"The marker '{marker[0]}' has no partner, or its block is there twice.",
        where=f"{where}:{line}",
        hint="Each block begins and ends once, and none is inside another.",
    )


def fill(text: str, bodies: dict[str, str], *, where: str) -> str:
    """Put the blocks in their places in a document; those without a place go to its end.

    Raises:
        InputError: the markers do not pair.
    """
    places = spans(text, where=where)
    for name, (start, end) in sorted(places.items(), key=lambda item: -item[1][0]):
        if name in bodies:
            text = text[:start] + wrap(name, bodies[name]) + text[end:]
    missing = [wrap(name, body) for name, body in bodies.items() if name not in places]
    return "\n\n".join([text.rstrip("\n"), *missing]) + "\n" if missing else text
