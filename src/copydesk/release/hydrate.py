"""Withheld text, filled in from the user's own copy: matched by hash, never by name or guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from copydesk.contract.arrow import write_table
from copydesk.contract.columns import SPLITS
from copydesk.contract.tables import release_file
from copydesk.errors import InputError, IntegrityError
from copydesk.files import dump_json, replacing_dir, sha256_file, sha256_text
from copydesk.ingest.names import slug, stem
from copydesk.ingest.raw import Missed, Options
from copydesk.ingest.read import readings
from copydesk.release.assemble import to_arrow
from copydesk.release.card import render
from copydesk.release.contents import Contents
from copydesk.release.index import find_release

_NOTICE: Final = """
> **Not for publication.** This copy holds text that was filled in from somebody's own articles and
> that may not be passed on.

# """


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """An article that could not be filled, and why."""

    article_id: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Hydrated:
    """What a hydration did.

    Args:
        path: the folder written, which `datasets.load_dataset` reads.
        version: the release's version.
        filled: ids of the withheld articles whose text is there now.
        gaps: those that are still withheld.
        sentences: rows of the full ``sentences`` table.
    """

    path: Path
    version: str
    filled: tuple[str, ...]
    gaps: tuple[Gap, ...]
    sentences: int


@dataclass(frozen=True, slots=True)
class _Copy:
    """The user's copy of one article."""

    text: str
    fields: dict[str, Any]


def hydrate(
    release: Path, *, raw: Iterable[str], out: Path, version: str | None = None
) -> Hydrated:
    """Write a full data set: a release with its withheld text filled in.

    A text matches if the SHA-256 of its canonical form is the article's; every sentence's hash is
    checked again where it is cut out. What is still withheld stays in the ``standoff`` config.

    Args:
        release: a release, a data set folder or a corpus.
        raw: the user's copy, as `copydesk.ingest.read.readings` reads it.
        out: the folder to write; must not exist.
        version: the release of a data set; its newest by default.

    Raises:
        InputError: there is no such release, the sources match nothing, or ``out`` exists.
        IntegrityError: a sentence cut from a matching text has another hash.
    """
    source = find_release(release, version)
    contents = Contents.read(source)
    articles = contents.frame("articles")
    withheld = articles.filter(~pl.col("redistributable")).to_dicts()
    copies = _copies(raw, {article["article_id"] for article in withheld})
    filled = {
        article["article_id"]: copies.by_hash[article["text_sha256"]]
        for article in withheld
        if article["text_sha256"] in copies.by_hash
    }
    gaps = [a for a in withheld if a["article_id"] not in filled]
    tables = _fill(contents, articles, filled)
    with replacing_dir(out) as beside:
        _write(beside, source, contents, tables)
    return Hydrated(
        path=out,
        version=contents.version,
        filled=tuple(filled),
        gaps=tuple(_gap(article, copies, contents) for article in gaps),
        sentences=tables["sentences"].height,
    )


@dataclass(frozen=True, slots=True)
class _Copies:
    """The user's copies: by the hash of their text, and by id for saying what differs."""

    by_hash: dict[str, _Copy]
    by_id: dict[str, _Copy]
    faults: dict[str, InputError]


def _copies(raw: Iterable[str], wanted: set[str]) -> _Copies:
    missed = Missed()
    copies = _Copies({}, {}, {})
    for reading in readings(raw, missed, Options()):
        name = reading.fields.get("article_id") or slug(stem(reading.name))
        copy = _Copy(reading.text, reading.fields)
        copies.by_hash.setdefault(sha256_text(reading.text), copy)
        if name in wanted:
            copies.by_id[name] = copy
    for refusal in missed.refused:
        where = f"{refusal.source}: {refusal.place}" if refusal.place else refusal.source
        fault = InputError(refusal.reason, where=where, hint=refusal.hint)
        copies.faults.setdefault(slug(stem(refusal.source)), fault)
        copies.faults.setdefault("", fault)
    return copies


def _gap(article: dict[str, Any], copies: _Copies, contents: Contents) -> Gap:
    name = article["article_id"]
    if name in copies.faults:
        reason = str(copies.faults[name])
    elif name not in copies.by_id:
        reason = "absent: no file has this article's id or text."
        if "" in copies.faults:
            reason += f" A file could not be read: {copies.faults['']}"
    else:
        reason = _difference(name, copies.by_id[name].text, article["pieces"], contents)
    return Gap(article_id=name, reason=reason)


