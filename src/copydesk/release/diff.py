"""What changed from one release to the next, and the least version that may carry it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from copydesk.contract.columns import ZONES
from copydesk.release.contents import Contents
from copydesk.release.drift import Drift, drift
from copydesk.release.match import match
from copydesk.release.versions import Bump, Version

KINDS: Final = {
    "gone": Bump.MAJOR,
    "text-changed": Bump.MAJOR,
    "boundaries-changed": Bump.MAJOR,
    "moved": Bump.MAJOR,
    "renumbered": Bump.MAJOR,
    "label-changed": Bump.MAJOR,
    "split-moved": Bump.MAJOR,
    "rights-changed": Bump.MAJOR,
    "withdrawn": Bump.MAJOR,
    "config-gone": Bump.MAJOR,
    "column-gone": Bump.MAJOR,
    "column-type-changed": Bump.MAJOR,
    "added": Bump.MINOR,
    "values-changed": Bump.MINOR,
    "config-added": Bump.MINOR,
    "column-added": Bump.MINOR,
}
"""Every kind of change, in the order of reports, with what it asks of the version.

``moved`` are the same words at another place of a rewritten article; ``rights-changed``, a record
whose text is given now and was not, or the reverse; ``withdrawn``, a record of an article that was
withdrawn; ``values-changed``, a change of columns other than identity, text, label and split, such
as new votes for the same label.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnChange:
    """A column that was added, removed or changed its type; types as Arrow writes them."""

    table: str
    column: str
    kind: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why a version must be raised this far: one kind of change in one table, with its records."""

    bump: Bump
    table: str
    kind: str
    count: int
    records: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Diff:
    """Two releases compared.

    Args:
        before, after: versions; ``after`` is None if it is not a release yet.
        records: rows of each table before and after.
        changes: rows of `copydesk.release.match.CHANGES`; `sentences` stands for `standoff` too.
        configs: whole tables that were added or removed, by name: ``config-added``,
            ``config-gone``.
        matrix: sentences by (label before, label after), for those whose label changed.
    """

    before: str
    after: str | None
    records: dict[str, tuple[int, int]]
    changes: pl.DataFrame
    columns: tuple[ColumnChange, ...]
    configs: dict[str, str]
    matrix: dict[str, dict[str, int]]
    drifts: tuple[Drift, ...]

    def reasons(self, shown: int | None = None) -> tuple[Reason, ...]:
        """What raises the version, the gravest first, each with its records (the first ``shown``).

        Records of a column change are the columns' names.
        """
        groups = self.changes.group_by("kind", "table").agg(
            pl.len().alias("count"),
            pl.col("record").head(shown) if shown is not None else pl.col("record"),
        )
        found = [
            Reason(bump=KINDS[kind], table=table, kind=kind, count=count, records=tuple(names))
            for kind, table, count, names in groups.iter_rows()
        ]
        found += self._column_reasons()
        kinds, tables = list(KINDS), list(self.records)
        return tuple(
            sorted(found, key=lambda r: (-r.bump, tables.index(r.table), kinds.index(r.kind)))
        )

    def _column_reasons(self) -> Iterator[Reason]:
        for table, kind in self.configs.items():
            yield Reason(bump=KINDS[kind], table=table, kind=kind, count=1, records=(table,))
        for kind, table in sorted({(c.kind, c.table) for c in self.columns}):
            names = tuple(c.column for c in self.columns if (c.kind, c.table) == (kind, table))
            yield Reason(bump=KINDS[kind], table=table, kind=kind, count=len(names), records=names)

    @property
    def matrix_labels(self) -> tuple[str, ...]:
        """The labels of the matrix, those before first."""
        after = (label for row in self.matrix.values() for label in row)
        return tuple(dict.fromkeys([*self.matrix, *after]))

    @property
    def bump(self) -> Bump:
        """The gravest kind of change; PATCH if no record and no column changed."""
        columns = (change.kind for change in self.columns)
        kinds = [*self.changes["kind"].unique(), *columns, *self.configs.values()]
        return max((KINDS[kind] for kind in kinds), default=Bump.PATCH)

    @property
    def least(self) -> Version:
        """The least version that the later release may have."""
        return Version.parse(self.before).raised(self.bump)

    def count(self, kind: str, table: str = "sentences") -> int:
        """How many records of a table changed in this way."""
        return self.changes.filter((pl.col("kind") == kind) & (pl.col("table") == table)).height


def compare(before: Contents, after: Contents, *, released: bool = True) -> Diff:
    """Compare two releases record by record.

    Args:
        released: whether ``after`` is a release; if not, it has no version to report.

    Raises:
        IntegrityError: a release contradicts itself, or a file of it cannot be read.
    """
    changes = match(before, after)
    tables = dict.fromkeys([*before.contract.tables, *after.contract.tables])
    return Diff(
        before=before.version,
        after=after.version if released else None,
        records={table: (_height(before, table), _height(after, table)) for table in tables},
        changes=changes,
        columns=tuple(_columns(before, after)),
        configs=_configs(before, after),
        matrix=_matrix(changes),
        drifts=(
            drift("label", _labels(before), _labels(after)),
            drift("zone", _zones(before), _zones(after)),
            drift("agreement", _agreement(before), _agreement(after)),
        ),
    )


def _height(contents: Contents, table: str) -> int:
    if table not in contents.contract.tables:
        return 0
    return int(contents.scan(table).select(pl.len()).collect().item())


def _configs(before: Contents, after: Contents) -> dict[str, str]:
    """The tables that only one of the two releases' contracts knows, where they have rows."""
    old, new = before.contract.tables, after.contract.tables
    added = {name: "config-added" for name in after.schemas if name not in old}
    return added | {name: "config-gone" for name in before.schemas if name not in new}


