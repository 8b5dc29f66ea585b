"""Everything that ``round agree`` reports about a set of answers, as plain data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from copydesk.agreement.alpha import (
    Alpha,
    Bootstrap,
    alpha_across,
    coincidences,
    krippendorff_alpha,
)
from copydesk.agreement.annotators import Against, Pair, against_gold, against_rest, pairs
from copydesk.agreement.arms import Arms, arms
from copydesk.agreement.disputed import Disputed, most_disputed
from copydesk.agreement.flags import Flags, count_flags
from copydesk.agreement.models import ModelReport
from copydesk.agreement.units import code_of, count_matrix, need_columns, prepare
from copydesk.contract.labels import NEWS
from copydesk.errors import InputError

GROUPS = ("zone", "collection", "event", "round", "guidelines_version", "arm", "annotator_kind")
"""Columns that alpha is broken down by, if the answers have them."""

IN_ORDER_OF_TIME = ("round", "guidelines_version")
"""Columns whose values stand in the order of their first answer: the trend."""

OVER_ROUNDS = (
    "A sentence that several rounds asked about counts once in each of them, with the answers of "
    "that round: an answer that a later round replaced still counts in its own."
)
"""How sentences are counted where the answers are of several rounds."""


@dataclass(frozen=True, kw_only=True)
class Annotator:
    """One annotator's part: how many answers, and of which label."""

    annotator: str
    kind: str
    answers: int
    labels: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Alpha among the answers that share ``value`` in a column."""

    value: str
    alpha: Alpha
    per_label: dict[str, Alpha]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """The agreement of a set of answers; ``schema/agreement.schema.json`` describes its JSON.

    A unit is a sentence of a round. ``coincidences`` is Krippendorff's matrix over all units
    (labels x labels, rows sum to the pairable answers of a label). ``groups`` maps a column to
    its values: rounds and guideline versions in the order of their first answer (the trend),
    others by name. ``arms`` is None when no answered sentence has a suggestion.
    ``disputed_sentences`` counts all disputed ones, ``disputed`` lists the most disputed.
    ``models`` holds each model against people, ``across`` alpha between people and models; it is
    None unless both answered. ``notes`` are the notes on each round's figures. ``flags`` is None
    when no answer has one; see
    `copydesk.agreement.flags` for how flags are counted beside labels.
    """

    labels: tuple[str, ...]
    answers: int
    sentences: int
    articles: int
    bootstrap: Bootstrap
    annotators: tuple[Annotator, ...]
    alpha: Alpha
    per_label: dict[str, Alpha]
    groups: dict[str, tuple[Group, ...]]
    coincidences: tuple[tuple[float, ...], ...]
    pairs: tuple[Pair, ...]
    against_rest: tuple[Against, ...]
    against_gold: tuple[Against, ...]
    arms: Arms | None
    disputed_sentences: int
    disputed: tuple[Disputed, ...]
    models: tuple[ModelReport, ...] = ()
    flags: Flags | None = None
    across: Alpha | None = None
    notes: tuple[dict[str, Any], ...] = ()

    @property
    def over_rounds(self) -> bool:
        """Whether the answers are those of several rounds."""
        return len(self.groups.get("round", ())) > 1

    def as_document(self) -> dict[str, Any]:
        """The result as JSON types; what is not defined is null, never NaN."""
        document: dict[str, Any] = json.loads(json.dumps(asdict(self), allow_nan=False))
        return document


def measure(
    answers: pl.DataFrame,
    *,
    labels: Sequence[str] = NEWS.names,
    by: Sequence[str] | None = None,
    suggestions: pl.DataFrame | None = None,
    gold: pl.DataFrame | None = None,
    bootstrap: Bootstrap | None = None,
    disputed: int = 50,
) -> Agreement:
    """Agreement among ``answers`` as given: whose answers count is the caller's choice.

    Args:
        answers: rows of the annotations table; a null label is a missing value, with a flag or
            without.
        labels: the labels, in the order of every matrix.
        by: columns to break alpha down by; default those of ``GROUPS`` that are there.
        suggestions: sentence_id and label (null: none), to compare the arms.
        gold: sentence_id and label, the known answers.
        bootstrap: how intervals are drawn; default 1,000 resamples of articles at 95 %.
        disputed: how many of the most disputed sentences to list.

    Raises:
        InputError: a column is missing, a label unknown, an annotator answered a sentence of a
            round twice, or a sentence has two suggestions or two gold labels.
    """
    bootstrap = bootstrap or Bootstrap()
    columns = [name for name in GROUPS if name in answers.columns] if by is None else list(by)
    need_columns(answers, columns)
    given = prepare(answers, labels)
    counts, articles = count_matrix(given, len(labels))
    overall, per_label = krippendorff_alpha(counts, articles, bootstrap=bootstrap)
    known = _one_label_each(gold, labels, "The gold labels") if gold is not None else None
    compared = None
    if suggestions is not None:
        need_columns(given, ["arm"])
        made = _one_label_each(suggestions, labels, "The suggestions")
        if not made.join(given, on="sentence_id", how="semi")["code"].drop_nulls().is_empty():
            compared = arms(given, made, known, labels, bootstrap)
    return Agreement(
        labels=tuple(labels),
        answers=len(given),
        sentences=len(counts),
        articles=given["article"].n_unique(),
        bootstrap=bootstrap,
        annotators=_annotators(given, labels),
        alpha=overall,
        per_label=dict(zip(labels, per_label, strict=True)),
        groups={column: _groups(given, column, labels, bootstrap) for column in columns},
        coincidences=tuple(tuple(map(float, row)) for row in coincidences(counts)),
        pairs=pairs(given, labels),
        against_rest=against_rest(given, labels),
        against_gold=against_gold(given, known, labels) if known is not None else (),
        arms=compared,
        disputed_sentences=int(((counts > 0).sum(axis=1) > 1).sum()),
        disputed=most_disputed(given, counts, labels, disputed),
        flags=count_flags(answers, disputed),
        across=_across(given, len(labels), bootstrap),
    )


def _groups(
    given: pl.DataFrame, column: str, labels: Sequence[str], bootstrap: Bootstrap
) -> tuple[Group, ...]:
    named = given.with_columns(pl.col(column).cast(pl.String).fill_null("(none)").alias("_group"))
    found = []
    for (value,), rows in sorted(named.partition_by("_group", as_dict=True).items()):
        counts, articles = count_matrix(rows, len(labels))
        overall, per_label = krippendorff_alpha(counts, articles, bootstrap=bootstrap)
        by_label = dict(zip(labels, per_label, strict=True))
        found.append((rows, Group(value=value, alpha=overall, per_label=by_label)))
    if column in IN_ORDER_OF_TIME:
        need_columns(given, ["created_at"])
        found.sort(key=_first_answer)
    return tuple(group for _, group in found)


def _across(given: pl.DataFrame, labels: int, bootstrap: Bootstrap) -> Alpha | None:
    """Alpha between people and models."""
    kinds = given["annotator_kind"]
    if not ((kinds == "human").any() and (kinds == "model").any()):
        return None
    units = given.select("unit", "article").unique().sort("unit")
    counts = {}
    for kind in ("human", "model"):
        own = given.filter(kinds == kind)
        rows = units["unit"].search_sorted(own["unit"]).to_numpy().astype(np.int64)
        cells = rows * labels + own["code"].to_numpy()
        tally = np.bincount(cells, minlength=units.height * labels)
        counts[kind] = tally.reshape(units.height, labels).astype(np.int64)
    articles = units["article"].to_numpy()
    return alpha_across(counts["human"], counts["model"], articles, bootstrap=bootstrap)


def _first_answer(found: tuple[pl.DataFrame, Group]) -> tuple[bool, Any, str]:
    rows, group = found
    earliest = rows["created_at"].min()
    return earliest is None, earliest, group.value


def _annotators(given: pl.DataFrame, labels: Sequence[str]) -> tuple[Annotator, ...]:
    table = given.group_by("annotator", "annotator_kind", "label").len()
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for name, kind, label, count in table.iter_rows():
        counts.setdefault((name, kind), dict.fromkeys(labels, 0))[label] = count
    return tuple(
        Annotator(annotator=name, kind=kind, answers=sum(own.values()), labels=own)
        for (name, kind), own in sorted(counts.items())
    )


def _one_label_each(frame: pl.DataFrame, labels: Sequence[str], what: str) -> pl.DataFrame:
    need_columns(frame, ["sentence_id", "label"], what, "They need sentence_id and label.")
    twice = frame.filter(pl.col("sentence_id").is_duplicated())
    if len(twice):
        raise InputError(
            f"{what} name this sentence more than once.",
            where=str(twice["sentence_id"][0]),
            hint="Give one label for each sentence.",
        )
    return frame.with_columns(code_of(frame, labels).alias("code"))
