"""``copydesk round agree``."""

from __future__ import annotations

from typing import Annotated

import typer

from copydesk.cli.common import CorpusDir, data, find_corpus, words
from copydesk.cli.round.options import Json, RoundId, emit, verified


def agree(
    round_id: RoundId,
    over_rounds: Annotated[
        bool,
        typer.Option(
            "--over-rounds",
            help="Measure every round, to show the trend; reports go beside the rounds' folders.",
        ),
    ] = False,
    as_json: Json = False,
    corpus: CorpusDir = None,
) -> None:
    """Measure agreement; writes report.json and report.html into the round's folder."""
    from copydesk.agreement.terminal import print_agreement
    from copydesk.release.agreed import alpha_min
    from copydesk.rounds.agree import agree as measure
    from copydesk.rounds.paths import RoundFolder

    here = find_corpus(corpus)
    verified(here, round_id)
    found = measure(here, round_id, over_rounds=over_rounds)
    if as_json:
        emit(found.as_document())
        return
    print_agreement(found, data())
    folder = RoundFolder(here, round_id)
    if folder.closed.exists() and not over_rounds:
        words().print("The round is closed: its reports are as they were.")
    place = here.rounds if over_rounds else folder.path
    words().print(f"The report is in {place / 'report.html'}", markup=False)
    least = alpha_min(here)
    if found.alpha.value is not None and found.alpha.value < least:
        words().print(
            f"Alpha is below {least:g}: 'release cut' refuses these answers "
            "('alpha_min' under [checks] in copydesk.toml).",
            markup=False,
        )
