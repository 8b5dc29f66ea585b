"""Articles that stand in a release or a round keep their pieces, whatever newer text code cuts."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from copydesk.build import build, read_built
from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.ingest import ingest
from copydesk.recorded import Record, pieces_of, recorded
from copydesk.release.cut import Options, cut
from copydesk.release.verify import verify
from copydesk.rounds.amend import add_articles, amend_round
from copydesk.rounds.new import Options as RoundOptions
from copydesk.rounds.new import new_round
from copydesk.rounds.plan import Annotator
from copydesk.rounds.selection import Selection
from copydesk.text import Piece

TEXT = "Osk floods\nThe dyke broke. Nobody was hurt. It rained.\nBy Ada Orr\n"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def newer(text: str, language: str = "en", **_: Any) -> list[Piece]:
    """Text code of another day: every line is one sentence."""
    found, start = [], 0
    for line in text.split("\n"):
        zone: Any = "body" if start else "headline"
        found.append(Piece(start, start + len(line), zone, True))
        start += len(line) + 1
    return found


@pytest.fixture
def recuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on text is cut by `newer`."""
    monkeypatch.setattr("copydesk.batch.segment", newer)
    monkeypatch.setattr("copydesk.recorded.segment", newer)
    monkeypatch.setattr("copydesk.batch.text_code", lambda: "f" * 16)
    monkeypatch.setattr("copydesk.release.verify.text_code", lambda: "f" * 16)


@pytest.fixture
def flood(small: Corpus, tmp_path: Path) -> Corpus:
    """The small corpus and an article with a line of three sentences."""
    (tmp_path / "flood.txt").write_text(TEXT)
    ingest([str(tmp_path / "flood.txt")], small)
    build(small, workers=1)
    return small


def spans(corpus: Corpus, article: str = "flood") -> list[tuple[int, int]]:
    rows = read_built(corpus, "sentences").filter(article_id=article)
    return list(rows.select("start", "end").iter_rows())


def again(corpus: Corpus, **options: Any) -> Any:
    shutil.rmtree(corpus.build_dir / "shards")
    return build(corpus, workers=1, **options)


CUT = [(0, 10), (11, 26), (27, 43), (44, 54)]
"""The headline and the three sentences of the text; its last line is a byline."""


