"""The sentences that annotators disagree on, most disputed first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from copydesk.agreement.alpha import Floats, Ints


@dataclass(frozen=True, kw_only=True)
class Disputed:
    """One sentence of one round with at least two different answers.

    ``start`` and ``end`` are code points into the article's canonical text. ``entropy`` is that
    of the votes, in bits: 0 when all agree, 2 when the four labels have equal shares.
    ``answers`` are (annotator, label), by annotator.
    """

    sentence_id: str
    article_id: str
    text_sha256: str
    start: int
    end: int
    zone: str | None
    round: str | None
    votes: dict[str, int]
    entropy: float
    answers: tuple[tuple[str, str], ...]


def entropy(counts: Ints) -> Floats:
    """Shannon entropy of each row's votes, in bits: -sum_c p_c * log2(p_c)."""
    total = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(total, 1)
    logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    bits: Floats = np.abs((shares * logs).sum(axis=1))
    return bits


def most_disputed(
    given: pl.DataFrame, counts: Ints, labels: Sequence[str], limit: int
) -> tuple[Disputed, ...]:
    """The ``limit`` sentences of highest entropy; among equals more votes, then sentence_id.

    Args:
        given: all prepared answers.
        counts: their units x labels counts, row u for unit u.
        labels: names of the columns of ``counts``.
        limit: how many to give at most.
    """
    units = pl.DataFrame({"unit": np.arange(len(counts)), "entropy": entropy(counts)})
    votes = counts.sum(axis=1)
    ranked = (
        units.with_columns(votes=pl.Series(votes, dtype=pl.Int64))
        .filter(pl.Series((counts > 0).sum(axis=1) > 1, dtype=pl.Boolean))
        .join(given.group_by("unit").agg(pl.col("sentence_id").min()), on="unit")
        # Equal votes in another order of labels differ in the last bit; rounded, they are equal.
        .sort(-pl.col("entropy").round(9), -pl.col("votes"), pl.col("sentence_id"), pl.col("unit"))
        .head(limit)
    )
    details = {
        key[0]: rows
        for key, rows in given.filter(pl.col("unit").is_in(ranked["unit"].to_list()))
        .sort("annotator")
        .partition_by("unit", as_dict=True)
        .items()
    }
    return tuple(
        _disputed(details[unit], counts[unit], float(bits), labels)
        for unit, bits in ranked.select("unit", "entropy").iter_rows()
    )


def _disputed(rows: pl.DataFrame, counts: Ints, bits: float, labels: Sequence[str]) -> Disputed:
    first = rows.row(0, named=True)
    return Disputed(
        sentence_id=first["sentence_id"],
        article_id=first["article_id"],
        text_sha256=first["text_sha256"],
        start=first["start"],
        end=first["end"],
        zone=first.get("zone"),
        round=first["round"],
        votes={label: int(count) for label, count in zip(labels, counts, strict=True)},
        entropy=bits,
        answers=tuple(rows.select("annotator", "label").iter_rows()),
    )
