"""``CITATION.cff`` in step with the newest release (Citation File Format 1.2.0).

write_citation(path, release)      # sets version, date and DOI, keeps every other line
render(contents, previous=text)    # pure; equal to ``previous`` if that is in step
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

import yaml

from copydesk.errors import InputError
from copydesk.files import atomic_write
from copydesk.plain_yaml import read_yaml
from copydesk.release.contents import Contents
from copydesk.release.facts import Facts, facts

_KEPT_IN_STEP: Final = ("version", "date-released")


def write_citation(
    path: Path, release: Path | Contents, *, doi: str | None = None, others: Collection[str] = ()
) -> None:
    """Bring a citation file in step with a release; a new one is written if there is none.

    Args:
        doi: of the release.
        others: DOIs of other releases, which do not stay.

    Raises:
        InputError: the file is not a YAML mapping; it is as it was.
    """
    previous = path.read_text(encoding="utf-8") if path.is_file() else ""
    text = render(Contents.at(release), previous=previous, doi=doi, others=others)
    atomic_write(path, text)


def render(
    contents: Contents, *, previous: str = "", doi: str | None = None, others: Collection[str] = ()
) -> str:
    """The citation file of a release. Pure.

    Args:
        previous: the file as it is; comments and other keys in it stay.
        doi, others: see `write_citation`.

    Raises:
        InputError: it is not a YAML mapping.
    """
    values = {"version": contents.version, "date-released": contents.manifest["created"][:10]}
    if not previous.strip():
        return _new(facts(contents), values | ({"doi": doi} if doi else {}))
    try:
        document = read_yaml(previous)
    except yaml.YAMLError as error:
        raise InputError(f"This file is not YAML: {error}.", where="CITATION.cff") from error
    if not isinstance(document, dict):
        raise InputError("This file is not a YAML mapping.", where="CITATION.cff")
    text = previous if previous.endswith("\n") else f"{previous}\n"
    for name in _KEPT_IN_STEP:
        line = f'{name}: "{values[name]}"'
        text, found = re.subn(rf"^{name}:.*$", line, text, count=1, flags=re.MULTILINE)
        text = text if found else f"{text}{line}\n"
    return _with_doi(text, document.get("doi"), doi, others)


def _with_doi(text: str, stated: object, doi: str | None, others: Collection[str]) -> str:
    """The file with its release's DOI. One that a person wrote stays if the release has none."""
    if doi is None and stated not in others:
        return text
    text = re.sub(r"^doi:.*\n", "", text, flags=re.MULTILINE)
    return f'{text}doi: "{doi}"\n' if doi else text


def _new(known: Facts, values: dict[str, str]) -> str:
    document = {
        "cff-version": "1.2.0",
        "message": "Please cite this data set with the version that you used.",
        "type": "dataset",
        "title": known.title,
        "authors": [{"name": name} for name in known.cited],
        **({"license": known.licence} if known.licence else {}),
        **({"url": known.homepage} if known.homepage else {}),
    }
    head = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return head + "".join(f'{name}: "{value}"\n' for name, value in values.items())
