"""A large release is judged a share of its events at a time, and the findings are the same."""

from __future__ import annotations

import datetime
import json
import math
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from specimens import Specimen, load_damage

from copydesk.contract.arrow import write_table
from copydesk.contract.filenames import TableFile
from copydesk.files import dump_json, sha256_file, sha256_text
from copydesk.release.contents import PLACE, Contents
from copydesk.release.scratch import Scratch
from copydesk.release.shares import shares
from copydesk.validate import Report, validate

RULES = (
    "answer-duplicate",
    "answer-mismatch",
    "article-unknown",
    "duplicate-text-across-splits",
    "id-duplicate",
    "near-duplicate-across-splits",
    "piece-coverage",
    "quote-mismatch",
    "quote-outside-sentence",
    "sentence-order",
    "sentence-overlap",
    "sentence-unknown",
    "split-mixed-event",
    "text-hash-mismatch",
    "votes-mismatch",
)


@pytest.fixture
def small_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every release is kept on the disk, and each event is a share; words are counted by threes."""
    monkeypatch.setattr("copydesk.validate.untrusted_release.HELD_BYTES", 0)
    monkeypatch.setattr("copydesk.release.shares.ROWS_AT_ONCE", 1)
    monkeypatch.setattr("copydesk.release.near._CHUNK", 3)


def _found(report: Report) -> Counter[tuple[str, str, str, str]]:
    return Counter((f.rule, f.record, f.pointer, f.message) for f in report.findings)


def _judged(folder: Path) -> Report:
    today = datetime.date(2026, 4, 15)
    return validate(folder, today=today, exclude=["croissant-disagrees"])


def _in_many_files(folder: Path, out: Path) -> Path:
    """A copy of a release in which no file has more than two rows."""
    shutil.copytree(folder, out)
    manifest = json.loads((out / "release.json").read_text())
    files = []
    for entry in manifest["files"]:
        path = out / entry["path"]
        if path.suffix != ".parquet":
            files.append(entry)
            continue
        whole, file = pq.read_table(path, partitioning=None), TableFile.parse(entry["path"])
        assert file is not None
        count = math.ceil(whole.num_rows / 2)
        path.unlink()
        for number in range(count):
            part = TableFile(table=file.table, split=file.split, number=number, count=count)
            rows = whole.slice(2 * number, 2)
            write_table(rows, out / str(part))
            size, digest = (out / str(part)).stat().st_size, sha256_file(out / str(part))
            new = {"path": str(part), "bytes": size, "rows": rows.num_rows, "sha256": digest}
            files.append(new)
    manifest["files"] = sorted(files, key=lambda entry: entry["path"])
    (out / "release.json").write_text(dump_json(manifest))
    return out


@pytest.mark.long
@pytest.mark.parametrize("rule", RULES)
def test_one_file_or_many_and_one_share_or_many_find_the_same(
    rule: str, specimen: Specimen, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Each fault is found once, with its record and its words, however its rows are divided."""
    load_damage(rule).damage(specimen)
    one = shutil.copytree(specimen.release, tmp_path / "one")
    many = _in_many_files(one, tmp_path / "many")
    whole = _judged(one)
    assert rule in whole.counts
    request.getfixturevalue("small_shares")
    for folder in (one, many):
        report = _judged(folder)
        assert report.counts == whole.counts
        assert _found(report) == _found(whole)


def test_a_place_in_a_share_is_the_place_in_the_file(
    specimen: Specimen, small_shares: None
) -> None:
    """A finding names the row of its file, not of its share: the eighth sentence is row 8."""
    specimen.set("sentences", "index", 99, row=7, split="train")
    specimen.sign()
    report = validate(specimen.release, include=["sentence-order"])
    assert [(f.file[-len("train.parquet") :], f.row) for f in report.findings][:1] == [
        ("train.parquet", 8)
    ]


