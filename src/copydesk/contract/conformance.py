"""JSON documents against the JSON Schema files of ``schema/``, with formats asserted."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend
from referencing import Registry, Resource

from copydesk.errors import InputError
from copydesk.files import read_json, read_jsonl
from copydesk.rooms import schema_dir


def load_schema(name: str) -> dict[str, Any]:
    """The JSON Schema in ``schema/<name>.schema.json``."""
    path = schema_dir() / f"{name}.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    # Python's `$` also stands before a final line feed; before a second one it is the value's end.
    if isinstance(value, str) and not re.search(pattern, f"{value}\n"):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


_Validator: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


@functools.cache
def validator(name: str) -> Draft202012Validator:
    """The validator of one schema; ``format`` is an assertion, not an annotation."""
    checker = Draft202012Validator.FORMAT_CHECKER
    labels = load_schema("labels")
    registry = Registry().with_resource(labels["$id"], Resource.from_contents(labels))
    found: Draft202012Validator = _Validator(
        load_schema(name), format_checker=checker, registry=registry
    )
    return found


@functools.cache
def fast_validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """A validator of one schema that only says yes or no, in a fraction of the time."""
    labels = load_schema("labels")
    registry = jsonschema_rs.Registry([(labels["$id"], labels)])
    return jsonschema_rs.Draft202012Validator(
        load_schema(name), validate_formats=True, registry=registry
    )


def iter_errors(document: object, schema: str) -> Iterator[ValidationError]:
    """The errors of a document, in the document's order."""
    yield from sorted(validator(schema).iter_errors(document), key=lambda e: list(map(str, e.path)))


def check_document(document: object, schema: str, *, where: str) -> None:
    """Refuse a document that violates its schema.

    Raises:
        InputError: naming ``where::$.path`` and what is wrong there.
    """
    # The fast validator says whether there is an error, the other one which and where.
    if fast_validator(schema).is_valid(document):
        return
    error = best_match(validator(schema).iter_errors(document))
    if error is not None:
        raise InputError(
            _sentence(error),
            where=f"{where}::{error.json_path}",
            hint=f"See schema/{schema}.schema.json.",
        )


def read_document(path: Path, schema: str) -> Any:
    """Read a JSON document that obeys a schema.

    Raises:
        InputError: it cannot be read, or its schema refuses it.
    """
    document = read_json(path)
    check_document(document, schema, where=str(path))
    return document


def read_checked(path: Path, schema: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read JSON Lines as (line number from 1, object), each obeying a schema.

    Raises:
        InputError: a line is not a JSON object, or its schema refuses it.
    """
    for number, line in read_jsonl(path):
        check_document(line, schema, where=f"{path}:{number}")
        yield number, line


def _sentence(error: ValidationError) -> str:
    text, value = error.message, repr(error.instance)
    if len(text) > 300 and text.startswith(value):
        text = f"{value[:100]}…{text[len(value) :]}"
    text = text if len(text) <= 300 else text[:299] + "…"
    return text if text.endswith(".") else f"{text}."
