"""Untrusted JSON: parsed within limits, then checked against its JSON Schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from copydesk.contract.conformance import fast_validator, iter_errors
from copydesk.files import refuse_half_characters
from copydesk.validate.faults import Fault, FaultError, show

MAX_DEPTH: Final = 100
MAX_BYTES: Final = 256 << 20
# A string that does not end is taken to the end: tried anew at each quotation mark, it would cost
# the square of its length.
_ODD: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[^\[\]{}"]+', re.DOTALL)
_LONGEST: Final = 300


def parse(data: bytes, name: str, *, row: int | None = None) -> Any:
    """One JSON value.

    Raises:
        FaultError: it is not UTF-8, not JSON, nested deeper than `MAX_DEPTH`, or has a key twice or
            half a character.
    """
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(f"{len(data):,} bytes are too many")
        if _depth(data) > MAX_DEPTH:
            raise ValueError(f"it is nested deeper than {MAX_DEPTH}")
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
        refuse_half_characters(value, data)
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not UTF-8"
    except json.JSONDecodeError as error:
        reason = f"{error.msg}, line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError) as error:
        reason = str(error)
    else:
        return value
    message = f"This is not JSON that can be used: {reason}."
    raise FaultError(Fault(rule="json-unreadable", message=message, file=name, row=row))


def _depth(data: bytes) -> int:
    depth = deepest = 0
    for byte in _ODD.sub(b"", data):
        depth += (byte in b"[{") - (byte in b"]}")
        deepest = max(deepest, depth)
        if deepest > MAX_DEPTH:
            break
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {show(key)!r} occurs twice in one object")
        found[key] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


def check_document(document: object, schema: str, name: str) -> Iterator[Fault]:
    """The places where a document violates a schema of ``schema/``."""
    if fast_validator(schema).is_valid(document):
        return  # jsonschema tells faults better, but takes seconds for a release of many events
    for error in iter_errors(document, schema):
        yield _violation(error.message, list(error.absolute_path), name, None, "")


def check_rows(
    rows: list[tuple[int, Any]], schema: str, name: str, *, record: str
) -> Iterator[Fault]:
    """The same for many documents, such as the lines of a JSON Lines file, by jsonschema-rs.

    Args:
        rows: line numbers and documents.
        record: the key that holds a document's id.
    """
    validator = fast_validator(schema)
    for number, document in rows:
        if validator.is_valid(document):
            continue
        value = document.get(record, "") if isinstance(document, dict) else ""
        for error in validator.iter_errors(document):
            yield _violation(error.message, list(error.instance_path), name, number, show(value))


def _violation(
    message: str, path: list[str | int], name: str, row: int | None, record: str
) -> Fault:
    text = message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…"
    return Fault(
        rule="schema-violation",
        message=text if text.endswith(".") else f"{text}.",
        file=name,
        row=row,
        record=record,
        pointer=pointer(path),
    )


def pointer(path: list[str | int]) -> str:
    """A path of keys and indices as a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
