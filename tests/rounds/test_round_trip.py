"""Rounds on a real Label Studio: pushed, answered, pulled, settled, closed."""

from __future__ import annotations

import gzip
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from copydesk.backends import codecs
from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.adjudication import pull_decisions, push_disputed
from copydesk.backends.labelstudio.backend import LabelStudio
from copydesk.backends.labelstudio.client import Server, encode
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError, ServerError
from copydesk.release.withdraw import withdraw
from copydesk.rounds.agree import agree
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.consistency import faults
from copydesk.rounds.decisions import Decision, decide, decisions_of, open_sentences
from copydesk.rounds.labelling import labelling
from copydesk.rounds.log import read_log
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Annotator, Plan
from copydesk.rounds.pull import pull
from copydesk.rounds.push import difference, push
from copydesk.rounds.redact import tasks_of
from copydesk.rounds.status import status
from copydesk.rounds.streams import streams

pytestmark = pytest.mark.studio


def hostile(stalls: int) -> str:
    """A text of markup, templates, joined emoji and combining marks, in three sentences more."""
    return (
        "<script>document.title='taken'</script> opens the fair\n"
        "<img src=x onerror=alert(1)> stood at {{gate}} and ${gate}, “as planned”.\n"
        + " ".join(f"🙂👩‍👩‍👧 Stall {n} sold cafe\u0301 and 字 today." for n in range(stalls))
        + "\nIt may rain, he said."
    )


@dataclass
class Round:
    """A round of two annotators with accounts of their own."""

    corpus: Corpus
    plan: Plan
    people: dict[str, Any]
    server_for: Callable[..., Any]
    enter: Callable[..., Counter[str]]

    def push(self) -> Any:
        """Push as the administrator."""
        with self.server_for() as server:
            return push(self.corpus, self.plan.round, [LabelStudio(server, patience=5)])

    def pull(self) -> Any:
        """Pull as the administrator."""
        with self.server_for() as server:
            return pull(self.corpus, self.plan.round, [LabelStudio(server)])

    def rules(self) -> list[str]:
        """The findings of a pull."""
        return [finding.rule for finding in self.pull().findings]

    def answer(self, name: str, labels: dict[str, str]) -> Any:
        """Enter an annotator's answers with that annotator's token."""
        with self.server_for(self.people[name].token) as server:
            return self.enter(self.corpus, self.plan.round, server, name, labels)

    def labels(self, name: str) -> dict[str, str]:
        """An annotator's current answers in the log."""
        state = read_log(RoundFolder(self.corpus, self.plan.round).annotations)
        return {s: a.label for (who, s), a in state.answers.items() if who == name}

    @contextmanager
    def project(self, name: str) -> Iterator[tuple[Server, int]]:
        """The administrator's connection, and the number of an annotator's project."""
        with self.server_for() as server:
            queues = [s for s in streams(self.plan) if s.annotators == (name,)]
            yield server, projects.find(server, queues, {})[queues[0].key]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """An annotator's tasks as the server has them."""
        with self.project(name) as (server, number):
            return list(server.answered_tasks(number))

    def all(self, label: str, article: str | None = None) -> dict[str, str]:
        """One label for every sentence."""
        return {
            anchor.sentence_id: label
            for planned, anchor in self.plan.anchors()
            if article in (None, planned.article_id)
        }


@pytest.fixture(scope="module")
def people(studio: Any) -> dict[str, Any]:
    """Two accounts; every round makes projects of its own for them."""
    return {"anna": studio.newcomer(), "ben": studio.newcomer()}


@pytest.fixture
def make_round(
    people: dict[str, Any], server_for: Callable[..., Any], answer: Callable[..., Any]
) -> Callable[..., Round]:
    """Plans a round under a name of its own."""

    def make(corpus: Corpus, **fields: Any) -> Round:
        plan = new_round(
            corpus,
            Options(
                round=f"t-{secrets.token_hex(6)}",
                annotators=(
                    Annotator(annotator="anna", kind="human"),
                    Annotator(annotator="ben", kind="model"),
                ),
                emails={name: person.email for name, person in people.items()},
                **{"overlap": Overlap(base=2), **fields},
            ),
        )
        return Round(corpus, plan, dict(people), server_for, answer)

    return make


