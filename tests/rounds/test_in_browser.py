"""What annotators and adjudicators see of a round, in a real browser."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import pytest
from playwright.sync_api import expect

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.adjudication import pull_decisions, push_disputed
from copydesk.backends.labelstudio.backend import LabelStudio
from copydesk.contract.labels import NEWS
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.rounds.agree import agree
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.decisions import decisions_of
from copydesk.rounds.log import Answer, append, compare, read_log
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Annotator, Plan
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.selection import Selection
from copydesk.rounds.status import status
from copydesk.rounds.streams import streams

pytestmark = [pytest.mark.studio, pytest.mark.browser]

# No other test of the shared server has these names.
ANNA, BEN, DORA = (f"{name}-{secrets.token_hex(4)}" for name in ("anna", "ben", "dora"))
TITLE = """<img src="/no.png" onerror="executed('title')"> {{7*7}} <script>executed(7)</script>"""
HOSTILE = (
    "Fair opens <b>early</b>\n"
    + "\N{GRINNING FACE}" * 300
    + " sold out at noon.\n"
    + """The sign read <script>executed("script")</script> in red. """
    + """<img src="/nowhere.png" onerror="executed('img')"> hung beside it.\n"""
    + "“{{constructor.constructor('executed(1)')()}} is no answer,” said the \N{ROCKET} warden. "
    + "It could  rain &lt;soon&gt;."
)


def plan_for(corpus: Corpus, email: str, **fields: Any) -> Plan:
    """A round of one annotator on the article about the mill."""
    basics = {
        "overlap": Overlap(base=1),
        "selection": Selection(articles=("mill",)),
        "annotators": (Annotator(annotator=ANNA, kind="human"),),
    }
    return new_round(
        corpus,
        Options(round=f"b-{secrets.token_hex(6)}", emails={ANNA: email}, **{**basics, **fields}),
    )


def test_a_suggestion_cannot_pass_for_an_answer(
    corpus: Corpus, studio: Any, server_for: Callable[..., Any], annotator: Any
) -> None:
    """Suggestions are words on grey; an article with one left is not accepted; keys answer it."""
    anna = studio.newcomer()
    plan = plan_for(corpus, anna.email, suggested_share=1.0)
    with server_for() as server:
        push(corpus, plan.round, [LabelStudio(server)])
        (stream,) = streams(plan)
        number = projects.find(server, [stream], {})[stream.key]
        annotator.sit_down(anna)
        annotator.open(number)
        annotator.close_instructions()
        annotator.sees("1:background?", "2:background?", "3:claim?")
        annotator.comes_to(lambda: len(set(annotator.colours())), 1)
        bar = annotator.page.locator(".lsf-labels .lsf-label__text:visible")
        annotator.comes_to(bar.all_inner_texts, [*NEWS.names, "to do"])
        annotator.press("Alt+.", "4", "Alt+.", "4", "Control+Enter")
        expect(annotator.page.get_by_text("This sentence has no label yet")).to_be_visible()
        assert [len(row["annotations"]) for row in server.answered_tasks(number)] == [0]
        annotator.press("Escape")
        expect(annotator.page.locator(".ant-modal-wrap:visible")).to_have_count(0)
        card = annotator.page.get_by_label("Guidelines", exact=True)
        annotator.press("?")
        expect(card).to_be_visible()
        annotator.press("Escape")  # closes the card alone
        expect(card).to_be_hidden()
        annotator.is_at("The owner said it was old.")
        annotator.press("2", "Control+Enter")
        expect(annotator.page.get_by_text("No More Tasks Left in Queue")).to_be_visible()
        assert pull(corpus, plan.round, [LabelStudio(server)]).findings == ()
    answers = read_log(RoundFolder(corpus, plan.round).annotations).answers
    assert [a.label for a in answers.values()] == ["background", "background", "claim"]


@pytest.mark.parametrize("unit", ["article", "sentence"])
def test_a_hostile_article_goes_through_a_round(
    make_corpus: Callable[..., Corpus],
    studio: Any,
    server_for: Callable[..., Any],
    annotator: Any,
    unit: str,
) -> None:
    """Pushed, labelled with keys and pulled, its title and text run nothing and no offset moves."""
    corpus = make_corpus({"mill": HOSTILE}, title=TITLE)
    anna = studio.newcomer()
    plan = plan_for(corpus, anna.email, unit=unit)
    text = corpus.text(next(corpus.articles()))
    sentences = [text[anchor.start : anchor.end] for _, anchor in plan.anchors()]
    wanted = list(islice(cycle(NEWS.names), len(sentences)))
    with server_for() as server:
        push(corpus, plan.round, [LabelStudio(server)])
        (number,) = projects.find(server, streams(plan), {}).values()
        annotator.sit_down(anna)
        annotator.open(number)
        annotator.close_instructions()
        if unit == "sentence":
            expect(annotator.page.get_by_text(TITLE)).to_be_visible()
        target = annotator.page.locator(".copydesk-target .lsf-richtext__line")
        for sentence, label in zip(sentences, wanted, strict=True):
            if unit == "sentence":
                expect(target).to_have_text(sentence)
                annotator.press(NEWS.hotkeys[label], "Control+Enter")
            else:
                annotator.press("Alt+.")
                annotator.is_at(" ".join(sentence.split()))
                annotator.press(NEWS.hotkeys[label])
        if unit == "article":
            annotator.press("Control+Enter")
        expect(annotator.page.get_by_text("No More Tasks Left in Queue")).to_be_visible()
        assert pull(corpus, plan.round, [LabelStudio(server)]).findings == ()
    assert (annotator.executed, annotator.elsewhere) == ([], [])
    answers = read_log(RoundFolder(corpus, plan.round).annotations).answers
    assert [answers[ANNA, anchor.sentence_id].label for _, anchor in plan.anchors()] == wanted


def test_a_hostile_article_is_text_to_the_adjudicator_and_in_the_report(
    make_corpus: Callable[..., Corpus], studio: Any, server_for: Callable[..., Any], annotator: Any
) -> None:
    """Neither the page that settles its sentence nor the report on agreement runs anything."""
    corpus = make_corpus({"mill": HOSTILE}, title=TITLE)
    people = tuple(Annotator(annotator=name, kind="human") for name in (ANNA, BEN))
    plan = plan_for(corpus, "anna@example.org", annotators=people, overlap=Overlap(base=2))
    dispute(corpus, plan)
    dora = studio.newcomer()
    disputed = 'The sign read <script>executed("script")</script> in red.'
    with server_for() as server:
        push_disputed(corpus, plan.round, server, by=DORA)
        number = next(p["id"] for p in server.projects() if plan.round in p["title"])
    annotator.sit_down(dora)
    annotator.open(number)
    annotator.close_instructions()
    expect(annotator.page.get_by_text(TITLE)).to_be_visible()
    target = annotator.page.locator(".copydesk-target .lsf-richtext__line")
    expect(target).to_have_text(disputed)
    assert annotator.elsewhere == []
    agree(corpus, plan.round)
    annotator.page.goto(RoundFolder(corpus, plan.round).report("html").as_uri())
    expect(annotator.page.get_by_text(disputed)).to_be_visible()
    assert annotator.executed == []


def test_a_sentence_is_settled_with_a_label_and_a_reason(
    corpus: Corpus, studio: Any, server_for: Callable[..., Any], annotator: Any
) -> None:
    """The adjudicator sees the sentence and no answer, presses a digit, gives a reason."""
    people = tuple(Annotator(annotator=name, kind="human") for name in (ANNA, BEN))
    plan = plan_for(corpus, "anna@example.org", annotators=people, overlap=Overlap(base=2))
    dispute(corpus, plan)
    dora = studio.newcomer()
    with server_for() as server:
        push_disputed(corpus, plan.round, server, by=DORA)
        number = next(p["id"] for p in server.projects() if plan.round in p["title"])
        annotator.sit_down(dora)
        annotator.open(number)
        annotator.close_instructions()
        page = annotator.page
        expect(page.get_by_text("The owner said it was old.").first).to_be_visible()
        assert ANNA not in page.locator("body").inner_text()
        annotator.press("2", "Control+Enter")
        expect(page.get_by_text("in words of your own.")).to_be_visible()
        annotator.press("Escape")
        page.get_by_role("textbox").first.click()
        page.keyboard.type("Rule 6: 1 source is named, not 4.")
        annotator.press("Enter", "Control+Enter")
        expect(page.get_by_text("No More Tasks Left in Queue")).to_be_visible()
        options = {"by": DORA, "by_kind": "human", "email": dora.email}
        assert pull_decisions(corpus, plan.round, server, **options) == (1, [])
    (line,) = decisions_of(RoundFolder(corpus, plan.round))
    assert (line["sentence_id"], line["label"], line["reason"]) == (
        "mill.003",
        "claim",
        "Rule 6: 1 source is named, not 4.",
    )


def test_an_adjudicator_sees_the_answers_on_request(
    corpus: Corpus, studio: Any, server_for: Callable[..., Any], annotator: Any
) -> None:
    """Asked for, how many gave each label stands above the sentence, and not who gave it."""
    people = tuple(Annotator(annotator=name, kind="human") for name in (ANNA, BEN))
    plan = plan_for(corpus, "anna@example.org", annotators=people, overlap=Overlap(base=2))
    dispute(corpus, plan)
    dora = studio.newcomer()
    with server_for() as server:
        sent = push_disputed(corpus, plan.round, server, by=DORA, show_answers=True)
        assert (sent.sent, sent.checked) == (1, 1)
        assert sent.page is not None
        annotator.sit_down(dora)
        annotator.page.goto(sent.page)
        answers = annotator.page.get_by_text("Answers: quote 1, claim 1")
        expect(answers).to_be_visible()
        annotator.close_instructions()
        assert not {ANNA, BEN} & set(annotator.page.locator("body").inner_text().split())
        sentence = annotator.page.locator(".copydesk-target .lsf-richtext__line")
        annotator.comes_to(
            lambda: answers.bounding_box()["y"] < sentence.bounding_box()["y"] < 750, True
        )
        annotator.press("1")
        annotator.page.get_by_role("textbox").first.click()
        annotator.page.keyboard.type("The owner is quoted.")
        annotator.press("Enter", "Control+Enter")
        expect(annotator.page.get_by_text("No More Tasks Left in Queue")).to_be_visible()
        options = {"by": DORA, "by_kind": "human", "email": dora.email}
        assert pull_decisions(corpus, plan.round, server, **options) == (1, [])
    (line,) = decisions_of(RoundFolder(corpus, plan.round))
    assert (line["label"], line["reason"], line["via"]) == (
        "quote",
        "The owner is quoted.",
        "studio",
    )


def test_a_short_answer_is_completed_where_its_finding_leads(
    corpus: Corpus,
    studio: Any,
    server_for: Callable[..., Any],
    annotator: Any,
    answer: Callable[..., Any],
) -> None:
    """The annotator opens the address, marks the sentence that is missing, and updates."""
    anna = studio.newcomer()
    plan = plan_for(corpus, anna.email)
    folder = RoundFolder(corpus, plan.round)
    labels = {f"mill.00{n}": "background" for n in (1, 2, 3)}
    with server_for() as server:
        push(corpus, plan.round, [LabelStudio(server)])
        with server_for(anna.token) as her:
            answer(corpus, plan.round, her, ANNA, labels)
            (stream,) = streams(plan)
            number = projects.find(her, [stream], {})[stream.key]
            (given,) = next(her.answered_tasks(number))["annotations"]
            kept = [item for item in given["result"] if item["id"] != "mill_002"]
            her.update_annotation(given["id"], {"result": kept})
        (finding,) = pull(corpus, plan.round, [LabelStudio(server)]).findings
        assert (finding.rule, finding.record) == ("region-missing", "mill.002")
        state = status(corpus, plan.round, [LabelStudio(server)])
        (short,) = state.unfinished
        assert short.page == f"{studio.url}{finding.page}"
        assert (short.annotator, short.sentences) == (ANNA, ("mill.002",))
        assert (state.answered, state.annotators[0].short) == (0, 1)
        assert status(corpus, plan.round).unfinished[0].page == finding.page
        with pytest.raises(InputError, match="1 of 1 answers are missing"):
            close(corpus, plan.round)

        annotator.sit_down(anna)
        annotator.page.goto(short.page)
        expect(annotator.page.get_by_role("button", name="submit")).to_have_text("Update")
        annotator.is_drawn()
        annotator.sees("1:background", "2:background")
        annotator.press("2")
        annotator.mark("The mill closed at noon.")
        expect(annotator.page.locator("[data-label='3:claim']").first).to_be_visible()
        annotator.press("Control+Enter")
        expect(
            annotator.page.get_by_text("Annotation updated successfully", exact=True)
        ).to_be_visible()

        (finding,) = pull(corpus, plan.round, [LabelStudio(server)]).findings
        assert (finding.rule, finding.severity) == ("region-redrawn", "note")
        state = status(corpus, plan.round, [LabelStudio(server)])
        assert (state.answered, state.unfinished) == (1, ())
    found = read_log(folder.annotations).answers
    assert {s: a.label for (_, s), a in found.items()} == {
        "mill.001": "background",
        "mill.002": "claim",
        "mill.003": "background",
    }
    assert close(corpus, plan.round)["answers"] == 3


def dispute(corpus: Corpus, plan: Plan) -> None:
    """Log answers of which the third sentence's differ."""
    given = {ANNA: ("quote", "quote", "quote"), BEN: ("quote", "quote", "claim")}
    answers = {
        (name, f"mill.{number:03d}"): Answer(
            annotator=name,
            sentence_id=f"mill.{number:03d}",
            arm="blind",
            label=label,
            created_at="2026-01-01T00:00:00Z",
            lead_time_s=None,
            source=1,
        )
        for name, labels in given.items()
        for number, label in enumerate(labels, start=1)
    }
    folder = RoundFolder(corpus, plan.round)
    append(folder.annotations, compare(read_log(folder.annotations), answers), "p")
