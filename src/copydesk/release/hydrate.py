"""Withheld text, filled in from the user's own copy: matched by hash, never by name or guess.

An article whose hash is met is filled whole; of any other each sentence whose own hash is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from copydesk.contract.arrow import write_table
from copydesk.contract.columns import SPLITS
from copydesk.contract.sizing import in_files
from copydesk.errors import IntegrityError
from copydesk.files import dump_json, replacing_dir, sha256_file, sha256_text
from copydesk.release.assemble import to_arrow
from copydesk.release.card import render
from copydesk.release.contents import Contents
from copydesk.release.filling import Copies, Copy, Row, fill, find_copies
from copydesk.release.index import find_release

_NOTICE: Final = """
> **Not for publication.** This copy holds text that was filled in from somebody's own articles and
> that may not be passed on.

# """


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """An article that is not there whole, and why.

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
        filled: ids of the withheld articles whose text is there whole now.
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

    The text of an article that was withdrawn is not filled in, whoever has a copy of it.

    A text matches if the SHA-256 of its canonical form is the article's; else every sentence whose
    own hash a stretch of the copy has is filled. What is still withheld stays in the ``standoff``
    config.

    Args:
        release: a release, a data set folder or a corpus.
        raw: the user's copy: whatever `copydesk.ingest` takes.
        out: the folder to write; must not exist.
        version: the release of a data set; its newest by default.
        encoding: of the copy's bytes, as for ingest; found from the bytes themselves by default.

    Raises:
        InputError: there is no such release, the sources match nothing, or ``out`` exists.
        IntegrityError: a sentence cut from a matching text has another hash.
    """
    source = find_release(release, version)
    contents = Contents.read(source)
    articles = contents.frame("articles")
    gone = _withdrawn(contents)
    kept = ~pl.col("article_id").is_in([gap.article_id for gap in gone])
    withheld = articles.filter(~pl.col("redistributable") & kept).to_dicts()
    rows = _rows(contents.without([gap.article_id for gap in gone]))
    copies = find_copies(raw, withheld, rows, encoding)
    whole = {
        article["article_id"]: copies.by_hash[article["text_sha256"]]
        for article in withheld
        if article["text_sha256"] in copies.by_hash
    }
    parts = {
        article["article_id"]: _fill(rows.get(article["article_id"], []), copies, article)
        for article in withheld
        if article["article_id"] not in whole
    }
    texts = _texts(rows, whole, parts)
    tables = _tables(contents, articles, whole, texts)
    with replacing_dir(out) as beside:
        _write(beside, source, contents, tables)
    gaps = [a for a in withheld if a["article_id"] not in whole]
    total = sum(map(len, rows.values()))
    return Hydrated(
        path=out,
        version=contents.version,
        filled=tuple(whole),
        gaps=(*(_gap(a, copies, rows, parts[a["article_id"]]) for a in gaps), *gone),
        sentences=tables["sentences"].height,
        coverage=texts.height / total if total else 1.0,
    )


def _withdrawn(contents: Contents) -> list[Gap]:
    """The articles that were withdrawn, erased ones too."""
    return [
        Gap(article_id=line["article_id"], reason=f"withdrawn on {line['on']}: {line['reason']}")
        for line in contents.manifest.get("withdrawn", ())
    ]


def _rows(contents: Contents) -> dict[str, list[Row]]:
    """The withheld sentences of each article, in their order."""
    found: dict[str, list[Row]] = {}
    rows = contents.frame("standoff", "article_id", "start", "end", "text_sha256")
    for name, *row in rows.sort("article_id", "start").iter_rows():
        found.setdefault(name, []).append((row[0], row[1], row[2]))
    return found


def _fill(rows: list[Row], copies: Copies, article: Mapping[str, Any]) -> dict[int, str]:
    found: dict[int, str] = {}
    for copy in copies.of.get(article["article_id"], ()):
        found |= fill([row for row in rows if row[0] not in found], copy.text)
    return found


def _texts(
    rows: Mapping[str, list[Row]], whole: Mapping[str, Copy], parts: Mapping[str, dict[int, str]]
) -> pl.DataFrame:
    """The text of each withheld sentence that is filled: article_id, start, text."""
    found: list[tuple[str, int, str]] = []
    for name, sentences in rows.items():
        for start, end, digest in sentences:
            if name in whole:
                text = whole[name].text[start:end]
                if sha256_text(text) != digest:
                    raise IntegrityError(
                        f"The sentence at offset {start} of '{name}' has another hash than the "
                        "release names, though its article's text matches.",
                        hint="The release is damaged: run 'copydesk validate' on it.",
                    )
                found.append((name, start, text))
            elif start in parts.get(name, {}):
                found.append((name, start, parts[name][start]))
    schema = {"article_id": pl.String, "start": pl.Int32, "text": pl.String}
    return pl.DataFrame(found, schema=schema, orient="row")


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
        reason = "absent: no file has this article's id, its address or a sentence of it."
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
    """Where a copy first departs from the released text, as near as hashes of sentences tell."""
    share = f"{len(part)} of {len(wanted)} sentences are filled; " if part else ""
    for start, _, _ in wanted:
        if start not in part:
            return f"{share}text differs in the sentence at offset {start}."
    end = article["pieces"][-1]["end"]
    lengths = [len(copy.text) for copy in copies]
    if lengths and end not in lengths:
        return f"{share}text differs outside them: it has {lengths[0]} code points, not {end}."
    return f"{share}text differs outside them."


