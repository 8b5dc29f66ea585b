"""A corpus that copydesk 0.1.0 made, with a release and a planned round, is read and goes on.

`tests/valid/corpus-0.1.0` was laid out, taken in, built, cut and planned by that version.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from copydesk.build import build, read_built
from copydesk.cli.main import app
from copydesk.contract.labels import NEWS
from copydesk.corpus import Corpus
from copydesk.loading import load
from copydesk.recorded import recorded
from copydesk.release.contents import Contents
from copydesk.release.cut import Options, cut, present
from copydesk.release.diff import compare
from copydesk.release.verify import verify
from copydesk.rounds.folder import RoundFolder
from copydesk.rounds.plan import read_plan
from copydesk.validate import validate

SPECIMEN = Path(__file__).parents[1] / "valid" / "corpus-0.1.0"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def old(tmp_path: Path) -> Corpus:
    """A copy of the specimen."""
    return Corpus(Path(shutil.copytree(SPECIMEN, tmp_path / "corpus")))


def test_its_release_is_judged_by_its_own_contract(old: Corpus) -> None:
    """Schema 1.0 has no labels in release.json: they are the news labels; nothing is found."""
    release = old.releases / "0.1.0"
    assert "scheme" not in json.loads((release / "release.json").read_text())
    contract = Contents.read(release).contract
    assert (contract.version, contract.scheme) == ("1.0", NEWS)
    assert validate(release, level=3).counts == {}


def test_its_corpus_is_valid_once_the_card_is_written_again(old: Corpus) -> None:
    """Words about the data may be newer than the data; `release describe` brings them in step."""
    assert set(validate(old.root).counts) <= {"card-disagrees", "datasheet-disagrees"}
    done = CliRunner().invoke(app, ["release", "describe", "--corpus", str(old.root)])
    assert done.exit_code == 0
    assert validate(old.root).counts == {}


def test_its_release_is_loaded_and_rebuilt(old: Corpus) -> None:
    """`load` gives the rows; `verify` finds none that differs and is not found by machine."""
    rows = load(corpus=old.root, version="0.1.0")
    assert {split: data.num_rows for split, data in rows.items()} == {"train": 7}
    assert verify(old, "0.1.0").differing == ()


def test_it_is_built_and_cut_again(old: Corpus) -> None:
    """The next release has schema 1.1; no sentence, label or split of the first one changes."""
    build(old, workers=1)
    before = Contents.read(old.releases / "0.1.0")
    now = compare(before, present(old, Options(version="0.0.0", created=NOW, labels="rule")))
    assert {r.kind for r in now.reasons() if r.table == "sentences"} <= {"values-changed"}
    made = cut(old, Options(version="1.0.0", created=NOW, labels="rule"))
    assert (made.manifest["schema_version"], made.manifest["previous"]) == ("1.1", "0.1.0")
    assert validate(old.root).counts == {}


def test_its_round_is_read_and_its_sentences_are_kept(old: Corpus) -> None:
    """The plan names four sentences of one article, as they were cut then."""
    plan = read_plan(RoundFolder(old, "second"))
    planned = [(anchor.start, anchor.end) for _, anchor in plan.anchors()]
    assert (plan.round, len(planned)) == ("second", 4)
    pump = [article for article in old.articles() if article.article_id == "pump-day"]
    record = recorded(old).of(pump)["pump-day"]
    assert [(p.start, p.end) for p in record.pieces if p.is_unit] == planned
    build(old, workers=1)
    rows = read_built(old, "sentences").filter(article_id="pump-day")
    assert list(rows.select("start", "end").iter_rows()) == planned
