"""How far a round is, what is open in it, and its end."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copydesk.backends import codecs
from copydesk.backends.files import Files
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.files import dump_json
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.decisions import Decision, decide, open_sentences, read_decisions
from copydesk.rounds.labelling import labelling
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.paths import RoundBusyError, RoundFolder
from copydesk.rounds.plan import FILES, Annotator, Plan
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.selection import Selection
from copydesk.rounds.status import Done, status, summarise

PEOPLE = (
    Annotator(annotator="anna", kind="human", backend=FILES),
    Annotator(annotator="ben", kind="model", backend=FILES),
    Annotator(annotator="cleo", kind="human", backend=FILES),
)
EMAILS = {name: f"{name}@example.org" for name in ("anna", "ben", "cleo")}


@pytest.fixture
def plan(corpus: Corpus) -> Plan:
    """A round of three on two articles of three sentences each."""
    return new_round(
        corpus,
        Options(
            round="r",
            annotators=PEOPLE,
            emails=EMAILS,
            overlap=Overlap(base=3),
            selection=Selection(articles=("mill", "tram")),
        ),
    )


def log(corpus: Corpus, labels: dict[str, str]) -> None:
    """Have anna, ben and cleo answer each sentence with q, c, s, b, or - for nothing; and pull."""
    names = {"q": "quote", "c": "claim", "s": "speculation", "b": "background"}
    push(corpus, "r", [Files()])
    for place, who in enumerate(PEOPLE):
        lines = [
            {
                "sentence_id": sentence,
                "label": names[letters[place]],
                "at": "2026-01-01T00:00:00Z",
                "lead_time_s": 2.0,
            }
            for sentence, letters in labels.items()
            if letters[place] != "-"
        ]
        path = RoundFolder(corpus, "r").private / who.annotator / "answers.jsonl"
        with path.open("a", encoding="utf-8") as stream:
            stream.write("".join(json.dumps(line) + "\n" for line in lines))
    pull(corpus, "r", [Files()])


WHOLE = {
    "mill.001": "qqq",
    "mill.002": "qqc",
    "mill.003": "qcs",
    "tram.001": "bbb",
    "tram.002": "ccc",
    "tram.003": "sbc",
}


def submission(name: str, uid: str, minute: int, seconds: float | None = 30.0) -> Done:
    """An answered task at a minute after nine."""
    at = datetime(2026, 1, 1, 9, minute, tzinfo=UTC)
    return Done(annotator=name, uid=uid, at=at, seconds=seconds)


def test_progress_is_counted_by_annotator_and_article(plan: Plan) -> None:
    """Two tasks in half an hour are two an hour, and it is said who is waited for."""
    state = summarise(
        plan,
        [
            submission("anna", "r.blind.mill", 0, 20.0),
            submission("anna", "r.blind.tram", 30, 40.0),
            submission("ben", "r.blind.mill", 5, None),
        ],
        closed=False,
        source="server",
        projects_missing=0,
        tasks_missing=0,
    )
    assert (state.answered, state.needed) == (3, 6)
    anna, ben, cleo = state.annotators
    assert (anna.answered, anna.assigned, anna.per_hour, anna.median_seconds) == (2, 2, 2.0, 30.0)
    assert (ben.answered, ben.per_hour, ben.median_seconds, ben.kind) == (1, None, None, "model")
    assert (cleo.answered, cleo.last) == (0, None)
    waiting = {a.article_id: (a.answered, a.needed, a.waiting_for) for a in state.articles}
    assert waiting == {"mill": (2, 3, ("cleo",)), "tram": (1, 3, ("ben", "cleo"))}


def test_an_answer_that_lacks_sentences_is_not_progress(plan: Plan) -> None:
    """It is named as short, and its article still waits for its annotator."""
    state = summarise(
        plan,
        [replace(submission("anna", "r.blind.mill", 0), whole=False)],
        closed=False,
        source="server",
    )

    assert (state.answered, state.needed) == (0, 6)
    assert (state.annotators[0].answered, state.annotators[0].short) == (0, 1)
    assert state.articles[0].waiting_for == ("anna", "ben", "cleo")


def test_without_a_server_the_last_pull_is_shown(corpus: Corpus, plan: Plan) -> None:
    """The log tells who answered which article, and an article's time is that of its sentences."""
    log(corpus, {"mill.001": "q--", "mill.002": "q--", "mill.003": "q--"})
    state = status(corpus, "r")
    assert (state.source, state.answered, state.needed) == ("log", 1, 6)
    assert state.annotators[0].median_seconds == 6.0


