"""A table is a bomb: a file of a kilobyte that fills gigabytes."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
from specimens import Specimen


def damage(specimen: Specimen) -> None:
    # Two megabytes once, and a thousand references to them: a gigabyte and more in memory.
    texts = pa.array(["x" * 2_000_000]).dictionary_encode().take(pa.array([0] * 1000))
    stream = io.BytesIO()
    pq.write_table(pa.table({"text": texts}), stream, compression="zstd", store_schema=False)
    specimen.replace("quotes/train.parquet", stream.getvalue())
    assert len(stream.getvalue()) < 2000
