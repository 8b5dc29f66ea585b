"""What each verb costs with the number of articles: time, memory and disk, verb after verb.

    python scripts/bench/scale.py [--articles 1000 10000] [--keep FOLDER]

Articles are generated (`articles.py`), half of them withheld; labels are those of the rules. Each
verb is a process of its own, measured with all its children (`peak.py`). The last columns are the
cost of a million articles by the line through the two largest sizes: an extrapolation, and named
as such.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from articles import write
from peak import Cost, measure

MILLION = 1_000_000


def verbs(room: Path, workers: int) -> Iterator[tuple[str, list[str]]]:
    """Every verb with its arguments, in the order of a corpus's life."""
    corpus, releases = room / "corpus", room / "corpus" / "dataset" / "releases"
    dataset = str(corpus / "dataset")
    at = ["--corpus", str(corpus)]
    cut = ["release", "cut", "--labels", "rule", *at]
    more = ["--workers", str(workers)]
    yield "ingest", ["ingest", str(room / "articles.parquet"), "--store", "parquet", *at, *more]
    yield "build", ["build", *at, *more]
    yield "build, nothing new", ["build", *at, *more]
    yield "release cut", [*cut, "0.1.0"]
    yield "validate", ["validate", str(releases / "0.1.0")]
    yield "ingest, 1 % more", ["ingest", str(room / "more.parquet"), *at, *more]
    yield "build, 1 % more", ["build", *at, *more]
    yield "release cut, second", [*cut, "0.2.0"]
    yield "release diff", ["release", "diff", str(releases / "0.1.0"), str(releases / "0.2.0"), *at]
    yield "release verify", ["release", "verify", "0.2.0", *at]
    source = str(room / "articles.parquet")
    filled = str(room / "filled")
    yield "release hydrate", ["release", "hydrate", dataset, "--raw", source, "--out", filled]


def disk_mb(room: Path) -> float:
    """What the corpus takes on disk."""
    return sum(p.stat().st_size for p in (room / "corpus").rglob("*") if p.is_file()) / 1e6


def run(room: Path, articles: int, workers: int) -> dict[str, tuple[Cost, float]]:
    """The cost of each verb on so many articles, with what the corpus takes on disk afterwards."""
    room.mkdir(parents=True)
    write(room / "articles.parquet", articles)
    write(room / "more.parquet", max(articles // 100, 1), seed=2, first=articles)
    command = [sys.executable, "-c", "from copydesk.cli.main import main; main()"]
    subprocess.run([*command, "init", str(room / "corpus")], check=True, capture_output=True)
    found = {}
    for name, arguments in verbs(room, workers):
        cost = measure([*command, *arguments])
        found[name] = cost, disk_mb(room)
        print(
            f"{articles:>9,} {name:<22} {cost.seconds:>8.1f} s {cost.cpu_s:>8.1f} CPU s "
            f"{cost.peak_mb:>7,.0f} MB {found[name][1]:>9,.1f} MB of disk, exit {cost.code}",
            flush=True,
        )
    return found


def line(x: list[int], y: list[float]) -> float:
    """What the line through the last two points says for a million."""
    if len(x) < 2:
        return y[-1] * MILLION / x[-1]
    slope = (y[-1] - y[-2]) / (x[-1] - x[-2])
    return max(y[-1] + slope * (MILLION - x[-1]), 0.0)


def main() -> None:
    """Measure at each size, then extrapolate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder to work in, which stays")
    asked = parser.parse_args()
    sizes = sorted(asked.articles)
    with tempfile.TemporaryDirectory() as scratch:
        room = asked.keep or Path(scratch)
        found = {size: run(room / str(size), size, asked.workers) for size in sizes}
    print(
        f"\n{'a million articles':<22} {'CPU hours':>10} {'GB':>8} {'disk GB':>8}  (extrapolated)"
    )
    for name in found[sizes[0]]:
        rows = [found[size][name] for size in sizes]
        hours = line(sizes, [cost.cpu_s for cost, _ in rows]) / 3600
        memory = line(sizes, [cost.peak_mb for cost, _ in rows]) / 1000
        disk = line(sizes, [size for _, size in rows]) / 1000
        print(f"{name:<22} {hours:>10.2f} {memory:>8.1f} {disk:>8.1f}")


if __name__ == "__main__":
    main()
