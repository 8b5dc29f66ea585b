"""From what the server gives to answers: every irregularity has its rule, none is passed over."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.backends.labelstudio.codec import LabelStudioCodec
from copydesk.contract.labels import NEWS
from copydesk.files import sha256_text
from copydesk.findings import Finding
from copydesk.rounds.collect import Collected, Edit, collect
from copydesk.rounds.irregularities import RULES
from copydesk.rounds.log import Answer, State
from copydesk.rounds.plan import Anchor, Annotator, Plan, PlannedArticle, PlannedTask
from copydesk.rounds.record import advance

ANCHORS = (
    Anchor(sentence_id="mill.001", start=0, end=11, zone="headline", suggestion=None),
    Anchor(sentence_id="mill.002", start=12, end=36, zone="body", suggestion="claim"),
)
ARTICLE = PlannedTask(
    uid="r.blind.mill",
    article_id="mill",
    sentence_id=None,
    arm="blind",
    annotators=("anna", "ben"),
    overlap=2,
    data_sha256="0" * 64,
)
SENTENCE = PlannedTask(
    uid="r.blind.mill.002",
    article_id="mill",
    sentence_id="mill.002",
    arm="blind",
    annotators=("anna", "ben"),
    overlap=2,
    data_sha256="0" * 64,
)
PEOPLE = {7: "anna", 8: "ben", 9: "cleo"}


def region(name: str, start: int, end: int, *labels: str) -> dict[str, Any]:
    """A region as the editor submits it."""
    return {
        "id": name,
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": start, "end": end, "text": "…", "labels": list(labels)},
    }


def choice(*labels: str) -> dict[str, Any]:
    """A choice for a task that is a sentence."""
    value = {"choices": list(labels)}
    return {"from_name": "label", "to_name": "text", "type": "choices", "value": value}


FIRST, SECOND = region("mill_001", 0, 11, "quote"), region("mill_002", 12, 36, "claim")


def submission(*result: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An annotation by anna; ``fields`` replace its defaults."""
    return {
        "id": 1,
        "result": list(result),
        "completed_by": 7,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "was_cancelled": False,
        "lead_time": 4.0,
    } | fields


def run(
    *annotations: dict[str, Any], task: PlannedTask = ARTICLE
) -> tuple[dict[str, str | None], list[str]]:
    """Labels by annotator and sentence, and the findings as rule, annotator, sentence, detail."""
    anchors = ANCHORS if task.sentence_id is None else ANCHORS[1:]
    found = gather(*annotations, task=task, anchors=anchors)
    labels = {f"{a.annotator} {a.sentence_id}": a.label for a in found.answers.values()}
    return labels, [short(finding) for finding in found.findings]


def gather(
    *annotations: dict[str, Any],
    task: PlannedTask = ARTICLE,
    anchors: tuple[Anchor, ...] = ANCHORS,
    allowed: tuple[str, ...] = ("anna", "ben"),
) -> Collected:
    """What Label Studio's annotations come to."""
    read = LabelStudioCodec().read
    submissions = [read(a, task, anchors, NEWS.names) for a in annotations]
    return collect(submissions, task, anchors, PEOPLE, allowed)


def short(finding: Finding) -> str:
    """A finding in one line, for comparing."""
    parts = (finding.rule, finding.annotator, finding.record or None, finding.detail)
    return " ".join(part for part in parts if part)


BOTH = {"anna mill.001": "quote", "anna mill.002": "claim"}
ONE = {"anna mill.002": "claim"}


def test_a_whole_answer_gives_every_label_and_no_finding() -> None:
    """Each sentence of an article takes the label of its region."""
    assert run(submission(FIRST, SECOND)) == (BOTH, [])


def test_a_sentence_task_takes_its_choice() -> None:
    """A task that is one sentence takes the label that was chosen."""
    assert run(submission(choice("claim")), task=SENTENCE) == (ONE, [])


def test_an_articles_time_is_shared_by_its_sentences() -> None:
    """The lead time of a submission is divided by the sentences that it had to label."""
    answers = gather(submission(FIRST, SECOND)).answers
    assert [a.lead_time_s for a in answers.values()] == [2.0, 2.0]


