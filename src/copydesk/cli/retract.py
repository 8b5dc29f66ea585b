"""``copydesk release retract``: take back a trial release that was never published."""

from __future__ import annotations

from typing import Annotated

import typer

from copydesk.cli.common import CorpusDir, find_corpus, words


def retract(
    version: Annotated[str, typer.Argument(help="The newest release, which nobody has yet.")],
    reason: Annotated[str, typer.Option(help="Why, as a sentence; the index keeps it.")],
    corpus: CorpusDir = None,
) -> None:
    """Take back a trial release that was never published; its number may be used again."""
    from datetime import UTC, datetime

    from copydesk.release.index import read_index
    from copydesk.release.retract import retract as take_back

    found = find_corpus(corpus)
    take_back(found, version, reason=reason, at=datetime.now(UTC))
    newest = read_index(found.dataset).newest
    now = f"The newest release is {newest.version}." if newest else "No release is left."
    words().print(
        f"Release {version} is retracted. {now} Run 'copydesk build' before you cut again: pieces "
        "that this release alone recorded are found anew."
    )
