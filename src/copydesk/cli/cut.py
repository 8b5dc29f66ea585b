"""``copydesk release cut``: make a release."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import CorpusDir, find_corpus, words
from copydesk.cli.describe import Baselines, rewrite

if TYPE_CHECKING:
    from rich.table import Table


LabelSource = Annotated[
    str,
    typer.Option(
        metavar="rounds|rule|NAME",
        help="Closed rounds' answers, the rules' suggestions, or those of the suggester NAME.",
    ),
]


class Method(StrEnum):
    """How answers become one label."""

    MAJORITY = "majority"
    DAWID_SKENE = "dawid-skene"
    MACE = "mace"


def cut(
    version: Annotated[str, typer.Argument(help="The version, such as 1.2.0.")],
    corpus: CorpusDir = None,
    labels: LabelSource = "rounds",
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
    doi: Annotated[
        str | None,
        typer.Option(help="The DOI that was reserved for it; see 'release publish --reserve'."),
    ] = None,
    baselines: Baselines = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
) -> None:
    """Make a release of the corpus as it is built and labelled now."""
    from copydesk.contract.doi import bare
    from copydesk.release.cut import Options
    from copydesk.release.cut import cut as make

    options = Options(
        version=version,
        created=_created(created),
        labels=labels,
        rounds=tuple(rounds) if rounds else None,
        method=method.value,
        doi=bare(doi) if doi else None,
    )
    done = make(find_corpus(corpus), options, dry_run=dry_run)
    console = words()
    console.print(label_table(done.labels, done.manifest["labels"]))
    if done.unlabelled:
        console.print(f"Left out, since they have no labels: {', '.join(done.unlabelled)}.")
    if done.unjudged:
        console.print(
            f"Not judged, since texts of their events are not here: {', '.join(done.unjudged)}."
        )
    if done.difference:
        least, before = done.difference.least, done.difference.before
        console.print(f"The changes since {before} require at least {least}.")
    if baselines and done.path:
        rewrite(find_corpus(corpus), baselines=True)
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
        raise typer.BadParameter(f"{text!r} is not an ISO 8601 time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def label_table(labels: dict[str, dict[str, int]], source: str) -> Table:
    """Labels by split, for a person."""
    from rich.table import Table

    from copydesk.contract.columns import SPLITS

    origins = {"rule": "suggested by rules", "model": "suggested by a trained model"}
    who = origins.get(source, "from annotation rounds")
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
