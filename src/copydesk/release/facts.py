"""The numbers that the words about a release state: counted once, from its own rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import polars as pl

from copydesk.contract.columns import LABEL_SOURCES, SPLITS, UNIT_ZONES
from copydesk.contract.labels import Scheme
from copydesk.release.answered import answered
from copydesk.release.contents import Contents

if TYPE_CHECKING:
    from copydesk.agreement import Alpha

Counts = dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """Articles of one collection, and how many of their sentences are labelled."""

    name: str
    articles: int
    withheld: int
    sentences: int
    licences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One split of one config: its rows, and what they are about.

    Args:
        labels: rows by label; empty where rows are not labelled sentences.
    """

    rows: int
    articles: int
    events: int
    labels: Counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Adjudicated:
    """What adjudication did to the labels that it settled.

    Args:
        kept: those that stayed with the label of most answers.
        overruled: those that got another label than most answers gave.
        tied: those of which no label had most answers.
        told: whether the release says who decided each, and why.
    """

    kept: int
    overruled: int
    tied: int
    told: bool

    @property
    def all(self) -> int:
        """All sentences that were adjudicated."""
        return self.kept + self.overruled + self.tied


@dataclass(frozen=True, kw_only=True, slots=True)
class Withheld:
    """An article whose text is withheld, and where it was published."""

    article_id: str
    outlet: str | None
    published: str | None
    url: str | None
    sentences: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What a release holds.

    Args:
        scheme: the release's labels.
        labels: sentences by label and split, text withheld or not.
        events: events by split.
        parts: each config by split; configs and splits without rows are absent.
        withheld: the articles without text, by id.
        published: the first and last date of the articles, as far as they are dated.
        answers: answers by annotator, in the order of names; kinds by annotator beside it.
        adjudicators: the kind of each who decided what the answers left open.
        suggester: what ``release.json`` says of the suggester that gave the labels, if one did.
        reviewed: answers that were given again under a later version of the guidelines, and how
            many of them with another label.
        notes: what the manifest says of the rounds beside their answers.
        alpha, alphas: Krippendorff's alpha over all labels, and of each label against the rest.
        groups: alpha of the answers that share a collection, a genre or a version of the
            guidelines, by column and value; a column with one value for all answers is left out.
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
    parts: dict[str, dict[str, Part]]
    withheld: tuple[Withheld, ...]
    zones: Counts
    sources: Counts
    adjudicated: Adjudicated
    collections: tuple[Collection, ...]
    outlets: int
    languages: tuple[str, ...]
    licences: Counts
    text_licences: tuple[str, ...]
    published: tuple[str, str] | None
    answers: Counts
    kinds: dict[str, str]
    adjudicators: dict[str, str]
    suggester: dict[str, Any] | None
    answered: tuple[str, str] | None
    annotators_per_sentence: tuple[int, int, float]
    guidelines_version: str | None
    guidelines: Counts
    rounds: tuple[str, ...]
    reviewed: tuple[int, int]
    notes: tuple[dict[str, Any], ...]
    alpha: Alpha
    alphas: dict[str, Alpha]
    groups: dict[str, dict[str, Alpha]]

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
        """SPDX ids that a reader must respect: that of the labels, then those of the texts."""
        return tuple(
            dict.fromkeys([*([self.licence] if self.licence else []), *self.text_licences])
        )

    @property
    def cited(self) -> tuple[str, ...]:
        """Who is to be cited: the corpus's stated authors, or whoever made it."""
        return self.authors or (f"The authors of {self.title}",)

    def annotators(self, kind: str) -> tuple[str, ...]:
        """The pseudonyms of one kind of annotator: human, model or rule."""
        return tuple(name for name in self.answers if self.kinds[name] == kind)


_COUNTED: Final[WeakKeyDictionary[Contents, Facts]] = WeakKeyDictionary()


def facts(contents: Contents) -> Facts:
    """What a release holds, counted once for each `Contents`."""
    if contents not in _COUNTED:
        _COUNTED[contents] = _count(contents)
    return _COUNTED[contents]


