"""Suggestions that learn: a linear model of a corpus's own answers, for any labels and language.

A suggester reads character and word n-grams, the sentences around, the place in the article, and
what the rules find where the language has rules. It is trained with scikit-learn (extra ``train``),
kept in one small file of numbers, and needs only numpy to suggest.
"""

from __future__ import annotations

from copydesk.suggester.features import Asked
from copydesk.suggester.model import Guess, Suggester
from copydesk.suggester.weights import Weights, read_weights

__all__ = ["Asked", "Guess", "Suggester", "Weights", "read_weights"]
