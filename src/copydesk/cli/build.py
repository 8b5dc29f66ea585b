"""``copydesk build``."""

from __future__ import annotations

from typing import Annotated

import typer

from copydesk.cli.common import CorpusDir, counting, find_corpus, words


def build(
    corpus: CorpusDir = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; all processors by default.")
    ] = None,
) -> None:
    """Cut articles into sentences and quotations."""
    from copydesk.build import build as run

    with counting("articles built") as progress:
        done = run(find_corpus(corpus), workers=workers, progress=progress)
    words().print(
        f"{done.articles:,} articles hold {done.sentences:,} sentences and {done.quotes:,} "
        f"quotations ({done.made} of {done.shards} shards made now)."
    )
