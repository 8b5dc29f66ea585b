"""Amending a round: dated lines with reasons, from which the plan in force is derived."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from answering import soon

from copydesk.backends import codecs
from copydesk.backends.files import Files
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.rounds.amend import (
    add_articles,
    add_people,
    amend_round,
    raise_overlap,
    reopen,
    replace_person,
    revise_guidelines,
)
from copydesk.rounds.answers import answers_of
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.consistency import faults
from copydesk.rounds.decisions import open_sentences
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator, Plan
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.selection import Selection
from copydesk.rounds.status import status

LogAnswers = Callable[..., None]


def person(name: str) -> Annotator:
    """A person who answers through files."""
    return Annotator(annotator=name, kind="human", backend=FILES)


@pytest.fixture
def plan(corpus: Corpus) -> Plan:
    """A round of two people on the mill and the tram, three sentences each."""
    options = Options(
        round="r",
        annotators=(person("a1"), person("a2")),
        overlap=Overlap(base=2),
        selection=Selection(articles=("mill", "tram")),
    )
    return new_round(corpus, options)


MILL = {"mill.001": "bb", "mill.002": "bb", "mill.003": "cc"}
TRAM = {"tram.001": "bb", "tram.002": "bc", "tram.003": "ss"}


def whole(corpus: Corpus) -> bool:
    """Whether the round's files agree."""
    return list(faults(open_round(corpus, "r"), codecs())) == []


def test_a_leaver_is_replaced_and_keeps_what_was_answered(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """The newcomer gets the articles that are not whole, under a pseudonym of their own."""
    log_answers(corpus, "r", ("a1", "a2"), MILL)
    line = amend_round(corpus, "r", replace_person("a2", person("a3")), "a2 has left.")
    assert (line["tasks"], line["reason"]) == (["r.blind.tram"], "a2 has left.")
    now = open_round(corpus, "r").plan
    assert [(t.uid, t.annotators, t.former) for t in now.tasks if t.article_id == "tram"] == [
        ("r.blind.tram", ("a1", "a3"), ("a2",))
    ]
    assert now.sha256 == plan.sha256
    log_answers(corpus, "r", ("a1", "a3"), TRAM, at="2026-01-02T00:00:00Z")
    state = status(corpus, "r")
    assert (state.answered, state.needed) == (4, 4)
    rows = answers_of(corpus, ["r"]).select("annotator", "article_id").unique().rows()
    assert sorted(rows) == [("a1", "mill"), ("a1", "tram"), ("a2", "mill"), ("a3", "tram")]
    assert whole(corpus)


def test_articles_are_added_with_the_plans_overlap(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """Both answer the new article; one that is there already is refused."""
    log_answers(corpus, "r", ("a1", "a2"), MILL | TRAM)
    amend_round(corpus, "r", add_articles(["weir"]), "More of the river.")
    now = open_round(corpus, "r").plan
    assert [t.annotators for t in now.tasks if t.article_id == "weir"] == [("a1", "a2")]
    assert push(corpus, "r", [Files()]).fixed
    tasks = (RoundFolder(corpus, "r").private / "a1" / "tasks.jsonl").read_text().splitlines()
    assert sorted(json.loads(task)["article_id"] for task in tasks) == ["mill", "tram", "weir"]
    assert (status(corpus, "r").answered, status(corpus, "r").needed) == (4, 6)
    with pytest.raises(InputError, match="Article 'weir' is in round 'r' already"):
        amend_round(corpus, "r", add_articles(["weir"]), "Again.")


def test_where_answers_differ_one_more_is_asked_for(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """The article with an open sentence gets a third answer, which settles it."""
    log_answers(corpus, "r", ("a1", "a2"), MILL | TRAM)
    assert [s.anchor.sentence_id for s in open_sentences(corpus, "r")] == ["tram.002"]
    with pytest.raises(InputError, match="Everybody has answered article 'tram'"):
        amend_round(corpus, "r", raise_overlap(), "They differ.")
    amend_round(corpus, "r", add_people([(person("a3"), "")]), "They differ.")
    line = amend_round(corpus, "r", raise_overlap(), "They differ.")
    assert line["tasks"] == {"r.blind.tram": ["a3"]}
    third = dict.fromkeys(TRAM, "c")
    log_answers(corpus, "r", ("a3",), third, at="2026-01-02T00:00:00Z")
    assert open_sentences(corpus, "r") == []
    assert (status(corpus, "r").answered, status(corpus, "r").needed) == (5, 5)


def test_revised_guidelines_hold_from_then_on(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """Each answer keeps the version that held when it was given; a push shows the new ones."""
    log_answers(corpus, "r", ("a1", "a2"), MILL)
    text = corpus.guidelines.read_text()
    corpus.guidelines.write_text(text + "\nMore.\n")
    with pytest.raises(InputError, match="guidelines are not those that were planned"):
        push(corpus, "r", [Files()])
    with pytest.raises(InputError, match=r"still call themselves version 1\.0"):
        amend_round(corpus, "r", revise_guidelines, "Rule 3 was unclear.")
    corpus.guidelines.write_text(text.replace('"1.0"', '"1.1"') + "\nMore.\n")
    amend_round(corpus, "r", revise_guidelines, "Rule 3 was unclear.")
    log_answers(corpus, "r", ("a1", "a2"), TRAM, at=soon())
    versions = answers_of(corpus, ["r"]).select("article_id", "guidelines_version").unique()
    assert sorted(versions.rows()) == [("mill", "1.0"), ("tram", "1.1")]
    given = RoundFolder(corpus, "r").private / "a1" / "guidelines.md"
    assert given.read_text().endswith("More.\n")


def test_a_closed_round_is_opened_again(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """What it was closed with is kept beside, and a pull is taken again."""
    log_answers(corpus, "r", ("a1", "a2"), MILL | TRAM | {"tram.002": "cc"})
    close(corpus, "r")
    with pytest.raises(InputError, match="is closed"):
        amend_round(corpus, "r", add_articles(["weir"]), "More.")
    amend_round(corpus, "r", reopen, "a1 was wrong.")
    folder = RoundFolder(corpus, "r")
    assert (folder.path / "closed-1.json").is_file()
    assert pull(corpus, "r", [Files()]).changes.unchanged == 12
    assert close(corpus, "r")["answers"] == 12
    with pytest.raises(InputError, match="An amendment needs a reason"):
        amend_round(corpus, "r", reopen, " ")


def test_amendments_that_were_changed_by_hand_are_found(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """The push log holds their hash; a line that fits no plan has its place."""
    log_answers(corpus, "r", ("a1", "a2"), MILL)
    amend_round(corpus, "r", add_articles(["weir"]), "More.")
    push(corpus, "r", [Files()])
    assert whole(corpus)
    path = RoundFolder(corpus, "r").amendments
    text = path.read_text()
    path.write_text(text.replace("More.", "Less."))
    (fault,) = faults(open_round(corpus, "r"), codecs())
    assert fault.message == "The amendments are not those that were pushed."
    path.write_text(text + '{"event": "other"}\n')
    with pytest.raises(IntegrityError, match=r"jsonl:2::\$: 'at' is a required property\."):
        open_round(corpus, "r")
    odd = {"event": "overlap", "tasks": {"r.blind.mill": ["a1"]}, "reason": "x"}
    path.write_text(text + json.dumps(odd | {"at": "2026-01-01T00:00:00Z", "event": "people"}))
    with pytest.raises(IntegrityError, match=r"jsonl:2::\$"):
        open_round(corpus, "r")
