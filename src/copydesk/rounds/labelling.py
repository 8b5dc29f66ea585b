"""What closed rounds contribute to a release's labels: their answers and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copydesk.corpus import Corpus
from copydesk.recorded import struck
from copydesk.rounds.answers import answers_of, as_frame, round_ids
from copydesk.rounds.close import check_closed
from copydesk.rounds.consistency import Codecs, verify
from copydesk.rounds.decisions import standing
from copydesk.rounds.notes import notes_of
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import read_plan

if TYPE_CHECKING:
    from copydesk.answers import Labelling


def labelling(corpus: Corpus, rounds: Sequence[str] | None = None, *, codecs: Codecs) -> Labelling:
    """What rounds contribute to a release's labels.

    Of an annotator who answered a sentence again in a follow-up round the newest answer counts, and
    decisions on answers that changed in it are left out.

    Args:
        rounds: their ids; by default all closed rounds of the corpus that are not trials.
        codecs: what the raw answers of each backend mean.

    Raises:
        InputError: a round is unknown.
        IntegrityError: a closed round's files changed since it was closed, or contradict its
            archives.
    """
    from copydesk.answers import ADJUDICATIONS, STRUCK, Labelling

    closed = (name for name in round_ids(corpus, closed=True) if name not in corpus.trials)
    names = list(closed if rounds is None else rounds)
    for name in names:
        check_closed(RoundFolder(corpus, name))
        verify(open_round(corpus, name), codecs)
    decided, _ = standing(corpus, [read_plan(RoundFolder(corpus, name)) for name in names])
    rows = [{column: line.get(column) for column in ADJUDICATIONS} for line in decided]
    return Labelling(
        answers=answers_of(corpus, names),
        adjudications=as_frame(rows, ADJUDICATIONS),
        rounds=tuple(names),
        struck=as_frame(
            [dict(zip(STRUCK, place, strict=True)) for place in struck(corpus)], STRUCK
        ),
        notes=tuple(
            note
            for name in names
            if (note := notes_of(open_round(corpus, name)).published()) is not None
        ),
    )
