"""``copydesk release diff``: what changed, and the version that it requires."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import CorpusDir, find_corpus, words
from copydesk.cli.cut import LabelSource

if TYPE_CHECKING:
    from copydesk.release.contents import Contents
    from copydesk.release.diff import Diff


class Format(StrEnum):
    """The output format of a difference."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def diff(
    before: Annotated[
        str | None, typer.Argument(help="A version or a release's folder; the newest by default.")
    ] = None,
    after: Annotated[
        str | None, typer.Argument(help="Another; by default, what a cut would produce now.")
    ] = None,
    corpus: CorpusDir = None,
    format: Annotated[Format, typer.Option(help="Output format.")] = Format.TEXT,
    out: Annotated[Path | None, typer.Option(help="A file to write; stdout by default.")] = None,
    labels: LabelSource = "rounds",
) -> None:
    """Compare two releases, or a release and the corpus as it is, record by record."""
    from copydesk.files import atomic_write
    from copydesk.release.diff import compare

    now = after is None
    earlier = _release(before, corpus)
    if now:
        later, unjudged = _present(corpus, labels)
        earlier = earlier.without(unjudged)
        if unjudged:
            words().print(
                f"Not judged, since texts of their events are not here: {', '.join(unjudged)}."
            )
    else:
        later = _release(after, corpus)
    text = _told(compare(earlier, later, released=not now), format)
    if out:
        atomic_write(out, text)
    else:
        typer.echo(text, nl=False)


def _release(name: str | None, corpus: Path | None) -> Contents:
    """The release that a version or a path refers to."""
    from copydesk.release.contents import Contents
    from copydesk.release.index import find_release

    if name is not None and Path(name).is_dir():
        return Contents.read(find_release(Path(name)))
    return Contents.read(find_release(find_corpus(corpus).dataset, name))


def _present(corpus: Path | None, labels: str) -> tuple[Contents, tuple[str, ...]]:
    """What a cut would produce now, and the articles that it could not judge."""
    from datetime import UTC, datetime

    from copydesk.release.cut import Options, present, unjudged_articles

    # The version is not in any row, and answers of rules are dated by their release: neither is
    # compared.
    options = Options(version="0.0.0", created=datetime.now(UTC), labels=labels)
    found = find_corpus(corpus)
    return present(found, options), unjudged_articles(found)


def _told(difference: Diff, format: Format) -> str:
    from copydesk.files import dump_json
    from copydesk.release import diff_report

    if format is Format.JSON:
        return dump_json(diff_report.as_document(difference))
    if format is Format.HTML:
        return diff_report.as_html(difference)
    return diff_report.as_text(difference)
