"""A `Report` as text, JSON, SARIF, JUnit XML, GitHub annotations or an HTML page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from copydesk.errors import InputError
from copydesk.validate.report import Report
from copydesk.validate.reporters import github, html, json, junit, sarif, text

FORMATS: Final[dict[str, Callable[[Report], str]]] = {
    "text": text.render,
    "json": json.render,
    "sarif": sarif.render,
    "junit": junit.render,
    "github": github.render,
    "html": html.render,
}


def render(report: Report, format: str) -> str:
    """The report in one of `FORMATS`, as the content of a file.

    Raises:
        InputError: there is no such format.
    """
    if format not in FORMATS:
        raise InputError(f"There is no format '{format}'.", hint=f"Choose {', '.join(FORMATS)}.")
    return FORMATS[format](report)
