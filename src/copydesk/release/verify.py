"""Whether a release comes out again, from the raw articles and the annotations, as it was.

Where every text is here, files are compared byte by byte. Where some are withheld and not here,
the rows of all events that are here whole are compared instead: their quotations are joined and
their splits drawn by event, so that nothing of them hangs on the rest.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from copydesk.answers import Labelling, rule_labelling
from copydesk.build import ARTICLES, SHARD_ARTICLES, build_batch
from copydesk.contract.arrow import write_table
from copydesk.contract.tables import release_file
from copydesk.corpus import Article, Corpus
from copydesk.errors import InputError
from copydesk.files import dump_json, sha256_file
from copydesk.release.assemble import Assembled, assemble
from copydesk.release.contents import Contents
from copydesk.release.croissant import render
from copydesk.release.index import find_release


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What a rebuild showed.

    Args:
        articles: how many were rebuilt.
        missing: articles of the release that could not be, with the reason, and those that share
            an event with one.
        differing: what came out otherwise, a sentence each; empty if nothing did.
    """

    version: str
    articles: int
    missing: Mapping[str, str]
    differing: tuple[str, ...]

    @property
    def identical(self) -> bool:
        """Whether every byte was rebuilt and is the same."""
        return not self.missing and not self.differing


def verify(corpus: Corpus, version: str | None = None) -> Verified:
    """Rebuild a release of a corpus in memory and compare it with what was released.

    Args:
        version: the newest, by default.

    Raises:
        InputError: there is no such release, or none of its events is here whole.
        IntegrityError: an answer is about no sentence.
    """
    folder = find_release(corpus.dataset, version)
    released = Contents.read(folder)
    here, missing = _sources(corpus, released)
    if not here:
        raise InputError(
            f"No event of release {released.version} can be rebuilt here: "
            f"{next(iter(missing.values()))}",
            where=str(folder),
            hint="Run 'copydesk ingest' on a folder that holds its articles.",
        )
    again = _rebuild(corpus, here, released)
    rebuilt = Contents.of({**released.manifest, **_derived(again)}, again.tables)
    names = sorted(article["article_id"] for article in here)
    differing = list(_rows(released, rebuilt, names))
    if not missing:
        differing += _bytes(folder, released, again)
    return Verified(
        version=released.version,
        articles=len(here),
        missing=missing,
        differing=tuple(differing),
    )


def _sources(corpus: Corpus, released: Contents) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The released articles whose whole event is here, and the others with the reason."""
    known = {article.article_id: article for article in corpus.articles()}
    found: list[dict[str, Any]] = []
    missing: dict[str, str] = {}
    wanted = released.frame("articles", "article_id", "event", "text_sha256")
    for name, _, digest in wanted.iter_rows():
        try:
            article = _same(known.get(name), name, digest)
            found.append({**dataclasses.asdict(article), "text": corpus.text(article)})
        except InputError as error:
            missing[name] = error.message
    events = dict(wanted.select("article_id", "event").iter_rows())
    torn = {events[name] for name in missing}
    whole = [row for row in found if events[row["article_id"]] not in torn]
    missing |= {
        row["article_id"]: "Another article of its event is not here."
        for row in found
        if events[row["article_id"]] in torn
    }
    return whole, dict(sorted(missing.items()))


def _same(article: Article | None, name: str, digest: str) -> Article:
    if article is None:
        raise InputError(f"'{name}' is in the corpus no more.")
    if article.text_sha256 != digest:
        raise InputError(f"'{name}' has another text now.")
    return article


def _rebuild(corpus: Corpus, sources: list[dict[str, Any]], released: Contents) -> Assembled:
    built: dict[str, list[pa.RecordBatch]] = {"articles": [], "sentences": [], "quotes": []}
    for start in range(0, len(sources), SHARD_ARTICLES):
        rows = sources[start : start + SHARD_ARTICLES]
        for name, batch in (
            build_batch(pa.RecordBatch.from_pylist(rows, ARTICLES))._asdict().items()
        ):
            built[name].append(batch)
    frames = {name: pl.DataFrame(pa.Table.from_batches(b)) for name, b in built.items()}
    texts = frames["articles"].select("article_id", "text_sha256")
    sentences = frames["sentences"].join(texts, on="article_id", maintain_order="left")
    manifest = released.manifest
    return assemble(
        articles=frames["articles"],
        sentences=sentences,
        quotes=frames["quotes"],
        labelling=_labelling(corpus, sentences, manifest),
        method=manifest["aggregation"],
        kept_splits=manifest["splits"],
        split_options={},
        version=released.version,
        contract=released.contract,
    )


def _labelling(corpus: Corpus, sentences: pl.DataFrame, manifest: Mapping[str, Any]) -> Labelling:
    if manifest["labels"] == "rule":
        created = datetime.fromisoformat(manifest["created"])
        return rule_labelling(sentences, created=created)
    from copydesk.rounds.labelling import labelling

    given = labelling(corpus, manifest["rounds"])
    here = sentences.select("article_id").unique()
    return dataclasses.replace(
        given,
        answers=given.answers.join(here, on="article_id", how="semi"),
        adjudications=given.adjudications.join(here, on="article_id", how="semi"),
    )


def _derived(again: Assembled) -> dict[str, Any]:
    counts: dict[str, dict[str, int]] = {}
    for (table, split), rows in again.tables.items():
        counts.setdefault(table, {})[split] = rows.num_rows
    return {
        "annotators": dict(again.annotators),
        "adjudicators": dict(again.adjudicators),
        "counts": counts,
        "splits": dict(again.splits),
        "rounds": list(again.rounds),
    }


def _rows(released: Contents, rebuilt: Contents, names: list[str]) -> Iterator[str]:
    """The tables whose rows about these articles came out otherwise."""
    for table in released.contract.tables:
        old, new = (
            contents.frame(table).filter(pl.col("article_id").is_in(names))
            for contents in (released, rebuilt)
        )
        if old.height != new.height:
            yield f"{table}: {new.height:,} rows come out, {old.height:,} were released."
        elif not old.equals(new.select(old.columns)):
            columns = [name for name in old.columns if not old[name].equals(new[name])]
            unequal = old[columns[0]].ne_missing(new[columns[0]])
            first = old.row(unequal.arg_max() or 0)[0]
            yield (
                f"{table}: {', '.join(columns)} come out otherwise, the first in {first} "
                f"({columns[0]}, {unequal.sum():,} rows)."
            )


def _bytes(folder: Path, released: Contents, again: Assembled) -> Iterator[str]:
    """The files and entries of the manifest that came out otherwise."""
    listed = {entry["path"]: entry["sha256"] for entry in released.manifest["files"]}
    with tempfile.TemporaryDirectory() as scratch:
        for (table, split), rows in again.tables.items():
            path = Path(scratch) / f"{table}-{split}"
            write_table(rows, path)
            name = release_file(table, split)
            if sha256_file(path) != listed.pop(name, None):
                yield f"{name}: its bytes come out otherwise."
    croissant = dump_json(render(Contents.of(released.manifest, again.tables)))
    if (folder / "croissant.json").read_text(encoding="utf-8") != croissant:
        yield "croissant.json: it comes out otherwise."
    listed.pop("croissant.json", None)
    yield from (f"{name}: it does not come out." for name in listed)
    for key, value in _derived(again).items():
        if released.manifest.get(key) != value:
            yield f"release.json: '{key}' comes out otherwise."
