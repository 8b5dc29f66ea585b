"""The flags that annotators gave to sentences beside a label, or in place of one.

Alpha, kappa and votes are about labels alone: an answer marked unsure counts with its label, and
one with a flag in place of a label is a missing value, as if its annotator had not answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from copydesk.agreement.units import UNIT
from copydesk.answers import is_answer
from copydesk.contract.columns import FLAGS, STANDS_ALONE


@dataclass(frozen=True, kw_only=True)
class FlaggedSentence:
    """One sentence of one round that somebody flagged.

    ``start`` and ``end`` are code points into the article's canonical text. ``flags`` are
    (annotator, flag), by annotator; ``answers`` counts all answers to the sentence.
    """

    sentence_id: str
    article_id: str
    text_sha256: str
    start: int
    end: int
    round: str | None
    flags: tuple[tuple[str, str], ...]
    answers: int


@dataclass(frozen=True, kw_only=True)
class Flags:
    """The flags of a set of answers.

    ``annotators`` maps each annotator to the number of answers with each flag; ``sentences`` maps
    each flag to the sentences that have it at least once, ``most`` to those where at least half of
    the answers do. ``flagged`` lists the sentences, those with most flags in place of a label
    first, then those with most flags.
    """

    annotators: dict[str, dict[str, int]]
    sentences: dict[str, int]
    most: dict[str, int]
    flagged_sentences: int
    flagged: tuple[FlaggedSentence, ...]


def count_flags(answers: pl.DataFrame, limit: int) -> Flags | None:
    """The flags of answers, with a label or without; None if there are none.

    Args:
        answers: rows of the annotations table.
        limit: how many sentences to list at most.
    """
    if "flag" not in answers.columns:
        return None
    given = answers.filter(is_answer(answers.columns)).sort("annotator")
    flagged = given.filter(pl.col("flag").is_not_null())
    if flagged.is_empty():
        return None
    has = [(pl.col("flag") == flag).sum().alias(flag) for flag in FLAGS]
    units = given.group_by(UNIT).agg(
        pl.col("sentence_id").min(),
        pl.len().alias("n"),
        pl.col("flag").is_in(list(STANDS_ALONE)).sum().alias("alone"),
        pl.col("flag").count().alias("flags"),
        *has,
        pl.struct("annotator", "flag").filter(pl.col("flag").is_not_null()).alias("_given"),
    )
    rows = units.filter(pl.col("flags") > 0).sort(
        pl.col("alone") / pl.col("n"),
        "flags",
        "sentence_id",
        "round",
        descending=[True, True, False, False],
    )
    by_name = flagged.group_by("annotator").agg(has).sort("annotator")
    return Flags(
        annotators={
            row["annotator"]: {flag: row[flag] for flag in FLAGS}
            for row in by_name.iter_rows(named=True)
        },
        sentences={flag: int((rows[flag] > 0).sum()) for flag in FLAGS},
        most={flag: int((rows[flag] * 2 >= rows["n"]).sum()) for flag in FLAGS},
        flagged_sentences=rows.height,
        flagged=tuple(map(_sentence, rows.head(limit).to_dicts())),
    )


def _sentence(row: dict[str, Any]) -> FlaggedSentence:
    names = ("sentence_id", "article_id", "text_sha256", "start", "end", "round")
    return FlaggedSentence(
        **{name: row[name] for name in names},
        flags=tuple((item["annotator"], item["flag"]) for item in row["_given"]),
        answers=row["n"],
    )
