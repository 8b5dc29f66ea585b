"""Reads an untrusted release folder once and safely; what cannot be read is a fault."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa

from copydesk.contract.arrow import arrow_schema
from copydesk.contract.filenames import TableFile, incomplete, table_files
from copydesk.contract.schema_versions import SCHEMA_VERSION, schema_number
from copydesk.contract.tables import CURRENT, Contract
from copydesk.errors import InputError
from copydesk.release.contents import PLACE, Contents
from copydesk.release.scratch import Scratch
from copydesk.release.shares import shares
from copydesk.release.split_files import Part
from copydesk.scope import is_release_file
from copydesk.validate.by_pandera import dtypes
from copydesk.validate.faults import Fault, FaultError, Found, show
from copydesk.validate.parquet import idle, read_parquet
from copydesk.validate.rules import CUT, rule
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_json import parse

MANIFEST: Final = "release.json"

HELD_BYTES: Final = 64 << 20
"""A release whose tables are larger together is kept on the disk after reading."""

_BATCH: Final = 1000
_AT_ONCE: Final = 10_000


@dataclass(kw_only=True)
class Release:
    """A release whose files were read, with what is wrong with them.

    Its rows are asked for as those of any release (see `copydesk.release.contents`). A large
    release lies on the disk; checks that relate rows get it a share of its events at a time, as a
    `Release` that holds no other rows, and take whole tables of it, which are then kept:

        release.contents.scan("quotes", "quote_id", *PLACE)  # only these columns, not yet read
        share.table("articles")                              # all rows, with their `PLACE`

    Args:
        faults: what reading it found (levels 1 and 2).
        contents: its manifest, empty if it cannot be used, and every file that could be read.
        croissant: the content of ``croissant.json``; None if it cannot be used.
        unsound: tables whose rows cannot be related, with the reason.
        irregular: tables whose columns are not those of the contract.
        digest: the SHA-256 of ``release.json`` as it was read; None if it could not be.
    """

    folder: Folder
    faults: list[Found] = field(default_factory=list)
    contents: Contents = field(default_factory=lambda: Contents(manifest={}, parts=()))
    croissant: Any = None
    unsound: dict[str, str] = field(default_factory=dict)
    irregular: set[str] = field(default_factory=set)
    digest: str | None = None
    scratch: Scratch | None = None
    _tables: dict[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The content of ``release.json``; empty if it cannot be used."""
        return self.contents.manifest

    @property
    def contract(self) -> Contract:
        """The contract of the release: its own schema version and labels."""
        return self.contents.contract

    @property
    def version(self) -> str | None:
        """The release's version, if ``release.json`` states one."""
        version = self.manifest.get("version")
        return version if isinstance(version, str) else None

    def shares(self) -> Iterator[Release]:
        """The release a share of its events at a time; a small one is one share."""
        sound = self.contract.tables.keys() - self.unsound.keys()
        for contents in shares(self.contents, sound):
            yield replace(self, contents=contents, _tables={})

    def table(self, name: str) -> pl.DataFrame:
        """All rows of a sound table, with `PLACE`; none if it has no file."""
        if name not in self._tables:
            columns = self.contract[name].names
            self._tables[name] = self.contents.frame(name, *columns, *PLACE)
        return self._tables[name]

    def forget(self) -> None:
        """Release the rows that checks asked for; they can be asked for again."""
        self._tables.clear()
        for name in ("labelled", "touches"):
            self.__dict__.pop(name, None)

    def files(self, table: str) -> Iterator[pl.DataFrame]:
        """The rows of a table some files at a time, sound or not, with their columns and `PLACE`.

        Files with other columns or types are given separately, and so is a file of many rows.
        """
        for parts in _together(self.contents.of(table)):
            some = replace(self.contents, parts=tuple(parts))
            yield some.frame(table, *parts[0].rows.collect_schema().names(), *PLACE)

    @functools.cached_property
    def labelled(self) -> pl.DataFrame:
        """The rows of sentences and standoff together, without their text or its hash."""
        common = [name for name in self.contract["sentences"].names if name != "text"]
        tables = [self.table(name).select(*common, *PLACE) for name in ("sentences", "standoff")]
        return pl.concat(tables, rechunk=False)

    def texts(self) -> Iterator[pl.DataFrame]:
        """article_id and text of the articles whose text is given, a thousand at a time.

        Joined with their sentences or exploded into their pieces, texts are copied for each row.
        """
        articles = self.table("articles").filter(pl.col("text").is_not_null())
        once = articles.select("article_id", "text").unique("article_id", keep="first")
        yield from once.iter_slices(_BATCH)

    @functools.cached_property
    def touches(self) -> pl.DataFrame:
        """A row for each labelled sentence that a quotation shares a character with.

        ``_file`` and ``_row`` are the quotation's; ``_from`` and ``_to`` the sentence's offsets,
        ``start`` and ``end`` the quotation's.
        """
        spans = self.table("quotes").select("article_id", "start", "end", "_file", "_row")
        places = self.labelled.select("article_id", "sentence_id", _from="start", _to="end")
        both = spans.join(places, on="article_id")
        return both.filter((pl.col("_from") < pl.col("end")) & (pl.col("start") < pl.col("_to")))


