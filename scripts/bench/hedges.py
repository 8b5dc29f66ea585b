"""The suggested labels against readers' labels on invented sentences, by kind of sentence.

    python scripts/bench/hedges.py

`hedges.jsonl` holds sentences as reporters of many outlets and genres write them, with and without
a hedge: `id`, `kind`, `text`, where it matters the line `before` and `after`, and `zone` where it
is not the body. `hedges-labels.jsonl` holds the answers of independent readers who had the
guidelines and these sentences: `id`, `annotator`, `label`. The label of most readers is the right
one; a sentence without one is left out and counted. Readers labelled them before the rules had met
them; kinds of error that showed here were fixed afterwards, so a figure of today is not one of
unseen sentences. They were made up for this purpose, so how often each label occurs among them
says nothing about the news.

Intervals are of 95 %, from drawing sentences anew a thousand times with a fixed seed.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from copydesk.agreement.alpha import krippendorff_alpha
from copydesk.contract.labels import NEWS
from copydesk.text import Piece, Zone, suggest

HERE: Final = Path(__file__).resolve().parent
RARE: Final = "speculation"
RESAMPLED: Final = 1000

Row = Mapping[str, Any]
Pair = tuple[str, str]
"""A label of the readers, and the rules' own."""


def read(file: Path) -> list[Row]:
    """The rows of a file, one JSON object a line."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def suggestion(row: Row) -> str:
    """The rules' label for a sentence that stands between its neighbours."""
    text, pieces = "", []
    for key in ("before", "text", "after"):
        if key in row:
            text += " " * bool(text)
            zone: Zone = row.get("zone", "body") if key == "text" else "body"
            pieces.append(Piece(len(text), len(text) + len(row[key]), zone, True))
            text += row[key]
    return suggest(text, pieces)["before" in row].label


def majority(answers: Iterable[str]) -> str | None:
    """The label that more than half of the answers give; None if there is none."""
    counts = Counter(answers)
    label, given = counts.most_common(1)[0]
    return label if 2 * given > counts.total() else None


def scores(pairs: Iterable[Pair], label: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of a label; 0 where a share is of nothing."""
    counts = Counter(pairs)
    right = counts[label, label]
    held = sum(n for (gold, _), n in counts.items() if gold == label)
    given = sum(n for (_, ours), n in counts.items() if ours == label)
    return (
        right / given if given else 0.0,
        right / held if held else 0.0,
        2 * right / (held + given) if held + given else 0.0,
    )


def macro_f1(pairs: Iterable[Pair]) -> float:
    """Mean F1 of the labels that the readers gave."""
    listed = list(pairs)
    labels = {gold for gold, _ in listed}
    return sum(scores(listed, label)[2] for label in labels) / len(labels) if labels else 0.0


def interval(pairs: list[Pair], figure: Callable[[list[Pair]], float]) -> str:
    """A figure with its interval from drawing sentences anew."""
    draw = random.Random(14)
    values = sorted(figure(draw.choices(pairs, k=len(pairs))) for _ in range(RESAMPLED))
    low, high = values[RESAMPLED // 40], values[-RESAMPLED // 40 - 1]
    return f"{figure(pairs):.3f} [{low:.3f}, {high:.3f}]"


def agreement(given: Mapping[str, list[str]], ids: Iterable[str]) -> float | None:
    """Krippendorff's nominal alpha of the readers over some sentences."""
    counts = [[given[one].count(label) for label in NEWS.names] for one in ids]
    return krippendorff_alpha(np.array(counts, dtype=np.int64))[0].value


def report(rows: list[Row], given: Mapping[str, list[str]]) -> Iterable[str]:
    """The lines of the report: all sentences, then each kind."""
    judged = {row["id"]: majority(given[row["id"]]) for row in rows}
    pairs = defaultdict(list)
    for row in rows:
        if (gold := judged[row["id"]]) is not None:
            pairs[row["kind"]].append((gold, suggestion(row)))
    every = [pair for found in pairs.values() for pair in found]
    alpha = agreement(given, (row["id"] for row in rows))
    yield f"{len(rows)} sentences, {len(rows) - len(every)} of them without a majority of readers"
    yield "readers' alpha: " + ("not defined" if alpha is None else f"{alpha:.3f}")
    yield f"macro-F1: {interval(every, macro_f1)}"
    yield f"{RARE}, F1: {interval(every, lambda drawn: scores(drawn, RARE)[2])}"
    yield f"{'label':16}{'sentences':>10}{'P':>7}{'R':>7}{'F1':>7}"
    for label in NEWS.names:
        held = sum(gold == label for gold, _ in every)
        yield f"{label:16}{held:10}" + "".join(f"{x:7.3f}" for x in scores(every, label))
    yield f"{'kind':16}{RARE:>10}{'P':>7}{'R':>7}{'F1':>7}{'macro-F1':>10}{'alpha':>7}"
    for kind, found in pairs.items():
        alpha = agreement(given, (row["id"] for row in rows if row["kind"] == kind))
        held = sum(gold == RARE for gold, _ in found)
        yield (
            f"{kind:16}{held:10}"
            + "".join(f"{x:7.3f}" for x in scores(found, RARE))
            + f"{macro_f1(found):10.3f}"
            + (f"{'–':>7}" if alpha is None else f"{alpha:7.3f}")
        )


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sentences", type=Path, default=HERE / "hedges.jsonl")
    parser.add_argument("--labels", type=Path, default=HERE / "hedges-labels.jsonl")
    options = parser.parse_args()
    rows = read(options.sentences)
    if not options.labels.exists():
        parser.exit(
            1, f"{options.labels} is missing: without readers' labels nothing is measured\n"
        )
    given: defaultdict[str, list[str]] = defaultdict(list)
    for answer in read(options.labels):
        if answer["label"] not in NEWS.names:
            parser.exit(1, f"{options.labels}: {answer['id']}: no label {answer['label']!r}\n")
        given[answer["id"]].append(answer["label"])
    unread = [row["id"] for row in rows if row["id"] not in given]
    if unread:
        print(f"{len(unread)} sentences have no answer and are left out: {', '.join(unread[:5])} …")
    for line in report([row for row in rows if row["id"] in given], given):
        print(line)


if __name__ == "__main__":
    main()
