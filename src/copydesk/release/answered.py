"""How far the answers of a release agree, and which were given again, counted by shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from copydesk.answers import ANCHOR
from copydesk.release.contents import Contents
from copydesk.release.shares import shares

if TYPE_CHECKING:
    from copydesk.agreement import Alpha
    from copydesk.agreement.units import Tally

_ANSWER: Final = (
    *("annotation_id", "sentence_id", "round", *ANCHOR, "annotator", "annotator_kind"),
    *("label", "created_at", "guidelines_version"),
)


@dataclass(kw_only=True)
class _Groups:
    """Answers grouped by a column, read for some of the articles at a time."""

    column: str
    labels: tuple[str, ...]
    tallies: dict[str, Tally] = field(default_factory=dict)
    first: dict[str, datetime] = field(default_factory=dict)

    def add(self, answers: pl.DataFrame) -> None:
        from copydesk.agreement.units import Tally

        of_value = pl.col(self.column).cast(pl.String).fill_null("(none)").alias("_group")
        given = answers.drop_nulls("label").with_columns(of_value)
        for (value,), rows in given.partition_by("_group", as_dict=True).items():
            self.tallies.setdefault(value, Tally(labels=self.labels)).add(rows)
            for time in rows.select(pl.col("created_at").min()).drop_nulls()["created_at"]:
                self.first[value] = min(self.first.get(value, time), time)

    def alphas(self) -> dict[str, Alpha]:
        """Alpha by value: versions in the order of their first answers, others by name."""
        in_time = self.column == "guidelines_version"
        last = datetime.max.replace(tzinfo=UTC)
        order = sorted(self.tallies, key=lambda v: (self.first.get(v, last) if in_time else v, v))
        return {value: self.tallies[value].alpha()[0] for value in order}


def answered(
    contents: Contents, articles: pl.DataFrame
) -> tuple[Alpha, dict[str, Alpha], dict[str, dict[str, Alpha]], tuple[int, int]]:
    """Alpha of all answers, of each label and of each group; and what `_reviewed` counts."""
    from copydesk.agreement.units import Tally

    labels = contents.labels("annotations")
    about = [name for name in ("collection", "genre") if name in articles.columns]
    known = articles.select("article_id", *about).unique("article_id")
    names = dict(enumerate(labels))
    label = pl.col("label").replace_strict(names, default=None, return_dtype=pl.String)
    tally, reviewed = Tally(labels=labels), np.zeros(2, dtype=np.int64)
    groups = [_Groups(column=name, labels=labels) for name in (*about, "guidelines_version")]
    for share in shares(contents):
        answers = share.frame("annotations", *_ANSWER)
        reviewed += _reviewed(answers)
        answers = answers.join(known, on="article_id", how="left", maintain_order="left")
        answers = answers.with_columns(label)
        tally.add(answers)
        for group in groups:
            group.add(answers)
    alpha, alphas = tally.alpha()
    by_group = {group.column: group.alphas() for group in groups if len(group.tallies) > 1}
    again, unlike = map(int, reviewed)
    return alpha, dict(zip(labels, alphas, strict=True)), by_group, (again, unlike)


def _reviewed(answers: pl.DataFrame) -> tuple[int, int]:
    """Answers that replace one under earlier guidelines, and how many of them differ from it."""
    two = answers.sort("created_at", "annotation_id").group_by("annotator", "sentence_id")
    versions = two.agg(pl.col("guidelines_version", "label").tail(2)).filter(
        pl.col("guidelines_version").list.n_unique() == 2
    )
    return versions.height, versions.filter(pl.col("label").list.n_unique() == 2).height
