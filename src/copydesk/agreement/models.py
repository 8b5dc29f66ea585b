"""Models compared with people: each model's labels and confidence against people's answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

BINS: Final = 10
"""Bins of equal width for the reliability curve."""

Unit = tuple[str, str]
"""A round and a sentence_id."""


@dataclass(frozen=True, kw_only=True)
class LabelScore:
    """One label: precision and recall of the model against people's answers; None where there are
    no such answers."""

    precision: float | None
    recall: float | None
    sentences: int


@dataclass(frozen=True, kw_only=True)
class Bin:
    """The answers whose confidence lies from ``low`` up to ``high``."""

    low: float
    high: float
    answers: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The reliability curve, bins without answers left out.

    ``ece`` is the expected calibration error: the mean over answers of the difference between a
    bin's mean confidence and its accuracy (Naeini, Cooper and Hauskrecht 2015).
    """

    bins: tuple[Bin, ...]
    ece: float
    answers: int


@dataclass(frozen=True, kw_only=True)
class ModelReport:
    """One model against people: the label that most of them gave; ties have no reference.

    ``confusion[i][j]`` counts sentences that people gave label i and the model label j.
    """

    model: str
    sentences: int
    without_reference: int
    accuracy: float | None
    per_label: dict[str, LabelScore]
    confusion: tuple[tuple[int, ...], ...]
    calibration: Calibration | None


@dataclass(frozen=True, kw_only=True)
class Given:
    """One answer.

    Args:
        kind: ``human`` or ``model``.
        confidence: from 0 to 1; None if it was not given.
    """

    unit: Unit
    annotator: str
    kind: str
    label: str
    confidence: float | None = None


def models_against_people(
    answers: Iterable[Given], labels: Sequence[str]
) -> tuple[ModelReport, ...]:
    """Each model's report, by name; empty where no person or no model has answered."""
    votes: dict[Unit, Counter[str]] = defaultdict(Counter)
    models: dict[str, list[Given]] = defaultdict(list)
    for answer in answers:
        if answer.kind == "human":
            votes[answer.unit][answer.label] += 1
        elif answer.kind == "model":
            models[answer.annotator].append(answer)
    people = {unit: label for unit, given in votes.items() if (label := _most(given))}
    if not people:
        return ()
    return tuple(_report(name, models[name], people, labels) for name in sorted(models))


def _most(given: Counter[str]) -> str | None:
    (label, count), *rest = given.most_common()
    return None if rest and rest[0][1] == count else label


def _report(
    name: str, given: Sequence[Given], people: Mapping[Unit, str], labels: Sequence[str]
) -> ModelReport:
    judged = [answer for answer in given if answer.unit in people]
    pairs = Counter((people[answer.unit], answer.label) for answer in judged)
    confusion = tuple(tuple(pairs[row, column] for column in labels) for row in labels)
    right = sum(pairs[label, label] for label in labels)
    scores = {}
    for place, label in enumerate(labels):
        said, true = sum(row[place] for row in confusion), sum(confusion[place])
        hit = confusion[place][place]
        scores[label] = LabelScore(
            precision=hit / said if said else None,
            recall=hit / true if true else None,
            sentences=true,
        )
    return ModelReport(
        model=name,
        sentences=len(judged),
        without_reference=len(given) - len(judged),
        accuracy=right / len(judged) if judged else None,
        per_label=scores,
        confusion=confusion,
        calibration=_calibration(judged, people),
    )


def _calibration(judged: Sequence[Given], people: Mapping[Unit, str]) -> Calibration | None:
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for answer in judged:
        if answer.confidence is not None:
            place = min(int(answer.confidence * BINS), BINS - 1)
            bins[place].append((answer.confidence, people[answer.unit] == answer.label))
    total = sum(len(found) for found in bins.values())
    if not total:
        return None
    made = tuple(
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            answers=len(found),
            confidence=sum(sure for sure, _ in found) / len(found),
            accuracy=sum(right for _, right in found) / len(found),
        )
        for place, found in sorted(bins.items())
    )
    error = sum(b.answers * abs(b.confidence - b.accuracy) for b in made) / total
    return Calibration(bins=made, ece=error, answers=total)
