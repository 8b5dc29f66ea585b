"""Trains a complete suggester: the model, its calibration, and its evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

import copydesk
from copydesk.batch import text_code
from copydesk.errors import InputError
from copydesk.suggester.crossval import (
    Judged,
    by_rules,
    cross_validate,
    folds_of,
    learning_curve,
    majority,
)
from copydesk.suggester.fit import Examples, Fitted, bits_for, examples, fit
from copydesk.suggester.lessons import Lesson, Material
from copydesk.suggester.scores import calibration, score, temperature
from copydesk.suggester.weights import Weights, pack, primary


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A suggester, and the results of its evaluation.

    Attributes:
        weights: what goes into its file.
        lessons: what it has learnt from, in the order of ``data``.
    """

    weights: Weights
    lessons: Sequence[Lesson]
    data: Examples
    judged: Judged


def train(name: str, material: Material) -> Trained:
    """Train a suggester and evaluate it on events that it has not seen.

    The same lessons, in whatever order, give the same bytes, with the same versions of
    scikit-learn, scipy and numpy on the same kind of machine.

    Args:
        name: what it is called, as an annotator's pseudonym.

    Raises:
        InputError: all sentences have one label, or there are too few events.
        MissingExtraError: scikit-learn is not installed.
    """
    scheme = material.scheme
    lessons = sorted(material.lessons, key=lambda lesson: lesson.article_id)
    _check(lessons)
    bits = bits_for(len(scheme))
    data = examples(lessons, scheme, bits)
    folds = folds_of(lessons, data)
    judged = cross_validate(data, folds, len(scheme))
    model = fit(data.matrix, data.labels)
    heat = temperature(judged.scores, data.labels)
    head = {
        "name": name,
        "scheme": list(scheme),
        "labels": [scheme[at] for at in model.labels],
        "languages": sorted({primary(lesson.language) for lesson in lessons}),
        "bits": bits,
        **_numbers(model, heat),
        "data": {**material.data, **_counts(lessons, data, scheme)},
        "judged": _report(lessons, data, judged, scheme),
        "made_with": software(),
    }
    return Trained(pack(head, model.table), lessons, data, judged)


def _check(lessons: Sequence[Lesson]) -> None:
    given = {label for lesson in lessons for label in lesson.labels.values()}
    if not given:
        raise InputError(
            "There are no labelled sentences to learn from.",
            hint="Have articles answered in a round, or take a release with --release.",
        )
    if len(given) == 1:
        raise InputError(
            f"All labelled sentences are '{given.pop()}'; a suggester needs at least two labels.",
            hint="Have more articles answered first.",
        )


def _numbers(model: Fitted, heat: float) -> dict[str, Any]:
    return {
        "scales": model.scales.tolist(),
        "biases": model.biases.tolist(),
        "temperature": heat,
    }


def _counts(lessons: Sequence[Lesson], data: Examples, scheme: Sequence[str]) -> dict[str, Any]:
    held = [lessons[at] for at in sorted(set(data.lessons.tolist()))]
    return {
        "articles": len(held),
        "events": len({lesson.event for lesson in held}),
        "sentences": len(data.labels),
        "labels": {label: int((data.labels == at).sum()) for at, label in enumerate(scheme)},
    }


def _report(
    lessons: Sequence[Lesson], data: Examples, judged: Judged, scheme: Sequence[str]
) -> dict[str, Any]:
    """How good the suggester is, compared with the rules and the commonest label."""
    events = [lessons[at].event for at in data.lessons.tolist()]

    def scored(found: np.ndarray[Any, Any]) -> dict[str, Any]:
        return score(data.labels, found, events, scheme)

    models = {"suggester": scored(judged.found)}
    rules = by_rules(lessons, data, scheme)
    if rules is not None:
        models["rules"] = scored(rules)
    models["commonest label"] = scored(majority(data, judged.folds))
    curve = learning_curve(lessons, data, judged, len(scheme))
    return {
        "folds": int(judged.folds.max()) + 1,
        "models": [{"name": name, **found} for name, found in models.items()],
        "calibration": calibration(judged.shares, data.labels),
        "learning_curve": [
            {
                "events": point["events"],
                "sentences": point["sentences"],
                **{key: scored(point["found"])[key] for key in ("macro_f1", "low", "high")},
            }
            for point in curve
        ],
    }


def software() -> dict[str, str]:
    """Versions of all that the bytes of a trained model depend on."""
    libraries = {name: version(name) for name in ("numpy", "scikit-learn", "scipy")}
    return {"copydesk": copydesk.__version__, "text_code": text_code(), **libraries}
