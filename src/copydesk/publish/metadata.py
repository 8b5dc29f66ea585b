"""A deposit's metadata about a release: the fields of Zenodo, from ``CITATION.cff``."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from copydesk.errors import InputError
from copydesk.plain_yaml import read_yaml

_CITATION: Final = "CITATION.cff"
_COMPARED: Final = ("title", "upload_type", "version", "publication_date")


def read_citation(text: str) -> dict[str, Any]:
    """The content of a citation file.

    Raises:
        InputError: it is not a YAML mapping.
    """
    try:
        document = read_yaml(text)
    except yaml.YAMLError as error:
        raise InputError(f"This file is not YAML: {error}.", where=_CITATION) from error
    if not isinstance(document, dict):
        raise InputError("This file is not a YAML mapping.", where=_CITATION)
    return document


def mark_of(corpus: str) -> str:
    """The notes of every deposit of a corpus."""
    return f"of the corpus {corpus}, made with copydesk."


def mark(corpus: str, version: str) -> str:
    """The notes of the deposit of a release, by which it is found again."""
    return f"Release {version} {mark_of(corpus)}"


def metadata(
    citation: Mapping[str, Any], *, corpus: str, version: str, date: str
) -> dict[str, Any]:
    """The metadata of a deposit.

    Args:
        citation: see `read_citation`.
        corpus: the corpus's name.
        date: on which the release was made, YYYY-MM-DD.

    Raises:
        InputError: the citation lacks a title or authors.
    """
    title, authors = citation.get("title"), citation.get("authors")
    if not title or not isinstance(authors, list) or not authors:
        raise InputError("The citation has no title or no authors.", where=_CITATION)
    licences = citation.get("license")
    first = licences[0] if isinstance(licences, list) and licences else licences
    words = citation.get("keywords")
    about = [
        str(citation.get("abstract") or title),
        "The zip holds the release with its card (README.md), which says what is in it, who "
        "labelled it, and under which licence each part is.",
    ]
    return {
        "title": str(title),
        "upload_type": "dataset",
        "access_right": "open",
        "description": "".join(f"<p>{html.escape(' '.join(part.split()))}</p>" for part in about),
        "creators": [_creator(author) for author in authors],
        "version": version,
        "publication_date": date,
        "notes": mark(corpus, version),
        **({"license": str(first).lower()} if first else {}),
        **({"keywords": [str(word) for word in words]} if isinstance(words, list) else {}),
    }


def _creator(author: Any) -> dict[str, str]:
    """An author of a citation file as Zenodo names one: "Family, Given"."""
    if not isinstance(author, dict):
        raise InputError(f"'{author}' is not an author.", where=_CITATION)
    family = " ".join(
        str(author[k]) for k in ("name-particle", "family-names", "name-suffix") if author.get(k)
    )
    names = [family, str(author.get("given-names") or "")]
    name = str(author.get("name") or ", ".join(filter(None, names)))
    if not name:
        raise InputError("An author has no name.", where=_CITATION)
    orcid = str(author.get("orcid") or "").rpartition("/")[2]
    place = author.get("affiliation")
    return {
        "name": name,
        **({"affiliation": str(place)} if place else {}),
        **({"orcid": orcid} if orcid else {}),
    }


def unlike(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """The fields in which an archive's metadata differ from those that it was given."""
    fields = [key for key in _COMPARED if found.get(key) != wanted[key]]
    return fields + ["creators"] * (_names(found.get("creators")) != _names(wanted["creators"]))


def _names(creators: Any) -> list[str] | None:
    if not isinstance(creators, Sequence):
        return None
    return [str(one.get("name")) if isinstance(one, dict) else "" for one in creators]
