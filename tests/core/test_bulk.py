"""Texts in Parquet: what any verb makes of them is what it makes of files."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from copydesk.articles import Bulk
from copydesk.build import build
from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.ingest import ingest
from copydesk.release.cut import cut
from copydesk.release.verify import verify
from copydesk.scaffold import lay_out
from copydesk.storage import Storage
from copydesk.validate import validate

from .conftest import TEXTS
from .test_cut import files, options


@pytest.fixture
def table(tmp_path: Path, raw: Path) -> Path:
    """The articles of the small corpus as a Parquet file."""
    lines = (raw / "articles.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    for row in rows:
        row["text"] = TEXTS[row["article_id"]]
        row["collection"] = "raw"
        del row["file"]
    path = tmp_path / "articles.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


@pytest.fixture
def bulk(tmp_path: Path, table: Path) -> Corpus:
    """The small corpus with its texts in Parquet."""
    corpus = lay_out(tmp_path / "bulk" / "small", title="A small corpus")
    ingest([str(table)], corpus, bulk=True)
    return corpus


def parts(corpus: Corpus) -> set[str]:
    return {path.name for path in (corpus.private / "articles").glob("*.parquet")}


def texts(corpus: Corpus) -> dict[str, str]:
    return {article.article_id: corpus.text(article) for article in corpus.articles()}


def test_no_article_has_a_file_of_its_own(bulk: Corpus) -> None:
    """One Parquet file has all texts, given or withheld; none of it lies in what is published."""
    assert texts(bulk) == {name: text.strip() for name, text in TEXTS.items()}
    assert [*bulk.root.rglob("*.txt")] == []
    assert len(parts(bulk)) == 1
    assert bulk.absent() == ()
    line = json.loads(bulk.manifest.read_text().splitlines()[0])
    assert (line["file"], line["bulk"]) == (None, True)


@pytest.mark.long
def test_builds_and_releases_are_those_of_files(small: Corpus, bulk: Corpus) -> None:
    """Shards, tables and findings do not say where a text lay; verify rebuilds from both."""
    build(bulk, workers=1)
    assert files(bulk.build_dir / "shards") == files(small.build_dir / "shards")

    released, same = (cut(corpus, options()).path for corpus in (small, bulk))

    assert released is not None
    assert same is not None
    assert files(same) == files(released)
    found = [validate(corpus.root).findings for corpus in (small, bulk)]
    assert found == [(), ()]
    assert verify(bulk).differing == ()


def test_what_an_ingest_leaves_alone_is_not_written_again(
    bulk: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a file for each article, a new article brings one file and a new text replaces one."""
    monkeypatch.setattr("copydesk.articles.bulk._MEAN", 1)
    extra = tmp_path / "quay-day.txt"
    extra.write_text("Quay closed\nThe quay at Osk was closed on Monday by the harbour.\n")
    ingest([str(extra)], bulk, bulk=True)
    before = parts(bulk)
    assert len(before) == 5

    extra.write_text("Quay open\nThe quay at Osk was opened on Tuesday by the harbour.\n")
    ingest([str(extra)], bulk, replace=True)

    after = parts(bulk)
    assert {name.rpartition("-")[0] for name in before - after} == {"quay-day"}
    assert (len(before - after), len(after - before)) == (1, 1)
    assert texts(bulk)["quay-day"].startswith("Quay open\n")


