"""The rows of a release, from what was built and what was answered. Pure: no file is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from copydesk.aggregate import aggregate
from copydesk.answers import ANCHOR, Labelling, anchored
from copydesk.contract.arrow import arrow_schema
from copydesk.contract.columns import SPLITS
from copydesk.contract.tables import CURRENT, Contract
from copydesk.errors import InputError
from copydesk.release.crossing import crossing_events
from copydesk.release.splits import draw_splits, tied, ties
from copydesk.utterances import relate

_SHOWN = 5


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
    """

    tables: Mapping[tuple[str, str], pa.Table]
    splits: Mapping[str, str]
    annotators: Mapping[str, str]
    adjudicators: Mapping[str, str]
    rounds: tuple[str, ...]
    notes: tuple[dict[str, Any], ...]
    guidelines_version: str | None
    unlabelled: tuple[str, ...]


def assemble(
    *,
    articles: pl.DataFrame,
    sentences: pl.DataFrame,
    quotes: pl.DataFrame,
    labelling: Labelling,
    method: str,
    kept_splits: Mapping[str, str],
    split_options: Mapping[str, Any],
    near: float,
    version: str,
    contract: Contract,
) -> Assembled:
    """Join built tables with the answers into the five tables of a release.

    Args:
        articles, sentences, quotes: as `copydesk.build.read_built` gives them; sentences also with
            ``text_sha256`` of their article.
        method: of aggregation, see `copydesk.aggregate.aggregate`.
        kept_splits: the split of each event of the previous release.
        split_options: ``shares`` and ``seed`` for `draw_splits`.
        near: similarity from which two sentences may not stand in two splits.
        version: goes into the metadata of every table.
        contract: the tables to make, and the labels.

    Raises:
        InputError: a sentence is unresolved, or an article is labelled in part.
        IntegrityError: an answer refers to no sentence.
    """
    gone = labelling.struck.join(sentences, on=ANCHOR, how="anti")
    answers = _anchored(labelling.answers, gone, sentences, what="answers")
    decided = _anchored(labelling.adjudications, gone, sentences, what="adjudications")
    labelled = _labelled(sentences, _votes(answers, decided, method, contract))
    taken = labelled["article_id"].unique()
    articles, quotes = _of(articles, taken), _of(quotes, taken)
    unlabelled = tuple(sorted(set(sentences["article_id"]) - set(taken)))
    splits = _splits(labelled, articles, kept_splits, split_options, near)
    given = articles.select("article_id", "redistributable")
    number = _label_number(contract)
    frames = {
        **_sentence_tables(labelled.join(given, on="article_id").with_columns(number)),
        "articles": _articles(articles),
        "annotations": _annotations(answers, labelled).with_columns(number),
        "quotes": _quotes(quotes, given),
    }
    return Assembled(
        tables=_by_split(frames, splits, version, contract),
        splits=dict(sorted(splits.items())),
        annotators=_kinds(answers, "annotator", "annotator_kind"),
        adjudicators=_kinds(_of(labelling.adjudications, taken), "by", "by_kind"),
        rounds=labelling.rounds,
        notes=labelling.notes,
        guidelines_version=_latest_guidelines(answers),
        unlabelled=unlabelled,
    )


def _anchored(
    rows: pl.DataFrame, gone: pl.DataFrame, sentences: pl.DataFrame, *, what: str
) -> pl.DataFrame:
    """Answers or adjudications with the ids of this build, without those to struck sentences."""
    return anchored(rows.join(gone, on=ANCHOR, how="anti"), sentences, what=what)


def _of(rows: pl.DataFrame, articles: pl.Series) -> pl.DataFrame:
    return rows.filter(pl.col("article_id").is_in(articles.implode()))


def _splits(
    labelled: pl.DataFrame,
    articles: pl.DataFrame,
    kept: Mapping[str, str],
    options: Mapping[str, Any],
    near: float,
) -> dict[str, str]:
    """The split of each event; one of several collections takes that of its first article.

    Drawn again while new events share text across splits, each time with these events tied.
    """
    given = articles.select("article_id", "redistributable")
    rows = labelled.join(given, on="article_id", maintain_order="left")
    together = ties(labelled)
    while True:
        drawn = _drawn(labelled, articles, kept, options, together)
        if drawn.keys() <= kept.keys():
            return drawn
        more = tied([*together.items(), *crossing_events(rows, drawn, near)])
        if more == together:
            return drawn
        together = more


