"""The checks of a table's values as polars expressions, derived from a contract.

`copydesk.validate.by_pandera` makes a pandera model of them, which also judges nulls.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from copydesk.contract.columns import STANDS_ALONE, UNIT_ZONES, ZONES, Column, Table
from copydesk.contract.tables import CURRENT, Contract

TIMES = (-62_135_596_800_000_000, 253_402_300_799_999_999)
"""The first and last microsecond, counted from 1970, that Python's datetime can hold."""


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
def checks(table: str, contract: Contract = CURRENT) -> tuple[Check, ...]:
    """The checks of a table's values, column by column; nulls are not among them."""
    known = contract[table]
    found: list[Check] = []
    for column in known.columns:
        found += _label(column, contract.scheme.names)
        found += _range(column)
        found += _pattern(column)
        found += _date(column)
        found += _nested(column)
    if "flag" in known.names:
        found += _flags()
    if {"start", "end"} <= set(known.names):
        holds = pl.col("end") > pl.col("start")
        message = "'end' is {end}, which is not after 'start', {start}."
        found.append(Check(rule="value-out-of-range", column="end", holds=holds, message=message))
    return tuple(found)


def null(table: Table, column: str) -> tuple[str, str]:
    """The rule that a null violates in a column that allows none, and what is wrong."""
    known = next(each for each in table.columns if each.name == column)
    if known.is_label and "label_source" in table.names:
        return "label-unresolved", "The sentence has no label."
    return "value-null", f"'{column}' is null."


def _flags() -> Iterator[Check]:
    """An answer has a label, or a flag in its place, and never both."""
    alone, words = pl.col("flag").is_in(list(STANDS_ALONE)), " or ".join(sorted(STANDS_ALONE))
    yield Check(
        rule="value-null",
        column="label",
        holds=pl.col("label").is_not_null() | (pl.col("flag").is_not_null() & alone),
        message=f"'label' is null, and 'flag' is {{flag}}, which is not {words}.",
    )
    yield Check(
        rule="value-out-of-range",
        column="flag",
        holds=pl.col("label").is_null() | ~alone,
        message="'flag' is {flag}, which stands in place of a label, but 'label' is {label}.",
    )


def _label(column: Column, labels: tuple[str, ...]) -> Iterator[Check]:
    if column.is_label:
        message = (
            f"'{column.name}' is {{{column.name}}}, which is not a number from 0 to "
            f"{len(labels) - 1} ({', '.join(labels)})."
        )
        holds = pl.col(column.name).is_between(0, len(labels) - 1)
        yield Check(rule="label-unknown", column=column.name, holds=holds, message=message)


def _range(column: Column) -> Iterator[Check]:
    name, value = column.name, pl.col(column.name)

    def out(holds: pl.Expr, what: str) -> Check:
        message = f"'{name}' is {{{name}}}, {what}."
        return Check(rule="value-out-of-range", column=name, holds=holds, message=message)

    if column.minimum is not None:
        yield out(value >= column.minimum, f"which is less than {column.minimum:g}")
    if column.maximum is not None:
        yield out(value <= column.maximum, f"which is more than {column.maximum:g}")
    if pa.types.is_floating(column.type):
        yield out(value.is_finite(), "which is not a number")
    if pa.types.is_timestamp(column.type):
        yield out(value.to_physical().is_between(*TIMES), "which is not in the years 1 to 9999")
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
    if column.pattern is None:
        return
    # Rust's `$` is the end of the text; Python's would allow a line feed before it.
    holds = pl.col(column.name).str.contains(column.pattern)
    rule = "id-malformed" if column.is_id else "value-out-of-range"
    message = (
        f"'{column.name}' is '{{{column.name}}}', which does not match {_literal(column.pattern)}."
    )
    yield Check(rule=rule, column=column.name, holds=holds, message=message)


def _date(column: Column) -> Iterator[Check]:
    if not column.is_date:
        return
    value = pl.col(column.name)
    real = value.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    # The parser also accepts 2026-1-2, which sorts wrongly and breaks readers that count digits.
    holds = value.is_null() | (real & (value.str.len_bytes() == 10))
    message = f"'{column.name}' is '{{{column.name}}}', which is not a date (YYYY-MM-DD)."
    yield Check(rule="value-out-of-range", column=column.name, holds=holds, message=message)


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
