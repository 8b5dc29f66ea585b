"""Templates to pages; everything that comes from a release is escaped."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.agreement.page import figure, percent
from copydesk.contract.labels import MEANINGS

if TYPE_CHECKING:
    from jinja2 import Environment


def render(path: Path, *, page: str, **values: Any) -> None:
    """Write one page by the template of its kind, with the values that it names."""
    text = _environment().get_template(f"{page}.html.jinja").render(page=page, **values)
    path.write_text(text.lstrip() + "\n", encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    folder = files("copydesk.explore") / "templates"
    script = (folder / "explore.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = Environment(
        loader=PackageLoader("copydesk.explore"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        figure=figure, percent=percent, whole=_whole, many=_many, entry=_entry
    )
    environment.globals.update(
        style=Markup((folder / "explore.css").read_text(encoding="utf-8")),
        script=Markup(script),
        script_digest=digest,
        meanings=MEANINGS,
    )
    environment.tests["web"] = _is_web
    return environment


def _whole(number: int) -> str:
    return f"{number:,}"


def _many(number: int, one: str, several: str = "") -> str:
    """A number and what it counts: 1 article, 2,000 articles."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def _entry(name: str) -> str:
    """An entry of a lexicon without the lexicon's name."""
    return name.rpartition("/")[2]


def _is_web(url: str) -> bool:
    """Whether a link may be made of it: ``javascript:`` is an address too."""
    return url.startswith(("https://", "http://"))
