"""Markdown documents made by templates, and kept up to date while people write in them too.

    text = render("card.md.jinja", facts=known)
    keep(previous, text, where="README.md")    # our blocks anew, every other word as it was

Generated text is between two markers with the block's name. The rest of a document belongs to the
people who write it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from copydesk.errors import InputError
from copydesk.pages.filters import FILTERS

if TYPE_CHECKING:
    from jinja2 import Environment

_MARKER: Final = re.compile(r"^<!-- copydesk:(begin|end) ([A-Za-z0-9.+-]+) -->$", re.MULTILINE)


def render(template: str, **values: Any) -> str:
    """A document by its template, with the values that the template names."""
    text = _environment().get_template(template).render(**values).strip() + "\n"
    # A template may leave blank lines where it likes; a document has one between paragraphs.
    return re.sub(r"\n+(?=\n<!-- copydesk:end )", "", re.sub(r"\n{3,}", "\n\n", text))


def words(template: str) -> Any:
    """The macros of a template, as functions that return text."""
    return _environment().get_template(template).module


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("copydesk.pages", "markdown"),
        autoescape=False,  # Markdown, where "&" is an "&"
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    return environment


def wrap(name: str, body: str) -> str:
    """A block with its markers, without a final newline."""
    return f"<!-- copydesk:begin {name} -->\n{body.strip()}\n<!-- copydesk:end {name} -->"


def spans(text: str, *, where: str) -> dict[str, tuple[int, int]]:
    """Where each block is in a document, markers included.

    Raises:
        InputError: a block has no end or no beginning, is inside another, or is there twice.
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


def keep(previous: str, fresh: str, *, where: str, others: bool = False) -> str:
    """A document with the blocks of ``fresh`` and every other word of ``previous``.

    Args:
        previous: the document as it is; ``fresh`` is laid out whole if it is empty.
        fresh: the document as its template makes it now.
        others: whether blocks of ``previous`` that ``fresh`` does not have stay.

    Returns:
        ``previous`` with its blocks replaced; those without a place in it go to its end.

    Raises:
        InputError: the markers of ``previous`` do not pair.
    """
    if not previous.strip():
        return fresh
    blocks = {name: fresh[a:b] for name, (a, b) in spans(fresh, where=where).items()}
    places = spans(previous, where=where)
    text = previous
    for name, (start, end) in sorted(places.items(), key=lambda item: -item[1][0]):
        kept = text[start:end] if others else ""
        text = text[:start] + blocks.get(name, kept) + text[end:]
    missing = [block for name, block in blocks.items() if name not in places]
    return "\n\n".join([text.rstrip("\n"), *missing]) + "\n" if missing else text
