"""More forgeries: what lies in a data set folder beside the rows, and the bytes of its files.

    python tests/support/attacks.py CORPUS… [--kinds rows,croissant]   # who caught what

Like those of `forger`, each signs again whatever can be signed.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from forger import INVENTED, Damage, Forger, UnfitError, damage, table_of, tell

from copydesk.contract.columns import SPLITS
from copydesk.files import dump_json, sha256_file
from copydesk.release.changes import write_changes
from copydesk.release.contents import Contents
from copydesk.release.croissant import render
from copydesk.release.diff import compare
from copydesk.release.documents import write_documents

ATTACKS: list[Damage] = []

_ALONE = "a data set alone does not have what is withheld"
_WORDS = "words that people write stand outside the markers"


_ANY = (Exception, pl.exceptions.PanicException)
"""Whatever copydesk itself says of what it is to sign."""

attack = functools.partial(damage, sign=False, to=ATTACKS)


def reseal(f: Forger, folder: Path | None = None) -> None:
    """Sign files that were changed as they lie: manifest, Croissant, index and all documents."""
    folder = folder or f.folder
    manifest = json.loads((folder / "release.json").read_text())
    entries = [e for e in manifest["files"] if e["path"] != "croissant.json"]
    for entry in entries:
        path = folder / entry["path"]
        entry |= {"sha256": sha256_file(path), "bytes": path.stat().st_size}
        with contextlib.suppress(*_ANY):
            entry["rows"] = pq.read_metadata(path).num_rows
    manifest["files"] = entries
    (folder / "release.json").write_text(dump_json(manifest))
    croissant = folder / "croissant.json"
    with contextlib.suppress(*_ANY):
        croissant.write_text(dump_json(render(Contents.read(folder))))
    own = {"path": "croissant.json", "sha256": sha256_file(croissant)}
    own |= {"bytes": croissant.stat().st_size, "rows": None}
    manifest["files"] = sorted([*entries, own], key=lambda e: str(e["path"]))
    (folder / "release.json").write_text(dump_json(manifest))
    if folder == f.folder:
        with contextlib.suppress(*_ANY):
            contents = Contents.read(folder)
            before = f.corpus.releases / str(f.previous)
            old = Contents.read(before) if f.previous and before.is_dir() else None
            write_changes(f.dataset, contents, compare(old, contents) if old else None)
            write_documents(f.corpus, contents)
    f.sign_index()


def stated(
    f: Forger, change: Callable[[dict[str, Any]], object], folder: Path | None = None
) -> None:
    """Change release.json as it lies, and sign it."""
    path = (folder or f.folder) / "release.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(dump_json(manifest))
    reseal(f, folder)


def parquet(f: Forger, table: str, change: Callable[[pa.Table], pa.Table], **options: Any) -> None:
    """Rewrite the first file of a table."""
    path = first_file(f, table)
    rows = change(pq.read_table(path, partitioning=None))
    pq.write_table(rows, path, **{"compression": "zstd", "compression_level": 9} | options)
    reseal(f)


def first_file(f: Forger, table: str) -> Path:
    paths = sorted((f.folder / table).glob("*.parquet"))
    if not paths:
        raise UnfitError(table)
    return paths[0]


def recast(column: str, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(column)
        field = table.schema.field(place).with_type(kind)
        return table.set_column(place, field, table.column(place).cast(kind))

    return change


def secret(f: Forger) -> str:
    """A long sentence of a withheld article whose text the corpus has."""
    given = " ".join(
        " ".join(frame["text"].drop_nulls().to_list())
        for frame in (f.frames["articles"], f.frames["sentences"])
    )
    for row in f.frames["standoff"].iter_rows(named=True):
        path = f.corpus.private / "raw" / f"{row['article_id']}.txt"
        if path.is_file():
            text = path.read_text(encoding="utf-8")[row["start"] : row["end"]]
            if len(text.split()) > 13 and text.isascii() and text not in given:
                return text
    for path in sorted((f.corpus.private / "raw").glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if len(line.split()) > 11 and line not in given and "“" not in line:
                return line
    raise UnfitError("withheld text")


def say(f: Forger, name: str, text: str) -> None:
    """Add words at the end of a document."""
    path = f.root / name
    if not path.is_file():
        raise UnfitError(name)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"\n{text}\n")


def edit(f: Forger, name: str, *pairs: tuple[str, str]) -> None:
    """Replace the first occurrence of words in a document."""
    path = f.root / name
    if not path.is_file():
        raise UnfitError(name)
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        if old not in text:
            raise UnfitError(old)
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def older(f: Forger) -> Path:
    """The release before the newest."""
    if not f.previous:
        raise UnfitError("previous")
    return f.corpus.releases / str(f.previous)


# ---- the reader's view, files


@attack("reader")
def rows_in_another_order(f: Forger) -> None:
    parquet(f, "sentences", lambda t: t.take(list(range(t.num_rows))[::-1]))


@attack("reader")
def answers_in_another_order(f: Forger) -> None:
    parquet(f, "annotations", lambda t: t.take(list(range(t.num_rows))[::-1]))


@attack("reader")
def articles_in_another_order(f: Forger) -> None:
    parquet(f, "articles", lambda t: t.take(list(range(t.num_rows))[::-1]))


@attack("reader")
def a_dictionary_of_strings(f: Forger) -> None:
    parquet(f, "sentences", recast("zone", pa.dictionary(pa.int32(), pa.string())))


@attack("reader")
def a_share_in_single_precision(f: Forger) -> None:
    parquet(f, "sentences", recast("agreement", pa.float32()))


@attack("reader")
def times_in_milliseconds(f: Forger) -> None:
    parquet(f, "annotations", recast("created_at", pa.timestamp("ms", tz="UTC")))


@attack("reader")
def times_without_a_zone(f: Forger) -> None:
    parquet(f, "annotations", recast("created_at", pa.timestamp("us")))


@attack("reader")
def numbers_of_64_bits(f: Forger) -> None:
    parquet(f, "sentences", recast("start", pa.int64()))


@attack("reader")
def a_label_of_32_bits(f: Forger) -> None:
    parquet(f, "sentences", recast("label", pa.int32()))


@attack("reader")
def strings_as_bytes(f: Forger) -> None:
    parquet(f, "articles", recast("outlet", pa.binary()))


@attack("reader")
def a_column_of_json(f: Forger) -> None:
    def change(t: pa.Table) -> pa.Table:
        place = t.schema.get_field_index("outlet")
        column = pa.ExtensionArray.from_storage(
            pa.json_(), t.column(place).combine_chunks().fill_null("null")
        )
        return t.set_column(place, pa.field("outlet", pa.json_()), pa.chunked_array([column]))

    parquet(f, "articles", change)


@attack("reader")
def no_null_allowed_inside_a_list(f: Forger) -> None:
    def change(t: pa.Table) -> pa.Table:
        place = t.schema.get_field_index("cues")
        kind = t.schema.field(place).type
        inner = kind.value_field.with_nullable(False)
        return t.set_column(
            place, pa.field("cues", pa.list_(inner)), t["cues"].cast(pa.list_(inner))
        )

    parquet(f, "sentences", change)


@attack("reader")
def other_names_inside_the_votes(f: Forger) -> None:
    def change(t: pa.Table) -> pa.Table:
        place = t.schema.get_field_index("votes")
        column = t["votes"].combine_chunks()
        names = [field.name for field in column.type]
        swapped = pa.StructArray.from_arrays(
            [column.field(n) for n in range(len(names))], names=[names[1], names[0], *names[2:]]
        )
        return t.set_column(place, "votes", swapped)

    parquet(f, "sentences", change)


@attack("reader")
def metadata_of_a_nested_field(f: Forger) -> None:
    def change(t: pa.Table) -> pa.Table:
        place = t.schema.get_field_index("votes")
        kind = t.schema.field(place).type
        fields = [field.with_metadata({"note": "an odd remark"}) for field in kind]
        new = pa.field("votes", pa.struct(fields))
        return t.set_column(place, new, t["votes"].combine_chunks().cast(new.type))

    parquet(f, "sentences", change)


@attack("reader")
def metadata_of_another_version(f: Forger) -> None:
    def change(t: pa.Table) -> pa.Table:
        meta = dict(t.schema.metadata)
        own = json.loads(meta[b"copydesk"]) | {"version": "9.9.9", "note": "anything"}
        return t.replace_schema_metadata(meta | {b"copydesk": json.dumps(own).encode()})

    parquet(f, "sentences", change)


@attack("reader")
def another_card_in_the_features(f: Forger) -> None:
    def change(t: pa.Table) -> pa.Table:
        meta = dict(t.schema.metadata)
        own = json.loads(meta[b"huggingface"])
        own["info"]["license"] = "mit"
        return t.replace_schema_metadata(meta | {b"huggingface": json.dumps(own).encode()})

    parquet(f, "sentences", change)


@attack("reader")
def no_features(f: Forger) -> None:
    parquet(f, "sentences", lambda t: t.replace_schema_metadata({}))


@attack("reader")
def labels_in_another_order(f: Forger) -> None:
    def change(t: pa.Table) -> pa.Table:
        meta = dict(t.schema.metadata)
        own = json.loads(meta[b"huggingface"])
        own["info"]["features"]["label"]["names"].reverse()
        return t.replace_schema_metadata(meta | {b"huggingface": json.dumps(own).encode()})

    parquet(f, "sentences", change)


@attack("reader")
def dead_bytes_between_pages(f: Forger) -> None:
    """A column group that no footer names: its rows are sent, and nobody reads them."""
    path = first_file(f, "articles")
    rows = pq.read_table(path, partitioning=None)
    hidden = path.with_name("x")
    pq.write_table(pa.table({"text": [INVENTED] * 50}), hidden, compression="zstd")
    body = hidden.read_bytes()[4:-8]
    hidden.unlink()
    pq.write_table(rows, path, compression="zstd", compression_level=9)
    data = path.read_bytes()
    size = int.from_bytes(data[-8:-4], "little")
    cut = len(data) - 8 - size
    path.write_bytes(data[:cut] + body + data[cut:])
    reseal(f)


@attack("reader", around=True)
def an_index_of_pages(f: Forger) -> None:
    raise UnfitError("written by some versions of Arrow")


@attack("reader")
def a_folder_of_files_more(f: Forger) -> None:
    path = first_file(f, "sentences")
    shutil.copy(path, path.with_name("train-00000-of-00001.parquet"))
    stated(
        f,
        lambda m: m["files"].append(
            {
                "path": "sentences/train-00000-of-00001.parquet",
                "rows": 1,
                "bytes": 1,
                "sha256": "0" * 64,
            }
        ),
    )


@attack("reader")
def a_split_in_two_files_of_other_order(f: Forger) -> None:
    path = first_file(f, "sentences")
    rows = pq.read_table(path, partitioning=None)
    half = rows.num_rows // 2
    if not half:
        raise UnfitError("rows")
    for name, part in (("00000", rows.slice(half)), ("00001", rows.slice(0, half))):
        to = path.with_name(f"{path.stem}-{name}-of-00002.parquet")
        pq.write_table(part, to, compression="zstd", compression_level=9)
    path.unlink()

    def change(m: dict[str, Any]) -> None:
        name = f"sentences/{path.name}"
        m["files"] = [e for e in m["files"] if e["path"] != name]
        for part in ("00000", "00001"):
            m["files"].append(
                {"path": f"sentences/{path.stem}-{part}-of-00002.parquet", "rows": 0, "bytes": 0}
                | {"sha256": "0" * 64}
            )

    stated(f, change)


def _front(old: str, new: str, name: str) -> None:
    def do(f: Forger) -> None:
        edit(f, "dataset/README.md", (old, new))

    ATTACKS.append(Damage(kind="reader", name=name, do=do, around=True, sign=False))


_front("---\n", "\ufeff---\n", "a mark before the front matter")
_front("configs:", "configs: []\nconfigs:", "configs twice")
_front("train.parquet", "*.parquet", "a glob of files")
_front("train.parquet", "../*/sentences/train.parquet", "a path through a parent")
_front("path: releases", "path: https://other.example/releases", "files of another place")
_front("default: true", "default: false", "no default config")
_front("version: ", "version: 9.9.9 #", "another version")
_front("pretty_name", "viewer: false\npretty_name", "a viewer switched off")
_front("license:\n", "license:\n- mit\n", "another licence")
_front("license:\n", "license_details: none\nlicense:\n", "a key about the licence")
_front("\n---\n", "\ntags: [&a x, *a]\n---\n", "an alias among the tags")
_front("\n---\n", "\ndate: 2026-99-99\n---\n", "a date that is none")
_front("\n---\n", "\n? [a, b]\n: c\n---\n", "a key that is a list")
_front("\n---\n", "\n!!python/object:os.system x: y\n---\n", "a tag of Python")
_front("\n---\n", "\ntags: " + "[" * 3000 + "\n---\n", "brackets without end")
_front("features:", "features: []\n  _features:", "other features")


# ---- nested scope


def _file(name: str, text: str | bytes = "x") -> None:
    def do(f: Forger) -> None:
        path = f.dataset / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    ATTACKS.append(Damage(kind="scope", name=f"the file {name!r}", do=do, around=True, sign=False))


for _name in (
    "readme.md",
    "README.md ",
    "README.MD",
    "LICENSE.txt",
    "data/train.parquet",
    "releases/index.json.bak",
    "releases/.index.json.x.part",
    "raw/articles.jsonl~",
    "raw/articles.csv",
    "raw/.git/config",
    ".cache/other/x",
    ".hf/x",
    "raw/originals/__init__.py",
    "labels.json\n",
    "baselines/9.9.9.json",
    "baselines/x.json",
    "guidelines.MD",
    "cafe\u0301.md",
    ".DS_Store",
    "Thumbs.db",
    "releases/latest/release.json",
):
    _file(_name)


@attack("scope", around=True)
def a_document_that_is_a_folder(f: Forger) -> None:
    (f.dataset / "labels.json").unlink(missing_ok=True)
    (f.dataset / "labels.json").mkdir()
    (f.dataset / "labels.json" / "x.json").write_text("{}")


@attack("scope", around=True)
def a_pipe_for_a_document(f: Forger) -> None:
    (f.dataset / "CITATION.cff").unlink(missing_ok=True)
    os.mkfifo(f.dataset / "CITATION.cff")


@attack("scope", around=True)
def an_index_that_is_a_pipe(f: Forger) -> None:
    (f.corpus.releases / "index.json").unlink()
    os.mkfifo(f.corpus.releases / "index.json")


@attack("scope", around=True)
def the_card_is_a_link(f: Forger) -> None:
    shutil.move(f.dataset / "README.md", f.root / "card.md")
    (f.dataset / "README.md").symlink_to(f.root / "card.md")


@attack("scope", around=True)
def raw_is_a_link(f: Forger) -> None:
    if not (f.dataset / "raw").is_dir():
        raise UnfitError("raw")
    shutil.move(f.dataset / "raw", f.root / "elsewhere")
    (f.dataset / "raw").symlink_to(f.root / "elsewhere")


@attack("scope", around=True)
def a_link_that_loops(f: Forger) -> None:
    (f.dataset / "raw" / "loop").symlink_to(f.dataset / "raw")


# ---- the older release


def _first_older(f: Forger, table: str) -> Path:
    paths = sorted((older(f) / table).glob("*.parquet"))
    if not paths:
        raise UnfitError(table)
    return paths[0]


def _older_rows(f: Forger, table: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    path = _first_older(f, table)
    table_ = pq.read_table(path, partitioning=None)
    frame = change(pl.from_arrow(table_))  # type: ignore[arg-type]
    rows = table_of(frame, table_.schema)
    if rows.equals(table_):
        raise UnfitError(table)
    pq.write_table(rows, path, compression="zstd", compression_level=9)
    reseal(f, older(f))


@attack("older release", around=True)
def a_label_of_the_release_before(f: Forger) -> None:
    _older_rows(f, "sentences", lambda t: t.with_columns(label=(pl.col("label") + 1) % 4))


@attack("older release", around=True)
def a_sentence_of_the_release_before(f: Forger) -> None:
    _older_rows(f, "sentences", lambda t: t.with_columns(text=pl.lit(INVENTED)))


@attack("older release", around=True)
def the_text_of_a_withheld_article_before(f: Forger) -> None:
    older(f)

    def change(t: pl.DataFrame) -> pl.DataFrame:
        return t.with_columns(text=pl.col("text").fill_null(INVENTED))

    for path in sorted((older(f) / "articles").glob("*.parquet")):
        table_ = pq.read_table(path, partitioning=None)
        if table_["text"].null_count:
            frame = change(pl.from_arrow(table_))  # type: ignore[arg-type]
            pq.write_table(table_of(frame, table_.schema), path, compression="zstd")
            reseal(f, older(f))
            return
    raise UnfitError("withheld")


@attack("older release", around=True)
def a_licence_before(f: Forger) -> None:
    _older_rows(f, "articles", lambda t: t.with_columns(licence=pl.lit("CC-BY-NC-4.0")))


@attack("older release", around=True)
def nobody_credited_before(f: Forger) -> None:
    _older_rows(
        f,
        "articles",
        lambda t: t.with_columns(licence=pl.lit("CC-BY-4.0"), attribution=pl.lit(None, pl.String)),
    )


@attack("older release", around=True)
def another_time_before(f: Forger) -> None:
    stated(f, lambda m: m.update(created="2020-01-01T00:00:00Z"), older(f))


@attack("older release", around=True)
def an_unknown_column_before(f: Forger) -> None:
    path = _first_older(f, "articles")
    rows = pq.read_table(path, partitioning=None)
    rows = rows.append_column("note", pa.array(["x"] * rows.num_rows))
    pq.write_table(rows, path, compression="zstd")
    reseal(f, older(f))


@attack("older release", around=True)
def a_file_more_before(f: Forger) -> None:
    (older(f) / "notes.txt").write_text("x")


@attack("older release", around=True)
def a_hostile_path_before(f: Forger) -> None:
    def change(m: dict[str, Any]) -> None:
        m["files"].append({"path": "a\x00b", "sha256": "0" * 64, "bytes": 0, "rows": None})

    path = older(f) / "release.json"
    m = json.loads(path.read_text())
    change(m)
    path.write_text(dump_json(m))
    f.sign_index()


@attack("older release", around=True)
def entries_without_a_path_before(f: Forger) -> None:
    path = older(f) / "release.json"
    m = json.loads(path.read_text())
    m["files"] = ["x", 1, None, {"sha256": 1}]
    path.write_text(dump_json(m))
    f.sign_index()


@attack("older release", around=True)
def a_manifest_before_that_is_a_number(f: Forger) -> None:
    (older(f) / "release.json").write_text("7")
    f.sign_index()


@attack("older release", around=True)
def its_entry_in_the_change_list(f: Forger) -> None:
    name = str(f.previous)
    text = (f.dataset / "CHANGES.md").read_text()
    older(f)
    head, mark, rest = text.partition(f"copydesk:begin {name} ")
    if not mark:
        raise UnfitError("CHANGES.md")
    for digit in "123456789":
        at = rest.find(f" {digit}")
        if at > 0:
            rest = rest[:at] + " 77" + rest[at + 1 :]
            break
    (f.dataset / "CHANGES.md").write_text(head + mark + rest)


@attack("older release", around=True)
def an_entry_of_a_release_that_never_was(f: Forger) -> None:
    say(
        f,
        "dataset/CHANGES.md",
        "<!-- copydesk:begin 0.0.9 -->\n## 0.0.9\nBy people.\n<!-- copydesk:end 0.0.9 -->",
    )


# ---- the manifest of articles, texts


def _manifest(f: Forger, change: Callable[[list[dict[str, Any]]], object]) -> None:
    path = f.corpus.manifest
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    change(lines)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def _given(lines: list[dict[str, Any]], *, given: bool = True) -> dict[str, Any]:
    for line in lines:
        if bool(line.get("file")) == given:
            return line
    raise UnfitError("manifest")


@attack("manifest of articles", around=True)
def a_raw_text(f: Forger) -> None:
    lines = [json.loads(line) for line in f.corpus.manifest.read_text().splitlines()]
    path = f.corpus.raw / _given(lines)["file"]
    path.write_text(path.read_text() + "One line more.\n")


@attack("manifest of articles", around=True)
def a_raw_text_and_its_hash(f: Forger) -> None:
    def change(lines: list[dict[str, Any]]) -> None:
        line = _given(lines)
        path = f.corpus.raw / line["file"]
        path.write_text(path.read_text() + "One line more.\n")
        line["text_sha256"] = sha256_file(path)

    _manifest(f, change)


@attack("manifest of articles", around=True)
def a_raw_text_gone(f: Forger) -> None:
    lines = [json.loads(line) for line in f.corpus.manifest.read_text().splitlines()]
    (f.corpus.raw / _given(lines)["file"]).unlink()


@attack("manifest of articles", around=True)
def an_article_twice(f: Forger) -> None:
    _manifest(f, lambda lines: lines.append(lines[0] | {"outlet": "Another"}))


@attack("manifest of articles", around=True)
def an_article_twice_first(f: Forger) -> None:
    _manifest(f, lambda lines: lines.insert(0, lines[0] | {"outlet": "Another"}))


@attack("manifest of articles", around=True)
def a_file_outside(f: Forger) -> None:
    _manifest(f, lambda lines: _given(lines).update(file="../../README.md"))


@attack("manifest of articles", around=True)
def a_licence_left_out(f: Forger) -> None:
    _manifest(f, lambda lines: _given(lines).pop("licence"))


@attack("manifest of articles", around=True)
def an_event_left_out(f: Forger) -> None:
    _manifest(f, lambda lines: lines[0].pop("event", None))


@attack("manifest of articles", around=True)
def a_key_more(f: Forger) -> None:
    _manifest(f, lambda lines: lines[0].update(note="x"))


@attack("manifest of articles", around=True)
def another_licence(f: Forger) -> None:
    _manifest(f, lambda lines: _given(lines).update(licence="CC0-1.0", attribution=None))


@attack("manifest of articles", around=True)
def a_title_of_a_withheld_article(f: Forger) -> None:
    _manifest(f, lambda lines: _given(lines, given=False).update(title="A title"))


@attack("manifest of articles", around=True)
def it_is_gone(f: Forger) -> None:
    f.corpus.manifest.unlink()


@attack("manifest of articles", around=True)
def it_is_empty(f: Forger) -> None:
    f.corpus.manifest.write_text("")


@attack("manifest of articles", around=True)
def a_line_that_is_a_list(f: Forger) -> None:
    with f.corpus.manifest.open("a") as stream:
        stream.write("[1]\n")


@attack("manifest of articles", around=True)
def a_line_of_bad_bytes(f: Forger) -> None:
    with f.corpus.manifest.open("ab") as stream:
        stream.write(b'{"article_id": "\xff"}\n')


@attack("manifest of articles", around=True)
def lines_divided_by_other_marks(f: Forger) -> None:
    text = f.corpus.manifest.read_text().rstrip("\n")
    f.corpus.manifest.write_text(text.replace("\n", "\u2028\n", 1) + "\n")


@attack("manifest of articles", around=True)
def a_withdrawal_in_the_list_alone(f: Forger) -> None:
    name = f.frames["articles"].filter(pl.col("text").is_not_null())["article_id"][0]
    line = {"article_id": name, "on": "2026-01-01", "reason": "They asked.", "erased": False}
    (f.corpus.raw / "withdrawn.jsonl").write_text(json.dumps(line) + "\n")


# ---- documents


@attack("documents", around=True)
def the_citation_prefers_another_work(f: Forger) -> None:
    say(
        f,
        "dataset/CITATION.cff",
        "preferred-citation:\n  type: article\n  title: Mine\n  authors:\n  - name: Somebody",
    )


@attack("documents", around=True)
def the_citation_has_no_authors(f: Forger) -> None:
    path = f.dataset / "CITATION.cff"
    text = path.read_text()
    head, mark, rest = text.partition("authors:\n")
    if not mark:
        raise UnfitError("authors")
    lines = rest.splitlines(keepends=True)
    while lines and lines[0].startswith((" ", "-")):
        lines.pop(0)
    path.write_text(head + "".join(lines))


@attack("documents", around=True)
def the_citation_is_a_bomb(f: Forger) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    edit(f, "dataset/CITATION.cff", ("title:", f"{bomb}title: *a8\nx:"))


@attack("documents", around=True)
def a_date_in_the_citation_that_is_none(f: Forger) -> None:
    say(f, "dataset/CITATION.cff", "x: 2026-99-99")


@attack("documents", around=True)
def the_citation_is_not_that_of_the_corpus(f: Forger) -> None:
    say(f, "dataset/CITATION.cff", "doi: 10.9999/other")


@attack("documents", around=True)
def the_guidelines_are_not_those_of_the_corpus(f: Forger) -> None:
    say(f, "dataset/guidelines.md", "Label everything as a claim.")


@attack("documents", around=True)
def the_guidelines_card_is_not_that_of_the_corpus(f: Forger) -> None:
    say(f, "dataset/guidelines-card.md", "Label everything as a claim.")


def _gone(name: str) -> None:
    def do(f: Forger) -> None:
        path = f.root / name
        if not path.is_file():
            raise UnfitError(name)
        path.unlink()

    ATTACKS.append(Damage(kind="documents", name=f"{name} is gone", do=do, around=True, sign=False))


for _name in ("CITATION.cff", "guidelines.md", "labels.json", "CHANGES.md", "README.md"):
    _gone(f"dataset/{_name}")


@attack("documents", around=True)
def another_licence_file(f: Forger) -> None:
    (f.dataset / "LICENSE").write_text("All rights reserved. Nobody may use this.\n")


@attack("documents", free=_WORDS, around=True)
def words_of_people_in_the_card(f: Forger) -> None:
    say(f, "dataset/README.md", "All labels were given by three trained linguists.")


@attack("documents", around=True)
def a_number_in_the_card(f: Forger) -> None:
    text = (f.dataset / "README.md").read_text()
    body = text.index("\n---\n") + 5
    at = next(i for i in range(body, len(text)) if text[i].isdigit())
    (f.dataset / "README.md").write_text(text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :])


@attack("documents", around=True)
def the_summary_in_the_readme_of_the_corpus(f: Forger) -> None:
    text = (f.root / "README.md").read_text() if (f.root / "README.md").is_file() else ""
    if "copydesk:begin summary" not in text:
        raise UnfitError("summary")
    edit(f, "README.md", ("**No label was given by a person:**", "**All labels are by people:**"))


@attack("documents", around=True)
def blank_lines_in_the_card(f: Forger) -> None:
    say(f, "dataset/README.md", "\n" * 20_000)


@attack("documents", around=True)
def the_card_in_another_encoding(f: Forger) -> None:
    path = f.dataset / "README.md"
    path.write_bytes(path.read_text().encode("utf-16"))


@attack("documents", around=True)
def labels_with_another_meaning(f: Forger) -> None:
    path = f.dataset / "labels.json"
    if not path.is_file():
        raise UnfitError("labels.json")
    document = json.loads(path.read_text())
    document["labels"][0]["meaning"] = "whatever"
    path.write_text(dump_json(document))


# ---- baselines


def _baselines(f: Forger, change: Callable[[dict[str, Any]], object], version: str = "") -> None:
    path = f.dataset / "baselines" / f"{version or f.manifest['version']}.json"
    if path.is_file():
        document = json.loads(path.read_text())
    else:
        path.parent.mkdir(exist_ok=True)
        label = f.contract.scheme.names[0]
        document = {
            "version": path.stem,
            "digest": sha256_file(f.corpus.releases / path.stem / "release.json"),
            "method": "Invented.",
            "models": [
                {"name": "majority", "macro_f1": 0.2, "low": 0.1, "high": 0.3}
                | {"labels": {label: {"f1": 0.2, "sentences": 1}}}
            ],
        }
    change(document)
    path.write_text(dump_json(document))
    with contextlib.suppress(Exception):
        write_documents(f.corpus, Contents.read(f.folder))


@attack("baselines", around=True)
def of_another_digest(f: Forger) -> None:
    _baselines(f, lambda d: d.update(digest="0" * 64))


@attack("baselines", around=True)
def of_another_version(f: Forger) -> None:
    _baselines(f, lambda d: d.update(version="9.9.9"))


@attack("baselines", around=True)
def with_a_key_more(f: Forger) -> None:
    _baselines(f, lambda d: d.update(note=INVENTED))


@attack("baselines", around=True)
def of_more_than_all(f: Forger) -> None:
    _baselines(f, lambda d: d["models"][0].update(macro_f1=1.7))


@attack("baselines", around=True)
def outside_their_interval(f: Forger) -> None:
    _baselines(f, lambda d: d["models"][0].update(macro_f1=0.99, low=0.1, high=0.2))


@attack("baselines", around=True)
def of_labels_that_are_none(f: Forger) -> None:
    _baselines(f, lambda d: d["models"][0].update(labels={"gossip": {"f1": 0.5, "sentences": 3}}))


@attack("baselines", around=True)
def of_more_sentences_than_there_are(f: Forger) -> None:
    label = f.contract.scheme.names[0]
    _baselines(
        f, lambda d: d["models"][0]["labels"].update({label: {"f1": 0.5, "sentences": 10**6}})
    )


@attack("baselines", around=True)
def of_the_release_before_with_another_digest(f: Forger) -> None:
    older(f)
    _baselines(f, lambda d: d.update(digest="0" * 64), str(f.previous))


@attack("baselines", around=True)
def that_are_no_json(f: Forger) -> None:
    path = f.dataset / "baselines" / f"{f.manifest['version']}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text("{")


# ---- leaks


def _leak(
    name: str,
    put: Callable[[Forger, str], object],
    change: Callable[[str], str] = str,
    *,
    free: str = "",
) -> None:
    def do(f: Forger) -> None:
        put(f, change(secret(f)))

    ATTACKS.append(
        Damage(
            kind="leaks",
            name=name,
            do=do,
            design=free or _ALONE,
            free=free,
            around=True,
            sign=False,
        )
    )


def _in(name: str) -> Callable[[Forger, str], object]:
    return lambda f, text: say(f, name, text)


def _markdown(text: str) -> str:
    return " ".join(f"[{word}](https://x.example/{n})" for n, word in enumerate(text.split()))


def _emphasis(text: str) -> str:
    return " ".join(
        f"{word[:2]}**{word[2:]}**" if len(word) > 3 else f"_{word}_" for word in text.split()
    )


def _homoglyphs(text: str) -> str:
    return text.translate(str.maketrans("aeopcxiyTHABM", "аеорсхіуТНАВМ"))


_CARD = _in("dataset/README.md")
_leak("Cyrillic letters that look Latin", _CARD, _homoglyphs)
_leak("Greek letters that look Latin", _CARD, lambda t: t.translate(str.maketrans("oAvn", "οΑνη")))
_leak("links on every word", _CARD, _markdown)
_leak("emphasis inside words", _CARD, _emphasis)
_leak("code marks round every word", _CARD, lambda t: " ".join(f"`{w}`" for w in t.split()))
_leak("a table of words", _CARD, lambda t: "|" + "|".join(t.split()) + "|")
_leak("comments between words", _CARD, lambda t: "<!-- x -->".join(t.split()))
_leak(
    "footnotes after words",
    _CARD,
    lambda t: " ".join(f"{w}[^{n}]" for n, w in enumerate(t.split())),
)
_leak("soft hyphens", _CARD, lambda t: "".join(f"{c}\u00ad" for c in t))
_leak(
    "soft hyphens at ends of lines",
    _CARD,
    lambda t: t.replace("ee", "e\u00ad\ne").replace("er", "e\u00ad\nr"),
)
_leak(
    "hyphens at ends of lines of DOS",
    _CARD,
    lambda t: t.replace("er", "e-\r\nr").replace("an", "a-\r\nn"),
)
_leak(
    "hyphens in comments",
    _in("dataset/CITATION.cff"),
    lambda t: "# " + t.replace("er", "e-\n# r").replace("an", "a-\n# n"),
)
_leak("marks of direction", _CARD, lambda t: "\u202e" + "\u200f".join(t))
_leak(
    "letters of mathematics",
    _CARD,
    lambda t: "".join(
        chr(0x1D400 + ord(c) - 65)
        if "A" <= c <= "Z"
        else chr(0x1D41A + ord(c) - 97)
        if "a" <= c <= "z"
        else c
        for c in t
    ),
)
_leak(
    "wide letters",
    _CARD,
    lambda t: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t),
)
_leak(
    "accents on letters", _CARD, lambda t: "".join(f"{c}\u0301" if c in "aeiou" else c for c in t)
)
_leak("underscores for blanks", _CARD, lambda t: "_".join(t.split()))
_leak("no blanks but capitals", _CARD, lambda t: "".join(w.capitalize() for w in t.split()))
_leak(
    "no blanks",
    _CARD,
    lambda t: "".join(t.split()),
    free="words are compared; one long word is none of them",
)
_leak(
    "blanks between letters",
    _CARD,
    lambda t: " ".join(t),
    free="words are compared; letters are none",
)
_leak(
    "backwards", _CARD, lambda t: t[::-1], free="somebody who hides text on purpose has any cipher"
)
_leak(
    "escapes of bytes",
    _CARD,
    lambda t: "".join(f"\\x{ord(c):02x}" if ord(c) < 256 else c for c in t),
)
_leak(
    "numbers of lines",
    _CARD,
    lambda t: "\n".join(
        f"{n}  {' '.join(t.split()[n * 4 : n * 4 + 4])}" for n in range(len(t.split()) // 4 + 1)
    ),
)
_leak("entities in numbers", _CARD, lambda t: "".join(f"&#{ord(c)};" for c in t))
_leak("entities in hexadecimal numbers", _CARD, lambda t: "".join(f"&#x{ord(c):x};" for c in t))
_leak("percent signs twice", _CARD, lambda t: t.replace(" ", "%2520"))
_leak("plus signs", _CARD, lambda t: t.replace(" ", "+"))
_leak("quoted-printable", _CARD, lambda t: t.replace(" ", "=20=\n"))
_leak("other quotation marks", _CARD, lambda t: f"«{t}»".replace("’", "`"))
_leak("in the label list", _in("dataset/labels.json"), lambda t: json.dumps(t))
_leak("in the guidelines card", _in("annotations/guidelines-card.md"))
_leak("in the guidelines beside the card", _in("dataset/guidelines.md"))
_leak("in the change list", _in("dataset/CHANGES.md"))
_leak("in the licence", lambda f, t: (f.dataset / "LICENSE").write_text(t))
_leak("in a label config", _in("annotations/label-config-article.xml"), lambda t: f"<!-- {t} -->")
_leak("in the baselines", lambda f, t: _baselines(f, lambda d: d.update(method=t)))
_leak("in a round's report", lambda f, t: _in_round(f, t))
_leak("in the index", lambda f, t: f.sign_index(lambda e: e[-1].update(reason=t)))
_leak(
    "in the manifest of articles",
    lambda f, t: _manifest(f, lambda lines: _given(lines).update(outlet=t)),
)
_leak(
    "in a note of the release",
    lambda f, t: stated(
        f,
        lambda m: m.update(
            notes=[{"round": "r1", "amendments": [], "flags": {}, "doubts": [], "despite": t}]
        ),
    ),
)
_leak(
    "in the meaning of a label",
    lambda f, t: stated(
        f, lambda m: m.setdefault("scheme", {"labels": [{}]})["labels"][0].update(meaning=t)
    ),
)
_leak("in the corpus's title", lambda f, t: stated(f, lambda m: m["corpus"].update(title=t)))
_leak("in a title of another article", lambda f, t: _column(f, "articles", "title", t))
_leak(
    "in an address",
    lambda f, t: _column(f, "articles", "url", "https://x.example/" + "-".join(t.lower().split())),
)
_leak(
    "in an event",
    lambda f, t: _column(
        f,
        "articles",
        "event",
        "-".join("".join(c for c in w if c.isalnum()) for w in t.lower().split())[:60].rstrip("-"),
    ),
)
_leak("a word a row", lambda f, t: _by_row(f, t))
_leak("a word in several rows", lambda f, t: _by_rows(f, t))
_leak(
    "in the name of a column",
    lambda f, t: parquet(f, "articles", lambda x: x.append_column(t, pa.array([0] * x.num_rows))),
)
_leak("in the metadata of a nested field", lambda f, t: _nested(f, t))
_leak("in who made a file", lambda f, t: _created_by(f, t))
_leak(
    "in a name of a file",
    lambda f, t: (f.dataset / ("-".join(t.split())[:200] + ".md")).write_text("x"),
)
_leak("in utf-16", lambda f, t: (f.dataset / "LICENSE").write_bytes(t.encode("utf-16-le")))
_leak("compressed dead bytes", lambda f, t: _dead(f, t))


def _in_round(f: Forger, text: str) -> None:
    rounds = sorted(f.corpus.rounds.glob("*")) if f.corpus.rounds.is_dir() else []
    if not rounds:
        raise UnfitError("rounds")
    (rounds[0] / "report.html").write_text(f"<p>{text}</p>")


def _column(f: Forger, table: str, column: str, value: str) -> None:
    own = (
        pl.col("article_id")
        == f.first("articles", where=pl.col("text").is_not_null())["article_id"]
    )
    f.put(table, own, **{column: value})
    f.sign()


def _by_row(f: Forger, text: str) -> None:
    words = text.split()
    frame = f.frames["articles"].sort("text", nulls_last=True)
    if frame.height < len(words):
        words = words[: frame.height]
    if len(words) < 12:
        raise UnfitError("articles")
    column = pl.Series("outlet", words + ["x"] * (frame.height - len(words)))
    f.frames["articles"] = frame.with_columns(column, split=pl.lit("train"))
    f.sign()


def _by_rows(f: Forger, text: str) -> None:
    frame = f.frames["annotations"]
    words = text.split()
    size = frame.height // len(words)
    if size < 5:
        raise UnfitError("answers")
    spread = [words[min(n // size, len(words) - 1)] for n in range(frame.height)]
    f.frames["annotations"] = frame.with_columns(
        guidelines_version=pl.Series(spread), split=pl.lit("train")
    )
    f.sign()


def _nested(f: Forger, text: str) -> None:
    def change(t: pa.Table) -> pa.Table:
        place = t.schema.get_field_index("pieces")
        kind = t.schema.field(place).type
        fields = [field.with_metadata({"note": text}) for field in kind.value_type]
        new = pa.field("pieces", pa.list_(pa.field(kind.value_field.name, pa.struct(fields))))
        return t.set_column(place, new, t["pieces"].combine_chunks().cast(new.type))

    parquet(f, "articles", change)


def _created_by(f: Forger, text: str) -> None:
    path = first_file(f, "articles")
    data = path.read_bytes()
    at = data.rindex(b"parquet-cpp-arrow")
    old = data[at - 1] + 0
    new = text.encode()[:120]
    # A length of the compact protocol below 128 is one byte.
    name = data[at : at + old]
    footer = int.from_bytes(data[-8:-4], "little")
    made = data[: at - 1] + bytes([len(new)]) + new + data[at + len(name) : -8]
    made += (footer + len(new) - old).to_bytes(4, "little") + b"PAR1"
    path.write_bytes(made)
    pq.read_metadata(path)
    reseal(f)


def _dead(f: Forger, text: str) -> None:
    path = first_file(f, "articles")
    hidden = path.with_name("x")
    pq.write_table(
        pa.table({"text": [text] * 500}), hidden, compression="zstd", use_dictionary=False
    )
    body = hidden.read_bytes()[4:]
    body = body[: -8 - int.from_bytes(body[-8:-4], "little")]
    hidden.unlink()
    data = path.read_bytes()
    cut = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    path.write_bytes(data[:cut] + body + data[cut:])
    reseal(f)


# ---- statements of the release


@attack("manifest")
def a_version_in_other_digits(f: Forger) -> None:
    new = "1.٢.0"
    stated(f, lambda m: m.update(version=new))
    f.folder.rename(f.folder.with_name(new))
    f.sign_index(lambda entries: entries[-1].update(version=new))


@attack("manifest")
def sizes_without_end(f: Forger) -> None:
    path = f.folder / "release.json"
    path.write_text(path.read_text().replace('"bytes": ', '"bytes": 1e999, "_": ', 1))
    f.sign_index()


@attack("manifest")
def counts_with_a_point(f: Forger) -> None:
    def change(m: dict[str, Any]) -> None:
        m["counts"] = {t: {s: float(n) for s, n in c.items()} for t, c in m["counts"].items()}

    path = f.folder / "release.json"
    m = json.loads(path.read_text())
    change(m)
    path.write_text(dump_json(m))
    f.sign_index()


@attack("manifest", "a release alone has no index")
def releases_in_another_order(f: Forger) -> None:
    older(f)
    f.sign_index(lambda entries: entries.reverse())


@attack("manifest")
def a_home_page_that_runs_script(f: Forger) -> None:
    stated(f, lambda m: m["corpus"].update(homepage="javascript:alert(1)"))


@attack("manifest")
def a_home_page_with_a_password(f: Forger) -> None:
    stated(f, lambda m: m["corpus"].update(homepage="https://ann:secret@x.example/"))


@attack("manifest", "a data set alone has no configuration")
def another_licence_of_the_labels(f: Forger) -> None:
    stated(f, lambda m: m["corpus"].update(licence="MIT"))


@attack("manifest")
def a_licence_of_the_labels_that_is_none(f: Forger) -> None:
    stated(f, lambda m: m["corpus"].update(licence="Do what you like"))


@attack("manifest")
def an_event_without_articles(f: Forger) -> None:
    f.manifest["splits"]["zz-nothing"] = "train"
    f.sign()


@attack("manifest")
def doubts_left_out(f: Forger) -> None:
    if not f.manifest.get("notes"):
        raise UnfitError("notes")
    f.manifest.pop("notes")
    f.sign()


@attack("manifest")
def an_annotator_that_is_an_address(f: Forger) -> None:
    who = f.first("annotations")["annotator"]
    f.put("annotations", pl.col("annotator") == who, annotator="ann.orr@x.example")
    f.manifest["annotators"]["ann.orr@x.example"] = f.manifest["annotators"].pop(who)
    f.sign()


@attack("manifest", "a release alone has no index")
def a_jump_over_a_release(f: Forger) -> None:
    older(f)
    stated(f, lambda m: m.update(previous=None))


@attack("manifest")
def a_suggester_named_for_nothing(f: Forger) -> None:
    stated(
        f,
        lambda m: m.update(
            suggester={"name": "x", "sha256": "0" * 64, "corpus": "x", "sentences": 1}
            | {"annotators": {"human": 1}}
        ),
    )


@attack("manifest", "who struck a sentence stands in the rounds alone")
def an_adjudicator_too_many(f: Forger) -> None:
    stated(f, lambda m: m.setdefault("adjudicators", {}).update(z9="human"))


def _croissant(name: str, change: Callable[[dict[str, Any]], object]) -> None:
    def do(f: Forger) -> None:
        path = f.folder / "croissant.json"
        document = json.loads(path.read_text())
        change(document)
        path.write_text(dump_json(document))
        manifest = json.loads((f.folder / "release.json").read_text())
        for entry in manifest["files"]:
            if entry["path"] == "croissant.json":
                entry |= {"sha256": sha256_file(path), "bytes": path.stat().st_size}
        (f.folder / "release.json").write_text(dump_json(manifest))
        with contextlib.suppress(Exception):
            write_documents(f.corpus, Contents.read(f.folder))
        f.sign_index()

    ATTACKS.append(Damage(kind="croissant", name=name, do=do, sign=False))


_croissant(
    "another context", lambda d: d.update({"@context": {"@vocab": "https://other.example/"}})
)
_croissant("another creator", lambda d: d.update(creator={"@type": "Person", "name": "Somebody"}))
_croissant("another address", lambda d: d.update(url="https://other.example/"))
_croissant("another citation", lambda d: d.update(citeAs="Somebody (2026)"))
_croissant("a key more", lambda d: d.update(conditionsOfAccess="none"))
_croissant(
    "a key more in a file",
    lambda d: d["distribution"][0].update(contentUrls=["https://other.example/x"]),
)
_croissant("a key more in a field", lambda d: d["recordSet"][-1]["field"][0].update(value="x"))
_croissant(
    "a file of another place",
    lambda d: d["distribution"][0].update(contentUrl="https://other.example/x"),
)
_croissant(
    "a set of records more", lambda d: d["recordSet"].append({"@type": "cr:RecordSet", "@id": "x"})
)
_croissant("an id twice", lambda d: d["recordSet"].append(dict(d["recordSet"][-1], field=[])))
_croissant("another description", lambda d: d.update(description="Labelled by people."))
_croissant(
    "another meaning of a column",
    lambda d: d["recordSet"][-1]["field"][1].update(description="Checked by people."),
)
_croissant(
    "another description of its files",
    lambda d: d["distribution"][-1].update(description="All that there is."),
)
_croissant("another type", lambda d: d.update({"@type": "sc:Thing"}))
_croissant("nothing", lambda d: d.clear())


# ---- rows


@attack("rows", sign=True)
def time_that_is_no_number(f: Forger) -> None:
    f.put("annotations", pl.lit(True), lead_time_s=float("nan"))


@attack("rows", sign=True)
def time_without_end(f: Forger) -> None:
    f.put("annotations", pl.lit(True), lead_time_s=float("inf"))


@attack("rows", sign=True)
def agreement_that_is_no_number(f: Forger) -> None:
    f.put("sentences", pl.lit(True), agreement=float("nan"))


@attack("rows", sign=True)
def a_ratio_that_is_no_number(f: Forger) -> None:
    f.put("sentences", pl.lit(True), quoted_ratio=float("nan"))


@attack("rows", sign=True)
def a_similarity_that_is_no_number(f: Forger) -> None:
    f.first("quotes", where=pl.col("similarity").is_not_null())
    f.put("quotes", pl.col("similarity").is_not_null(), similarity=float("nan"))


@attack("rows", sign=True)
def a_cue_of_many_words(f: Forger) -> None:
    for table in ("sentences", "standoff"):
        rows = f.frames[table].to_dicts()
        for row in rows:
            if row["cues"]:
                row["cues"] = [c | {"entry": f"clause-verbs/{INVENTED}"} for c in row["cues"]]
                f.frames[table] = pl.DataFrame(rows, schema=f.frames[table].schema)
                return
    raise UnfitError("cues")


def _entries(f: Forger, change: Callable[[str], str]) -> None:
    for table in ("sentences", "standoff"):
        rows = f.frames[table].to_dicts()
        for row in rows:
            for cue in row["cues"]:
                cue["entry"] = change(cue["entry"])
        f.frames[table] = pl.DataFrame(rows, schema=f.frames[table].schema)


@attack("rows", sign=True)
def cues_of_another_entry(f: Forger) -> None:
    _entries(f, lambda name: "clause-verbs/whisper" if name == "clause-verbs/say" else name)


@attack("rows", sign=True)
def cues_of_another_lexicon(f: Forger) -> None:
    _entries(f, lambda name: f"better-{name}")


@attack("rows", sign=True)
def a_cue_of_a_quotation_named_by_words(f: Forger) -> None:
    rows = f.frames["quotes"].to_dicts()
    for row in rows:
        if row["cue"]:
            row["cue"] |= {"entry": f"clause-verbs/{INVENTED}"}
            f.frames["quotes"] = pl.DataFrame(rows, schema=f.frames["quotes"].schema)
            return
    raise UnfitError("cues")


@attack("rows", sign=True)
def a_cue_of_a_quotation_of_another_entry(f: Forger) -> None:
    rows = f.frames["quotes"].to_dicts()
    for row in rows:
        if row["cue"] and row["text"]:
            row["cue"] |= {"entry": "clause-verbs/whisper"}
            f.frames["quotes"] = pl.DataFrame(rows, schema=f.frames["quotes"].schema)
            return
    raise UnfitError("cues")


@attack("rows", sign=True)
def a_group_of_another_digest(f: Forger) -> None:
    row = f.first("quotes", where=pl.col("group").is_not_null())
    f.put("quotes", pl.col("group") == row["group"], group="0" * 16)


@attack("rows", sign=True)
def two_groups_change_names(f: Forger) -> None:
    names = f.frames["quotes"]["group"].drop_nulls().unique().sort().to_list()
    if len(names) < 2:
        raise UnfitError("groups")
    turned = pl.col("group").replace({names[0]: names[1], names[1]: names[0]})
    f.put("quotes", pl.col("group").is_not_null(), group=turned)


@attack("rows", sign=True)
def another_similarity(f: Forger) -> None:
    f.put("quotes", pl.col("relation") == "reworded", similarity=0.91)


@attack("rows", sign=True)
def another_relation(f: Forger) -> None:
    f.put("quotes", pl.col("relation") == "truncated", relation="reworded")


@attack("rows", sign=True)
def a_cue_that_ends_before_it_begins(f: Forger) -> None:
    for table in ("sentences", "standoff"):
        rows = f.frames[table].to_dicts()
        for row in rows:
            if row["cues"]:
                row["cues"] = [c | {"start": c["end"], "end": c["start"]} for c in row["cues"]]
                f.frames[table] = pl.DataFrame(rows, schema=f.frames[table].schema)
                return
    raise UnfitError("cues")


@attack("rows", sign=True)
def a_group_named_by_words(f: Forger) -> None:
    f.first("quotes", where=pl.col("group").is_not_null())
    f.put("quotes", pl.col("group").is_not_null(), group=INVENTED)


@attack("rows", sign=True)
def a_quotation_twice(f: Forger) -> None:
    row = f.first("quotes", where=pl.col("group").is_null())
    twin = f.frames["quotes"].filter(pl.col("quote_id") == row["quote_id"])
    f.frames["quotes"] = pl.concat(
        [f.frames["quotes"], twin.with_columns(quote_id=pl.lit(f"{row['article_id']}.q999"))]
    )


@attack("rows", sign=True)
def a_speaker_inside_out(f: Forger) -> None:
    rows = f.frames["quotes"].to_dicts()
    for row in rows:
        if row["speaker"]:
            s = row["speaker"]
            row["speaker"] = s | {"start": s["end"], "end": s["start"], "text": ""}
            f.frames["quotes"] = pl.DataFrame(rows, schema=f.frames["quotes"].schema)
            return
    raise UnfitError("speakers")


@attack("rows", sign=True)
def a_speaker_beyond_a_withheld_text(f: Forger) -> None:
    shut = set(f.frames["articles"].filter(pl.col("text").is_null())["article_id"])
    rows = f.frames["quotes"].to_dicts()
    for row in rows:
        if row["article_id"] in shut and row["speaker"]:
            row["speaker"] |= {"start": 10**6, "end": 10**6 + 5}
            f.frames["quotes"] = pl.DataFrame(rows, schema=f.frames["quotes"].schema)
            return
    raise UnfitError("speakers")


@attack("rows", sign=True)
def pieces_in_another_order(f: Forger) -> None:
    rows = f.frames["articles"].to_dicts()
    rows[0]["pieces"] = rows[0]["pieces"][::-1]
    f.frames["articles"] = pl.DataFrame(rows, schema=f.frames["articles"].schema)


@attack("rows", sign=True)
def a_piece_twice(f: Forger) -> None:
    rows = f.frames["articles"].to_dicts()
    rows[0]["pieces"] = [rows[0]["pieces"][0], *rows[0]["pieces"]]
    f.frames["articles"] = pl.DataFrame(rows, schema=f.frames["articles"].schema)


@attack("rows", "the rounds say when somebody answered; a paper's date may be wrong", sign=True)
def an_answer_before_the_paper(f: Forger) -> None:
    long_ago = pl.lit("1950-01-01T00:00:00Z").str.to_datetime("%+", time_unit="us", time_zone="UTC")
    f.put("annotations", pl.lit(True), created_at=long_ago)


@attack("rows")
def a_year_far_away(f: Forger) -> None:
    def change(t: pa.Table) -> pa.Table:
        place = t.schema.get_field_index("created_at")
        field = t.schema.field(place)
        far = pa.array([9_000_000_000_000_000_000] * t.num_rows, pa.int64()).cast(field.type)
        return t.set_column(place, field, far)

    parquet(f, "annotations", change)


@attack("rows", sign=True)
def a_date_that_is_none(f: Forger) -> None:
    f.put("articles", pl.lit(True), published="2026-02-31")


@attack("rows", sign=True)
def a_language_that_is_none(f: Forger) -> None:
    f.put("articles", pl.lit(True), language="no language")


@attack("rows", sign=True)
def an_event_of_nothing(f: Forger) -> None:
    f.put("articles", pl.lit(True), event="")


@attack("rows", sign=True)
def a_withheld_article_with_a_sentence_given(f: Forger) -> None:
    row = f.first("standoff")
    own = f.frames["standoff"].filter(pl.col("sentence_id") == row["sentence_id"])
    given = own.drop("text_sha256").with_columns(text=pl.lit(INVENTED))
    f.frames["sentences"] = pl.concat(
        [f.frames["sentences"], given.select(f.frames["sentences"].columns)]
    )
    f.frames["standoff"] = f.frames["standoff"].filter(pl.col("sentence_id") != row["sentence_id"])


@attack("rows", sign=True)
def a_given_article_withheld(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").is_not_null())
    f.put("articles", pl.col("article_id") == row["article_id"], redistributable=False)


@attack("rows", "a data set alone has no sources", sign=True)
def the_split_of_the_release_before(f: Forger) -> None:
    older(f)
    events = f.manifest["splits"]
    event = next(iter(events))
    other = "test" if events[event] != "test" else "train"
    for frame in f.frames.values():
        del frame
    names = f.frames["articles"].filter(pl.col("event") == event)["article_id"].to_list()
    for table in f.frames:
        own = pl.col("article_id").is_in(names)
        if f.frames[table].filter(own).height:
            f.put(table, own, split=other)
        order = pl.col("split").replace_strict({s: n for n, s in enumerate(SPLITS)})
        f.frames[table] = f.frames[table].sort(order, maintain_order=True)
    events[event] = other


# ---- configuration and rounds


def _configure(name: str, text: str, free: str = "") -> None:
    def do(f: Forger) -> None:
        say(f, "copydesk.toml", text)

    ATTACKS.append(
        Damage(
            kind="configuration",
            name=name,
            do=do,
            design="a data set alone has no configuration",
            free=free,
            around=True,
            sign=False,
        )
    )


_WAIVER = '[[waivers]]\nrule = "{}"\nreason = "we know better"\nuntil = "{}"'
_configure("a waiver of checksums", _WAIVER.format("checksum-mismatch", "2026-12-31"))
_configure("a waiver of nothing", _WAIVER.format("no-such-rule", "2026-12-31"))
_configure("a waiver of two years", _WAIVER.format("label-drift", "2028-11-28"))
_configure("a waiver of yesterday", _WAIVER.format("label-drift", "2026-11-01"))
_configure("a waiver of the day that is none", _WAIVER.format("label-drift", "2026-13-41"))
_configure(
    "pseudonyms that take ages",
    '[checks]\npseudonyms = "^(a+)+$"',
    free="a choice of the corpus; any pattern is searched for in linear time",
)
_configure("pseudonyms that are no pattern", '[checks]\npseudonyms = "("')
_configure("a threshold without end", "[checks]\nnear_duplicate = inf")
_configure("a threshold out of range", "[checks]\noutlier_gap = 3.0")
_configure("a threshold that is a truth", "[checks]\ndrift_p = true")
_configure(
    "a store that is elsewhere",
    '[stores]\narticles = "s3://other/x"',
    free="where texts lie is a choice of the corpus; each is known by its SHA-256",
)
_configure("an unknown table", "[extras]\nx = 1")


def _round_file(name: str, file: str, change: Callable[[str], str], free: str = "") -> None:
    def do(f: Forger) -> None:
        rounds = [p for p in sorted(f.corpus.rounds.glob("*")) if p.name in f.manifest["rounds"]]
        path = rounds[0] / file if rounds else None
        if path is None or not path.is_file():
            raise UnfitError(file)
        before = path.read_text(encoding="utf-8")
        after = change(before)
        if after == before:
            raise UnfitError(file)
        path.write_text(after, encoding="utf-8")

    ATTACKS.append(
        Damage(
            kind="rounds",
            name=name,
            do=do,
            design=free or "a data set alone has no rounds",
            free=free,
            around=True,
            sign=False,
        )
    )


def _better_alpha(text: str) -> str:
    document = json.loads(text)

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in ("alpha", "value") and isinstance(value, float):
                    node[key] = 0.123
                walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(document)
    return dump_json(document)


_round_file("a better alpha in the report", "report.json", _better_alpha)
_round_file(
    "a report of one annotator less",
    "report.json",
    lambda t: t.replace('"annotator": "', '"annotator": "z', 1),
)
_round_file("a line of the log gone", "annotations.jsonl", lambda t: t.partition("\n")[2])
_round_file("a line of the log twice", "annotations.jsonl", lambda t: t + t.splitlines()[-1] + "\n")
_round_file("an earlier answer", "annotations.jsonl", lambda t: t.replace("2026-", "2025-", 1))
_round_file(
    "a plan of other guidelines",
    "round.json",
    lambda t: t.replace('"guidelines', '"guidelines_', 1),
)
_round_file(
    "a plan made by another text code",
    "round.json",
    lambda t: t.replace('"created": "2', '"created": "1', 1),
)
_round_file("a closing that never was", "closed.json", lambda t: t.replace("20", "21", 1))
_round_file("a push that never was", "push.jsonl", lambda t: t.replace('"', '"x', 3))


@attack("rounds", "a data set alone has no rounds", around=True)
def a_pull_gone(f: Forger) -> None:
    for room in sorted(f.corpus.rounds.glob("*")):
        if room.name in f.manifest["rounds"]:
            for path in sorted((room / "pulls").glob("*")):
                path.unlink()
                return
    raise UnfitError("pulls")


@attack("rounds", "a data set alone has no rounds", around=True)
def a_round_gone(f: Forger) -> None:
    for room in sorted(f.corpus.rounds.glob("*")):
        if room.name in f.manifest["rounds"]:
            shutil.rmtree(room)
            return
    raise UnfitError("rounds")


if __name__ == "__main__":
    tell(ATTACKS)
