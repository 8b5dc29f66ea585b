"""``copydesk suggester``."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import CorpusDir, find_corpus, many, words
from copydesk.cli.groups import Verbs
from copydesk.errors import InputError

if TYPE_CHECKING:
    from copydesk.corpus import Corpus
    from copydesk.suggester.lessons import Material
    from copydesk.suggester.train import Trained
    from copydesk.suggester.weights import Weights

app = typer.Typer(
    cls=Verbs, no_args_is_help=True, help="Suggestions that learn from a corpus's own answers."
)


@app.command("train")
def train(
    rounds: Annotated[
        list[str] | None,
        typer.Option(
            "--round", help="Learn from this round's answers; repeatable. By default all."
        ),
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="Learn from the labels of this release instead.")
    ] = None,
    name: Annotated[str, typer.Option(help="Its name, also as an annotator.")] = "suggester",
    out: Annotated[
        Path | None,
        typer.Option(help="Its file; annotations/suggesters/NAME.suggester by default."),
    ] = None,
    doubted: Annotated[
        Path | None,
        typer.Option(
            "--suspects",
            metavar="FILE",
            help="Write the sentences whose label it contradicts, the most doubtful first; 'round "
            "adjudicate --suspects' takes them up.",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite an existing suggester.")
    ] = False,
    corpus: CorpusDir = None,
) -> None:
    """Train a suggester, evaluate it on events that it has not seen, and write it with its card."""
    from copydesk.files import atomic_write, dump_line
    from copydesk.rounds.paths import is_id
    from copydesk.suggester.card import card
    from copydesk.suggester.suspects import suspects
    from copydesk.suggester.train import train as make
    from copydesk.suggester.weights import write_weights

    found = find_corpus(corpus)
    if not is_id(name) or len(name) > 51:
        raise InputError(
            f"'{name}' cannot be a suggester's name.",
            hint="Use lower-case letters, digits and hyphens, at most 51.",
        )
    path = out or found.suggester_path(name)
    with found.lock(shared=True):
        trained = make(name, _material(found, rounds, release))
        _refuse_other(path, trained.weights, replace)
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path.with_suffix(".md"), card(trained.weights))
        write_weights(path, trained.weights)
    _show(trained)
    if doubted:
        lines = [dataclasses.asdict(suspect) for suspect in suspects(trained)]
        atomic_write(doubted, "".join(f"{dump_line(line)}\n" for line in lines))
        words().print(f"{many(len(lines), 'suspect')} in {doubted}.", markup=False)
    words().print(
        f"Suggester {trained.weights.annotator} is in {path}, its card beside it.", markup=False
    )


def _material(corpus: Corpus, rounds: list[str] | None, release: str | None) -> Material:
    from copydesk.release.contents import Contents
    from copydesk.release.index import find_release
    from copydesk.release.material import of_release, of_rounds

    if release is None:
        return of_rounds(corpus, rounds)
    if rounds:
        raise InputError(
            "A suggester learns from rounds or from a release, not from both.",
            hint="Leave --round or --release out.",
        )
    return of_release(Contents.read(find_release(corpus.dataset, release)), corpus)


def _refuse_other(path: Path, weights: Weights, replace: bool) -> None:
    """Releases and rounds may rest on the weights that are there."""
    from copydesk.suggester.weights import read_weights

    if path.is_file() and not replace and read_weights(path).digest != weights.digest:
        raise InputError(
            "Another suggester is there, and releases or rounds may rest on it.",
            where=str(path),
            hint="Give the new one another name with --name, or write over it with --replace.",
        )


def _show(trained: Trained) -> None:
    from rich.table import Table

    head = trained.weights.head
    data, judged = head["data"], head["judged"]
    console = words()
    console.print(
        f"Learnt from {many(data['sentences'], 'sentence')} of {many(data['articles'], 'article')} "
        f"on {many(data['events'], 'event')}."
    )
    out = data["left_out"]
    if out.get("withheld_articles"):
        console.print(
            f"Left out: {many(out['withheld_sentences'], 'sentence')} of "
            f"{many(out['withheld_articles'], 'article')} whose text is withheld; "
            r"\[rights] train in copydesk.toml does not allow it."
        )
    if out.get("absent_articles"):
        console.print(f"Left out: {many(out['absent_articles'], 'article')} without text here.")
    if out.get("unsettled_sentences"):
        console.print(
            f"Left out: {many(out['unsettled_sentences'], 'sentence')} whose label is open."
        )
    table = Table(title=f"Macro-F1 on events not seen, {judged['folds']} folds")
    for column in ("", "macro-F1", "interval", *head["scheme"]):
        table.add_column(column, justify="right" if column else "left")
    for model in judged["models"]:
        table.add_row(
            model["name"],
            f"{model['macro_f1']:.3f}",
            f"{model['low']:.3f} to {model['high']:.3f}",
            *(f"{model['labels'][label]['f1']:.3f}" for label in head["scheme"]),
        )
    console.print(table)
    console.print(f"Expected calibration error {judged['calibration']['ece']:.3f}.")
