"""``copydesk release describe``: rewrite the documents about the newest release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import CorpusDir, data, find_corpus, words

if TYPE_CHECKING:
    from copydesk.corpus import Corpus

Baselines = Annotated[
    bool,
    typer.Option(
        "--baselines",
        help="Compute also how well the commonest label, the rules and a suggester label the test "
        "split, for the card; needs the extra train.",
    ),
]


def describe(baselines: Baselines = False, corpus: CorpusDir = None) -> None:
    """Update card, datasheet and citation to the newest release, which itself does not change.

    'release cut' does this by itself. It is needed after baselines were computed, or when a newer
    copydesk words the documents differently.
    """
    found = find_corpus(corpus)
    rewrite(found, baselines=baselines)
    data().print(str(found.dataset / "README.md"), markup=False, soft_wrap=True)


def rewrite(corpus: Corpus, *, baselines: bool) -> None:
    """Bring the documents in step with the newest release; say why it has no baselines."""
    from copydesk.errors import InputError
    from copydesk.extras import MissingExtraError
    from copydesk.release.baselines import write_baselines
    from copydesk.release.contents import Contents
    from copydesk.release.documents import write_documents
    from copydesk.release.index import find_release

    with corpus.lock():
        contents = Contents.read(find_release(corpus.dataset))
        if baselines:
            try:
                write_baselines(corpus.dataset, contents)
            except (InputError, MissingExtraError) as error:
                words().print(f"Baselines are left out. {error}", markup=False)
        write_documents(corpus, contents)
