"""``copydesk release verify``: whether a release can be reproduced."""

from __future__ import annotations

from typing import Annotated

import typer

from copydesk.cli.common import CorpusDir, find_corpus, words


def verify(
    version: Annotated[str | None, typer.Argument(help="The newest by default.")] = None,
    corpus: CorpusDir = None,
    allow_missing: Annotated[
        bool,
        typer.Option("--allow-missing", help="Exit with 0 even if some articles are not here."),
    ] = False,
) -> None:
    """Rebuild a release from raw articles and annotations, and compare it with the original.

    Exit: 0 it is the same, 1 it differs, or some of its articles are not here.
    """
    from copydesk.release.verify import verify as rebuild

    found = rebuild(find_corpus(corpus), version)
    console = words()
    for name, reason in found.missing.items():
        console.print(f"  not rebuilt: {name}: {reason}", markup=False)
    for sentence in found.recorded:
        console.print(f"  taken as recorded: {sentence}", markup=False)
    for sentence in found.differing:
        console.print(f"  {sentence}", markup=False)
    how = "to the byte" if not found.missing else "in every row that could be rebuilt"
    console.print(
        f"Release {found.version}: {found.articles:,} articles were rebuilt, "
        f"{len(found.missing):,} could not be. "
        + (f"They match the release, {how}." if not found.differing else "They differ.")
    )
    if found.recorded:
        console.print(
            "Machine annotations that differ were taken as recorded: another version of "
            "the text code made this release."
        )
    if found.differing or (found.missing and not allow_missing):
        raise typer.Exit(1)
