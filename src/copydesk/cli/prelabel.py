"""``copydesk prelabel``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copydesk.cli.common import CorpusDir, find_corpus, many, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copydesk.corpus import Corpus


def prelabel(
    suggester: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="Ask this suggester, made by 'suggester train', instead."
        ),
    ] = None,
    corpus: CorpusDir = None,
) -> None:
    """Print the labels that the rules, or a suggester, would give.

    One JSON object a line: the sentence, the label, and the cues that gave it, with their words; of
    a suggester its pseudonym, the calibrated probability and the margin to the next label.
    """
    from copydesk.files import dump_line

    found = find_corpus(corpus)
    silent = 0
    for line in _by_model(found, suggester) if suggester else _by_rules(found):
        if line["label"] is None:
            silent += 1
        else:
            sys.stdout.write(dump_line(line) + "\n")
    if silent:
        whose = "this suggester has not learnt" if suggester else "there are no rules for"
        words().print(f"{many(silent, 'sentence')} without a suggestion: {whose} their language.")


def _by_rules(corpus: Corpus) -> Iterator[dict[str, Any]]:
    from copydesk.build import read_built

    names = ["sentence_id", "suggestion", "cues", "text", "start"]
    for row in read_built(corpus, "sentences").select(names).iter_rows(named=True):
        text, first = row["text"], row["start"]
        yield {
            "sentence_id": row["sentence_id"],
            "label": row["suggestion"],
            "text": text,
            "cues": [
                {**cue, "text": text[max(cue["start"] - first, 0) : cue["end"] - first]}
                for cue in row["cues"]
            ],
        }


def _by_model(corpus: Corpus, name: str) -> Iterator[dict[str, Any]]:
    from copydesk.build import read_all_built
    from copydesk.suggester.asking import ask, find

    model = find(corpus, name)
    built = read_all_built(corpus)
    guesses = ask(model, built["articles"].iter_rows(named=True))
    rows = built["sentences"].select("sentence_id", "text")
    joined = rows.join(guesses, on="sentence_id", how="left", maintain_order="left")
    for row in joined.iter_rows(named=True):
        for share in ("probability", "margin"):
            row[share] = row[share] and round(row[share], 4)
        yield {**row, "annotator": model.weights.annotator}
