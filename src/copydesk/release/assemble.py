"""The rows of a release, from what was built and what was answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

import polars as pl
import pyarrow as pa

from copydesk.aggregate import aggregate, model_labels, refuse_unanswered
from copydesk.answers import ANCHOR, DECIDERS, Labelling, anchored
from copydesk.contract.arrow import arrow_schema, as_table
from copydesk.contract.tables import CURRENT, Contract
from copydesk.errors import InputError
from copydesk.release.crossing import crossing_events
from copydesk.release.draft import Draft, Tables
from copydesk.release.near import sketched
from copydesk.release.parts import Part
from copydesk.release.splits import draw_splits, tied, ties

_SHOWN = 5

Labels = Callable[[Part], Labelling]
"""Gives the answers and decisions on the sentences of a part, by the ids that they have there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assembled:
    """The tables of a release before they are written.

    Args:
        tables: by (table, split), in the contract's order; none is empty.
        splits: the split of each event.
        annotators: kind by pseudonym.
        adjudicators: the same of those who decided what the answers left open.
        rounds: whose answers are in it.
        guidelines_version: that the latest answers followed; None if none did.
        notes: what a reader must know of these rounds, see `copydesk.answers.Labelling`.
        unlabelled: articles that nobody has labelled, which are left out.
        near: sentences that are nearly the same in two splits, see `near_sentences`; None where
            all splits were known and no search was made.
    """

    tables: Tables
    splits: Mapping[str, str]
    annotators: Mapping[str, str]
    adjudicators: Mapping[str, str]
    rounds: tuple[str, ...]
    notes: tuple[dict[str, Any], ...]
    guidelines_version: str | None
    unlabelled: tuple[str, ...]
    near: pl.DataFrame | None = None


@dataclass(kw_only=True)
class _Seen:
    """What accumulates from part to part."""

    labelled: int = 0
    unlabelled: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)
    annotators: dict[str, str] = field(default_factory=dict)
    adjudicators: dict[str, str] = field(default_factory=dict)
    guidelines: tuple[datetime, str] | None = None


def assemble(
    parts: Iterable[Part],
    labels: Labels,
    *,
    method: str,
    kept_splits: Mapping[str, str],
    split_options: Mapping[str, Any],
    near: float,
    version: str,
    contract: Contract,
) -> Assembled:
    """Join built tables with the answers into the five tables of a release, a part at a time.

    Args:
        parts: read once, or twice where the method needs all answers at once.
        method: of aggregation, see `copydesk.aggregate.aggregate`.
        kept_splits: the split of each event of the previous release.
        split_options: ``shares`` and ``seed`` for `draw_splits`.
        near: similarity from which two sentences may not stand in two splits.
        version: goes into the metadata of every table.
        contract: the tables to make, and the labels.

    Raises:
        InputError: a sentence is unresolved, or an article is labelled in part.
    """
    draft, seen = Draft(contract, version), _Seen()
    modelled = None if method == "majority" else _modelled(parts, labels, method, contract)
    for part in parts:
        said = labels(part)
        draft.add(_frames(part, said, method, modelled, contract, seen))
    _refuse_unsettled(seen, said)
    splits, alike = _splits(draft, kept_splits, split_options, near)
    return Assembled(
        tables=draft.by_split(splits),
        splits=dict(sorted(splits.items())),
        annotators=dict(sorted(seen.annotators.items())),
        adjudicators=dict(sorted(seen.adjudicators.items())),
        rounds=said.rounds,
        notes=said.notes,
        guidelines_version=seen.guidelines[1] if seen.guidelines else None,
        unlabelled=tuple(sorted(seen.unlabelled)),
        near=alike,
    )


