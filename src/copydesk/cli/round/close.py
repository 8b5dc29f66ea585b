"""``copydesk round close``."""

from __future__ import annotations

from typing import Annotated

import typer

from copydesk.cli.common import CorpusDir, find_corpus, words
from copydesk.cli.round.options import Json, RoundId, emit, verified


def close(
    round_id: RoundId,
    despite: Annotated[
        str, typer.Option(metavar="REASON", help="Close it although it is not complete.")
    ] = "",
    as_json: Json = False,
    corpus: CorpusDir = None,
) -> None:
    """Freeze a round with a digest of its files; later pulls are refused."""
    from copydesk.rounds.close import close as freeze

    found = find_corpus(corpus)
    verified(found, round_id)
    done = freeze(found, round_id, despite=despite)
    if as_json:
        emit(done)
    words().print(
        f"Round {round_id} is closed with {done['answers']:,} answers to {done['sentences']:,} "
        f"sentences, {done['unresolved']} of them unresolved. Digest {done['digest'][:16]}."
    )
