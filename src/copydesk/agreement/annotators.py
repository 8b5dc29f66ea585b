"""Annotators compared: with each other, with the rest, and with gold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from copydesk.agreement.alpha import Ints

Matrix = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two annotators on the sentences that both answered.

    ``confusion[i][j]`` counts sentences that ``a`` gave label i and ``b`` label j. ``observed``
    is the share of equal answers; ``kappa`` is None where it is not defined (``reason``).
    """

    a: str
    b: str
    sentences: int
    observed: float | None
    kappa: float | None
    confusion: Matrix
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Against:
    """One annotator against a reference: the majority of the rest, or gold.

    ``confusion[i][j]`` counts sentences whose reference is label i and whose answer is label j.
    ``without_reference`` counts answers left out: nobody else answered, the others are tied, or the
    sentence has no gold label.
    """

    annotator: str
    sentences: int
    without_reference: int
    observed: float | None
    kappa: float | None
    confusion: Matrix
    reason: str | None


def cohen_kappa(confusion: Ints) -> float | None:
    """Cohen's kappa, (p_o - p_e) / (1 - p_e), of a labels x labels matrix (Cohen 1960).

    None where it is undefined: there is no sentence, or both gave every sentence the same label.
    """
    total = int(confusion.sum())
    by_chance = int((confusion.sum(axis=0) * confusion.sum(axis=1)).sum())
    if not total or by_chance == total**2:
        return None
    return (total * int(np.trace(confusion)) - by_chance) / (total**2 - by_chance)


def pairs(given: pl.DataFrame, labels: Sequence[str]) -> tuple[Pair, ...]:
    """Every pair of annotators, in the order of their names, even if they share no sentence."""
    one = given.select("unit", "annotator", "code")
    both = one.join(one, on="unit", suffix="_b").filter(pl.col("annotator") < pl.col("annotator_b"))
    matrices = _matrices(both, ["annotator", "annotator_b"], "code", "code_b", len(labels))
    names = sorted(given["annotator"].unique())
    nothing = np.zeros((len(labels), len(labels)), dtype=np.int64)
    found = []
    for place, a in enumerate(names):
        for b in names[place + 1 :]:
            confusion = matrices.get((a, b), nothing)
            sentences, observed, kappa, reason = _agreement(confusion, "both answered no sentence")
            found.append(
                Pair(
                    a=a,
                    b=b,
                    sentences=sentences,
                    observed=observed,
                    kappa=kappa,
                    confusion=_rows(confusion),
                    reason=reason,
                )
            )
    return tuple(found)


def against_rest(given: pl.DataFrame, labels: Sequence[str]) -> tuple[Against, ...]:
    """Each annotator against the most frequent answer of the others; ties have no reference."""
    counts = given.group_by("unit", "code").len("votes")
    others = (
        given.select("unit", "annotator", "code")
        .rename({"code": "own"})
        .join(counts, on="unit")
        .with_columns(pl.col("votes") - (pl.col("code") == pl.col("own")).cast(pl.UInt32))
        .filter(pl.col("votes") > 0)
    )
    top = others.filter(pl.col("votes") == pl.col("votes").max().over("unit", "annotator"))
    reference = top.filter(pl.len().over("unit", "annotator") == 1)
    return _against(given, reference.select("unit", "annotator", "code"), labels)


def against_gold(
    given: pl.DataFrame, gold: pl.DataFrame, labels: Sequence[str]
) -> tuple[Against, ...]:
    """Each annotator against ``gold``: one row a sentence, with sentence_id and code."""
    known = gold.select("sentence_id", "code").drop_nulls()
    reference = given.select("unit", "annotator", "sentence_id").join(known, on="sentence_id")
    return _against(given, reference.select("unit", "annotator", "code"), labels)


def _against(
    given: pl.DataFrame, reference: pl.DataFrame, labels: Sequence[str]
) -> tuple[Against, ...]:
    joined = reference.join(given.select("unit", "annotator", "code"), on=["unit", "annotator"])
    matrices = _matrices(joined, ["annotator"], "code", "code_right", len(labels))
    answers = dict(given.group_by("annotator").len().iter_rows())
    nothing = np.zeros((len(labels), len(labels)), dtype=np.int64)
    found = []
    for annotator in sorted(answers):
        confusion = matrices.get((annotator,), nothing)
        sentences, observed, kappa, reason = _agreement(confusion, "no sentence has a reference")
        found.append(
            Against(
                annotator=annotator,
                sentences=sentences,
                without_reference=answers[annotator] - sentences,
                observed=observed,
                kappa=kappa,
                confusion=_rows(confusion),
                reason=reason,
            )
        )
    return tuple(found)


def _matrices(
    frame: pl.DataFrame, keys: list[str], row: str, column: str, labels: int
) -> dict[tuple[str, ...], Ints]:
    matrices: dict[tuple[str, ...], Ints] = {}
    for *key, i, j, count in frame.group_by(*keys, row, column).len().iter_rows():
        empty = np.zeros((labels, labels), dtype=np.int64)
        matrices.setdefault(tuple(key), empty)[i, j] = count
    return matrices


def _agreement(confusion: Ints, empty: str) -> tuple[int, float | None, float | None, str | None]:
    sentences = int(confusion.sum())
    if not sentences:
        return 0, None, None, empty
    kappa = cohen_kappa(confusion)
    reason = "both gave every sentence the same label" if kappa is None else None
    return sentences, int(np.trace(confusion)) / sentences, kappa, reason


def _rows(confusion: Ints) -> Matrix:
    return tuple(tuple(int(count) for count in row) for row in confusion)