def _frames(
    part: Part,
    said: Labelling,
    method: str,
    modelled: pl.DataFrame | None,
    contract: Contract,
    seen: _Seen,
) -> dict[str, pl.DataFrame]:
    """The rows of one part's articles, with their event and, where it is needed, their text."""
    sentences, answers = part["sentences"], said.answers
    counted = aggregate(
        answers,
        method=method,
        adjudications=said.adjudications,
        labels=contract.scheme.names,
        modelled=modelled,
    )
    counted = counted.select("sentence_id", *contract["sentences"].made_by("aggregate"))
    labelled = _labelled(sentences, counted, seen)
    taken = labelled["article_id"].unique()
    articles, quotes = _of(part["articles"], taken), _of(part["quotes"], taken)
    _note(seen, sentences, taken, said)
    given = articles.select("article_id", "redistributable")
    number = _label_number(contract)
    return {
        **_sentence_tables(labelled.join(given, on="article_id").with_columns(number)),
        "articles": _articles(articles),
        "annotations": _annotations(answers, labelled).with_columns(number),
        "quotes": quotes.join(given, on="article_id").sort(
            "article_id", "start", maintain_order=True
        ),
    }


def anchored_labels(labelling: Labelling, parts: Iterable[Part]) -> Labels:
    """The answers and decisions of rounds, with the ids that their sentences have in this build.

    Raises:
        IntegrityError: an answer refers to no sentence.
        InputError: a decision is about a sentence that nobody answered.
    """
    said = (labelling.answers, labelling.adjudications, labelling.struck)
    places = pl.concat(rows.select(ANCHOR) for rows in said).unique()
    sentences = pl.concat(
        part["sentences"].select(*ANCHOR, "sentence_id").join(places, on=ANCHOR, how="semi")
        for part in parts
    )
    gone = labelling.struck.join(sentences, on=ANCHOR, how="anti")
    answers, decided = (
        anchored(rows.join(gone, on=ANCHOR, how="anti"), sentences, what=what)
        for rows, what in (
            (labelling.answers, "answers"),
            (labelling.adjudications, "adjudications"),
        )
    )
    refuse_unanswered(decided, answers)
    deciders = labelling.adjudications.select(DECIDERS.names()).unique()
    whole = replace(labelling, answers=answers, adjudications=decided, deciders=deciders)
    return lambda part: whole.about(part["articles"]["article_id"])


def _modelled(
    parts: Iterable[Part], labels: Labels, method: str, contract: Contract
) -> pl.DataFrame | None:
    columns = ("sentence_id", "annotation_id", "annotator", "label", "created_at", "flag")
    answers = pl.concat(labels(part).answers.select(columns) for part in parts)
    return model_labels(answers, method, contract.scheme.names) if answers.height else None


def _note(seen: _Seen, sentences: pl.DataFrame, taken: pl.Series, said: Labelling) -> None:
    seen.unlabelled += set(sentences["article_id"]) - set(taken)
    seen.annotators |= _kinds(said.answers, "annotator", "annotator_kind")
    seen.adjudicators |= _kinds(_of(said.deciders, taken), "by", "by_kind")
    followed = said.answers.filter(pl.col("guidelines_version").is_not_null())
    if followed.height:
        last = followed.sort("created_at").select("created_at", "guidelines_version").row(-1)
        seen.guidelines = max(seen.guidelines or last, last, key=lambda found: found[0])


def _of(rows: pl.DataFrame, articles: pl.Series) -> pl.DataFrame:
    return rows.filter(pl.col("article_id").is_in(articles.implode()))


def _splits(
    draft: Draft, kept: Mapping[str, str], options: Mapping[str, Any], near: float
) -> tuple[dict[str, str], pl.DataFrame | None]:
    """The split of each event; one of several collections takes that of its first article.

    Also returned are the near-duplicates that are still in two splits, if they were searched for.
    Drawn again while new events share text across splits, each time with these events tied.
    """
    units = draft.units("event").group_by("event").len().collect(engine="streaming")
    articles = draft.scan("articles", "article_id", "event", "collection", "text_sha256").collect()
    first = articles.unique("event", keep="first", maintain_order=True)
    collections = dict(first.select("event", "collection").iter_rows())
    given = draft.scan("sentences", "sentence_id", "article_id", "index", "event", "text")
    together = ties(draft.units("event", "text"))
    draw = partial(
        draw_splits, dict(units.iter_rows()), kept=kept, collections=collections, **options
    )
    drawn = draw(tied=together)
    if drawn.keys() <= kept.keys():
        return drawn, None
    with sketched(given) as sketches:
        while True:
            pairs, alike = crossing_events(sketches, given, articles, drawn, near)
            more = tied([*together.items(), *pairs])
            if more == together:
                return drawn, alike
            together = more
            drawn = draw(tied=together)


