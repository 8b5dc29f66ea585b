"""Colours of labels: each scheme's own, made readable on light and on dark paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

Rgb = tuple[float, float, float]

PAPERS: Final = {"light": "#ffffff", "dark": "#15181c"}
INKS: Final = {"light": "#1c2126", "dark": "#e4e8ec"}
READABLE: Final = 4.5
"""The least contrast of text on its ground (WCAG 2.2, success criterion 1.4.3, level AA)."""

_LINES: Final = ("solid", "double", "wavy", "dotted", "dashed")
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*")
_OTHERS: Final = ("#0072b2", "#d55e00", "#cc79a7", "#009e73", "#e69f00", "#56b4e9", "#8c6d31")
"""For labels without a colour of their own; the first six are Okabe and Ito's."""


def label_style(names: Sequence[str], colours: Mapping[str, str]) -> str:
    """CSS that gives each label a class ``l-NAME`` with its colour, its grounds and its line.

    A checkbox of class ``c-NAME`` that is not checked takes the marks off the label's sentences.

    Args:
        colours: ``#rrggbb`` by label; a label without one takes the next of a palette.
    """
    light, dark, hidden = [], [], []
    for place, name in enumerate(names):
        # A name is written to the style sheet as it is; an invalid one gets no style.
        if not _NAME.fullmatch(name):
            continue
        colour = colours.get(name, _OTHERS[place % len(_OTHERS)])
        line = _LINES[place % len(_LINES)]
        light.append(f".l-{name}{{{_shades(colour, 'light')};--line:{line}}}")
        dark.append(f".l-{name}{{{_shades(colour, 'dark')}}}")
        hidden.append(f"body:has(.c-{name}:not(:checked)) .s.l-{name}>.t")
    unmarked = "{background:none;text-decoration:none;opacity:.55}"
    off = ",".join(hidden) + unmarked if hidden else ""
    return "\n".join([*light, off, "@media (prefers-color-scheme:dark){", *dark, "}", ""])


def shades(colour: str, mode: str) -> dict[str, str]:
    """A label's colours on ``light`` or ``dark`` paper.

    Returns:
        ``l``, the colour of its letter and its line, and of a ground under text of the paper's
        colour; ``tint`` and ``deep``, two grounds under text of the ink's colour.
    """
    paper, ink = _rgb(PAPERS[mode]), _rgb(INKS[mode])
    away: Rgb = (0.0, 0.0, 0.0) if mode == "light" else (255.0, 255.0, 255.0)
    strength = (0.14, 0.32) if mode == "light" else (0.24, 0.45)
    own = _rgb(colour)
    return {
        "l": _hex(_until(own, away, paper)),
        "tint": _hex(_until(_mix(paper, own, strength[0]), paper, ink)),
        "deep": _hex(_until(_mix(paper, own, strength[1]), paper, ink)),
    }


def _shades(colour: str, mode: str) -> str:
    return ";".join(f"--{name}:{value}" for name, value in shades(colour, mode).items())


def _until(colour: Rgb, towards: Rgb, against: Rgb) -> Rgb:
    """The colour, moved towards another in steps until it contrasts enough with a third."""
    moved = colour
    for step in range(21):
        moved = _mix(colour, towards, step / 20)
        if _contrast(moved, against) >= READABLE:
            break
    return moved


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours ``#rrggbb``, 1 to 21 (WCAG 2.2)."""
    return _contrast(_rgb(one), _rgb(other))


def _contrast(one: Rgb, other: Rgb) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Rgb) -> float:
    parts = (part / 255 for part in colour)
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    r, g, b = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return r, g, b


def _rgb(colour: str) -> Rgb:
    r, g, b = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return float(r), float(g), float(b)


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in colour)


def letters(names: Iterable[str]) -> dict[str, str]:
    """A letter or a few for each label, no two alike: the shortest beginnings that differ."""
    known = list(names)
    found: dict[str, str] = {}
    for name in known:
        length = next(
            (n for n in range(1, len(name)) if not _shared(name[:n], name, known)), len(name)
        )
        found[name] = name[:length].capitalize()
    return found


def _shared(start: str, name: str, names: Sequence[str]) -> bool:
    return any(other != name and other.startswith(start) for other in names)
