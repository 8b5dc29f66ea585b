"""Which order of a round needs the fewest answers, simulated on people's labels.

    python scripts/bench/campaign.py --polnear DIR [--repeats 20] [--orders drawn uncertain …]

The labels are those of PolNeAR: quote, claim or none, by the mapping of `external.py`, one article
an event. Weights are thrown away. A third of the articles is kept for scoring; the others are
answered, four articles (or 100 sentences) at a time, the first of them drawn. The orders:

- `drawn`: at random.
- `uncertain`: the articles of which the suggester of the answers so far is least sure, which is
  `round new --order uncertain`: the mean of one minus the calibrated margin.
- `entropy`: the same by the entropy of the calibrated probabilities.
- `dense`: doubt times likeness to the articles that are left; `diverse`: doubt times distance from
  the articles that are answered, chosen one by one.
- `balanced`: doubt, weighted by how rare the likeliest labels are among the answers.
- `small`: `uncertain`, after eight drawn articles, two at a time.
- `sentences drawn`, `sentences uncertain`: single sentences of any article, by margin. No round
  asks so: an annotator would have to read an article for each sentence, and `release cut` takes an
  article only when all its sentences are answered.

Given are the macro-F1 after so many answers, beside the order that is drawn in the same way, and
how many answers an order needs for what drawing articles reaches. Intervals of 95 % are over the
repeats, each with articles drawn anew; a difference is taken repeat by repeat.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from external import KINDS
from learn import interval, macro, read
from scipy.sparse import csr_matrix, vstack
from sklearn.preprocessing import normalize

from copydesk.suggester.asking import doubt
from copydesk.suggester.crossval import cross_validate, folds_of
from copydesk.suggester.fit import Examples, bits_for, examples, fit
from copydesk.suggester.lessons import Lesson
from copydesk.suggester.model import softmax
from copydesk.suggester.scores import temperature

END: Final = 40
SENTENCES: Final = 100
LAST: Final = 1300
ANSWERS: Final = (150, 300, 450, 600, 900, 1200)
ORDERS: Final = ("drawn", "uncertain", "entropy", "dense", "diverse", "balanced", "small")
SINGLE: Final = ("sentences drawn", "sentences uncertain")

Array = np.ndarray[Any, Any]


class Pool:
    """The articles, what is known of each, and how alike they are."""

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        self.lessons = lessons
        self.data = examples(lessons, KINDS, bits_for(len(KINDS)))
        self.rows = [np.flatnonzero(self.data.lessons == at) for at in range(len(lessons))]
        means = [csr_matrix(self.data.matrix[rows].mean(axis=0)) for rows in self.rows]
        whole = normalize(vstack(means).tocsr())
        self.alike = (whole @ whole.T).toarray()

    def halves(self, seed: int) -> tuple[Array, list[int]]:
        """The rows kept for scoring, and the articles that may be answered."""
        shuffled = np.random.default_rng(seed).permutation(len(self.lessons)).tolist()
        third = len(self.lessons) // 3
        return np.concatenate([self.rows[at] for at in shuffled[:third]]), shuffled[third:]

    def score(self, model: Any, test: Array) -> float:
        """Macro-F1 on the rows kept."""
        found = model.scores(self.data.matrix[test], len(KINDS)).argmax(axis=1)
        return macro(self.data.labels[test], found)

    def shares(self, model: Any, seen: Array, rows: Array) -> Array:
        """The calibrated probabilities of some rows."""
        known = Examples(
            *(
                part[seen]
                for part in (
                    self.data.matrix,
                    self.data.labels,
                    self.data.lessons,
                    self.data.places,
                )
            )
        )
        judged = cross_validate(known, folds_of(self.lessons, known), len(KINDS))
        heat = temperature(judged.scores, known.labels)
        return softmax(model.scores(self.data.matrix[rows], len(KINDS)) / heat)


def articles(pool: Pool, seed: int, *, order: str, first: int = 4, step: int = 4) -> Array:
    """Answers so far, and the macro-F1 on the articles kept, after each step."""
    test, left = pool.halves(seed)
    chosen, left = left[:first], left[first:]
    points = []
    while True:
        seen = np.concatenate([pool.rows[at] for at in sorted(chosen)])
        model = fit(pool.data.matrix[seen], pool.data.labels[seen])
        points.append((len(seen), pool.score(model, test)))
        if len(chosen) >= END or not left:
            return np.array(points)
        if order != "drawn":
            every = pool.shares(model, seen, np.concatenate([pool.rows[at] for at in left]))
            cuts = np.cumsum([len(pool.rows[at]) for at in left])[:-1]
            shares = dict(zip(left, np.split(every, cuts), strict=True))
            left = ranked(pool, order, shares, chosen, pool.data.labels[seen], step)
        chosen, left = chosen + left[:step], left[step:]


def ranked(
    pool: Pool,
    order: str,
    shares: Mapping[int, Array],
    chosen: Sequence[int],
    given: Array,
    step: int,
) -> list[int]:
    """The articles that are left, in an order."""
    margins = {at: margin(part) for at, part in shares.items()}
    doubts = doubt({str(at): part.tolist() for at, part in margins.items()})
    worth = {at: doubts[str(at)] for at in shares}
    left = list(shares)
    if order == "entropy":
        worth = {at: float(-(p * np.log(p + 1e-12)).sum(axis=1).mean()) for at, p in shares.items()}
    elif order == "dense":
        worth = {at: worth[at] * pool.alike[at][left].mean() for at in left}
    elif order == "balanced":
        rare = 1 / (np.bincount(given, minlength=len(KINDS)) + 1)
        worth = {
            at: float((p @ (rare / rare.sum()) * (1 - margins[at])).mean())
            for at, p in shares.items()
        }
    elif order == "diverse":
        return far(pool, worth, chosen, step)
    return sorted(left, key=lambda at: -worth[at])


def far(pool: Pool, worth: Mapping[int, float], chosen: Sequence[int], step: int) -> list[int]:
    """A step of articles that are doubtful and unlike those chosen before, one by one."""
    taken, left = list(chosen), list(worth)
    for _ in range(min(step, len(left))):
        best = max(left, key=lambda at: worth[at] * (1 - pool.alike[at][taken].max()))
        taken.append(best)
        left.remove(best)
    return [*taken[len(chosen) :], *left]


def sentences(pool: Pool, seed: int, *, uncertain: bool) -> Array:
    """The same where single sentences are asked for."""
    test, some = pool.halves(seed)
    rows = np.sort(np.concatenate([pool.rows[at] for at in some]))
    left = np.random.default_rng(seed).permutation(rows)
    seen, left = left[:SENTENCES], left[SENTENCES:]
    points = []
    while True:
        model = fit(pool.data.matrix[seen], pool.data.labels[seen])
        points.append((len(seen), pool.score(model, test)))
        if len(seen) >= LAST:
            return np.array(points)
        if uncertain:
            sure = margin(softmax(model.scores(pool.data.matrix[left], len(KINDS))))
            left = left[np.argsort(sure, kind="stable")]
        seen, left = np.concatenate([seen, left[:SENTENCES]]), left[SENTENCES:]


def margin(shares: Array) -> Array:
    """How much likelier the likeliest label is than the next."""
    ordered = np.sort(shares, axis=1)
    found: Array = ordered[:, -1] - ordered[:, -2]
    return found


def needed(points: Array, goal: float) -> float:
    """How many answers it took to reach a macro-F1, between steps in a straight line."""
    best = np.maximum.accumulate(points[:, 1])
    if best[-1] < goal:
        return float(points[-1, 0])
    at = int(np.argmax(best >= goal))
    if at == 0:
        return float(points[0, 0])
    low, high = best[at - 1], best[at]
    return float(points[at - 1, 0] + (goal - low) / (high - low) * np.diff(points[:, 0])[at - 1])


def main() -> None:
    """Parse the command line, simulate and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--polnear", type=Path, metavar="DIR", required=True)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--orders", nargs="+", choices=(*ORDERS, *SINGLE), default=ORDERS + SINGLE)
    options = parser.parse_args()
    pool = Pool(read(options.polnear))
    ways = {order: partial(articles, pool, order=order) for order in ORDERS}
    ways["small"] = partial(articles, pool, order="uncertain", first=8, step=2)
    ways |= {name: partial(sentences, pool, uncertain=name != SINGLE[0]) for name in SINGLE}
    drawn: dict[bool, Array] = {}
    goals, counts = np.zeros(0), np.zeros(0)
    print(f"campaign, {options.repeats} repeats; macro-F1 after so many answers:")
    for order in dict.fromkeys(("drawn", *options.orders)):
        curves = [ways[order](seed) for seed in range(options.repeats)]
        at = np.array([[np.interp(n, *curve.T) for n in ANSWERS] for curve in curves])
        if not drawn:
            goals = at.mean(axis=0)
            counts = np.array([[needed(curve, goal) for goal in goals] for curve in curves])
        single = order in SINGLE
        beside = drawn.setdefault(single, at)
        print(f"{order}, beside {'sentences ' * single}drawn:")
        share = np.array([[needed(curve, goal) for goal in goals] for curve in curves]) / counts
        for number, answers in enumerate(ANSWERS):
            print(
                f"  {answers:5}  {at[:, number].mean():.3f}  "
                f"difference {interval(at[:, number] - beside[:, number])}  "
                f"share of the answers {interval(share[:, number], 2)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
