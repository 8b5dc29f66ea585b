"""Time and memory of `release diff` on two releases of a million sentences, beside pandas.

    python scripts/bench/diff.py [--sentences 1000000] [--changed 0.05]

Both sides read the same Parquet files in a process of their own. The rival is what one would write
by hand: `pandas.merge` of the sentences on article, start and end, and a comparison of text, label
and split; it knows nothing of rewritten articles, moved boundaries, answers or columns.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from copydesk.contract.arrow import arrow_schema, write_table
from copydesk.contract.columns import SPLITS
from copydesk.contract.labels import NEWS
from copydesk.contract.tables import release_file
from copydesk.files import atomic_write, dump_json, sha256_text

PER_ARTICLE = 25


def main() -> None:
    """Make the releases, run both sides on them, print one line each."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sentences", type=int, default=1_000_000)
    options.add_argument("--changed", type=float, default=0.05, help="share of labels that change")
    options.add_argument("--side", choices=["copydesk", "pandas"], help=argparse.SUPPRESS)
    options.add_argument("--folders", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.side:
        print(_measured({"copydesk": _copydesk, "pandas": _pandas}[given.side], *given.folders))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folders = [Path(scratch) / version for version in ("1.0.0", "2.0.0")]
        for folder, share in zip(folders, (0.0, given.changed), strict=True):
            make_release(folder, given.sentences // PER_ARTICLE, share)
        for side in ("copydesk", "pandas"):
            command = [sys.executable, __file__, "--side", side, "--folders", *map(str, folders)]
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            print(f"{side:<9} {out.strip()}", flush=True)


def make_release(folder: Path, articles: int, share: float) -> None:
    """Write a release with ``PER_ARTICLE`` sentences and one answer each, a share of them changed.

    Changed are labels; and in a fiftieth of that share of the articles, the text.
    """
    rng = np.random.default_rng(7)
    labels = rng.integers(len(NEWS.names), size=articles * PER_ARTICLE)
    changed = np.random.default_rng(8).random(labels.size) < share
    labels = np.where(changed, (labels + 1) % len(NEWS.names), labels)
    rewritten = np.random.default_rng(9).random(articles) < share / 50
    counts: dict[str, dict[str, int]] = {}
    for number, split in enumerate(SPLITS):
        mine = np.arange(articles)[np.arange(articles) % 3 == number]
        for name, columns in _columns(mine, labels, rewritten).items():
            schema = arrow_schema(name)
            table = pa.Table.from_pydict({n: columns[n] for n in schema.names}, schema=schema)
            path = folder / release_file(name, split)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_table(table, path)
            counts.setdefault(name, {})[split] = table.num_rows
    manifest = {"version": folder.name, "created": "2026-01-01T00:00:00Z", "counts": counts}
    atomic_write(folder / "release.json", dump_json(manifest))


def _columns(
    mine: np.ndarray[Any, Any], labels: np.ndarray[Any, Any], rewritten: np.ndarray[Any, Any]
) -> dict[str, dict[str, Any]]:
    ids = [f"wire-{number:07d}" for number in mine]
    digests = [
        sha256_text(f"{i}{'*' if rewritten[n] else ''}") for i, n in zip(ids, mine, strict=True)
    ]
    rows = len(ids) * PER_ARTICLE
    article = np.repeat(np.array(ids, dtype=object), PER_ARTICLE)
    index = np.tile(np.arange(1, PER_ARTICLE + 1, dtype=np.int32), len(ids))
    sentence = [f"{a}.{i:03d}" for a, i in zip(article, index, strict=True)]
    place = {
        "sentence_id": sentence,
        "article_id": article,
        "start": (index - 1) * 130,
        "end": index * 130 - 10,
        "label": np.concatenate([labels[n * PER_ARTICLE : (n + 1) * PER_ARTICLE] for n in mine]),
    }
    votes = [{name: int(name == NEWS.names[i]) for name in NEWS.names} for i in place["label"]]
    nothing = [None] * rows
    return {
        "sentences": place
        | {
            "event": article,
            "index": index,
            "zone": ["body"] * rows,
            "text": [
                f"The council said on day {n} that {s} " + "x" * 70 for n, s in enumerate(sentence)
            ],
            "votes": votes,
            "n_annotators": np.ones(rows, np.int32),
            "agreement": np.ones(rows),
            "label_source": ["single"] * rows,
            "quoted_ratio": np.zeros(rows),
            "cues": [[{"start": 3, "end": 9, "entry": "say"}]] * rows,
        },
        "articles": {name: [None] * len(ids) for name in ("title", "outlet", "url", "published")}
        | {name: [None] * len(ids) for name in ("licence", "attribution", "text")}
        | {
            "article_id": ids,
            "collection": ["wire"] * len(ids),
            "language": ["en"] * len(ids),
            "redistributable": [True] * len(ids),
            "event": ids,
            "text_sha256": digests,
            "pieces": [[]] * len(ids),
        },
        "annotations": place
        | {
            "annotation_id": [f"{s}.a1" for s in sentence],
            "text_sha256": np.repeat(np.array(digests, dtype=object), PER_ARTICLE),
            "annotator": ["a1"] * rows,
            "annotator_kind": ["model"] * rows,
            "round": ["r1"] * rows,
            "arm": ["blind"] * rows,
            "created_at": np.zeros(rows, "datetime64[us]"),
            "lead_time_s": nothing,
            "guidelines_version": ["1.0"] * rows,
        },
    }


def _copydesk(before: Path, after: Path) -> str:
    from copydesk.release.contents import Contents
    from copydesk.release.diff import compare

    diff = compare(Contents.read(before), Contents.read(after))
    rows = sum(diff.records["sentences"])
    return f"{rows:,} sentences, {diff.changes.height:,} changes, least version {diff.least}"


def _pandas(before: Path, after: Path) -> str:
    import pandas as pd

    def read(folder: Path) -> pd.DataFrame:
        columns = ["sentence_id", "article_id", "start", "end", "text", "label"]
        return pd.concat(
            pd.read_parquet(folder / release_file("sentences", split), columns=columns).assign(
                split=split
            )
            for split in SPLITS
        )

    keys = ["article_id", "start", "end"]
    both = read(before).merge(
        read(after), on=keys, how="outer", suffixes=("", "_after"), indicator=True
    )
    kept = both[both["_merge"] == "both"]
    changed = sum(int((kept[n] != kept[f"{n}_after"]).sum()) for n in ("text", "label", "split"))
    return f"{len(both):,} sentences, {changed + len(both) - len(kept):,} changes"


def _measured(side: Any, before: Path, after: Path) -> str:
    start = time.perf_counter()
    said = side(before, after)
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return f"{seconds:6.1f} s ({cpu:.1f} s of processors)  {peak:7,.0f} MB peak  {said}"


if __name__ == "__main__":
    main()