def is_release(path: Path) -> bool:
    """Whether a folder looks like a release, whole or not."""
    if (path / MANIFEST).exists() or (path / "croissant.json").exists():
        return True
    return any(table_files(path, table) for table in CURRENT.tables)


def load(path: Path) -> Release:
    """Read a release.

    Raises:
        InputError: it is of a newer schema than this copydesk knows.
    """
    release = Release(folder=Folder(path.resolve()))
    present = _present(release)
    unsafe = {fault.file for fault in release.faults if isinstance(fault, Fault)}
    known = set(filter(is_release_file, present - unsafe))
    manifest_data = _read(release, MANIFEST) if MANIFEST in known else None
    manifest = _document(release, manifest_data, MANIFEST) or {}
    if manifest_data is not None:
        release.digest = hashlib.sha256(manifest_data).hexdigest()
    release.contents = Contents(manifest=manifest, parts=())
    _refuse_newer(release, path)
    entries = listed(manifest)
    _check_list(release, entries, present)
    tables = _files(release, {*present, *entries})
    if sum(_size(release, str(file)) for file in tables) > HELD_BYTES:
        release.scratch = Scratch()
    parts = []
    for name in sorted(known - {MANIFEST} - {str(file) for file in tables}):
        data = _read(release, name)
        if name == "croissant.json":
            release.croissant = _document(release, data, name)
        _check_bytes(release, name, data, entries)
    for file in tables:
        data = _read(release, str(file)) if str(file) in known else None
        _check_bytes(release, str(file), data, entries)
        if data is None:
            release.unsound[file.table] = f"{file} could not be read"
        elif part := _read_table(release, file, data, entries.get(str(file), {})):
            parts.append(part)
    release.contents = Contents(manifest=manifest, parts=tuple(parts))
    return release


def _size(release: Release, name: str) -> int:
    try:
        return (release.folder.root / name).lstat().st_size
    except OSError:
        return 0


def _files(release: Release, names: Iterable[str]) -> list[TableFile]:
    """The files of the release's own tables, in order."""
    tables = list(release.contract.tables)
    found = [file for file in map(TableFile.parse, names) if file and file.table in tables]
    return sorted(found, key=lambda file: (tables.index(file.table), file.order))


@rule(
    "file-unsafe",
    level=1,
    waivable=False,
    meaning="Every file is a regular file inside the release: not a link out of it, not a device.",
    fix="Replace the link with the file itself.",
)
def _present(release: Release) -> set[str]:
    """The names of all files; unsafe ones are faults."""
    names = set()
    for name, fault in release.folder.walk():
        names.add(name)
        if fault:
            release.faults.append(fault)
    return names


@rule(
    "file-changed",
    level=1,
    waivable=False,
    meaning="No file changes while it is validated.",
    fix="Wait until nothing writes to the folder any more, and validate again.",
)
def _read(release: Release, name: str) -> bytes | None:
    """The bytes of a file, read once; None, with a fault, if that cannot be done."""
    try:
        return release.folder.read(name)
    except FaultError as error:
        release.faults.append(error.fault)
        return None


