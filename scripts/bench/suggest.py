"""Precision, recall and F1 of `copydesk.text.suggest` against the labels of a release.

    python scripts/bench/suggest.py dataset/releases/1.0.0
    python scripts/bench/suggest.py dataset/releases/1.0.0 --raw ../shared/raw

Articles whose text is withheld are taken from `--raw`, matched by hash; those that are not there
are counted and left out. The release's own pieces are judged, so that a unit is compared with its
label and never with another's. A release whose labels come from the rules measures nothing, and
one without adjudicated labels measures only what annotators chanced to agree on: both are said.
With `--suggester FILE` the speed of rules and suggester together stands beside that of the rules.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import polars as pl

from copydesk.contract.labels import NEWS
from copydesk.files import sha256_text
from copydesk.ingest.raw import Missed, Options
from copydesk.ingest.read import readings
from copydesk.suggester import Asked, Suggester
from copydesk.text import Piece, quotations, suggest

TURNS = 5

Pairs = Counter[tuple[str, str]]
"""How often a label (first) got a suggestion (second)."""


def read(release: Path, table: str) -> pl.DataFrame:
    """All splits of a table; no rows if the release has none."""
    files = sorted((release / table).glob("*.parquet"))
    return pl.concat([pl.read_parquet(file) for file in files]) if files else pl.DataFrame()


def own_texts(raw: list[str]) -> dict[str, str]:
    """The user's copies, by the hash of their canonical text."""
    texts: dict[str, str] = {}
    missed = Missed()
    for reading in readings(raw, missed, Options()):
        texts[sha256_text(reading.text)] = reading.text
    for refusal in missed.refused:
        print(f"left out: {refusal}", file=sys.stderr)
    return texts


def suggested(articles: pl.DataFrame, texts: dict[str, str]) -> dict[tuple[str, int, int], str]:
    """The suggestion for each unit of the articles whose text is at hand."""
    result: dict[tuple[str, int, int], str] = {}
    for article in articles.iter_rows(named=True):
        text = article["text"] or texts.get(article["text_sha256"])
        if text is None:
            continue
        for found in suggest(text, [Piece(**piece) for piece in article["pieces"]]):
            result[article["article_id"], found.start, found.end] = found.label
    return result


def speed(
    articles: pl.DataFrame, texts: dict[str, str], model: Suggester | None = None
) -> dict[str, float]:
    """Sentences a second on one core: quotations with their speakers, and suggestions.

    Those of the rules alone, and of rules and model together, in turn; the best of `TURNS` counts.
    """
    read_in = [
        (text, [Piece(**piece) for piece in article["pieces"]])
        for article in articles.iter_rows(named=True)
        if (text := article["text"] or texts.get(article["text_sha256"])) is not None
    ]

    def asked(article: tuple[str, list[Piece]]) -> Asked:
        quotes = quotations(*article)
        return Asked(*article, quotes=quotes, suggested=suggest(*article, quotes=quotes))

    def rules() -> int:
        return sum(len(suggest(text, pieces)) for text, pieces in read_in)

    def both() -> int:
        assert model is not None
        return sum(map(len, model.suggest_each(map(asked, read_in))))

    ways = {"rules": rules} | ({"rules and suggester": both} if model else {})
    found = {}
    for turn in range(TURNS + 1):  # lexicons are read and tables made in the first
        for name, way in ways.items():
            start = time.process_time()
            rate = way() / (time.process_time() - start)
            if turn:
                found[name] = max(found.get(name, 0.0), rate)
    return found


def compare(release: Path, raw: list[str]) -> tuple[Pairs, Pairs, int]:
    """Pairs of label and suggestion: of all units, of adjudicated ones; and units left out."""
    found = suggested(read(release, "articles"), own_texts(raw) if raw else {})
    pairs: Pairs = Counter()
    adjudicated: Pairs = Counter()
    left_out = 0
    for table in ("sentences", "standoff"):
        for row in read(release, table).iter_rows(named=True):
            suggestion = found.get((row["article_id"], row["start"], row["end"]))
            if suggestion is None:
                left_out += 1
                continue
            pair = (NEWS.names[row["label"]], suggestion)
            pairs[pair] += 1
            adjudicated[pair] += row["label_source"] == "adjudicated"
    return pairs, +adjudicated, left_out


def report(title: str, pairs: Pairs) -> None:
    """Print a line for each label, and one for all."""
    total = pairs.total()
    print(f"{title}: {total} units")
    print(f"{'label':12} {'units':>6} {'P':>6} {'R':>6} {'F1':>6}")
    for label in NEWS.names:
        right = pairs[label, label]
        labelled = sum(count for (gold, _), count in pairs.items() if gold == label)
        given = sum(count for (_, rule), count in pairs.items() if rule == label)
        precision = right / given if given else 0.0
        recall = right / labelled if labelled else 0.0
        f1 = 2 * right / (labelled + given) if labelled + given else 0.0
        print(f"{label:12} {labelled:6} {precision:6.3f} {recall:6.3f} {f1:6.3f}")
    same = sum(pairs[label, label] for label in NEWS.names)
    print(f"{'all':12} {total:6} {'accuracy':>13} {same / total if total else 0.0:6.3f}")


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("release", type=Path, help="a release directory")
    parser.add_argument("--raw", action="append", default=[], help="your copy of withheld texts")
    parser.add_argument("--suggester", type=Path, help="time this suggester with the rules")
    options = parser.parse_args()
    if not (options.release / "articles").is_dir():
        parser.error(f"{options.release} is not a release: it has no articles/")
    kinds = set(read(options.release, "annotations")["annotator_kind"])
    pairs, adjudicated, left_out = compare(options.release, options.raw)
    if kinds == {"rule"}:
        print("All labels of this release come from these rules: the figures do not measure them.")
    report("all labels", pairs)
    if adjudicated:
        report("adjudicated labels", adjudicated)
    else:
        print("This release has no adjudicated labels.")
    model = Suggester.read(options.suggester) if options.suggester else None
    texts = own_texts(options.raw) if options.raw else {}
    for name, rate in speed(read(options.release, "articles"), texts, model).items():
        print(f"speed of {name}: {rate:,.0f} sentences a second")
    if left_out:
        print(f"{left_out} units were left out: their text is withheld and was not in --raw.")


if __name__ == "__main__":
    main()
