"""Run in another process, with a copy of the package that knows more: see test_future.py.

python future.py CORPUS VERSION   # builds, cuts, compares, validates; prints JSON
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from copydesk.build import build
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.release.contents import Contents
from copydesk.release.cut import Options, cut
from copydesk.release.diff import compare
from copydesk.release.verify import verify
from copydesk.validate import validate

NOW = datetime.now(UTC)


def main(corpus: Corpus, version: str) -> dict[str, Any]:
    """What a newer copydesk makes of a corpus that has a release 1.0.0."""
    older = corpus.releases / "1.0.0"
    told: dict[str, Any] = {"older": validate(corpus.root).counts, "refused": ""}
    told["verified"] = list(verify(corpus, "1.0.0").differing)
    build(corpus, workers=1)
    try:
        cut(corpus, Options(version="1.0.1", created=NOW))
    except InputError as error:
        told["refused"] = error.message
    cut(corpus, Options(version=version, created=NOW))
    newer = corpus.releases / version
    difference = compare(Contents.read(older), Contents.read(newer))
    told["bump"] = difference.bump.name
    told["kinds"] = sorted({(r.kind, r.table) for r in difference.reasons()})
    told["newer"] = validate(corpus.root).counts
    told["older again"] = validate(older).counts
    told["columns"] = {
        path.parent.name: pl.read_parquet_schema(path).names()
        for path in sorted(newer.glob("*/train.parquet"))
    }
    return told


if __name__ == "__main__":
    print(json.dumps(main(Corpus(Path(sys.argv[1])), sys.argv[2])))
