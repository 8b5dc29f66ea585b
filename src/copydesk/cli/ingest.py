"""``copydesk ingest``."""

from __future__ import annotations

from typing import Annotated

import typer

from copydesk.cli.common import CorpusDir, find_corpus, words


def ingest(
    sources: Annotated[
        list[str],
        typer.Argument(help="Folders, files (.txt .html .jsonl .parquet) or glob patterns."),
    ],
    corpus: CorpusDir = None,
    licence: Annotated[
        str | None, typer.Option(help="SPDX id for articles that name no licence.")
    ] = None,
    collection: Annotated[
        str | None, typer.Option(help="Collection to put all these articles in.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take a changed text for an article the corpus has.")
    ] = False,
) -> None:
    """Take raw articles into the corpus.

    All of them are taken, or none if one of them cannot be used.
    """
    from copydesk.ingest import ingest as take

    done = take(
        sources, find_corpus(corpus), licence=licence, collection=collection, replace=replace
    )
    total = done.given + done.withheld
    words().print(
        f"{total} articles read: {done.added} new, {done.replaced} replaced, "
        f"{total - done.added - done.replaced} as they were.\n"
        f"The text of {done.given} may be given; the text of {done.withheld} is withheld."
    )
    if done.absent:
        words().print(f"{done.absent} lines of the manifest name articles whose text is not here.")
