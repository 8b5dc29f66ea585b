"""A suggester trained on our released labels alone, against what people annotated elsewhere.

    python scripts/bench/outside.py dataset/releases/1.0.0 --polnear DIR --gum DIR \
        --newsdiscourse FILE [--raw DIR]

Beside the rules in the same run, by the mapping of `external.py`, which reads the material: quote,
claim and none of a unit of PolNeAR, where speculation counts as claim; attribution of a sentence of
GUM's news by its label; speech, and speculation among the sentences that the rules do not call
quotes, of NewsDiscourse. Texts that the release withholds are learnt from where `--raw` has them.
GUM's news are the collection `wikinews`: for them a suggester is trained without it.

Nothing is trained on the material, and no weights are kept. Intervals are of 95 %, from drawing
articles anew a thousand times; the difference of two figures is taken draw by draw.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from external import (
    KINDS,
    RESAMPLED,
    Counts,
    Span,
    between_marks,
    expected,
    f1,
    kind_of,
    macro_f1,
    precision,
    read_gum,
    read_newsdiscourse,
    read_polnear,
    recall,
    tally,
)
from suggest import own_texts

from copydesk.release.contents import Contents
from copydesk.suggester.lessons import Lesson, Material
from copydesk.suggester.model import Suggester
from copydesk.suggester.train import train
from copydesk.text import Piece, quotations, segment, suggest

Figure = Callable[[Counts], float]
Labels = dict[Span, str]

ARMS: Final = ("rules", "suggester")


@dataclass(frozen=True, slots=True)
class Asked:
    """An article with the labels of the rules and of the suggester."""

    rules: Labels
    suggester: Labels

    @classmethod
    def about(cls, model: Suggester, text: str, pieces: Sequence[Piece]) -> Asked:
        quotes = quotations(text, pieces)
        said = suggest(text, pieces, quotes=quotes)
        guesses = model.suggest(text, pieces, quotes=quotes, suggested=said)
        return cls(*({(one.start, one.end): one.label for one in arm} for arm in (said, guesses)))

    def arms(self, unit: Span) -> Iterator[tuple[str, str]]:
        """Which arm says which label of a unit."""
        yield "rules", self.rules[unit]
        yield "suggester", self.suggester[unit]


def lessons(release: Path, raw: Sequence[str], without: str | None) -> Material:
    """The labelled sentences of a release, with withheld texts as far as `raw` has them."""
    contents = Contents.read(release)
    texts = own_texts(list(raw)) if raw else {}
    names = contents.labels("sentences")
    labels: dict[str, dict[Span, str]] = {}
    for table in ("sentences", "standoff"):
        for row in contents.frame(table).iter_rows(named=True):
            place = (row["start"], row["end"])
            labels.setdefault(row["article_id"], {})[place] = names[row["label"]]
    found = [
        Lesson(
            article_id=article["article_id"],
            event=article["event"],
            language=article["language"],
            text=text,
            pieces=[Piece(**piece) for piece in article["pieces"]],
            labels=labels[article["article_id"]],
        )
        for article in contents.frame("articles").iter_rows(named=True)
        if article["collection"] != without
        and (text := article["text"] or texts.get(article["text_sha256"]))
    ]
    data = {"corpus": "copydesk", "source": [], "annotators": {}, "left_out": {}, "withheld": 0}
    return Material(lessons=found, scheme=contents.contract.scheme.names, data=data)


def polnear(folder: Path, model: Suggester) -> tuple[list[Counts], dict[str, Figure]]:
    """Quote, claim or none, of each unit."""
    articles = []
    for _, text, annotated in read_polnear(folder):
        pieces = segment(text)
        asked = Asked.about(model, text, pieces)
        marked = between_marks(text)
        contents = [span for item in annotated for span in item.content]
        counts: Counts = Counter()
        for unit in ((piece.start, piece.end) for piece in pieces if piece.is_unit):
            gold = kind_of(unit, contents, marked)
            for arm, label in asked.arms(unit):
                kind = {"background": "none", "speculation": "claim"}.get(label, label)
                for wanted in KINDS:
                    tally(counts, f"{arm}:{wanted}", gold == wanted, kind == wanted)
        articles.append(counts)
    figures: dict[str, Figure] = {}
    for arm in ARMS:
        figures[f"{arm}: macro-F1 of quote, claim, none"] = macro_f1(arm)
        for kind in KINDS:
            figures[f"{arm}:   {kind} F1"] = f1(f"{arm}:{kind}")
    return articles, figures


def gum(folder: Path, model: Suggester) -> tuple[list[Counts], dict[str, Figure]]:
    """Attribution of each sentence, by its label."""
    articles = []
    for text, pieces, gold in read_gum(folder):
        asked = Asked.about(model, text, pieces)
        counts: Counts = Counter()
        for piece, wanted in zip(pieces, gold, strict=True):
            for arm, label in asked.arms((piece.start, piece.end)):
                tally(counts, arm, wanted, label in {"quote", "claim"})
        articles.append(counts)
    return articles, _three("attribution", "")


def newsdiscourse(file: Path, model: Suggester) -> tuple[list[Counts], dict[str, Figure]]:
    """Speech of each sentence, and speculation of those that the rules do not call quotes."""
    articles = []
    for text, pieces, sentences in read_newsdiscourse(file):
        asked = Asked.about(model, text, pieces)
        counts: Counts = Counter()
        for row, piece in zip(sentences, pieces, strict=True):
            unit = (piece.start, piece.end)
            for arm, label in asked.arms(unit):
                tally(counts, f"{arm} speech", row["speech"] == "1", label in {"quote", "claim"})
                if asked.rules[unit] != "quote":
                    tally(counts, f"{arm} speculation", expected(row), label == "speculation")
        articles.append(counts)
    return articles, _three("speech", " speech") | _three("speculation", " speculation")


def _three(name: str, suffix: str) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for arm in ARMS:
        figures[f"{arm}: {name}, F1"] = f1(f"{arm}{suffix}")
        figures[f"{arm}:   {name}, P"] = precision(f"{arm}{suffix}")
        figures[f"{arm}:   {name}, R"] = recall(f"{arm}{suffix}")
    return figures


def report(title: str, articles: list[Counts], figures: dict[str, Figure]) -> None:
    """Print each figure of both, and their difference, with intervals."""
    draw = random.Random(14)
    drawn = [sum(draw.choices(articles, k=len(articles)), Counter()) for _ in range(RESAMPLED)]
    total: Counts = sum(articles, Counter())
    print(f"{title}: {len(articles)} articles")
    print(f"  {'':34} {'rules':>22} {'suggester':>22} {'suggester - rules':>24}")
    for name in [name for name in figures if name.startswith("rules:")]:
        pair = [figures[f"{arm}{name.removeprefix('rules')}"] for arm in ARMS]
        values = [[figure(counts) for counts in drawn] for figure in pair]
        columns = [
            _interval(figure(total), seen) for figure, seen in zip(pair, values, strict=True)
        ]
        gaps = [b - a for a, b in zip(*values, strict=True)]
        columns.append(_interval(pair[1](total) - pair[0](total), gaps))
        told = f"{columns[0]:>22} {columns[1]:>22} {columns[2]:>24}"
        print(f"  {name.removeprefix('rules: '):34} {told}")


def _interval(value: float, drawn: list[float]) -> str:
    ordered = sorted(drawn)
    low, high = ordered[RESAMPLED // 40], ordered[-RESAMPLED // 40 - 1]
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def main() -> None:
    """Parse the command line, train, compare and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("release", type=Path, help="a release directory")
    parser.add_argument("--raw", action="append", default=[], help="your copy of withheld texts")
    parser.add_argument("--polnear", type=Path, metavar="DIR")
    parser.add_argument("--gum", type=Path, metavar="DIR")
    parser.add_argument("--newsdiscourse", type=Path, metavar="FILE")
    options = parser.parse_args()
    models: dict[str | None, Suggester] = {}
    for title, compare, place, without in (
        ("PolNeAR", polnear, options.polnear, None),
        ("NewsDiscourse", newsdiscourse, options.newsdiscourse, None),
        ("GUM news", gum, options.gum, "wikinews"),
    ):
        if place is None:
            continue
        if without not in models:
            trained = train("outside", lessons(options.release, options.raw, without))
            models[without] = Suggester(trained.weights)
            data = trained.weights.head["data"]
            left = f" without '{without}'" if without else ""
            print(
                f"trained on {data['sentences']:,} sentences of {data['articles']} articles on "
                f"{data['events']} events of {options.release.name}{left}"
            )
        report(title, *compare(place, models[without]))


if __name__ == "__main__":
    main()
