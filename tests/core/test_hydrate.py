"""Withheld text comes back from the user's own copy, by hash, with a reason for each gap."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.files import sha256_text
from copydesk.release.cut import Options, cut
from copydesk.release.filled import Filled, _stretch
from copydesk.release.filling import _outwards as outwards
from copydesk.release.gaps import Gap
from copydesk.release.hydrate import hydrate

OPTIONS = Options(version="0.1.0", created=datetime(2026, 3, 1, tzinfo=UTC), labels="rule")


@pytest.fixture(scope="module")
def _cut_once(_built_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = shutil.copytree(_built_once, tmp_path_factory.mktemp("cut") / "small")
    cut(Corpus(Path(root)), OPTIONS)
    return Path(root)


@pytest.fixture
def released(_cut_once: Path, tmp_path: Path) -> Corpus:
    return Corpus(Path(shutil.copytree(_cut_once, tmp_path / "small")))


def rows(folder: Path, config: str) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as cache:
        loaded = datasets.load_dataset(str(folder), config, cache_dir=cache)
        return [row for split in loaded.values() for row in split]


def test_every_text_comes_back(released: Corpus, raw: Path, tmp_path: Path) -> None:
    """The full data set loads, with the text of every sentence, article, quotation and speaker."""
    done = hydrate(released.dataset, raw=[str(raw)], out=tmp_path / "full")

    assert (done.filled, done.gaps, done.sentences) == (("kept-day",), (), 13)
    texts = {r["article_id"]: r["text"] for r in rows(tmp_path / "full", "articles")}
    assert texts == {p.stem: p.read_text().strip() for p in raw.glob("*.txt")}
    for row in rows(tmp_path / "full", "sentences"):
        start, end = row["start"], row["end"]
        assert row["text"] == texts[row["article_id"]][start:end]  # type: ignore[index]
    quotes = {r["quote_id"]: r for r in rows(tmp_path / "full", "quotes")}
    assert quotes["kept-day.q001"]["text"] == "Nobody had a key to it,"
    assert quotes["kept-day.q001"]["speaker"]["text"] == "Jory Pell"  # type: ignore[index]


def test_a_copy_may_differ_in_what_canonical_text_mends(
    released: Corpus, raw: Path, tmp_path: Path
) -> None:
    """Line ends, trailing blanks, blank lines and a byte order mark make no difference; nor does
    the file's name."""
    text = (raw / "kept-day.txt").read_text()
    copy = tmp_path / "mine"
    copy.mkdir()
    (copy / "other-name.txt").write_bytes(
        b"\xef\xbb\xbf" + text.replace("\n", "  \r\n\r\n").encode()
    )

    done = hydrate(released.dataset, raw=[str(copy)], out=tmp_path / "full")

    assert done.filled == ("kept-day",)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            ("walled garden", "walled yard"),
            "2 of 3 sentences are filled; text differs in the sentence at offset 36.",
        ),
        (
            ("the miller.", "the miller. More."),
            "3 of 3 sentences are filled; text differs outside them: it has 152",
        ),
        (None, "absent: no file has this article's id, its address or any of its sentences."),
    ],
)
def test_a_gap_has_a_reason(
    released: Corpus,
    raw: Path,
    tmp_path: Path,
    change: tuple[str, str] | None,
    reason: str,
) -> None:
    """An article that cannot be filled is named with what is wrong, and stays stand-off."""
    mine = tmp_path / "mine"
    mine.mkdir()
    text = (raw / "kept-day.txt").read_text()
    if change:
        (mine / "kept-day.txt").write_text(text.replace(*change))
    else:
        (mine / "other.txt").write_text("Something else\n")

    done = hydrate(released.dataset, raw=[str(mine)], out=tmp_path / "full")

    assert [gap.article_id for gap in done.gaps] == ["kept-day"]
    assert done.gaps[0].reason.startswith(reason)
    filled = done.gaps[0].filled
    given = [r for r in rows(tmp_path / "full", "sentences") if r["article_id"] == "kept-day"]
    assert (len(given), done.coverage) == (filled, filled / 3)
    assert (tmp_path / "full" / "releases" / "0.1.0" / "standoff").exists() == (filled < 3)


def test_a_copy_that_is_no_text_is_a_reason_too(released: Corpus, tmp_path: Path) -> None:
    """A file that cannot be read is told where the gap is told."""
    (tmp_path / "mine").mkdir()
    path = tmp_path / "mine" / "kept-day.txt"
    path.write_bytes(b"a\0b")

    done = hydrate(released.dataset, raw=[str(tmp_path / "mine")], out=tmp_path / "full")

    assert done.gaps == (
        Gap(
            article_id="kept-day",
            reason=f"{path}: line 1, column 2: U+0000 (control character) is not allowed in an "
            "article. Remove it from the text.",
            sentences=3,
        ),
    )


def test_the_encoding_of_a_copy_can_be_given_as_for_ingest(
    released: Corpus, raw: Path, tmp_path: Path
) -> None:
    """What no bytes say of themselves, such as UTF-32 without a mark, the user says."""
    (tmp_path / "mine").mkdir()
    text = (raw / "kept-day.txt").read_text()
    (tmp_path / "mine" / "kept-day.txt").write_bytes(text.encode("utf-32-le"))
    mine = [str(tmp_path / "mine")]

    guessed = hydrate(released.dataset, raw=mine, out=tmp_path / "guessed")
    given = hydrate(released.dataset, raw=mine, out=tmp_path / "given", encoding="utf-32-le")

    assert (guessed.coverage, guessed.filled) == (0.0, ())
    assert (given.coverage, given.filled) == (1.0, ("kept-day",))


