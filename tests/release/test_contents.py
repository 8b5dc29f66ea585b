"""The one reader of a release: its rows, whole or by columns, in one file a split or in several."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from copydesk.contract.filenames import TableFile, incomplete
from copydesk.contract.tables import CURRENT, release_file
from copydesk.errors import IntegrityError
from copydesk.release.contents import PLACE, Contents
from copydesk.validate.untrusted_release import load


@pytest.fixture
def several(make: Callable[..., Any], story: Callable[..., Any], tmp_path: Path) -> Path:
    """A release of three sentences whose split 'train' lies in two files, of two and one rows."""
    made = make({"wend": story(lines=[(f"The Wend rose {n}.", ["claim"]) for n in range(3)])})
    folder: Path = made.write(tmp_path)
    _split(folder, rows=2)
    return folder


def _split(folder: Path, rows: int) -> None:
    path = folder / release_file("sentences", "train")
    whole = pq.read_table(path, partitioning=None)
    for number, start in enumerate((0, rows)):
        part = whole.slice(start, rows)
        pq.write_table(part, path.with_name(f"train-{number:05}-of-00002.parquet"))
    path.unlink()


def test_files_of_a_split_are_read_in_order(several: Path) -> None:
    """A split in two files reads as one; a row's place names its file and its number there."""
    contents = Contents.read(several)
    assert contents.frame("sentences", "index", *PLACE).rows() == [
        (1, "sentences/train-00000-of-00002.parquet", 1, "train"),
        (2, "sentences/train-00000-of-00002.parquet", 2, "train"),
        (3, "sentences/train-00001-of-00002.parquet", 1, "train"),
    ]
    assert [part.height for part in contents.of("sentences")] == [2, 1]


def test_a_validation_reads_the_same_rows(several: Path) -> None:
    """What was checked file by file is asked for in the same way as what is trusted."""
    columns = ("sentence_id", "text", "label", *PLACE)
    judged = load(several).contents.frame("sentences", *columns)
    assert judged.equals(Contents.read(several).frame("sentences", *columns))


def test_only_the_columns_asked_for_are_read(several: Path) -> None:
    """A lazy frame names its columns before anything is read; without names it has all of them."""
    contents = Contents.read(several)
    assert contents.scan("sentences", "label", "split").collect_schema().names() == [
        "label",
        "split",
    ]
    names = [*CURRENT["sentences"].names, "split"]
    assert contents.scan("sentences").collect_schema().names() == names
    assert contents.frame("standoff", "label", *PLACE).columns == ["label", *PLACE]
    assert contents.frame("standoff").height == 0


def test_a_file_that_is_missing_is_missed(several: Path) -> None:
    """Half a split is not read as if it were the whole."""
    (several / "sentences/train-00000-of-00002.parquet").unlink()
    with pytest.raises(IntegrityError) as caught:
        Contents.read(several)
    assert caught.value.message == "The split 'train' of 'sentences' has 1 of its 2 files."


def test_files_of_two_cuts_do_not_mix(several: Path) -> None:
    """A file that another cut left beside them is not read with them."""
    part = several / "sentences/train-00000-of-00002.parquet"
    part.with_name("train.parquet").write_bytes(part.read_bytes())
    with pytest.raises(IntegrityError) as caught:
        Contents.read(several)
    assert caught.value.message == (
        "The files of the split 'train' of 'sentences' do not belong together."
    )


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("quotes/test.parquet", TableFile(table="quotes", split="test")),
        (
            "quotes/test-00003-of-00004.parquet",
            TableFile(table="quotes", split="test", number=3, count=4),
        ),
        ("quotes/test-00004-of-00004.parquet", None),
        ("quotes/dev.parquet", None),
        ("quotes/test-3-of-4.parquet", None),
        ("quotes/test.parquet.part", None),
        ("../quotes/test.parquet", None),
    ],
)
def test_names_of_files(name: str, file: TableFile | None) -> None:
    """A name says table, split, number and how many files there are, and is made again from it."""
    assert TableFile.parse(name) == file
    if file is not None:
        assert str(file) == name


def test_a_split_in_one_file_may_be_numbered() -> None:
    """As in the files that the Hub writes."""
    names = ["quotes/test-00000-of-00001.parquet", "sentences/test.parquet"]
    assert incomplete(filter(None, map(TableFile.parse, names))) == []
