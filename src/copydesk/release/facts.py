"""The numbers that the words about a release state: counted once, from its own rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from copydesk.contract.columns import LABEL_SOURCES, SPLITS, UNIT_ZONES
from copydesk.contract.labels import Scheme
from copydesk.release.contents import Contents

if TYPE_CHECKING:
    from copydesk.agreement import Alpha

Counts = dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """Articles that came together, and how many sentences of them are labelled."""

    name: str
    articles: int
    withheld: int
    sentences: int
    licences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What a release holds.

    Args:
        scheme: the release's labels.
        labels: sentences by label and split, text withheld or not.
        events: events by split.
        published: the first and last date of the articles, as far as they are dated.
        answers: answers by annotator, in the order of names; kinds by annotator beside it.
        adjudicators: the kind of each who decided what the answers left open.
        alpha, alphas: Krippendorff's alpha over all labels, and of each label against the rest.
    """

    scheme: Scheme
    version: str
    created: str
    name: str
    title: str
    licence: str | None
    homepage: str | None
    authors: tuple[str, ...]
    sentences: int
    withheld_sentences: int
    articles: int
    withheld_articles: int
    quotes: int
    quote_groups: int
    labels: dict[str, Counts]
    events: Counts
    zones: Counts
    sources: Counts
    collections: tuple[Collection, ...]
    outlets: int
    languages: tuple[str, ...]
    licences: Counts
    text_licences: tuple[str, ...]
    published: tuple[str, str] | None
    answers: Counts
    kinds: dict[str, str]
    adjudicators: dict[str, str]
    answered: tuple[str, str] | None
    annotators_per_sentence: tuple[int, int, float]
    guidelines_version: str | None
    rounds: tuple[str, ...]
    alpha: Alpha
    alphas: dict[str, Alpha]

    @property
    def split_names(self) -> tuple[str, ...]:
        """The splits that hold sentences, in order."""
        return tuple(s for s in SPLITS if any(row.get(s) for row in self.labels.values()))

    @property
    def label_totals(self) -> Counts:
        """Sentences by label."""
        return {label: sum(row.values()) for label, row in self.labels.items()}

    @property
    def in_force(self) -> tuple[str, ...]:
        """SPDX ids that a reader must heed: of the labels first, then of the texts given."""
        return tuple(
            dict.fromkeys([*([self.licence] if self.licence else []), *self.text_licences])
        )

    def annotators(self, kind: str) -> tuple[str, ...]:
        """The pseudonyms of one kind of annotator: human, model or rule."""
        return tuple(name for name in self.answers if self.kinds[name] == kind)


def facts(contents: Contents) -> Facts:
    """Count what a release holds."""
    corpus = contents.manifest["corpus"]
    articles = contents.frame("articles").drop("pieces", "text")
    names = ("article_id", "label", "zone", "label_source", "n_annotators", "split")
    units = pl.concat([contents.frame(table, *names) for table in ("sentences", "standoff")])
    withheld = contents.scan("standoff").select(pl.len()).collect().item()
    quotes = contents.frame("quotes", "group")
    answers = contents.frame("annotations")
    alpha, alphas = _alphas(answers, contents.labels("annotations"))
    per_sentence = units["n_annotators"]
    return Facts(
        scheme=contents.contract.scheme,
        version=contents.version,
        created=contents.manifest["created"],
        name=corpus["name"],
        title=corpus["title"],
        licence=corpus.get("licence"),
        homepage=corpus.get("homepage"),
        authors=tuple(corpus.get("authors", ())),
        sentences=units.height,
        withheld_sentences=withheld,
        articles=articles.height,
        withheld_articles=articles.filter(~pl.col("redistributable")).height,
        quotes=quotes.height,
        quote_groups=quotes["group"].drop_nulls().n_unique(),
        labels=_labels(units, contents.labels("sentences")),
        events={
            split: articles.filter(pl.col("split") == split)["event"].n_unique()
            for split in SPLITS
            if split in articles["split"]
        },
        zones=_counted(units["zone"], UNIT_ZONES),
        sources=_counted(units["label_source"], LABEL_SOURCES),
        collections=_collections(articles, units),
        outlets=articles["outlet"].drop_nulls().n_unique(),
        languages=tuple(sorted(articles["language"].unique())),
        licences=_counted(articles["licence"].fill_null("none")),
        text_licences=tuple(
            sorted(articles.filter("redistributable")["licence"].drop_nulls().unique())
        ),
        published=_range(articles["published"]),
        answers=_counted(answers["annotator"]),
        kinds=dict(
            answers.select("annotator", "annotator_kind").unique().sort(pl.all()).iter_rows()
        ),
        adjudicators=dict(contents.manifest.get("adjudicators", {})),
        answered=_range(answers["created_at"].dt.strftime("%Y-%m-%d")),
        annotators_per_sentence=(
            _int(per_sentence.min()),
            _int(per_sentence.max()),
            float(per_sentence.mean() or 0.0),  # type: ignore[arg-type]
        ),
        guidelines_version=contents.manifest.get("guidelines_version"),
        rounds=tuple(contents.manifest.get("rounds", ())),
        alpha=alpha,
        alphas=alphas,
    )


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _alphas(answers: pl.DataFrame, labels: tuple[str, ...]) -> tuple[Alpha, dict[str, Alpha]]:
    from copydesk.agreement import measure

    named = answers.with_columns(
        pl.col("label").replace_strict(
            dict(enumerate(labels)), default=None, return_dtype=pl.String
        )
    )
    found = measure(named, labels=labels, by=(), disputed=0)
    return found.alpha, found.per_label


def _labels(units: pl.DataFrame, labels: tuple[str, ...]) -> dict[str, Counts]:
    counted = {
        (label, split): count
        for label, split, count in units.group_by("label", "split").len().iter_rows()
    }
    return {
        name: {split: counted.get((number, split), 0) for split in SPLITS}
        for number, name in enumerate(labels)
    }


def _counted(values: pl.Series, order: tuple[str, ...] | None = None) -> Counts:
    """How often each value occurs, in the order given or of names."""
    found = dict(values.value_counts().iter_rows())
    return {name: found[name] for name in order or sorted(found) if name in found}


def _range(values: pl.Series) -> tuple[str, str] | None:
    known = values.drop_nulls()
    return (str(known.min()), str(known.max())) if known.len() else None


def _collections(articles: pl.DataFrame, units: pl.DataFrame) -> tuple[Collection, ...]:
    sizes = units.group_by("article_id").len("sentences")
    rows = (
        articles.join(sizes, on="article_id", how="left")
        .group_by("collection")
        .agg(
            pl.len().alias("articles"),
            (~pl.col("redistributable")).sum().alias("withheld"),
            pl.col("sentences").sum(),
            pl.col("licence").fill_null("none").unique().sort(),
        )
        .sort("collection")
    )
    return tuple(
        Collection(name=name, articles=n, withheld=out, sentences=units_, licences=tuple(licences))
        for name, n, out, units_, licences in rows.iter_rows()
    )
