"""Krippendorff's alpha for nominal data, with an interval from resampled articles.

Alpha is read off two kinds of sums over units (Krippendorff 2011, "Computing Krippendorff's
Alpha-Reliability", section C): the pairable answers per label, and the agreeing pairs. Sums over
units are sums over articles, so a resample of articles is one row of a matrix product, and each
answer is read only once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Bounds the memory of one block of resamples (drawn articles) to some 100 MB.
_DRAWS_AT_ONCE = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """How intervals are drawn: ``resamples`` draws of whole articles with replacement.

    The interval is the percentile interval at ``confidence``; the same seed gives the same one.
    """

    resamples: int = 1000
    confidence: float = 0.95
    seed: int = 20

    def __post_init__(self) -> None:
        if self.resamples < 0:
            raise ValueError(f"resamples must be 0 or more, not {self.resamples}")
        if not 0 < self.confidence < 1:
            raise ValueError(f"confidence must lie between 0 and 1, not {self.confidence}")

    def weights(self, articles: int) -> Iterator[Floats]:
        """How often each article is drawn: blocks of rows (one a resample) x articles."""
        rng = np.random.default_rng(self.seed)
        left = self.resamples
        while left:
            rows = min(left, max(1, _DRAWS_AT_ONCE // articles))
            drawn = rng.integers(articles, size=(rows, articles))
            drawn += np.arange(rows)[:, None] * articles
            counts = np.bincount(drawn.ravel(), minlength=rows * articles)
            yield counts.reshape(rows, articles).astype(np.float64)
            left -= rows

    def sums(self, per_article: Floats) -> Floats:
        """Resampled column sums of an articles x columns matrix: resamples x columns."""
        blocks = [weights @ per_article for weights in self.weights(len(per_article))]
        return np.concatenate(blocks) if blocks else np.empty((0, per_article.shape[1]))

    def interval(self, values: Floats) -> tuple[float, float] | None:
        """Percentile interval of the values that are defined; None when none is."""
        defined = values[np.isfinite(values)]
        if not defined.size:
            return None
        tail = (1 - self.confidence) / 2
        low, high = np.quantile(defined, [tail, 1 - tail])
        return float(low), float(high)


@dataclass(frozen=True, kw_only=True)
class Alpha:
    """One alpha. ``value`` is None when it is not defined, and ``reason`` then says why.

    Only pairable answers count: those of units that at least two annotators answered.
    ``low`` and ``high`` are None when there is nothing to resample (``reason`` says so too).
    ``undefined_resamples`` were left out of the interval: all their answers were one label.
    """

    value: float | None
    low: float | None
    high: float | None
    units: int
    answers: int
    articles: int
    undefined_resamples: int
    reason: str | None


def krippendorff_alpha(
    counts: Ints, articles: Ints | None = None, *, bootstrap: Bootstrap | None = None
) -> tuple[Alpha, tuple[Alpha, ...]]:
    """Nominal alpha of all labels, and of each label against the rest (binarised).

    alpha = 1 - (n - 1) * (n - sum_c o_cc) / (n ** 2 - sum_c n_c ** 2), where the coincidences are
    o_cc = sum_u n_uc * (n_uc - 1) / (m_u - 1), and n_c and n count pairable answers
    (Krippendorff 2011, section C).

    Args:
        counts: units x labels; how many annotators gave the unit this label. Missing answers
            are simply not counted.
        articles: the article of each unit, as any integers; without it each unit is resampled
            on its own.
        bootstrap: how to draw the interval; default 1,000 resamples at 95 %.

    Raises:
        ValueError: a count is negative, or the lengths differ.
    """
    bootstrap = bootstrap or Bootstrap()
    if counts.ndim != 2 or (counts < 0).any():
        raise ValueError("counts must be a units x labels matrix of numbers from 0")
    groups = np.arange(len(counts)) if articles is None else np.asarray(articles)
    if len(groups) != len(counts):
        raise ValueError(f"{len(counts)} units, but articles are given for {len(groups)}")
    return alphas_of_sums(sums_of_articles(counts, groups), bootstrap)


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleSums:
    """All that alpha needs of the answers about some articles.

    Args:
        articles: their numbers, each once, sorted; those without a pairable answer are left out.
        sums: articles x terms.
        units, answers: how many pairable ones there are.
    """

    articles: Ints
    sums: Floats
    units: int
    answers: int


def sums_of_articles(counts: Ints, articles: Ints) -> ArticleSums:
    """The sums over the units of each article; the arguments are those of `krippendorff_alpha`."""
    pairable = counts.sum(axis=1) >= 2
    counts, articles = counts[pairable], articles[pairable]
    return ArticleSums(
        articles=np.unique(articles),
        sums=_per_article(_terms(counts), articles),
        units=len(counts),
        answers=int(counts.sum()),
    )


def alphas_of_sums(found: ArticleSums, bootstrap: Bootstrap) -> tuple[Alpha, tuple[Alpha, ...]]:
    """What `krippendorff_alpha` returns."""
    results = _results(found.sums, found.units, found.answers, bootstrap)
    return results[0], tuple(results[1:])


def alpha_across(
    one: Ints, other: Ints, articles: Ints, *, bootstrap: Bootstrap | None = None
) -> Alpha:
    """Nominal alpha between two groups: only pairs of one of each count.

    It is the expected alpha of one annotator from each group, drawn anew for every unit: a unit
    adds one pair, n_c = p_c + q_c and o_cc = 2 p_c q_c, where p and q are the shares of the groups'
    answers to it.

    Args:
        one, other: units x labels, in the same order; how many of the group gave the label.
        articles: the article of each unit.
    """
    both = (one.sum(axis=1) > 0) & (other.sum(axis=1) > 0)
    one, other, articles = one[both], other[both], articles[both]
    p = one / one.sum(axis=1, keepdims=True)
    q = other / other.sum(axis=1, keepdims=True)
    same = 2 * p * q
    terms = np.hstack([p + q, same.sum(axis=1, keepdims=True), same + 2 * (1 - p) * (1 - q)])
    answers = int(one.sum() + other.sum())
    sums = _per_article(terms, articles)
    return _results(sums, len(terms), answers, bootstrap or Bootstrap())[0]


def _results(sums: Floats, units: int, answers: int, bootstrap: Bootstrap) -> list[Alpha]:
    labels = (sums.shape[1] - 1) // 2
    values = _alphas(sums.sum(axis=0, keepdims=True), labels)[0]
    resampled = len(sums) > 1 and bootstrap.resamples > 0
    draws = _alphas(bootstrap.sums(sums), labels) if resampled else np.empty((0, labels + 1))
    return [
        _result(float(value), column, units, answers, len(sums), bootstrap)
        for value, column in zip(values, draws.T, strict=True)
    ]


def coincidences(counts: Ints) -> Floats:
    """Krippendorff's coincidence matrix, labels x labels: the pairs of answers within units.

    o_ck = sum_u n_uc * (n_uk - [c = k]) / (m_u - 1); rows sum to the pairable answers n_c.
    """
    sizes = counts.sum(axis=1)
    paired = counts[sizes >= 2].astype(np.float64)
    weight = 1 / (sizes[sizes >= 2] - 1)
    weighted = paired * weight[:, None]
    matrix: Floats = weighted.T @ paired - np.diag(weighted.sum(axis=0))
    return matrix


def _terms(counts: Ints) -> Floats:
    """Per unit: answers per label, agreement o_cc over all labels, agreement per binarised label.

    Units x (labels + 1 + labels). Alpha needs nothing else of a unit.
    """
    given = counts.astype(np.float64)
    size = given.sum(axis=1, keepdims=True)
    same = given * (given - 1) / (size - 1)
    others = (size - given) * (size - given - 1) / (size - 1)
    return np.hstack([given, same.sum(axis=1, keepdims=True), same + others])


def _per_article(terms: Floats, articles: Ints) -> Floats:
    """Sum of the terms over the units of each article, articles in the order of their numbers."""
    distinct, index = np.unique(articles, return_inverse=True)
    columns = [
        np.bincount(index, weights=column, minlength=len(distinct)).astype(np.float64)
        for column in terms.T
    ]
    return np.stack(columns, axis=1)


def _alphas(sums: Floats, labels: int) -> Floats:
    """Alpha of all labels, then of each label: rows x (1 + labels); NaN where not defined."""
    given, agree = sums[:, :labels], sums[:, labels:]
    total = given.sum(axis=1, keepdims=True)
    squares = np.hstack([(given**2).sum(axis=1, keepdims=True), given**2 + (total - given) ** 2])
    expected = total**2 - squares
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - (total - 1) * (total - agree) / expected, np.nan)


def _result(
    value: float, draws: Floats, units: int, answers: int, articles: int, bootstrap: Bootstrap
) -> Alpha:
    defined = bool(np.isfinite(value))
    interval = bootstrap.interval(draws) if defined else None
    if not units:
        reason: str | None = "no sentence was answered by two annotators"
    elif not defined:
        reason = "the answers do not vary, so no disagreement could be expected by chance"
    elif not bootstrap.resamples:
        reason = "no interval was asked for"
    elif articles < 2:
        reason = "no interval: all answers are of one article, so there is nothing to resample"
    else:
        reason = None if interval else "no interval: alpha is undefined in every resample"
    return Alpha(
        value=value if defined else None,
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        units=units,
        answers=answers,
        articles=articles,
        undefined_resamples=int((~np.isfinite(draws)).sum()) if defined else 0,
        reason=reason,
    )
