"""HTML pages: one base template, one style sheet, everything inside the page.

A page needs no network and, unless it says so, no JavaScript. Everything that is handed to a
template is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from copydesk.contract.labels import NEWS
from copydesk.pages.colours import label_style, letters
from copydesk.pages.filters import FILTERS

if TYPE_CHECKING:
    from jinja2 import Environment


def page(
    template: str,
    *,
    labels: Sequence[str] = (),
    colours: Mapping[str, str] = NEWS.colours,
    **values: Any,
) -> str:
    """A whole page by its template, with the values that the template names.

    Args:
        labels: the names of the labels that the page shows, in order.
        colours: their colours as ``#rrggbb``; see `copydesk.pages.colours.label_style`.
    """
    text = (
        _environment()
        .get_template(template)
        .render(
            labels=labels,
            letters=letters(labels),
            label_style=_label_style(tuple(labels), tuple(colours.items())),
            **values,
        )
    )
    return text.lstrip() + "\n"


@cache
def _label_style(labels: tuple[str, ...], colours: tuple[tuple[str, str], ...]) -> Any:
    from markupsafe import Markup

    return Markup(label_style(labels, dict(colours)))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    folder = files("copydesk.pages") / "html"
    script = (folder / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = Environment(
        loader=PackageLoader("copydesk.pages", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.filters["entry"] = _entry
    environment.tests["web"] = _is_web
    environment.globals.update(
        style=Markup((folder / "style.css").read_text(encoding="utf-8")),
        script=Markup(script),
        script_digest=digest,
    )
    return environment


def _entry(name: str) -> str:
    """An entry of a lexicon without the lexicon's name."""
    return name.rpartition("/")[2]


def _is_web(url: str) -> bool:
    """Whether a link may be made of it: ``javascript:`` is an address too."""
    return url.startswith(("https://", "http://"))
