"""Forgeries by what a format allows and nobody uses: pages, dictionaries and footers of Parquet,
merges and tags of YAML, nodes of Croissant, members of gzip, names that a file system folds.

    python tests/support/contrivances.py CORPUS… [--kinds parquet,card]   # who caught what

Like those of `forger`, each signs again whatever can be signed.
"""

from __future__ import annotations

import functools
import gzip
import json
import os
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from attacks import edit, first_file, parquet, reseal, secret
from forger import INVENTED, Damage, Forger, UnfitError, damage, tell

from copydesk.files import dump_json

CONTRIVANCES: list[Damage] = []

_ROUNDS = "a data set alone has no rounds"
_CONFIGURED = "a data set alone has no configuration"
_WRITER = "how values are stored is the writer's choice: a reader gets the same; a rebuild finds it"

contrivance = functools.partial(damage, to=CONTRIVANCES)
as_it_lies = functools.partial(damage, sign=False, to=CONTRIVANCES)


# ---- Parquet


def _written(
    name: str, design: str = "", free: str = "", table: str = "sentences", **how: Any
) -> None:
    """A table's first file, written in another way."""

    def do(f: Forger) -> None:
        parquet(f, table, lambda rows: rows, **how)

    CONTRIVANCES.append(Damage(kind="parquet", name=name, do=do, design=design, sign=False))


_written("an index of pages", _WRITER, write_page_index=True)
_written("pages with check sums", _WRITER, write_page_checksum=True)
_written("no statistics", _WRITER, write_statistics=False)
_written("no dictionaries", _WRITER, use_dictionary=False)
_written("pages of the second version", _WRITER, data_page_version="2.0")
_written("another compression", _WRITER, compression="gzip", compression_level=None)
_written("no schema of Arrow", _WRITER, store_schema=False)
_written("times of 96 bits", table="annotations", use_deprecated_int96_timestamps=True)
_written("an order that the rows do not have", sorting_columns=[pq.SortingColumn(0, True, True)])


def _described(f: Forger, table: str, more: dict[bytes, bytes]) -> None:
    parquet(f, table, lambda t: t.replace_schema_metadata(dict(t.schema.metadata) | more))


@as_it_lies("parquet")
def an_index_of_pandas(f: Forger) -> None:
    """pandas would make the labels an index, and give no such column."""
    index = {"index_columns": ["label"], "column_indexes": [], "columns": []}
    _described(f, "sentences", {b"pandas": json.dumps(index).encode()})


@as_it_lies("parquet")
def a_place_on_earth(f: Forger) -> None:
    _described(f, "articles", {b"geo": b'{"version":"1.1.0","primary_column":"text","columns":{}}'})


@as_it_lies("parquet")
def features_named_twice(f: Forger) -> None:
    def change(t: pa.Table) -> pa.Table:
        pairs = list(t.schema.metadata.items())
        twice = [(b"huggingface", b'{"info": {"features": {}}}'), *pairs]
        return t.replace_schema_metadata(pa.KeyValueMetadata(twice))

    parquet(f, "sentences", change)


@as_it_lies("parquet", "older versions of Arrow numbered columns themselves; a rebuild finds it")
def numbers_of_the_columns(f: Forger) -> None:
    def change(t: pa.Table) -> pa.Table:
        fields = [
            field.with_metadata({"PARQUET:field_id": str(99 - n)})
            for n, field in enumerate(t.schema)
        ]
        return t.cast(pa.schema(fields, metadata=t.schema.metadata))

    parquet(f, "sentences", change)


def _hidden(f: Forger, words: str) -> None:
    """An entry of a dictionary page that no row refers to."""
    path = first_file(f, "sentences")
    table = pq.read_table(path, partitioning=None)
    place = table.schema.get_field_index("text")
    plain = table.column(place).combine_chunks().dictionary_encode()
    entries = pa.concat_arrays([plain.dictionary, pa.array([words])])
    column = pa.DictionaryArray.from_arrays(plain.indices, entries)
    table = table.set_column(place, table.schema.field(place).with_type(column.type), column)
    stored = pq.read_metadata(path).metadata
    how: dict[str, Any] = {"compression": "zstd", "compression_level": 9, "store_schema": False}
    with pq.ParquetWriter(path, table.schema, **how) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({k.decode(): v.decode() for k, v in stored.items()})
    reseal(f)


