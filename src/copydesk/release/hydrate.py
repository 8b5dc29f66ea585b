"""Fills in withheld text from the user's own copy, matched by hash, never by name or guess.

An article whose hash matches is filled in whole; of any other article, each sentence whose own hash
matches.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa

from copydesk.contract.arrow import arrow_schema, write_table, write_tables
from copydesk.contract.columns import SPLITS
from copydesk.contract.filenames import TableFile
from copydesk.contract.sizing import MOST_ROWS, in_files
from copydesk.errors import IntegrityError
from copydesk.files import dump_json, replacing_dir, sha256_file, sha256_text
from copydesk.release.assemble import to_arrow
from copydesk.release.card import render
from copydesk.release.contents import Contents, Part
from copydesk.release.filling import Copies, Holders, Row, fill, find_copies
from copydesk.release.index import find_release
from copydesk.release.shelf import Copy, Shelf

_ROWS_AT_ONCE: Final = 20_000
"""Articles or quotations whose texts are held at once."""
_NOTICE: Final = """
> **Not for publication.** This copy holds text that was filled in from somebody's own articles and
> that may not be passed on.

# """


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """An article that could not be filled in completely, and why.

    Args:
        sentences: its withheld sentences.
        filled: how many of them have their text now.
        title, outlet, url, published: where a person can get it; its title only where the release
            may tell it.
    """

    article_id: str
    reason: str
    sentences: int = 0
    filled: int = 0
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    published: str | None = None


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
    kept = contents.without([gap.article_id for gap in gone])
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
        counts = _write(beside, source, contents, filled)
    total = len(holders)
    before, after = (
        sum(c.get("standoff", {}).values()) for c in (contents.manifest["counts"], counts)
    )
    return Hydrated(
        path=out,
        version=contents.version,
        filled=tuple(whole),
        gaps=(*(_gap(a, copies, rows, parts[a["article_id"]]) for a in gaps), *gone),
        sentences=sum(counts.get("sentences", {}).values()),
        coverage=(before - after) / total if total else 1.0,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What is known of the withheld articles.

    Args:
        whole: the copies of those whose text was met.
        parts: of the others the sentences that were found, by their start.
    """

    whole: Mapping[str, Copy]
    parts: Mapping[str, Mapping[int, str]]

    def texts(self, rows: pl.DataFrame) -> pl.Series:
        """The text of each of some withheld sentences, null where it is not known.

        Raises:
            IntegrityError: a sentence cut from a matching text does not have its hash.
        """
        columns = rows.select("article_id", "start", "end", "text_sha256")
        return pl.Series("text", [self._text(*row) for row in columns.iter_rows()], dtype=pl.String)

    def _text(self, name: str, start: int, end: int, digest: str) -> str | None:
        if name not in self.whole:
            return self.parts.get(name, {}).get(start)
        text = self.whole[name].text[start:end]
        if sha256_text(text) != digest:
            raise IntegrityError(
                f"The sentence at offset {start} of '{name}' does not have the hash "
                "that the release names, though its article's text matches.",
                hint="The release is damaged: run 'copydesk validate' on it.",
            )
        return text

    def copies(self, articles: pl.Series) -> pl.DataFrame:
        """Text, title and attribution of the articles (among these) whose copy is complete."""
        names = ("article_id", "copy", "copy_title", "copy_attribution")
        found = [
            (name, copy.text, copy.title, copy.attribution)
            for name in articles
            if (copy := self.whole.get(name))
        ]
        return pl.DataFrame(found, schema=dict.fromkeys(names, pl.String()), orient="row")


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


def _gap(
    article: Mapping[str, Any],
    copies: Copies,
    rows: Mapping[str, list[Row]],
    part: Mapping[int, str],
) -> Gap:
    name = article["article_id"]
    wanted = rows.get(name, [])
    if part or name in copies.named or copies.of.get(name):
        reason = _difference(wanted, part, copies.of.get(name, []), article)
    elif name in copies.faults:
        reason = str(copies.faults[name])
    else:
        reason = "absent: no file has this article's id, its address or any of its sentences."
        if "" in copies.faults:
            reason += f" A file could not be read: {copies.faults['']}"
    return Gap(
        article_id=name,
        reason=reason,
        sentences=len(wanted),
        filled=len(part),
        title=article["title"],
        outlet=article["outlet"],
        url=article["url"],
        published=article["published"],
    )


def _difference(
    wanted: list[Row], part: Mapping[int, str], copies: list[Copy], article: Mapping[str, Any]
) -> str:
    """Where a copy first differs from the released text, as far as hashes of sentences can tell."""
    share = f"{len(part)} of {len(wanted)} sentences are filled; " if part else ""
    for start, _, _ in wanted:
        if start not in part:
            return f"{share}text differs in the sentence at offset {start}."
    end = article["end"]
    lengths = [copy.length for copy in copies]
    if lengths and end not in lengths:
        return f"{share}text differs outside them: it has {lengths[0]} code points, not {end}."
    return f"{share}text differs outside them."


def _articles(rows: pl.DataFrame, filled: Filled) -> pl.DataFrame:
    copies = filled.copies(rows["article_id"])
    return rows.join(copies, on="article_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("text", "copy").alias("text"),
        pl.coalesce("title", "copy_title").alias("title"),
        pl.coalesce("attribution", "copy_attribution").alias("attribution"),
    )


def _quotes(rows: pl.DataFrame, filled: Filled) -> pl.DataFrame:
    """Quotations with the words that are known: of whole articles, or inside a filled sentence."""
    named = [name for name in ("speaker", "source") if name in rows.columns]
    said: list[str | None] = []
    spans: dict[str, list[dict[str, Any] | None]] = {name: [] for name in named}
    for row in rows.iter_rows(named=True):
        said.append(row["text"] or _stretch(row["article_id"], filled, row["start"], row["end"]))
        for name in named:
            span = row[name]
            if span and span["text"] is None:
                text = _stretch(row["article_id"], filled, span["start"], span["end"])
                span = {**span, "text": text}
            spans[name].append(span)
    return rows.with_columns(
        pl.Series("text", said, dtype=pl.String),
        *(pl.Series(name, spans[name], dtype=rows.schema[name]) for name in named),
    )


def _stretch(name: str, filled: Filled, start: int, end: int) -> str | None:
    if name in filled.whole:
        return filled.whole[name].text[start:end]
    for first, text in sorted(filled.parts.get(name, {}).items()):
        if first <= start and end <= first + len(text):
            return text[start - first : end - first]
    return None


_CHANGED: Final = {"articles": _articles, "quotes": _quotes}


def _write(
    folder: Path, source: Path, contents: Contents, filled: Filled
) -> dict[str, dict[str, int]]:
    """Write the data set file by file, and return its rows by table and split."""
    release = folder / "releases" / contents.version
    counts: dict[str, dict[str, int]] = {}
    for split in SPLITS:
        for table, count in _write_sentences(release, contents, split, filled).items():
            counts.setdefault(table, {})[split] = count
    for part in contents.parts:
        table, path = part.file.table, release / str(part.file)
        if table in ("sentences", "standoff"):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if table in _CHANGED:
            _write_changed(path, contents, part, filled)
        else:
            shutil.copyfile(source / str(part.file), path)
        splits = counts.setdefault(table, {})
        splits[part.file.split] = splits.get(part.file.split, 0) + part.height
    counts = {table: counts[table] for table in contents.contract.tables if table in counts}
    digest = sha256_file(source / "release.json")
    manifest = {**contents.manifest, "counts": counts, "hydrated_from": digest}
    stated = folder / "hydrated.json"
    stated.write_text(dump_json(manifest), encoding="utf-8", newline="\n")
    card = render(Contents.read(release, manifest=stated), doi=manifest.get("doi"))
    (folder / "README.md").write_text(
        card.replace("\n# ", _NOTICE, 1), encoding="utf-8", newline="\n"
    )
    return counts


def _write_changed(path: Path, contents: Contents, part: Part, filled: Filled) -> None:
    """Write a file of articles or quotations with their texts, some rows at a time."""
    table = part.file.table

    def some() -> Iterator[pa.Table]:
        for start in range(0, part.height, _ROWS_AT_ONCE):
            rows = replace(part, rows=part.rows.slice(start, _ROWS_AT_ONCE))
            found = _CHANGED[table](replace(contents, parts=(rows,)).frame(table), filled)
            yield to_arrow(found, table, contents.contract, version=contents.version)

    schema = arrow_schema(table, contents.contract, metadata={"version": contents.version})
    write_tables(some(), schema, path)


def _write_sentences(
    release: Path, contents: Contents, split: str, filled: Filled
) -> dict[str, int]:
    """Write the sentences of a split, some articles at a time; what is filled moves to the others.

    Files are bounded in rows and bytes; their number is known, and they get their names, at the
    end.
    """
    written: dict[str, list[tuple[Path, int]]] = {"sentences": [], "standoff": []}
    mine = replace(contents, parts=tuple(p for p in contents.parts if p.file.split == split))
    for within in _ranges(mine):
        given, withheld = (
            mine.scan(table).filter(within).collect() for table in ("sentences", "standoff")
        )
        text = filled.texts(withheld)
        names = contents.contract["sentences"].names
        moved = withheld.with_columns(text).filter(text.is_not_null())
        full = pl.concat([given.select(names), moved.select(names)]).sort("article_id", "index")
        for table, rows in (("sentences", full), ("standoff", withheld.filter(text.is_null()))):
            if rows.is_empty():
                continue
            whole = to_arrow(rows, table, contents.contract, version=contents.version)
            for _, some in in_files(whole, table, split):
                path = release / table / f"{split}.{len(written[table])}"
                path.parent.mkdir(parents=True, exist_ok=True)
                write_table(some, path)
                written[table].append((path, some.num_rows))
    for table, files in written.items():
        for number, (path, _) in enumerate(files):
            several = {"number": number, "count": len(files)} if len(files) > 1 else {}
            path.rename(release / str(TableFile(table=table, split=split, **several)))
    return {table: sum(rows for _, rows in files) for table, files in written.items() if files}


def _ranges(contents: Contents) -> Iterator[pl.Expr]:
    """Conditions that take the sentences in order, about a file's worth at a time."""
    articles = pl.concat(contents.scan(table, "article_id") for table in ("sentences", "standoff"))
    sizes = articles.group_by("article_id").len().sort("article_id").collect(engine="streaming")
    before = pl.col("len").cum_sum() - pl.col("len")
    shares = sizes.group_by(before // MOST_ROWS, maintain_order=True).agg(
        first=pl.col("article_id").first(), last=pl.col("article_id").last()
    )
    for first, last in shares.select("first", "last").iter_rows():
        yield pl.col("article_id").is_between(pl.lit(first), pl.lit(last))
