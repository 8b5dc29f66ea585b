"""pandera models of the tables, derived from `copydesk.contract.tables.TABLES`.

A model is run on a `polars.DataFrame` only: pandera checks no values of a LazyFrame. The same
expressions that pandera runs then find the rows at fault, so that a million faults cost no more
than a count.
"""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pyarrow as pa

from copydesk.contract.labels import LABELS
from copydesk.contract.tables import TABLES, UNIT_ZONES, ZONES, Column, arrow_schema
from copydesk.errors import InputError

if TYPE_CHECKING:
    import pandera.polars as pa_pl

FORMATS: Final = {
    "language": r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
    "url": r"^[a-z][a-z0-9+.-]*://[^\s]+$",
}
"""How columns are written that hold no id."""

_ID_ENDS: Final = ("_id", "sha256")


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check of one table.

    Args:
        rule: the rule that a row violates where ``holds`` is false.
        column: where the fault is; the message shows its value.
        holds: true, or null, for a row without fault.
        message: what is wrong, with ``{column}`` where a value of the row goes.
    """

    rule: str
    column: str
    holds: pl.Expr
    message: str


@functools.cache
def checks(table: str) -> tuple[Check, ...]:
    """The checks of a table's values, column by column."""
    found: list[Check] = []
    for column in TABLES[table]:
        found += _null(column, table)
        found += _range(column)
        found += _pattern(column)
        found += _date(column)
        found += _nested(column)
    if {"start", "end"} <= {column.name for column in TABLES[table]}:
        holds = pl.col("end") > pl.col("start")
        message = "'end' is {end}, which is not after 'start', {start}."
        found.append(Check(rule="value-out-of-range", column="end", holds=holds, message=message))
    return tuple(found)


def _null(column: Column, table: str) -> Iterator[Check]:
    if column.nullable:
        return
    undecided = column.is_label and table != "annotations"
    message = "The sentence has no label." if undecided else f"'{column.name}' is null."
    rule = "label-unresolved" if undecided else "value-null"
    yield Check(
        rule=rule, column=column.name, holds=pl.col(column.name).is_not_null(), message=message
    )


def _range(column: Column) -> Iterator[Check]:
    name, value = column.name, pl.col(column.name)

    def out(holds: pl.Expr, what: str) -> Check:
        message = f"'{name}' is {{{name}}}, {what}."
        return Check(rule="value-out-of-range", column=name, holds=holds, message=message)

    if column.is_label:
        known = f"which is none of 0 to {len(LABELS) - 1} ({', '.join(LABELS)})"
        message = f"'label' is {{label}}, {known}."
        holds = value.is_between(0, len(LABELS) - 1)
        yield Check(rule="label-unknown", column=name, holds=holds, message=message)
    if column.minimum is not None:
        yield out(value >= column.minimum, f"which is less than {column.minimum:g}")
    if column.maximum is not None:
        yield out(value <= column.maximum, f"which is more than {column.maximum:g}")
    if pa.types.is_floating(column.type):
        yield out(value.is_finite(), "which is no number")
    if column.choices:
        known = ", ".join(column.choices)
        allowed = [*column.choices, "unresolved"] if name == "label_source" else column.choices
        yield out(value.is_in(list(allowed)), f"which is none of {known}")
    if name == "label_source":
        yield Check(
            rule="label-unresolved",
            column=name,
            holds=value != "unresolved",
            message="The sentence's label is unresolved.",
        )
    if pa.types.is_string(column.type) and not column.choices and not column.pattern:
        yield out(value.str.len_bytes() > 0, "which is empty")


def _pattern(column: Column) -> Iterator[Check]:
    pattern = column.pattern or FORMATS.get(column.name)
    if pattern is None:
        return
    # Rust's `$` is the end of the text; Python's would allow a line feed before it.
    holds = pl.col(column.name).str.contains(pattern)
    is_id = column.pattern is not None or column.name.endswith(_ID_ENDS)
    rule = "id-malformed" if is_id else "value-out-of-range"
    message = f"'{column.name}' is '{{{column.name}}}', which does not match {_literal(pattern)}."
    yield Check(rule=rule, column=column.name, holds=holds, message=message)


def _date(column: Column) -> Iterator[Check]:
    if column.name != "published":
        return
    value = pl.col("published")
    real = value.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    # Whoever reads dates by their digits is not served by 2026-1-2, which would be read too.
    holds = value.is_null() | (real & (value.str.len_bytes() == 10))
    message = "'published' is '{published}', which is no date (YYYY-MM-DD)."
    yield Check(rule="value-out-of-range", column="published", holds=holds, message=message)


