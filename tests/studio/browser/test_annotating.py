"""Annotating as people do it: in a real browser, on a real Label Studio, with the keyboard only."""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from copydesk.contract.labels import NEWS
from copydesk.text import Piece, canonical, segment

pytestmark = [pytest.mark.studio, pytest.mark.browser]

ORIGINALS = Path(__file__).parents[3] / "dataset" / "raw" / "originals"
GAP = "This sentence has no label yet. Press 1, 2, 3 or 4."
KEYS = [NEWS.hotkeys[label] for label in NEWS.names]
HOSTILE = canonical(
    "Council votes on <b>bold</b> plan\n"
    + "\N{GRINNING FACE}" * 300
    + " said the mayor.\n"
    + 'She wrote <script>executed("script")</script> on the wall. '
    + '<img src="/nowhere.png" onerror="executed(\'img\')"> hung beside it.\n'
    + "“{{constructor.constructor('executed(1)')()}} is no answer,” he said. "
    + "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{ROCKET} ${executed(2)} &lt;i&gt; &amp; it  was late.\n"
    + "<iframe srcdoc=\"<script>parent.executed('iframe')</script>\"></iframe> was left."
)


def units(text: str) -> list[Piece]:
    """The pieces that get a label."""
    return [piece for piece in segment(text) if piece.is_unit]


def article(article_id: str, text: str) -> dict[str, Any]:
    """An article with its sentences to do."""
    result = [
        {
            "id": f"{article_id}_{number:03}",
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {
                "start": piece.start,
                "end": piece.end,
                "text": text[piece.start : piece.end],
                "labels": ["to do"],
            },
        }
        for number, piece in enumerate(units(text), start=1)
    ]
    return {
        "data": {"uid": article_id, "title": article_id, "text": text},
        "predictions": [{"model_version": "copydesk", "result": result}],
    }


def sentences(article_id: str, text: str) -> list[dict[str, Any]]:
    """Its sentences, each a task of its own."""
    return [
        {
            "data": {
                "uid": f"{article_id}.{number:03}",
                "title": f"{article_id}, sentence {number}",
                "before": text[: piece.start],
                "text": text[piece.start : piece.end],
                "after": text[piece.end :],
            }
        }
        for number, piece in enumerate(units(text), start=1)
    ]


def original(name: str) -> str:
    """One of the articles written for the repository."""
    return canonical((ORIGINALS / f"{name}.txt").read_bytes())


def bar_and_sentence_are_in_view(annotator: Any) -> bool:
    """Whether the labels stand above the selected sentence, and both in the window."""
    bar = annotator.page.locator(".lsf-labels").bounding_box()
    sentence = annotator.page.locator(".htx-highlight.__active").first.bounding_box()
    return (
        bar is not None
        and sentence is not None
        and 0 < bar["y"] < bar["y"] + bar["height"] <= sentence["y"]
        and sentence["y"] + sentence["height"] < 750
    )


def gap(above: Any, below: Any) -> float:
    """How far the one stands above the other; less than nothing while one is not there."""
    one, other = above.bounding_box(), below.bounding_box()
    return other["y"] - one["y"] - one["height"] if one and other else -1.0


def test_an_article_with_the_keyboard_alone(studio, annotator, manager) -> None:
    """By invitation to the end of an article: two keys a sentence, no gap passes, then the next."""
    first, second = original("orrin-storm-wexley-standard"), original("tarn-final-daily-klaxon")
    project = manager.project("article", [article("first", first), article("second", second)])
    count = len(units(first))
    wanted = list(islice(cycle(NEWS.names), count))

    annotator.fill_in(studio.link, f"by-hand-{project}@copydesk.localhost", "a-long-password-1")
    annotator.open(project)
    expect(annotator.page.get_by_text("Who vouches for this sentence?")).to_be_visible()
    annotator.close_instructions()
    annotator.comes_to(annotator.labels, [f"{number}:to do" for number in range(1, count + 1)])
    for number, label in enumerate(wanted, start=1):
        annotator.press("Alt+.", *([] if number == 5 else [NEWS.hotkeys[label]]))
    annotator.comes_to(lambda: bar_and_sentence_are_in_view(annotator), True)

    annotator.press("Control+Enter")
    expect(annotator.page.get_by_text(GAP)).to_be_visible()
    annotator.press("Escape")
    expect(annotator.page.get_by_text(GAP)).to_be_hidden()
    piece = units(first)[4]
    annotator.comes_to(annotator.selected, first[piece.start : piece.end])
    annotator.press(NEWS.hotkeys[wanted[4]])
    annotator.comes_to(
        annotator.labels, [f"{n}:{label}" for n, label in enumerate(wanted, start=1)]
    )
    annotator.comes_to(lambda: len(set(annotator.colours()[-4:])), 4)
    colours = annotator.colours()
    assert len(set(colours[-4:])) == 4  # the last four sentences have four labels
    assert "rgba(0, 0, 0, 0)" not in colours
    annotator.press("Control+Enter")

    shown = annotator.page.locator(".copydesk-text")
    expect(shown).to_contain_text(second.partition("\n")[0])
    left = [f"{n}:to do" for n in range(1, len(units(second)) + 1)]
    annotator.comes_to(annotator.labels, left)
    (_, result), (_, none_yet) = manager.answers(project)
    assert [
        (
            item["id"],
            item["from_name"],
            item["value"]["start"],
            item["value"]["end"],
            item["value"]["labels"],
        )
        for item in result
    ] == [
        (f"first_{n:03}", "label", piece.start, piece.end, [label])
        for n, (piece, label) in enumerate(zip(units(first), wanted, strict=True), start=1)
    ]
    assert none_yet == []
    assert len(annotator.keys) == 2 * count + 3  # and a refused submission, its OK, the submission
    assert annotator.elsewhere == []


