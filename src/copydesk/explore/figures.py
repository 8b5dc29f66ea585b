"""The figures of a release that the first page shows, counted from its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from copydesk.agreement import Agreement, Alpha, measure
from copydesk.contract.columns import (
    ANNOTATOR_KINDS,
    FORMS,
    LABEL_SOURCES,
    RELATIONS,
    SPLITS,
    UNIT_ZONES,
)
from copydesk.explore.source import Source, units

Counts = dict[str, int]

_SHOWN_COLLECTIONS: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """Sentences of a collection, or of all (``all``), by label, then split; no cell is left out."""

    name: str
    rows: Mapping[str, Counts]
    all: bool = False

    @property
    def total(self) -> int:
        """All its sentences."""
        return sum(map(self.of, self.rows))

    def of(self, label: str) -> int:
        """Its sentences of one label."""
        return sum(self.rows[label].values())

    def share(self, label: str) -> float:
        """The share of its sentences that have a label, from 0 to 1."""
        return self.of(label) / self.total if self.total else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What a release holds.

    Args:
        published: first and last date of its articles, as far as they are dated.
        splits: those that hold sentences, in order.
        panels: all sentences, then each collection if there are several; if there are very many
            collections, the smallest have none (``panels_left``).
        forms, relations: quotations by form, and those of a group by relation.
        groups: utterances that several quotations give.
        agreement: of the articles shown.
        shared, disputed: sentences of the articles shown that two or more annotated, and those
            that got more than one label, in any rounds.
    """

    sentences: int
    withheld_sentences: int
    articles: int
    withheld_articles: int
    events: int
    outlets: int
    published: tuple[str, str] | None
    quotes: int
    splits: tuple[str, ...]
    panels: tuple[Panel, ...]
    panels_left: int
    zones: Counts
    sources: Counts
    forms: Counts
    relations: Counts
    groups: int
    agreement: Agreement
    shared: int
    disputed: int

    @property
    def kinds(self) -> dict[str, list[str]]:
        """The annotators of each kind: human, model, rule; kinds without any are absent."""
        found: dict[str, list[str]] = {}
        for kind in ANNOTATOR_KINDS:
            names = [a.annotator for a in self.agreement.annotators if a.kind == kind]
            if names:
                found[kind] = names
        return found

    @property
    def alphas(self) -> list[tuple[str, Alpha]]:
        """Alpha of all answers, then of each collection if there are several."""
        groups = self.agreement.groups["collection"]
        each = [(group.value, group.alpha) for group in groups] if len(groups) > 1 else []
        return [("all collections" if each else "all sentences", self.agreement.alpha), *each]


def count(source: Source) -> Figures:
    """Count what a release holds: over all of it, but agreement over the articles shown."""
    contents = source.contents
    articles = contents.scan("articles").select(
        *("article_id", "collection", "event", "outlet", "published"),
        withheld=pl.col("text").is_null(),
    )
    about = articles.select(
        pl.len().alias("articles"),
        pl.col("withheld").sum().alias("withheld_articles"),
        pl.col("event").n_unique().alias("events"),
        pl.col("outlet").drop_nulls().n_unique().alias("outlets"),
        pl.col("published").min().alias("first"),
        pl.col("published").max().alias("last"),
    ).collect(engine="streaming")
    row = about.row(0, named=True)
    first, last = row.pop("first"), row.pop("last")
    table = _table(source, articles)
    quotes = contents.scan("quotes")
    grouped = quotes.filter(pl.col("group").is_not_null())
    panels, left = _panels(table, source.labels)
    votes = source.sentences.select(pl.col("votes").struct.unnest() > 0)
    return Figures(
        **row,
        sentences=panels[0].total,
        withheld_sentences=contents.scan("standoff").select(pl.len()).collect().item(),
        published=(first, last) if first else None,
        quotes=quotes.select(pl.len()).collect().item(),
        splits=tuple(split for split in SPLITS if split in table["split"]),
        panels=panels,
        panels_left=left,
        zones=_by(table, "zone", UNIT_ZONES),
        sources=_by(table, "label_source", LABEL_SOURCES),
        forms=_by(_counted(quotes, "form"), "form", FORMS),
        relations=_by(_counted(grouped, "relation"), "relation", RELATIONS),
        groups=grouped.select(pl.col("group").n_unique()).collect().item(),
        agreement=measure(source.answers, labels=source.labels, by=("collection",), disputed=0),
        shared=source.sentences.filter(pl.col("n_annotators") > 1).height,
        disputed=votes.filter(pl.sum_horizontal(pl.all()) > 1).height,
    )


def _counted(rows: pl.LazyFrame, *columns: str) -> pl.DataFrame:
    return rows.group_by(columns).agg(pl.len().alias("sentences")).collect(engine="streaming")


def _table(source: Source, articles: pl.LazyFrame) -> pl.DataFrame:
    """How many sentences there are of each kind; small, however large the release is."""
    rows = units(source.contents).join(articles.select("article_id", "collection"), on="article_id")
    names = dict(enumerate(source.labels))
    return _counted(rows, "collection", "label", "split", "zone", "label_source").with_columns(
        pl.col("label").replace_strict(names, default=None, return_dtype=pl.String)
    )


def _by(table: pl.DataFrame, column: str, order: tuple[str, ...]) -> Counts:
    found = dict(table.group_by(column).agg(pl.col("sentences").sum()).iter_rows())
    return {name: found[name] for name in order if name in found}


def _panels(table: pl.DataFrame, labels: tuple[str, ...]) -> tuple[tuple[Panel, ...], int]:
    sizes = table.group_by("collection").agg(pl.col("sentences").sum())
    names = sizes.sort("sentences", "collection", descending=[True, False])["collection"].to_list()
    shown = names[:_SHOWN_COLLECTIONS]
    name = "all collections" if len(names) > 1 else "all sentences"
    panels = [replace(_panel(name, table, labels), all=True)]
    if len(names) > 1:
        panels += [_panel(n, table.filter(pl.col("collection") == n), labels) for n in shown]
    return tuple(panels), len(names) - len(shown)


def _panel(name: str, table: pl.DataFrame, labels: tuple[str, ...]) -> Panel:
    cells = table.group_by("label", "split").agg(pl.col("sentences").sum())
    found = {(label, split): number for label, split, number in cells.iter_rows()}
    return Panel(
        name=name,
        rows={label: {s: found.get((label, s), 0) for s in SPLITS} for label in labels},
    )
