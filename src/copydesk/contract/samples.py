"""One correct row of each table, derived from a contract; tests of the gate damage copies of it."""

from __future__ import annotations

import datetime
from typing import Any, Final

import pyarrow as pa

from copydesk.contract.columns import SENTENCE_ID, SHA256, SLUG, Column
from copydesk.contract.tables import CURRENT, Contract

_BY_PATTERN: Final = {SLUG: "canary", SENTENCE_ID: "canary.001", SHA256: "0" * 64}
_TIME: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def sample_row(table: str, contract: Contract = CURRENT) -> dict[str, Any]:
    """A row of a table that obeys every check; what may be null is null."""
    return {column.name: _value(column) for column in contract[table].columns}


def _value(column: Column) -> Any:
    if column.nullable:
        return None
    if column.choices:
        return column.choices[0]
    if column.pattern:
        # The only other pattern of a column that is never null is that of language tags.
        return _BY_PATTERN.get(column.pattern, "en")
    if column.is_date:
        return "2026-01-01"
    return _of_type(column.type, column.minimum or 0)


def _of_type(kind: pa.DataType, least: float = 0) -> Any:
    if pa.types.is_struct(kind):
        return {field.name: _of_type(field.type) for field in kind}
    if pa.types.is_list(kind):
        return []
    if pa.types.is_timestamp(kind):
        return _TIME
    if pa.types.is_boolean(kind):
        return False
    if pa.types.is_integer(kind):
        return int(least)
    return float(least) if pa.types.is_floating(kind) else "Cheep."