@rule(
    "json-unreadable",
    level=1,
    waivable=False,
    meaning="Every JSON (or TOML) document can be read: UTF-8, at most 100 levels deep, no "
    "duplicate keys.",
    fix="Copy the file again from where it was published, or fix its JSON.",
)
def _document(release: Release, data: bytes | None, name: str) -> Any:
    if data is None:
        return None
    try:
        document = parse(data, name)
    except FaultError as error:
        release.faults.append(error.fault)
        return None
    if isinstance(document, dict):
        return document
    message = f"This is a JSON {type(document).__name__}, not an object."
    release.faults.append(Fault(rule="schema-violation", message=message, file=name))
    return None


def _refuse_newer(release: Release, path: Path) -> None:
    stated = release.manifest.get("schema_version")
    if isinstance(stated, str) and schema_number(stated) > schema_number(SCHEMA_VERSION):
        raise InputError(
            f"This release is of schema {stated}; this copydesk knows schemas up to "
            f"{SCHEMA_VERSION}.",
            where=str(path),
            hint="Install a newer copydesk.",
        )


def listed(manifest: Any) -> dict[str, Mapping[str, Any]]:
    """The entries of a manifest's files by path, as far as they can be used."""
    entries = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(entries, list):
        return {}
    return {
        entry["path"]: entry
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("path"), str)
    }


@rule(
    "file-missing",
    level=1,
    waivable=False,
    meaning="release.json and every file that it lists exist.",
    fix="Copy the release again from where it was published.",
)
@rule(
    "file-unlisted",
    level=1,
    waivable=False,
    meaning="Every file in the release is listed in release.json.",
    fix="Remove the file, or cut the release again.",
)
def _check_list(
    release: Release, entries: Mapping[str, Mapping[str, Any]], present: set[str]
) -> None:
    wanted = {MANIFEST, *entries}
    for name in sorted(wanted - present):
        reason = "A release needs this file" if name == MANIFEST else "release.json lists this file"
        message = f"{reason}, but it is not there."
        release.faults.append(Fault(rule="file-missing", message=message, file=name))
    if not release.manifest:
        return
    for name in sorted(name for name in entries if not is_release_file(name)):
        message = f"release.json lists '{show(name)}', which no release holds."
        release.faults.append(Fault(rule="file-unlisted", message=message, file=MANIFEST))
    for name in sorted(present - wanted):
        message = "This file is not listed in release.json."
        release.faults.append(Fault(rule="file-unlisted", message=message, file=name))
    for message in incomplete(_files(release, entries)):
        message = f"{message}, as release.json lists them."
        release.faults.append(Fault(rule="file-missing", message=message, file=MANIFEST))


@rule(
    "checksum-mismatch",
    level=1,
    waivable=False,
    meaning="Every file has the size and SHA-256 that release.json states.",
    fix="Copy the file again from where it was published.",
)
def _check_bytes(
    release: Release, name: str, data: bytes | None, listed: Mapping[str, Mapping[str, Any]]
) -> None:
    if data is None or name not in listed:
        return
    entry = listed[name]
    size, stated = len(data), entry.get("bytes")
    if stated != size:
        message = f"This file has {size:,} bytes; release.json states {stated}."
    else:
        digest = hashlib.sha256(data).hexdigest()
        if entry.get("sha256") == digest:
            return
        wanted = str(entry.get("sha256"))[:12]
        message = f"The SHA-256 of this file is {digest[:12]}…; release.json states {wanted}…."
    release.faults.append(Fault(rule="checksum-mismatch", message=message, file=name))


