"""What a withdrawal makes of rounds: redacted, amended, and still consistent with themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from leftovers import AT, REASON, read_all

from copydesk.backends import codecs
from copydesk.backends.files import Files
from copydesk.corpus import Corpus
from copydesk.files import read_json, sha256_text
from copydesk.release.withdraw import withdraw
from copydesk.rounds.close import check_closed, close
from copydesk.rounds.consistency import faults, repair
from copydesk.rounds.decisions import open_sentences
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.pull import pull
from copydesk.rounds.push import difference, push
from copydesk.rounds.record import read_state
from copydesk.rounds.status import status


def take(corpus: Corpus, *, erase: bool) -> None:
    withdraw(corpus, "ferry-day", reason=REASON, erase=erase, at=AT)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.long
@pytest.mark.parametrize("erase", [False, True])
def test_logs_are_derived_from_the_archives_as_before(corpus: Corpus, erase: bool) -> None:
    """Of every round, closed ones too, nothing contradicts anything; answers stay unless erased."""
    before = {n: read_state(open_round(corpus, n)).answers for n in ("r1", "r3")}
    take(corpus, erase=erase)
    for name in ("r1", "r2", "r3"):
        assert [str(fault) for fault in faults(open_round(corpus, name), codecs())] == []
        check_closed(RoundFolder(corpus, name))
    for name, answers in before.items():
        after = read_state(open_round(corpus, name)).answers
        kept = {k for k in answers if not (erase and k[1].startswith("ferry-day."))}
        assert after.keys() == kept
        assert {k: a.label for k, a in after.items()} == {k: answers[k].label for k in kept}


@pytest.mark.long
@pytest.mark.parametrize("erase", [False, True])
def test_an_amendment_records_it(corpus: Corpus, erase: bool) -> None:
    """With the date and the reason, in the rounds that had the article and in no others."""
    take(corpus, erase=erase)
    (line,) = lines(RoundFolder(corpus, "r3").amendments)
    assert {k: line[k] for k in ("event", "article_id", "erased", "at", "reason")} == {
        "event": "withdrawn",
        "article_id": "ferry-day",
        "erased": erase,
        "at": "2026-05-01T09:30:00Z",
        "reason": REASON,
    }
    assert not RoundFolder(corpus, "r2").amendments.exists()


@pytest.mark.long
def test_what_was_written_about_it_is_hashed(corpus: Corpus) -> None:
    """Comments and reasons of a given article become what those of a withheld one are."""
    folder = RoundFolder(corpus, "r3")
    said = {x["comment"] for x in lines(folder.annotations) if x.get("comment")}
    (reason,) = {x["reason"] for x in lines(folder.adjudications)}
    take(corpus, erase=False)
    log = [x for x in lines(folder.annotations) if x.get("comment")]
    assert {x["comment"] for x in log} == {f"sha256:{sha256_text(text)}" for text in said}
    assert [x["reason"] for x in lines(folder.adjudications)] == [f"sha256:{sha256_text(reason)}"]
    assert lines(folder.private / "annotations.0a1b2c3d.jsonl") == [{}]


def test_an_erased_round_has_no_trace_of_it(corpus: Corpus) -> None:
    """Plan, log and decisions are without it; the plan is still known by the name it was pushed
    under."""
    named = open_round(corpus, "r3").plan.sha256
    take(corpus, erase=True)
    folder = RoundFolder(corpus, "r3")
    assert [a["article_id"] for a in read_json(folder.plan)["articles"]] == ["mill-day"]
    assert lines(folder.adjudications) == []
    assert open_round(corpus, "r3").plan.sha256 == named
    folder.plan.write_text(folder.plan.read_text().replace('"a7"', '"a5"'))
    told = [str(fault) for fault in faults(open_round(corpus, "r3"), codecs())]
    assert "The plan is not the one that a withdrawal left." in told[0]


@pytest.mark.long
@pytest.mark.parametrize("erase", [False, True])
def test_the_round_goes_on_without_it(corpus: Corpus, erase: bool) -> None:
    """Push, pull, status and adjudicate pass the article over, and the round can be closed."""
    take(corpus, erase=erase)
    tasks = RoundFolder(corpus, "r3").private / "a7" / "tasks.jsonl"
    assert [line["article_id"] for line in lines(tasks)] == ["mill-day"]
    assert difference(corpus, "r3", [Files()]).differing == ()
    assert push(corpus, "r3", [Files()]).fixed == ()
    done = pull(corpus, "r3", [Files()])
    assert [f.rule for f in done.findings if f.severity == "error"] == []
    assert {a.article_id for a in status(corpus, "r3").articles} == {"mill-day"}
    assert {o.article.article_id for o in open_sentences(corpus, "r3")} == {"mill-day"}
    close(corpus, "r3", despite="Nobody decides.")
    check_closed(RoundFolder(corpus, "r3"))


def test_a_log_is_repaired_from_redacted_archives(corpus: Corpus) -> None:
    """`pull --repair` makes the same log again."""
    take(corpus, erase=False)
    log = RoundFolder(corpus, "r3").annotations
    whole = log.read_bytes()
    assert repair(corpus, "r3", codecs())[1] is None
    log.write_bytes(whole[: len(whole) // 2])
    repair(corpus, "r3", codecs())
    assert log.read_bytes() == whole


def test_reports_are_written_again(corpus: Corpus) -> None:
    """They are there as before, with the same figures, and show no sentence of the article."""
    folder = RoundFolder(corpus, "r3")
    before = read_json(folder.report("json"))
    assert "no money left" in folder.report("html").read_text(encoding="utf-8")
    take(corpus, erase=False)
    assert read_json(folder.report("json"))["alpha"] == before["alpha"]
    texts = [text for name, text in read_all(corpus.rounds).items() if name.endswith(".html")]
    assert len(texts) == 2
    assert not any("no money left" in text for text in texts)
