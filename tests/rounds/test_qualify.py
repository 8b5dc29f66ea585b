"""Qualification: known articles come first, and nobody who fails gets the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from copydesk.backends import codecs
from copydesk.backends.files import Files
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.rounds.amend import amend_round, replace_person
from copydesk.rounds.choose import Overlap
from copydesk.rounds.consistency import faults
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator, Plan
from copydesk.rounds.pull import pull
from copydesk.rounds.push import difference, push
from copydesk.rounds.qualify import failed, standings
from copydesk.rounds.selection import Selection
from copydesk.rounds.status import status

GOLD = {"mill.001": "background", "mill.002": "background", "mill.003": "claim"}


def person(name: str) -> Annotator:
    """A person who answers through files."""
    return Annotator(annotator=name, kind="human", backend=FILES)


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """The known answers to the mill."""
    path = tmp_path / "gold.jsonl"
    lines = [{"sentence_id": name, "label": label} for name, label in GOLD.items()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def plan(corpus: Corpus, gold: Path) -> Plan:
    """Two people on the tram and the weir, the mill known; two of three must be right."""
    options = Options(
        round="r",
        annotators=(person("a1"), person("a2")),
        overlap=Overlap(base=2),
        suggested_share=1.0,
        selection=Selection(articles=("tram", "weir")),
        qualify=gold,
        threshold=0.6,
    )
    return new_round(corpus, options)


def tasks(corpus: Corpus, name: str) -> list[str]:
    """What is put before an annotator, in order."""
    path = RoundFolder(corpus, "r").private / name / "tasks.jsonl"
    return [json.loads(line)["task"] for line in path.read_text().splitlines()]


def answer(corpus: Corpus, name: str, labels: dict[str, str]) -> None:
    """Answer, and pull."""
    path = RoundFolder(corpus, "r").private / name / "answers.jsonl"
    with path.open("a") as stream:
        for sentence, label in labels.items():
            line = {"sentence_id": sentence, "label": label, "at": "2026-01-01T00:00:00Z"}
            stream.write(json.dumps(line) + "\n")
    pull(corpus, "r", [Files()])


def verdicts(corpus: Corpus) -> dict[str, tuple[int, int, str]]:
    """Right, answered and verdict of each annotator."""
    found = standings(open_round(corpus, "r"))
    return {one.annotator: (one.right, one.answered, one.verdict) for one in found}


def test_known_articles_come_first_blind_and_to_all(corpus: Corpus, plan: Plan) -> None:
    """The rest is planned, and not sent."""
    first = plan.tasks[0]
    assert (first.uid, first.annotators, first.overlap) == ("r.blind.mill", ("a1", "a2"), 2)
    assert {task.arm for task in plan.tasks[1:]} == {"suggested"}
    assert plan.gold == ("mill",)
    push(corpus, "r", [Files()])
    assert tasks(corpus, "a1") == tasks(corpus, "a2") == ["r.blind.mill"]
    assert pull(corpus, "r", [Files()]).findings == ()
    shown = difference(corpus, "r", [Files()])
    assert (shown.tasks, shown.tasks_missing) == (2, 0)


def test_who_passes_gets_the_rest_and_who_fails_does_not(corpus: Corpus, plan: Plan) -> None:
    """Two of three right are enough at 60 %, one is not; a correction takes nothing back."""
    push(corpus, "r", [Files()])
    answer(corpus, "a1", GOLD | {"mill.001": "claim"})
    answer(corpus, "a2", dict.fromkeys(GOLD, "claim"))
    assert verdicts(corpus) == {"a1": (2, 3, "passed"), "a2": (1, 3, "failed")}
    assert difference(corpus, "r", [Files()]).tasks == 4
    push(corpus, "r", [Files()])
    assert sorted(tasks(corpus, "a1")) == ["r.blind.mill", "r.suggested.tram", "r.suggested.weir"]
    assert tasks(corpus, "a2") == ["r.blind.mill"]
    answer(corpus, "a2", {"tram.001": "background"})
    (unreadable,) = pull(corpus, "r", [Files()]).findings
    assert (unreadable.rule, unreadable.annotator) == ("answer-unreadable", "a2")
    answer(corpus, "a1", dict.fromkeys(GOLD, "quote") | {"tram.001": "background"})
    push(corpus, "r", [Files()])
    assert len(tasks(corpus, "a1")) == 3
    state = status(corpus, "r", [Files()])
    assert [one.verdict for one in state.qualification] == ["failed", "failed"]
    assert failed(open_round(corpus, "r")) == {"a2"}
    assert state.projects_missing == state.tasks_missing == 0
    assert list(faults(open_round(corpus, "r"), codecs())) == []


def test_all_right_is_enough_for_a_pass_mark_of_one(corpus: Corpus, gold: Path) -> None:
    """The share that is asked for is enough, also where it is the whole."""
    new_round(
        corpus,
        Options(
            round="r",
            annotators=(person("a1"), person("a2")),
            overlap=Overlap(base=2),
            selection=Selection(articles=("tram", "weir")),
            qualify=gold,
            threshold=1.0,
        ),
    )
    push(corpus, "r", [Files()])
    answer(corpus, "a1", GOLD)
    answer(corpus, "a2", GOLD | {"mill.001": "claim"})
    assert verdicts(corpus) == {"a1": (3, 3, "passed"), "a2": (2, 3, "failed")}


def test_who_takes_over_qualifies_too(corpus: Corpus, plan: Plan) -> None:
    """A newcomer gets the known article first, and the leaver's share once they have passed."""
    push(corpus, "r", [Files()])
    answer(corpus, "a2", dict.fromkeys(GOLD, "claim"))
    amend_round(corpus, "r", replace_person("a2", person("a3")), "a2 did not pass.")
    push(corpus, "r", [Files()])
    assert tasks(corpus, "a3") == ["r.blind.mill"]
    answer(corpus, "a3", GOLD)
    push(corpus, "r", [Files()])
    assert len(tasks(corpus, "a3")) == 3
    assert tasks(corpus, "a2") == ["r.blind.mill"]
    assert list(faults(open_round(corpus, "r"), codecs())) == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"threshold": 0.0}, "A pass mark of 0 is not above 0 and at most 1"),
        ({"gold": Path("gold.jsonl")}, "A qualification brings its own known answers"),
        ({"shared": True}, "A qualification brings its own known answers"),
    ],
)
def test_a_qualification_that_cannot_be_is_refused(
    corpus: Corpus, gold: Path, fields: dict[str, object], sentence: str
) -> None:
    """Nothing is planned."""
    basics = {"round": "r", "annotators": (person("a1"), person("a2")), "qualify": gold}
    with pytest.raises(InputError, match=sentence):
        new_round(corpus, Options(**(basics | fields)))  # type: ignore[arg-type]
    gold.write_text('{"sentence_id": "nowhere.001", "label": "claim"}\n')
    with pytest.raises(InputError, match="There is no article 'nowhere' in this corpus"):
        new_round(corpus, Options(**basics))  # type: ignore[arg-type]
