"""How a check says what it found, before the run adds level, severity and hint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from copydesk.contract.checks import TIMES

_LONGEST: Final = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault; the arguments are those of `copydesk.findings.Finding`.

    Args:
        hint: what to do about this fault, if that differs from the rule's fix.
    """

    rule: str
    message: str
    hint: str = ""
    file: str = ""
    row: int | None = None
    record: str = ""
    pointer: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """The same fault on rows of one table, rendered only as far as they are shown.

    Args:
        rows: the rows at fault, with ``_file`` and ``_row`` of
            `copydesk.validate.untrusted_release`.
        message: a sentence with ``{column}`` where a value of the row goes.
        record: the column that names the record.
    """

    rule: str
    rows: pl.DataFrame
    message: str
    record: str
    pointer: str = ""

    def without(self, records: frozenset[str]) -> Rows:
        """The same without the records of these ids."""
        rows = self.rows.filter(~pl.col(self.record).cast(pl.String).is_in(list(records)))
        return Rows(
            rule=self.rule,
            rows=rows,
            message=self.message,
            record=self.record,
            pointer=self.pointer,
        )

    def render(self, limit: int) -> Iterator[Fault]:
        """The first rows as faults."""
        for row in _readable(self.rows.head(limit)).iter_rows(named=True):
            yield Fault(
                rule=self.rule,
                message=self.message.format_map({name: show(value) for name, value in row.items()}),
                file=str(row["_file"]),
                row=row["_row"],
                record=str(row[self.record] or ""),
                pointer=self.pointer,
            )


def _readable(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows; times that Python cannot hold, at which polars panics, are numbers."""
    times = [
        name
        for name, kind in rows.schema.items()
        if isinstance(kind, pl.Datetime) and not rows[name].to_physical().is_between(*TIMES).all()
    ]
    return rows.with_columns(pl.col(name).to_physical() for name in times)


Found = Fault | Rows


def rows_at_fault(
    rule: str, rows: pl.DataFrame, message: str, record: str, pointer: str
) -> Iterator[Found]:
    """`Rows`, if there are any."""
    if rows.height:
        yield Rows(rule=rule, rows=rows, message=message, record=record, pointer=pointer)


def show(value: Any) -> str:
    """A value as a message shows it: short, on one line, null for None."""
    if value is None:
        return "null"
    if isinstance(value, float):
        return f"{value:.4g}"
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


class FaultError(Exception):
    """A fault that keeps a file from being read; the run makes a finding of it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault
