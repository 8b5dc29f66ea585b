"""DOIs, always kept bare: ``10.5281/zenodo.123``, without ``doi:`` or the address of a resolver."""

from __future__ import annotations

import re
from typing import Final

from copydesk.errors import InputError

# Crossref's pattern for modern DOIs (https://www.crossref.org/blog/dois-and-matching-regular-expressions/).
_DOI: Final = re.compile(r"10\.[0-9]{4,9}/[-._;()/:A-Za-z0-9]+")
_AROUND: Final = re.compile(r"(https?://(dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)

RESOLVER: Final = "https://doi.org/"

_TEST: Final = "10.5072/"
"""The prefix that DataCite keeps for trials; Zenodo's sandbox gives such DOIs."""


def is_doi(value: object) -> bool:
    """Whether a value is a bare DOI."""
    return isinstance(value, str) and bool(_DOI.fullmatch(value))


def is_trial(doi: str) -> bool:
    """Whether a DOI is one of those kept for trials, which no resolver knows."""
    return doi.startswith(_TEST)


def bare(text: str) -> str:
    """The bare DOI that a person wrote, with or without a resolver's address before it.

    Raises:
        InputError: it is not a DOI, or one of those kept for trials.
    """
    found = text.strip()
    before = _AROUND.match(found)
    found = found[before.end() :] if before else found
    if not is_doi(found):
        raise InputError(f"'{text}' is not a DOI.", hint="Write it like 10.5281/zenodo.1234567.")
    if is_trial(found):
        raise InputError(
            f"'{found}' is a DOI for trials, which nobody can follow.",
            hint="Reserve one at the archive itself, not at its sandbox.",
        )
    return found


def address(doi: str) -> str:
    """Where a DOI leads."""
    return f"{RESOLVER}{doi}"