@as_it_lies("parquet")
def an_entry_of_a_dictionary_that_no_row_has(f: Forger) -> None:
    _hidden(f, INVENTED)


@as_it_lies("parquet")
def a_withheld_sentence_in_a_dictionary_alone(f: Forger) -> None:
    _hidden(f, secret(f))


@as_it_lies("parquet")
def groups_of_rows_in_another_order(f: Forger) -> None:
    path = first_file(f, "sentences")
    table = pq.read_table(path, partitioning=None)
    half = table.num_rows // 2
    with pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=9) as writer:
        writer.write_table(table.slice(half))
        writer.write_table(table.slice(0, half))
    reseal(f)


@as_it_lies("parquet", _WRITER)
def a_group_of_no_rows(f: Forger) -> None:
    path = first_file(f, "sentences")
    table = pq.read_table(path, partitioning=None)
    with pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=9) as writer:
        writer.write_table(table)
        writer.write_table(table.slice(0, 0))
    reseal(f)


@as_it_lies("parquet")
def columns_that_lie_in_another_file(f: Forger) -> None:
    path = first_file(f, "sentences")
    metadata = pq.read_metadata(path)
    metadata.set_file_path("../../../elsewhere.parquet")
    metadata.write_metadata_file(path)
    reseal(f)


@as_it_lies("parquet")
def an_encrypted_file(f: Forger) -> None:
    path = first_file(f, "sentences")
    data = bytearray(path.read_bytes())
    data[:4] = data[-4:] = b"PARE"
    path.write_bytes(bytes(data))
    reseal(f)


@as_it_lies("parquet")
def one_file_of_bytes_left_out(f: Forger) -> None:
    path = first_file(f, "sentences")
    data = path.read_bytes()
    path.write_bytes(data[:4] + b"\0" * 8 + data[12:])
    reseal(f)


@as_it_lies("parquet")
def blank_bytes_before_the_footer(f: Forger) -> None:
    path = first_file(f, "quotes")
    data = path.read_bytes()
    at = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    path.write_bytes(data[:at] + b"\0" * 64 + data[at:])
    reseal(f)


# ---- rows


def _everywhere(name: str, table: str, design: str = "", **values: Any) -> None:
    def do(f: Forger) -> None:
        f.put(table, pl.lit(True), **values)

    CONTRIVANCES.append(Damage(kind="values", name=name, do=do, design=design))


_everywhere("time taken that is no number", "annotations", lead_time_s=float("nan"))
_everywhere("time taken without end", "annotations", lead_time_s=float("inf"))
_everywhere("time taken below nothing", "annotations", lead_time_s=-1.0)
_everywhere("a share that is no number", "sentences", quoted_ratio=float("nan"))
_everywhere("a share below nothing by its sign", "sentences", quoted_ratio=-0.0)
_everywhere("an agreement beyond all", "sentences", agreement=1.0000001)
_everywhere("a similarity that is no number", "quotes", similarity=float("nan"))
_SAID = "a release alone has no other account of an article"
_everywhere("an outlet in decomposed letters", "articles", _SAID, outlet="Le Me\u0301tier")
_everywhere("an outlet of blanks", "articles", _SAID, outlet=" \u2003 ")
_everywhere("an outlet of two lines", "articles", _SAID, outlet="The Post\u2028is not ours")
_everywhere("a port that is none", "articles", _SAID, url="https://x.example:99999/")
_everywhere("an address of this machine", "articles", _SAID, url="http://127.0.0.1/a")
_everywhere("an address beyond its letters", "articles", url="https://x\u0430.example/a b")
_everywhere("a year of five digits", "articles", published="12026-01-01")
_everywhere("a date in other digits", "articles", published="٢٠٢٦-٠١-٠١")
_everywhere("a language of this release alone", "articles", language="en-x-ours")
_everywhere("a licence in other letters", "articles", licence="cc-by-4.0")


@contrivance("values")
def an_article_named_like_a_device(f: Forger) -> None:
    f.rename("article_id", f.first("articles")["article_id"], "con")


@contrivance("values", "found by machine: only a rebuild finds it again")
def a_quotation_of_nobody_with_a_cue(f: Forger) -> None:
    f.put("quotes", pl.lit(True), speaker=None, cue=None)


