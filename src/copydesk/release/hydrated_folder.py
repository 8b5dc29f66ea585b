"""Writing the data set that a hydration gives, file by file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa

from copydesk.contract.arrow import arrow_schema, write_table, write_tables
from copydesk.contract.columns import SPLITS
from copydesk.contract.filenames import TableFile
from copydesk.contract.sizing import MOST_ROWS, in_files
from copydesk.files import dump_json, sha256_file
from copydesk.release.assemble import to_arrow
from copydesk.release.card import render
from copydesk.release.contents import Contents
from copydesk.release.filled import Filled, articles, quotes
from copydesk.release.split_files import Part

_ROWS_AT_ONCE: Final = 20_000
"""Articles or quotations whose texts are held at once."""
_NOTICE: Final = """
> **Not for publication.** This copy holds text that was filled in from somebody's own articles and
> that may not be passed on.

# """


_CHANGED: Final = {"articles": articles, "quotes": quotes}


def write_hydrated(
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