def _count(contents: Contents) -> Facts:
    corpus = contents.manifest["corpus"]
    articles = _articles(contents)
    names = ("article_id", "label", "zone", "label_source", "n_annotators", "votes", "split")
    units = pl.concat([contents.scan(table, *names) for table in ("sentences", "standoff")])
    withheld = contents.scan("standoff").select(pl.len()).collect().item()
    groups = _collected(contents.scan("quotes", "group"))["group"]
    answers = contents.scan("annotations")
    alpha, alphas, by_group, reviewed = answered(contents, articles)
    sizes = _collected(units.group_by("article_id").len("sentences"))
    return Facts(
        scheme=contents.contract.scheme,
        version=contents.version,
        created=contents.manifest["created"],
        name=corpus["name"],
        title=corpus["title"],
        licence=corpus.get("licence"),
        homepage=corpus.get("homepage"),
        authors=tuple(corpus.get("authors", ())),
        sentences=int(sizes["sentences"].sum()),
        withheld_sentences=withheld,
        articles=articles.height,
        withheld_articles=articles.filter(~pl.col("redistributable")).height,
        quotes=groups.len(),
        quote_groups=groups.drop_nulls().n_unique(),
        labels=_labels(units, contents.labels("sentences")),
        events=_events(articles),
        parts={t: found for t in contents.schemas if (found := _parts(contents, t, articles))},
        withheld=_withheld(articles, sizes),
        zones=_counts(units, "zone", UNIT_ZONES),
        sources=_counts(units, "label_source", LABEL_SOURCES),
        adjudicated=_adjudicated(units, contents),
        collections=_collections(articles, sizes),
        outlets=articles["outlet"].drop_nulls().n_unique(),
        languages=tuple(sorted(articles["language"].unique())),
        licences=_counted(articles["licence"].fill_null("none")),
        text_licences=tuple(
            sorted(articles.filter("redistributable")["licence"].drop_nulls().unique())
        ),
        published=_range(articles["published"]),
        answers=_counts(answers, "annotator"),
        kinds=dict(
            _collected(answers.select("annotator", "annotator_kind").unique())
            .sort(pl.all())
            .iter_rows()
        ),
        adjudicators=dict(contents.manifest.get("adjudicators", {})),
        suggester=contents.manifest.get("suggester"),
        answered=_days(answers),
        annotators_per_sentence=_answers_each(units),
        guidelines_version=contents.manifest.get("guidelines_version"),
        guidelines=_guidelines(answers),
        rounds=tuple(contents.manifest.get("rounds", ())),
        reviewed=reviewed,
        notes=tuple(contents.manifest.get("notes", ())),
        alpha=alpha,
        alphas=alphas,
        groups=by_group,
    )


def _articles(contents: Contents) -> pl.DataFrame:
    """The articles, without the columns that take most of the memory."""
    there = contents.scan("articles").collect_schema().names()
    return contents.frame("articles", *(name for name in there if name not in ("pieces", "text")))


def _answers_each(units: pl.LazyFrame) -> tuple[int, int, float]:
    """The least, the most and the mean number of annotators of a sentence."""
    number = pl.col("n_annotators").cast(pl.Int64)
    found = units.select(number.min(), most=number.max(), all=number.sum(), sentences=pl.len())
    least, most, answers, sentences = _collected(found).row(0)
    return least or 0, most or 0, answers / sentences if sentences else 0.0


def _days(answers: pl.LazyFrame) -> tuple[str, str] | None:
    """The first and the last day of the answers."""
    time = pl.col("created_at")
    first, last = _collected(answers.select(time.min(), last=time.max())).row(0)
    return (f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}") if first and last else None


def _collected(rows: pl.LazyFrame) -> pl.DataFrame:
    return rows.collect(engine="streaming")


