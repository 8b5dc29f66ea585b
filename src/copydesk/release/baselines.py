"""How well simple baselines label the test split of a release: a floor for trained models.

The commonest label, the rules of `copydesk prelabel` where they know the labels and the language,
and a suggester. Only sentences whose text is given take part, so that anybody can compute them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_json, read_json
from copydesk.release.contents import Contents
from copydesk.release.material import of_release
from copydesk.suggester.crossval import by_rules
from copydesk.suggester.fit import Examples, bits_for, examples, fit
from copydesk.suggester.grams import Numbers
from copydesk.suggester.lessons import Lesson
from copydesk.suggester.scores import RESAMPLES, score
from copydesk.suggester.train import software


def write_baselines(dataset: Path, contents: Contents) -> dict[str, Any]:
    """Compute the baselines of a release and write ``baselines/X.Y.Z.json``; gives its content.

    Other content about the same release, such as comparisons with people, is kept.

    Raises:
        InputError: nothing can be learnt or scored.
        MissingExtraError: scikit-learn is not installed.
    """
    path = dataset / "baselines" / f"{contents.version}.json"
    found = baselines(contents)
    before = read_json(path) if path.is_file() else {}
    if isinstance(before, dict) and before.get("digest") == contents.digest:
        found = {**before, **found}
    atomic_write(path, dump_json(found))
    return found


def baselines(contents: Contents) -> dict[str, Any]:
    """The baselines of a release, as ``schema/baselines.schema.json`` describes them.

    The same release gives the same figures with the same versions of the libraries, which are
    written down.

    Raises:
        InputError: no text is given in the training or test split, or all has one label.
        MissingExtraError: scikit-learn is not installed.
    """
    labels = contents.labels("sentences")
    material = of_release(contents)
    lessons = sorted(material.lessons, key=lambda lesson: lesson.article_id)
    data = examples(lessons, labels, bits_for(len(labels)))
    splits = contents.manifest["splits"]
    is_test = np.array([splits[lessons[at].event] == "test" for at in data.lessons.tolist()])
    seen, test = np.flatnonzero(~is_test), np.flatnonzero(is_test)
    if not len(test) or len(np.unique(data.labels[seen])) < 2:
        raise InputError(
            "This release has no baselines: its training split gives no text of two labels, or its "
            "test split gives no text.",
            where=f"release {contents.version}",
        )
    events = [lessons[data.lessons[at]].event for at in test]
    scored = {
        name: score(data.labels[test], found, events, labels)
        for name, found in _answers(lessons, data, labels, seen, test).items()
    }
    return {
        "version": contents.version,
        "digest": contents.digest,
        "method": _method(contents, lessons, data, seen, test),
        "made_with": software(),
        "models": [{"name": name, **result} for name, result in scored.items()],
    }


def _answers(
    lessons: Sequence[Lesson],
    data: Examples,
    labels: Sequence[str],
    seen: Numbers,
    test: Numbers,
) -> dict[str, Numbers]:
    """The labels that each baseline gives the test sentences."""
    commonest = int(np.bincount(data.labels[seen]).argmax())
    found: dict[str, Numbers] = {
        f"majority class ({labels[commonest]})": np.full(len(test), commonest)
    }
    rules = by_rules(lessons, data, labels)
    if rules is not None:
        found["rules"] = rules[test]
    model = fit(data.matrix[seen], data.labels[seen])
    found["suggester"] = model.scores(data.matrix[test], len(labels)).argmax(axis=1)
    return found


def _method(
    contents: Contents, lessons: Sequence[Lesson], data: Examples, seen: Numbers, test: Numbers
) -> str:
    counts = [
        (len(part), len({lessons[data.lessons[at]].event for at in part})) for part in (seen, test)
    ]
    kinds = set(contents.frame("annotations", "annotator_kind")["annotator_kind"])
    circle = (
        " The labels themselves are those of the rules here: their score says nothing."
        if kinds == {"rule"}
        else ""
    )
    (trained, of), (scored, on) = counts
    return (
        f"Trained on {trained:,} sentences of {of} event{'s' * (of != 1)}, scored on the "
        f"{scored:,} sentences of the {on} event{'s' * (on != 1)} of the test split whose text is "
        "given; none of these was seen in training. Macro-F1 is the mean F1 of the labels that "
        f"occur in the test split; intervals are percentiles of {RESAMPLES:,} resamples of whole "
        f"events.{circle}"
    )
