"""An article goes from the corpus and from every release; what stays is a tombstone, or nothing."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from leftovers import AT, REASON, read_all
from specimens import TEXTS
from typer.testing import CliRunner

import copydesk
from copydesk.build import build
from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.explore.site import explore
from copydesk.files import dump_json, read_json
from copydesk.ingest import ingest
from copydesk.release.contents import Contents
from copydesk.release.cut import Options, cut
from copydesk.release.diff import compare
from copydesk.release.hydrate import hydrate
from copydesk.release.index import chained, find_release, read_index
from copydesk.release.verify import verify
from copydesk.release.withdraw import withdraw
from copydesk.validate import validate
from copydesk.validate.withdrawn import RULE

Left = Callable[[Path, str], dict[str, Any]]


def take(corpus: Corpus, article: str, *, erase: bool = False) -> dict[str, str]:
    return dict(withdraw(corpus, article, reason=REASON, erase=erase, at=AT).releases)


@pytest.mark.long
@pytest.mark.parametrize("erase", [False, True])
@pytest.mark.parametrize("article", ["ferry-day", "kept-day", "bridge-day", "orchard-day"])
def test_nothing_of_the_text_is_left(corpus: Corpus, left: Left, article: str, erase: bool) -> None:
    """No five words in a row stand in any file; `validate`, with a rebuild, finds nothing."""
    assert left(corpus.root, article)
    take(corpus, article, erase=erase)
    assert left(corpus.root, article) == {}
    report = validate(corpus.root, rebuild=True)
    assert [f"{f.rule} {f.address}: {f.message}" for f in report.findings] == []
    assert RULE not in report.skipped


@pytest.mark.long
@pytest.mark.parametrize("name", ["Hanno Brill", "Last ferry leaves Osk", "news.example/ferry-day"])
def test_speaker_title_and_address_go(corpus: Corpus, name: str) -> None:
    """They stand in many files before, and in none afterwards."""
    assert any(name in text for text in read_all(corpus.root).values())
    take(corpus, "ferry-day")
    assert [file for file, text in read_all(corpus.root).items() if name in text] == []


@pytest.mark.long
def test_a_tombstone_keeps_hashes_offsets_and_labels(corpus: Corpus, base: Path) -> None:
    """Each released sentence is there with its place, hash, label and votes, and without words."""
    before = Contents.read(base / "dataset" / "releases" / "1.1.0")
    old = before.frame("sentences").filter(pl.col("article_id") == "ferry-day")
    assert take(corpus, "ferry-day") == {"1.0.0": "1.0.0+w1", "1.1.0": "1.1.0+w1"}
    after = Contents.read(corpus.releases / "1.1.0+w1")
    new = after.frame("standoff").filter(pl.col("article_id") == "ferry-day")
    kept = [name for name in old.columns if name != "text"]
    assert old.height == 4
    assert new.select(kept).equals(old.select(kept))
    assert after.frame("sentences").filter(pl.col("article_id") == "ferry-day").is_empty()
    row = after.frame("articles").row(by_predicate=pl.col("article_id") == "ferry-day", named=True)
    assert [row[name] for name in ("text", "title", "url", "attribution")] == [None] * 4
    assert row["text_sha256"] == "".join(
        before.frame("articles").filter(pl.col("article_id") == "ferry-day")["text_sha256"]
    )
    quotes = after.frame("quotes").filter(pl.col("article_id") == "ferry-day")
    assert quotes["text"].to_list() == [None]
    assert quotes["speaker"].struct.field("text").to_list() == [None]
    assert quotes["speaker"].struct.field("start").to_list() == [145]
    assert after.frame("annotations").equals(before.frame("annotations"))


def test_erased_rows_are_gone_and_the_others_are_as_they_were(corpus: Corpus, base: Path) -> None:
    """Of the article only its id is left, in what says that it was erased."""
    before = Contents.read(base / "dataset" / "releases" / "1.1.0")
    take(corpus, "ferry-day", erase=True)
    after = Contents.read(corpus.releases / "1.1.0+w1")
    for table in before.contract.tables:
        others = before.frame(table).filter(pl.col("article_id") != "ferry-day")
        assert after.frame(table).equals(others), table
    files = {name for name, text in read_all(corpus.root).items() if "ferry-day" in text}
    assert files == {
        "annotations/rounds/r1/amendments.jsonl",
        "annotations/rounds/r3/amendments.jsonl",
        "dataset/CHANGES.md",
        "dataset/raw/withdrawn.jsonl",
        "dataset/releases/1.0.0+w1/release.json",
        "dataset/releases/1.1.0+w1/release.json",
    }


@pytest.mark.long
def test_a_tombstone_can_be_erased_later(corpus: Corpus, left: Left) -> None:
    """The proof needs no text: the stored hashes are searched for, and go in the end."""
    take(corpus, "ferry-day")
    with pytest.raises(InputError, match="was withdrawn on 2026-05-01"):
        take(corpus, "ferry-day")
    assert take(corpus, "ferry-day", erase=True) == {
        "1.0.0+w1": "1.0.0+w2",
        "1.1.0+w1": "1.1.0+w2",
    }
    assert left(corpus.root, "ferry-day") == {}
    assert validate(corpus.root, rebuild=True).findings == ()
    assert read_json(corpus.private / "withdrawn.json")["articles"] == {}
    with pytest.raises(InputError, match="was withdrawn and erased on 2026-05-01"):
        take(corpus, "ferry-day", erase=True)


def test_the_index_is_appended_to_and_chained(corpus: Corpus) -> None:
    """Old entries stay; each new one says what happened; the old folders are gone."""
    path = corpus.releases / "index.json"
    old = read_json(path)["releases"]
    take(corpus, "orchard-day")
    new = read_json(path)["releases"]
    assert new[:-1] == old
    assert chained(new) == []
    assert {k: new[-1][k] for k in ("version", "event", "at", "reason")} == {
        "version": "1.1.0+w1",
        "event": "withdrawn",
        "at": "2026-05-01T09:30:00Z",
        "reason": REASON,
    }
    assert read_index(corpus.dataset).versions == ("1.0.0", "1.1.0+w1")
    assert sorted(p.name for p in corpus.releases.iterdir()) == ["1.0.0", "1.1.0+w1", "index.json"]


def _in_list(corpus: Corpus) -> None:
    path = corpus.dataset / "raw" / "withdrawn.jsonl"
    path.write_text(path.read_text().replace(REASON, "The text was wrong."))


def _in_manifest(change: Callable[[list[dict[str, Any]]], object]) -> Callable[[Corpus], None]:
    def damage(corpus: Corpus) -> None:
        path = corpus.releases / "1.1.0+w1" / "release.json"
        manifest = read_json(path)
        change(manifest["withdrawn"])
        path.write_text(dump_json(manifest))

    return damage


def _in_index(corpus: Corpus) -> None:
    path = corpus.releases / "index.json"
    path.write_text(path.read_text().replace(REASON, "The text was wrong."))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_in_list, "'reason' of 'orchard-day' is"),
        (_in_manifest(lambda lines: lines[0].update(on="2026-01-01")), "but 2026-05-01 in the"),
        (_in_manifest(lambda lines: lines.append(lines[0])), "of 'orchard-day' twice"),
        (_in_manifest(lambda lines: lines[0].update(version="7.7.7+w1")), "not this release"),
        (_in_index, "Entry 3 gives another day or reason"),
    ],
)
def test_list_release_and_index_tell_the_same_of_a_withdrawal(
    damage: Callable[[Corpus], None], message: str, corpus: Corpus
) -> None:
    """When it was, why, and which release it made."""
    take(corpus, "orchard-day")
    assert validate(corpus.dataset, include=[RULE]).findings == ()
    damage(corpus)
    found = validate(corpus.dataset, include=[RULE]).findings
    assert any(message in finding.message for finding in found)


@pytest.mark.long
def test_the_old_version_means_the_new_one(corpus: Corpus) -> None:
    """X.Y.Z leads to X.Y.Z+wN; a +wN that was replaced leads nowhere, and the error says where."""
    take(corpus, "ferry-day")
    assert find_release(corpus.dataset, "1.0.0").name == "1.0.0+w1"
    take(corpus, "mill-day")
    assert find_release(corpus.dataset).name == "1.1.0+w2"
    with pytest.raises(InputError, match=r"More was withdrawn from it since: it is 1\.0\.0\+w2"):
        find_release(corpus.dataset, "1.0.0+w1")
    assert validate(corpus.root).findings == ()


def test_loading_warns(corpus: Corpus) -> None:
    """`copydesk.load` says which article, when and why; `datasets` reads the card's new folder."""
    take(corpus, "orchard-day")
    sentence = f"Release 1.1.0+w1: Article 'orchard-day' was withdrawn on 2026-05-01: {REASON}"
    with pytest.warns(UserWarning, match="orchard-day") as caught:
        rows = copydesk.load("standoff", version="1.1.0", split="train", corpus=corpus.root)
    assert [str(w.message) for w in caught] == [sentence]
    assert "orchard-day.002" in rows["sentence_id"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        copydesk.load("sentences", version="1.0.0", corpus=corpus.root)


@pytest.mark.long
def test_hydrate_lists_what_is_gone(corpus: Corpus, tmp_path: Path) -> None:
    """A withdrawn text is not filled in, even from the very copy."""
    take(corpus, "ferry-day")
    raw = tmp_path / "mine"
    raw.mkdir()
    for name in ("ferry-day", "kept-day"):
        (raw / f"{name}.txt").write_text(TEXTS[name], encoding="utf-8")
    done = hydrate(corpus.root, raw=[str(raw)], out=tmp_path / "full")
    assert done.filled == ("kept-day",)
    assert [(gap.article_id, gap.reason) for gap in done.gaps] == [
        ("ferry-day", f"withdrawn on 2026-05-01: {REASON}")
    ]


@pytest.mark.long
def test_diff_names_it_and_the_next_release_is_a_major_one(corpus: Corpus) -> None:
    """The next release does not have the article; its records are 'withdrawn', not 'gone'."""
    take(corpus, "ferry-day")
    build(corpus, workers=1)
    with pytest.raises(InputError, match=r"require at least 2\.0\.0"):
        cut(corpus, Options(version="1.2.0", created=datetime(2026, 6, 1, tzinfo=UTC)))
    done = cut(corpus, Options(version="2.0.0", created=datetime(2026, 6, 1, tzinfo=UTC)))
    assert done.difference is not None
    assert set(done.difference.changes["kind"]) == {"withdrawn"}
    assert done.difference.count("withdrawn") == 4
    assert done.manifest["previous"] == "1.1.0+w1"
    assert done.manifest["withdrawn"][0]["version"] is None
    assert validate(corpus.root, rebuild=True).findings == ()


@pytest.mark.long
def test_a_backup_of_the_old_release_differs_by_withdrawn_records(
    corpus: Corpus, base: Path
) -> None:
    """Against somebody's copy of 1.1.0, 1.1.0+w1 has the same records, withdrawn."""
    take(corpus, "ferry-day")
    old = Contents.read(base / "dataset" / "releases" / "1.1.0")
    kinds = compare(old, Contents.read(corpus.releases / "1.1.0+w1")).changes["kind"]
    assert set(kinds) == {"withdrawn"}


def test_the_change_list_says_when_and_why(corpus: Corpus) -> None:
    """The entry of the old version stays; that of the new one has date and reason."""
    take(corpus, "orchard-day", erase=True)
    text = (corpus.dataset / "CHANGES.md").read_text(encoding="utf-8")
    entry = text.partition("begin 1.1.0+w1 -->\n")[2].partition("\n<!--")[0]
    assert entry == (
        "## 1.1.0+w1 (2026-05-01)\n\nTakes the place of 1.1.0, whose files are gone.\n\n"
        f"- `orchard-day` was withdrawn on 2026-05-01: {REASON} Nothing about it is left."
    )
    assert "<!-- copydesk:begin 1.1.0 -->" in text


@pytest.mark.long
def test_only_an_older_release_held_it(corpus: Corpus) -> None:
    """The newest stays as it is, and its entry in the change list names the new version."""
    path = corpus.manifest
    lines = [x for x in path.read_text().splitlines(keepends=True) if '"mill-day"' not in x]
    path.write_text("".join(lines))
    (corpus.raw / "stories" / "mill-day.txt").unlink()
    build(corpus, workers=1)
    cut(corpus, Options(version="2.0.0", created=datetime(2026, 4, 20, tzinfo=UTC), labels="rule"))
    assert take(corpus, "mill-day") == {"1.0.0": "1.0.0+w1", "1.1.0": "1.1.0+w1"}
    assert read_index(corpus.dataset).versions[-1] == "2.0.0"
    assert "From 1.1.0+w1" in (corpus.dataset / "CHANGES.md").read_text(encoding="utf-8")
    assert [f.message for f in validate(corpus.root).findings] == []


@pytest.mark.long
def test_verify_says_that_it_was_withdrawn(corpus: Corpus) -> None:
    """The rest is rebuilt and compared."""
    take(corpus, "bridge-day")
    done = verify(corpus, "1.0.0")
    assert done.version == "1.0.0+w1"
    assert done.missing == {
        "bridge-day": f"'bridge-day' was withdrawn on 2026-05-01: {REASON}",
        "bridge-wire": "Another article of its event is not here.",
    }
    assert done.differing == ()


@pytest.mark.long
@pytest.mark.parametrize("name", ["ferry-day", "another-name"])
def test_ingest_refuses_it(corpus: Corpus, tmp_path: Path, name: str) -> None:
    """By its id, and by its text under another id."""
    take(corpus, "ferry-day")
    (tmp_path / f"{name}.txt").write_text(TEXTS["ferry-day"], encoding="utf-8")
    done = ingest([str(tmp_path / f"{name}.txt")], corpus, licence="CC0-1.0")
    assert [refusal.reason for refusal in done.refused] == [
        f"Article 'ferry-day' was withdrawn on 2026-05-01: {REASON}"
    ]
    assert not (corpus.private / "raw" / f"{name}.txt").exists()


def test_a_file_of_somebody_else_stops_it(corpus: Corpus) -> None:
    """Notes that quote the text are named, and nothing is changed."""
    before = read_all(corpus.root)
    (corpus.root / "notes.md").write_text("> " + TEXTS["ferry-day"].replace(" ", "\n> "))
    with pytest.raises(InputError, match=r"did not write: notes\.md\. Nothing was changed"):
        take(corpus, "ferry-day")
    (corpus.root / "notes.md").unlink()
    after = {n: t for n, t in read_all(corpus.root).items() if "corpus.lock" not in n}
    assert after == {n: t for n, t in before.items() if "corpus.lock" not in n}


def test_pages_that_explore_made_are_removed_and_named(corpus: Corpus) -> None:
    """They show the releases as they were; a marker anywhere else makes nothing a page."""
    explore(corpus.dataset, corpus.root / "explore")
    copied = corpus.root / "for" / "the editors"
    shutil.copytree(corpus.root / "explore", copied)
    for path in (corpus.root, corpus.rounds, corpus.root / "mine"):
        path.mkdir(exist_ok=True)
        shutil.copy(copied / "explore.json", path / "explore.json")
    (corpus.root / "mine" / "explore.json").write_text('{"made_by": "me"}', encoding="utf-8")
    done = withdraw(corpus, "ferry-day", reason=REASON, at=AT)
    assert done.pages == ("explore", "for/the editors")
    assert not copied.exists()
    assert (corpus.root / "mine" / "explore.json").exists()
    assert (corpus.rounds / "explore.json").exists()


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("", "needs a reason"),
        ("two\nlines", "needs a reason"),
        (
            "It says the last ferry left Osk on Friday with eleven passengers and a goat on board.",
            "The reason repeats words of 'ferry-day'",
        ),
    ],
)
def test_the_reason_is_a_sentence_of_ones_own(corpus: Corpus, reason: str, message: str) -> None:
    """It is published, so it may not quote."""
    with pytest.raises(InputError, match=message):
        withdraw(corpus, "ferry-day", reason=reason, at=AT)