@pytest.fixture
def pushed(make_round: Callable[..., Round], corpus: Corpus) -> Round:
    """A pushed round of four articles."""
    made = make_round(corpus)
    made.push()
    return made


def test_a_round_goes_all_the_way(
    make_round: Callable[..., Round], make_corpus: Callable[..., Corpus], studio: Any
) -> None:
    """Planned, pushed, answered, pulled, measured, settled in Label Studio, closed, released."""
    corpus = make_corpus({"mill": "Mill closes\nThe mill closed.\nIt was old, he said."})
    trip = make_round(corpus)
    sent = trip.push()
    assert (sent.streams_made, sent.tasks_sent, sent.checked) == (2, 2, 2)
    assert (trip.push().streams_made, trip.push().tasks_sent) == (0, 0)
    trip.answer("anna", {"mill.001": "background", "mill.002": "background", "mill.003": "claim"})
    trip.answer("ben", {"mill.001": "background", "mill.002": "claim", "mill.003": "claim"})
    read = trip.pull()
    assert (len(read.changes.new), read.findings) == (6, ())
    assert agree(corpus, trip.plan.round).disputed_sentences == 1
    assert "The mill closed." in RoundFolder(corpus, trip.plan.round).report("html").read_text()
    assert [s.anchor.sentence_id for s in open_sentences(corpus, trip.plan.round)] == ["mill.002"]
    dora = studio.annotators[0]
    with trip.server_for() as server:
        assert push_disputed(corpus, trip.plan.round, server, by="dora").sent == 1
        assert push_disputed(corpus, trip.plan.round, server, by="dora").sent == 0
    decide_as(trip, dora, "background", "Nobody is named.")
    with trip.server_for() as server:
        options = {"by": "dora", "by_kind": "human", "email": dora.email}
        assert pull_decisions(corpus, trip.plan.round, server, **options) == (1, [])
        assert pull_decisions(corpus, trip.plan.round, server, **options) == (0, [])
    assert close(corpus, trip.plan.round)["unresolved"] == 0
    with pytest.raises(InputError, match="is closed"):
        trip.pull()
    found = labelling(corpus, codecs=codecs())
    assert found.adjudications.select("sentence_id", "label", "by", "reason").rows() == [
        ("mill.002", "background", "dora", "Nobody is named.")
    ]
    assert sorted(found.answers["annotator_kind"]) == ["human"] * 3 + ["model"] * 3


def test_a_withdrawn_article_goes_from_archives_and_on_request_from_label_studio(
    pushed: Round,
) -> None:
    """Its tasks are named, removed where that is asked for, and missed by nobody afterwards."""
    name, said = pushed.plan.round, "The harbour opened on Monday."
    for who in ("anna", "ben"):
        pushed.answer(who, pushed.all("background"))
    pushed.pull()
    folder = RoundFolder(pushed.corpus, name)

    def archived() -> str:
        return "".join(
            gzip.decompress(path.read_bytes()).decode() for path in folder.pulls.iterdir()
        )

    assert said in archived()
    before = pushed.labels("anna")
    with pushed.server_for() as server:
        round = open_round(pushed.corpus, name)
        queues = streams(round.plan)
        gone = LabelStudio(server).remove(round, queues, tasks_of(round, "harbour"), erase=False)
    assert [text.partition(" of ")[2][:9] for text in gone] == ["project '"] * 2
    withdraw(pushed.corpus, "harbour", reason="They asked.", at=datetime.now(UTC))
    assert said not in archived()
    assert {row["data"]["title"] for row in pushed.rows("anna")} == {"mill", "tram", "weir"}
    assert pushed.rules() == []
    assert pushed.labels("anna") == before
    assert (pushed.push().tasks_sent, pushed.push().fixed) == (0, ())
    assert list(faults(open_round(pushed.corpus, name), codecs())) == []


