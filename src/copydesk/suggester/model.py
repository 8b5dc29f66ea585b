"""Suggesting with a trained model: sums of small whole numbers, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from copydesk.suggester.features import COUNTED, WEIGHTS, features
from copydesk.suggester.grams import Grams
from copydesk.suggester.weights import Weights, read_weights
from copydesk.text import Piece, Quotation, Suggestion

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a suggester says of a unit.

    Attributes:
        start: offset of the unit's first character, in code points.
        end: offset after its last.
        label: the likeliest label.
        probability: of that label, calibrated.
        margin: how much likelier it is than the next, from 0 to 1.
    """

    start: int
    end: int
    label: str
    probability: float
    margin: float


@dataclass(frozen=True, slots=True)
class Suggester:
    """A trained model, ready to suggest."""

    weights: Weights

    @classmethod
    def read(cls, path: Path) -> Suggester:
        """The suggester in a file.

        Raises:
            InputError: see `copydesk.suggester.weights.read_weights`.
        """
        return cls(read_weights(path))

    def suggest(
        self,
        text: str,
        pieces: Sequence[Piece],
        *,
        language: str = "en",
        quotes: Sequence[Quotation] | None = None,
        suggested: Sequence[Suggestion] | None = None,
    ) -> list[Guess]:
        """Suggest a label for each unit of an article, in order.

        Args:
            text: canonical text.
            pieces: its pieces, as `copydesk.text.segment` gives them.
            language: its BCP 47 tag.
            quotes, suggested: what the rules find, if it is at hand.

        Returns:
            Nothing for an article in a language that the model has not learnt.
        """
        if not self.weights.knows(language):
            return []
        units = [piece for piece in pieces if piece.is_unit]
        found = features(
            text,
            pieces,
            self.weights.bits,
            language=language,
            quotes=quotes,
            suggested=suggested,
        )
        shares = self.probabilities(found, len(units))
        first = shares.argmax(axis=1)
        ranked = np.sort(shares, axis=1)
        labels = self.weights.labels
        return [
            Guess(start=unit.start, end=unit.end, label=labels[at], probability=p, margin=margin)
            for unit, at, p, margin in zip(
                units,
                first.tolist(),
                ranked[:, -1].tolist(),
                (ranked[:, -1] - ranked[:, -2]).tolist(),
                strict=True,
            )
        ]

    def probabilities(self, found: Iterable[Grams], units: int) -> Floats:
        """The calibrated probability of each label (columns) for each unit (rows)."""
        head = self.weights.head
        return softmax(self._scores(found, units) / head["temperature"])

    def _scores(self, found: Iterable[Grams], units: int) -> Floats:
        labels = len(self.weights.labels)
        sums = {name: np.zeros((units, labels), dtype=np.int64) for name in WEIGHTS}
        counts = {name: np.zeros(units, dtype=np.int64) for name in WEIGHTS}
        for group, rows, buckets in found:
            if not len(rows):
                continue
            starts = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
            held = self.weights.table[buckets]
            sums[group][rows[starts]] += np.add.reduceat(held, starts, axis=0, dtype=np.int32)
            counts[group][rows[starts]] += np.diff(np.append(starts, len(rows)))
        scores = np.zeros((units, labels))
        for name, weight in WEIGHTS.items():
            scale = weight / np.sqrt(np.maximum(counts[name], 1)) if name in COUNTED else weight
            scores += sums[name] * np.reshape(scale, (-1, 1))
        head = self.weights.head
        result: Floats = scores * np.array(head["scales"]) + np.array(head["biases"])
        return result


def softmax(scores: Floats) -> Floats:
    """Probabilities of scores, by row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Floats = raised / raised.sum(axis=1, keepdims=True)
    return result