def _columns(before: Contents, after: Contents) -> Iterator[ColumnChange]:
    for table in after.contract.tables:
        if table not in before.schemas or table not in after.schemas:
            continue
        old, new = (
            {field.name: _type(contents, table, field.name) for field in contents.schemas[table]}
            for contents in (before, after)
        )
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                kind = "added" if name not in old else "gone"
                kind = "type-changed" if name in old and name in new else kind
                yield ColumnChange(
                    table=table,
                    column=name,
                    kind=f"column-{kind}",
                    before=old.get(name),
                    after=new.get(name),
                )


def _type(contents: Contents, table: str, column: str) -> str:
    kind = str(contents.schemas[table].field(column).type)
    return f"{kind} ({', '.join(contents.labels(table))})" if column == "label" else kind


def _matrix(changes: pl.DataFrame) -> dict[str, dict[str, int]]:
    changed = changes.filter((pl.col("table") == "sentences") & (pl.col("kind") == "label-changed"))
    counted = changed.group_by("before", "after").len().sort("before", "after")
    matrix: dict[str, dict[str, int]] = {}
    for old, new, count in counted.iter_rows():
        matrix.setdefault(str(old), {})[str(new)] = count
    return matrix


def _units(contents: Contents, *columns: str) -> pl.LazyFrame:
    return pl.concat(
        [contents.scan(table, *columns) for table in ("sentences", "standoff")],
        how="vertical_relaxed",
    )


def _labels(contents: Contents) -> dict[str, int]:
    counts = dict.fromkeys(contents.contract.scheme.names, 0)
    for table in ("sentences", "standoff"):
        names = contents.labels(table)
        rows = contents.scan(table, "label").group_by("label").len()
        for number, count in rows.collect(engine="streaming").iter_rows():
            name = names[number] if number in range(len(names)) else str(number)
            counts[name] = counts.get(name, 0) + count
    return counts


def _zones(contents: Contents) -> dict[str, int]:
    rows = _units(contents, "zone").group_by("zone").len()
    found = dict(rows.collect(engine="streaming").iter_rows())
    return {
        zone: found[zone] for zone in (*ZONES, *sorted(found.keys() - {*ZONES})) if zone in found
    }


def _agreement(contents: Contents) -> dict[str, int]:
    """Sentences by how far their answers agree; one answer agrees with nothing."""
    rows = _units(contents, "agreement", "n_annotators")
    share, answers = pl.col("agreement"), pl.col("n_annotators")
    top = (share * answers).round()
    classes = {
        "one answer": answers <= 1,
        "all alike": (answers > 1) & (share >= 1),
        "two thirds or more": (answers > 1) & (share < 1) & (top * 3 >= answers * 2),
        "less": (answers > 1) & (top * 3 < answers * 2),
    }
    counts = rows.select(e.sum().alias(n) for n, e in classes.items())
    return counts.collect(engine="streaming").row(0, named=True)
