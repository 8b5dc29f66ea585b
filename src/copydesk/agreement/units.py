"""Answers as a table ready for counting: checked, keyed by unit, labels as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from copydesk.agreement.alpha import (
    Alpha,
    ArticleSums,
    Bootstrap,
    Ints,
    alphas_of_sums,
    sums_of_articles,
)
from copydesk.answers import ANCHOR
from copydesk.errors import InputError

# What identifies a sentence across releases, within one round: answers to the same sentence under
# another round's guidelines are another measurement.
UNIT = ("round", *ANCHOR)
_NEEDED = (*UNIT, "annotation_id", "sentence_id", "annotator", "annotator_kind", "label")


def prepare(answers: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    """Answers given (null labels dropped) with ``unit``, ``article`` and ``code`` added, as i64.

    ``unit`` and ``article`` number the units and articles in sorted order, ``code`` is the place
    of the label in ``labels``. No result depends on the order of the rows.

    Raises:
        InputError: a column is missing, a label is unknown, or an annotator answered a sentence
            of a round twice.
    """
    need_columns(answers, _NEEDED)
    given = answers.filter(pl.col("label").is_not_null()).with_columns(
        # Enums compare by the place of a value, not by its name.
        pl.col("annotator", "annotator_kind", "label", "round", "article_id").cast(pl.String)
    )
    given = given.with_columns(code_of(given, labels).alias("code"))
    units = given.select(UNIT).unique().sort(UNIT).with_row_index("unit")
    units = units.with_columns(
        pl.col("unit").cast(pl.Int64),
        (pl.col("article_id").rank("dense").cast(pl.Int64) - 1).alias("article"),
    )
    keyed = given.join(units, on=UNIT, how="left", nulls_equal=True)
    _refuse_second_answers(keyed)
    return keyed


def need_columns(
    frame: pl.DataFrame,
    names: Sequence[str],
    what: str = "The answers",
    hint: str = "Give the columns of the annotations table.",
) -> None:
    """Raises InputError when a column of ``names`` is missing."""
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise InputError(
            f"{what} lack the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.",
            hint=hint,
        )


def code_of(frame: pl.DataFrame, labels: Sequence[str]) -> pl.Series:
    """The ``label`` column as places in ``labels`` (i64, null stays null).

    Raises:
        InputError: a label is not one of ``labels``; the first such row is named.
    """
    column = frame["label"].cast(pl.String)
    unknown = frame.filter(column.is_not_null() & ~column.is_in(list(labels)))
    if len(unknown):
        row = unknown.row(0, named=True)
        name = row.get("annotation_id") or row.get("sentence_id")
        raise InputError(
            f"The label {row['label']!r} is not known ({len(unknown)} such in all).",
            where=str(name),
            hint=f"Labels are {', '.join(labels)}.",
        )
    numbers = {label: number for number, label in enumerate(labels)}
    return column.replace_strict(numbers, return_dtype=pl.Int64)


def count_matrix(given: pl.DataFrame, labels: int) -> tuple[Ints, Ints]:
    """Units x labels counts of prepared answers, and the article of each unit.

    Only units that occur in ``given`` have a row, in the order of their numbers.
    """
    units, rows = np.unique(given["unit"].to_numpy(), return_inverse=True)
    cells = rows * labels + given["code"].to_numpy()
    counts = np.bincount(cells, minlength=len(units) * labels).reshape(len(units), labels)
    articles = np.zeros(len(units), dtype=np.int64)
    articles[rows] = given["article"].to_numpy()
    return counts.astype(np.int64), articles


@dataclass(kw_only=True)
class Tally:
    """Alpha of answers that arrive in batches of whole articles.

    Only the sums of each article are kept.
    """

    labels: Sequence[str]
    _found: list[ArticleSums] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)

    def add(self, answers: pl.DataFrame) -> pl.DataFrame:
        """Count all answers about some articles, and return them as `prepare` does.

        Raises:
            InputError: as `prepare`.
        """
        given = prepare(answers, self.labels)
        found = sums_of_articles(*count_matrix(given, len(self.labels)))
        self._found.append(found)
        self._names += given["article_id"].unique().sort()[found.articles.tolist()].to_list()
        return given

    def alpha(self) -> tuple[Alpha, tuple[Alpha, ...]]:
        """Alpha of all labels, and of each against the rest, as if all answers came at once."""
        order = pl.Series(self._names, dtype=pl.String).arg_sort().to_numpy()
        nothing = np.empty((0, 2 * len(self.labels) + 1))
        sums = np.concatenate([nothing, *(found.sums for found in self._found)])[order]
        whole = ArticleSums(
            articles=np.arange(len(order)),
            sums=sums,
            units=sum(found.units for found in self._found),
            answers=sum(found.answers for found in self._found),
        )
        return alphas_of_sums(whole, Bootstrap())


def _refuse_second_answers(keyed: pl.DataFrame) -> None:
    twice = keyed.filter(pl.struct("unit", "annotator").is_duplicated()).sort("unit", "annotator")
    if len(twice):
        row = twice.row(0, named=True)
        place = f"in round {row['round']}" if row["round"] is not None else "outside any round"
        raise InputError(
            f"{row['annotator']} answered this sentence more than once {place}.",
            where=row["sentence_id"],
            hint="Keep one answer of each annotator, such as the last.",
        )
