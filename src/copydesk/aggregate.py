"""One label for each sentence from the answers of its annotators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import polars as pl

from copydesk.agreement.units import code_of, need_columns
from copydesk.answers import ANCHOR, is_answer
from copydesk.contract.labels import NEWS
from copydesk.errors import InputError
from copydesk.extras import needs

METHODS: Final = ("majority", "dawid-skene", "mace")

_SENTENCE = ("sentence_id", *ANCHOR)
_NEEDED = (*_SENTENCE, "annotation_id", "annotator", "label", "created_at")
_SAME_POSTERIOR = 1e-9
_DECIDED = ("adjudicator", "reason")
_NOBODY = pl.lit(None, pl.String)


def aggregate(
    answers: pl.DataFrame,
    *,
    method: str = "majority",
    adjudications: pl.DataFrame | None = None,
    labels: Sequence[str] = NEWS.names,
    modelled: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """One row a sentence, in the order of sentence_id; whose answers count is the caller's choice.

    An annotator has one vote: of several answers to a sentence (in several rounds) the last by
    created_at, then annotation_id, counts. Columns given back:

    - sentence_id, article_id, text_sha256 (of the article), start, end
    - label: str, or null where unresolved
    - votes: struct of one Int32 for each label
    - n_annotators: Int32, including those with a flag in place of a label, which counts against
    every label
    - agreement: Float64, max_c votes_c / n_annotators, the share of the commonest label; 1 where
      one person answered, so read it beside n_annotators
    - label_source: single (one answer), unanimous, majority (at least two thirds), adjudicated,
      the method where it is not majority, or unresolved
    - adjudicator, reason: who decided an adjudicated label and why, else null

    Args:
        answers: rows of the annotations table; a null label without a flag is a missing answer.
        method: ``majority``; or ``dawid-skene`` (Dawid and Skene 1979) or ``mace`` (Hovy et al.
            2013) through crowd-kit, which then give every label that is not adjudicated. Two
            labels with the same highest posterior are a tie.
        adjudications: rows sentence_id, label, by, reason, in the order they were made. The last
            for a sentence counts and overrides its votes; a null label leaves it unresolved.
        labels: the labels, in order.
        modelled: what `model_labels` found, where these answers are some of those that it took.

    Raises:
        InputError: a column is missing, a label or method unknown, a sentence_id means two places,
            an adjudicated sentence has no answer, or crowd-kit is not installed.
    """
    if method not in METHODS:
        raise InputError(
            f"There is no aggregation method {method!r}.", hint=f"Choose {', '.join(METHODS)}."
        )
    need_columns(answers, _NEEDED)
    code_of(answers, labels)
    last = _last_answers(answers)
    table = _votes(last, labels)
    _refuse_two_places(table)
    if method == "majority" or not len(table):
        table = table.with_columns(_majority(labels))
    else:
        found = model_labels(answers, method, labels) if modelled is None else modelled
        table = table.join(found, on="sentence_id", how="left", maintain_order="left")
        table = table.with_columns(pl.col("source").fill_null(method))
    if adjudications is None:
        table = table.with_columns(adjudicator=_NOBODY, reason=_NOBODY)
    else:
        table = _adjudicated(table, adjudications, labels)
    return _as_given(table, labels)


def _as_given(table: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    """The columns that `aggregate` gives back."""
    resolved = pl.col("label").is_not_null()
    return table.select(
        *_SENTENCE,
        "label",
        pl.struct(pl.col(_count(label)).cast(pl.Int32).alias(label) for label in labels).alias(
            "votes"
        ),
        pl.col("n_annotators").cast(pl.Int32),
        (_top(labels) / pl.col("n_annotators")).alias("agreement"),
        pl.when(resolved).then("source").otherwise(pl.lit("unresolved")).alias("label_source"),
        *(pl.when(resolved).then(name).otherwise(_NOBODY).alias(name) for name in _DECIDED),
    )


def _last_answers(answers: pl.DataFrame) -> pl.DataFrame:
    return (
        answers.filter(is_answer(answers.columns))
        .with_columns(pl.col("label", "annotator").cast(pl.String))
        .sort("created_at", "annotation_id", nulls_last=False)
        .unique(["sentence_id", "annotator"], keep="last", maintain_order=True)
    )


def _count(label: str) -> str:
    """The column of a label's votes; a label may have the name of another column."""
    return f"votes for {label}"


def _top(labels: Sequence[str]) -> pl.Expr:
    return pl.max_horizontal(map(_count, labels))


