"""A release is whole, repeatable, never changed, and gives no text that it may not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from copydesk.build import build
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.ingest import ingest
from copydesk.leaks import Leak, Secrets, find_leaks
from copydesk.loading import load
from copydesk.release.contents import Contents
from copydesk.release.cut import Options, _refuse_later, cut
from copydesk.release.hydrate import hydrate
from copydesk.scaffold import lay_out

CREATED = datetime(2026, 3, 1, 12, tzinfo=UTC)


def options(version: str = "0.1.0") -> Options:
    return Options(version=version, created=CREATED, labels="rule")


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_rows_stand_where_their_rights_put_them(small: Corpus) -> None:
    """Given text is in `sentences`; a withheld article is in `standoff`, with hashes and nulls."""
    release = cut(small, options()).path
    assert release is not None
    contents = Contents.read(release)

    assert set(contents.frame("sentences")["article_id"]) == {
        "bridge-day",
        "bridge-wire",
        "ferry-day",
    }
    assert set(contents.frame("standoff")["article_id"]) == {"kept-day"}
    kept = contents.frame("articles").filter(article_id="kept-day").to_dicts()[0]
    assert (kept["text"], kept["title"], kept["attribution"]) == (None, None, None)
    quote = contents.frame("quotes").filter(article_id="kept-day").to_dicts()[0]
    assert (quote["text"], quote["speaker"]["text"]) == (None, None)
    assert quote["speaker"]["start"] is not None


def test_labels_by_rules_are_said_to_be_so_in_every_row(small: Corpus) -> None:
    """The answers are of kind rule, and no sentence claims more than one of them."""
    contents = Contents.read(cut(small, options()).path or Path())

    answers = contents.frame("annotations")
    assert set(answers["annotator_kind"]) == {"rule"}
    assert answers["round"].null_count() == answers.height == 13
    for table in ("sentences", "standoff"):
        assert set(contents.frame(table)["label_source"]) == {"single"}
        assert set(contents.frame(table)["n_annotators"]) == {1}
    assert contents.manifest["annotators"] == {"rules": "rule"}


def test_one_utterance_in_two_outlets_is_one_group(small: Corpus) -> None:
    """The whole quotation and the part of it stand in one group, and in one split."""
    contents = Contents.read(cut(small, options()).path or Path())

    rows = contents.frame("quotes").filter(event="bridge")
    assert rows["group"].n_unique() == 1
    assert dict(zip(rows["article_id"], rows["relation"], strict=True)) == {
        "bridge-day": "identical",
        "bridge-wire": "truncated",
    }
    assert rows["split"].n_unique() == 1


def test_no_withheld_sentence_is_in_any_file(small: Corpus) -> None:
    """Every file of the data set folder, decompressed, is searched for every withheld sentence."""
    cut(small, options())
    kept = (small.private / "raw" / "kept-day.txt").read_text()
    secrets = Secrets([("k.1", line) for line in kept.splitlines()], [("k", kept)])

    assert secrets
    assert find_leaks(small.dataset, secrets) == []


def test_a_leak_is_found_wherever_it_hides(small: Corpus, tmp_path: Path) -> None:
    """A sentence in a nested Parquet column, in JSON escapes or in plain text is found."""
    (tmp_path / "x").mkdir()
    secret = "A walled “garden” was found here."
    pl.DataFrame({"a": [[{"b": f"So: {secret}"}]]}).write_parquet(tmp_path / "x" / "a.parquet")
    (tmp_path / "x" / "b.json").write_text(json.dumps({"c": [secret]}))
    (tmp_path / "x" / "c.md").write_text(f"*{secret}*")
    (tmp_path / "x" / "d.md").write_text("A walled garden was lost here.")
    secrets = Secrets([("k.1", secret)], [])

    found = find_leaks(tmp_path / "x", secrets)

    assert found == [Leak(file=f, record="k.1") for f in ("a.parquet", "b.json", "c.md")]
    allowed = Secrets([("k.1", secret)], [], given=[f"We print it too. {secret}"])
    assert find_leaks(tmp_path / "x", allowed) == []


def test_an_address_that_repeats_a_title_gives_nothing_away(tmp_path: Path) -> None:
    """Addresses that are given are passed over, in a table's raw bytes too; the title is not."""
    title = "Walled garden found behind the old mill on Sunday"
    url = f"https://post.example/news/{title.replace(' ', '_')}"
    rows = [f"{url}_{number}" for number in range(40)]
    for compression in ("zstd", "uncompressed"):
        pl.DataFrame({"url": rows}).write_parquet(tmp_path / "a.parquet", compression=compression)
        secrets = Secrets([("k.1", title)], [], urls=rows)
        assert find_leaks(tmp_path, secrets) == []
    pl.DataFrame({"url": rows, "a": [title] * 40}).write_parquet(tmp_path / "a.parquet")

    assert find_leaks(tmp_path, secrets) == [Leak(file="a.parquet", record="k.1")]


