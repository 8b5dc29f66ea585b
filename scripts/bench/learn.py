"""Does a suggester pay? A queue of doubts and an audit, simulated on people's labels.

    python scripts/bench/learn.py --polnear DIR [--repeats 30] [--only queue]

The labels are those of PolNeAR: quote, claim or none, by the mapping of `external.py`, one article
an event. Weights are thrown away. `campaign.py` compares the orders of a round.

- **Learning curve and calibration**: what the card of such a suggester would say.
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
from copydesk.suggester.crossval import cross_validate, folds_of
from copydesk.suggester.fit import Examples, bits_for, examples
from copydesk.suggester.lessons import Lesson, Material
from copydesk.suggester.scores import f1_of
from copydesk.suggester.train import train
from copydesk.text import segment

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


def macro(truth: Array, found: Array) -> float:
    """Macro-F1."""
    table = np.zeros((len(KINDS), len(KINDS)))
    np.add.at(table, (truth, found), 1)
    return float(f1_of(table).mean())


def interval(values: Array, digits: int = 3) -> str:
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
        print(f"  {length:4}: changed {interval(right)}, if drawn {WRONG:.3f}")


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
    parser.add_argument("--only", choices=("card", "queue"), help="run one part alone")
    options = parser.parse_args()
    lessons = read(options.polnear)
    data = examples(lessons, KINDS, bits_for(len(KINDS)))
    if options.only in (None, "card"):
        audit(data, card(lessons))
    if options.only in (None, "queue"):
        queue(lessons, data, max(options.repeats // 6, 2))


if __name__ == "__main__":
    main()
