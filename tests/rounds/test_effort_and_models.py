"""What a round cost, and how models do beside people: worked out by hand."""

from __future__ import annotations

import json

import pytest

from copydesk.agreement.models import Given, models_against_people
from copydesk.backends.files import Files
from copydesk.contract.conformance import check_document
from copydesk.corpus import Corpus
from copydesk.rounds.agree import agree
from copydesk.rounds.choose import Overlap
from copydesk.rounds.effort import effort, write_effort
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.selection import Selection

LABELS = ("quote", "claim")


def given(annotator: str, *labels: str, sure: float | None = None) -> list[Given]:
    """An annotator's answers to the first sentences; models are called m."""
    kind = "model" if annotator.startswith("m") else "human"
    return [
        Given(unit=("r", f"s{n}"), annotator=annotator, kind=kind, label=label, confidence=sure)
        for n, label in enumerate(labels)
    ]


def test_a_model_is_held_against_the_label_that_most_people_gave() -> None:
    """Two of three right; a tie among people has no reference."""
    people = given("a1", "quote", "quote", "claim", "quote") + given(
        "a2", "quote", "quote", "claim", "claim"
    )
    (report,) = models_against_people(
        people + given("m1", "quote", "claim", "claim", "claim", sure=0.75), LABELS
    )
    assert (report.sentences, report.without_reference) == (3, 1)
    assert report.accuracy == pytest.approx(2 / 3)
    assert report.confusion == ((1, 1), (0, 1))
    quote, claim = report.per_label["quote"], report.per_label["claim"]
    assert (quote.precision, quote.recall, quote.sentences) == (1.0, 0.5, 2)
    assert (claim.precision, claim.recall, claim.sentences) == (0.5, 1.0, 1)
    assert report.calibration is not None
    (only,) = report.calibration.bins
    assert (only.low, only.high, only.answers, only.confidence) == (0.7, 0.8, 3, 0.75)
    assert report.calibration.ece == pytest.approx(0.75 - 2 / 3)


def test_without_people_or_confidence_nothing_is_made_up() -> None:
    """No person, no report; no confidence, no calibration; a label never given has no precision."""
    assert models_against_people(given("m1", "quote"), LABELS) == ()
    (report,) = models_against_people(given("a1", "quote") + given("m1", "quote"), LABELS)
    assert report.calibration is None
    assert (report.per_label["claim"].precision, report.per_label["claim"].recall) == (None, None)


def test_a_report_holds_models_beside_people_and_the_csv_the_hours(corpus: Corpus) -> None:
    """A round of a person and a model: report.json obeys its schema, pauses are cut off."""
    new_round(
        corpus,
        Options(
            round="r",
            annotators=(
                Annotator(annotator="a1", kind="human", backend=FILES),
                Annotator(annotator="m-1", kind="model", backend=FILES),
            ),
            overlap=Overlap(base=2),
            selection=Selection(articles=("mill",)),
        ),
    )
    push(corpus, "r", [Files()])
    folder = RoundFolder(corpus, "r")
    seconds = (36.0, 36.0, 4000.0)
    for name, label in (("a1", "claim"), ("m-1", "quote")):
        lines = [
            {"sentence_id": f"mill.00{n}", "label": label, "confidence": 0.5, "lead_time_s": s}
            for n, s in enumerate(seconds, start=1)
        ]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder.private / name / "answers.jsonl").write_text(text)
    pull(corpus, "r", [Files()])
    agree(corpus, "r")
    document = json.loads(folder.report("json").read_text())
    check_document(document, "agreement", where="report.json")
    (model,) = document["models"]
    assert (model["model"], model["accuracy"], model["calibration"]["ece"]) == ("m-1", 0.0, 0.5)
    # No pair agrees: alpha = 1 - 5 * 6 / (36 - 9 - 9).
    assert document["across"]["value"] == pytest.approx(1 - 30 / 18)
    page = folder.report("html").read_text()
    for words in ("Models compared with people", "people with models", "Reliability of m-1"):
        assert words in page
    assert "Expected calibration error 0.500, over 3 answers with a confidence." in page
    round = open_round(corpus, "r")
    rows = effort(round, rate=36.0)
    assert rows[0] == {
        "annotator": "a1",
        "article_id": "mill",
        "sentences": 3,
        "sentences_timed": 3,
        "hours": 0.1033,
        "sentences_per_hour": 29.0,
        "cost": 3.72,
    }
    path = write_effort(round, rows)
    assert path.parent == folder.private
    assert path.read_text().splitlines()[1] == "a1,mill,3,3,0.1033,29.0,3.72"