def test_shares_hold_whole_events_and_every_row_once(
    specimen: Specimen, small_shares: None
) -> None:
    """bridge-day and bridge-wire are one event and one share; no row is lost or repeated."""
    contents = Contents.read(specimen.release)
    parts = list(shares(contents))
    articles = [part.frame("articles", "article_id")["article_id"].to_list() for part in parts]
    assert sorted(map(sorted, articles)) == [
        ["bridge-day", "bridge-wire"],
        ["ferry-day"],
        ["kept-day"],
        ["mill-day"],
        ["orchard-day"],
    ]
    for table in contents.contract.tables:
        key = contents.contract[table].key
        whole = contents.frame(table, key, *PLACE).sort(key)
        divided = [part.frame(table, key, *PLACE) for part in parts]
        assert sorted(row for rows in divided for row in rows.rows()) == sorted(whole.rows())


def test_what_faulty_rows_tie_is_judged_together(specimen: Specimen, small_shares: None) -> None:
    """A quotation of the ferry that names a sentence of the mill brings both into one share."""
    rows = specimen.rows("quotes")
    place = rows["article_id"].to_list().index("ferry-day")
    split = rows["split"][place]
    at = rows.filter(rows["split"] == split)["article_id"].to_list().index("ferry-day")
    specimen.set("quotes", "sentence_ids", ["mill-day.002"], row=at, split=split)
    parts = list(shares(Contents.read(specimen.release)))
    together = [set(part.frame("articles", "article_id")["article_id"]) for part in parts]
    assert {"ferry-day", "mill-day"} in together
    assert len(parts) == 4


def test_facts_are_the_same_by_shares(specimen: Specimen, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the card says, the interval of alpha included, is equal to the last digit."""
    from copydesk.release.facts import facts

    whole = facts(Contents.read(specimen.release))
    monkeypatch.setattr("copydesk.release.shares.ROWS_AT_ONCE", 1)
    assert facts(Contents.read(specimen.release)) == whole


def test_a_full_disk_is_a_sentence(
    specimen: Specimen, small_shares: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the rows of a large release cannot be kept, the folder is named, and what to do."""
    from copydesk.errors import InputError

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    real = Path.mkdir

    def refuse(self: Path, *arguments: object, **named: object) -> None:
        if self.parent.name.startswith("copydesk-rows-"):
            raise OSError(28, "No space left on device")
        real(self, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(InputError, match=r"No space left on device.* TMPDIR"):
        validate(specimen.release)
    assert not list(tmp_path.glob("copydesk-rows-*"))


def test_what_a_killed_run_left_is_removed_and_a_running_ones_rows_stay(
    specimen: Specimen, small_shares: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The lock of a killed process is free; a folder whose lock is held is somebody's."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("copydesk.release.scratch._FRESH_S", -1)
    script = (
        "import os, signal, sys\n"
        "from copydesk.release.scratch import Scratch\n"
        "held = Scratch()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=False)
    (left,) = tmp_path.glob("copydesk-rows-*")
    running = Scratch()
    assert not left.exists()
    validate(specimen.release, level=1)
    (folder,) = tmp_path.glob("copydesk-rows-*")
    assert (folder / "lock").exists()
    del running
    assert not folder.exists()


def test_withheld_words_are_searched_some_articles_at_a_time(
    specimen: Specimen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words of both withheld articles are found, whether they are looked for together or not."""
    corpus = specimen.corpus
    text = "A second cellar was dug below the brewery by nine men in one long winter night.\n"
    (corpus.private / "raw" / "cellar-day.txt").write_text(text, encoding="utf-8")
    lines = corpus.manifest.read_text(encoding="utf-8")
    kept = next(line for line in map(json.loads, lines.splitlines()) if line["licence"] is None)
    digest = sha256_text(text.rstrip("\n"))
    added = {**kept, "article_id": "cellar-day", "text_sha256": digest}
    corpus.manifest.write_text(lines + json.dumps(added) + "\n", encoding="utf-8")
    garden = "A walled garden was found behind the old brewery when a shed fell down on Sunday."
    with (specimen.root / "DATASHEET.md").open("a", encoding="utf-8") as stream:
        stream.write(f"\n{garden}\n{text}")
    for articles, characters in ((10, 1 << 26), (1, 0)):
        monkeypatch.setattr("copydesk.validate.held._AT_ONCE", articles)
        monkeypatch.setattr("copydesk.sieve._CHARACTERS_AT_ONCE", characters)
        report = validate(specimen.root, include=["text-withheld-leaked"])
        found = sorted((f.record, f.file) for f in report.findings)
        assert found == [("cellar-day", "DATASHEET.md"), ("kept-day.002", "DATASHEET.md")]
