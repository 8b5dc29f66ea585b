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
from copydesk.rounds.paths import RoundFolder
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


def test_its_corpus_is_clean_as_it_is(old: Corpus) -> None:
    """Its card and its datasheet have the words of 0.1.0, and the numbers of the release."""
    report = validate(old.root)
    assert report.counts == {}
    assert {"card-disagrees", "datasheet-disagrees"} <= set(report.judged)


@pytest.mark.parametrize(
    ("name", "says", "instead", "found"),
    [
        (
            "dataset/README.md",
            "num_examples: 7",
            "num_examples: 8",
            "'dataset_info' of its front matter does not match the release.",
        ),
        (
            "dataset/README.md",
            "holds 10 labelled",
            "holds 90 labelled",
            "It says 90 in “",
        ),
        (
            "DATASHEET.md",
            "| sentences | 7 | 3 |",
            "| sentences | 7 | 33 |",
            "It says 33 in “| sentences | 7 | 33 | 10 | 100.0 % |”; the release",
        ),
    ],
)
def test_a_number_that_was_changed_is_found(
    old: Corpus, name: str, says: str, instead: str, found: str
) -> None:
    """In the front matter and in every block that 0.1.0 wrote."""
    path = old.root / name
    text = path.read_text(encoding="utf-8")
    assert says in text
    path.write_text(text.replace(says, instead, 1), encoding="utf-8")
    (finding,) = validate(old.root).findings
    assert finding.file == name
    assert finding.message.startswith(found)


@pytest.mark.long
def test_once_described_anew_every_word_counts(old: Corpus) -> None:
    """`release describe` writes the documents in today's words, which are then compared."""
    done = CliRunner().invoke(app, ["release", "describe", "--corpus", str(old.root)])
    assert done.exit_code == 0
    assert validate(old.root).counts == {}
    card = old.dataset / "README.md"
    card.write_text(card.read_text().replace("labelled", "unlabelled", 1))
    assert set(validate(old.root).counts) == {"card-disagrees"}


def test_its_release_is_loaded_and_rebuilt(old: Corpus) -> None:
    """`load` gives the rows; `verify` finds none that differs and is not found by machine."""
    rows = load(corpus=old.root, version="0.1.0")
    assert {split: data.num_rows for split, data in rows.items()} == {"train": 7}
    assert verify(old, "0.1.0").differing == ()


@pytest.mark.long
def test_it_is_built_and_cut_again(old: Corpus) -> None:
    """The next release has schema 1.1 with its columns; no label or split of the first changes."""
    build(old, workers=1)
    before = Contents.read(old.releases / "0.1.0")
    now = compare(before, present(old, Options(version="0.0.0", created=NOW, labels="rule")))
    kinds = {r.kind for r in now.reasons() if r.table == "sentences"}
    assert kinds <= {"values-changed", "column-added"}
    added = [c.column for c in now.columns if c.table == "sentences"]
    assert added == ["adjudicator", "reason"]
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
