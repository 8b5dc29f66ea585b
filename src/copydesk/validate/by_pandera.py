"""Tables judged by pandera: its models, derived from a `copydesk.contract.tables.Contract`.

A model is run on a `polars.DataFrame` only: pandera checks no values of a LazyFrame. What it says
of each row tells which rows are at fault, and its checks carry the rule and the message.
"""

from __future__ import annotations

import functools
import os
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from copydesk.contract.arrow import polars_schema
from copydesk.contract.checks import Check, checks, null
from copydesk.contract.columns import Table
from copydesk.contract.tables import CURRENT, Contract
from copydesk.errors import InputError

if TYPE_CHECKING:
    import pandera.polars as pa_pl


@functools.cache
def dtypes(table: str, contract: Contract) -> dict[str, pl.DataType]:
    """The polars types of a table's columns."""
    return polars_schema(table, contract)


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """One check that pandera found violated.

    Args:
        rule: the rule of `copydesk validate`.
        message: what is wrong, with ``{column}`` where a value of the row goes.
        rows: those at fault, with all columns that the judged frame has.
    """

    rule: str
    column: str
    message: str
    rows: pl.DataFrame


@functools.cache
def model(table: str, contract: Contract = CURRENT) -> pa_pl.DataFrameSchema:
    """The pandera model of a table; a check's name is a rule, its error a message."""
    pandera = _pandera()
    types = dtypes(table, contract)
    by_column: dict[str, list[Any]] = {}
    for check in checks(table, contract):
        by_column.setdefault(check.column, []).append(_as_pandera(pandera, check))
    found: pa_pl.DataFrameSchema = pandera.DataFrameSchema(
        {
            column.name: pandera.Column(
                types[column.name],
                checks=by_column.get(column.name, []),
                nullable=column.nullable,
                required=True,
            )
            for column in contract[table].columns
        },
        strict=True,
        ordered=False,
        name=table,
    )
    return found


def _as_pandera(pandera: Any, check: Check) -> Any:
    def holds(data: Any) -> pl.LazyFrame:
        frame: pl.LazyFrame = data.lazyframe.select(check.holds)
        return frame

    # Its examples are not shown: the rows are taken from what the check says of each.
    return pandera.Check(holds, name=check.rule, error=check.message, n_failure_cases=1)


def violations(
    table: str, frame: pl.DataFrame, contract: Contract = CURRENT
) -> list[Violation] | None:
    """What pandera finds in the rows of a table; None where columns are missing or mistyped.

    Args:
        frame: the table's columns, and any others, which are not judged.

    Raises:
        TypeError: ``frame`` is not a DataFrame.
        InputError: pandera is turned off.
        RuntimeError: a check could not be run.
    """
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("pandera checks no values of a LazyFrame; collect it first")
    refuse_if_off()
    from pandera.errors import SchemaErrors

    known = contract[table]
    far, near = _far_away(table, frame, contract)
    try:
        model(table, contract).validate(near.select(known.names), lazy=True)
    except SchemaErrors as errors:
        if any(error.reason_code.name in _OF_COLUMNS for error in errors.schema_errors):
            return None
        return far + [_violation(error, known, frame) for error in errors.schema_errors]
    return far


def _far_away(
    table: str, frame: pl.DataFrame, contract: Contract
) -> tuple[list[Violation], pl.DataFrame]:
    """Times that Python cannot hold, and the frame without them: pandera would panic at one."""
    found = []
    for check in checks(table, contract):
        kind = frame.schema.get(check.column)
        if isinstance(kind, pl.Datetime):
            rows = frame.filter(~check.holds)
            if rows.height:
                found.append(
                    Violation(
                        rule=check.rule, column=check.column, message=check.message, rows=rows
                    )
                )
                held = pl.when(check.holds).then(check.column).otherwise(pl.lit(0).cast(kind))
                frame = frame.with_columns(held.alias(check.column))
    return found, frame


_OF_COLUMNS: Final = ("COLUMN_NOT_IN_DATAFRAME", "COLUMN_NOT_IN_SCHEMA", "WRONG_DATATYPE")
"""Why pandera finds fault with a column as a whole, whatever it says of values beside."""


def _violation(error: Any, table: Table, frame: pl.DataFrame) -> Violation:
    from pandera.constants import CHECK_OUTPUT_KEY
    from pandera.errors import SchemaErrorReason

    if error.reason_code is SchemaErrorReason.DATAFRAME_CHECK:
        rule, message = error.check.name, error.check.error
        rows = frame.filter(~error.check_output[CHECK_OUTPUT_KEY])
    elif error.reason_code is SchemaErrorReason.SERIES_CONTAINS_NULLS:
        rule, message = null(table, error.schema.name)
        # pandera counts what is not a number as null; another check names it.
        rows = frame.filter(pl.col(error.schema.name).is_null())
    else:
        raise RuntimeError(f"pandera could not judge '{error.schema.name}': {error}")
    return Violation(rule=rule, column=error.schema.name, message=message, rows=rows)


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
