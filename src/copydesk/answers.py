"""Answers: who gave which label to which sentence, as one table for all sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import polars as pl

from copydesk.contract.arrow import polars_schema
from copydesk.contract.columns import STANDS_ALONE
from copydesk.errors import IntegrityError

_Types = dict[str, pl.DataType | type[pl.DataType]]

ANSWERS: Final = pl.Schema(
    polars_schema("annotations") | {"label": pl.String(), "zone": pl.String()}
)
"""One row is one annotator's answer; offsets are code points, times UTC.

The columns of the table ``annotations``, with labels by name, and the sentence's zone.
"""

_ADJUDICATIONS: Final[_Types] = {
    "sentence_id": pl.String,
    "article_id": pl.String,
    "text_sha256": pl.String,
    "start": pl.Int32,
    "end": pl.Int32,
    "label": pl.String,
    "by": pl.String,
    "by_kind": pl.String,
    "reason": pl.String,
    "flag": pl.String,
}
ADJUDICATIONS: Final = pl.Schema(_ADJUDICATIONS)
"""One row is a decision on a sentence that the answers left open."""

ANCHOR: Final = ("article_id", "text_sha256", "start", "end")
"""What identifies a sentence across releases; its number does not."""

STRUCK: Final = pl.Schema({name: ADJUDICATIONS[name] for name in ANCHOR})
"""One row is a sentence that was decided not to be a unit."""

DECIDERS: Final = pl.Schema({name: ADJUDICATIONS[name] for name in ("article_id", "by", "by_kind")})
"""One row names somebody who decided anything about an article's sentences."""

RULES: Final = "rules"
"""The pseudonym of the rules of `copydesk.text.suggest`, whose annotator kind is ``rule``."""


def is_answer(columns: Sequence[str]) -> pl.Expr:
    """Whether a row of a table with these columns is an answer: a label, or a flag in its place."""
    labelled = pl.col("label").is_not_null()
    if "flag" not in columns:
        return labelled
    return labelled | pl.col("flag").is_in(list(STANDS_ALONE)).fill_null(False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelling:
    """Everything that decides the labels of a release.

    Args:
        struck: the columns of `ANCHOR`: sentences that were decided to be badly cut or not units,
            and that the build has as notes; their answers are not part of a release.
        notes: what a reader must know about a round besides its answers, see
            `copydesk.rounds.notes.Notes.published`; rounds without notes are left out.
        deciders: article_id, by, by_kind: who decided anything about a sentence of an article, also
            that it is not a unit.
        by_machine: whether these are suggestions, of which articles in a language that the
            annotator does not know have none.
    """

    answers: pl.DataFrame
    adjudications: pl.DataFrame
    rounds: tuple[str, ...] = ()
    struck: pl.DataFrame = field(default_factory=lambda: STRUCK.to_frame())
    notes: tuple[dict[str, Any], ...] = ()
    deciders: pl.DataFrame = field(default_factory=lambda: DECIDERS.to_frame())
    by_machine: bool = False

    def about(self, articles: pl.Series) -> Labelling:
        """The answers and decisions on some articles, by their ids."""
        here = pl.col("article_id").is_in(articles.implode())
        return replace(
            self,
            answers=self.answers.filter(here),
            adjudications=self.adjudications.filter(here),
            deciders=self.deciders.filter(here),
        )


def machine_labelling(
    sentences: pl.DataFrame, *, created: datetime, annotator: str = RULES, kind: str = "rule"
) -> Labelling:
    """Suggestions of the rules, or of a model, as the answers of one annotator.

    Args:
        sentences: built sentences, with ``text_sha256`` of their article; ``suggestion`` is null in
            a language that the annotator does not know, whose articles are left out.
        created: when the release is made, UTC.
        annotator: the pseudonym of a model.
        kind: ``rule`` or ``model``.
    """
    silent = sentences.filter(pl.col("suggestion").is_null())["article_id"].unique()
    sentences = sentences.filter(~pl.col("article_id").is_in(silent.implode()))
    answers = sentences.select(
        pl.format("{}.{}", "sentence_id", pl.lit(annotator)).alias("annotation_id"),
        *("sentence_id", "article_id", "text_sha256", "start", "end", "zone"),
        pl.lit(annotator).alias("annotator"),
        pl.lit(kind).alias("annotator_kind"),
        pl.col("suggestion").alias("label"),
        pl.lit(created).dt.cast_time_unit("us").alias("created_at"),
    )
    return Labelling(
        answers=answers.match_to_schema(ANSWERS, missing_columns="insert"),
        adjudications=ADJUDICATIONS.to_frame(),
        by_machine=True,
    )


def anchored(rows: pl.DataFrame, sentences: pl.DataFrame, *, what: str) -> pl.DataFrame:
    """Give answers or adjudications the ids that their sentences have now.

    Args:
        rows: with the columns of `ANCHOR`.
        sentences: built sentences, with the columns of `ANCHOR`.
        what: names the rows in the error, such as "answers".

    Raises:
        IntegrityError: a row is about a stretch of text that is no longer a sentence.
    """
    here = sentences.select(*ANCHOR, "sentence_id")
    lost = rows.join(here, on=ANCHOR, how="anti")
    if lost.height:
        first = lost.row(0, named=True)
        raise IntegrityError(
            f"{lost.height} of {rows.height} {what} refer to no sentence of this build; the first "
            f"covers code points {first['start']} to {first['end']} of '{first['article_id']}'.",
            hint="The article's text or its segmentation changed after it was labelled: put it "
            "back, or label the article again.",
        )
    return rows.drop("sentence_id").join(here, on=ANCHOR, how="left").select(rows.columns)
