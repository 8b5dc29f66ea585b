"""The rooms of a corpus: each fault of a room is found where it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from specimens import Specimen

from copydesk.scaffold import lay_out
from copydesk.validate import validate


def _manifest(change: Callable[[list[dict[str, object]]], object]) -> Callable[[Specimen], None]:
    def damage(specimen: Specimen) -> None:
        path = specimen.corpus.manifest
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        change(lines)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    return damage


def _text(specimen: Specimen, name: str, text: str) -> None:
    (specimen.corpus.raw / name).write_text(text)


def _behind_a_link(path: Path) -> None:
    to = path.with_name(f"{path.name}.moved")
    path.rename(to)
    path.symlink_to(to.name)


def _config(old: str, new: str) -> Callable[[Specimen], None]:
    def damage(specimen: Specimen) -> None:
        path = specimen.root / "annotations" / "label-config-sentence.xml"
        path.write_text(path.read_text().replace(old, new))

    return damage


CASES: dict[str, tuple[Callable[[Specimen], object], tuple[str, str]]] = {
    "no manifest": (
        lambda s: s.corpus.manifest.unlink(),
        ("file-missing", "dataset/raw/articles.jsonl"),
    ),
    "a line that is no article": (
        _manifest(lambda lines: lines[0].update(mood="grim")),
        ("schema-violation", "dataset/raw/articles.jsonl"),
    ),
    "an id twice": (
        _manifest(lambda lines: lines.append(lines[0])),
        ("id-duplicate", "dataset/raw/articles.jsonl"),
    ),
    "a text that is gone": (
        lambda s: (s.corpus.raw / "stories/mill-day.txt").unlink(),
        ("file-missing", "dataset/raw/stories/mill-day.txt"),
    ),
    "a text that was changed": (
        lambda s: _text(s, "stories/mill-day.txt", "Another text.\n"),
        ("text-hash-mismatch", "dataset/raw/stories/mill-day.txt"),
    ),
    "a text that is not canonical": (
        lambda s: _text(s, "stories/mill-day.txt", "A text \nwith blanks.\n"),
        ("text-not-canonical", "dataset/raw/stories/mill-day.txt"),
    ),
    "a text that nobody lists": (
        lambda s: _text(s, "stories/other-day.txt", "What nobody knows.\n"),
        ("file-unlisted", "dataset/raw/stories/other-day.txt"),
    ),
    "a text that may no longer be given": (
        lambda s: _text(s, "stories/kept-day.txt", "What is withheld.\n"),
        ("text-withheld-leaked", "dataset/raw/stories/kept-day.txt"),
    ),
    "a file that tells readers what to load": (
        lambda s: (s.dataset / ".huggingface.yaml").write_text("configs: []\n"),
        ("file-unlisted", "dataset/.huggingface.yaml"),
    ),
    "a link in the data set": (
        lambda s: (s.dataset / "LICENSE").symlink_to(s.root / "copydesk.toml"),
        ("file-unsafe", "dataset/LICENSE"),
    ),
    "an index that was deleted": (
        lambda s: (s.dataset / "releases/index.json").unlink(),
        ("file-unlisted", "dataset/releases/1.0.0/annotations/test.parquet"),
    ),
    "a title that is withheld": (
        _manifest(lambda lines: [x.update(title="T") for x in lines if not x["licence"]]),
        ("text-withheld-leaked", "dataset/raw/articles.jsonl"),
    ),
    "no attribution": (
        _manifest(lambda lines: lines[0].update(attribution=None)),
        ("attribution-missing", "dataset/raw/articles.jsonl"),
    ),
    "an e-mail address": (
        lambda s: _text(s, "stories/mill-day.txt", "Write to mill@tarrow.example today.\n"),
        ("personal-data", "dataset/raw/stories/mill-day.txt"),
    ),
    "guidelines without a version": (
        lambda s: (s.root / "annotations/guidelines.md").write_text("quote claim"),
        ("schema-disagrees", "annotations/guidelines.md"),
    ),
    "a label that the config lacks": (
        _config('<Choice value="claim" hotkey="2"/>', ""),
        ("schema-disagrees", "annotations/label-config-sentence.xml"),
    ),
    "two keys exchanged": (
        _config('hotkey="1"', 'hotkey="9"'),
        ("schema-disagrees", "annotations/label-config-sentence.xml"),
    ),
    "a config that is no XML": (
        _config("<View>", "<<View>"),
        ("schema-disagrees", "annotations/label-config-sentence.xml"),
    ),
    "a plan that is none": (
        lambda s: (s.corpus.rounds / "r1" / "round.json").write_text("{}"),
        ("schema-violation", "annotations/rounds/r1/round.json"),
    ),
    "an annotator by name": (
        lambda s: _rename_annotator(s),
        ("personal-data", "annotations/rounds/r1/round.json"),
    ),
    "a configuration that is no TOML": (
        lambda s: (s.root / "copydesk.toml").write_text("[corpus"),
        ("json-unreadable", "copydesk.toml"),
    ),
    "a configuration with an unknown key": (
        lambda s: s.configure("[moods]\ngrim = 1"),
        ("schema-violation", "copydesk.toml"),
    ),
    "an older release that was changed": (
        lambda s: (s.dataset / "releases/1.0.0/sentences/train.parquet").write_bytes(b""),
        ("release-changed", "dataset/releases/1.0.0/sentences/train.parquet"),
    ),
    "a release that is gone": (
        lambda s: (s.dataset / "releases/1.0.0").rename(s.root / "gone"),
        ("release-changed", "dataset/releases/1.0.0/release.json"),
    ),
    "a round behind a link": (
        lambda s: _behind_a_link(s.corpus.rounds / "r1"),
        ("file-unsafe", "annotations/rounds/r1"),
    ),
    "a log behind a link": (
        lambda s: _behind_a_link(s.corpus.rounds / "r1" / "annotations.jsonl"),
        ("file-unsafe", "annotations/rounds/r1/annotations.jsonl"),
    ),
    "a released round called a trial": (
        lambda s: s.configure('[rounds]\ntrials = ["r1"]'),
        ("source-disagrees", "dataset/releases/1.1.0/release.json"),
    ),
    "a file in the newest release": (
        lambda s: (s.release / "notes.txt").touch(),
        ("file-unlisted", "dataset/releases/1.1.0/notes.txt"),
    ),
}


def _rename_annotator(specimen: Specimen) -> None:
    path = specimen.corpus.rounds / "r1" / "round.json"
    path.write_text(path.read_text().replace('"a1"', '"maria-lopez"'))


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_a_fault_of_a_room_is_found_where_it_is(case: str, specimen: Specimen) -> None:
    """The rule and the file, from the corpus's folder."""
    damage, (rule, file) = CASES[case]
    damage(specimen)
    report = validate(specimen.root)
    assert report.exit_code == 1
    assert (rule, file) in {(finding.rule, finding.file) for finding in report.findings}


def test_a_corpus_without_a_release_is_one(specimen: Specimen) -> None:
    """Before the first release there are rooms to judge, and no more."""
    shutil.rmtree(specimen.dataset / "releases")
    report = validate(specimen.root)
    assert (report.kind, report.version, report.counts) == ("corpus", None, {})


def test_a_new_corpus_is_told_what_is_next(tmp_path: Path) -> None:
    """A corpus without articles, and a data set without a release, are not told to copy a release
    again but how to make what is missing."""
    corpus = lay_out(tmp_path / "corpus")

    (of_corpus,) = validate(corpus.root).findings
    (of_data,) = validate(corpus.dataset).findings

    assert (of_corpus.rule, of_data.rule) == ("file-missing", "file-missing")
    assert of_corpus.hint == (
        "If it is new, take articles in with 'copydesk ingest FOLDER'; else put it back."
    )
    assert of_data.hint.startswith("If there is no release yet, make one with 'copydesk release")
