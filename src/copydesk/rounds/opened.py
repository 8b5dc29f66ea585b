"""A round with what every verb needs of it: its files, its plan, and the labels it asks for."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.contract.labels import Scheme
from copydesk.corpus import Corpus
from copydesk.errors import IntegrityError
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Plan, read_plan


@dataclass(frozen=True)
class Round:
    """One round of a corpus, read once."""

    corpus: Corpus
    folder: RoundFolder
    plan: Plan

    @functools.cached_property
    def scheme(self) -> Scheme:
        """The labels that annotators choose from.

        Raises:
            IntegrityError: the corpus has other labels than when the round was planned.
        """
        scheme = self.corpus.scheme
        if scheme.names != self.plan.labels:
            raise IntegrityError(
                f"Round '{self.plan.round}' was planned with other labels than the corpus has "
                f"({', '.join(self.plan.labels)}).",
                where=str(self.corpus.root / "schema" / "labels.json"),
                hint="Restore labels.json, or plan a new round.",
            )
        return scheme

    @functools.cached_property
    def given(self) -> frozenset[str]:
        """The articles whose text may be given."""
        return frozenset(a.article_id for a in self.corpus.articles() if a.redistributable)


def open_round(corpus: Corpus, round_id: str) -> Round:
    """Read a round's plan.

    Raises:
        InputError: there is no such round, or its plan breaks its schema.
    """
    folder = RoundFolder(corpus, round_id)
    return Round(corpus, folder, read_plan(folder))


@contextlib.contextmanager
def changing(corpus: Corpus, round_id: str) -> Iterator[Round]:
    """Read a round to change it, while others may change other rounds, but not the corpus.

    Raises:
        InputError: see `open_round`, or another verb still writes to the corpus.
        RoundBusyError: another process is at work on the round.
    """
    with corpus.lock(shared=True):
        round = open_round(corpus, round_id)
        with round.folder.lock():
            yield round