def _literal(pattern: str) -> str:
    return pattern.replace("{", "{{").replace("}", "}}")


def _nested(column: Column) -> Iterator[Check]:
    """Checks inside structs and lists: no null, offsets in order, known zones."""
    inner = column.type.value_type if pa.types.is_list(column.type) else column.type
    if not (pa.types.is_struct(inner) or pa.types.is_list(column.type)):
        return
    for rule, message, test in _struct_tests(inner):
        if pa.types.is_list(column.type):
            wrong = pl.col(column.name).list.eval(test(pl.element())).list.any()
        else:
            wrong = pl.col(column.name).is_not_null() & test(pl.col(column.name))
        yield Check(
            rule=rule, column=column.name, holds=~wrong, message=f"'{column.name}' {message}."
        )


Test = Callable[[pl.Expr], pl.Expr]


def _struct_tests(kind: pa.DataType) -> Iterator[tuple[str, str, Test]]:
    if not pa.types.is_struct(kind):
        yield "value-null", "holds a null", lambda item: item.is_null()
        return
    names = [field.name for field in kind]
    needed = [name for name in names if not (name == "text" and "start" in names)]

    def null(item: pl.Expr) -> pl.Expr:
        return pl.any_horizontal(
            item.is_null(), *(item.struct.field(name).is_null() for name in needed)
        )

    yield "value-null", f"holds a null in {', '.join(needed)}", null
    if "start" in names:

        def disordered(item: pl.Expr) -> pl.Expr:
            start, end = item.struct.field("start"), item.struct.field("end")
            return (start < 0) | (end <= start)

        yield "value-out-of-range", "holds offsets that name no stretch of text", disordered
    if "zone" in names:

        def unknown(item: pl.Expr) -> pl.Expr:
            zone, unit = item.struct.field("zone"), item.struct.field("is_unit")
            return ~zone.is_in(list(ZONES)) | (zone.is_in(list(UNIT_ZONES)) != unit)

        yield "value-out-of-range", "holds an unknown zone, or a unit where none is", unknown
    if all(pa.types.is_integer(field.type) for field in kind):

        def negative(item: pl.Expr) -> pl.Expr:
            return pl.any_horizontal(item.struct.field(name) < 0 for name in names)

        yield "value-out-of-range", "holds a negative count", negative


@functools.cache
def dtypes(table: str) -> dict[str, pl.DataType]:
    """The polars types of a table's columns."""
    empty = pl.from_arrow(arrow_schema(table).empty_table().replace_schema_metadata(None))
    assert isinstance(empty, pl.DataFrame)
    return dict(empty.schema)


@functools.cache
def model(table: str) -> pa_pl.DataFrameSchema:
    """The pandera model of a table."""
    pandera = _pandera()
    types = dtypes(table)
    by_column: dict[str, list[Any]] = {}
    for check in checks(table):
        if check.rule != "value-null" or _is_nested(TABLES[table], check.column):
            by_column.setdefault(check.column, []).append(_as_pandera(pandera, check))
    found: pa_pl.DataFrameSchema = pandera.DataFrameSchema(
        {
            column.name: pandera.Column(
                types[column.name],
                checks=by_column.get(column.name, []),
                nullable=column.nullable,
                required=True,
            )
            for column in TABLES[table]
        },
        strict=True,
        ordered=False,
        name=table,
    )
    return found


def _is_nested(columns: tuple[Column, ...], name: str) -> bool:
    return any(pa.types.is_nested(column.type) for column in columns if column.name == name)


def _as_pandera(pandera: Any, check: Check) -> Any:
    def holds(data: Any) -> pl.LazyFrame:
        frame: pl.LazyFrame = data.lazyframe.select(check.holds.fill_null(True))
        return frame

    return pandera.Check(holds, name=check.rule, error=check.rule, n_failure_cases=1)


def violated(table: str, frame: pl.DataFrame) -> list[Check] | None:
    """The checks that pandera says fail; None where columns are missing or of another type.

    Raises:
        TypeError: ``frame`` is no DataFrame.
        InputError: pandera is turned off.
    """
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("pandera checks no values of a LazyFrame; collect it first")
    refuse_if_off()
    from pandera.errors import SchemaErrorReason, SchemaErrors

    try:
        model(table).validate(frame, lazy=True)
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
        return _failed_checks(table, failed)
    return []


def _failed_checks(table: str, errors: list[Any]) -> list[Check]:
    named = {(error.schema.name, getattr(error.check, "name", None)) for error in errors}
    nulls = {column for column, rule in named if rule is None}
    return [
        check
        for check in checks(table)
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
