"""The baselines: named, blind to the test split, written beside a release, and left out aloud."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from copydesk.cli.main import app
from copydesk.contract.conformance import check_document
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.release.baselines import _answers, baselines, write_baselines
from copydesk.release.contents import Contents
from copydesk.release.material import of_release
from copydesk.suggester.fit import bits_for, examples

TRAIN = [
    ("The river rose on Monday.", ["background"]),
    ("The mill stands by the river.", ["background"]),
    ("The mayor lives in Osk.", ["background"]),
    ("“It came at night,” she said.", ["quote"]),
    ("“We saw it,” he said.", ["quote"]),
    ("It may fall by Friday.", ["speculation"]),
    ("She said it had come at night.", ["claim"]),
]
TEST = [("The Zyxwv burned.", ["background"]), ("“Run,” she said.", ["quote"])]


def _made(make: Any, story: Any, test: Any = TEST) -> Contents:
    stories = {"a": story(lines=TRAIN), "b": story(lines=test, event="fire", split="test")}
    contents: Contents = make(stories).contents
    return contents


def test_document(make: Any, story: Any) -> None:
    """The document is valid, names each baseline and what it rests on, and comes out again."""
    made = _made(make, story)
    document = baselines(made)
    check_document(document, "baselines", where="baselines")
    assert [m["name"] for m in document["models"]] == [
        *("majority class (background)", "rules", "suggester"),
    ]
    # One of two sentences is background: F1 2/3 and 0.
    assert document["models"][0]["macro_f1"] == pytest.approx(1 / 3, abs=1e-4)
    assert document["models"][0]["labels"]["background"] == {
        **dict.fromkeys(("f1", "low", "high"), 0.6667),
        "sentences": 1,
    }
    assert document["method"].startswith(
        "Trained on 7 sentences of 1 event, scored on the 2 sentences of the 1 event of the test "
        "split whose text is given; none of these was seen in training."
    )
    assert document["made_with"].keys() >= {"scikit-learn", "numpy", "scipy", "text_code"}
    assert document == baselines(made)


def test_blind(make: Any, story: Any) -> None:
    """No label of the test split changes what a baseline says; only its score changes."""
    other = [(text, ["speculation"]) for text, _ in TEST]
    said = []
    for test in (TEST, other):
        contents = _made(make, story, test)
        labels = contents.labels("sentences")
        lessons = of_release(contents).lessons
        data = examples(lessons, labels, bits_for(len(labels)))
        found = _answers(lessons, data, labels, np.arange(7), np.array([7, 8]))
        said.append({name: answers.tolist() for name, answers in found.items()})
    assert said[0] == said[1]
    assert said[0]["majority class (background)"] == [3, 3]
    assert said[0]["rules"] == [3, 0]


def test_nothing_to_learn(make: Any, story: Any) -> None:
    """A release without a test split has no baselines, and that is an error with a reason."""
    contents = make({"a": story(lines=TRAIN)}).contents
    with pytest.raises(InputError) as caught:
        baselines(contents)
    assert str(caught.value) == (
        "release 1.0.0: This release has no baselines: its training split gives no text of two "
        "labels, or its test split gives no text."
    )


def test_comparisons_stay(make: Any, story: Any, tmp_path: Any) -> None:
    """What the file says of the same release besides stays; of another release it goes."""
    made = _made(make, story)
    path = tmp_path / "baselines" / "1.0.0.json"
    path.parent.mkdir()
    for digest, kept in ((made.digest, True), ("0" * 64, False)):
        path.write_text(json.dumps({"digest": digest, "comparisons": []}))
        assert ("comparisons" in write_baselines(tmp_path, made)) is kept
        assert ("comparisons" in json.loads(path.read_text())) is kept


def _describe(corpus: Corpus) -> Any:
    call = ["release", "describe", "--baselines", "--corpus", str(corpus.root)]
    return CliRunner().invoke(app, call)


def test_left_out_aloud(tiny: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without scikit-learn, or without text to learn from, the card is written and says so."""
    path = tiny.dataset / "baselines" / "0.1.0.json"
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    done = _describe(tiny)
    assert done.exit_code == 0
    assert done.stderr.startswith(
        "Baselines are left out. Training a suggester needs scipy, which is not installed. Run: "
        "pip install 'copydesk[train]'"
    )
    assert not path.exists()
    assert "Not computed for version 0.1.0." in (tiny.dataset / "README.md").read_text()


def test_on_the_card(tiny: Corpus) -> None:
    """What is computed stands on the card, and validation finds the card in step."""
    before = (tiny.dataset / "README.md").read_text()
    done = _describe(tiny)
    path = tiny.dataset / "baselines" / "0.1.0.json"
    if "Baselines are left out." in done.stderr:  # decided by the drawn splits
        assert not path.exists()
        assert (tiny.dataset / "README.md").read_text() == before
        return
    assert "| suggester |" in (tiny.dataset / "README.md").read_text()
