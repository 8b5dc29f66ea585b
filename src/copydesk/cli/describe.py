"""``copydesk release describe``: write the words about the newest release anew."""

from __future__ import annotations

from copydesk.cli.common import CorpusDir, data, find_corpus


def describe(corpus: CorpusDir = None) -> None:
    """Bring card, datasheet and citation in step with the newest release, which stays as it is.

    'release cut' does this by itself. It is needed after baselines were computed, or when a newer
    copydesk words the documents in another way.
    """
    from copydesk.release.documents import write_documents
    from copydesk.release.index import find_release

    found = find_corpus(corpus)
    with found.lock():
        write_documents(found, find_release(found.dataset))
    data().print(str(found.dataset / "README.md"), markup=False, soft_wrap=True)
