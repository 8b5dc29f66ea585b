"""Does a suggester pay? A campaign, a queue of doubts and an audit, simulated on people's labels.

    python scripts/bench/learn.py --polnear DIR [--repeats 30] [--only campaign]

The labels are those of PolNeAR: quote, claim or none, by the mapping of `external.py`, one article
an event. Weights are thrown away.

- **Learning curve and calibration**: what the card of such a suggester would say.
- **Campaign**: a third of the articles is kept for scoring. Four drawn articles are answered, then
  four more at a time: drawn, or those of which the suggester of the answers so far is least sure
  (`round new --order uncertain`). Given are the macro-F1 after so many answers, and how many
  answers each order needs for the macro-F1 that drawing reaches with a number of them. Intervals
  of 95 % are over the repeats, each with articles drawn anew; a difference is taken repeat by
  repeat.
- **Suspects**: one answer in twenty is changed at random; how many of the changed ones are in a
  queue of a given length, beside a queue that is drawn.
- **Audit**: two simulated annotators who answer as the gold does but for one answer in ten, half of
  the articles with suggestions in sight. Where a suggestion is not what an annotator would say, it
  is followed with a given probability. Given is how often `round agree` would see that: its
  interval of the pull lies above zero. No person took part: this says how large a pull of people
  would have to be to be seen, and nothing of how large it is.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from external import KINDS, between_marks, kind_of, read_polnear

from copydesk.agreement import Bootstrap
from copydesk.agreement.arms import arms
from copydesk.suggester.asking import doubt
from copydesk.suggester.crossval import cross_validate, folds_of
from copydesk.suggester.fit import Examples, bits_for, examples, fit
from copydesk.suggester.lessons import Lesson, Material
from copydesk.suggester.model import softmax
from copydesk.suggester.scores import f1_of, temperature
from copydesk.suggester.train import train
from copydesk.text import segment

START: Final = 4
STEP: Final = 4
END: Final = 40
ANSWERS: Final = (150, 300, 450, 600, 900, 1200)
ORDERS: Final = ("drawn", "uncertain")
WRONG: Final = 0.05
PULLS: Final = (0.0, 0.02, 0.05, 0.1, 0.2)
AUDITS: Final = 100

Array = np.ndarray[Any, Any]


def read(folder: Path) -> list[Lesson]:
    """The articles with the label of every unit."""
    found = []
    for name, text, annotated in read_polnear(folder):
        pieces = segment(text)
        marked = between_marks(text)
        contents = [span for item in annotated for span in item.content]
        units = [(piece.start, piece.end) for piece in pieces if piece.is_unit]
        found.append(
            Lesson(
                article_id=name,
                event=name,
                language="en",
                text=text,
                pieces=pieces,
                labels={unit: kind_of(unit, contents, marked) for unit in units},
            )
        )
    return sorted(found, key=lambda lesson: lesson.article_id)


def card(lessons: Sequence[Lesson]) -> Array:
    """Print the learning curve and the calibration; gives what unseen models say."""
    data = {"corpus": "polnear", "source": [], "annotators": {}, "left_out": {}, "withheld": 0}
    trained = train("bench", Material(lessons=lessons, scheme=KINDS, data=data))
    judged = trained.weights.head["judged"]
    print(f"{len(trained.data.labels):,} sentences of {len(lessons)} articles; macro-F1 unseen:")
    for point in judged["learning_curve"]:
        print(
            f"  {point['events']:6.1f} articles {point['sentences']:8.1f} answers  "
            f"{point['macro_f1']:.3f} [{point['low']:.3f}, {point['high']:.3f}]"
        )
    print(f"expected calibration error {judged['calibration']['ece']:.3f}")
    for part in judged["calibration"]["curve"]:
        print(
            f"  said {part['probability']:.3f}  right {part['right']:.3f}  of {part['sentences']}"
        )
    return trained.judged.found


def campaign(lessons: Sequence[Lesson], data: Examples, order: str, seed: int) -> Array:
    """Answers so far, and the macro-F1 on the articles kept, after each step."""
    shuffled = np.random.default_rng(seed).permutation(len(lessons)).tolist()
    third = len(lessons) // 3
    test, pool = np.flatnonzero(np.isin(data.lessons, shuffled[:third])), shuffled[third:]
    chosen, pool = pool[:START], pool[START:]
    points = []
    while True:
        seen = np.flatnonzero(np.isin(data.lessons, chosen))
        model = fit(data.matrix[seen], data.labels[seen])
        found = model.scores(data.matrix[test], len(KINDS)).argmax(axis=1)
        points.append((len(seen), macro(data.labels[test], found)))
        if len(chosen) >= END or not pool:
            return np.array(points)
        if order == "uncertain":
            pool = by_doubt(lessons, data, seen, model, pool)
        chosen, pool = chosen + pool[:STEP], pool[STEP:]


def by_doubt(
    lessons: Sequence[Lesson], data: Examples, seen: Array, model: Any, pool: Sequence[int]
) -> list[int]:
    """The articles of the pool, those first of which the model is least sure once calibrated."""
    known = Examples(
        *(part[seen] for part in (data.matrix, data.labels, data.lessons, data.places))
    )
    judged = cross_validate(known, folds_of(lessons, known), len(KINDS))
    heat = temperature(judged.scores, known.labels)
    margins = {}
    for article in pool:
        rows = np.flatnonzero(data.lessons == article)
        shares = np.sort(softmax(model.scores(data.matrix[rows], len(KINDS)) / heat), axis=1)
        margins[str(article)] = (shares[:, -1] - shares[:, -2]).tolist()
    doubts = doubt(margins)
    return sorted(pool, key=lambda article: -doubts[str(article)])


def macro(truth: Array, found: Array) -> float:
    """Macro-F1."""
    table = np.zeros((len(KINDS), len(KINDS)))
    np.add.at(table, (truth, found), 1)
    return float(f1_of(table).mean())


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


def compare(lessons: Sequence[Lesson], data: Examples, repeats: int) -> None:
    """Print the campaign in both orders."""
    curves = {
        order: [campaign(lessons, data, order, seed) for seed in range(repeats)] for order in ORDERS
    }
    at = {
        order: np.array([[np.interp(n, *curve.T) for n in ANSWERS] for curve in found])
        for order, found in curves.items()
    }
    print(f"campaign, {repeats} repeats; macro-F1 after so many answers:")
    for number, answers in enumerate(ANSWERS):
        drawn, doubted = (at[order][:, number] for order in ORDERS)
        print(
            f"  {answers:5}  drawn {drawn.mean():.3f}  uncertain {doubted.mean():.3f}  "
            f"difference {_interval(doubted - drawn)}"
        )
    print("answers that the order 'uncertain' needs for what drawing reaches, as a share:")
    for number, answers in enumerate(ANSWERS):
        goal = at["drawn"][:, number].mean()
        counts = [np.array([needed(c, goal) for c in curves[order]]) for order in ORDERS]
        share = counts[1] / counts[0]
        print(f"  macro-F1 {goal:.3f} ({answers} drawn): {_interval(share)}")


def _interval(values: Array, digits: int = 3) -> str:
    """The mean, with the percentile interval of means of repeats drawn anew."""
    draws = np.random.default_rng(20).integers(len(values), size=(2000, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return f"{values.mean():.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def queue(lessons: Sequence[Lesson], data: Examples, repeats: int) -> None:
    """Print how many changed answers a queue of suspects holds."""
    lengths = [round(len(data.labels) * part) for part in (0.01, 0.025, 0.05, 0.1)]
    found = []
    for seed in range(repeats):
        draw = np.random.default_rng(seed)
        changed = draw.random(len(data.labels)) < WRONG
        labels = data.labels.copy()
        labels[changed] = (labels[changed] + draw.integers(1, 3, changed.sum())) % len(KINDS)
        given = Examples(data.matrix, labels, data.lessons, data.places)
        judged = cross_validate(given, folds_of(lessons, given), len(KINDS))
        order = np.argsort(judged.shares[np.arange(len(labels)), labels], kind="stable")
        found.append([changed[order[:length]].mean() for length in lengths])
    print(
        f"suspects: {WRONG:.0%} of the answers changed at random, {repeats} repeats; in the first"
    )
    for number, length in enumerate(lengths):
        right = np.array([row[number] for row in found])
        print(f"  {length:4}: changed {_interval(right)}, if drawn {WRONG:.3f}")


def audit(data: Examples, suggested: Array) -> None:
    """Print how often a pull of a given strength would be seen."""
    suggestions = pl.DataFrame(
        {"sentence_id": [str(at) for at in range(len(suggested))], "code": suggested.tolist()}
    )
    gold = suggestions.with_columns(code=pl.Series(data.labels.tolist()))
    print(f"audit, {AUDITS} rounds each; how often the pull is seen, and its size:")
    for pull in PULLS:
        seen: dict[str, list[float]] = {"overall": [], "where wrong": []}
        size: dict[str, list[float]] = {"overall": [], "where wrong": []}
        for seed in range(AUDITS):
            given = pl.DataFrame(
                list(_answers(data, suggested, pull, seed)), orient="row", schema=_GIVEN
            )
            found = arms(given, suggestions, gold, KINDS, Bootstrap(resamples=200))
            for name, one in (("overall", found.overall), ("where wrong", found.where_wrong)):
                assert one is not None
                assert one.low is not None
                assert one.difference is not None
                seen[name].append(one.low > 0)
                size[name].append(one.difference)
        told = "  ".join(
            f"{name}: seen {np.mean(seen[name]):.2f}, pull {np.mean(size[name]):+.3f}"
            for name in seen
        )
        print(f"  followed {pull:.2f}  {told}")


_GIVEN: Final = {"sentence_id": pl.String, "article": pl.Int64, "arm": pl.String, "code": pl.Int64}


def _answers(
    data: Examples, suggested: Array, pull: float, seed: int
) -> Iterator[tuple[str, int, str, int]]:
    draw = np.random.default_rng(seed)
    articles = int(data.lessons.max()) + 1
    for _ in range(2):
        shown = draw.permutation(articles) < articles // 2
        own = data.labels.copy()
        slips = draw.random(len(own)) < 0.1
        own[slips] = (own[slips] + draw.integers(1, 3, slips.sum())) % len(KINDS)
        in_sight = shown[data.lessons]
        follows = in_sight & (draw.random(len(own)) < pull)
        answers = np.where(follows, suggested, own)
        for at, (article, arm, code) in enumerate(
            zip(data.lessons.tolist(), in_sight.tolist(), answers.tolist(), strict=True)
        ):
            yield str(at), article, "suggested" if arm else "blind", code


def main() -> None:
    """Parse the command line, simulate and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--polnear", type=Path, metavar="DIR", required=True)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--only", choices=("card", "queue", "campaign"), help="run one part alone")
    options = parser.parse_args()
    lessons = read(options.polnear)
    data = examples(lessons, KINDS, bits_for(len(KINDS)))
    if options.only in (None, "card"):
        audit(data, card(lessons))
    if options.only in (None, "queue"):
        queue(lessons, data, max(options.repeats // 6, 2))
    if options.only in (None, "campaign"):
        compare(lessons, data, options.repeats)


if __name__ == "__main__":
    main()
