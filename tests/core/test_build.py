"""Articles become sentences and quotations, the same whoever does it and however often."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from sources import locks

import copydesk
from copydesk import rooms
from copydesk.batch import ARTICLES, build_batch
from copydesk.build import SHARD_ARTICLES, build, read_built
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.ingest import ingest
from copydesk.scaffold import lay_out


def batch(corpus: Corpus, *names: str) -> pa.RecordBatch:
    rows = [
        dataclasses.asdict(a) | {"text": corpus.text(a)}
        for a in corpus.articles()
        if not names or a.article_id in names
    ]
    return pa.RecordBatch.from_pylist(rows, ARTICLES)


def test_an_article_becomes_sentences_with_their_place(small: Corpus) -> None:
    """Each unit has its number, offsets, zone and the share of its words that is quoted."""
    rows = build_batch(batch(small, "bridge-day")).sentences.to_pylist()

    assert [(r["sentence_id"], r["start"], r["end"], r["zone"]) for r in rows] == [
        ("bridge-day.001", 0, 41, "headline"),
        ("bridge-day.002", 42, 84, "body"),
        ("bridge-day.003", 85, 152, "body"),
        ("bridge-day.004", 153, 181, "body"),
    ]
    assert [r["suggestion"] for r in rows[1:]] == ["background", "quote", "speculation"]
    # Seven of the twelve words stand inside the marks.
    assert [r["quoted_ratio"] for r in rows] == [0.0, 0.0, pytest.approx(7 / 12), 0.0]
    assert rows[3]["cues"] == [{"start": 162, "end": 165, "entry": rows[3]["cues"][0]["entry"]}]


def test_a_quotation_knows_its_sentence_speaker_and_cue(small: Corpus) -> None:
    """Spans are offsets into the article."""
    (row,) = build_batch(batch(small, "bridge-day")).quotes.to_pylist()

    assert (row["quote_id"], row["sentence_ids"]) == ("bridge-day.q001", ["bridge-day.003"])
    assert row["text"] == "We waited long enough for this bridge,"
    assert (row["form"], row["speaker"]["text"]) == ("direct", "Ada Crane")
    assert (row["cue"]["start"], row["cue"]["end"]) == (126, 130)


def test_a_batch_is_the_sum_of_its_articles(small: Corpus) -> None:
    """How articles are batched changes nothing, so any engine may map the function."""
    whole = build_batch(batch(small))
    parts = [build_batch(batch(small, a.article_id)) for a in small.articles()]

    for name in whole._fields:
        joined = pa.Table.from_batches([getattr(part, name) for part in parts])
        assert joined.to_pylist() == getattr(whole, name).to_pylist()


def test_a_shard_is_not_made_twice(small: Corpus) -> None:
    """A second build finds all there; a lost shard is made again, to the same rows."""
    before = read_built(small, "sentences")
    (shard,) = (small.build_dir / "shards").iterdir()
    stamp = (shard / "sentences.parquet").stat().st_mtime_ns

    assert build(small, workers=1).made == 0
    assert (shard / "sentences.parquet").stat().st_mtime_ns == stamp

    shutil.rmtree(shard)
    assert build(small, workers=1).made == 1
    assert read_built(small, "sentences").equals(before)


@pytest.mark.long
def test_workers_change_nothing(tmp_path: Path) -> None:
    """One process and two give the same tables, and shards are as many as the articles need."""
    corpus = lay_out(tmp_path / "corpus")
    ingest([locks(tmp_path / "in", SHARD_ARTICLES + 1)], corpus)

    done = build(corpus, workers=2)
    two = read_built(corpus, "sentences")
    shutil.rmtree(corpus.build_dir)
    build(corpus, workers=1)

    assert (done.articles, done.shards, done.made) == (SHARD_ARTICLES + 1, 2, 2)
    assert read_built(corpus, "sentences").equals(two)


def test_a_corpus_that_changed_must_be_built_again(small: Corpus, raw: Path) -> None:
    """Stale tables are never read."""
    (raw / "ferry-day.txt").write_text("Ferry stays\nThe ferry stays.\n")
    ingest([str(raw)], small, replace=True)

    with pytest.raises(InputError) as caught:
        read_built(small, "sentences")

    assert str(caught.value) == (
        f"{small.root}: This corpus changed after its last build. Run 'copydesk build' again."
    )


def test_a_corpus_may_lie_in_a_folder_named_like_a_pattern(small: Corpus, tmp_path: Path) -> None:
    """Brackets and stars in a path mean themselves."""
    there = shutil.copytree(small.root, tmp_path / "news [2020] *")

    moved = read_built(Corpus(there), "sentences")

    assert moved.equals(read_built(small, "sentences"))


def test_a_text_that_is_gone_is_named(small: Corpus) -> None:
    """A build of a corpus without one of its texts leaves that article out and names it; when
    the text is back, so is the article."""
    path = small.private / "raw" / "kept-day.txt"
    text = path.read_bytes()
    path.unlink()
    shutil.rmtree(small.build_dir)

    done = build(small, workers=1)

    assert (done.absent, done.articles) == (("kept-day",), 3)
    path.write_bytes(text)
    assert (build(small, workers=1).absent, build(small, workers=1).articles) == ((), 4)


def test_a_text_that_was_edited_is_not_read(small: Corpus) -> None:
    """One letter more, and the text is not the one that the manifest names by its hash."""
    article = next(iter(small.articles()))
    path = small.texts.path(article)
    path.write_text(path.read_text(encoding="utf-8").replace(".", "!", 1), encoding="utf-8")

    with pytest.raises(InputError) as caught:
        small.text(article)

    assert caught.value.message == (
        f"The text of '{article.article_id}' does not match the manifest."
    )


@pytest.mark.parametrize(
    "file", ["text/segment.py", "text/languages/en/lines.toml", "contract/columns.py", "batch.py"]
)
@pytest.mark.long
def test_a_shard_does_not_outlive_the_code_that_made_it(
    small: Corpus, tmp_path: Path, file: str
) -> None:
    """A copy of the package makes nothing anew until one of its files changes."""
    package = tmp_path / "copy" / "copydesk"
    shutil.copytree(Path(copydesk.__file__).parent, package)
    shutil.copytree(rooms.schema_dir(), package / "_rooms" / "schema")
    code = (
        "import sys; from pathlib import Path; from copydesk.corpus import Corpus;"
        "from copydesk.build import build; print(build(Corpus(Path(sys.argv[1])), workers=1).made)"
    )

    def made() -> str:
        command = [sys.executable, "-c", code, str(small.root)]
        place = os.environ | {"PYTHONPATH": str(package.parent)}
        return subprocess.run(command, env=place, capture_output=True, text=True, check=True).stdout

    build(small, workers=1)
    assert made() == "0\n"
    with (package / file).open("a", encoding="utf-8") as stream:
        stream.write("# another day\n")
    assert made() == "1\n"


def test_a_corpus_without_articles_is_told_so(tmp_path: Path) -> None:
    """Building nothing is a fault, not a success."""
    corpus = lay_out(tmp_path / "empty")

    with pytest.raises(InputError, match=r"This corpus has no articles yet\."):
        build(corpus, workers=1)
