"""What closed rounds say of a release's labels: their answers and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copydesk.corpus import Corpus
from copydesk.rounds.answers import answers_of, as_frame, round_ids
from copydesk.rounds.close import check_closed
from copydesk.rounds.decisions import decisions_of
from copydesk.rounds.folder import RoundFolder

if TYPE_CHECKING:
    from copydesk.answers import Labelling


def labelling(corpus: Corpus, rounds: Sequence[str] | None = None) -> Labelling:
    """What the answers of rounds say of a release's labels.

    Args:
        rounds: their ids; by default all closed rounds.

    Raises:
        InputError: a round is unknown.
        IntegrityError: a closed round's files are not those that it was closed with.
    """
    from copydesk.answers import ADJUDICATIONS, Labelling

    names = round_ids(corpus, closed=True) if rounds is None else list(rounds)
    for name in names:
        check_closed(RoundFolder(corpus, name))
    decided = [line for name in names for line in decisions_of(RoundFolder(corpus, name))]
    rows = [{column: line[column] for column in ADJUDICATIONS} for line in decided]
    return Labelling(
        answers=answers_of(corpus, names),
        adjudications=as_frame(rows, ADJUDICATIONS),
        rounds=tuple(names),
    )