def test_a_corpus_of_titles_is_refused_in_words_that_help(tmp_path: Path) -> None:
    """Labels by rules were asked for: nobody is told to ask for them."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text("RESULTS")
    corpus = lay_out(tmp_path / "corpus")
    ingest([str(tmp_path / "raw")], corpus)
    build(corpus)
    with pytest.raises(InputError, match="No article of this corpus has a sentence") as caught:
        cut(corpus, options())
    assert "--labels rule" not in str(caught.value)


def test_a_cut_that_would_leak_is_refused(small: Corpus) -> None:
    """A withheld sentence in a published field stops the cut, and nothing is released."""
    lines = [json.loads(x) for x in small.manifest.read_text().splitlines()]
    lines[0]["outlet"] = "A walled garden was found behind the old mill on Sunday."
    small.manifest.write_text("".join(json.dumps(x) + "\n" for x in lines))
    build(small, workers=1)

    with pytest.raises(IntegrityError) as caught:
        cut(small, options())

    assert "Withheld text would be published in 1 places, first in kept-day.002." in str(
        caught.value
    )
    assert list(small.releases.glob("*")) == []


@pytest.mark.long
def test_the_same_inputs_give_the_same_bytes(small: Corpus, tmp_path: Path) -> None:
    """Another folder, locale, time zone and hash seed change no byte of a release."""
    cut(small, options())
    script = (
        "import sys; from datetime import datetime, UTC; from pathlib import Path\n"
        "from copydesk.scaffold import lay_out; from copydesk.ingest import ingest\n"
        "from copydesk.build import build; from copydesk.release.cut import Options, cut\n"
        "c = lay_out(Path(sys.argv[2]) / 'small', title='A small corpus')\n"
        "ingest([sys.argv[1]], c); build(c, workers=1)\n"
        "cut(c, Options(version='0.1.0', created=datetime(2026, 3, 1, 12, tzinfo=UTC),"
        " labels='rule'))\n"
    )
    other = tmp_path / "elsewhere"
    env = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    command = [sys.executable, "-c", script, str(tmp_path / "raw"), str(other)]
    subprocess.run(command, check=True, env=env, capture_output=True)

    ours, theirs = files(small.dataset), files(other / "small" / "dataset")
    assert sorted(ours) == sorted(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_a_release_is_never_written_twice(small: Corpus) -> None:
    """An existing version is refused and stays as it is."""
    release = cut(small, options()).path
    assert release is not None
    before = files(small.dataset)

    with pytest.raises(InputError) as caught:
        cut(small, options())

    assert str(caught.value) == (
        f"{release}: Release 0.1.0 exists, and a release never changes. Cut the next version."
    )
    assert files(small.dataset) == before


def test_what_a_killed_cut_left_is_replaced(small: Corpus) -> None:
    """A folder that the index does not name is no release, and the next cut makes it one."""
    left = small.releases / "0.1.0"
    left.mkdir(parents=True)
    (left / "half").write_text("half")

    assert cut(small, options()).path == left
    assert not (left / "half").exists()


def test_a_dry_run_writes_nothing(small: Corpus) -> None:
    """It returns what the release would be, and the data set folder is as it was."""
    before = files(small.root)

    done = cut(small, options(), dry_run=True)

    assert done.path is None
    assert list(done.manifest["counts"]["standoff"].values()) == [3]
    assert files(small.root).keys() - before.keys() <= {"build/cut.lock"}


def test_an_answer_of_the_second_after_the_release_is_too_late() -> None:
    """The release states whole seconds, so an answer in its own second may have come before."""
    created = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def answers(after: timedelta) -> pl.DataFrame:
        return pl.DataFrame({"annotation_id": ["a.001.reader"], "created_at": [created + after]})

    _refuse_later(answers(timedelta(microseconds=999_999)), created)
    with pytest.raises(InputError, match="An answer was given after 2026-03-01T12:00:00Z"):
        _refuse_later(answers(timedelta(seconds=1)), created)


@pytest.mark.long
def test_a_version_too_small_for_the_changes_is_refused(small: Corpus, raw: Path) -> None:
    """A changed text demands a new major version, and says so."""
    cut(small, options("1.0.0"))
    (raw / "ferry-day.txt").write_text("Last ferry leaves Osk\nThe last ferry left on Saturday.\n")
    ingest([str(raw)], small, replace=True)
    build(small, workers=1)

    with pytest.raises(InputError) as caught:
        cut(small, options("1.1.0"))

    assert str(caught.value) == (
        "Version 1.1.0 is too small: the changes since 1.0.0 require at least 2.0.0. "
        "'copydesk release diff' lists them."
    )
    done = cut(small, options("2.0.0"))
    assert done.manifest["previous"] == "1.0.0"
    assert (
        done.manifest["splits"]
        == json.loads((small.releases / "1.0.0" / "release.json").read_text())["splits"]
    )


def test_a_corpus_nobody_has_labelled_is_told_what_to_do(small: Corpus) -> None:
    """Without a round there is nothing to release but the rules' suggestions."""
    with pytest.raises(InputError, match=r"--labels rule"):
        cut(small, Options(version="0.1.0", created=CREATED))