@contrivance("values", "a data set alone has no other account of the article's licence")
def a_licence_that_opens_a_withheld_article(f: Forger) -> None:
    """Its text is given with it, from the corpus's own copy."""
    row = f.first("articles", where=pl.col("text").is_null())
    path = f.corpus.private / "raw" / f"{row['article_id']}.txt"
    if not path.is_file():
        raise UnfitError("withheld text")
    text = path.read_text(encoding="utf-8")
    mine = pl.col("article_id") == row["article_id"]
    f.put("articles", mine, text=text, licence="CC-BY-4.0", redistributable=True)
    standoff = f.frames["standoff"]
    given = standoff.filter(mine).drop("text_sha256")
    texts = [text[a:b] for a, b in given.select("start", "end").iter_rows()]
    given = given.with_columns(text=pl.Series(texts, dtype=pl.String))
    columns = f.frames["sentences"].columns
    f.frames["sentences"] = pl.concat([f.frames["sentences"], given.select(columns)])
    f.frames["standoff"] = standoff.filter(~mine)


# ---- the card


def _card(name: str, old: str, new: str, free: str = "") -> None:
    def do(f: Forger) -> None:
        edit(f, "dataset/README.md", (old, new))

    CONTRIVANCES.append(
        Damage(kind="card", name=name, do=do, design=free, free=free, around=True, sign=False)
    )


_END = "\n---\n"
_card("a merge", "configs:\n- config_name", "configs:\n- <<: {drop_labels: true}\n  config_name")
_card("columns chosen", "  default: true", "  default: true\n  columns: [sentence_id]")
_card("another builder", "  default: true", "  default: true\n  data_dir: raw")
_card("a number for a version", "version: 1", "version: !!float 1")
_card("a version as bytes", "version: ", "version: !!binary ")
_card("an anchor in a list", "license:\n- ", "license: &all\n- ")
_card("a set of licences", "license:\n- ", "license: !!set\n  ? ")
_card("a folded name", "pretty_name: ", "pretty_name: >-\n  Other words\nx-y: ")
_card("sizes of other bytes", "num_bytes: ", "num_bytes: 9")
_card("an end of the document", _END, "\n...\nconfigs: []\n---\n")
_card("a directive", "---\n", "%YAML 1.1\n---\n")
_card("line ends of an old system", _END, "\r---\r")
_card(
    "a begin within a begin", "<!-- copydesk:begin", "<!-- copydesk:begin x --><!-- copydesk:begin"
)
_card("an end in capitals", "<!-- copydesk:end", "<!-- COPYDESK:END")
_card("a split of other spelling", "- split: train", "- split: Train")
_card("a split in other letters", "- split: train", "- split: tr\u0430in")
_card("a path with a dot", "path: releases/", "path: ./releases/")
_card("a path in percent signs", "path: releases/", "path: %72eleases/")
_card("a path with two files", "/train.parquet", "/{train,test}.parquet")
_card("a path twice", "/sentences/train.parquet", "//sentences/train.parquet")


# ---- JSON


def _text(name: str, file: str, old: str, new: str, **how: Any) -> None:
    def do(f: Forger) -> None:
        path = f.folder / file
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise UnfitError(old)
        path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
        if file == "release.json":
            f.sign_index()
        else:
            own_croissant(f)

    CONTRIVANCES.append(Damage(kind="json", name=name, do=do, sign=False, **how))


def own_croissant(f: Forger) -> None:
    """State the digest of croissant.json as it lies."""
    from copydesk.files import sha256_file

    path = f.folder / "croissant.json"
    manifest = json.loads((f.folder / "release.json").read_text())
    for entry in manifest["files"]:
        if entry["path"] == "croissant.json":
            entry |= {"sha256": sha256_file(path), "bytes": path.stat().st_size}
    (f.folder / "release.json").write_text(dump_json(manifest))
    f.sign_index()


