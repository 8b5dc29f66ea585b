"""The columns of a table as `datasets` describes them, read from an Arrow schema alone."""

from __future__ import annotations

import json
from typing import Any, Final

import polars as pl
import pyarrow as pa

from copydesk.contract.columns import Column
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


def type_name(column: Column) -> str:
    """The type of a column as the card writes it."""
    return "ClassLabel" if column.is_label else _type_name(column.type)


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_struct(kind):
        return f"{{{', '.join(field.name for field in kind)}}}"
    if pa.types.is_list(kind):
        return f"list of {_type_name(kind.value_type)}"
    return dtype(kind)


def arrow_bytes(rows: pl.LazyFrame, schema: pa.Schema) -> float:
    """How many bytes the rows take in Arrow's memory; those of a truth value may be eighths.

    Counted from the values by Arrow's columnar format (fixed widths, UTF-8 with 4-byte offsets),
    without validity bitmaps: the same rows always give the same number, and the rows of a table
    that of its parts together.

    Args:
        rows: rows of one table.
    """
    sizes = [_bytes(pl.col(field.name), field.type, pl.len()) for field in schema]
    return float(rows.select(pl.sum_horizontal(sizes)).collect().item())


def _bytes(values: pl.Expr, kind: pa.DataType, count: pl.Expr) -> pl.Expr:
    if pa.types.is_struct(kind):
        return pl.sum_horizontal(
            [_bytes(values.struct.field(field.name), field.type, count) for field in kind]
        )
    if pa.types.is_list(kind):
        inside = _bytes(values.explode(), kind.value_type, values.list.len().sum())
        return count * 4 + inside
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return count * 4 + values.str.len_bytes().sum()
    if not pa.types.is_primitive(kind):
        return pl.lit(0)  # not a type of the contract: `validate` reports it
    bits: int = kind.bit_width
    return count * bits / 8


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_struct(kind):
        return {"struct": [{"name": field.name, **_feature(field.type)} for field in kind]}
    if pa.types.is_list(kind):
        inner = _feature(kind.value_type)
        return {"list": next(iter(inner.values()))}
    return {"dtype": dtype(kind)}