def test_a_kill_leaves_what_the_manifest_names(
    bulk: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New texts are there before the manifest names them, and the old ones until it does not."""
    before, old = texts(bulk), parts(bulk)
    changed = tmp_path / "changed.jsonl"
    text = "Last ferry stays\nThe last ferry stayed at Osk on Friday after all."
    changed.write_text(json.dumps({"article_id": "ferry-day", "text": text}))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("copydesk.articles.article.Article.public", killed)
        with pytest.raises(KeyboardInterrupt):
            ingest([str(changed)], bulk, replace=True)
    assert texts(bulk) == before
    assert parts(bulk) > old

    ingest([str(changed)], bulk, replace=True)
    assert texts(bulk)["ferry-day"].startswith("Last ferry stays\n")
    assert len(parts(bulk)) == 1
    assert parts(bulk).isdisjoint(old)


def test_texts_move_between_the_stores(small: Corpus, raw: Path) -> None:
    """Files become Parquet and files again; a text is never in two places."""
    plain = files(small.dataset / "raw")

    ingest([str(raw)], small, bulk=True, replace=True, strict=True)
    # Files that have not changed are not read again; these are.
    for path in raw.glob("*.txt"):
        path.touch()
    ingest([str(raw)], small, bulk=True)
    assert [*small.root.rglob("*.txt")] == []
    for path in raw.glob("*.txt"):
        path.touch()
    ingest([str(raw)], small, bulk=False)

    assert parts(small) == set()
    assert files(small.dataset / "raw") == plain
    assert texts(small) == {name: text.strip() for name, text in TEXTS.items()}


def test_many_articles_of_parquet_stay_in_parquet(
    tmp_path: Path, table: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From so many on the store is Parquet; fewer become files, as does what comes in files."""
    monkeypatch.setattr("copydesk.ingest.take.BULK_FROM", 5)
    few = lay_out(tmp_path / "few")
    ingest([str(table)], few)
    assert len([*few.root.rglob("*.txt")]) == 4

    monkeypatch.setattr("copydesk.ingest.take.BULK_FROM", 4)
    many, read = lay_out(tmp_path / "many"), lay_out(tmp_path / "read")
    ingest([str(table)], many)
    ingest([str(raw)], read)
    assert ([*many.root.rglob("*.txt")], len(parts(many))) == ([], 1)
    assert len([*read.root.rglob("*.txt")]) == 4


def test_the_verb_takes_the_store(tmp_path: Path, table: Path) -> None:
    """`ingest --store parquet` keeps four articles in Parquet."""
    corpus = lay_out(tmp_path / "asked")
    arguments = ["ingest", str(table), "--store", "parquet", "--corpus", str(corpus.root)]

    told = CliRunner().invoke(app, arguments)

    assert told.exit_code == 0, told.stderr
    assert len(parts(corpus)) == 1


def test_a_damaged_file_is_named(bulk: Corpus) -> None:
    """Reading says which file is damaged; a text that is in none of them is not here."""
    (name,) = parts(bulk)
    path = bulk.private / "articles" / name
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(IntegrityError, match=r"is missing or damaged: .*Restore it, or ingest"):
        texts(bulk)

    (bulk.private / "articles" / "index.json").unlink()
    article = next(bulk.articles())
    with pytest.raises(InputError) as caught:
        bulk.text(article)
    assert str(caught.value) == (
        f"{bulk.private / 'articles'}: The text of 'bridge-day' is not here. Run 'copydesk ingest' "
        "on a folder that holds it."
    )


def test_a_run_of_texts_is_bounded() -> None:
    """No file has more than a few times the usual number of texts, whatever the ids are."""
    from copydesk.articles.bulk import _MOST, _cut

    runs = [*_cut((f"n{number:07d}", "", None) for number in range(3 * _MOST))]

    assert sum(map(len, runs)) == 3 * _MOST
    assert max(map(len, runs)) <= _MOST
    assert [row for run in runs for row in run] == sorted(row for run in runs for row in run)


def test_a_group_ends_where_the_next_begins(tmp_path: Path) -> None:
    """Of 450 texts in groups of 200, the first and last of each group are found by their ids."""
    bulk = Bulk(Storage(str(tmp_path)))
    names = [f"n{number:04d}" for number in range(450)]
    bulk.write(((name, f"of {name}", name) for name in names), lambda name: f"text of {name}")()

    again = Bulk(Storage(str(tmp_path)))
    for number in (0, 199, 200, 399, 400, 449):
        name = f"n{number:04d}"
        assert again.text(name, f"of {name}") == f"text of {name}"
    assert not again.has("n0200", "of another text")
    assert not again.has("n0450", "of n0450")


def test_a_forgotten_text_is_in_no_file(bulk: Corpus) -> None:
    """The others stay; what has to be forgotten twice is no fault."""
    for _ in range(2):
        bulk.texts.bulk.forget("ferry-day")

    left = {article.article_id for article in bulk.articles_here()}
    assert left == {"bridge-day", "bridge-wire", "kept-day"}
    assert [article.article_id for article in bulk.absent()] == ["ferry-day"]
    (name,) = parts(bulk)
    table = pq.read_table(bulk.private / "articles" / name)
    assert table["article_id"].to_pylist() == ["bridge-day", "bridge-wire", "kept-day"]
    assert all("ferry" not in text.casefold() for text in table["text"].to_pylist())
