"""How numbers and lists are written in all documents and pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final


def whole(number: int) -> str:
    """A count with thousands apart: 1,038."""
    return f"{number:,}"


def many(number: int, one: str, several: str = "") -> str:
    """A count and what it counts: 1 article, 2,000 articles."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def figure(value: float | None) -> str:
    """A coefficient with three decimals and a true minus; a dash where it is not defined."""
    return "–" if value is None else f"{value:.3f}".replace("-", "−")


def rounded(value: float | None) -> str:
    """A coefficient with two decimals; a dash where it is not defined."""
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def percent(value: float | None) -> str:
    """A share from 0 to 1 as a percentage with one decimal; a dash where it is not defined."""
    return "–" if value is None else f"{100 * value:.1f} %".replace("-", "−")


def listed(names: Iterable[str]) -> str:
    """A, b and c."""
    found: Sequence[str] = list(names)
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def coded(names: Iterable[str]) -> list[str]:
    """Each name as code in Markdown."""
    return [f"`{name}`" for name in names]


def cell(value: object) -> str:
    """A value inside a Markdown table."""
    return str(value).replace("|", "\\|").replace("\n", " ")


def line(text: str) -> str:
    """Text as one line, so that a template may break it anywhere."""
    return " ".join(text.split())


def plain(markdown: str) -> str:
    """A sentence without the marks of Markdown, as one line."""
    return line(markdown.replace("**", "").replace("`", ""))


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (whole, many, figure, rounded, percent, listed, coded, cell, line, plain)
}