def test_a_decision_is_taken_from_label_studio_once(
    make_round: Callable[..., Round], make_corpus: Callable[..., Corpus], studio: Any
) -> None:
    """One made elsewhere since then stands, until it is changed in Label Studio again."""
    corpus = make_corpus({"mill": "Mill closes\nThe mill closed."})
    trip = make_round(corpus)
    trip.push()
    trip.answer("anna", {"mill.001": "background", "mill.002": "background"})
    trip.answer("ben", {"mill.001": "background", "mill.002": "claim"})
    trip.pull()
    dora = studio.annotators[0]

    def take() -> tuple[int, list[str]]:
        with trip.server_for() as server:
            options = {"by": "dora", "by_kind": "human", "email": dora.email}
            return pull_decisions(corpus, trip.plan.round, server, **options)

    def last() -> tuple[str, str]:
        line = list(decisions_of(RoundFolder(corpus, trip.plan.round)))[-1]
        return line["label"], line["via"]

    assert take() == (0, [])  # nothing was sent yet
    with trip.server_for() as server, pytest.raises(InputError, match="is not a pseudonym"):
        push_disputed(corpus, trip.plan.round, server, by=dora.email)
    with trip.server_for() as server:
        page = push_disputed(corpus, trip.plan.round, server, by="dora").page
    assert page is not None
    assert page.startswith(f"{studio.url}projects/")
    decide_as(trip, dora, "background", "Nobody is named.")
    assert take() == (1, [])
    here = Decision(
        sentence_id="mill.002", label="claim", by="dora", by_kind="human", reason="I was wrong."
    )
    assert decide(corpus, trip.plan.round, [here], via="terminal") == 1
    assert take() == (0, [])
    assert last() == ("claim", "terminal")
    decide_as(trip, dora, "quote", "It is a quotation.")
    assert take() == (1, [])
    assert last() == ("quote", "studio")
    with trip.server_for() as server:
        number = adjudicated(trip, server)
        server.delete_project(number)
    gone = f"project {number} is gone from the server, with what was decided there and not taken"
    assert take() == (0, [f"{gone} yet."])


def adjudicated(trip: Round, server: Server) -> int:
    """The adjudicator's project."""
    return next(
        int(p["id"])
        for p in server.projects()
        if "adjudication" in p["title"] and trip.plan.round in p["title"]
    )


def decide_as(trip: Round, person: Any, label: str, reason: str) -> None:
    """Answer the one adjudication task as the editor would."""
    with trip.server_for(person.token) as server:
        number = adjudicated(trip, server)
        (row,) = server.answered_tasks(number)
        assert set(row["data"]) == {"uid", "title", "before", "text", "after"}
        base = {"to_name": "text"}
        choice = {"type": "choices", "from_name": "label", "value": {"choices": [label]}}
        why = {"type": "textarea", "from_name": "reason", "value": {"text": [reason]}}
        server.create_annotation(row["id"], {"result": [base | choice, base | why]})


@pytest.mark.parametrize(("unit", "stalls"), [("article", 30), ("sentence", 3)])
def test_hostile_text_comes_back_as_it_went(
    make_round: Callable[..., Round], make_corpus: Callable[..., Corpus], unit: str, stalls: int
) -> None:
    """Markup, templates, joined emoji and combining marks pass unchanged, offsets and all."""
    trip = make_round(make_corpus({"fair": hostile(stalls)}), unit=unit)
    trip.push()
    trip.answer("anna", trip.all("background"))
    trip.answer("ben", trip.all("claim"))
    read = trip.pull()
    assert read.findings == ()
    assert trip.labels("anna") == trip.all("background")
    assert trip.labels("ben") == trip.all("claim")
    assert len(trip.labels("anna")) == stalls + 3