_text("a count that is no number", "release.json", '"rows": ', '"rows": NaN, "_": ')
_text(
    "a count of a thousand digits", "release.json", '"rows": ', '"rows": ' + "9" * 1000 + ', "_": '
)
_text("a truth for a number", "release.json", '"bytes": ', '"bytes": true, "_": ')
_text("half a letter", "release.json", '"labels": "', '"labels": "\\ud800')
_text(
    "a key of another language's objects", "release.json", "{", '{"__proto__": {"labels": "rule"},'
)
_text("an escaped key twice", "release.json", '"version"', '"v\\u0065rsion": "9.9.9", "version"')
_text("a remark", "release.json", "{", "/* ours */ {")
_text("a second context", "croissant.json", "{", '{"@included": [{"@id": "x", "url": "http://x"}],')
_text("an alias of a key", "croissant.json", '"name"', '"schema:name": "Other", "name"')
_text("a graph", "croissant.json", "{", '{"@graph": [],')
_text("a base", "croissant.json", '"@context": {', '"@context": {"@base": "https://x.example/",')


# ---- files


@as_it_lies("files", around=True)
def a_folder_of_the_release_that_is_a_link(f: Forger) -> None:
    folder = f.folder / "sentences"
    to = f.root / "elsewhere"
    shutil.move(folder, to)
    folder.symlink_to(os.path.relpath(to, folder.parent))


@as_it_lies("files", around=True)
def a_folder_that_a_file_system_folds(f: Forger) -> None:
    shutil.copytree(f.folder / "sentences", f.folder / "Sentences")


@as_it_lies("files", around=True)
def a_release_that_a_file_system_folds(f: Forger) -> None:
    shutil.copytree(f.folder, f.folder.with_name(f.folder.name + "."))


