"""The columns of a table as `datasets` describes them, read from an Arrow schema alone."""

from __future__ import annotations

import json
from typing import Any, Final

import pyarrow as pa

from copydesk.contract.labels import NEWS, Scheme

_NAMES: Final = {"double": "float64", "float": "float32", "halffloat": "float16"}


def label_names(schema: pa.Schema | None, scheme: Scheme = NEWS) -> tuple[str, ...]:
    """The names of the numbers in ``label``, by the schema's own metadata, else by a scheme."""
    known = (schema.metadata or {}) if schema is not None else {}
    metadata = json.loads(known.get(b"huggingface", b"{}"))
    feature = metadata.get("info", {}).get("features", {}).get("label", {})
    return tuple(feature.get("names", scheme.names))


def yaml_features(schema: pa.Schema) -> list[dict[str, Any]]:
    """The features as a card's YAML lists them, as ``datasets.Features`` itself would write them.

    It is written here since importing `datasets` takes seconds; a test holds the two equal.
    """
    names = {str(number): name for number, name in enumerate(label_names(schema))}
    return [
        {"name": field.name, "dtype": {"class_label": {"names": names}}}
        if field.name == "label"
        else {"name": field.name, **_feature(field.type)}
        for field in schema
    ]


def dtype(kind: pa.DataType) -> str:
    """The name of a plain type in `datasets`."""
    return _NAMES.get(str(kind), str(kind))


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_struct(kind):
        return {"struct": [{"name": field.name, **_feature(field.type)} for field in kind]}
    if pa.types.is_list(kind):
        inner = _feature(kind.value_type)
        return {"list": next(iter(inner.values()))}
    return {"dtype": dtype(kind)}