def test_every_arm_and_overlap_can_be_shared(
    make_round: Callable[..., Round], corpus: Corpus
) -> None:
    """In shared projects with suggestions each task takes two answers, one of each annotator."""
    trip = make_round(corpus, shared=True, suggested_share=0.5)
    assert trip.push().streams_made == 2
    trip.answer("anna", trip.all("quote"))
    trip.answer("ben", trip.all("claim"))
    assert trip.rules() == []
    assert trip.labels("anna") == trip.all("quote")
    with trip.server_for() as server:
        state = status(corpus, trip.plan.round, [LabelStudio(server)])
    assert (state.answered, state.needed, state.tasks_missing) == (8, 8, 0)


def test_a_changed_answer_is_named_with_what_it_was(pushed: Round) -> None:
    """The log takes the new label, and the pull tells the old one."""
    pushed.answer("anna", pushed.all("quote"))
    pushed.pull()
    pushed.answer("anna", pushed.all("quote") | {"mill.001": "claim"})
    read = pushed.pull()
    assert [(a.sentence_id, a.label) for a in read.replaced] == [("mill.001", "quote")]
    assert read.findings == ()
    assert pushed.labels("anna")["mill.001"] == "claim"
    assert [len(row["annotations"]) for row in pushed.rows("anna")] == [1, 1, 1, 1]


def test_an_answer_that_an_annotator_deletes_is_kept_and_named(pushed: Round) -> None:
    """Deleted between two pulls, an article's answers stay, and are named until settled."""
    pushed.answer("anna", pushed.all("quote"))
    pushed.pull()
    with pushed.server_for(pushed.people["anna"].token) as server:
        row = next(r for r in pushed.rows("anna") if r["data"]["title"] == "mill")
        server._ask("DELETE", f"api/annotations/{row['annotations'][0]['id']}/")
    assert pushed.rules() == ["answer-vanished"] * 3
    assert pushed.labels("anna") == pushed.all("quote")
    assert pushed.rules() == ["answer-vanished"] * 3
    with pushed.server_for() as server:
        backend = [LabelStudio(server)]
        name = pushed.plan.round
        assert pull(pushed.corpus, name, backend, accept=["answer-vanished"]).findings == ()
    assert pushed.rules() == []
    pushed.answer("anna", pushed.all("claim", "mill"))
    assert pushed.rules() == []
    assert pushed.labels("anna") == pushed.all("quote") | pushed.all("claim", "mill")


def test_a_task_whose_text_was_changed_is_not_believed_and_put_right(pushed: Round) -> None:
    """Answers to other data than were sent are not taken; the push puts the data back."""
    pushed.answer("anna", pushed.all("quote"))
    with pushed.project("anna") as (server, _):
        row = next(r for r in pushed.rows("anna") if r["data"]["title"] == "mill")
        data = row["data"] | {"text": row["data"]["text"].replace("noon", "dawn")}
        server._ask("PATCH", f"api/tasks/{row['id']}/", json={"data": data})
    assert pushed.rules() == ["task-changed"]
    assert set(pushed.labels("anna")) == set(pushed.all("quote")) - set(pushed.all("", "mill"))
    (fixed,) = pushed.push().fixed
    assert fixed == f"the data of task '{pushed.plan.round}.blind.mill'"
    assert pushed.rules() == []
    assert pushed.labels("anna") == pushed.all("quote")


def test_a_push_puts_right_all_that_annotators_see(pushed: Round) -> None:
    """Marked sentences, label config, instructions and settings; what was there is kept."""
    name = f"{pushed.plan.round}.blind.anna"
    with pushed.project("anna") as (server, number):
        before = server.project(number)
        for row in list(server.tasks(number, predictions=True)):
            for prediction in row["predictions"]:
                server.delete_prediction(prediction["id"])
        spoilt = {
            "expert_instruction": "Press 1.",
            "sampling": "Uniform sampling",
            "maximum_annotations": 3,
            "label_config": "<View></View>",
            "show_skip_button": True,
            "title": "other",
        }
        server.update_project(number, spoilt)
        missing = difference(pushed.corpus, pushed.plan.round, [LabelStudio(server)]).differing
        assert f"the label config of project '{name}'" in missing
        assert len([what for what in missing if what.startswith("task ")]) == 4
        fixed = pushed.push().fixed
        assert fixed[0] == (
            "the title, the label config, the instructions, the overlap, the order, whether tasks "
            f"can be skipped of project '{name}'"
        )
        assert len(fixed) == 5
        after = server.project(number)
        assert before is not None
        assert after is not None
        assert [after[key] for key in spoilt] == [before[key] for key in spoilt]
        for row in server.tasks(number, predictions=True):
            assert len(row["predictions"]) == 1
        assert pushed.push().fixed == ()
    kept = RoundFolder(pushed.corpus, pushed.plan.round).private / "replaced.jsonl"
    assert "Press 1." in kept.read_text()


