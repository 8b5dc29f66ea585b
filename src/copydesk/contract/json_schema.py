"""JSON Schema 2020-12 for one row of each table, derived from a contract.

    python -m copydesk.contract.json_schema [DIR]   # writes DIR/tables/<table>.schema.json

A row is what ``datasets`` gives for it, or a line of JSON Lines: times as RFC 3339 strings.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from copydesk.contract.columns import UNIT_ZONES, ZONES, Column
from copydesk.contract.tables import CURRENT, Contract
from copydesk.files import atomic_write, dump_json
from copydesk.rooms import schema_dir

_INT32: Final = {"minimum": -(2**31), "maximum": 2**31 - 1}


def table_schema(table: str, contract: Contract = CURRENT) -> dict[str, Any]:
    """The JSON Schema of a row of a table."""
    columns, labels = contract[table].columns, len(contract.scheme.names)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://copydesk.invalid/schema/tables/{table}.schema.json",
        "title": f"A row of {table}",
        "description": "Generated from copydesk.contract.tables; do not edit.",
        "type": "object",
        "required": [column.name for column in columns],
        "additionalProperties": False,
        "properties": {column.name: _column(column, labels) for column in columns},
    }


def _column(column: Column, labels: int) -> dict[str, Any]:
    found = {"description": column.meaning, **_type(column.type), **_limits(column, labels)}
    if not column.nullable:
        return found
    if "enum" in found:
        return found | {"enum": [*found["enum"], None], "type": ["string", "null"]}
    return found | {"type": [found["type"], "null"]}


def _limits(column: Column, labels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if column.is_label:
        return {"minimum": 0, "maximum": labels - 1}
    if column.minimum is not None:
        found["minimum"] = column.minimum
    if column.maximum is not None:
        found["maximum"] = column.maximum
    if column.pattern:
        found["pattern"] = column.pattern
    elif column.choices:
        found["enum"] = list(column.choices)
    elif column.is_date:
        found["format"] = "date"
    elif pa.types.is_string(column.type):
        found["minLength"] = 1
    return found


def _type(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_struct(kind):
        names = [field.name for field in kind]
        return {
            "type": "object",
            "required": names,
            "additionalProperties": False,
            "properties": {field.name: _inner(field) for field in kind},
        }
    if pa.types.is_list(kind):
        return {"type": "array", "items": _type(kind.value_type)}
    if pa.types.is_timestamp(kind):
        return {"type": "string", "format": "date-time"}
    if pa.types.is_boolean(kind):
        return {"type": "boolean"}
    if pa.types.is_int32(kind):
        return {"type": "integer", **_INT32}
    return {"type": "integer"} if pa.types.is_integer(kind) else _number_or_string(kind)


def _number_or_string(kind: pa.DataType) -> dict[str, Any]:
    return {"type": "number"} if pa.types.is_floating(kind) else {"type": "string"}


def _inner(field: pa.Field) -> dict[str, Any]:
    if field.name == "zone":
        return {"enum": list(ZONES), "description": f"Units are {', '.join(UNIT_ZONES)}."}
    if field.name == "text":
        return {"type": ["string", "null"]}
    if pa.types.is_integer(field.type):
        return _type(field.type) | {"minimum": 1 if field.name == "end" else 0}
    return _type(field.type)


def write_schemas(folder: Path) -> list[Path]:
    """Write the schemas of the newest contract's tables into ``folder/tables``."""
    paths = []
    for table in CURRENT.tables:
        path = folder / "tables" / f"{table}.schema.json"
        atomic_write(path, dump_json(table_schema(table)))
        paths.append(path)
    return paths


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]) if len(sys.argv) > 1 else schema_dir())
