"""The canary: tables that are known to be bad, on which the gate must fail before it is trusted."""

from __future__ import annotations

from typing import Final

import polars as pl

from copydesk.contract.samples import sample_row
from copydesk.contract.tables import CURRENT
from copydesk.errors import IntegrityError
from copydesk.validate import by_pandera

EXPECTED: Final = {
    ("id-malformed", "sentence_id"),
    ("value-out-of-range", "index"),
    ("label-unknown", "label"),
    ("value-null", "article_id"),
}
"""What pandera must find in the canary: rule and column."""


def canary() -> pl.DataFrame:
    """Rows of `sentences` with a bad id, a bad number, the label -1 and a null."""
    good = sample_row("sentences", CURRENT)
    bad = [good, good | {"sentence_id": "Canary 2", "index": 0}, good | {"label": -1}]
    rows = [*bad, good | {"article_id": None}]
    return pl.DataFrame(rows, schema=by_pandera.dtypes("sentences", CURRENT))


def prove_gate() -> None:
    """Fail unless the models find every fault of the canary.

    Raises:
        InputError: pandera is turned off.
        IntegrityError: pandera is on, but passes a bad table.
    """
    by_pandera.refuse_if_off()
    frame = canary()
    failed = by_pandera.violations("sentences", frame) or []
    found = {(violation.rule, violation.column) for violation in failed}
    if found != EXPECTED:
        missed = ", ".join(f"{rule} of {column}" for rule, column in sorted(EXPECTED ^ found))
        raise IntegrityError(
            f"The gate does not work: it passed or misread a known-bad table ({missed}).",
            hint="Reinstall copydesk and pandera; do not trust this installation.",
        )
