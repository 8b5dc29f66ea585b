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

from invented import invent

from copydesk.contract.columns import SPLITS


def main() -> None:
    """Make the releases, run both sides on them, print one line each."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sentences", type=int, default=1_000_000)
    options.add_argument("--rivals", action=argparse.BooleanOptionalAction, default=True)
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
            invent(folder, given.sentences, version=folder.name, changed=share)
        for side in ("copydesk", "pandas")[: 2 if given.rivals else 1]:
            command = [sys.executable, __file__, "--side", side, "--folders", *map(str, folders)]
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            print(f"{side:<9} {out.strip()}", flush=True)


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
            pd.read_parquet(path, columns=columns).assign(split=split)
            for split in SPLITS
            for path in sorted((folder / "sentences").glob(f"{split}*.parquet"))
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
