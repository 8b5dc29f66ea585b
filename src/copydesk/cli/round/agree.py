"""``copydesk round agree``."""

from __future__ import annotations

from typing import Annotated

import typer

from copydesk.cli.common import CorpusDir, data, find_corpus
from copydesk.cli.round.options import Json, RoundId, emit, verified


def agree(
    round_id: RoundId,
    over_rounds: Annotated[
        bool,
        typer.Option(
            "--over-rounds",
            help="Take in every round, for the trend; the reports go beside the rounds' folders.",
        ),
    ] = False,
    as_json: Json = False,
    corpus: CorpusDir = None,
) -> None:
    """Measure agreement; writes report.json and report.html into the round's folder."""
    from copydesk.agreement.terminal import print_agreement
    from copydesk.rounds.agree import agree as measure

    here = find_corpus(corpus)
    verified(here, round_id)
    found = measure(here, round_id, over_rounds=over_rounds)
    if as_json:
        emit(found.as_document())
        return
    print_agreement(found, data())