def test_sentences_in_their_context_with_the_keyboard_alone(annotator, studio, manager) -> None:
    """Two keys a sentence, the context beside it, no gap passes, and the next comes by itself."""
    text = original("orrin-storm-wexley-standard")
    tasks = sentences("first", text)[10:14]
    project = manager.project("sentence", tasks)

    newcomer = studio.newcomer()
    annotator.fill_in(f"{studio.url}user/login/", newcomer.email, newcomer.password)
    annotator.open(project)
    annotator.close_instructions()
    target = annotator.page.locator(".copydesk-target .lsf-richtext__line")
    expect(target).to_have_text(tasks[0]["data"]["text"])
    nearest = annotator.page.locator(".copydesk-before .lsf-richtext__line").last
    annotator.comes_to(lambda: 0 < gap(nearest, target) < 40, True)  # the end of it is in view
    annotator.press("Control+Enter")
    expect(annotator.page.get_by_text(GAP)).to_be_visible()
    annotator.press("Escape")
    expect(annotator.page.get_by_text(GAP)).to_be_hidden()
    for key, following in zip(KEYS, [*tasks[1:], None], strict=True):
        annotator.press(key, "Control+Enter")
        if following:
            expect(target).to_have_text(following["data"]["text"])
    expect(annotator.page.get_by_text("No More Tasks Left in Queue")).to_be_visible()

    answers = manager.answers(project)
    assert [result[0]["value"]["choices"] for _, result in answers] == [[x] for x in NEWS.names]
    assert [data["uid"] for data, _ in answers] == [task["data"]["uid"] for task in tasks]
    assert annotator.elsewhere == []


@pytest.mark.parametrize("unit", ["article", "sentence"])
def test_a_hostile_article_is_text(studio, annotator, manager, unit: str) -> None:
    """Markup, templates and 300 emoji are shown as they stand, run nothing, and offsets hold."""
    tasks = [article("hostile", HOSTILE)] if unit == "article" else sentences("hostile", HOSTILE)
    project = manager.project(unit, tasks)
    count = len(units(HOSTILE))
    assert count >= 5

    newcomer = studio.newcomer()
    annotator.sit_down(newcomer)
    annotator.open(project)
    annotator.close_instructions()
    if unit == "article":
        lines = annotator.page.locator(".copydesk-text .lsf-richtext__line")
        annotator.comes_to(lambda: "\n".join(lines.all_text_contents()), HOSTILE)
        for piece in units(HOSTILE):
            annotator.press("Alt+.")
            wanted = " ".join(HOSTILE[piece.start : piece.end].split())
            annotator.comes_to(annotator.selected, wanted)
            annotator.press("2")
        annotator.press("Control+Enter")
    else:
        target = annotator.page.locator(".copydesk-target .lsf-richtext__line")
        for task in tasks:
            expect(target).to_have_text(task["data"]["text"])
            annotator.press("2", "Control+Enter")
    expect(annotator.page.get_by_text("No More Tasks Left in Queue")).to_be_visible()

    assert annotator.executed == []
    assert annotator.elsewhere == []
    answers = manager.answers(project)
    if unit == "article":
        assert [(x["value"]["start"], x["value"]["end"]) for x in answers[0][1]] == [
            (piece.start, piece.end) for piece in units(HOSTILE)
        ]
    else:
        assert [data for data, _ in answers] == [task["data"] for task in tasks]
        assert [result[0]["value"]["choices"] for _, result in answers] == [["claim"]] * count


def test_keys_of_accounts_that_the_studio_makes(studio, annotator, manager) -> None:
    """Full stop moves on like Alt+., a label's own key leaves it, and no key removes a sentence."""
    text = original("tarn-final-daily-klaxon")
    project = manager.project("article", [article("first", text)])
    person = studio.annotators[0]

    annotator.sit_down(person)
    annotator.open(project)
    annotator.close_instructions()
    annotator.press(".", "1", "1", "Alt+.", "2", "Backspace", "Delete", ".", "3", "0")

    count = len(units(text))
    left = (f"{number}:to do" for number in range(3, count + 1))
    annotator.comes_to(annotator.labels, ["1:quote", "2:claim", *left])