def test_an_unknown_article_is_refused(corpus: Corpus) -> None:
    """Nothing is written for it."""
    with pytest.raises(InputError, match="Neither the corpus nor a release holds an article"):
        take(corpus, "fairy-day")
    assert not corpus.journal.exists()


def test_a_damaged_release_is_not_signed_again(corpus: Corpus) -> None:
    """A file that differs from what was released is refused before anything is changed."""
    path = corpus.releases / "1.0.0" / "croissant.json"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(IntegrityError, match=r"Release 1\.0\.0 is not the one that was released"):
        take(corpus, "ferry-day")
    assert sorted(p.name for p in corpus.releases.iterdir()) == ["1.0.0", "1.1.0", "index.json"]


@pytest.mark.long
def test_the_command_line(corpus: Corpus) -> None:
    """It says what became of each release, that all was searched, and what it cannot reach."""
    command = ["release", "withdraw", "orchard-day", "--reason", REASON]
    done = CliRunner().invoke(app, [*command, "--corpus", str(corpus.root)])
    assert done.exit_code == 0, done.stderr
    assert done.stderr == (
        "Release 1.1.0 is 1.1.0+w1 now.\n"
        "Article 'orchard-day' is withdrawn in 1 release; every file of the corpus was searched, "
        "and nothing of its text is left.\n"
        "Copies that this cannot reach:\n"
        "  Backups, and the articles from which it was taken in: they lie outside the corpus.\n"
    )
    line = json.loads((corpus.raw / "withdrawn.jsonl").read_text())
    assert sorted(line) == [
        *("article_id", "collection", "erased", "event", "on", "reason", "text_sha256"),
    ]
