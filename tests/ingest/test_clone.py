"""A clone holds no withheld text: what does not need it works, and the rest is named."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copydesk.build import build
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.ingest import Defaults, ingest
from copydesk.release.contents import Contents
from copydesk.release.cut import Options, cut, present, unjudged_articles
from copydesk.release.diff import compare
from copydesk.release.verify import verify
from copydesk.scaffold import lay_out

KEPT = "Nobody had a key to the garden, said the miller who lives beside the old bridge."
OPTIONS = Options(version="0.1.0", created=datetime(2026, 5, 1, tzinfo=UTC), labels="rule")


@pytest.fixture(scope="module")
def _cloned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("cloned")
    corpus = lay_out(tmp_path / "corpus")
    lines = [
        '{"id": "open", "license": "CC0-1.0", "text": "The bridge is open to all of us now."}',
        '{"id": "late", "license": "CC0-1.0", "text": "A ferry came late on Friday evening."}',
        f'{{"id": "kept", "text": "{KEPT}"}}',
    ]
    source = tmp_path / "news.jsonl"
    source.write_text("\n".join(lines))
    ingest([str(source)], corpus, workers=1)
    build(corpus, workers=1)
    cut(corpus, OPTIONS)
    shutil.rmtree(corpus.private)
    shutil.rmtree(corpus.build_dir)
    build(corpus, workers=1)
    return corpus.root


@pytest.fixture
def clone(_cloned: Path, tmp_path: Path) -> Corpus:
    """A corpus with a release, of whose three articles one is withheld and not here."""
    shutil.copy(_cloned.with_name("news.jsonl"), tmp_path)
    return Corpus(Path(shutil.copytree(_cloned, tmp_path / "corpus")))


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


def news(root: Path, **texts: str) -> str:
    """A folder with a text for each article."""
    root.mkdir()
    for name, text in texts.items():
        (root / f"{name}.txt").write_text(text, encoding="utf-8")
    return str(root)


@pytest.mark.parametrize("bulk", [False, True])
def test_new_articles_are_taken_where_texts_are_absent_and_compared_once_these_come(
    clone: Corpus, tmp_path: Path, bulk: bool
) -> None:
    """What is absent is counted and compared with nothing. Its text comes later, and with it the
    event of the new article that shares a sentence with it; the released article stays as it is."""
    if bulk:
        lines = clone.manifest.read_text(encoding="utf-8").splitlines()
        held = [
            line.replace('"collection"', '"bulk": true, "collection"') if '"kept"' in line else line
            for line in lines
        ]
        clone.manifest.write_text("\n".join(held) + "\n", encoding="utf-8")
    released = clone.manifest.read_bytes()

    first = ingest([news(tmp_path / "new", again=f"At noon.\n{KEPT}\n")], clone, workers=1)

    assert (first.added, first.replaced, first.filled, first.uncompared) == (1, 0, 0, 1)
    assert set(released.splitlines()) < set(clone.manifest.read_bytes().splitlines())
    assert first.joined == ()
    assert [article.article_id for article in clone.absent()] == ["kept"]

    second = ingest([str(tmp_path / "news.jsonl")], clone, workers=1)

    assert (second.added, second.replaced, second.filled, second.uncompared) == (0, 0, 1, 0)
    assert [(j.article_id, j.event, j.because) for j in second.joined] == [
        ("again", "kept", "nearly the whole text")
    ]
    assert clone.absent() == ()
    assert {a.article_id: a.event for a in clone.articles()} == {
        "again": "kept",
        "kept": "kept",
        "late": "late",
        "open": "open",
    }


def test_a_released_article_is_never_set_aside_when_its_text_comes(
    clone: Corpus, tmp_path: Path
) -> None:
    """A text that was filled in and is like one of another named event is told, and kept."""
    source = news(tmp_path / "new", again=KEPT)
    ingest([source], clone, defaults=Defaults(event="bridge"), workers=1)

    done = ingest([str(tmp_path / "news.jsonl")], clone, workers=1)

    assert [(j.article_id, j.event, j.other) for j in done.apart] == [("kept", "kept", "again")]
    assert (done.filled, done.refused) == (1, ())


def test_a_text_that_was_lost_is_filled_in_though_its_file_was_read_before(tmp_path: Path) -> None:
    """What an earlier run remembers of a file does not keep its text away."""
    corpus = lay_out(tmp_path / "corpus")
    source = news(tmp_path / "new", again=KEPT)
    ingest([source], corpus, workers=1)
    shutil.rmtree(corpus.private)

    done = ingest([source], corpus, workers=1)

    assert (done.filled, done.replaced, corpus.absent()) == (1, 0, ())


def test_the_terminal_says_what_was_filled_in_and_what_was_not_compared(
    clone: Corpus, tmp_path: Path
) -> None:
    """A line each, in words."""
    from typer.testing import CliRunner

    from copydesk.cli.main import app

    new = news(tmp_path / "new", again="A heron was seen at the weir by two anglers on Sunday.")
    command = ["ingest", "--workers", "1", "--corpus", str(clone.root)]

    first = CliRunner().invoke(app, [*command, new]).stderr
    second = CliRunner().invoke(app, [*command, str(tmp_path / "news.jsonl")]).stderr

    assert "1 article could not be compared with these, since their text is not here." in first
    assert (
        "3 articles read: 0 new, 0 replaced, 1 filled in (their text was not here), "
        "2 as they were." in second
    )