@rule(
    "parquet-unreadable",
    level=1,
    waivable=False,
    meaning="Every table is a Parquet file that can be read.",
    fix="Copy the file again from where it was published.",
)
@rule(
    "parquet-too-large",
    level=1,
    waivable=False,
    meaning="No table decompresses to many times its size on disk.",
    fix="Do not open the file; ask whoever published the release.",
)
def _together(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Small files of the same columns and types at once: a check costs more than their rows."""
    some: list[Part] = []
    for part in parts:
        rows = sum(other.height for other in some) + part.height
        schema = part.rows.collect_schema()
        if some and (rows > _AT_ONCE or schema != some[0].rows.collect_schema()):
            yield some
            some = []
        some.append(part)
    if some:
        yield some


def _read_table(
    release: Release, file: TableFile, data: bytes, entry: Mapping[str, Any]
) -> Part | None:
    name, table = str(file), file.table
    try:
        frame, schema = read_parquet(data, name, ours=True)
    except FaultError as error:
        release.faults.append(error.fault)
        release.unsound[table] = f"{name} could not be read"
        return None
    if entry and entry.get("rows") != frame.height:
        message = f"This table has {frame.height:,} rows; release.json states {entry.get('rows')}."
        release.faults.append(Fault(rule="row-count-mismatch", message=message, file=name))
    structure = _structure(release.contract, table, name, schema)
    if beside := idle(data):
        message = f"{beside:,} bytes of this file belong to none of its columns."
        release.faults.append(Fault(rule="column-unexpected", message=message, file=name))
    release.faults += structure
    if structure:
        release.irregular.add(table)
    types = dtypes(table, release.contract)
    if any(f.rule not in _HARMLESS and not _same_rows(frame, types, f) for f in structure):
        release.unsound[table] = f"{name} does not have the columns of the contract"
    order = [name for name in release.contract[table].names if name in frame.columns]
    rows, height = frame.select(order), frame.height
    kept = rows.lazy()
    # The types of an irregular table may be any, and not all of them can be written.
    if release.scratch is not None and table not in release.irregular:
        kept = pl.scan_parquet(release.scratch.keep(str(file), rows), glob=False)
    return Part(file=file, rows=kept, schema=schema, height=height)


def _same_rows(frame: pl.DataFrame, types: Mapping[str, pl.DataType], fault: Fault) -> bool:
    """Whether a column's fault concerns readers of Arrow only, so that its rows can be related."""
    column = fault.pointer.removeprefix("/")
    return frame.schema.get(column) == types.get(column)


@rule(
    "column-missing",
    level=2,
    waivable=False,
    meaning="Every table has all its columns.",
    fix=CUT,
)
@rule(
    "column-type",
    level=2,
    waivable=False,
    meaning="Every column has exactly the Arrow type that the contract gives it.",
    fix=CUT,
)
@rule(
    "column-unexpected",
    level=2,
    waivable=False,
    meaning="No table has a column, metadata or bytes that the contract does not know.",
    fix=CUT,
)
@rule(
    "column-order",
    level=2,
    waivable=False,
    meaning="The columns of every table are in the order of the contract.",
    fix=CUT,
)
def _structure(contract: Contract, table: str, name: str, schema: pa.Schema) -> list[Fault]:
    wanted = {field.name: field for field in arrow_schema(table, contract)}
    given = {field.name: field for field in schema}

    def fault(rule: str, message: str, column: str) -> Fault:
        pointer = f"/{column}" if column else ""
        return Fault(rule=rule, message=message, file=name, pointer=pointer)

    found = [
        fault("column-missing", f"The column '{column}' is missing.", column)
        for column in wanted.keys() - given.keys()
    ]
    for column in given.keys() - wanted.keys():
        message = f"The column '{show(column)}' is unknown."
        found.append(fault("column-unexpected", message, column))
    for column in wanted.keys() & given.keys():
        has, should = given[column], wanted[column]
        if has.type != should.type or has.nullable != should.nullable:
            message = f"The column '{column}' is {_kind(has)}, not {_kind(should)}."
            found.append(fault("column-type", message, column))
        if _has_metadata(has):
            message = f"The column '{column}' has metadata of its own."
            found.append(fault("column-unexpected", message, column))
    known = [column for column in given if column in wanted]
    if known != [column for column in wanted if column in given]:
        message = f"The columns are in the order {show(', '.join(known))}."
        found.append(fault("column-order", message, ""))
    for key in set(schema.metadata or {}) - {b"huggingface", b"copydesk"}:
        message = f"The file has metadata that the contract does not know: {show(key)}."
        found.append(fault("column-unexpected", message, ""))
    return sorted(found, key=lambda fault: (fault.pointer, fault.rule))


def _has_metadata(field: pa.Field) -> bool:
    """Whether a field, or one nested in it, says more than its name and type."""
    inner = (field.type.field(place) for place in range(field.type.num_fields))
    return bool(set(field.metadata or {}) - {b"PARQUET:field_id"}) or any(map(_has_metadata, inner))


def _kind(field: pa.Field) -> str:
    return show(str(field.type)) + ("" if field.nullable else ", never null")


_HARMLESS: Final = ("column-unexpected", "column-order")
"""Faults of a table whose rows can be related all the same."""
