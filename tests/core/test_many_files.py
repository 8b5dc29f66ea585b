"""A split in one file or in many: the same rows, findings, differences and texts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from copydesk.build import build
from copydesk.contract.filenames import TableFile
from copydesk.contract.sizing import in_files
from copydesk.corpus import Corpus
from copydesk.ingest import ingest
from copydesk.loading import load
from copydesk.release.contents import Contents
from copydesk.release.cut import cut
from copydesk.release.diff import compare
from copydesk.release.hydrate import hydrate
from copydesk.release.verify import verify
from copydesk.scope import scope
from copydesk.validate import validate

from .test_cut import options


def test_few_rows_are_one_file_and_many_are_cut_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of at most three rows a file, three rows are one plain file and seven are 2, 2 and 3."""
    monkeypatch.setattr("copydesk.contract.sizing.MOST_ROWS", 3)
    rows = pa.table({"n": list(range(7))})

    assert [str(file) for file, _ in in_files(rows.slice(0, 3), "quotes", "test")] == [
        "quotes/test.parquet"
    ]
    cut_up = in_files(rows, "quotes", "test")
    assert [(str(file), part["n"].to_pylist()) for file, part in cut_up] == [
        ("quotes/test-00000-of-00003.parquet", [0, 1]),
        ("quotes/test-00001-of-00003.parquet", [2, 3]),
        ("quotes/test-00002-of-00003.parquet", [4, 5, 6]),
    ]


def test_long_rows_are_cut_by_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four texts of 100 bytes and offsets of 4 make 416 bytes: two files of at most 208."""
    monkeypatch.setattr("copydesk.contract.sizing.MOST_BYTES", 208)
    rows = pa.table({"text": ["x" * 100] * 4})

    assert [part.num_rows for _, part in in_files(rows, "quotes", "train")] == [2, 2]


_AT_ONCE = (
    "build.SHARD_ARTICLES",
    "release.cut_again.SHARD_ARTICLES",
    "release.parts.SENTENCES_AT_ONCE",
    "release.draft._QUOTES_AT_ONCE",
    "sieve._CHARACTERS_AT_ONCE",
    "release.verify._ROWS_AT_ONCE",
    "release.hydrated_folder._ROWS_AT_ONCE",
)


def _limit(monkeypatch: pytest.MonkeyPatch, rows: int, least: int) -> None:
    monkeypatch.setattr("copydesk.contract.sizing.MOST_ROWS", rows)
    for limit in _AT_ONCE:
        monkeypatch.setattr(f"copydesk.{limit}", least)


@pytest.fixture(scope="module")
def _twice(_built_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of the two corpora, ``one`` and ``many``."""
    folder = tmp_path_factory.mktemp("twice")
    extra = folder / "quay-day.jsonl"
    text = "Quay closed\\nThe quay was closed on Monday. “It is falling down,” said Jory Pell.\\n"
    line = f'{{"article_id": "quay-day", "licence": "CC0-1.0", "text": "{text}"}}'
    extra.write_text(line, encoding="utf-8")
    for name, rows, least in (("one", 1_000_000, 1_000_000), ("many", 2, 1)):
        corpus = Corpus(Path(shutil.copytree(_built_once, folder / name / "small")))
        with pytest.MonkeyPatch.context() as monkeypatch:
            _limit(monkeypatch, rows, least)
            build(corpus, workers=1)
            cut(corpus, options("0.1.0"))
            ingest([str(extra)], corpus)
            build(corpus, workers=1)
            cut(corpus, options("0.2.0"))
    return folder


@pytest.fixture
def twice(
    _twice: Path, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Corpus, Corpus]:
    """The small corpus with two releases, each split in one file; the same in files of two rows,
    put together, searched and compared an article at a time."""
    _limit(monkeypatch, 2, 1)
    one, many = (
        Corpus(Path(shutil.copytree(_twice / name, tmp_path / name)) / "small")
        for name in ("one", "many")
    )
    return one, many


@pytest.mark.long
def test_the_same_release_in_one_file_and_in_many(twice: tuple[Corpus, Corpus]) -> None:
    """Rows, their order, counts, changes and facts are the same; files are listed with a hash."""
    one, many = (Contents.read(corpus.releases / "0.2.0") for corpus in twice)

    assert len(many.of("sentences")) > len(one.of("sentences"))
    assert all(part.height <= 2 for part in many.parts)
    for table in one.contract.tables:
        assert many.frame(table).equals(one.frame(table))
    assert many.manifest["counts"] == one.manifest["counts"]
    changes = [(corpus.dataset / "CHANGES.md").read_text() for corpus in twice]
    assert changes[1] == changes[0]
    listed = {entry["path"] for entry in many.manifest["files"]}
    assert {str(part.file) for part in many.parts} == listed - {"croissant.json"}
    assert scope(twice[1].dataset).strays == {}


