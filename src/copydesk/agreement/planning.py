"""How many answers and articles give alpha an interval of a certain width, by simulation.

The model: an annotator recognises the label of a sentence with probability sqrt(a), and otherwise
draws one from the shares of the labels; the expected alpha is then a, whatever the shares. How
hard an article is varies: its own a is drawn from a beta distribution around alpha, with variance
``spread`` * alpha * (1 - alpha). So sentences are clustered by article, as real answers are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from copydesk.agreement.alpha import Floats, Ints
from copydesk.errors import InputError

if TYPE_CHECKING:
    import polars as pl

SPREAD: Final = 0.05
"""How much articles differ where there is no pilot: with 20 sentences an article, intervals are
sqrt(1 + 19 * 0.05) = 1.4 times as wide as if every sentence stood alone."""

FEWEST: Final = 10
"""The smallest number of articles that is planned for: fewer give no reliable interval."""

_RUNS: Final = 400
_Z: Final = 1.959964
_MOST: Final = 100_000
"""The largest number of articles that is planned for."""


@dataclass(frozen=True, kw_only=True)
class Assumed:
    """What future answers are assumed to be like.

    Args:
        shares: of each label among the answers.
        sizes: sentences of articles, from which those to come are drawn.
        spread: how much articles differ in how hard they are, from 0.
    """

    alpha: float
    shares: tuple[float, ...]
    sizes: tuple[int, ...]
    spread: float = SPREAD

    def __post_init__(self) -> None:
        if not 0 <= self.alpha <= 1:
            raise InputError(f"An alpha of {self.alpha:g} is not between 0 and 1.")


@dataclass(frozen=True, kw_only=True)
class Option:
    """One way to reach a width.

    Args:
        each: answers to each sentence.
        width: of the 95 % interval that the simulation gives.
    """

    each: int
    articles: int
    sentences: int
    answers: int
    width: float


def pilot(given: pl.DataFrame, labels: int) -> Assumed:
    """What prepared answers (`copydesk.agreement.units.prepare`) tell about future ones.

    The spread is the variance of articles' disagreement beyond what their sentences alone account
    for (one-way analysis of variance, method of moments).

    Raises:
        InputError: alpha is not defined of them.
    """
    from copydesk.agreement.alpha import Bootstrap, krippendorff_alpha
    from copydesk.agreement.units import count_matrix

    counts, articles = count_matrix(given, labels)
    alpha, _ = krippendorff_alpha(counts, articles, bootstrap=Bootstrap(resamples=0))
    if alpha.value is None:
        raise InputError(
            f"The pilot has no measurable agreement: {alpha.reason}.",
            hint="Assume one, with --alpha.",
        )
    pairable = counts.sum(axis=1) >= 2
    shares = counts[pairable].sum(axis=0) / counts[pairable].sum()
    value = min(max(alpha.value, 0.0), 1.0)
    expected = 1 - float((shares**2).sum())
    _, sizes = np.unique(articles, return_counts=True)
    return Assumed(
        alpha=value,
        shares=tuple(map(float, shares)),
        sizes=tuple(map(int, sizes)),
        spread=_spread(_disagreement(counts[pairable]), articles[pairable], value, expected),
    )


def _disagreement(counts: Ints) -> Floats:
    """The share of each unit's pairs of answers that differ."""
    total = counts.sum(axis=1)
    same = (counts * (counts - 1)).sum(axis=1) / (total * (total - 1))
    found: Floats = 1 - same
    return found


def _spread(differing: Floats, articles: Ints, alpha: float, expected: float) -> float:
    _, index = np.unique(articles, return_inverse=True)
    sizes = np.bincount(index).astype(np.float64)
    groups, units = len(sizes), len(differing)
    between = alpha * (1 - alpha) * expected**2
    if groups < 2 or units <= groups or between <= 0:
        return SPREAD
    means = np.bincount(index, weights=differing) / sizes
    within = float(((differing - means[index]) ** 2).sum()) / (units - groups)
    among = float((sizes * (means - differing.mean()) ** 2).sum()) / (groups - 1)
    typical = (units - float((sizes**2).sum()) / units) / (groups - 1)
    return min(max((among - within) / typical / between, 0.0), 0.95)


