"""Answers that a suggester contradicts: sentences to look at again, the most doubtful first.

Each sentence is judged by the model that was not trained on its event, so that no answer has
influenced the model that doubts it (compare Northcutt et al. 2021, confident learning).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copydesk.errors import InputError
from copydesk.files import read_jsonl
from copydesk.suggester.train import Trained

CONFIDENT: Final = 0.8
"""The least probability of another label at which an answer is doubted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspect:
    """A sentence whose label the model contradicts.

    Args:
        label: what the answers give it.
        suggested: what the model gives it.
        probability: of ``suggested``, calibrated.
        of_label: the probability of ``label``.
    """

    sentence_id: str
    label: str
    suggested: str
    probability: float
    of_label: float


def suspects(trained: Trained, *, confident: float = CONFIDENT) -> list[Suspect]:
    """The sentences whose label the model contradicts, those of the least likely labels first.

    Args:
        confident: the least probability of the other label.
    """
    return sorted(_found(trained, confident), key=lambda s: (s.of_label, s.sentence_id))


def _found(trained: Trained, confident: float) -> Iterator[Suspect]:
    data, shares = trained.data, trained.judged.shares
    scheme = trained.weights.scheme
    best = shares.argmax(axis=1)
    for at, (first, label) in enumerate(zip(best.tolist(), data.labels.tolist(), strict=True)):
        if first == label or shares[at, first] < confident:
            continue
        article = trained.lessons[data.lessons[at]].article_id
        yield Suspect(
            sentence_id=f"{article}.{data.places[at] + 1:03d}",
            label=scheme[label],
            suggested=scheme[first],
            probability=round(float(shares[at, first]), 4),
            of_label=round(float(shares[at, label]), 4),
        )


def read_suspects(path: Path) -> Sequence[str]:
    """The sentences of a file of suspects, in its order.

    Raises:
        InputError: the file is absent, or a line names no sentence.
    """
    found = []
    for number, line in read_jsonl(path):
        name = line.get("sentence_id")
        if not isinstance(name, str):
            raise InputError(
                "This line names no sentence_id.",
                where=f"{path}:{number}",
                hint="Name a file that 'copydesk suggester train --suspects' wrote.",
            )
        found.append(name)
    return found