@pytest.mark.long
def test_both_are_valid_and_come_out_again(twice: tuple[Corpus, Corpus]) -> None:
    """No finding in either, and verify rebuilds both to the byte, by whatever limits."""
    for corpus in twice:
        assert verify(corpus).differing == ()
        assert [str(finding) for finding in validate(corpus.root).findings] == []


@pytest.mark.long
def test_readers_get_the_same_rows_in_the_same_order(
    twice: tuple[Corpus, Corpus], tmp_path: Path
) -> None:
    """`load_dataset` and `copydesk.load` join the files of a split."""
    from datasets import load_dataset

    for config in ("sentences", "articles", "quotes"):
        loaded: list[Any] = [
            load_dataset(str(corpus.dataset), config, cache_dir=str(tmp_path / f"cache{number}"))
            for number, corpus in enumerate(twice)
        ]
        ours: list[Any] = [load(config, corpus=corpus.root) for corpus in twice]
        assert {s: [*rows] for s, rows in loaded[1].items()} == {
            s: [*rows] for s, rows in loaded[0].items()
        }
        assert {s: [*rows] for s, rows in ours[1].items()} == {
            s: [*rows] for s, rows in loaded[0].items()
        }


@pytest.mark.long
def test_findings_are_the_same(twice: tuple[Corpus, Corpus]) -> None:
    """A label that nobody gave is found in both at its own place: file and row within it."""
    import polars as pl
    import pyarrow.parquet as pq

    found = []
    for corpus in twice:
        folder = corpus.releases / "0.2.0"
        contents = Contents.read(folder)
        part = contents.of("annotations")[-1]
        path = folder / str(part.file)
        table = pq.read_table(path, partitioning=None)
        column = table.schema.get_field_index("label")
        labels = table["label"].to_pylist()
        changed = [*labels[:-1], (labels[-1] + 1) % 4]
        field = table.schema.field("label")
        table = table.set_column(column, field, pa.array(changed, field.type))
        pq.write_table(table, path)
        report = validate(folder)
        found.append({(f.rule, f.record) for f in report.findings})
        assert isinstance(contents.frame("annotations"), pl.DataFrame)
    assert found[0] == found[1]
    assert {rule for rule, _ in found[0]} >= {"checksum-mismatch", "votes-mismatch"}


@pytest.mark.long
def test_differences_and_filled_texts_are_the_same(
    twice: tuple[Corpus, Corpus], raw: Path, tmp_path: Path
) -> None:
    """From either to either, compare says the same; hydrate fills the same sentences."""
    releases = [[corpus.releases / v for v in ("0.1.0", "0.2.0")] for corpus in twice]
    plain = compare(Contents.read(releases[0][0]), Contents.read(releases[0][1]))
    mixed = compare(Contents.read(releases[0][0]), Contents.read(releases[1][1]))
    many = compare(Contents.read(releases[1][0]), Contents.read(releases[1][1]))
    assert str(plain.least) == str(mixed.least) == str(many.least) == "0.2.0"
    assert mixed.changes.equals(plain.changes)
    assert many.changes.equals(plain.changes)

    out = [tmp_path / "filled" / name for name in ("one", "many")]
    for corpus, folder in zip(twice, out, strict=True):
        hydrate(corpus.dataset, raw=[str(raw)], out=folder, version="0.2.0")
    filled = [
        Contents.read(folder / "releases" / "0.2.0", manifest=folder / "hydrated.json").frame(
            "sentences"
        )
        for folder in out
    ]
    assert filled[1].equals(filled[0])
    assert "kept-day" in filled[0]["article_id"]


@pytest.mark.long
def test_large_tables_are_compared_a_share_at_a_time(
    twice: tuple[Corpus, Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With three records at once instead of all, the same changes are found, in the same order."""
    before, after = (Contents.read(twice[0].releases / v) for v in ("0.1.0", "0.2.0"))
    whole = compare(before, after)
    assert whole.changes.height == 8
    monkeypatch.setattr("copydesk.release.records._AT_ONCE", 3)

    shares = compare(before, after)

    assert shares.changes.equals(whole.changes)
    assert shares.drifts == whole.drifts


@pytest.mark.long
def test_croissant_names_every_file(twice: tuple[Corpus, Corpus]) -> None:
    """Each file has its rows, and the split of a row is read from a numbered name too."""
    import re

    folder = twice[1].releases / "0.2.0"
    document = json.loads((folder / "croissant.json").read_text())
    (counts,) = (s for s in document["recordSet"] if s["name"] == "counts")
    rows = {row["counts/file"]: row["counts/rows"] for row in counts["data"]}
    assert rows == {str(part.file): part.height for part in Contents.read(folder).parts}
    (sentences,) = (s for s in document["recordSet"] if s["name"] == "sentences")
    pattern = sentences["field"][0]["source"]["transform"]["regex"]
    for name in rows:
        if name.startswith("sentences/"):
            file = TableFile.parse(name)
            match = re.match(pattern, f"/any/where/{name}")
            assert file is not None
            assert match is not None
            assert match[1] == file.split