def test_a_copy_in_other_paragraphs_is_filled_sentence_by_sentence(
    released: Corpus, raw: Path, tmp_path: Path
) -> None:
    """A record of a table under another id, its lines joined and one sentence changed, gives the
    sentences whose own hash is met, and what is quoted inside them."""
    text = (raw / "kept-day.txt").read_text().replace("walled garden", "walled yard")
    row = {"id": "other", "content": f"By our reporter\n{' '.join(text.split())}\nMore to come."}
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(row))

    done = hydrate(released.dataset, raw=[str(path)], out=tmp_path / "full")

    assert [(gap.filled, gap.sentences) for gap in done.gaps] == [(2, 3)]
    given = [r["text"] for r in rows(tmp_path / "full", "sentences") if r["event"] == "kept"]
    assert given == [
        "Secret garden found behind the mill",
        "“Nobody had a key to it,” said Jory Pell, the miller.",
    ]
    (quote,) = [r for r in rows(tmp_path / "full", "quotes") if r["event"] == "kept"]
    assert quote["text"] == "Nobody had a key to it,"
    assert quote["speaker"]["text"] == "Jory Pell"  # type: ignore[index]


@pytest.mark.shared
def test_wikinews_is_filled_from_a_treebank(shared: Path, tmp_path: Path) -> None:
    """From GUM's edition of the twelve Wikinews articles, whose paragraphs and blanks differ, at
    least 95 % of their sentences are filled, each to the letter."""
    dataset = Path(__file__).resolve().parents[2] / "dataset"

    done = hydrate(dataset, raw=[str(shared / "external" / "gum-news")], out=tmp_path / "full")

    wanted = datasets.load_dataset(str(dataset), "standoff", cache_dir=str(tmp_path / "a"))
    hashes = {
        row["sentence_id"]: row["text_sha256"]
        for split in wanted.values()
        for row in split
        if row["article_id"].startswith("wikinews")
    }
    given = {
        r["sentence_id"]: sha256_text(str(r["text"]))
        for r in rows(tmp_path / "full", "sentences")
        if r["sentence_id"] in hashes
    }
    assert len(given) >= 0.95 * len(hashes)
    assert given.items() <= hashes.items()
    assert {gap.article_id[:9] for gap in done.gaps if not gap.filled} == {"ceasefire"}


def test_places_are_tried_from_the_likeliest_outwards() -> None:
    """Right and left in turn, the first and the last too, and four thousand at most."""
    assert list(outwards([0, 10, 20, 30], 15)) == [20, 10, 30, 0]
    assert list(outwards([0, 10], 30)) == [10, 0]
    assert len(list(outwards(list(range(9000)), 4500))) == 4000


def test_words_are_taken_from_a_sentence_that_holds_them_whole() -> None:
    """From its first character to its last; what reaches beyond it stays withheld."""
    filled = Filled(whole={}, parts={"a": {10: "It rained."}})
    found = [_stretch("a", filled, *span) for span in ((10, 20), (13, 19), (9, 12), (19, 21))]
    assert found == ["It rained.", "rained", None, None]


def test_nothing_is_overwritten(released: Corpus, raw: Path, tmp_path: Path) -> None:
    """A folder that exists is left alone."""
    (tmp_path / "full").mkdir()

    with pytest.raises(InputError, match=r"full: This folder exists already\.$"):
        hydrate(released.dataset, raw=[str(raw)], out=tmp_path / "full")


def test_a_sentence_with_another_hash_is_refused(
    released: Corpus, raw: Path, tmp_path: Path
) -> None:
    """The article's text is the right one, but one sentence's hash is not: nothing is written."""
    (path,) = released.dataset.rglob("standoff/*.parquet")
    table = pq.read_table(path)
    place = table.column_names.index("text_sha256")
    hashes = ["0" * 64, *table["text_sha256"].to_pylist()[1:]]
    field = table.schema.field(place)
    pq.write_table(table.set_column(place, field, pa.array(hashes, field.type)), path)

    with pytest.raises(IntegrityError, match=r"offset 0 of 'kept-day' does not have the hash"):
        hydrate(released.dataset, raw=[str(raw)], out=tmp_path / "full")
    assert not (tmp_path / "full").exists()


def test_a_damaged_table_is_named(released: Corpus, raw: Path, tmp_path: Path) -> None:
    """Bytes that were overwritten inside a table end the run with a sentence, and nothing is
    written."""
    table = next(released.dataset.glob("releases/0.1.0/articles/*.parquet"))
    data = bytearray(table.read_bytes())
    data[4:200] = bytes(196)
    table.write_bytes(data)

    with pytest.raises(IntegrityError) as caught:
        hydrate(released.dataset, raw=[str(raw)], out=tmp_path / "full")

    assert caught.value.message.startswith("A table of this release is damaged, or was changed")
    assert not (tmp_path / "full").exists()
