"""``copydesk init``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from copydesk.cli.common import words


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")],
    title: Annotated[str | None, typer.Option(help="The data set's title.")] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="JSON with 2 to 20 labels of your own; the news labels by default. "
            'Write {"labels": [{"name", "hotkey", "colour", "meaning"}, …]}.',
        ),
    ] = None,
) -> None:
    """Lay out a corpus of your own."""
    from copydesk.scaffold import lay_out

    corpus = lay_out(folder, title=title, labels=labels)
    words().print(
        f"A corpus is laid out in {corpus.root}, with the labels "
        f"{', '.join(corpus.scheme.names)}.\n"
        f"Next: copydesk ingest FOLDER_OF_ARTICLES --corpus {folder}"
    )
