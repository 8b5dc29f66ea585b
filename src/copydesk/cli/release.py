"""``copydesk release``: cut, diff, verify, hydrate, publish."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import CorpusDir, find_corpus, words

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(no_args_is_help=True, help="Releases: cut, compare, verify, hydrate, publish.")


class Labels(StrEnum):
    """Where the labels of a release come from."""

    ROUNDS = "rounds"
    RULE = "rule"


class Method(StrEnum):
    """How answers become one label."""

    MAJORITY = "majority"
    DAWID_SKENE = "dawid-skene"
    MACE = "mace"


@app.command()
def cut(
    version: Annotated[str, typer.Argument(help="The version, such as 1.2.0.")],
    corpus: CorpusDir = None,
    labels: Annotated[
        Labels, typer.Option(help="The answers of closed rounds, or the rules' suggestions.")
    ] = Labels.ROUNDS,
    rounds: Annotated[
        list[str] | None, typer.Option("--round", help="A round to take; all closed by default.")
    ] = None,
    method: Annotated[
        Method, typer.Option("--aggregate", help="How answers become one label.")
    ] = Method.MAJORITY,
    created: Annotated[
        str | None,
        typer.Option(help="UTC time of the release; SOURCE_DATE_EPOCH or now by default."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
) -> None:
    """Make a release of the corpus as it is built and labelled now."""
    from copydesk.release.cut import Options
    from copydesk.release.cut import cut as make

    options = Options(
        version=version,
        created=_created(created),
        labels=labels.value,
        rounds=tuple(rounds) if rounds else None,
        method=method.value,
    )
    done = make(find_corpus(corpus), options, dry_run=dry_run)
    console = words()
    console.print(label_table(done.labels, done.manifest["labels"]))
    if done.unlabelled:
        console.print(f"Left out, since they have no labels: {', '.join(done.unlabelled)}.")
    if done.difference:
        least, before = done.difference.least, done.difference.before
        console.print(f"The changes since {before} demand {least} at least.")
    files = len(done.manifest["files"]) + 1
    if done.path:
        console.print(f"Release {version} is made: {files} files in {done.path}", markup=False)
    else:
        console.print(f"Nothing was written. Release {version} would have {files} files.")


def _created(text: str | None) -> datetime:
    if text is None and "SOURCE_DATE_EPOCH" in os.environ:
        return datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no ISO 8601 time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def label_table(labels: dict[str, dict[str, int]], source: str) -> Table:
    """Labels by split, for a person."""
    from rich.table import Table

    from copydesk.contract.columns import SPLITS

    who = "suggested by rules" if source == "rule" else "from annotation rounds"
    table = Table(title=f"Sentences by label and split, labels {who}")
    table.add_column("label")
    for split in (*SPLITS, "all"):
        table.add_column(split, justify="right")
    total = {split: sum(row.get(split, 0) for row in labels.values()) for split in SPLITS}
    for label, row in (*labels.items(), ("all", total)):
        if label == "all":
            table.add_section()
        counts = [row.get(split, 0) for split in SPLITS]
        table.add_row(label, *(f"{n:,}" for n in (*counts, sum(counts))))
    return table


@app.command()
def hydrate(
    release: Annotated[Path, typer.Argument(help="A release, a data set folder or a corpus.")],
    raw: Annotated[list[str], typer.Option(help="Your own copy of the articles.")],
    out: Annotated[Path, typer.Option(help="The folder to write.")],
    version: Annotated[str | None, typer.Option(help="The newest by default.")] = None,
    min_coverage: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Least share of the withheld sentences to fill, such as 0.9."
        ),
    ] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Exit with 0 though some text is missing.")
    ] = False,
) -> None:
    """Fill in withheld text from your own copy of the articles."""
    from copydesk.release.hydrate import hydrate as fill

    done = fill(release, raw=raw, out=out, version=version)
    console = words()
    parts = sum(gap.filled > 0 for gap in done.gaps)
    console.print(
        f"Release {done.version}: of its withheld articles {len(done.filled)} are filled in whole, "
        f"{parts} in part and {len(done.gaps) - parts} not at all; {done.coverage:.1%} of the "
        f"withheld sentences have their text. {done.sentences:,} sentences have it now."
    )
    for gap in done.gaps:
        known = ", ".join(filter(None, (gap.outlet, gap.published, gap.url)))
        console.print(
            f"  {gap.article_id}: {gap.reason}" + (f" ({known})" if known else ""), markup=False
        )
    console.print(f'Load it with: datasets.load_dataset("{done.path}")', markup=False)
    enough = allow_missing if min_coverage is None else done.coverage >= min_coverage
    if done.gaps and not enough:
        raise typer.Exit(1)