def _difference(name: str, text: str, pieces: list[dict[str, Any]], contents: Contents) -> str:
    """Where a copy first departs from the released text, as near as hashes of sentences tell."""
    rows = contents.frame("standoff", "article_id", "start", "end", "text_sha256")
    for row in rows.filter(pl.col("article_id") == name).sort("start").iter_rows(named=True):
        if sha256_text(text[row["start"] : row["end"]]) != row["text_sha256"]:
            return (
                f"text differs in the sentence at offset {row['start']}, or between it and the "
                "sentence before."
            )
    end = pieces[-1]["end"]
    if len(text) != end:
        return f"text differs at the end: it has {len(text)} code points, the release's {end}."
    return "text differs outside the labelled sentences."


def _fill(
    contents: Contents, articles: pl.DataFrame, filled: dict[str, _Copy]
) -> dict[str, pl.DataFrame]:
    texts = pl.DataFrame(
        {
            "article_id": list(filled),
            "copy": [c.text for c in filled.values()],
            "copy_title": [c.fields.get("title") for c in filled.values()],
            "copy_attribution": [c.fields.get("attribution") for c in filled.values()],
        },
        schema=dict.fromkeys(("article_id", "copy", "copy_title", "copy_attribution"), pl.String()),
    )
    known = articles.join(texts, on="article_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("text", "copy").alias("text"),
        pl.coalesce("title", "copy_title").alias("title"),
        pl.coalesce("attribution", "copy_attribution").alias("attribution"),
    )
    others = {name: contents.frame(name) for name in contents.contract.tables}
    return {
        **others,
        **_sentences(contents, texts),
        "articles": known,
        "annotations": contents.frame("annotations"),
        "quotes": _quotes(contents, texts),
    }


def _sentences(contents: Contents, texts: pl.DataFrame) -> dict[str, pl.DataFrame]:
    names = contents.contract["sentences"].names
    standoff = contents.frame("standoff")
    if standoff.is_empty():
        return {"sentences": contents.frame("sentences"), "standoff": standoff}
    here = standoff.join(texts, on="article_id", maintain_order="left").with_columns(
        _cut("copy", "start", "end").alias("text")
    )
    _check(here)
    parts = [f for f in (contents.frame("sentences"), here) if f.height]
    full = [part.select(*names, "split") for part in parts]
    rows = pl.concat(full).sort("article_id", "index") if full else standoff.clear()
    return {"sentences": rows, "standoff": standoff.join(texts, on="article_id", how="anti")}


def _cut(text: str, start: str, end: str) -> pl.Expr:
    start_, end_ = pl.col(start), pl.col(end)
    return pl.col(text).str.slice(start_, end_ - start_)


def _check(rows: pl.DataFrame) -> None:
    for row in rows.iter_rows(named=True):
        if sha256_text(row["text"]) != row["text_sha256"]:
            raise IntegrityError(
                f"Sentence {row['sentence_id']} has another hash than the release names, though "
                "its article's text matches.",
                hint="The release is damaged: run 'copydesk validate' on it.",
            )


def _quotes(contents: Contents, texts: pl.DataFrame) -> pl.DataFrame:
    rows = contents.frame("quotes")
    if rows.is_empty():
        return rows
    return rows.join(texts, on="article_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("text", _cut("copy", "start", "end")).alias("text"),
        *(_said(name) for name in ("speaker", "source") if name in rows.columns),
    )


def _said(name: str) -> pl.Expr:
    """A column of spans with the words at their offsets filled in."""
    span = pl.col(name).struct
    start, end = span.field("start"), span.field("end")
    words = pl.coalesce(span.field("text"), pl.col("copy").str.slice(start, end - start))
    filled = span.with_fields(words.alias("text"))
    return pl.when(pl.col(name).is_not_null()).then(filled).alias(name)


def _write(folder: Path, source: Path, contents: Contents, tables: dict[str, pl.DataFrame]) -> None:
    version = contents.version
    written: dict[tuple[str, str], Any] = {}
    for name, frame in tables.items():
        for split in SPLITS:
            part = frame.filter(pl.col("split") == split) if frame.height else frame
            if part.height:
                table = to_arrow(part, name, contents.contract, version=version)
                path = folder / "releases" / version / release_file(name, split)
                path.parent.mkdir(parents=True, exist_ok=True)
                write_table(table, path)
                written[name, split] = table
    manifest = dict(contents.manifest)
    counts: dict[str, dict[str, int]] = {}
    for (name, split), table in written.items():
        counts.setdefault(name, {})[split] = table.num_rows
    manifest |= {"counts": counts, "hydrated_from": sha256_file(source / "release.json")}
    (folder / "hydrated.json").write_text(dump_json(manifest), encoding="utf-8", newline="\n")
    card = render(Contents.of(manifest, written))
    (folder / "README.md").write_text(
        card.replace("\n# ", _NOTICE, 1), encoding="utf-8", newline="\n"
    )
