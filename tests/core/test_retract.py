"""A trial release that nobody has got is taken back; one that was published is not."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from copydesk.build import build
from copydesk.cli.main import app
from copydesk.contract.index_entries import standing
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.ingest import ingest
from copydesk.release.cut import Options, cut
from copydesk.release.index import chained, find_release, read_index
from copydesk.release.retract import record_published, retract
from copydesk.validate import validate

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def made(corpus: Corpus, version: str) -> Any:
    return cut(corpus, Options(version=version, created=NOW, labels="rule"))


@pytest.fixture(scope="module")
def _cut_twice(_built_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    corpus = Corpus(Path(shutil.copytree(_built_once, folder / "small")))
    made(corpus, "1.0.0")
    (folder / "rain.txt").write_text("Rain falls on Osk\nIt rained in Osk on Tuesday.\n")
    ingest([str(folder / "rain.txt")], corpus, licence="CC0-1.0")
    build(corpus, workers=1)
    made(corpus, "1.1.0")
    return corpus.root


@pytest.fixture
def two(_cut_twice: Path, tmp_path: Path) -> Corpus:
    """The small corpus with the releases 1.0.0 and, with an article more, 1.1.0."""
    return Corpus(Path(shutil.copytree(_cut_twice, tmp_path / "small")))


def index(corpus: Corpus) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((corpus.releases / "index.json").read_text())[
        "releases"
    ]
    return found


def test_a_trial_release_is_taken_back(two: Corpus) -> None:
    """The index keeps what happened; folder, card and change list are of the previous release."""
    command = ["release", "retract", "1.1.0", "--reason", "A test.", "--corpus", str(two.root)]
    done = CliRunner().invoke(app, command)
    assert (done.exit_code, done.stderr) == (
        0,
        "Release 1.1.0 is retracted. The newest release is 1.0.0. Run 'copydesk build' before you "
        "cut again: pieces that this release alone recorded are found anew.\n",
    )
    assert [(e["version"], e.get("event"), e.get("reason")) for e in index(two)] == [
        ("1.0.0", None, None),
        ("1.1.0", None, None),
        ("1.1.0", "retracted", "A test."),
    ]
    assert chained(index(two)) == []
    assert read_index(two.dataset).versions == ("1.0.0",)
    assert find_release(two.dataset).name == "1.0.0"
    assert not (two.releases / "1.1.0").exists()
    assert "releases/1.0.0/" in (two.dataset / "README.md").read_text()
    assert "1.1.0" not in (two.dataset / "CHANGES.md").read_text()
    assert validate(two.root, include=["release-changed", "card-disagrees"]).counts == {}


@pytest.mark.long
def test_its_number_may_be_used_again(two: Corpus) -> None:
    """The index then has the release, its retraction and the release; the last one stands."""
    baselines = two.dataset / "baselines" / "1.1.0.json"
    baselines.parent.mkdir(exist_ok=True)
    baselines.write_text("{}")  # of the release that is taken back
    retract(two, "1.1.0", reason="A test.", at=NOW + timedelta(hours=1))
    later = Options(version="1.1.0", created=NOW + timedelta(hours=2), labels="rule")
    cut(two, later)
    assert [e["version"] for e in index(two)] == ["1.0.0", "1.1.0", "1.1.0", "1.1.0"]
    assert validate(two.root, severity="error").findings == ()
    assert read_index(two.dataset).versions == ("1.0.0", "1.1.0")
    assert chained(index(two)) == []
    assert not baselines.exists()


def test_the_only_release_is_taken_back(small: Corpus) -> None:
    """Nothing is left, and the next cut begins anew."""
    made(small, "0.1.0")
    retract(small, "0.1.0", reason="A test.", at=NOW)
    assert read_index(small.dataset).entries == ()
    assert made(small, "0.1.0").manifest["previous"] is None


def test_only_the_newest_is_taken_back(two: Corpus) -> None:
    """The newest was compared with the one before it."""
    with pytest.raises(InputError, match=r"Release 1\.0\.0 is not the newest") as caught:
        retract(two, "1.0.0", reason="A test.", at=NOW)
    assert caught.value.hint == "Retract 1.1.0 first, if it was never published."


def _published(corpus: Corpus) -> None:
    record_published(corpus, "1.1.0", "hf://datasets/lab/news", NOW)


def _tagged(corpus: Corpus) -> None:
    tags = corpus.root / ".git" / "refs" / "tags"
    tags.mkdir(parents=True)
    (tags / "data-1.1.0").write_text("0" * 40)


def _packed(corpus: Corpus) -> None:
    (corpus.root / ".git").mkdir()
    (corpus.root / ".git" / "packed-refs").write_text(f"{'0' * 40} refs/tags/data-1.1.0\n")


def _old(corpus: Corpus) -> None:
    path = corpus.releases / "1.1.0" / "release.json"
    path.write_text(path.read_text().replace('"schema_version": "1.1"', '"schema_version": "1.0"'))


@pytest.mark.parametrize(
    ("prove", "how"),
    [
        (_published, "it was published to hf://datasets/lab/news on 2026-04-01."),
        (_tagged, "the repository has the tag data-1.1.0."),
        (_packed, "the repository has the tag data-1.1.0."),
        (_old, "it was made before publications were recorded, so it counts as published."),
    ],
)
def test_what_was_published_stays(two: Corpus, prove: Any, how: str) -> None:
    """The sentence says how we know; nothing is changed."""
    prove(two)
    before = (two.releases / "index.json").read_bytes()
    with pytest.raises(InputError) as caught:
        retract(two, "1.1.0", reason="A test.", at=NOW)
    assert caught.value.message == f"Release 1.1.0 cannot be retracted: {how}"
    assert (two.releases / "index.json").read_bytes() == before
    assert (two.releases / "1.1.0").is_dir()


def test_standing_entries() -> None:
    """A retraction takes back the entry before it, not one that follows."""
    one, two_ = {"version": "1.0.0", "digest": "a"}, {"version": "1.0.0", "digest": "b"}
    back = {"version": "1.0.0", "digest": "a", "event": "retracted"}
    assert standing([one, back]) == []
    assert standing([one, back, two_]) == [two_]
