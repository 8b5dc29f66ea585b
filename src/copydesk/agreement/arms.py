"""Does a suggestion pull answers towards itself? Blind answers against suggested ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from copydesk.agreement.alpha import Bootstrap, Floats


@dataclass(frozen=True, kw_only=True)
class Pull:
    """How often answers equal the suggestion, in each arm, and the difference.

    ``difference`` is suggested minus blind: above zero, answers given with the suggestion in sight
    agree with it more than others do. ``low`` and ``high`` are its bootstrap
    interval over articles. None where not defined; ``reason`` says why.
    """

    blind_answers: int
    blind_equal: int
    suggested_answers: int
    suggested_equal: int
    blind_share: float | None
    suggested_share: float | None
    difference: float | None
    low: float | None
    high: float | None
    articles: int
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Arms:
    """The pull of suggestions over all answers, by suggested label, and where they are wrong.

    ``where_wrong`` covers the sentences whose suggestion is not their gold label: only there is a
    pull certainly harmful. It is None without gold labels.
    """

    overall: Pull
    per_label: dict[str, Pull]
    where_wrong: Pull | None


def arms(
    given: pl.DataFrame,
    suggestions: pl.DataFrame,
    gold: pl.DataFrame | None,
    labels: Sequence[str],
    bootstrap: Bootstrap,
) -> Arms:
    """Pull of the suggestions (sentence_id, code; null where none was made) on prepared answers.

    The blind arm never saw the suggestions: its agreement with them is what they get without
    any influence.
    """
    known = suggestions.select("sentence_id", suggested="code").drop_nulls()
    joined = given.join(known, on="sentence_id").with_columns(
        equal=pl.col("code") == pl.col("suggested")
    )
    per_label = {
        label: _pull(joined.filter(pl.col("suggested") == code), bootstrap)
        for code, label in enumerate(labels)
    }
    where_wrong = None
    if gold is not None:
        right = gold.select("sentence_id", gold="code").drop_nulls()
        wrong = joined.join(right, on="sentence_id").filter(pl.col("suggested") != pl.col("gold"))
        where_wrong = _pull(wrong, bootstrap)
    return Arms(overall=_pull(joined, bootstrap), per_label=per_label, where_wrong=where_wrong)


def _pull(joined: pl.DataFrame, bootstrap: Bootstrap) -> Pull:
    sums = _per_article(joined)
    blind, blind_equal, suggested, suggested_equal = (int(total) for total in sums.sum(axis=0))
    compared = bool(blind and suggested)
    resampled = compared and len(sums) > 1 and bootstrap.resamples > 0
    interval = bootstrap.interval(_differences(bootstrap.sums(sums))) if resampled else None
    if not compared:
        empty = "suggested" if blind else "blind"
        reason: str | None = f"the {empty} arm has no answer to a sentence with a suggestion"
    elif interval is None:
        reason = "no interval: nothing to resample"
    else:
        reason = None
    return Pull(
        blind_answers=blind,
        blind_equal=blind_equal,
        suggested_answers=suggested,
        suggested_equal=suggested_equal,
        blind_share=blind_equal / blind if blind else None,
        suggested_share=suggested_equal / suggested if suggested else None,
        difference=suggested_equal / suggested - blind_equal / blind if compared else None,
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        articles=len(sums),
        reason=reason,
    )


def _per_article(joined: pl.DataFrame) -> Floats:
    """Articles x (blind answers, equal ones, suggested answers, equal ones)."""
    columns = [
        (in_arm & condition).sum()
        for in_arm in (pl.col("arm") == "blind", pl.col("arm") == "suggested")
        for condition in (pl.lit(True), pl.col("equal"))
    ]
    named = [column.alias(str(place)) for place, column in enumerate(columns)]
    kept = joined.filter(pl.col("arm").is_in(["blind", "suggested"]))
    table = kept.group_by("article").agg(named).sort("article").drop("article")
    return table.to_numpy().astype(np.float64)


def _differences(sums: Floats) -> Floats:
    blind, blind_equal, suggested, suggested_equal = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(suggested_equal / suggested - blind_equal / blind)
