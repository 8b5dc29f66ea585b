"""``copydesk release hydrate``: fill in withheld text from the user's own copy."""

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
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of your copy, where it is detected wrongly.")
    ] = None,
    min_coverage: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Least share of the withheld sentences to fill, such as 0.9."
        ),
    ] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Exit with 0 even if some text is missing.")
    ] = False,
) -> None:
    """Fill in withheld text from your own copy of the articles."""
    from copydesk.release.hydrate import hydrate as fill

    done = fill(release, raw=raw, out=out, version=version, encoding=encoding)
    console = words()
    parts = sum(gap.filled > 0 for gap in done.gaps)
    console.print(
        f"Release {done.version}: {len(done.filled)} of its withheld articles are filled in "
        f"completely, {parts} in part and {len(done.gaps) - parts} not at all; "
        f"{done.coverage:.1%} of the "
        f"withheld sentences have their text. {done.sentences:,} sentences have it now."
    )
    for gap in done.gaps:
        title = f"“{gap.title}”" if gap.title else None
        known = ", ".join(filter(None, (title, gap.outlet, gap.published, gap.url)))
        console.print(
            f"  {gap.article_id}: {gap.reason}" + (f" ({known})" if known else ""), markup=False
        )
    console.print(f'Load it with: datasets.load_dataset("{done.path}")', markup=False)
    enough = allow_missing if min_coverage is None else done.coverage >= min_coverage
    if done.gaps and not enough:
        raise typer.Exit(1)
