"""``copydesk release hydrate``: fill in withheld text from a copy of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from copydesk.cli.common import words


def hydrate(
    release: Annotated[Path, typer.Argument(help="A release, a data set folder or a corpus.")],
    raw: Annotated[list[str], typer.Option(help="Your own copy of the articles.")],
    out: Annotated[Path, typer.Option(help="The folder to write.")],
    version: Annotated[str | None, typer.Option(help="The newest by default.")] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Exit with 0 though some text is missing.")
    ] = False,
) -> None:
    """Fill in withheld text from your own copy of the articles."""
    from copydesk.release.hydrate import hydrate as fill

    done = fill(release, raw=raw, out=out, version=version)
    console = words()
    console.print(
        f"Release {done.version}: the text of {len(done.filled)} withheld articles is filled in, "
        f"{len(done.gaps)} could not be; {done.sentences:,} sentences have their text."
    )
    for gap in done.gaps:
        console.print(f"  {gap.article_id}: {gap.reason}", markup=False)
    console.print(f'Load it with: datasets.load_dataset("{done.path}")', markup=False)
    if done.gaps and not allow_missing:
        raise typer.Exit(1)
