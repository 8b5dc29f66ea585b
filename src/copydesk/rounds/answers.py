"""The answers of rounds as a table, for agreement, planning and releases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from copydesk.corpus import Corpus
from copydesk.rounds.log import Answer
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Plan, read_plan
from copydesk.rounds.record import read_state

if TYPE_CHECKING:
    import polars as pl


def round_ids(corpus: Corpus, *, closed: bool = False) -> list[str]:
    """The rounds of a corpus in the order of their planning; only closed ones if asked."""
    folders = [RoundFolder(corpus, p.parent.name) for p in corpus.rounds.glob("*/round.json")]
    plans = [(read_plan(f).created_at, f) for f in folders if not closed or f.closed.exists()]
    return [folder.round for _, folder in sorted(plans, key=lambda p: (p[0], p[1].round))]


def answers_of(corpus: Corpus, rounds: Sequence[str] | None = None) -> pl.DataFrame:
    """The current answers of rounds (all, by default): columns of `copydesk.answers.ANSWERS`."""
    from copydesk.answers import ANSWERS

    names = round_ids(corpus) if rounds is None else rounds
    rows: list[dict[str, Any]] = []
    for name in names:
        round = open_round(corpus, name)
        rows += _rows(round.plan, read_state(round).answers.values())
    return as_frame(rows, ANSWERS)


def _rows(plan: Plan, answers: Iterable[Answer]) -> Iterator[dict[str, Any]]:
    places = {anchor.sentence_id: (article, anchor) for article, anchor in plan.anchors()}
    for answer in answers:
        article, anchor = places[answer.sentence_id]
        yield {
            "annotation_id": f"{answer.sentence_id}.{plan.round}.{answer.annotator}",
            "sentence_id": answer.sentence_id,
            "article_id": article.article_id,
            "text_sha256": article.text_sha256,
            "start": anchor.start,
            "end": anchor.end,
            "zone": anchor.zone,
            "annotator": answer.annotator,
            "annotator_kind": plan.kinds[answer.annotator],
            "round": plan.round,
            "arm": answer.arm,
            "label": answer.label,
            "created_at": answer.created_at,
            "lead_time_s": answer.lead_time_s,
            "guidelines_version": plan.guidelines_at(answer.updated_at or answer.created_at),
            "flag": answer.flag,
        }


def as_frame(rows: list[dict[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    """Rows with ISO 8601 times as a table of a schema."""
    import polars as pl

    times = [name for name, kind in schema.items() if isinstance(kind, pl.Datetime)]
    loose = {n: pl.String() if n in times else k for n, k in schema.items()}
    frame = pl.DataFrame(rows, schema=loose)
    return frame.with_columns(
        pl.col(name).str.to_datetime("%+", time_unit="us", time_zone="UTC") for name in times
    )