def _kinds(rows: pl.DataFrame, name: str, kind: str) -> dict[str, str]:
    return dict(rows.select(name, kind).unique().sort(name).iter_rows())


def _labelled(sentences: pl.DataFrame, aggregated: pl.DataFrame, seen: _Seen) -> pl.DataFrame:
    """Sentences with their labels; what is not settled is left out, and noted."""
    rows = sentences.join(aggregated, on="sentence_id", how="left", maintain_order="left")
    answered = rows.filter(pl.col("n_annotators").is_not_null())["article_id"].unique()
    rows = _of(rows, answered)
    seen.labelled += rows.height
    seen.gaps.extend(rows.filter(pl.col("n_annotators").is_null())["sentence_id"])
    settled = rows.filter(pl.col("label").is_not_null())
    open = rows.filter(pl.col("n_annotators").is_not_null() & pl.col("label").is_null())
    seen.unresolved.extend(open["sentence_id"])
    return settled


def _refuse_unsettled(seen: _Seen, said: Labelling) -> None:
    if not seen.labelled and said.by_machine and seen.unlabelled:
        raise InputError(
            f"There are no suggestions in the language of {len(seen.unlabelled)} articles.",
            where=f"article '{min(seen.unlabelled)}'",
            hint="Have these articles labelled in a round, or leave them out of the corpus.",
        )
    if not seen.labelled and said.by_machine:
        raise InputError(
            "No article of this corpus has a sentence that can have a label.",
            hint="Add articles with running text: titles, tables and notes get no label.",
        )
    if not seen.labelled:
        raise InputError(
            "No sentence has an answer yet.",
            hint="Run a round with 'copydesk round new', or cut with --labels rule.",
        )
    if seen.gaps:
        raise InputError(
            f"{len(seen.gaps)} sentences of articles that are being labelled have no answer: "
            f"{_listed(seen.gaps)}.",
            hint="Have them answered in a round, or leave the round out.",
        )
    if seen.unresolved:
        raise InputError(
            f"{len(seen.unresolved)} sentences are unresolved: {_listed(seen.unresolved)}.",
            hint="Settle them with 'copydesk round adjudicate' before their round is closed. Where "
            "closed rounds contradict each other, leave one out (--round names those to take), or "
            "have the articles answered in a further round and decide there.",
        )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _sentence_tables(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    rows = rows.sort("article_id", "index")
    given = rows.filter("redistributable")
    withheld = rows.filter(~pl.col("redistributable")).with_columns(
        _sha256(pl.col("text")).alias("text_sha256")
    )
    return {"sentences": given, "standoff": withheld}


def _articles(rows: pl.DataFrame) -> pl.DataFrame:
    given = pl.col("redistributable")
    return rows.sort("article_id").with_columns(
        pl.when(given).then(pl.col(name)).alias(name) for name in ("title", "attribution", "text")
    )


def _annotations(answers: pl.DataFrame, labelled: pl.DataFrame) -> pl.DataFrame:
    place = labelled.select("sentence_id", "event", "index")
    return answers.join(place, on="sentence_id").sort(
        "article_id", "index", "annotator", "round", "annotation_id"
    )


def _label_number(contract: Contract) -> pl.Expr:
    numbers = {label: number for number, label in enumerate(contract.scheme.names)}
    return pl.col("label").replace_strict(numbers, return_dtype=pl.Int64)


def _sha256(texts: pl.Expr) -> pl.Expr:
    from copydesk.files import sha256_text

    return texts.map_elements(sha256_text, return_dtype=pl.String)


def to_arrow(
    frame: pl.DataFrame, table: str, contract: Contract = CURRENT, *, version: str
) -> pa.Table:
    """A data frame as a table of the release, in its exact schema."""
    return as_table(frame, arrow_schema(table, contract, metadata={"version": version}))
