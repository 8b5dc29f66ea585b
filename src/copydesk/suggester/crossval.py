"""Evaluates a suggester on events that it has not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from copydesk.contract.labels import NEWS
from copydesk.errors import InputError
from copydesk.files import sha256_text
from copydesk.suggester.fit import Examples, fit
from copydesk.suggester.grams import Numbers
from copydesk.suggester.lessons import Lesson
from copydesk.suggester.model import Floats, softmax
from copydesk.suggester.scores import temperature
from copydesk.text import suggest, suggests

FEWEST: Final = 3
"""The fewest events needed to evaluate a model, and so to train one."""

_FOLDS: Final = 10
_PARTS: Final = (0.125, 0.25, 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What models predict for sentences of events that they were not trained on.

    Attributes:
        folds: of each sentence, the number of the fold that it was left out with.
        scores: of each label of the scheme (columns) for each sentence, before calibration.
        shares: calibrated probabilities; the temperature of a fold is that of the other folds.
    """

    folds: Numbers
    scores: Floats
    shares: Floats

    @property
    def found(self) -> Numbers:
        """The likeliest label of each sentence."""
        found: Numbers = self.scores.argmax(axis=1)
        return found


def folds_of(lessons: Sequence[Lesson], data: Examples) -> Numbers:
    """The fold of each sentence: whole events, in folds of about as many sentences.

    Raises:
        InputError: there are too few events.
    """
    sizes = Counter(lessons[at].event for at in data.lessons.tolist())
    if len(sizes) < FEWEST:
        raise InputError(
            f"The labelled sentences are of {len(sizes)} event{'s' * (len(sizes) != 1)}; a "
            f"suggester needs at least {FEWEST}, so that it can be judged by events that it has "
            "not seen.",
            hint="Have articles on other events answered first.",
        )
    loads = [0] * min(_FOLDS, len(sizes))
    fold = {}
    for event in sorted(sizes, key=lambda event: (-sizes[event], sha256_text(event))):
        fold[event] = loads.index(min(loads))
        loads[fold[event]] += sizes[event]
    return np.array([fold[lessons[at].event] for at in data.lessons.tolist()])


def cross_validate(data: Examples, folds: Numbers, size: int) -> Judged:
    """Train on all folds but one and predict that one, for each.

    Args:
        size: how many labels the scheme has.
    """
    scores = np.zeros((len(folds), size))
    for fold in np.unique(folds):
        out = folds == fold
        scores[out] = _scores(data, np.flatnonzero(~out), np.flatnonzero(out), size)
    shares = np.zeros_like(scores)
    for fold in np.unique(folds):
        out = folds == fold
        shares[out] = softmax(scores[out] / temperature(scores[~out], data.labels[~out]))
    return Judged(folds, scores, shares)


def _scores(data: Examples, train: Numbers, test: Numbers, size: int) -> Floats:
    """Scores of some sentences by a model of others; if these have one label, that gets it all."""
    labels = data.labels[train]
    if len(np.unique(labels)) < 2:
        scores = np.full((len(test), size), -1e9)
        scores[:, labels[:1]] = 0.0
        return scores
    return fit(data.matrix[train], labels).scores(data.matrix[test], size)


def learning_curve(
    lessons: Sequence[Lesson], data: Examples, judged: Judged, size: int
) -> list[dict[str, Any]]:
    """The labels given by models that were trained on a part of the events.

    Returns:
        For each part, from the smallest to all: the mean number of ``events`` and ``sentences``
        that models were trained on, and ``found``, the label of each sentence.
    """
    events = np.array([lessons[at].event for at in data.lessons.tolist()])
    order = sorted(set(events.tolist()), key=lambda event: sha256_text(f"curve {event}"))
    points: list[dict[str, Any]] = []
    for part in (*_PARTS, 1.0):
        found = np.zeros(len(events), dtype=np.int64)
        counts = []
        for fold in np.unique(judged.folds):
            out = judged.folds == fold
            left = [event for event in order if event not in set(events[out].tolist())]
            taken = left[: max(round(part * len(left)), 1)]
            train = np.flatnonzero(np.isin(events, taken))
            counts.append((len(taken), len(train)))
            if part < 1:
                found[out] = _scores(data, train, np.flatnonzero(out), size).argmax(axis=1)
        mean = np.mean(counts, axis=0).round(1).tolist()
        if not points or mean[0] > points[-1]["events"]:
            whole = judged.found if part == 1 else found
            points.append({"events": mean[0], "sentences": mean[1], "found": whole})
    return points


def majority(data: Examples, folds: Numbers) -> Numbers:
    """The commonest label of the other folds, for each sentence."""
    found = np.zeros(len(folds), dtype=np.int64)
    for fold in np.unique(folds):
        out = folds == fold
        found[out] = np.bincount(data.labels[~out]).argmax()
    return found


def by_rules(lessons: Sequence[Lesson], data: Examples, scheme: Sequence[str]) -> Numbers | None:
    """The rules' label of each sentence; None if they do not know its language or labels."""
    if tuple(scheme) != NEWS.names:
        return None
    number = {label: at for at, label in enumerate(scheme)}
    said: list[list[str]] = []
    for lesson in lessons:
        if not suggests(lesson.language):
            return None
        found = suggest(lesson.text, lesson.pieces, language=lesson.language)
        said.append([suggestion.label for suggestion in found])
    places = zip(data.lessons.tolist(), data.places.tolist(), strict=True)
    return np.array([number[said[at][place]] for at, place in places])