def test_another_server_is_refused(pushed: Round) -> None:
    """Neither push nor pull goes on where the round was pushed to another database."""
    log = RoundFolder(pushed.corpus, pushed.plan.round).push_log
    text = log.read_text()
    with pushed.server_for() as server:
        identity = server.identity()
    log.write_text(text.replace(identity, "0" * 64))
    for verb in (pushed.push, pushed.pull):
        with pytest.raises(ServerError, match="was pushed to a different server"):
            verb()
    log.write_text(text)
    assert pushed.push().streams_made == 0


def test_an_answer_that_somebody_else_changed_is_not_its_owners(pushed: Round) -> None:
    """The owner's answer stands, and both names and labels are told until the owner answers."""
    pushed.answer("anna", pushed.all("quote"))
    pushed.pull()
    row = next(r for r in pushed.rows("anna") if r["data"]["title"] == "mill")
    (given,) = row["annotations"]
    first = given["result"][0]
    other = [first | {"value": first["value"] | {"labels": ["claim"]}}, *given["result"][1:]]
    with pushed.server_for(pushed.people["ben"].token) as server:
        server.update_annotation(given["id"], {"result": other})
    for _ in range(2):
        (finding,) = pushed.pull().findings
        assert (finding.rule, finding.annotator, finding.record) == (
            "answer-edited",
            "anna",
            "mill.001",
        )
        assert finding.detail.startswith("ben made it claim at ")
        assert finding.detail.endswith("; quote stands")
    assert pushed.labels("anna") == pushed.all("quote")
    pushed.answer("anna", pushed.all("background"))
    assert pushed.rules() == []
    assert pushed.labels("anna") == pushed.all("background")
    assert list(faults(open_round(pushed.corpus, pushed.plan.round), codecs())) == []


def test_a_task_that_was_removed_is_named_and_sent_again(pushed: Round) -> None:
    """A pull says which task is gone; the next push puts it back, alone."""
    with pushed.project("anna") as (server, _):
        row = next(r for r in pushed.rows("anna") if r["data"]["title"] == "tram")
        server.delete_task(row["id"])
    assert pushed.rules() == ["task-missing"]
    with pushed.server_for() as server:
        assert (
            difference(pushed.corpus, pushed.plan.round, [LabelStudio(server)]).tasks_missing == 1
        )
    assert pushed.push().tasks_sent == 1
    assert pushed.rules() == []


def test_a_copied_task_is_read_as_one_and_its_empty_copy_removed(pushed: Round) -> None:
    """Of two copies the answered one stays; nothing is counted twice."""
    pushed.answer("anna", pushed.all("quote"))
    with pushed.project("anna") as (server, number):
        row = next(r for r in pushed.rows("anna") if r["data"]["title"] == "weir")
        server.import_tasks(number, encode([{"data": row["data"]}]))
    assert pushed.rules() == ["task-repeated"]
    assert pushed.labels("anna") == pushed.all("quote")
    assert pushed.push().removed == 1
    assert pushed.rules() == []


def test_a_copied_task_hides_nothing_of_another_project(pushed: Round) -> None:
    """What is wrong with one annotator's answer is named though the other's task is there twice."""
    pushed.answer("anna", pushed.all("quote"))
    row = next(r for r in pushed.rows("anna") if r["data"]["title"] == "mill")
    (given,) = row["annotations"]
    kept = [item for item in given["result"] if item["id"] != "mill_002"]
    with pushed.server_for(pushed.people["anna"].token) as server:
        server.update_annotation(given["id"], {"result": kept})
    with pushed.project("ben") as (server, number):
        server.import_tasks(number, encode([{"data": row["data"]}]))
    assert pushed.rules() == ["region-missing", "task-repeated"]


