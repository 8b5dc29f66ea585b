"""The baselines: scored by hand once, and blind to the test split."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from copydesk.contract.documents import check_document
from copydesk.release import baselines

TRAIN = [
    ("The river rose on Monday.", ["background"]),
    ("The mill stands by the river.", ["background"]),
    ("“It came at night,” she said.", ["quote"]),
    ("“We saw it,” he said.", ["quote"]),
    ("It may fall by Friday.", ["speculation"]),
    ("She said it had come at night.", ["claim"]),
]
TEST = [("The Zyxwv burned.", ["background"]), ("“Run,” she said.", ["quote"])]


def test_score() -> None:
    """Macro-F1 over the labels that occur, and an interval over events, as done by hand.

    Truth 0 0 1 1, found 0 1 1 1: F1 of 0 is 2/3, of 1 is 4/5; the mean is 11/15. Resamples are
    a a, with F1 1 and 0 and so 1/2; a b, the whole; and b b, with F1 0 and 4/5 and so 2/5.
    """
    test = pl.DataFrame({"event": ["a", "b", "b", "b"], "label": [0, 0, 1, 1]})
    found = baselines.score(test, np.array([0, 1, 1, 1]), ("quote", "claim", "speculation"))
    assert found["macro_f1"] == pytest.approx(11 / 15, abs=1e-4)
    assert (found["low"], found["high"]) == (0.4, found["macro_f1"])
    assert found["labels"]["claim"] == {"f1": 0.8, "sentences": 2}


def test_document(make: Any, story: Any) -> None:
    """The document is valid, and each baseline is named with what it rests on."""
    made = make(
        {"a": story(lines=TRAIN), "b": story(lines=TEST, event="fire", split="test")}
    ).contents
    document = baselines.baselines(made)
    check_document(document, "baselines", where="baselines")
    assert [m["name"] for m in document["models"]] == [
        "majority class (background)",
        "rules",
        "logistic regression, n-grams and cues",
    ]
    # One of two sentences is background: F1 2/3 and 0.
    assert document["models"][0]["macro_f1"] == pytest.approx(1 / 3, abs=1e-4)
    assert document["method"].startswith(
        "Trained on 6 sentences of 1 events, scored on the 2 sentences of the 1 events"
    )
    assert document == baselines.baselines(made)


def test_blind(make: Any, story: Any) -> None:
    """The model knows no word and no label of the test split: other labels change no answer."""
    other = [(text, ["speculation"]) for text, _ in TEST]
    parts = [
        {split: rows.filter(pl.col("split") == split) for split in ("train", "validation", "test")}
        for lines in (TEST, other)
        for rows in [
            make(
                {"a": story(lines=TRAIN), "b": story(lines=lines, event="fire", split="test")}
            ).contents.frame("sentences")
        ]
    ]
    assert baselines.by_model(parts[0]).tolist() == baselines.by_model(parts[1]).tolist()
    unions = baselines._fitted(parts[0]["train"], 1.0)[0].transformer_list
    known = {name for _, steps in unions for name in getattr(steps[-1], "vocabulary_", {})}
    assert "river" in known
    assert "zyxwv" not in known
