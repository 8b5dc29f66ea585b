"""Asking a suggester about the articles of a corpus, and how unsure it is of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.suggester.features import Asked
from copydesk.suggester.model import Suggester
from copydesk.suggester.weights import SUFFIX
from copydesk.text import Piece

if TYPE_CHECKING:
    import polars as pl

_PRIOR: Final = 10
"""Smoothing: sentences of average doubt added to each article's own."""


def find(corpus: Corpus, name: str) -> Suggester:
    """The suggester of a name or in a file, if it is for the corpus's labels.

    Args:
        name: of one in ``annotations/suggesters``, or a path.

    Raises:
        InputError: it is not there, cannot be read, or is for other labels.
    """
    path = Path(name)
    kept = corpus.suggester_path(name)
    if kept.is_file() or (path.name == name and not path.is_file() and path.suffix != SUFFIX):
        path = kept
    model = Suggester.read(path)
    model.weights.check_scheme(corpus.scheme.names)
    return model


def again(corpus: Corpus, annotator: str, *, what: str) -> Suggester:
    """The suggester that a release or a plan names by its pseudonym.

    Args:
        what: what names it, for the error, such as "round 'pilot'".

    Raises:
        InputError: it is not in ``annotations/suggesters``, or another one has its name there.
    """
    path = corpus.suggester_path(annotator.rpartition("-")[0])
    hint = "Restore its file: no other suggester can make these suggestions."
    if not path.is_file():
        raise InputError(
            f"The suggester '{annotator}' of {what} is not here.", where=str(path), hint=hint
        )
    model = Suggester.read(path)
    if model.weights.annotator != annotator:
        raise InputError(
            f"This is '{model.weights.annotator}', and not '{annotator}' of {what}.",
            where=str(path),
            hint=hint,
        )
    return model


def ask(model: Suggester, articles: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """A suggester's labels for every sentence of some articles.

    Args:
        articles: rows with ``article_id``, ``text``, ``pieces`` and ``language``, as built.

    Returns:
        ``sentence_id``, ``label``, ``probability`` and ``margin``; nothing of articles in a
        language that it has not learnt.
    """
    import polars as pl

    def read(article: Mapping[str, Any]) -> Asked:
        names.append(article["article_id"])
        pieces = [Piece(**piece) for piece in article["pieces"]]
        return Asked(article["text"], pieces, article["language"])

    names: list[str] = []
    rows = []
    for number_of, guesses in enumerate(model.suggest_each(map(read, articles))):
        name = names[number_of]
        rows += [
            (f"{name}.{number:03d}", guess.label, guess.probability, guess.margin)
            for number, guess in enumerate(guesses, start=1)
        ]
    schema = {
        "sentence_id": pl.String,
        "label": pl.String,
        "probability": pl.Float64,
        "margin": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def doubt(margins: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """How unsure a suggester is of each article: the mean doubt of its sentences, 1 - margin.

    The mean of a short article is shrunk towards that of all, so that two odd lines do not make an
    odd article.

    Args:
        margins: of the sentences of each article.
    """
    every = [1 - margin for found in margins.values() for margin in found]
    middle = sum(every) / len(every) if every else 0.0
    return {
        name: (sum(1 - margin for margin in found) + _PRIOR * middle) / (len(found) + _PRIOR)
        for name, found in margins.items()
    }


def spread(doubts: Mapping[str, float], events: Mapping[str, str]) -> list[str]:
    """Articles, the most doubtful first, one of each event before a second of any.

    Args:
        doubts: of each article; where two are alike, the order here decides.
        events: of each article.
    """
    ranked = sorted(doubts, key=lambda name: -doubts[name])
    taken: dict[str, int] = {}
    turns = {}
    for name in ranked:
        turns[name] = taken.get(events[name], 0)
        taken[events[name]] = turns[name] + 1
    return sorted(ranked, key=lambda name: turns[name])