def _tables(
    contents: Contents, articles: pl.DataFrame, whole: Mapping[str, Copy], texts: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    copies = pl.DataFrame(
        {
            "article_id": list(whole),
            "copy": [c.text for c in whole.values()],
            "copy_title": [c.fields.get("title") for c in whole.values()],
            "copy_attribution": [c.fields.get("attribution") for c in whole.values()],
        },
        schema=dict.fromkeys(("article_id", "copy", "copy_title", "copy_attribution"), pl.String()),
    )
    known = articles.join(copies, on="article_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("text", "copy").alias("text"),
        pl.coalesce("title", "copy_title").alias("title"),
        pl.coalesce("attribution", "copy_attribution").alias("attribution"),
    )
    return {
        **_sentences(contents, texts),
        "articles": known,
        "annotations": contents.frame("annotations"),
        "quotes": _quotes(contents, copies, texts),
    }


def _sentences(contents: Contents, texts: pl.DataFrame) -> dict[str, pl.DataFrame]:
    names = contents.contract["sentences"].names
    standoff = contents.frame("standoff")
    if standoff.is_empty():
        return {"sentences": contents.frame("sentences"), "standoff": standoff}
    place = ["article_id", "start"]
    texts = texts.with_columns(pl.col("start").cast(standoff.schema["start"]))
    here = standoff.join(texts, on=place, maintain_order="left")
    parts = [f for f in (contents.frame("sentences"), here) if f.height]
    full = [part.select(*names, "split") for part in parts]
    rows = pl.concat(full).sort("article_id", "index") if full else standoff.clear()
    return {"sentences": rows, "standoff": standoff.join(texts, on=place, how="anti")}


def _quotes(contents: Contents, copies: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Quotations with the words that are known: of whole articles, or inside a filled sentence."""
    rows = contents.frame("quotes")
    if rows.is_empty():
        return rows
    rows = rows.join(copies, on="article_id", how="left", maintain_order="left")
    held: dict[str, list[tuple[int, str]]] = {}
    for name, start, text in texts.sort("article_id", "start").iter_rows():
        held.setdefault(name, []).append((start, text))
    named = [name for name in ("speaker", "source") if name in rows.columns]
    said: list[str | None] = []
    spans: dict[str, list[dict[str, Any] | None]] = {name: [] for name in named}
    for row in rows.iter_rows(named=True):
        said.append(row["text"] or _stretch(row, held, row["start"], row["end"]))
        for name in named:
            span = row[name]
            if span and span["text"] is None:
                span = {**span, "text": _stretch(row, held, span["start"], span["end"])}
            spans[name].append(span)
    return rows.with_columns(
        pl.Series("text", said, dtype=pl.String),
        *(pl.Series(name, spans[name], dtype=rows.schema[name]) for name in named),
    )


def _stretch(
    row: Mapping[str, Any], held: Mapping[str, list[tuple[int, str]]], start: int, end: int
) -> str | None:
    if row["copy"] is not None:
        return str(row["copy"][start:end])
    for first, text in held.get(row["article_id"], ()):
        if first <= start and end <= first + len(text):
            return text[start - first : end - first]
    return None


def _write(folder: Path, source: Path, contents: Contents, tables: dict[str, pl.DataFrame]) -> None:
    version = contents.version
    written: dict[tuple[str, str], Any] = {}
    for name, frame in tables.items():
        for split in SPLITS:
            part = frame.filter(pl.col("split") == split) if frame.height else frame
            if part.height:
                table = to_arrow(part, name, contents.contract, version=version)
                for file, rows in in_files(table, name, split):
                    path = folder / "releases" / version / str(file)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    write_table(rows, path)
                written[name, split] = table
    manifest = dict(contents.manifest)
    counts: dict[str, dict[str, int]] = {}
    for (name, split), table in written.items():
        counts.setdefault(name, {})[split] = table.num_rows
    manifest |= {"counts": counts, "hydrated_from": sha256_file(source / "release.json")}
    (folder / "hydrated.json").write_text(dump_json(manifest), encoding="utf-8", newline="\n")
    card = render(Contents.of_tables(manifest, written), doi=manifest.get("doi"))
    (folder / "README.md").write_text(
        card.replace("\n# ", _NOTICE, 1), encoding="utf-8", newline="\n"
    )
