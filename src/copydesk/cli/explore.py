"""``copydesk explore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from copydesk.cli.common import counting, data, words


def explore(
    path: Annotated[
        Path, typer.Argument(help="A release, a data set folder, a corpus or a hydrated folder.")
    ] = Path(),
    out: Annotated[
        Path, typer.Option(help="The folder to make; pages made there before are replaced.")
    ] = Path("explore"),
    before: Annotated[
        str | None,
        typer.Option(
            help="Another release, or the version of one beside it, to compare with; by default "
            "the previous one."
        ),
    ] = None,
    open: Annotated[bool, typer.Option("--open", help="Open the pages in a browser.")] = False,
) -> None:
    """Make pages to look at: articles with coloured sentences, agreement, quotations, charts."""
    from copydesk.explore import explore as make

    with counting("articles shown") as progress:
        page = make(path, out, before=before, progress=progress)
    data().print(str(page), markup=False, soft_wrap=True)
    if open and typer.launch(page.resolve().as_uri()):
        words().print("No browser could be opened: open the page named above yourself.")
