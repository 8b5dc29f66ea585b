"""A clone holds no withheld text: what does not need it works, and the rest is named."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copydesk.build import build
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.ingest import ingest
from copydesk.layout import lay_out
from copydesk.release.contents import Contents
from copydesk.release.cut import Options, cut, present, unjudged_articles
from copydesk.release.diff import compare
from copydesk.release.verify import verify

OPTIONS = Options(version="0.1.0", created=datetime(2026, 5, 1, tzinfo=UTC), labels="rule")


@pytest.fixture
def clone(tmp_path: Path) -> Corpus:
    """A corpus with a release, of whose three articles one is withheld and not here."""
    corpus = lay_out(tmp_path / "corpus")
    lines = [
        '{"id": "open", "license": "CC0-1.0", "text": "The bridge is open to all of us now."}',
        '{"id": "late", "license": "CC0-1.0", "text": "A ferry came late on Friday evening."}',
        '{"id": "kept", "text": "Nobody had a key to the garden, said the miller."}',
    ]
    source = tmp_path / "news.jsonl"
    source.write_text("\n".join(lines))
    ingest([str(source)], corpus, workers=1)
    build(corpus, workers=1)
    cut(corpus, OPTIONS)
    shutil.rmtree(corpus.private)
    shutil.rmtree(corpus.build_dir)
    build(corpus, workers=1)
    return corpus


def test_a_cut_is_refused_and_a_dry_run_judges_what_is_here(clone: Corpus) -> None:
    """A release without the absent texts would drop them; a dry run compares the others."""
    options = Options(version="0.1.1", created=OPTIONS.created, labels="rule")

    with pytest.raises(InputError) as caught:
        cut(clone, options)
    done = cut(clone, options, dry_run=True)

    assert caught.value.message == (
        "Articles whose text is not here: 1. A release made now would drop them: kept."
    )
    assert done.unjudged == ("kept",)
    assert done.difference is not None
    assert done.difference.changes.is_empty()


def test_diff_and_verify_work_with_what_is_here(clone: Corpus) -> None:
    """Nothing has changed as far as can be told, and the absent article is named."""
    unjudged = unjudged_articles(clone)
    before = Contents.read(clone.releases / "0.1.0").without(unjudged)

    assert compare(before, present(clone, OPTIONS), released=False).changes.is_empty()
    done = verify(clone)
    assert (done.articles, list(done.missing), done.differing) == (2, ["kept"], ())