@pytest.mark.long
def test_a_cut_killed_before_the_index_is_cut_again(small: Corpus) -> None:
    """The card that a killed cut wrote never points to a folder that the next one deletes."""
    cut(small, options("0.1.0"))
    index = small.releases / "index.json"
    before = index.read_bytes()
    cut(small, options("0.1.1"))
    whole = files(small.dataset)
    index.write_bytes(before)

    cut(small, options("0.1.1"))

    assert files(small.dataset) == whole


@pytest.mark.long
def test_a_killed_cut_is_forgotten_by_a_cut_of_another_version(small: Corpus) -> None:
    """Its folder and its entry in the change list go; the documents name the new release."""
    cut(small, options("0.1.0"))
    index = small.releases / "index.json"
    before = index.read_bytes()
    cut(small, options("0.1.1"))
    index.write_bytes(before)

    cut(small, options("0.2.0"))

    assert sorted(p.name for p in small.releases.iterdir()) == ["0.1.0", "0.2.0", "index.json"]
    assert "begin 0.1.1" not in (small.dataset / "CHANGES.md").read_text()
    assert "version: 0.2.0" in (small.dataset / "README.md").read_text()


@pytest.mark.parametrize("version", ["../../../escaped", "1.0", "/tmp/x", None, 1])
def test_a_version_that_is_a_path_is_refused_by_every_reader(
    small: Corpus, version: object, tmp_path: Path
) -> None:
    """What release.json calls its version becomes a folder's name, so it is checked first."""
    release = cut(small, options("0.1.0")).path
    assert release is not None
    manifest = json.loads((release / "release.json").read_text())
    (release / "release.json").write_text(json.dumps(manifest | {"version": version}))
    with pytest.raises(InputError, match="is not a version of a release"):
        hydrate(release, raw=[str(tmp_path)], out=tmp_path / "out" / "deep")
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="is not a version of a release"):
        load(corpus=release)


def test_bytes_that_look_like_a_character_and_are_none_do_not_stop_the_search(
    tmp_path: Path,
) -> None:
    """Half a surrogate pair and an overlong dot are passed over; words beside them are found."""
    secrets = Secrets(sentences=[("a.001", "Nobody had a key to it at all.")], texts=[])
    data = b"\x00Nobody had a key to it at all.\xed\xa0\x80\xe0\x80\xae and more\x00"
    (tmp_path / "page.bin").write_bytes(data)

    assert find_leaks(tmp_path, secrets) == [Leak(file="page.bin", record="a.001")]
