"""What a table and a column are, and the few values that some columns may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa

SPLITS: Final = ("train", "validation", "test")
ZONES: Final = (
    "headline",
    "dateline",
    "byline",
    "subhead",
    "caption",
    "credit",
    "note",
    "body",
)
UNIT_ZONES: Final = ("headline", "caption", "body")
LABEL_SOURCES: Final = (
    "single",
    "unanimous",
    "majority",
    "adjudicated",
    "dawid-skene",
    "mace",
)
ANNOTATOR_KINDS: Final = ("human", "model", "rule")
ARMS: Final = ("blind", "suggested")
FLAGS: Final = ("unsure", "badly-cut", "not-a-unit")
"""What an annotator may say of a sentence beside its label, or (the last two) in place of one."""

STANDS_ALONE: Final = frozenset({"badly-cut", "not-a-unit"})
"""The flags that stand in place of a label."""

FORMS: Final = ("direct", "partial", "continuation")
RELATIONS: Final = ("identical", "truncated", "bracketed", "reworded")

SLUG: Final = r"^[a-z0-9][a-z0-9-]{0,63}$"
SENTENCE_ID: Final = r"^[a-z0-9][a-z0-9-]{0,63}\.[0-9]{3,}$"
SHA256: Final = r"^[0-9a-f]{64}$"
_IDS: Final = (SLUG, SENTENCE_ID, SHA256)

Step = Literal["build", "answer", "aggregate", "release"]
"""Where a column's value is made: by `copydesk.build`, with an answer, by the aggregation of
answers, or when a release is put together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a table.

    Args:
        type: the Arrow type; a ``label`` column is int64 with the labels' names as its ClassLabel.
        meaning: one line for the card.
        step: where its value is made.
        since: the schema version that brought it.
        null_since: the schema version from which on it may be null; ``nullable`` says it always.
        choices: the only values allowed, if they are few.
        is_date: whether it holds dates as ``YYYY-MM-DD``.
        key: whether the values are unique within the release.
        by_machine: whether `copydesk.text` finds the values, so that a later version of it may
            find others.
    """

    name: str
    type: pa.DataType
    meaning: str
    step: Step = "build"
    since: str = "1.0"
    nullable: bool = False
    null_since: str | None = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] | None = None
    is_date: bool = False
    key: bool = False
    by_machine: bool = False

    @property
    def is_label(self) -> bool:
        """Whether the column holds label numbers."""
        return self.name == "label"

    @property
    def is_id(self) -> bool:
        """Whether the column holds an id or a hash, by its pattern."""
        return self.pattern in _IDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One table of a release, which is one config of the data set.

    Args:
        meaning: what a row is, for the card.
        by_place: whether a record is the same in two releases if it is about the same stretch
            (``start`` to ``end``) of the same article's text; if not, its key says so.
        by_machine: whether `copydesk.text` finds the records, so that a later version of it may
            find others.
        since: the schema version that brought it.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    by_place: bool = False
    by_machine: bool = False
    since: str = "1.0"

    @property
    def key(self) -> str:
        """The column whose values name the table's records."""
        return next(column.name for column in self.columns if column.key)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def made_by(self, step: Step) -> tuple[str, ...]:
        """The names of the columns whose values are made in one step, in order."""
        return tuple(column.name for column in self.columns if column.step == step)