CASES = {
    "region-missing": (
        (FIRST,),
        {"anna mill.001": "quote"},
        ["region-missing anna mill.002"],
    ),
    "region-missing, still to do": (
        (region("mill_001", 0, 11, "to do"), SECOND),
        ONE,
        ["region-missing anna mill.001"],
    ),
    "region-missing, only suggested": (
        (region("mill_001", 0, 11, "quote?"), SECOND),
        ONE,
        ["region-missing anna mill.001"],
    ),
    "region-unknown": (
        (FIRST, SECOND, region("Xa9Q", 3, 5, "claim")),
        BOTH,
        ["region-unknown anna region Xa9Q"],
    ),
    "region-unknown, of another article": (
        (FIRST, SECOND, region("tram_001", 0, 11, "claim")),
        BOTH,
        ["region-unknown anna region tram_001"],
    ),
    "region-missing, half of it drawn by hand": (
        (FIRST, region("Xa9Q", 14, 36, "claim")),
        {"anna mill.001": "quote"},
        ["region-unknown anna region Xa9Q", "region-missing anna mill.002"],
    ),
    "region-missing, drawn by hand into another": (
        (FIRST, region("Xa9Q", 9, 36, "claim")),
        {"anna mill.001": "quote"},
        ["region-unknown anna region Xa9Q", "region-missing anna mill.002"],
    ),
    "region-repeated, drawn by hand": (
        (FIRST, region("Xa9Q", 12, 36, "claim"), region("Yb8R", 12, 36, "quote")),
        {"anna mill.001": "quote"},
        ["region-repeated anna mill.002"],
    ),
    "region-unknown, over a sentence that has its own": (
        (FIRST, SECOND, region("Xa9Q", 12, 36, "quote")),
        BOTH,
        ["region-unknown anna region Xa9Q"],
    ),
    "region-moved": (
        (region("mill_001", 0, 10, "quote"), SECOND),
        ONE,
        ["region-moved anna mill.001"],
    ),
    "region-repeated": (
        (FIRST, region("mill_001", 0, 11, "claim"), SECOND),
        ONE,
        ["region-repeated anna mill.001"],
    ),
    "label-repeated": (
        (region("mill_001", 0, 11, "quote", "claim"), SECOND),
        ONE,
        ["label-repeated anna mill.001"],
    ),
    "label-unknown": (
        (region("mill_001", 0, 11, "irony"), SECOND),
        ONE,
        ["label-unknown anna mill.001"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_irregular_sentence_is_named_and_the_others_are_taken(case: str) -> None:
    """A fault in one sentence costs that sentence its label and no other one."""
    result, labels, findings = CASES[case]
    assert run(submission(*result)) == (labels, findings)


def test_a_region_that_is_there_twice_with_one_label_is_one_answer() -> None:
    """Two equal regions under one id contradict nothing."""
    assert run(submission(FIRST, FIRST, SECOND)) == (BOTH, [])


@pytest.mark.parametrize(("start", "end"), [(12, 36), (11, 36), (11, 37)])
def test_a_sentence_that_was_drawn_again_by_hand_is_taken(start: int, end: int) -> None:
    """Its own region gone, one that covers it, and blanks beside it, counts and is named."""
    answer = submission(FIRST, region("Xa9Q", start, end, "claim"))
    assert run(answer) == (BOTH, ["region-redrawn anna mill.002"])


def test_cancelled_and_empty_answers_are_named() -> None:
    """A skipped task and an empty submission give no label and one finding each."""
    skipped = submission(FIRST, SECOND, was_cancelled=True, id=3)
    empty = submission(id=4, completed_by=8)
    assert run(skipped, empty) == (
        {},
        ["answer-cancelled anna submission 3", "answer-empty ben submission 4"],
    )


def test_of_two_answers_by_one_person_the_latest_counts() -> None:
    """The submission that was changed last is taken; the other is named."""
    early = submission(FIRST, region("mill_002", 12, 36, "background"), id=5)
    late = submission(FIRST, SECOND, id=4, updated_at="2026-01-02T00:00:00Z")
    assert run(late, early) == (BOTH, ["answer-superseded anna submission 5"])


def test_a_cancelled_answer_does_not_replace_one_that_was_given() -> None:
    """Skipping a task after answering it is named, and the answer stays."""
    later = submission(was_cancelled=True, id=9, updated_at="2026-02-01T00:00:00Z")
    assert run(submission(FIRST, SECOND), later) == (BOTH, ["answer-cancelled anna submission 9"])


def test_strangers_are_not_heard() -> None:
    """An account that is nobody's, and an annotator of another project, are named and not taken."""
    stranger = submission(FIRST, SECOND, completed_by=55)
    other = submission(FIRST, SECOND, completed_by={"id": 9, "email": "cleo@example.org"})
    assert run(stranger, other) == ({}, ["annotator-unknown user 55", "annotator-unassigned cleo"])


def test_copies_of_a_task_are_read_together() -> None:
    """Of the answers of one person to two copies of a task, the latest counts."""
    early = submission(FIRST, SECOND)
    change = (FIRST, region("mill_002", 12, 36, "background"))
    late = submission(*change, id=2, updated_at="2026-01-03T00:00:00Z")
    found = gather(late, early)
    assert found.answers["anna", "mill.002"].label == "background"
    assert [finding.rule for finding in found.findings] == ["answer-superseded"]


NAMES = st.sampled_from(["mill_001", "mill_002", "mill_003", "", "x"])
REGIONS = st.builds(
    lambda name, start, end, labels: region(name, start, end, *labels),
    NAMES,
    st.integers(0, 12),
    st.integers(0, 36),
    st.lists(st.sampled_from([*NEWS.names, "to do", "irony", "claim?"]), max_size=2),
)


@given(st.lists(REGIONS, max_size=6))
def test_every_sentence_is_either_taken_or_named(result: list[dict[str, Any]]) -> None:
    """Whatever regions come back, each sentence has a label of ours or exactly one finding."""
    found = gather(submission(*result))
    answers, findings = found.answers, found.findings
    taken = [sentence for _, sentence in answers]
    noted = [f for f in findings if f.rule != "region-redrawn"]
    named = [f.record for f in noted if f.record]
    whole = [f.rule for f in findings if f.rule == "answer-empty"]
    assert whole or sorted(taken + named) == ["mill.001", "mill.002"]
    assert all(answer.label in NEWS.names for answer in answers.values())
    assert all(finding.rule in RULES for finding in findings)


BY_SENTENCE = Plan(
    round="r",
    created_at="2026-01-01T00:00:00Z",
    unit="sentence",
    shared=False,
    seed="r",
    guidelines_version="1.0",
    guidelines_sha256="0" * 64,
    annotators=(Annotator(annotator="anna", kind="human"),),
    articles=(PlannedArticle(article_id="mill", text_sha256="0" * 64, sentences=ANCHORS),),
    tasks=tuple(
        dataclasses.replace(SENTENCE, uid=f"r.blind.{a.sentence_id}", sentence_id=a.sentence_id)
        for a in ANCHORS
    ),
)


@given(
    st.lists(
        st.builds(
            region,
            st.sampled_from(["mill_001", "mill_002", "drawn"]),
            st.sampled_from([0, 12]),
            st.sampled_from([11, 36]),
            st.sampled_from(["quote", "claim", "claim?", "badly-cut", "rumour"]),
        ),
        max_size=3,
    )
)
def test_an_answer_of_labels_alone_is_read_as_it_would_be_beside_others(
    result: list[dict[str, Any]],
) -> None:
    """The short way for plain answers, which a control of another name closes, changes nothing."""
    other = {"from_name": "colour", "value": {"choices": ["red"]}}
    marks = [
        (read.marks, read.problems)
        for read in (
            LabelStudioCodec().read(submission(*found), ARTICLE, ANCHORS, NEWS.names)
            for found in ([FIRST, SECOND], [FIRST, SECOND, other], result, [*result, other])
        )
    ]
    assert marks[0] == marks[1]
    assert not marks[0][1]
    assert marks[2] == marks[3] or not result


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (["x", FIRST, SECOND], "region-unknown anna an entry that is no object"),
        ("x", "region-unknown anna an entry that is no object"),
        ([FIRST | {"value": 5}, SECOND], "region-moved anna mill.001"),
        (
            [FIRST | {"value": {**FIRST["value"], "labels": 5}}, SECOND],
            "label-unknown anna mill.001",
        ),
        (
            [FIRST | {"value": {**FIRST["value"], "labels": [{}]}}, SECOND],
            "label-unknown anna mill.001",
        ),
        ([FIRST | {"from_name": ["label"]}, SECOND], "region-missing anna mill.001"),
    ],
)
def test_a_result_of_any_form_is_read_and_what_is_wrong_with_it_named(
    result: Any, said: str
) -> None:
    """Who may write to the server's API may put anything there."""
    labels, findings = run(submission() | {"result": result})
    assert said in findings
    assert labels.get("anna mill.001", "quote") == "quote"


def test_half_a_character_in_a_comment_is_replaced() -> None:
    """A browser can send one; no report and no file could be written with it."""
    comment = {
        "id": "mill_001",
        "from_name": "comment",
        "value": {"start": 0, "end": 11, "text": ["Who? \ud83d"]},
    }
    read = LabelStudioCodec().read(submission(FIRST, SECOND, comment), ARTICLE, ANCHORS, NEWS.names)
    assert read.marks[0].comment == "Who? ?"
    kept = LabelStudioCodec().redact(
        submission(FIRST | {"note": "\ud83d"}, comment), ANCHORS, NEWS.names, withheld=True
    )
    assert kept["result"][1]["value"]["text"] == [f"sha256:{sha256_text('Who? ?')}"]


def test_a_submission_stands_for_one_task_ever() -> None:
    """Moved to another task it is named and not taken; a new one with an old number is taken."""

    def given(sentence: str, created_at: str) -> Collected:
        answer = Answer(
            annotator="anna",
            sentence_id=sentence,
            arm="blind",
            label="quote",
            created_at=created_at,
            lead_time_s=None,
            source=7,
        )
        return Collected(answers={answer.key: answer})

    asked = {("anna", "mill.001"), ("anna", "mill.002")}
    first = "2026-01-01T00:00:00Z"
    step = advance(BY_SENTENCE, State({}, frozenset()), given("mill.001", first), asked)
    state = State({}, frozenset()).after(step.changes)
    moved = advance(BY_SENTENCE, state, given("mill.002", first), asked)
    assert [(f.rule, f.file, f.detail) for f in moved.findings] == [
        ("submission-moved", "r.blind.mill.002", "submission 7 is of r.blind.mill.001"),
        ("answer-vanished", "mill.001", ""),
    ]
    assert moved.changes.new == ()
    # Whoever moves it changes it last: even accepted as an edit it would count twice.
    ((key, answer),) = given("mill.002", first).answers.items()
    edited = Collected(edits={key: Edit(by="account 1", answer=answer)})
    other = advance(BY_SENTENCE, state, edited, asked, frozenset({"answer-edited"}))
    assert [f.rule for f in other.findings] == ["submission-moved", "answer-vanished"]
    assert other.changes.new == ()
    again = advance(BY_SENTENCE, state, given("mill.002", "2026-02-01T00:00:00Z"), asked)
    assert [answer.sentence_id for answer in again.changes.new] == ["mill.002"]


def labelled(sentence: str, label: str | None = "quote", flag: str | None = None) -> Answer:
    """Anna's answer to a sentence of the mill, as the server gives it."""
    return Answer(
        annotator="anna",
        sentence_id=sentence,
        arm="blind",
        label=label,
        flag=flag,
        created_at="2026-01-01T00:00:00Z",
        lead_time_s=None,
        source=int(sentence[-3:]),
    )


def record(*answers: Answer) -> State:
    """The record after a pull that found these answers."""
    found = Collected(answers={answer.key: answer for answer in answers})
    empty = State({}, frozenset())
    return empty.after(advance(BY_SENTENCE, empty, found, set(found.answers)).changes)


@pytest.mark.parametrize(
    ("label", "flag", "named"),
    [
        ("quote", None, []),
        ("claim", None, ["answer-edited"]),
        ("quote", "unsure", ["answer-edited"]),
    ],
)
def test_an_edit_by_somebody_else_is_named_and_the_owners_answer_stands(
    label: str, flag: str | None, named: list[str]
) -> None:
    """Another label or another flag is named, the same is not; neither makes the answer vanish."""
    state = record(labelled("mill.001"))
    changed = labelled("mill.001", label, flag)

    edits = Collected(edits={changed.key: Edit(by="account 1", answer=changed)})
    step = advance(BY_SENTENCE, state, edits, {changed.key})

    assert [finding.rule for finding in step.findings] == named
    assert (step.changes.new, step.changes.changed, step.changes.vanished) == ((), (), ())


def test_accepting_vanished_answers_settles_those_of_earlier_pulls_too() -> None:
    """One vanished before, the other vanishes now."""
    one, two = labelled("mill.001"), labelled("mill.002")
    asked = {one.key, two.key}
    state = record(one, two)
    first = advance(BY_SENTENCE, state, Collected(answers={two.key: two}), asked)
    state = state.after(first.changes)
    assert state.vanished == {one.key}

    step = advance(BY_SENTENCE, state, Collected(), asked, frozenset({"answer-vanished"}))

    assert step.changes.settled == (one.key, two.key)
    assert step.findings == []
