"""``copydesk release describe``: rewrite the documents about the newest release."""

from __future__ import annotations

from copydesk.cli.common import CorpusDir, data, find_corpus


def describe(corpus: CorpusDir = None) -> None:
    """Update card, datasheet and citation to the newest release, which itself does not change.

    'release cut' does this by itself. It is needed after baselines were computed, or when a newer
    copydesk words the documents differently.
    """
    from copydesk.release.contents import Contents
    from copydesk.release.documents import write_documents
    from copydesk.release.index import find_release

    found = find_corpus(corpus)
    with found.lock():
        write_documents(found, Contents.read(find_release(found.dataset)))
    data().print(str(found.dataset / "README.md"), markup=False, soft_wrap=True)
