"""Articles that are rows: JSON Lines, JSON, CSV, TSV, Parquet, and a folder's manifest."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal

from copydesk.errors import CopydeskError, InputError
from copydesk.ingest import nested
from copydesk.ingest.decoding import decode, encoding_of, wide_encoding
from copydesk.ingest.raw import Missed, Options, Raw, Refusal
from copydesk.ingest.walk import KINDS, MAX_BYTES, File

_MAX_DOCUMENT: Final = 512 << 20
_BUFFER: Final = 1 << 20
_LONGEST_LINE: Final = 4 * MAX_BYTES
_TRAILING_COMMA: Final = re.compile(r'("(?:[^"\\]|\\.)*+")|,(?=\s*+[\]}])')
_LISTS: Final = ("articles", "data", "items", "results", "docs", "documents", "rows", "news")

_KIND: Final[Mapping[type, str]] = {
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    type(None): "null",
}


def rows(file: File, options: Options, missed: Missed) -> Iterator[Raw]:
    """The articles of one table, in its order; bad rows are set aside."""
    try:
        found = _READERS[file.kind](file, options, missed)
        text = options.columns.get("text")
        flat = (
            (place + (f": {key}" if key else ""), inner, encoding)
            for place, record, encoding in found
            for key, inner in nested.articles(record, text)
        )
        for row, (place, record, encoding) in enumerate(flat, start=1):
            yield Raw(
                where=f"{file.where}{place}",
                name=file.name,
                kind="plain",
                fields=record,
                row=row if place else None,
                encoding=None if encoding == "utf-8" else encoding,
            )
    except CopydeskError as error:
        missed.refused.append(Refusal.of(error, file.where))


Records = Iterator[tuple[str, Mapping[str, Any], str]]
"""Where each record is, the record, and the encoding that it was read as."""


def _jsonl(file: File, options: Options, missed: Missed) -> Records:
    with file.open() as stream:
        wide = wide_encoding(stream, options.encoding)
    with file.open() as stream:
        lines: Any = io.TextIOWrapper(stream, wide, newline="\n") if wide else stream
        number = 0
        while raw := _line(lines, file, wide):
            number += 1
            if not raw.strip():
                continue
            place = f":{number}"
            try:
                if len(raw) >= _LONGEST_LINE:
                    while raw[-1:] not in ("\n", b"\n") and (raw := _line(lines, file, wide)):
                        pass
                    raise InputError(f"This line has more than {_LONGEST_LINE:,} bytes.")
                text, encoding = (raw, wide) if wide else decode(raw, options.encoding)
                yield place, _json_object(text), encoding
            except CopydeskError as error:
                missed.refused.append(Refusal.of(error.at(f"{file.where}{place}"), file.where))


def _line(lines: Any, file: File, encoding: str | None) -> Any:
    """The next line, at most `_LONGEST_LINE` of it: text if an encoding is given, else bytes."""
    try:
        return lines.readline(_LONGEST_LINE)
    except UnicodeDecodeError as error:
        raise InputError(
            f"A character of this file is not {encoding}.",
            where=file.where,
            hint="Save the file as UTF-8, or say what it is with --encoding.",
        ) from error


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text.removeprefix("\ufeff"))
    except (json.JSONDecodeError, RecursionError) as error:
        detail = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise InputError(
            f"This line is not JSON ({detail}).", hint="Write one JSON object on each line."
        ) from error
    if not isinstance(value, dict):
        raise InputError(
            f"This line holds {_KIND[type(value)]}, not a JSON object.",
            hint="Write one JSON object on each line.",
        )
    return value


def _json(file: File, options: Options, missed: Missed) -> Records:
    text, encoding = decode(file.read(_MAX_DOCUMENT), options.encoding)
    try:
        document = _loaded(text.removeprefix("\ufeff"))
    except (json.JSONDecodeError, RecursionError) as error:
        # Many people name JSON Lines files .json.
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines[:20]):
            yield from _jsonl(file, options, missed)
            return
        raise InputError(f"This file is not JSON ({error}).", where=file.where) from error
    found = document if isinstance(document, list) else _listed(document)
    if found is None:
        yield "", document, encoding
        return
    for number, record in enumerate(found, start=1):
        if isinstance(record, dict):
            yield f": item {number}", record, encoding
        else:
            reason = f"This is {_KIND[type(record)]}, not a JSON object."
            missed.refused.append(Refusal(source=file.where, place=f"item {number}", reason=reason))


def _loaded(text: str) -> Any:
    """A document of JSON; commas after the last item, which people and programs leave, are let go.

    Raises:
        JSONDecodeError: it is not JSON otherwise.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        try:
            return json.loads(_TRAILING_COMMA.sub(lambda match: match[1] or "", text))
        except json.JSONDecodeError:
            pass
        raise