@as_it_lies("files", around=True)
def a_text_under_a_decomposed_name(f: Forger) -> None:
    lines = (f.dataset / "raw" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    documents = [json.loads(line) for line in lines]
    for line in documents:
        path = f.dataset / "raw" / str(line.get("file"))
        if line.get("file") and path.is_file():
            name = unicodedata.normalize("NFD", "é") + Path(line["file"]).name
            path.rename(path.with_name(name))
            line["file"] = str(Path(line["file"]).with_name("é" + Path(line["file"]).name))
            text = "".join(json.dumps(d, ensure_ascii=False) + "\n" for d in documents)
            (f.dataset / "raw" / "articles.jsonl").write_text(text, encoding="utf-8")
            return
    raise UnfitError("raw")


@as_it_lies("files", around=True)
def a_folder_for_a_release_without_an_entry(f: Forger) -> None:
    shutil.copytree(f.folder, f.folder.with_name("0.0.1"))


# ---- index and withdrawals


def _index(name: str, change: Callable[[Forger, list[dict[str, Any]]], object], **how: Any) -> None:
    def do(f: Forger) -> None:
        f.sign_index(lambda entries: change(f, entries))

    CONTRIVANCES.append(Damage(kind="index", name=name, do=do, around=True, sign=False, **how))


def _withdrawn(f: Forger, entries: list[dict[str, Any]]) -> None:
    """A release is replaced by a folder of a withdrawal that nobody asked for."""
    new = f"{f.folder.name}+w1"
    f.folder.rename(f.folder.with_name(new))
    f.folder = f.folder.with_name(new)
    manifest = json.loads((f.folder / "release.json").read_text())
    manifest["version"] = new
    (f.folder / "release.json").write_text(dump_json(manifest))
    last = {
        "version": new,
        "event": "withdrawn",
        "at": "2026-06-01T00:00:00Z",
        "reason": "So.",
    }
    entries.append(entries[-1] | last)


_index("a withdrawal with a folder of its own", _withdrawn)
_index("an entry with an empty event", lambda f, e: e[-1].update(event=""))
_index("an entry with the time as a number", lambda f, e: e[-1].update(created=1764288000))
_index("an entry of tomorrow's version", lambda f, e: e.append(e[-1] | {"version": "1.1.0+w01"}))


def _index_text(name: str, change: Callable[[list[Any]], object]) -> None:
    """The index as it lies, with a chain that nobody makes anew."""

    def do(f: Forger) -> None:
        path = f.corpus.releases / "index.json"
        document = json.loads(path.read_text())
        change(document["releases"])
        path.write_text(dump_json(document))

    CONTRIVANCES.append(Damage(kind="index", name=name, do=do, around=True, sign=False))


_index_text("an entry that is null", lambda entries: entries.append(None))
_index_text("a first entry with one before it", lambda e: e[0].update(before="a" * 64))


def _in_capitals(entries: list[Any]) -> None:
    if len(entries) < 2:
        raise UnfitError("index")
    entries[-1]["before"] = entries[-1]["before"].upper()


_index_text("a chain in capitals", _in_capitals)


@as_it_lies("index", around=True)
def a_key_beside_the_releases(f: Forger) -> None:
    path = f.corpus.releases / "index.json"
    path.write_text(dump_json(json.loads(path.read_text()) | {"latest": "1.0.0"}))


@as_it_lies("index", around=True)
def a_list_of_withdrawals(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").is_not_null())
    line = {"article_id": row["article_id"], "on": "2026-05-01", "reason": "So.", "erased": False}
    (f.dataset / "raw" / "withdrawn.jsonl").write_text(json.dumps(line) + "\n")


@as_it_lies("index", free="what was never released leaves no other trace", around=True)
def a_withdrawal_of_somebody_unknown(f: Forger) -> None:
    line = {"article_id": "nobody", "on": "2026-05-01", "reason": "So.", "erased": True}
    (f.dataset / "raw" / "withdrawn.jsonl").write_text(json.dumps(line) + "\n")


# ---- rounds


def _archive(name: str, change: Callable[[bytes], bytes]) -> None:
    """An archive of answers, packed again."""

    def do(f: Forger) -> None:
        for room in sorted(f.corpus.rounds.glob("*")):
            for path in sorted((room / "pulls").glob("*.gz")) if _released(f, room) else ():
                before = path.read_bytes()
                after = change(before)
                if after != before:
                    path.write_bytes(after)
                    return
        raise UnfitError("pulls")

    CONTRIVANCES.append(
        Damage(kind="rounds", name=name, do=do, design=_ROUNDS, around=True, sign=False)
    )


def _released(f: Forger, room: Path) -> bool:
    return room.name in f.manifest["rounds"]


def _repacked(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: gzip.compress(gzip.decompress(data).replace(old, new, 1), mtime=0)


_archive("a label in an archive", _repacked(b'"background"', b'"speculation"'))
_archive("a time in an archive", _repacked(b"2026-", b"2025-"))
_archive("a member more in an archive", lambda d: d + gzip.compress(b"{}\n"))
_archive("bytes behind an archive", lambda d: d + b"x" * 20)
_archive("an archive cut short", lambda d: d[: len(d) // 2])
_archive("an archive that unpacks without end", lambda d: gzip.compress(b"\n" * (64 << 20)))


def _line(name: str, file: str, line: dict[str, Any]) -> None:
    def do(f: Forger) -> None:
        for room in sorted(f.corpus.rounds.glob("*")):
            if _released(f, room):
                with (room / file).open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(line) + "\n")
                return
        raise UnfitError("rounds")

    CONTRIVANCES.append(
        Damage(kind="rounds", name=name, do=do, design=_ROUNDS, around=True, sign=False)
    )


_AT = "2026-03-01T00:00:00Z"
_line("an amendment of nothing", "amendments.jsonl", {"at": _AT, "reason": "So.", "changes": {}})
_line(
    "an adjudication of another sentence",
    "adjudications.jsonl",
    {
        "sentence_id": "nobody.001",
        "label": "claim",
        "adjudicator": "z9",
        "at": _AT,
        "reason": "So.",
    },
)


# ---- what stands beside the data set


@as_it_lies("corpus", _CONFIGURED, around=True)
def a_scheme_with_other_keys(f: Forger) -> None:
    path = f.root / "schema" / "labels.json"
    if not path.is_file():
        raise UnfitError("labels.json")
    document = json.loads(path.read_text())
    one, two = document["labels"][:2]
    one["hotkey"], two["hotkey"] = two["hotkey"], one["hotkey"]
    path.write_text(dump_json(document))


def _guidelines_of(f: Forger, version: str) -> None:
    path = f.corpus.annotations / "guidelines.md"
    text = path.read_text(encoding="utf-8")
    stated = str(f.manifest["guidelines_version"])
    if stated not in text:
        raise UnfitError("guidelines")
    path.write_text(text.replace(stated, version, 1), encoding="utf-8")


@as_it_lies("corpus", free="newer guidelines belong to a future round", around=True)
def guidelines_of_a_newer_version(f: Forger) -> None:
    _guidelines_of(f, "7.7")


@as_it_lies("corpus", _CONFIGURED, around=True)
def guidelines_of_an_older_version(f: Forger) -> None:
    _guidelines_of(f, "0.1")


if __name__ == "__main__":
    tell(CONTRIVANCES)
