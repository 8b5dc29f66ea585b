"""Level 2: every document obeys its JSON Schema, every value its column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import polars as pl

from copydesk.contract.tables import Contract
from copydesk.errors import InputError
from copydesk.text import canonical
from copydesk.validate import by_pandera
from copydesk.validate.faults import Fault, Found, rows_at_fault
from copydesk.validate.rules import check, rule
from copydesk.validate.untrusted_json import check_document
from copydesk.validate.untrusted_release import MANIFEST, Release

_SUSPICIOUS: Final = (
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
    r"|^\s|\s$|\s\n|\n\n"
)
"""Matches all that canonical form forbids, and some of what it allows: `canonical` decides."""

_LINES: Final = ("title", "outlet", "attribution")
"""Columns of articles that are shown as one line."""

_HIDDEN: Final = "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
"""Matches what ends a line, turns it, or drives a terminal."""


@check("release")
@rule(
    "schema-violation",
    level=2,
    meaning="Every JSON document conforms to its JSON Schema, including formats.",
    fix="Fix the value that the pointer names; the schema is in schema/.",
)
def manifest(release: Release) -> Iterator[Found]:
    """``release.json`` against its schema."""
    if release.manifest:
        yield from check_document(dict(release.manifest), "release", MANIFEST)
        for name in ("counts", "files"):
            for pointer, number in _with_a_point(release.manifest.get(name), f"/{name}"):
                message = f"{number} must be written as an integer, without a decimal point."
                yield Fault(
                    rule="schema-violation", message=message, file=MANIFEST, pointer=pointer
                )


def _with_a_point(value: object, pointer: str) -> Iterator[tuple[str, float]]:
    """The floats of a part of a document; to JSON Schema, 5.0 is an integer."""
    if isinstance(value, float):
        yield pointer, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _with_a_point(part, f"{pointer}/{key}")
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _with_a_point(part, f"{pointer}/{place}")


@check("release")
@rule(
    "value-null",
    level=2,
    meaning="No value is null where the contract requires one.",
    fix="Fill the value in the source, and cut the release again.",
)
@rule(
    "value-out-of-range",
    level=2,
    meaning="Every value is in its column's range, or is one of its choices.",
    fix="Fix the value in the source, and cut the release again.",
)
@rule(
    "label-unknown",
    level=2,
    meaning="Every label is the index of one of the labels; -1 is not a label.",
    fix="Give the sentence one of the labels of schema/labels.json.",
)
@rule(
    "label-unresolved",
    level=3,
    meaning="Every sentence of a release has a decided label.",
    fix="Decide it with 'copydesk round adjudicate', and cut the release again.",
)
@rule(
    "id-malformed",
    level=2,
    waivable=False,
    meaning="Every id and hash has the format that the contract specifies.",
    fix="Fix the id in the source, and cut the release again.",
)
def values(release: Release) -> Iterator[Found]:
    """Every table against its pandera model."""
    for table in release.contract.tables:
        yield from _values(table, release.files(table), release.contract)


def _values(table: str, frames: Iterable[pl.DataFrame], contract: Contract) -> Iterator[Found]:
    columns = contract[table].names
    for frame in frames:
        if not set(columns) <= set(frame.columns):
            continue
        for found in by_pandera.violations(table, frame, contract) or ():
            yield from rows_at_fault(
                found.rule, found.rows, found.message, contract[table].key, f"/{found.column}"
            )


@check("release", needs=("articles",), in_shares=True)
@rule(
    "text-not-canonical",
    level=2,
    meaning="Every text is in canonical form: NFC, one paragraph a line, no control characters.",
    fix="Run 'copydesk ingest' on the text again, and cut the release again.",
)
def texts(release: Release) -> Iterator[Found]:
    """Every article's text in canonical form; a sentence of one is a stretch of it.

    Title, outlet and credit are shown as one line, and show all that they say.
    """
    for name in _LINES:
        odd = release.table("articles").filter(pl.col(name).str.contains(_HIDDEN))
        message = f"Its {name} has a control character, or one that ends or turns the line."
        yield from rows_at_fault("text-not-canonical", odd, message, "article_id", f"/{name}")
    given = release.table("articles").filter(pl.col("text").is_not_null())
    text = pl.col("text")
    odd = given.filter(text.str.contains(_SUSPICIOUS) | (text.str.normalize("NFC") != text))
    for row in odd.iter_rows(named=True):
        reason = _not_canonical(row["text"])
        if reason:
            yield Fault(
                rule="text-not-canonical",
                message=f"The text is not in canonical form: {reason}",
                file=str(row["_file"]),
                row=row["_row"],
                record=str(row["article_id"]),
                pointer="/text",
            )


def _not_canonical(text: str) -> str:
    try:
        form = canonical(text)
    except InputError as error:
        return f"{error.where}: {error.message}" if error.where else error.message
    if form == text:
        return ""
    pairs = zip(text, form, strict=False)
    place = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(text), len(form)))
    return f"it differs from its canonical form at code point {place}."