@pytest.mark.parametrize("backends", [None, [Files()]], ids=["log", "files"])
def test_a_submission_without_all_sentences_is_not_counted(
    corpus: Corpus, plan: Plan, backends: list[Files] | None
) -> None:
    """Two of three sentences are an answer that is short, in the log and where it was given."""
    log(corpus, {"mill.001": "qq-", "mill.002": "qq-", "mill.003": "q--"})

    state = status(corpus, "r", backends)

    assert [(a.answered, a.short) for a in state.annotators] == [(1, 0), (0, 1), (0, 0)]
    assert {a.article_id: a.answered for a in state.articles} == {"mill": 1, "tram": 0}


def test_what_no_two_thirds_agree_on_is_open(corpus: Corpus, plan: Plan) -> None:
    """Two of three decide; three different answers leave a sentence open."""
    log(corpus, WHOLE)
    assert [s.anchor.sentence_id for s in open_sentences(corpus, "r")] == ["mill.003", "tram.003"]


def test_a_majority_can_be_disputed(corpus: Corpus, plan: Plan) -> None:
    """Asked for, a sentence that two of three settle is open too, until somebody decides it."""
    log(corpus, {"mill.001": "qqc", "mill.002": "qqq", "mill.003": "qcs"})

    def open_now() -> list[str]:
        return [s.anchor.sentence_id for s in open_sentences(corpus, "r", disputed=True)]

    assert open_now() == ["mill.001", "mill.003"]
    decide(corpus, "r", [decision("mill.001")], via="file")
    assert open_now() == ["mill.003"]


def decision(sentence: str = "mill.003", **fields: str | None) -> Decision:
    """A decision of dora's."""
    basics = {"label": "claim", "by": "dora", "by_kind": "human", "reason": "Rule 6."}
    return Decision(sentence_id=sentence, **{**basics, **fields})  # type: ignore[arg-type]


def test_a_decision_settles_and_may_be_taken_back(corpus: Corpus, plan: Plan) -> None:
    """The last decision counts; "unresolved" opens a sentence again; repeating says nothing."""
    log(corpus, WHOLE)
    assert decide(corpus, "r", [decision(), decision("tram.003")], via="file") == 2
    assert open_sentences(corpus, "r") == []
    assert decide(corpus, "r", [decision()], via="file") == 0
    assert decide(corpus, "r", [decision(label=None, reason="Unclear.")], via="terminal") == 1
    assert [s.anchor.sentence_id for s in open_sentences(corpus, "r")] == ["mill.003"]
    lines = RoundFolder(corpus, "r").adjudications.read_text().splitlines()
    assert [json.loads(line)["label"] for line in lines] == ["claim", "claim", None]
    assert {key: json.loads(lines[0])[key] for key in ("by", "by_kind", "via", "start", "end")} == {
        "by": "dora",
        "by_kind": "human",
        "via": "file",
        "start": 37,
        "end": 63,
    }


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (decision("weir.001"), "weir.001: This sentence has no answer in the round."),
        (decision(label="irony"), "'irony' is not a label. Use quote, claim, speculation"),
        (decision(reason=" "), "A decision needs a reason."),
        (decision(by_kind="rule"), "'rule' is neither human nor model."),
        (decision(by="ben"), "'ben' is planned as model."),
    ],
)
def test_a_decision_that_says_too_little_is_refused(
    corpus: Corpus, plan: Plan, wrong: Decision, sentence: str
) -> None:
    """One wrong decision and none of them is taken."""
    log(corpus, WHOLE)
    with pytest.raises(InputError) as refused:
        decide(corpus, "r", [decision("tram.003"), wrong], via="file")
    assert sentence in str(refused.value)
    assert not RoundFolder(corpus, "r").adjudications.exists()


def test_a_reason_does_not_publish_a_withheld_text(make_corpus: object) -> None:
    """A reason that repeats 60 characters of a withheld article is refused."""
    long = "The clerk said on Tuesday that the lower gate would stay shut until the water falls."
    corpus = make_corpus({"gate": f"Gate stays shut\n{long}"}, withheld=("gate",))  # type: ignore[operator]
    new_round(corpus, Options(round="r", annotators=PEOPLE, emails=EMAILS, overlap=Overlap(base=3)))
    log(corpus, {"gate.001": "qcs", "gate.002": "qcs"})
    with pytest.raises(InputError, match="The reason repeats 60 characters of a text"):
        decide(corpus, "r", [decision("gate.002", reason=f"As it says: {long}")], via="file")
    short = decision("gate.002", reason=f"It begins “{long[:40]}”.")
    assert decide(corpus, "r", [short], via="file") == 1