def test_a_released_article_keeps_its_pieces(
    flood: Corpus, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """It is cut as it was released, while an article that nobody has seen is cut anew."""
    assert spans(flood) == CUT
    cut(flood, Options(version="1.0.0", created=NOW, labels="rule"))
    request.getfixturevalue("recuts")
    (tmp_path / "rain.txt").write_text("Rain\nIt rains. It pours.\n")
    ingest([str(tmp_path / "rain.txt")], flood)
    again(flood)
    assert spans(flood) == CUT
    assert spans(flood, "rain") == [(0, 4), (5, 24)]
    again(flood, recut=True)
    assert spans(flood) == [(0, 10), (11, 54), (55, 65)]


def test_recut_names_the_sentences_that_lose_their_labels(
    flood: Corpus, request: pytest.FixtureRequest
) -> None:
    """By their ids in the release; the headline stays, so it is not among them."""
    cut(flood, Options(version="1.0.0", created=NOW, labels="rule"))
    request.getfixturevalue("recuts")
    lost = again(flood, recut=True).lost
    assert [name for name in lost if name.startswith("flood")] == [
        "flood.002",
        "flood.003",
        "flood.004",
    ]
    told = CliRunner().invoke(app, ["build", "--recut", "--corpus", str(flood.root)])
    assert (
        f"{len(lost)} sentences of releases and rounds have different boundaries now" in told.stderr
    )
    assert again(flood).lost == ()


def test_an_article_in_a_plan_keeps_its_units(
    flood: Corpus, request: pytest.FixtureRequest
) -> None:
    """What stands between them is no unit, though newer code would make one of it."""
    options = RoundOptions(
        round="one",
        annotators=tuple(Annotator(annotator=f"reader-{n}", kind="human") for n in (1, 2)),
        selection=Selection(articles=("flood",)),
    )
    new_round(flood, options)
    request.getfixturevalue("recuts")
    again(flood)
    assert spans(flood) == CUT
    pieces = read_built(flood, "articles").filter(article_id="flood")["pieces"].to_list()[0]
    assert pieces[-1] == {"start": 55, "end": 65, "zone": "note", "is_unit": False}


def test_an_article_that_an_amendment_added_keeps_its_units(
    flood: Corpus, request: pytest.FixtureRequest
) -> None:
    """It has labels to come as well as those of the plan."""
    other = next(a.article_id for a in flood.articles() if a.article_id != "flood")
    options = RoundOptions(
        round="one",
        annotators=tuple(Annotator(annotator=f"reader-{n}", kind="human") for n in (1, 2)),
        selection=Selection(articles=(other,)),
    )
    new_round(flood, options)
    amend_round(flood, "one", add_articles(["flood"]), "It came later.")
    assert spans(flood) == CUT  # the build is of the corpus still
    request.getfixturevalue("recuts")
    again(flood)
    assert spans(flood) == CUT


def test_a_round_planned_after_the_build_leaves_the_build_valid(
    flood: Corpus, tmp_path: Path
) -> None:
    """Of an older release and a new plan, the shard that both describe is still of the corpus."""
    cut(flood, Options(version="1.0.0", created=NOW, labels="rule"))
    (tmp_path / "rain.txt").write_text("Rain\nIt rains. It pours.\n", encoding="utf-8")
    ingest([str(tmp_path / "rain.txt")], flood)
    build(flood, workers=1)

    new_round(
        flood,
        RoundOptions(
            round="one",
            annotators=tuple(Annotator(annotator=f"reader-{n}", kind="human") for n in (1, 2)),
            selection=Selection(articles=("rain",)),
        ),
    )

    assert [end for _, end in spans(flood, "rain")] == [4, 14, 24]


def test_a_record_is_of_one_text(flood: Corpus, tmp_path: Path) -> None:
    """An article whose text was replaced is cut anew."""
    cut(flood, Options(version="1.0.0", created=NOW, labels="rule"))
    (tmp_path / "flood.txt").write_text("Osk floods\nThe dyke held.\n")
    ingest([str(tmp_path / "flood.txt")], flood, replace=True)
    build(flood, workers=1)
    assert spans(flood) == [(0, 10), (11, 25)]


def test_the_latest_record_counts(flood: Corpus) -> None:
    """A release that was cut anew stands above the one before it."""
    cut(flood, Options(version="1.0.0", created=NOW, labels="rule"))
    flood_now = [a for a in flood.articles() if a.article_id == "flood"]
    index = json.loads((flood.releases / "index.json").read_text())
    later = flood.releases / "2.0.0"
    shutil.copytree(flood.releases / "1.0.0", later)
    index["releases"].append(index["releases"][0] | {"version": "2.0.0", "created": "2026-04-01"})
    (flood.releases / "index.json").write_text(json.dumps(index))
    import polars as pl

    for path in (later / "articles").iterdir():
        pl.read_parquet(path).with_columns(pieces=pl.col("pieces").list.head(1)).write_parquet(path)
    assert len(recorded(flood).of(flood_now)["flood"].pieces) == 1


def test_gaps_between_recorded_units_are_cut_now() -> None:
    """Blank ends are left out; a stretch that newer code would label is a note."""
    text = "One. Two.  Three."
    record = Record(text_sha256="", pieces=(Piece(5, 9, "body", True),), whole=False)
    assert pieces_of(text, "en", record) == [
        Piece(0, 4, "note", False),
        Piece(5, 9, "body", True),
        Piece(11, 17, "note", False),
    ]


def test_verify_takes_what_machines_found_as_recorded(
    flood: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another version of the text code made the release; by the same code it differs."""
    cut(flood, Options(version="1.0.0", created=NOW, labels="rule"))
    monkeypatch.setattr("copydesk.batch.quoted_ratio", lambda text, unit, quotes: 0.5)
    monkeypatch.setattr("copydesk.batch.quotations", lambda text, pieces, language: [])
    same = verify(flood, "1.0.0")
    assert same.recorded == ()
    assert [told.partition(":")[0] for told in same.differing][:3] == [
        "sentences",
        "standoff",
        "annotations",
    ]
    monkeypatch.setattr("copydesk.release.verify.text_code", lambda: "f" * 16)
    other = verify(flood, "1.0.0")
    assert other.differing == ()
    assert [told.partition(":")[0] for told in other.recorded][:3] == [
        "sentences",
        "standoff",
        "annotations",
    ]
    told = CliRunner().invoke(app, ["release", "verify", "1.0.0", "--corpus", str(flood.root)])
    assert told.exit_code == 0
    assert "  taken as recorded: quotes: 0 rows are rebuilt, " in told.stderr