def test_a_strangers_task_and_answer_are_named_and_not_read(pushed: Round, studio: Any) -> None:
    """A task that nobody planned, and an answer of somebody outside the round, are findings."""
    with pushed.project("anna") as (server, number):
        server.import_tasks(number, encode([{"data": {"uid": "x", "title": "x", "text": "x"}}]))
    with pushed.server_for(studio.annotators[0].token) as server:
        server.create_annotation(pushed.rows("anna")[0]["id"], {"result": []})
    assert pushed.rules() == ["annotator-unknown", "task-unknown"]


def test_answers_are_archived_without_a_withheld_text(
    make_round: Callable[..., Round], make_corpus: Callable[..., Corpus]
) -> None:
    """Nothing that a round publishes holds a sentence of an article that is withheld."""
    import gzip

    corpus = make_corpus(withheld=("harbour",))
    trip = make_round(corpus)
    trip.push()
    trip.answer("anna", trip.all("quote"))
    trip.answer("ben", trip.all("claim"))
    trip.pull()
    agree(corpus, trip.plan.round)
    folder = RoundFolder(corpus, trip.plan.round)
    archive = gzip.decompress(next(folder.pulls.iterdir()).read_bytes()).decode("utf-8")
    published = archive + "".join(p.read_text() for p in folder.path.glob("*.*"))
    assert "The mill closed at noon." in published
    for word in ("harbour opened", "We are glad", "warden", "More ships"):
        assert word not in published
    assert all(person.email not in published for person in trip.people.values())
    assert "We are glad" in folder.full_report.read_text()


def test_equal_pulls_leave_one_archive(pushed: Round) -> None:
    """A pull without news archives nothing; one with news archives again, and tidies up."""
    pulls = RoundFolder(pushed.corpus, pushed.plan.round).pulls
    pushed.answer("anna", pushed.all("quote", "mill"))
    first = pushed.pull()
    assert first.archive is not None
    assert pushed.pull().archive is None
    pushed.answer("anna", pushed.all("claim", "mill"))
    (pulls / ".killed.part").write_bytes(b"half an archive")
    second = pushed.pull()
    assert second.archive is not None
    assert sorted(pulls.iterdir()) == sorted([first.archive, second.archive])


def test_a_round_that_is_not_there_cannot_be_pulled(
    make_round: Callable[..., Round], corpus: Corpus
) -> None:
    """Connected to the wrong server, a pull says so and marks nothing as gone."""
    trip = make_round(corpus)
    with pytest.raises(ServerError, match="The server has no project of round"):
        trip.pull()
    assert not RoundFolder(corpus, trip.plan.round).annotations.exists()


def test_a_plan_changed_after_its_push_is_refused(pushed: Round) -> None:
    """The log remembers the plan that was pushed."""
    path = RoundFolder(pushed.corpus, pushed.plan.round).plan
    path.write_text(path.read_text().replace('"kind": "human"', '"kind": "model"'))
    with pytest.raises(IntegrityError, match="The plan was changed after it was pushed"):
        pushed.push()


def test_guidelines_are_shown_as_instructions(pushed: Round) -> None:
    """The project shows what the labels mean, and the guidelines' text as HTML a click away."""
    with pushed.project("anna") as (server, number):
        project = server.project(number)
        assert project is not None
    assert project["show_instruction"] is True
    card, _, full = project["expert_instruction"].partition("<details>")
    assert "ol { list-style: decimal; }" in card
    assert "A speaker&#x27;s own words, in quotation marks, carry the sentence." in card
    assert full == (
        "<summary>The guidelines in full</summary>\n"
        "<h3>Guidelines</h3>\n<p>Press <strong>1</strong> to 4.</p>\n</details>\n</div>\n"
    )