def _listed(document: Any) -> list[Any] | None:
    """The list of articles in an object that holds one."""
    if not isinstance(document, dict):
        return [document]
    for name in _LISTS:
        value = document.get(name)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return value
    return None


def _delimited(file: File, options: Options, missed: Missed) -> Records:
    csv.field_size_limit(MAX_BYTES)
    with file.open() as stream:
        encoding = encoding_of(stream, options.encoding)
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    with file.open() as stream, io.TextIOWrapper(stream, codec, "replace") as text:
        head = text.readline(_LONGEST_LINE)
    with file.open() as stream, io.TextIOWrapper(stream, codec, newline="") as text:
        mark = "\t" if file.kind == "tsv" else max(",;\t|", key=head.count)
        quoting = _quoting(file, codec) if mark == "\t" else csv.QUOTE_MINIMAL
        reader = csv.DictReader(text, delimiter=mark, strict=True, quoting=quoting)
        while True:
            try:
                record = next(reader)
            except StopIteration:
                return
            except UnicodeDecodeError as error:
                raise InputError(
                    f"A character is not {encoding}.",
                    where=f"{file.where}: after row {reader.line_num}",
                    hint="Save the table as UTF-8, or say what it is with --encoding.",
                ) from error
            except csv.Error as error:
                raise InputError(
                    f"This table is not valid {file.kind.upper()}: {error}.",
                    where=f"{file.where}: line {reader.line_num}",
                    hint="Put the field in quotation marks, and double those inside. The rows "
                    "after it were not read.",
                ) from error
            record.pop(None, None)
            yield f": line {reader.line_num}", record, encoding


def _quoting(file: File, codec: str) -> Literal[0, 3]:
    """Whether a table with tabs quotes its fields; if not, a quotation mark is just a character."""
    with file.open() as stream, io.TextIOWrapper(stream, codec, "replace", newline="") as text:
        try:
            for _ in csv.reader(text, delimiter="\t", strict=True):
                pass
        except csv.Error:
            return csv.QUOTE_NONE
    return csv.QUOTE_MINIMAL


def _parquet(file: File, options: Options, missed: Missed) -> Records:
    import pyarrow as pa
    import pyarrow.parquet as pq

    source: Any = (
        file.path if file.path and not file.compression else io.BytesIO(file.read(_MAX_DOCUMENT))
    )
    try:
        # With pre_buffer, Arrow keeps all that it has read of the file.
        with pq.ParquetFile(source, pre_buffer=False, buffer_size=_BUFFER) as table:
            number = 0
            for batch in table.iter_batches(batch_size=64):
                for record in batch.to_pylist():
                    number += 1
                    yield f": row {number}", record, "utf-8"
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"This Parquet file cannot be read: {str(error).rstrip('.')}.", where=file.where
        ) from error


def manifest(file: File, options: Options, missed: Missed) -> Iterator[Raw]:
    """The articles that a folder's ``articles.jsonl`` names, with what it says of each."""
    assert file.path is not None
    folder = file.path.parent
    try:
        for place, record, _ in _jsonl(file, options, missed):
            if "file" in record and record["file"] is None:
                missed.absent += 1
                continue
            where = f"{file.where}{place}"
            try:
                yield _named(folder, record, where, file.name)
            except CopydeskError as error:
                missed.refused.append(Refusal.of(error.at(where), file.where))
    except CopydeskError as error:
        missed.refused.append(Refusal.of(error, file.where))


def _named(folder: Path, record: Mapping[str, Any], where: str, name: str) -> Raw:
    fields = {"collection": folder.resolve().name, **record}
    if fields.get("file") is None:
        if fields.get("text") is None:
            known = f"Article '{record['article_id']}'" if "article_id" in record else "This line"
            raise InputError(
                f"{known} has neither 'file' nor 'text'.",
                hint="Name its text file, or remove the line.",
            )
        return Raw(where=where, name=name, kind="plain", fields=fields)
    inside = str(fields.pop("file"))
    path = folder / inside
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"The file '{inside}' lies outside the manifest's folder.")
    if path.exists() and not path.is_file():
        raise InputError(f"'{inside}' is not a file.")
    kind = KINDS.get(path.suffix.lower(), "text")
    return Raw(
        where=f"{where}: {path}",
        name=f"{folder.resolve().name}/{inside}",
        kind=kind if kind == "html" else "text",
        path=path,
        fields=fields,
    )


_READERS: Final = {
    "jsonl": _jsonl,
    "json": _json,
    "csv": _delimited,
    "tsv": _delimited,
    "parquet": _parquet,
}
