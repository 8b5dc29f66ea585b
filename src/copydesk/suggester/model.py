"""Suggesting with a trained model: sums of small whole numbers, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.suggester.features import COUNTED, WEIGHTS, Asked, features
from copydesk.suggester.grams import Grams
from copydesk.suggester.weights import Weights, read_weights
from copydesk.text import Piece, Quotation, Suggestion

Floats = npt.NDArray[np.float64]
_TOGETHER: Final = 16
"""How many articles are judged together."""


class Guess(NamedTuple):
    """A suggester's label for a unit.

    A named tuple, because one is made for each sentence of a corpus.

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


class Suggester:
    """A trained model, ready to suggest.

    Attributes:
        weights: what its file holds.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights: Final = weights
        labels = len(weights.labels)
        kind = f"u{labels}" if labels in (1, 2, 4, 8) else f"V{labels}"
        # A bucket's weights as one item, which numpy picks faster than a row.
        self._rows = np.ascontiguousarray(weights.table).view(kind).ravel()
        self._scales = np.array(weights.head["scales"])
        self._biases = np.array(weights.head["biases"])

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
        """Suggest a label for each unit of one article, in order; see `suggest_each`."""
        return next(self.suggest_each([Asked(text, pieces, language, quotes, suggested)]))

    def suggest_each(self, articles: Iterable[Asked]) -> Iterator[list[Guess]]:
        """Suggest a label for each unit of each article, in order.

        Articles are taken `_TOGETHER` at a time, which is faster than one by one and gives the
        same.

        Yields:
            For each article its guesses; none in a language that the model has not learnt.
        """
        waiting = iter(articles)
        while some := list(islice(waiting, _TOGETHER)):
            known = [article for article in some if self.weights.knows(article.language)]
            guesses = iter(self._guess(known))
            for article in some:
                units = len(article.units) if self.weights.knows(article.language) else 0
                yield list(islice(guesses, units))

    def _guess(self, articles: Sequence[Asked]) -> list[Guess]:
        """The guesses for all units of some articles in languages that the model has learnt."""
        units = [unit for article in articles for unit in article.units]
        shares = self.probabilities(features(articles, self.weights.bits), len(units))
        first = shares.argmax(axis=1).tolist()
        ranked = np.sort(shares, axis=1)
        top = ranked[:, -1]
        labels = self.weights.labels
        said = zip(units, first, top.tolist(), (top - ranked[:, -2]).tolist(), strict=True)
        return [Guess(unit.start, unit.end, labels[at], p, gap) for unit, at, p, gap in said]

    def probabilities(self, found: Iterable[Grams], units: int) -> Floats:
        """The calibrated probability of each label (columns) for each unit (rows)."""
        head = self.weights.head
        return softmax(self._scores(found, units) / head["temperature"])

    def _scores(self, found: Iterable[Grams], units: int) -> Floats:
        parts = [part for part in found if len(part.rows)]
        labels = len(self.weights.labels)
        scores = np.zeros((units, labels))
        if parts:
            of_part = [np.bincount(part.rows, minlength=units) for part in parts]
            counts = np.concatenate(of_part)
            held = counts.nonzero()[0]
            starts = (counts.cumsum() - counts)[held]
            buckets = np.concatenate([part.buckets for part in parts])
            taken = self._rows.take(buckets).view(np.int8).reshape(len(buckets), -1)
            # Whole numbers, whose sums are exact.
            sums = np.zeros((len(counts), labels), dtype=np.int32)
            sums[held] = np.add.reduceat(taken, starts, axis=0, dtype=np.int32)
            of_unit = sums.reshape(len(parts), units, labels)
            for name, weight in WEIGHTS.items():
                at = [number for number, part in enumerate(parts) if part.group == name]
                scale = weight
                if name in COUNTED:
                    scale = weight / np.sqrt(np.maximum(sum(of_part[number] for number in at), 1))
                scores += sum(of_unit[number] for number in at) * np.reshape(scale, (-1, 1))
        result: Floats = scores * self._scales + self._biases
        return result


def softmax(scores: Floats) -> Floats:
    """Probabilities of scores, by row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Floats = raised / raised.sum(axis=1, keepdims=True)
    return result
