"""``copydesk build``."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from copydesk.cli.common import CorpusDir, counting, find_corpus, many, words

_SHOWN: Final = 5


Workers = Annotated[int | None, typer.Option(min=1, help="Processes; all processors by default.")]
Recut = Annotated[
    bool,
    typer.Option(
        "--recut",
        help="Also cut articles of releases and rounds again; name the labels that this loses.",
    ),
]
Part = Annotated[
    str | None,
    typer.Option(
        metavar="I/N",
        help="Make every N-th shard from the I-th on and nothing else, as one of N tasks; "
        "'copydesk build' then makes what is missing.",
    ),
]
Dask = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Give the shards to a Dask cluster, such as tcp://127.0.0.1:8786, or 'local' for "
        "one of this machine. Needs the extra 'dask'.",
    ),
]


def build(
    corpus: CorpusDir = None,
    workers: Workers = None,
    recut: Recut = False,
    shard: Part = None,
    dask: Dask = None,
) -> None:
    """Cut articles into sentences and quotations."""
    from copydesk.build import build as run
    from copydesk.shards import Share

    share = None if shard is None else Share.parse(shard)
    with counting("articles built") as progress:
        done = run(
            find_corpus(corpus),
            workers=workers,
            progress=progress,
            recut=recut,
            share=share,
            dask=dask,
        )
    console = words()
    if done.damaged:
        console.print(
            f"Made again, since they were missing, cut short or of an older format: "
            f"{', '.join(done.damaged)}."
        )
    if share:
        console.print(
            f"Share {share.number} of {share.of}: {done.made} of {many(done.shards, 'shard')} made "
            f"now, with {many(done.articles, 'article')}."
        )
        return
    console.print(
        f"{many(done.articles, 'article')} with {many(done.sentences, 'sentence')} and "
        f"{many(done.quotes, 'quotation')} ({done.made} of {many(done.shards, 'shard')} made now)."
    )
    if done.absent:
        console.print(
            f"{many(len(done.absent), 'article')} left out, whose text is not here. "
            "'copydesk ingest' takes it from a folder that has it."
        )
    if done.lost:
        shown = ", ".join(done.lost[:_SHOWN])
        more = f" and {len(done.lost) - _SHOWN:,} more" if len(done.lost) > _SHOWN else ""
        console.print(
            f"{len(done.lost):,} sentences of releases and rounds have different boundaries now; "
            f"their labels will be missing from the next release: {shown}{more}."
        )
