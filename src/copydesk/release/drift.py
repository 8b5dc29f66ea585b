"""Whether a distribution differs between two releases: Pearson's chi-square and Cramér's V.

With O the counts of a 2 x k table (releases x categories) and E = row sum * column sum / n:
chi2 = sum (O - E)^2 / E on k - 1 degrees of freedom, without continuity correction (Pearson 1900);
V = sqrt(chi2 / n), which lies in 0..1 since the table has two rows (Cramér 1946, 21.4).

Two releases share most of their records, so p does not test a hypothesis about the world: read V as
the size of the difference, and p as how likely chance alone would produce it in samples of this
size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import erfc, exp, lgamma, log, sqrt


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """One distribution in two releases.

    Args:
        before, after: counts by category, in one order.
        chi2, p, cramers_v: None where there is nothing to compare: a side is empty, or fewer than
            two categories occur.
    """

    what: str
    before: dict[str, int]
    after: dict[str, int]
    chi2: float | None = None
    degrees: int | None = None
    p: float | None = None
    cramers_v: float | None = None


def drift(what: str, before: Mapping[str, int], after: Mapping[str, int]) -> Drift:
    """Compare two distributions; a category that is missing from one counts 0 there."""
    names = list(dict.fromkeys([*before, *after]))
    rows = [[side.get(name, 0) for name in names] for side in (before, after)]
    sides = [dict(zip(names, row, strict=True)) for row in rows]
    found = Drift(what=what, before=sides[0], after=sides[1])
    used = [pair for pair in zip(*rows, strict=True) if any(pair)]
    if len(used) < 2 or not all(map(sum, rows)):
        return found
    total = sum(map(sum, used))
    shares = [sum(row) / total for row in rows]
    chi2 = sum(
        (seen - share * sum(pair)) ** 2 / (share * sum(pair))
        for pair in used
        for seen, share in zip(pair, shares, strict=True)
    )
    degrees = len(used) - 1
    return Drift(
        what=what,
        before=sides[0],
        after=sides[1],
        chi2=chi2,
        degrees=degrees,
        p=_upper_tail(degrees, chi2),
        cramers_v=sqrt(chi2 / total),
    )


def _upper_tail(degrees: int, chi2: float) -> float:
    """The probability that chi-square with these degrees of freedom is at least this large.

    A finite sum for whole degrees (Abramowitz and Stegun 1964, 26.4.4 and 26.4.5): with x = chi2/2,
    the terms are x^k exp(-x) / Gamma(k + 1), for k = 0, 1, ... where degrees are even, and for
    k = 1/2, 3/2, ... after erfc(sqrt(x)) where they are odd; k < degrees / 2.
    """
    half = chi2 / 2
    if half == 0:
        return 1.0
    odd = degrees % 2
    powers = [number + odd / 2 for number in range((degrees - odd) // 2)]
    tail = sum(exp(power * log(half) - half - lgamma(power + 1)) for power in powers)
    return min(1.0, tail + (erfc(sqrt(half)) if odd else 0.0))
