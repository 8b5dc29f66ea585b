"""What the pages show of a release: only its rows for the articles that get a page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from copydesk.contract.columns import SLUG
from copydesk.errors import InputError, IntegrityError
from copydesk.files import read_json
from copydesk.release.contents import Contents
from copydesk.release.index import find_release

HYDRATED: Final = "hydrated.json"

_SLUG: Final = SLUG
_UNIT: Final = (
    *("sentence_id", "article_id", "event", "index", "start", "end", "zone", "text", "label"),
    *("votes", "n_annotators", "agreement", "label_source", "quoted_ratio", "cues", "split"),
)
_DECIDED: Final = ("adjudicator", "reason")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A release and the rows of the articles shown; everything in the order of its pages.

    Args:
        folder: where the release or its hydrated copy is.
        hydrated: whether withheld text was filled in: such pages are not for publication.
        articles: those shown, ordered by collection, event and id, with ``split``.
        sentences: theirs, with and without text (then null), labels as names.
        quotes: theirs.
        answers: theirs, labels as names, with the article's ``collection``.
        total: articles of the whole release.
    """

    folder: Path
    hydrated: bool
    contents: Contents
    articles: pl.DataFrame
    sentences: pl.DataFrame
    quotes: pl.DataFrame
    answers: pl.DataFrame
    total: int

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels, in the order of their numbers."""
        return _label_names(self.contents, "sentences", "standoff")


def read_source(path: Path, *, limit: int) -> Source:
    """Read a release for showing; only the first ``limit`` articles are held in memory.

    Args:
        path: a release, a data set folder, a corpus, or a folder that `hydrate` wrote.

    Raises:
        InputError: there is no release.
        IntegrityError: a label has no name, or a table cannot be read.
    """
    hydrated = (path / HYDRATED).is_file()
    folder = path if hydrated else find_release(path)
    contents = _read_hydrated(path) if hydrated else Contents.read(folder)
    _check_manifest(contents, folder)
    order = contents.frame("articles", "collection", "event", "article_id").sort(pl.all())
    shown = order.head(limit).select("article_id").lazy()
    place = shown.with_row_index("place")

    def rows(frame: pl.LazyFrame, *by: str) -> pl.DataFrame:
        return (
            frame.join(place, on="article_id")
            .sort("place", *by)
            .drop("place")
            .collect(engine="streaming")
        )

    _check_ids(order["article_id"].head(limit))
    known = contents.scan("articles").select("article_id", "collection")
    return Source(
        folder=folder,
        hydrated=hydrated,
        contents=contents,
        articles=rows(contents.scan("articles")),
        sentences=_named(rows(units(contents), "index"), contents, "sentences", "standoff"),
        quotes=rows(contents.scan("quotes"), "start"),
        answers=_named(
            rows(contents.scan("annotations").join(known, on="article_id"), "start", "annotator"),
            contents,
            "annotations",
        ),
        total=order.height,
    )


def units(contents: Contents) -> pl.LazyFrame:
    """All labelled sentences, text withheld (null) or not, not yet read."""
    withheld = contents.scan("standoff").with_columns(pl.lit(None, pl.String).alias("text"))
    return pl.concat(
        [
            rows.select(*_UNIT, *(name for name in _DECIDED if name in rows.collect_schema()))
            for rows in (contents.scan("sentences"), withheld)
        ]
    )


def _check_manifest(contents: Contents, folder: Path) -> None:
    manifest = contents.manifest
    corpus = manifest.get("corpus")
    if not {"version", "created"} <= manifest.keys() or "title" not in (corpus or {}):
        raise InputError(
            "The manifest of this release lacks its version, created or corpus.title.",
            where=str(folder),
            hint="Run 'copydesk validate' on it.",
        )


def _check_ids(ids: pl.Series) -> None:
    """Ids become file names, so none of them may lead outside the folder."""
    bad = ids.filter(~ids.str.contains(_SLUG))
    if bad.len():
        raise IntegrityError(
            f"'{bad[0]}' is not an id of an article.",
            hint="Run 'copydesk validate' on the release.",
        )


def _named(rows: pl.DataFrame, contents: Contents, *tables: str) -> pl.DataFrame:
    """Rows with the names of their labels for the numbers."""
    names = dict(enumerate(_label_names(contents, *tables)))
    label = pl.col("label").replace_strict(names, default=None, return_dtype=pl.String)
    named = rows.with_columns(label)
    # A flag may stand in place of a label, which is null then.
    lost = named["label"].is_null() & rows["label"].is_not_null()
    if lost.any():
        row = rows.filter(lost).row(0, named=True)
        raise IntegrityError(
            f"The label {row['label']} of sentence {row['sentence_id']} has no name.",
            where=f"release {contents.version}",
            hint="Run 'copydesk validate' on it.",
        )
    return named


def _label_names(contents: Contents, *tables: str) -> tuple[str, ...]:
    present = (table for table in tables if table in contents.schemas)
    return contents.labels(next(present, ""))


def _read_hydrated(folder: Path) -> Contents:
    manifest = folder / HYDRATED
    release = folder / "releases" / str(read_json(manifest)["version"])
    return Contents.read(release, manifest=manifest)
