"""Training: multinomial logistic regression with an L2 penalty, by scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from copydesk.extras import needs
from copydesk.suggester.features import COUNTED, WEIGHTS, Asked, features
from copydesk.suggester.grams import Numbers
from copydesk.suggester.lessons import Lesson
from copydesk.suggester.model import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

STRENGTH: Final = 5.0
"""Inverse of the penalty (scikit-learn's C)."""

SEEN: Final = 2
"""A bucket has weights if at least this many labelled sentences have a feature in it."""

_NEAR: Final = 5e-3
"""Relative change of the weights at which training ends."""
_ROUNDS: Final = 200
_WHAT: Final = "Training a suggester"
_STEPS: Final = 127
_TABLE_BYTES: Final = 1_400_000
_MOST_BITS: Final = 17


def bits_for(labels: int) -> int:
    """How many buckets, as a power of two, fit into a file with this many labels."""
    return min(_MOST_BITS, (_TABLE_BYTES // labels).bit_length() - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Labelled units as numbers; all arrays have one entry for each unit, in order.

    Attributes:
        matrix: its features, a column for each bucket.
        labels: the number of its label in the scheme.
        lessons: the number of its lesson.
        places: its place in the lesson: the number among the lesson's units.
    """

    matrix: csr_matrix
    labels: Numbers
    lessons: Numbers
    places: Numbers


def examples(lessons: Sequence[Lesson], scheme: Sequence[str], bits: int) -> Examples:
    """The labelled units of lessons as numbers."""
    with needs("train", _WHAT):
        from scipy.sparse import csr_matrix, vstack
    number = {label: at for at, label in enumerate(scheme)}
    matrices, labels, of, places = [], [], [], []
    for at, lesson in enumerate(lessons):
        units = lesson.units
        given = [lesson.labels.get((unit.start, unit.end)) for unit in units]
        kept = [place for place, label in enumerate(given) if label is not None]
        rows, columns, values = _entries(lesson, len(units), bits)
        whole = csr_matrix((values, (rows, columns)), shape=(len(units), 1 << bits))
        matrices.append(whole[kept])
        labels += [number[label] for label in given if label is not None]
        of += [at] * len(kept)
        places += kept
    return Examples(vstack(matrices, format="csr"), *map(np.array, (labels, of, places)))


def _entries(lesson: Lesson, units: int, bits: int) -> tuple[Numbers, Numbers, Floats]:
    found = features([Asked(lesson.text, lesson.pieces, lesson.language)], bits)
    counts = {name: np.zeros(units) for name in WEIGHTS}
    for group, rows, _ in found:
        counts[group] += np.bincount(rows, minlength=units)
    values = [
        WEIGHTS[group] / np.sqrt(counts[group][rows])
        if group in COUNTED
        else np.full(len(rows), WEIGHTS[group])
        for group, rows, _ in found
    ]
    empty = np.zeros(0)
    return (
        np.concatenate([empty.astype(np.int64), *(part.rows for part in found)]),
        np.concatenate([empty.astype(np.int64), *(part.buckets for part in found)]),
        np.concatenate([empty, *values]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A model as it will be in its file: whole numbers of one byte, and a scale for each label.

    Attributes:
        labels: the labels that it can give, as numbers in the scheme, in ascending order.
        table: a row for each bucket, a column for each label.
    """

    labels: Numbers
    table: npt.NDArray[np.int8]
    scales: Floats
    biases: Floats

    def scores(self, matrix: csr_matrix, size: int) -> Floats:
        """Scores of each label of a scheme of that size; very low for a label never seen."""
        found = np.full((matrix.shape[0], size), -1e9)
        found[:, self.labels] = matrix @ (self.table * self.scales) + self.biases
        return found


def fit(matrix: csr_matrix, labels: Numbers) -> Fitted:
    """Train on labelled units of at least two labels. The same input gives the same result.

    The solver (stochastic average gradient, Schmidt et al. 2017) draws from a fixed seed and sums
    in one thread, so that neither the number of threads nor the linear algebra library matters.
    """
    with needs("train", _WHAT):
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    used = np.flatnonzero(seen >= min(SEEN, matrix.shape[0]))
    model: Any = LogisticRegression(
        C=STRENGTH, solver="sag", max_iter=_ROUNDS, tol=_NEAR, random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix[:, used], labels)
    weights, biases = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps one row for two labels
        weights, biases = np.vstack((-weights, weights)) / 2, np.concatenate((-biases, biases)) / 2
    # Written with few digits, so that JSON preserves them exactly.
    scales = np.array([float(f"{peak / _STEPS:.6g}") for peak in np.abs(weights).max(axis=1)])
    table = np.zeros((matrix.shape[1], len(scales)), dtype=np.int8)
    whole = np.rint(weights / np.where(scales > 0, scales, 1)[:, None])
    table[used] = np.clip(whole, -_STEPS, _STEPS).T
    return Fitted(model.classes_, table, scales, np.round(biases, 6))