def width(
    assumed: Assumed, *, articles: int, each: int, runs: int = _RUNS, seed: int = 20
) -> float:
    """The width of alpha's 95 % interval: 2 * 1.96 standard deviations over simulated rounds.

    Args:
        each: answers to each sentence, 2 or more.
        runs: how many rounds are simulated.

    Raises:
        InputError: there is nothing to compare.
    """
    if each < 2:
        raise InputError(
            "Agreement needs two answers to a sentence.", hint="Give --overlap 2 or more."
        )
    return float(
        2 * _Z * simulated(assumed, articles=articles, each=each, runs=runs, seed=seed).std()
    )


def simulated(assumed: Assumed, *, articles: int, each: int, runs: int, seed: int) -> Floats:
    """Alpha of each simulated round."""
    rng = np.random.default_rng(seed)
    shares = np.asarray(assumed.shares) / sum(assumed.shares)
    found = np.empty(runs)
    for run in range(runs):
        sizes = rng.choice(np.asarray(assumed.sizes), size=articles)
        known = np.repeat(_own(assumed, articles, rng), sizes)
        units = len(known)
        true = rng.choice(len(shares), size=units, p=shares)
        guessed = rng.choice(len(shares), size=(units, each), p=shares)
        answers = np.where(
            rng.random((units, each)) < np.sqrt(known)[:, None], true[:, None], guessed
        )
        cells = (np.arange(units)[:, None] * len(shares) + answers).ravel()
        counts = np.bincount(cells, minlength=units * len(shares)).reshape(units, -1)
        found[run] = _alpha(counts, each)
    return found


def _own(assumed: Assumed, articles: int, rng: np.random.Generator) -> Floats:
    """The agreement of each article."""
    mean = assumed.alpha
    if assumed.spread <= 0 or not 0 < mean < 1:
        return np.full(articles, mean)
    weight = 1 / assumed.spread - 1
    return rng.beta(mean * weight, (1 - mean) * weight, size=articles)


def _alpha(counts: Ints, each: int) -> float:
    total = counts.sum(axis=0).astype(np.float64)
    n = total.sum()
    agree = float((counts * (counts - 1)).sum()) / (each - 1)
    expected = n**2 - float((total**2).sum())
    return 1 - (n - 1) * (n - agree) / expected if expected else 1.0


def needed(assumed: Assumed, target: float, *, each: int) -> Option:
    """The fewest articles, about, whose answers give an interval of at most this width.

    Raises:
        InputError: the width is not above 0, or too many articles would be needed.
    """
    if not 0 < target < 1:
        raise InputError(f"A width of {target:g} is not between 0 and 1.")
    articles, found = 50, width(assumed, articles=50, each=each)
    best: tuple[int, float] | None = None
    for _ in range(5):
        # An interval is half as wide with four times as many articles.
        articles = max(FEWEST, int(np.ceil(articles * (found / target) ** 2)))
        if articles > _MOST:
            raise InputError(
                f"An interval of {target:g} would need more than {_MOST:,} articles.",
                hint="Allow a wider one.",
            )
        found = width(assumed, articles=articles, each=each, runs=_runs(articles))
        if found <= target and (best is None or articles < best[0]):
            best = articles, found
        if target * 0.97 <= found <= target or articles == FEWEST:
            break
    articles, found = best or (articles, found)
    sentences = round(articles * float(np.mean(assumed.sizes)))
    return Option(
        each=each, articles=articles, sentences=sentences, answers=sentences * each, width=found
    )


def _runs(articles: int) -> int:
    """Fewer simulated rounds where each is large."""
    return max(100, min(_RUNS, 400_000 // articles))


def options(assumed: Assumed, target: float, overlaps: Sequence[int] = (2, 3, 4)) -> list[Option]:
    """What each overlap would need to reach a width."""
    return [needed(assumed, target, each=each) for each in overlaps]


def narrowed(assumed: Assumed, *, now: float, articles: int, more: int, each: int) -> float:
    """The width that an interval, now ``now`` wide, would have with more articles."""
    before = width(assumed, articles=articles, each=each, runs=_runs(articles + more))
    after = width(assumed, articles=articles + more, each=each, runs=_runs(articles + more))
    return now * after / before if before else now
