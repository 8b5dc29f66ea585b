"""pandera models of the tables, derived from a `copydesk.contract.tables.Contract`.

A model is run on a `polars.DataFrame` only: pandera checks no values of a LazyFrame. The same
expressions that pandera runs (`copydesk.contract.checks`) then find the rows at fault, so that a
million faults cost no more than a count.
"""

from __future__ import annotations

import functools
import os
import warnings
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from copydesk.contract.arrow import polars_schema
from copydesk.contract.checks import Check, checks
from copydesk.contract.columns import Column
from copydesk.contract.tables import CURRENT, Contract
from copydesk.errors import InputError

if TYPE_CHECKING:
    import pandera.polars as pa_pl


@functools.cache
def dtypes(table: str, contract: Contract = CURRENT) -> dict[str, pl.DataType]:
    """The polars types of a table's columns."""
    return polars_schema(table, contract)


@functools.cache
def model(table: str, contract: Contract = CURRENT) -> pa_pl.DataFrameSchema:
    """The pandera model of a table."""
    pandera = _pandera()
    types, columns = dtypes(table, contract), contract[table].columns
    by_column: dict[str, list[Any]] = {}
    for check in checks(table, contract):
        if check.rule != "value-null" or not _by_pandera(columns, check.column):
            by_column.setdefault(check.column, []).append(_as_pandera(pandera, check))
    found: pa_pl.DataFrameSchema = pandera.DataFrameSchema(
        {
            column.name: pandera.Column(
                types[column.name],
                checks=by_column.get(column.name, []),
                nullable=column.nullable,
                required=True,
            )
            for column in columns
        },
        strict=True,
        ordered=False,
        name=table,
    )
    return found


def _by_pandera(columns: tuple[Column, ...], name: str) -> bool:
    """Whether pandera itself finds every null that may not stand in the column."""
    column = next(column for column in columns if column.name == name)
    return not column.nullable and not pa.types.is_nested(column.type)


def _as_pandera(pandera: Any, check: Check) -> Any:
    def holds(data: Any) -> pl.LazyFrame:
        frame: pl.LazyFrame = data.lazyframe.select(check.holds.fill_null(True))
        return frame

    return pandera.Check(holds, name=check.rule, error=check.rule, n_failure_cases=1)


def violated(table: str, frame: pl.DataFrame, contract: Contract = CURRENT) -> list[Check] | None:
    """The checks that pandera says fail; None where columns are missing or of another type.

    Raises:
        TypeError: ``frame`` is not a DataFrame.
        InputError: pandera is turned off.
    """
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("pandera checks no values of a LazyFrame; collect it first")
    refuse_if_off()
    from pandera.errors import SchemaErrorReason, SchemaErrors

    try:
        model(table, contract).validate(frame, lazy=True)
    except SchemaErrors as errors:
        failed = []
        for error in errors.schema_errors:
            if error.reason_code in (
                SchemaErrorReason.SERIES_CONTAINS_NULLS,
                SchemaErrorReason.DATAFRAME_CHECK,
            ):
                failed.append(error)
            else:
                return None
        return _failed_checks(checks(table, contract), failed)
    return []


def _failed_checks(known: tuple[Check, ...], errors: list[Any]) -> list[Check]:
    named = {(error.schema.name, getattr(error.check, "name", None)) for error in errors}
    nulls = {column for column, rule in named if rule is None}
    return [
        check
        for check in known
        if (check.column, check.rule) in named
        or (check.column in nulls and check.rule in ("value-null", "label-unresolved"))
    ]


def refuse_if_off() -> None:
    """Refuse to go on while the environment turns pandera off.

    Raises:
        InputError: ``PANDERA_VALIDATION_ENABLED`` is false, or pandera was told so in code.
    """
    _pandera()
    from pandera.config import get_config_context

    config = get_config_context()
    depth = os.environ.get("PANDERA_VALIDATION_DEPTH", "SCHEMA_AND_DATA")
    if not config.validation_enabled or depth != "SCHEMA_AND_DATA":
        raise InputError(
            "pandera is turned off or set to look at no values, so nothing would be found.",
            where="PANDERA_VALIDATION_ENABLED",
            hint="Unset PANDERA_VALIDATION_ENABLED and PANDERA_VALIDATION_DEPTH, and run again.",
        )


@functools.cache
def _pandera() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandera.polars
    return pandera.polars