def _counts(rows: pl.LazyFrame, column: str, order: tuple[str, ...] | None = None) -> Counts:
    """How often each value of a column occurs, in the order given or of names."""
    found = dict(_collected(rows.group_by(column).len()).drop_nulls().iter_rows())
    return {name: found[name] for name in order or sorted(found) if name in found}


def _guidelines(answers: pl.LazyFrame) -> Counts:
    """Answers by the version of the guidelines that they followed, the oldest first."""
    versions = answers.group_by("guidelines_version").agg(pl.col("created_at").min(), pl.len())
    first = _collected(versions).drop_nulls("guidelines_version")
    first = first.sort("created_at", "guidelines_version")
    return dict(first.select("guidelines_version", "len").iter_rows())


def _labels(units: pl.LazyFrame, labels: tuple[str, ...]) -> dict[str, Counts]:
    cells = _collected(units.group_by("label", "split").len())
    counted = {(label, split): count for label, split, count in cells.iter_rows()}
    return {
        name: {split: counted.get((number, split), 0) for split in SPLITS}
        for number, name in enumerate(labels)
    }


def _events(articles: pl.DataFrame) -> Counts:
    return {
        split: articles.filter(pl.col("split") == split)["event"].n_unique()
        for split in SPLITS
        if split in articles["split"]
    }


def _parts(contents: Contents, table: str, articles: pl.DataFrame) -> dict[str, Part]:
    rows = contents.scan(table).select(
        "article_id", "split", *(["label"] if table in ("sentences", "standoff") else [])
    )
    about = rows.join(articles.lazy().select("article_id", "event"), on="article_id", how="left")
    sizes = about.group_by("split").agg(
        pl.len(), pl.col("article_id").n_unique(), pl.col("event").n_unique()
    )
    found = {split: numbers for split, *numbers in _collected(sizes).iter_rows()}
    names = contents.labels(table)
    labels: dict[str, Counts] = {split: {} for split in found}
    if "label" in rows.collect_schema():
        cells = _collected(rows.group_by("split", "label").len())
        counted = {(split, number): count for split, number, count in cells.iter_rows()}
        labels = {
            split: {name: counted.get((split, at), 0) for at, name in enumerate(names)}
            for split in found
        }
    return {
        split: Part(
            rows=found[split][0],
            articles=found[split][1],
            events=found[split][2],
            labels=labels[split],
        )
        for split in SPLITS
        if split in found
    }


def _adjudicated(units: pl.LazyFrame, contents: Contents) -> Adjudicated:
    labels = contents.labels("sentences")
    rows = _collected(units.filter(pl.col("label_source") == "adjudicated"))
    found = {"kept": 0, "overruled": 0, "tied": 0}
    for number, votes in rows.select("label", "votes").iter_rows():
        most = max(votes.values())
        leading = [name for name, count in votes.items() if count == most]
        tied = len(leading) > 1
        found["tied" if tied else "kept" if leading[0] == labels[number] else "overruled"] += 1
    return Adjudicated(**found, told="reason" in contents.contract["sentences"].names)


def _withheld(articles: pl.DataFrame, sizes: pl.DataFrame) -> tuple[Withheld, ...]:
    rows = (
        articles.filter(~pl.col("redistributable"))
        .join(sizes, on="article_id", how="left")
        .sort("article_id")
        .select("article_id", "outlet", "published", "url", pl.col("sentences").fill_null(0))
    )
    return tuple(Withheld(**row) for row in rows.iter_rows(named=True))


def _counted(values: pl.Series, order: tuple[str, ...] | None = None) -> Counts:
    """How often each value occurs, in the order given or of names."""
    found = dict(values.value_counts().iter_rows())
    return {name: found[name] for name in order or sorted(found) if name in found}


def _range(values: pl.Series) -> tuple[str, str] | None:
    known = values.drop_nulls()
    return (str(known.min()), str(known.max())) if known.len() else None


def _collections(articles: pl.DataFrame, sizes: pl.DataFrame) -> tuple[Collection, ...]:
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
