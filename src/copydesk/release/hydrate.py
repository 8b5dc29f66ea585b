"""Fills in withheld text from the user's own copy, matched by hash, never by name or guess.

An article whose hash matches is filled in whole; of any other article, each sentence whose own hash
matches.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from copydesk.errors import IntegrityError
from copydesk.files import replacing_dir
from copydesk.release.contents import Contents
from copydesk.release.filled import Filled
from copydesk.release.filling import Copies, Holders, Row, fill, find_copies
from copydesk.release.gaps import Gap, gap
from copydesk.release.hydrated_folder import write_hydrated
from copydesk.release.index import find_release
from copydesk.release.shelf import Shelf


@dataclass(frozen=True, kw_only=True, slots=True)
class Hydrated:
    """What a hydration did.

    Args:
        path: the folder written, which `datasets.load_dataset` reads.
        version: the release's version.
        filled: ids of the withheld articles whose text is now complete.
        gaps: the others.
        sentences: rows of the full ``sentences`` table.
        coverage: the share of withheld sentences that have their text now, from 0 to 1.
    """

    path: Path
    version: str
    filled: tuple[str, ...]
    gaps: tuple[Gap, ...]
    sentences: int
    coverage: float


def hydrate(
    release: Path,
    *,
    raw: Iterable[str],
    out: Path,
    version: str | None = None,
    encoding: str | None = None,
) -> Hydrated:
    """Write a full data set: a release with its withheld text filled in.

    The text of an article that was withdrawn is not filled in, even if the user has a copy of it.

    A text matches if the SHA-256 of its canonical form is the article's; otherwise every sentence
    is filled in whose own hash matches a stretch of the copy. What is still withheld stays in the
    ``standoff`` config.

    Args:
        release: a release, a data set folder or a corpus.
        raw: the user's copy: whatever `copydesk.ingest` takes.
        out: the folder to write; must not exist.
        version: the release of a data set; its newest by default.
        encoding: of the copy's bytes, as for ingest; found from the bytes themselves by default.

    Raises:
        InputError: there is no such release, the sources match nothing, or ``out`` exists.
        IntegrityError: a sentence cut from a matching text does not have its hash, or a file of
            the release is damaged.
    """
    source = find_release(release, version)
    try:
        with tempfile.TemporaryFile() as file:
            return _hydrate(source, raw, out, encoding, Shelf(file))
    except pl.exceptions.PolarsError as error:
        raise IntegrityError(
            f"A table of this release is damaged, or was changed while it was read ({error}).",
            where=str(source),
            hint="Run 'copydesk validate' on it.",
        ) from error


def _hydrate(
    source: Path, raw: Iterable[str], out: Path, encoding: str | None, shelf: Shelf
) -> Hydrated:
    contents = Contents.read(source)
    gone = _withdrawn(contents)
    kept = contents.without([lost.article_id for lost in gone])
    withheld = _withheld(kept)
    holders = Holders(kept.scan("standoff", "article_id", "text_sha256"))
    copies = find_copies(raw, withheld, holders, shelf, encoding)
    whole = {
        article["article_id"]: copies.by_hash[article["text_sha256"]]
        for article in withheld
        if article["text_sha256"] in copies.by_hash
    }
    gaps = [article for article in withheld if article["article_id"] not in whole]
    rows = _rows(kept, [article["article_id"] for article in gaps])
    parts = {
        article["article_id"]: _fill(rows.get(article["article_id"], []), copies, article)
        for article in gaps
    }
    filled = Filled(whole=whole, parts=parts)
    with replacing_dir(out) as beside:
        counts = write_hydrated(beside, source, contents, filled)
    total = len(holders)
    before, after = (
        sum(c.get("standoff", {}).values()) for c in (contents.manifest["counts"], counts)
    )
    return Hydrated(
        path=out,
        version=contents.version,
        filled=tuple(whole),
        gaps=(*(gap(a, copies, rows, parts[a["article_id"]]) for a in gaps), *gone),
        sentences=sum(counts.get("sentences", {}).values()),
        coverage=(before - after) / total if total else 1.0,
    )


def _withheld(contents: Contents) -> list[dict[str, Any]]:
    """What is needed of each withheld article to look for it and to report it as absent."""
    columns = ("article_id", "title", "outlet", "url", "published", "text_sha256")
    rows = contents.scan("articles").filter(~pl.col("redistributable"))
    end = pl.col("pieces").list.last().struct.field("end").alias("end")
    return rows.select(*columns, end).collect().to_dicts()


def _withdrawn(contents: Contents) -> list[Gap]:
    """The articles that were withdrawn, erased ones too."""
    return [
        Gap(article_id=line["article_id"], reason=f"withdrawn on {line['on']}: {line['reason']}")
        for line in contents.manifest.get("withdrawn", ())
    ]


def _rows(contents: Contents, articles: list[str]) -> dict[str, list[Row]]:
    """The withheld sentences of some articles, in their order."""
    found: dict[str, list[Row]] = {}
    rows = contents.scan("standoff", "article_id", "start", "end", "text_sha256")
    rows = rows.filter(pl.col("article_id").is_in(articles)).sort("article_id", "start")
    for name, *row in rows.collect().iter_rows():
        found.setdefault(name, []).append((row[0], row[1], row[2]))
    return found


def _fill(rows: list[Row], copies: Copies, article: Mapping[str, Any]) -> dict[int, str]:
    found: dict[int, str] = {}
    for copy in copies.of.get(article["article_id"], ()):
        found |= fill([row for row in rows if row[0] not in found], copy.text)
    return found
