"""Whether an article's text may be given, by its licence and the corpus's allow-list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from copydesk.errors import InputError

OPEN_LICENCES = (
    "CC-BY-2.0",
    "CC-BY-2.5",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-SA-2.5",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC-PDDC",
    "CC0-1.0",
    "OGL-UK-3.0",
    "PDDL-1.0",
)
"""SPDX ids that a new corpus allows: each lets anyone pass the text on, also for money."""


_NAMES_NOBODY = ("CC0", "PDDL", "CC-PDDC")


def wants_attribution(licence: str) -> bool:
    """Whether a licence of `OPEN_LICENCES` lets a text be given only where somebody is named."""
    return not licence.startswith(_NAMES_NOBODY)


def names_somebody(attribution: str | None) -> bool:
    """Whether a credit can be read: blanks and marks that are not shown name nobody."""
    return any(map(str.isalnum, attribution or ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """Whose text a corpus may give.

    Args:
        allow: SPDX ids under which text is given.
        withhold: collections whose text is withheld in spite of their licence.
        send: whether text that is withheld may be sent to a model at an endpoint.
        train: whether a suggester may be trained on text that is withheld.
    """

    allow: Collection[str] = OPEN_LICENCES
    withhold: Collection[str] = ()
    send: bool = False
    train: bool = False

    def gives(self, licence: str | None, collection: str) -> bool:
        """Whether text under this licence, in this collection, is in a release."""
        return licence is not None and licence in self.allow and collection not in self.withhold


def spdx(licence: str | None) -> str | None:
    """The licence as SPDX writes it; None (no licence) stays None.

    Raises:
        InputError: the licence is not an SPDX identifier or expression.
    """
    if licence is None:
        return None
    try:
        return str(canonicalize_license_expression(licence))
    except InvalidLicenseExpression as error:
        raise InputError(
            f"'{licence}' is not an SPDX licence identifier.",
            hint="Write one such as CC-BY-4.0 (see spdx.org/licenses), or null if there is none.",
        ) from error
