"""The annotators' page of a server that copydesk runs: one key a sentence, forward and back."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.backend import LabelStudio
from copydesk.corpus import Corpus
from copydesk.rounds.choose import Overlap
from copydesk.rounds.log import Answer, read_log
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Annotator, Plan
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.selection import Selection
from copydesk.rounds.streams import streams

pytestmark = [pytest.mark.studio, pytest.mark.browser]


@pytest.fixture
def page(corpus: Corpus, studio: Any, server_for: Callable[..., Any], annotator: Any) -> Any:
    """Opens the queue of a new round for a newcomer, who has none of our accounts' keys."""

    class At:
        def __init__(self) -> None:
            self.page = annotator.page
            self.annotator = annotator

        def open(self, unit: str, *articles: str) -> Plan:
            anna = studio.newcomer()
            name = f"anna-{secrets.token_hex(6)}"  # nobody whose queues other tests left open
            self.plan = new_round(
                corpus,
                Options(
                    round=f"p-{secrets.token_hex(6)}",
                    annotators=(Annotator(annotator=name, kind="human"),),
                    emails={name: anna.email},
                    overlap=Overlap(base=1),
                    selection=Selection(articles=articles),
                    unit=unit,
                ),
            )
            with server_for() as server:
                push(corpus, self.plan.round, [LabelStudio(server)])
                (number,) = projects.find(server, streams(self.plan), {}).values()
            annotator.sit_down(anna)
            annotator.open(number)
            annotator.close_instructions()
            return self.plan

        def says(self, text: str) -> None:
            expect(self.page.locator(".copydesk-bar output")).to_have_text(text)

        def pulled(self) -> dict[str, Answer]:
            with server_for() as server:
                assert pull(corpus, self.plan.round, [LabelStudio(server)]).findings == ()
            state = read_log(RoundFolder(corpus, self.plan.round).annotations)
            return {sentence: answer for (_, sentence), answer in state.answers.items()}

    return At()


def test_an_article_costs_one_key_a_sentence(page: Any) -> None:
    """With the option on each answer moves on; comma goes back; u, x and a comment are kept."""
    plan = page.open("article", "harbour", "mill")
    page.page.locator(".copydesk-bar input").click()
    first, second = (plan.by_id[task.article_id].sentences for task in plan.tasks)
    page.says(f"0 of {len(first)} sentences, article 1 of 2")
    page.annotator.press("u", "2", "x")
    page.annotator.sees("1:claim", "2:badly-cut", "3:to do")
    page.annotator.press(",", ",", "Backspace", "Delete", "Control+Backspace", "Control+d")
    page.says(f"2 of {len(first)} sentences, article 1 of 2")
    page.annotator.press("Enter")
    page.page.keyboard.type("Whose words? u2,")
    page.annotator.press("Enter")
    page.page.wait_for_function("() => !document.activeElement?.matches('input, textarea')")
    page.annotator.press("1", ".")  # another label, and past the sentence that is badly cut
    for _ in first[2:]:
        page.annotator.press("4")
    page.says(f"{len(first)} of {len(first)} sentences, article 1 of 2")
    page.annotator.press("Control+Enter")
    page.says(f"0 of {len(second)} sentences, article 2 of 2")
    expect(page.page.locator(".htx-highlight.__active").first).to_be_visible()
    page.page.keyboard.type("412341"[: len(second)])  # quicker than the page is drawn
    page.says(f"{len(second)} of {len(second)} sentences, article 2 of 2")
    page.annotator.press("Control+Enter")
    expect(page.page.get_by_text("Everything that was planned for you is done")).to_be_visible()
    answers = page.pulled()
    one, two = (answers[anchor.sentence_id] for anchor in first[:2])
    assert (one.label, one.flag, one.comment) == ("quote", "unsure", "Whose words? u2,")
    assert (two.label, two.flag, two.comment) == (None, "badly-cut", None)
    assert {answers[a.sentence_id].label for a in first[2:]} == {"background"}
    typed = ["background", "quote", "claim", "speculation", "background", "quote"]
    assert [answers[a.sentence_id].label for a in second] == typed[: len(second)]
    assert page.annotator.elsewhere == []


def test_a_sentence_costs_one_key(page: Any) -> None:
    """With the option on an answer is submitted at once; comma goes back to change it."""
    plan = page.open("sentence", "mill")
    page.page.locator(".copydesk-bar input").click()
    target = page.page.locator(".copydesk-target .lsf-richtext__line")
    texts = ["Mill closes", "The mill closed at noon.", "The owner said it was old."]
    page.says("sentence 1 of 3")
    page.annotator.press("4")
    expect(target).to_have_text(texts[1])
    page.says("sentence 2 of 3")
    page.annotator.press("n")
    expect(target).to_have_text(texts[2])
    page.annotator.press(",")
    expect(target).to_have_text(texts[1])
    page.annotator.press("1")
    expect(target).to_have_text(texts[2])
    page.annotator.press("u", "2")
    expect(page.page.get_by_text("No More Tasks Left in Queue")).to_be_visible()
    answers = page.pulled()
    found = [answers[anchor.sentence_id] for _, anchor in plan.anchors()]
    assert [(a.label, a.flag) for a in found] == [
        ("background", None),
        ("quote", None),
        ("claim", "unsure"),
    ]


def test_without_the_option_an_answer_stays_where_it_is(page: Any) -> None:
    """It is off until it is chosen, and the guidelines open and close with a key."""
    page.open("article", "mill")
    page.annotator.press(".", "1", "2")
    page.annotator.sees("1:claim", "2:to do", "3:to do")
    card = page.page.locator(".copydesk-card")
    page.annotator.press("?")
    expect(card).to_contain_text("A speaker's own words, in quotation marks")
    page.annotator.press("?")
    expect(card).to_be_hidden()
