"""A single document: which schema it should obey, and whether it does."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from copydesk.contract.conformance import load_schema
from copydesk.contract.tables import CURRENT
from copydesk.errors import InputError
from copydesk.validate.faults import Fault, FaultError, Found
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_json import check_document, check_rows, parse

NAMES: Final = {
    "release.json": "release",
    "index.json": "index",
    "round.json": "round",
    "labels.json": "labels",
    "copydesk.toml": "corpus",
    "articles.jsonl": "article",
}
"""Documents that are recognised by their name."""

_BY_SHAPE: Final = ("release", "index", "round", "report", "agreement", "diff", "labels")
_ROWS: Final = ("article", *(f"tables/{table}" for table in CURRENT.tables))


def document(path: Path) -> Iterator[Found]:
    """What is wrong with one document.

    Raises:
        InputError: it is not a document that copydesk knows.
    """
    folder, name = Folder(path.parent.resolve()), path.name
    data = folder.read(name)
    if path.suffix == ".jsonl":
        yield from _lines(data, path)
        return
    content = toml(data, name) if path.suffix == ".toml" else parse(data, name)
    if name == "croissant.json":
        if not isinstance(content, dict):
            message = "This is not a JSON object."
            yield Fault(rule="schema-violation", message=message, file=name)
        return
    yield from check_document(content, NAMES.get(name) or _schema_of(content, path), name)


def _lines(data: bytes, path: Path) -> Iterator[Found]:
    rows = list(json_lines(data, path.name))
    first = next((row for _, row in rows), None)
    schema = NAMES.get(path.name) or (_row_schema(first) if rows else None)
    if schema is None:
        raise _unknown(path)
    record = load_schema(schema).get("required", ["article_id"])[0]
    yield from check_rows(rows, schema, path.name, record=record)


def json_lines(data: bytes, name: str) -> Iterator[tuple[int, Any]]:
    """Line numbers from 1 and values of a JSON Lines file.

    Raises:
        FaultError: a line is not JSON.
    """
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            yield number, parse(line, name, row=number)


def toml(data: bytes, name: str) -> Any:
    """A TOML document with its dates as JSON writes them.

    Raises:
        FaultError: it is not TOML.
    """
    try:
        content = tomllib.loads(data.decode("utf-8"))
        return json.loads(json.dumps(content, default=str))
    except (ValueError, RecursionError) as error:
        message = f"This is not TOML: {error}."
        raise FaultError(Fault(rule="json-unreadable", message=message, file=name)) from error


def _schema_of(content: Any, path: Path) -> str:
    """The schema with the most required keys, all of which the document has."""
    fitting = [name for name in _BY_SHAPE if _fits(content, name)]
    if not fitting:
        raise _unknown(path)
    return max(fitting, key=lambda name: len(load_schema(name)["required"]))


def _row_schema(row: Any) -> str | None:
    """The schema that knows most of a row's keys; None if it knows less than half of them."""
    if not isinstance(row, dict):
        return None
    known = {name: len(row.keys() & load_schema(name)["properties"].keys()) for name in _ROWS}
    best = max(known, key=lambda name: known[name])
    return best if 2 * known[best] > len(row) else None


def _fits(content: Any, schema: str) -> bool:
    required = load_schema(schema).get("required", [])
    return isinstance(content, dict) and bool(required) and set(required) <= content.keys()


def _unknown(path: Path) -> InputError:
    return InputError(
        "This is not a document that copydesk knows.",
        where=str(path),
        hint=f"It knows {', '.join(NAMES)}, its reports, and rows of tables as JSON Lines.",
    )
