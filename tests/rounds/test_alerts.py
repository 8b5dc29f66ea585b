"""What a manager should look at: each alert at its threshold, none for a few unlucky answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from copydesk.backends.files import Files
from copydesk.cli.round import app
from copydesk.corpus import Corpus
from copydesk.rounds.alerts import Alert, alerts, wilson
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator, Plan
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push

NAMES = ("a1", "a2", "a3")
NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)


@pytest.fixture
def plan(corpus: Corpus, tmp_path: Path) -> Plan:
    """Three people on the sentences of four articles, one by one; all of them are known."""
    gold = tmp_path / "gold.jsonl"
    everyone = tuple(Annotator(annotator=n, kind="human", backend=FILES) for n in NAMES)
    options = Options(round="first", annotators=everyone, overlap=Overlap(base=3), unit="sentence")
    sentences = [a.sentence_id for _, a in new_round(corpus, options).anchors()]
    lines = [{"sentence_id": s, "label": "background"} for s in sentences]
    gold.write_text("".join(json.dumps(line) + "\n" for line in lines))
    made = new_round(
        corpus,
        Options(
            round="r",
            annotators=everyone,
            overlap=Overlap(base=3),
            unit="sentence",
            gold=gold,
        ),
    )
    push(corpus, "r", [Files()])
    return made


def answer(
    corpus: Corpus, plan: Plan, name: str, wrong: int, seconds: float = 9.0, left: int = 0
) -> None:
    """Answer all sentences but the last; the first few are wrong."""
    anchors = [anchor.sentence_id for _, anchor in plan.anchors()]
    lines = [
        {
            "sentence_id": sentence,
            "label": "claim" if number < wrong else "background",
            "lead_time_s": seconds,
            "at": "2026-01-01T12:00:00Z",
        }
        for number, sentence in enumerate(anchors[: len(anchors) - left])
    ]
    path = RoundFolder(corpus, "r").private / name / "answers.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    pull(corpus, "r", [Files()])


def found(corpus: Corpus) -> list[tuple[str, str]]:
    """Annotator and rule of each alert."""
    return [(a.annotator, a.rule) for a in alerts(open_round(corpus, "r"), NOW)]


def test_the_limits_are_wilsons() -> None:
    """Of ten, five: 0.5 +- 1.645 * sqrt(.025 + .0169) / ... worked out by hand."""
    low, high = wilson(5, 10)
    assert (low, high) == (pytest.approx(0.2693, abs=1e-4), pytest.approx(0.7307, abs=1e-4))


def test_accuracy_on_known_sentences(corpus: Corpus, plan: Plan) -> None:
    """Of 14, seven right have an upper limit of 0.70, ten right one of 0.86; 0.8 is asked for."""
    count = sum(1 for _ in plan.anchors())
    assert count == 14
    answer(corpus, plan, "a1", wrong=4)
    assert found(corpus) == []
    answer(corpus, plan, "a1", wrong=7)
    (alert,) = alerts(open_round(corpus, "r"), NOW)
    assert str(alert) == (
        "a1: gold-accuracy: 7 of 14 known sentences are correct (50%; 80% are required)"
    )


def test_agreement_with_the_rest(corpus: Corpus, plan: Plan) -> None:
    """Two agree wholly; the third is named where even the upper limit lies 0.1 below them."""
    RoundFolder(corpus, "r").gold.unlink()
    answer(corpus, plan, "a1", wrong=0)
    answer(corpus, plan, "a2", wrong=0)
    answer(corpus, plan, "a3", wrong=2)
    assert found(corpus) == []
    answer(corpus, plan, "a3", wrong=5)
    (alert,) = alerts(open_round(corpus, "r"), NOW)
    assert alert == Alert(
        annotator="a3",
        rule="agreement-low",
        message="the others agree on 64% of 14 sentences, and with each other on 100%",
    )


def test_answers_faster_than_a_person_reads(corpus: Corpus, plan: Plan) -> None:
    """Most sentences have four words or more: 0.1 seconds are not enough, 1 second is."""
    answer(corpus, plan, "a1", wrong=0, seconds=1.0)
    assert found(corpus) == []
    answer(corpus, plan, "a2", wrong=0, seconds=0.1)
    assert found(corpus) == [("a2", "too-fast")]


def test_a_long_silence(corpus: Corpus, plan: Plan) -> None:
    """Eight days without an answer while a sentence is open; who is done may be silent."""
    log = RoundFolder(corpus, "r").push_log
    log.write_text(log.read_text().replace(f'"at": "{plan.created_at[:4]}', '"at": "2025'))
    answer(corpus, plan, "a1", wrong=0)
    answer(corpus, plan, "a2", wrong=0, left=1)
    assert found(corpus) == [("a2", "silent"), ("a3", "silent")]
    assert "no answer for 8 days; open sentences: 1" in str(alerts(open_round(corpus, "r"), NOW)[0])


def test_seven_days_are_not_yet_a_silence(corpus: Corpus, plan: Plan) -> None:
    """Answers came on 1 January at noon: 8 January at noon is no silence, a second later is."""
    answer(corpus, plan, "a2", wrong=0, left=1)
    noon = datetime(2026, 1, 8, 12, tzinfo=UTC)

    for seconds, expected in ((0, []), (1, ["silent"])):
        now = noon + timedelta(seconds=seconds)
        mine = [a.rule for a in alerts(open_round(corpus, "r"), now) if a.annotator == "a2"]
        assert mine == expected


def test_a_model_may_be_fast(corpus: Corpus) -> None:
    """Speed says something about people alone."""
    model = Annotator(annotator="model-1", kind="model", backend=FILES)
    plan = new_round(
        corpus,
        Options(round="r", annotators=(model,), overlap=Overlap(base=1), unit="sentence"),
    )
    push(corpus, "r", [Files()])

    answer(corpus, plan, "model-1", wrong=0, seconds=0.001)

    assert found(corpus) == []


def test_two_annotators_have_no_others_to_agree_with(corpus: Corpus) -> None:
    """Where two differ everywhere, neither is the one to look at."""
    both = tuple(Annotator(annotator=n, kind="human", backend=FILES) for n in NAMES[:2])
    plan = new_round(
        corpus, Options(round="r", annotators=both, overlap=Overlap(base=2), unit="sentence")
    )
    push(corpus, "r", [Files()])

    answer(corpus, plan, "a1", wrong=0)
    answer(corpus, plan, "a2", wrong=14)

    assert found(corpus) == []


def test_alerts_are_shown_and_not_published(corpus: Corpus, plan: Plan) -> None:
    """Status says them; no file of the round holds one; a closed round has none."""
    for name in NAMES:
        answer(corpus, plan, name, wrong=0, seconds=0.1)
    done = CliRunner().invoke(app, ["status", "r", "--offline", "--corpus", str(corpus.root)])
    assert "Look at a1: too-fast: " in done.stderr
    held = [p for p in RoundFolder(corpus, "r").path.rglob("*") if p.is_file()]
    assert all(b"too-fast" not in path.read_bytes() for path in held)
    close(corpus, "r")
    assert alerts(open_round(corpus, "r"), NOW) == []