def _drawn(
    labelled: pl.DataFrame,
    articles: pl.DataFrame,
    kept: Mapping[str, str],
    options: Mapping[str, Any],
    together: Mapping[str, str],
) -> dict[str, str]:
    units = labelled.group_by("event").len()
    collections = articles.sort("article_id").unique("event", keep="first", maintain_order=True)
    return draw_splits(
        dict(units.iter_rows()),
        kept=kept,
        tied=together,
        collections=dict(collections.select("event", "collection").iter_rows()),
        **options,
    )


def _kinds(rows: pl.DataFrame, name: str, kind: str) -> dict[str, str]:
    return dict(rows.select(name, kind).unique().sort(name).iter_rows())


def _latest_guidelines(answers: pl.DataFrame) -> str | None:
    versions = answers.filter(pl.col("guidelines_version").is_not_null()).sort("created_at")
    return versions["guidelines_version"][-1] if versions.height else None


def _votes(
    answers: pl.DataFrame, decided: pl.DataFrame, method: str, contract: Contract
) -> pl.DataFrame:
    labels = contract.scheme.names
    counted = aggregate(answers, method=method, adjudications=decided, labels=labels)
    return counted.select("sentence_id", *contract["sentences"].made_by("aggregate"))


def _labelled(sentences: pl.DataFrame, aggregated: pl.DataFrame) -> pl.DataFrame:
    """Sentences with their labels; refuses what is not settled."""
    rows = sentences.join(aggregated, on="sentence_id", how="left", maintain_order="left")
    answered = rows.filter(pl.col("n_annotators").is_not_null())["article_id"].unique()
    rows = rows.filter(pl.col("article_id").is_in(answered.implode()))
    if rows.is_empty():
        raise InputError(
            "No sentence has an answer yet.",
            hint="Run a round with 'copydesk round new', or cut with --labels rule.",
        )
    gaps = rows.filter(pl.col("n_annotators").is_null())["sentence_id"].to_list()
    if gaps:
        raise InputError(
            f"{len(gaps)} sentences of articles that are being labelled have no answer: "
            f"{_listed(gaps)}.",
            hint="Have them answered in a round, or leave the round out.",
        )
    unresolved = rows.filter(pl.col("label").is_null())["sentence_id"].to_list()
    if unresolved:
        raise InputError(
            f"{len(unresolved)} sentences are unresolved: {_listed(unresolved)}.",
            hint="Settle them with 'copydesk round adjudicate' before their round is closed. Where "
            "closed rounds contradict each other, leave one out (--round names those to take), or "
            "have the articles answered in a further round and decide there.",
        )
    return rows


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


def _quotes(rows: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    rows = rows.join(relate(rows), on="quote_id", how="left").join(given, on="article_id")
    return rows.sort("article_id", "start").with_columns(
        pl.when(pl.col("redistributable")).then(pl.col("text")).alias("text"),
        *(
            pl.when(pl.col(name).is_not_null())
            .then(
                pl.col(name).struct.with_fields(
                    pl.when(pl.col("redistributable"))
                    .then(pl.col(name).struct.field("text"))
                    .alias("text")
                )
            )
            .alias(name)
            for name in ("speaker", "source")
            if name in rows.columns
        ),
    )


def _label_number(contract: Contract) -> pl.Expr:
    numbers = {label: number for number, label in enumerate(contract.scheme.names)}
    return pl.col("label").replace_strict(numbers, return_dtype=pl.Int64)


def _sha256(texts: pl.Expr) -> pl.Expr:
    from copydesk.files import sha256_text

    return texts.map_elements(sha256_text, return_dtype=pl.String)


def _by_split(
    frames: Mapping[str, pl.DataFrame],
    splits: Mapping[str, str],
    version: str,
    contract: Contract,
) -> dict[tuple[str, str], pa.Table]:
    event = frames["articles"].select("article_id", "event")
    tables = {}
    for name in contract.tables:
        frame = frames[name]
        if "event" not in frame.columns:
            frame = frame.join(event, on="article_id", maintain_order="left")
        place = frame["event"].replace_strict(splits, return_dtype=pl.String)
        for split in SPLITS:
            part = frame.filter(place == split)
            if part.height:
                tables[name, split] = to_arrow(part, name, contract, version=version)
    return tables


def to_arrow(
    frame: pl.DataFrame, table: str, contract: Contract = CURRENT, *, version: str
) -> pa.Table:
    """A data frame as a table of the release, in its exact schema."""
    schema = arrow_schema(table, contract, metadata={"version": version})
    columns = frame.select(schema.names).to_arrow(compat_level=pl.CompatLevel.oldest())
    return pa.Table.from_arrays(
        [columns[n].combine_chunks().cast(schema.field(n).type) for n in schema.names],
        schema=schema,
    )
