"""Training: what is learnt, that it is the same whatever the order, and what is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from copydesk.contract.conformance import check_document
from copydesk.errors import InputError
from copydesk.suggester.card import card
from copydesk.suggester.features import Asked
from copydesk.suggester.lessons import Lesson, Material
from copydesk.suggester.model import Suggester
from copydesk.suggester.scores import calibration, score, temperature
from copydesk.suggester.suspects import suspects
from copydesk.suggester.train import Trained, train
from copydesk.suggester.weights import read_weights, write_weights

Make = Callable[..., Material]


@pytest.fixture(scope="module")
def trained(make_material: Make) -> Trained:
    """A suggester for the weather."""
    return train("weather", make_material())


def test_it_learns(trained: Trained, make_lesson: Callable[..., Lesson]) -> None:
    """It labels an article that it has not seen, in a language that has no rules."""
    fresh = make_lesson(40)
    guesses = Suggester(trained.weights).suggest(fresh.text, fresh.pieces, language="eo")
    assert {(g.start, g.end): g.label for g in guesses} == fresh.labels
    assert all(0.5 < g.probability < 1 and 0 < g.margin < g.probability for g in guesses)


def test_it_is_judged_by_events_not_seen(trained: Trained) -> None:
    """What the file says of itself is valid, complete and better than the commonest label."""
    head = trained.weights.head
    check_document(dict(head), "suggester", where="head")
    assert head["data"]["sentences"] == 72
    assert head["data"]["events"] == 6
    assert head["data"]["labels"] == {"sun": 24, "rain": 24, "wind": 24}
    best, commonest = head["judged"]["models"]
    assert (best["name"], commonest["name"]) == ("suggester", "commonest label")
    assert best["macro_f1"] == 1.0
    assert commonest["macro_f1"] < 0.4
    curve = head["judged"]["learning_curve"]
    assert [point["events"] for point in curve] == [1.0, 2.0, 5.0]
    assert curve[-1]["sentences"] == 60.0


def test_no_fold_knows_its_event(trained: Trained) -> None:
    """Articles of one event are never on both sides."""
    events = [trained.lessons[at].event for at in trained.data.lessons]
    pairs = set(zip(events, trained.judged.folds.tolist(), strict=True))
    assert len(pairs) == len(set(events)) == 6


def test_the_same_bytes(make_material: Make, trained: Trained, tmp_path: Path) -> None:
    """The order of the lessons decides nothing."""
    material = make_material()
    again = train("weather", dataclasses.replace(material, lessons=material.lessons[::-1]))
    assert again.weights.digest == trained.weights.digest
    for name, one in (("a", again), ("b", trained)):
        write_weights(tmp_path / name, one.weights)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert card(again.weights) == card(trained.weights)


def test_the_file_suggests_what_was_judged(trained: Trained, tmp_path: Path) -> None:
    """Scores from the file are those of the matrix that training multiplies."""
    path = tmp_path / "w.suggester"
    write_weights(path, trained.weights)
    weights = read_weights(path)
    model = Suggester(weights)
    head = weights.head
    scores = trained.data.matrix @ (weights.table * np.array(head["scales"])) + head["biases"]
    for at, lesson in enumerate(trained.lessons):
        here = scores[trained.data.lessons == at] / head["temperature"]
        shares = np.exp(here) / np.exp(here).sum(axis=1, keepdims=True)
        guesses = model.suggest(lesson.text, lesson.pieces, language=lesson.language)
        assert [g.probability for g in guesses] == pytest.approx(shares.max(axis=1).tolist())


def test_a_language_not_learnt(trained: Trained, make_lesson: Callable[..., Lesson]) -> None:
    """It says nothing of an article in another language; a region of its own is not another."""
    fresh = make_lesson(40)
    model = Suggester(trained.weights)
    assert model.suggest(fresh.text, fresh.pieces, language="fi") == []
    assert len(model.suggest(fresh.text, fresh.pieces, language="eo-DE")) == 6


def test_articles_together_get_what_each_gets_alone(
    trained: Trained, make_lesson: Callable[..., Lesson]
) -> None:
    """Also where some of them are empty or in a language that it has not learnt."""
    model = Suggester(trained.weights)
    lessons = [make_lesson(40 + number) for number in range(20)]
    asked = [Asked(lesson.text, lesson.pieces, "eo") for lesson in lessons]
    asked[3], asked[17] = asked[3]._replace(language="fi"), Asked("", [], "eo")
    alone = [model.suggest(a.text, a.pieces, language=a.language) for a in asked]
    assert list(model.suggest_each(asked)) == alone
    assert [len(guesses) for guesses in alone[2:5]] == [6, 0, 6]


def test_nothing_to_suggest(trained: Trained) -> None:
    """An article without units gives no guesses."""
    assert Suggester(trained.weights).suggest("", [], language="eo") == []


def _refusal(material: Material) -> str:
    with pytest.raises(InputError) as caught:
        train("weather", material)
    return str(caught.value)


def test_too_few_events(make_material: Make, make_lesson: Callable[..., Lesson]) -> None:
    """Two events cannot judge a model that is trained on one."""
    few = make_material(*(make_lesson(number) for number in range(4)))
    assert _refusal(few) == (
        "The labelled sentences are of 2 events; a suggester needs at least 3, so that it can be "
        "judged by events that it has not seen. Have articles on other events answered first."
    )


def test_one_label(make_material: Make, make_lesson: Callable[..., Lesson]) -> None:
    """Where all sentences are the same there is nothing to learn."""
    lessons = []
    for number in range(8):
        one = make_lesson(number)
        lessons.append(
            dataclasses.replace(one, labels={k: "sun" for k, v in one.labels.items() if v == "sun"})
        )
    assert _refusal(make_material(*lessons)) == (
        "All labelled sentences are 'sun'; a suggester needs at least two labels. Have more "
        "articles answered first."
    )


def test_no_label(make_material: Make, make_lesson: Callable[..., Lesson]) -> None:
    """Without any answer the way to one is named."""
    bare = [dataclasses.replace(make_lesson(number), labels={}) for number in range(8)]
    assert _refusal(make_material(*bare)) == (
        "There are no labelled sentences to learn from. Have articles answered in a round, or take "
        "a release with --release."
    )


def test_a_label_never_seen(make_material: Make, make_lesson: Callable[..., Lesson]) -> None:
    """A label without an example is never suggested, and the card says so."""
    lessons = []
    for number in range(12):
        one = make_lesson(number)
        lessons.append(
            dataclasses.replace(one, labels={k: v for k, v in one.labels.items() if v != "rain"})
        )
    trained = train("weather", make_material(*lessons))
    assert trained.weights.labels == ("sun", "wind")
    assert trained.weights.scheme == ("sun", "rain", "wind")
    assert "| never suggests | `rain`: no sentence to learn from had it |" in card(trained.weights)


def test_score_by_hand() -> None:
    """Macro-F1 over the labels that occur, with an interval over events.

    Truth 0 0 1 1, found 0 1 1 1: F1 of 0 is 2/3, of 1 is 4/5; the mean is 11/15. Resamples of the
    events a (the first sentence) and b (the others) are a a, with F1 1 and 0 and so 1/2; a b, the
    whole; and b b, with F1 0 and 4/5 and so 2/5.
    """
    truth, found = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    result = score(truth, found, ["a", "b", "b", "b"], ("x", "y", "z"))
    assert result["macro_f1"] == pytest.approx(11 / 15, abs=1e-4)
    assert (result["low"], result["high"]) == (0.4, result["macro_f1"])
    assert result["labels"]["y"] == {"f1": 0.8, "low": 0.0, "high": 0.8, "sentences": 2}
    assert result["labels"]["z"]["sentences"] == 0


def test_calibration_by_hand() -> None:
    """Ten sentences in ten bins: each bin's gap is that of its one sentence."""
    top = np.linspace(0.55, 1.0, 10)
    shares = np.stack((top, 1 - top), axis=1)
    truth = np.array([0] * 8 + [1, 1])
    result = calibration(shares, truth)
    gaps = [*(1 - top[:8]), *top[8:]]
    assert result["ece"] == pytest.approx(sum(gaps) / 10, abs=1e-4)
    assert result["curve"][0] == {"sentences": 1, "probability": 0.55, "right": 1.0}


def test_temperature() -> None:
    """Scores twice as bold as they should be are divided by two.

    Three of four are right, and each counts by a sixth as wrong: 3/4 of 5/6 and 1/4 of 1/6 is the
    share 2/3, which scores (log 2, 0) give.
    """
    scores = np.array([[2 * np.log(2), 0.0]] * 4)
    assert temperature(scores, np.array([0, 0, 0, 1])) == pytest.approx(2.0, abs=0.01)


def test_a_wrong_answer_is_suspected(
    make_material: Make, make_lesson: Callable[..., Lesson]
) -> None:
    """One label out of place among many is first in the queue, with what the model would say."""
    lessons = [make_lesson(number) for number in range(24)]
    wrong = sorted(lessons[5].labels)[2]
    was = lessons[5].labels[wrong]
    label = next(name for name in ("sun", "rain", "wind") if name != was)
    lessons[5] = dataclasses.replace(lessons[5], labels={**lessons[5].labels, wrong: label})
    found = suspects(train("weather", make_material(*lessons)))
    assert [(s.sentence_id, s.label, s.suggested) for s in found] == [("a005.003", label, was)]
    assert found[0].of_label < 0.2 < 0.8 <= found[0].probability