def _votes(last: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    votes = [(pl.col("label") == label).sum().alias(_count(label)) for label in labels]
    counted = last.group_by(_SENTENCE).agg(*votes, pl.len().alias("n_annotators"))
    return counted.sort(_SENTENCE)


def _refuse_two_places(table: pl.DataFrame) -> None:
    twice = table.filter(pl.col("sentence_id").is_duplicated())
    if len(twice):
        raise InputError(
            "Answers with this id refer to different offsets or texts.",
            where=str(twice["sentence_id"][0]),
            hint="Bring the answers to one version of the article before they are aggregated.",
        )


def _majority(labels: Sequence[str]) -> list[pl.Expr]:
    top, total = _top(labels), pl.col("n_annotators")
    won = pl.coalesce(
        pl.when(pl.col(_count(label)) == top).then(pl.lit(label)).otherwise(None)
        for label in labels
    )
    # In whole numbers: two thirds of three votes are exactly two, without rounding.
    label = pl.when(top * 3 >= total * 2).then(won).otherwise(None)
    source = (
        pl.when(total == 1)
        .then(pl.lit("single"))
        .when(top == total)
        .then(pl.lit("unanimous"))
        .otherwise(pl.lit("majority"))
    )
    return [label.alias("label"), source.alias("source")]


def model_labels(answers: pl.DataFrame, method: str, labels: Sequence[str]) -> pl.DataFrame:
    """The labels that a model of annotators infers from all their answers.

    Args:
        answers: ``sentence_id``, ``annotation_id``, ``annotator``, ``label`` and ``created_at``.
        method: ``dawid-skene`` or ``mace``.

    Returns:
        ``sentence_id``, ``label`` and ``source`` of each sentence with a label: the label of the
        highest posterior, null if two are tied, and the method.
    """
    with needs("models", f"The method {method}"):
        import pandas as pd

    # Sorted, so that neither the order of the input nor that of the labels' first use matters.
    rows = _last_answers(answers).drop_nulls("label").sort("sentence_id", "annotator")
    columns = {"task": "sentence_id", "worker": "annotator", "label": "label"}
    given = pd.DataFrame({name: rows[column].to_list() for name, column in columns.items()})
    posterior = _model(method)().fit(given).probas_.reindex(columns=list(labels), fill_value=0.0)
    found = []
    for sentence_id, *shares in posterior.itertuples():
        second, first = sorted(shares)[-2:]
        won = None if first - second < _SAME_POSTERIOR else labels[shares.index(first)]
        found.append((sentence_id, won, method))
    schema = {"sentence_id": pl.String, "label": pl.String, "source": pl.String}
    return pl.DataFrame(found, schema=schema, orient="row")


def _model(method: str) -> Callable[[], Any]:
    with needs("models", f"The method {method}"):
        from crowdkit.aggregation import MACE, DawidSkene
    return {"dawid-skene": DawidSkene, "mace": MACE}[method]


def refuse_unanswered(adjudications: pl.DataFrame, answers: pl.DataFrame) -> None:
    """Refuse decisions on sentences without an answer.

    Args:
        adjudications, answers: with ``sentence_id``.

    Raises:
        InputError: there is one.
    """
    decided = adjudications.unique("sentence_id", keep="last", maintain_order=True)
    unknown = decided.join(answers, on="sentence_id", how="anti")
    if len(unknown):
        raise InputError(
            f"This sentence was adjudicated but has no answer ({len(unknown)} such in all).",
            where=str(unknown["sentence_id"][0]),
            hint="Check that answers and adjudications are of the same rounds.",
        )


def _adjudicated(
    table: pl.DataFrame, adjudications: pl.DataFrame, labels: Sequence[str]
) -> pl.DataFrame:
    need_columns(
        adjudications,
        ["sentence_id", "label", "by", "reason"],
        "The adjudications",
        "They need sentence_id, label, by and reason.",
    )
    code_of(adjudications, labels)
    last = adjudications.unique("sentence_id", keep="last", maintain_order=True)
    refuse_unanswered(last, table)
    decided = last.select(
        "sentence_id",
        "reason",
        pl.col("label").cast(pl.String).alias("_decision"),
        pl.col("by").alias("adjudicator"),
    )
    joined = table.join(decided.with_columns(_adjudicated=True), on="sentence_id", how="left")
    was = pl.col("_adjudicated").fill_null(False)
    return joined.with_columns(
        pl.when(was).then("_decision").otherwise("label").alias("label"),
        pl.when(was).then(pl.lit("adjudicated")).otherwise("source").alias("source"),
    )
