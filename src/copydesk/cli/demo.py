"""``copydesk demo``: every step, on the shipped corpus."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from copydesk.cli.common import words
from copydesk.cli.cut import label_table

VERSION = "0.1.0"


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder to make.")] = Path(
        "copydesk-demo"
    ),
) -> None:
    """Go the whole way on the shipped corpus.

    From raw articles to a validated release that `datasets` loads, and a page to look at.
    """
    # `datasets` asks the Hub whether there is a newer version unless it is told to stay offline.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from datetime import UTC, datetime

    from copydesk.build import build
    from copydesk.corpus import CONFIG_NAME
    from copydesk.errors import InputError
    from copydesk.ingest import ingest
    from copydesk.release.cut import Options, cut
    from copydesk.rooms import dataset_dir
    from copydesk.scaffold import lay_out
    from copydesk.validate import validate

    console = words()
    if (folder / CONFIG_NAME).exists():
        raise InputError(
            "There is a corpus here already, perhaps of an earlier demo.",
            where=str(folder.resolve()),
            hint=f"Look at it with 'copydesk explore {folder}/dataset', or make another with "
            "'copydesk demo DIR'.",
        )
    corpus = lay_out(folder, title="The copydesk demo")
    taken = ingest([str(dataset_dir() / "raw")], corpus)
    console.print(f"1. {taken.given} articles written for copydesk taken from its shipped corpus")
    built = build(corpus, workers=1)
    console.print(f"2. cut into {built.sentences:,} sentences and {built.quotes:,} quotations")
    done = cut(corpus, Options(version=VERSION, created=datetime.now(UTC), labels="rule"))
    console.print(f"3. labelled by rules and released as {VERSION}")
    report = validate(corpus.dataset)
    console.print(f"4. validated: {len(report.findings)} findings")
    rows = _load(corpus.dataset)
    console.print(f"5. loaded with datasets.load_dataset: {rows:,} sentences")
    page = _explore(corpus.dataset, corpus.root / "explore")
    console.print()
    console.print(label_table(done.labels, "rule"))
    console.print(f"The corpus:   {corpus.root}", markup=False)
    console.print(f"The data set: {corpus.dataset}", markup=False)
    console.print(f"To look at:   {page}", markup=False)
    if report.findings:
        raise typer.Exit(1)


def _load(dataset: Path) -> int:
    import tempfile

    import datasets

    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache:
        loaded = datasets.load_dataset(str(dataset), cache_dir=cache)
        return sum(split.num_rows for split in loaded.values())


def _explore(dataset: Path, folder: Path) -> Path:
    from copydesk.explore import explore

    return explore(dataset, folder)
