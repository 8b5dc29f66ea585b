"""Tables in Arrow: their exact schemas, and their Parquet files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.contract.tables import CURRENT, Contract

if TYPE_CHECKING:
    import polars as pl

_DTYPES: Final = {"double": "float64"}


def arrow_schema(
    table: str, contract: Contract = CURRENT, *, metadata: dict[str, str] | None = None
) -> pa.Schema:
    """The Arrow schema of a table, with the `datasets` features in its metadata.

    Args:
        table: a name in ``contract.tables``.
        metadata: written under the key ``copydesk`` as JSON, such as the release's version.
    """
    # Every field is nullable to Arrow: only then does `datasets` take the ClassLabel of a field
    # from # the metadata. `copydesk validate` checks where nulls are not allowed.
    columns, labels = contract[table].columns, contract.scheme.names
    features = {c.name: _feature(c.type, labels if c.is_label else None) for c in columns}
    return pa.schema(
        [pa.field(c.name, c.type) for c in columns],
        metadata={
            "huggingface": json.dumps({"info": {"features": features}}, sort_keys=True),
            "copydesk": json.dumps({"table": table, **(metadata or {})}, sort_keys=True),
        },
    )


def _feature(kind: pa.DataType, labels: Sequence[str] | None = None) -> dict[str, Any]:
    if labels is not None:
        return {"names": list(labels), "_type": "ClassLabel"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    return {"dtype": _DTYPES.get(str(kind), str(kind)), "_type": "Value"}


def polars_schema(table: str, contract: Contract = CURRENT) -> dict[str, pl.DataType]:
    """The polars types of a table's columns, by name."""
    import polars as pl

    # `empty_table` would import pandas.
    schema = arrow_schema(table, contract).remove_metadata()
    empty = pl.from_arrow(pa.Table.from_batches([], schema))
    assert isinstance(empty, pl.DataFrame)
    return dict(empty.schema)


def as_table(frame: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    """A data frame as a table of exactly this schema, each column in one chunk."""
    import polars as pl

    columns = frame.select(schema.names).to_arrow(compat_level=pl.CompatLevel.oldest())
    return pa.Table.from_arrays(
        [columns[n].combine_chunks().cast(schema.field(n).type) for n in schema.names],
        schema=schema,
    )


def write_table(table: pa.Table, path: Path) -> None:
    """Write one Parquet file: zstd, the same bytes for the same rows.

    Raises:
        OSError: the disk refuses.
    """
    write_tables([table], table.schema, path)


def write_tables(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    """Write the rows of tables of one schema to one Parquet file, as they come.

    Raises:
        OSError: the disk refuses.
    """
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=9) as writer:
        for table in tables:
            # `datasets` cannot read an empty row group, but it can read a file without row groups.
            if table.num_rows:
                writer.write_table(table)