def test_decisions_are_read_from_a_file(tmp_path: Path) -> None:
    """A line is a sentence, a label (or unresolved) and a reason."""
    path = tmp_path / "d.jsonl"
    path.write_text(
        '{"sentence_id": "mill.003", "label": "unresolved", "reason": "Both hold."}\n'
        '{"sentence_id": "mill.003", "label": "claim", "reason": "x"}\n'
    )
    with pytest.raises(InputError) as refused:
        read_decisions(path, by="dora", by_kind="human")
    assert str(refused.value) == f"{path}:2: 'mill.003' is decided twice."
    path.write_text(path.read_text().splitlines()[0])
    assert read_decisions(path, by="dora", by_kind="human") == [
        decision(label=None, reason="Both hold.")
    ]


def test_a_round_that_lacks_answers_is_closed_with_a_reason_only(
    corpus: Corpus, plan: Plan
) -> None:
    """Missing answers, open sentences and errors of the last pull are named; a reason is kept."""
    with pytest.raises(InputError, match="Round 'r' has no answers"):
        close(corpus, "r")
    log(corpus, {name: letters[:2] + "-" for name, letters in WHOLE.items()})
    RoundFolder(corpus, "r").findings.write_text(
        dump_json({"findings": [{"severity": "error", "rule": "task-changed"}]})
    )
    with pytest.raises(InputError) as refused:
        close(corpus, "r")
    assert str(refused.value) == (
        "Round 'r' is not complete: 2 of 6 answers are missing; 2 sentences are unresolved; the "
        "last pull found 1 errors, such as task-changed. Complete it and pull again, settle what "
        "is unresolved with 'copydesk round adjudicate', or say why not with --despite REASON."
    )
    assert close(corpus, "r", despite="Cleo left.")["despite"] == "Cleo left."


def test_a_closed_round_takes_nothing_and_shows_every_change(corpus: Corpus, plan: Plan) -> None:
    """After closing, decisions are refused, and labels are not given from a changed file."""
    log(corpus, WHOLE)
    with pytest.raises(InputError, match="is not complete: 2 sentences are unresolved"):
        close(corpus, "r")
    decide(corpus, "r", [decision(), decision("tram.003")], via="file")
    done = close(corpus, "r")
    assert (done["answers"], done["sentences"], done["unresolved"]) == (18, 6, 0)
    with pytest.raises(InputError, match="Round 'r' is closed"):
        decide(corpus, "r", [decision(reason="Other.")], via="file")
    found = labelling(corpus, codecs=codecs())
    assert found.rounds == ("r",)
    assert found.answers.height == 18
    assert found.adjudications["sentence_id"].to_list() == ["mill.003", "tram.003"]
    kinds = dict(found.answers.select("annotator", "annotator_kind").unique().iter_rows())
    assert kinds == {"anna": "human", "ben": "model", "cleo": "human"}
    path = RoundFolder(corpus, "r").annotations
    path.write_bytes(path.read_bytes().replace(b'"claim"', b'"quote"', 1))
    with pytest.raises(IntegrityError, match="1 files of round 'r' are not as they were when it"):
        labelling(corpus, codecs=codecs())


def test_an_open_round_gives_labels_only_when_it_is_named(corpus: Corpus, plan: Plan) -> None:
    """A release takes closed rounds; an open one must be asked for."""
    log(corpus, WHOLE)
    assert labelling(corpus, codecs=codecs()).answers.height == 0
    assert labelling(corpus, ["r"], codecs=codecs()).answers.height == 18


def test_two_processes_do_not_change_a_round_at_once(corpus: Corpus, plan: Plan) -> None:
    """Who comes second is told so, and waits as long as asked."""
    folder = RoundFolder(corpus, "r")
    with folder.lock():
        with pytest.raises(RoundBusyError) as busy, RoundFolder(corpus, "r").lock():
            pass
        assert str(busy.value) == (
            "Another process is at work on round 'r'. Wait until it has finished."
        )
    with folder.lock():
        pass
