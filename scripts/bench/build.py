"""`copydesk build` beside other engines that call the same function on the same articles.

    python scripts/bench/build.py [--articles 4000] [--runs 5] [--workers 2]

Each engine makes every shard: it reads 200 articles from Parquet, calls
`copydesk.batch.build_batch` and writes three Parquet files. Ours are `copydesk build` over
processes and over a local Dask cluster, which besides read the manifest, check the texts' hashes
and take the lock; the rivals are handed a file for each shard: `datasets.map` with ``num_proc``,
datatrove's local executor, and Daft. Those that are not installed are left out:

    pip install datatrove daft 'copydesk[dask]'

Runs are interleaved, one of each engine after another, each in a process of its own with its start.
What is shown is the median of seconds on the clock and of seconds of processors, the interval from
the least to the most, and peak memory of all processes together (see `peak.py`).
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from articles import write
from peak import measure

from copydesk.build import SHARD_ARTICLES
from copydesk.ingest import ingest
from copydesk.scaffold import lay_out

HEAD = """
import sys; from pathlib import Path
room, out, workers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
inputs = sorted(str(p) for p in (room / "inputs").glob("*.parquet"))
"""

JOB = """
import sys, pyarrow as pa, pyarrow.parquet as pq
from pathlib import Path
from copydesk.batch import ARTICLES, build_batch
def job(source, out):
    table = pq.read_table(source, schema=ARTICLES).combine_chunks()
    built = build_batch(table.to_batches()[0])
    folder = Path(out) / Path(source).stem
    folder.mkdir()
    for name, batch in built._asdict().items():
        rows = pa.Table.from_batches([batch])
        pq.write_table(rows, folder / f"{name}.parquet", compression="zstd")
    return built.sentences.num_rows
"""

OURS = """
from copydesk.build import build; from copydesk.corpus import Corpus
if __name__ == "__main__":
    build(Corpus(room / "corpus"), workers=workers, dask={dask})
"""

DATASETS = """
import datasets; from job import job
def batch(rows): return {"rows": [job(s, str(out)) for s in rows["source"]]}
if __name__ == "__main__":
    datasets.disable_progress_bars(); datasets.disable_caching()
    made = datasets.Dataset.from_dict({"source": inputs})
    made.map(batch, batched=True, batch_size=1, num_proc=workers)
"""

DATATROVE = """
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from job import job
class Build(PipelineStep):
    def run(self, data, rank=0, world_size=1):
        for source in inputs[rank::world_size]:
            job(source, str(out))
        yield from ()
if __name__ == "__main__":
    LocalPipelineExecutor([Build()], tasks=workers, workers=workers, start_method="spawn",
                          logging_dir=str(out / "logs")).run()
"""

DAFT = """
import daft; from job import job
@daft.cls(max_concurrency=workers, use_process=True)
class Build:
    def __call__(self, source: str) -> int: return job(source, str(out))
if __name__ == "__main__":
    frame = daft.from_pydict({"source": inputs}).into_batches(1)
    frame.with_column("rows", Build()(daft.col("source"))).collect()
"""

_PATHS = os.environ.get("PYTHONPATH", "").split(os.pathsep)

ENGINES = {
    "copydesk build": ("copydesk", OURS.format(dask=None)),
    "copydesk build --dask local": ("distributed", OURS.format(dask="'local'")),
    "datasets.map": ("datasets", DATASETS),
    "datatrove, local executor": ("datatrove", DATATROVE),
    "Daft, native": ("daft", DAFT),
}


def prepare(room: Path, articles: int) -> None:
    """The corpus, and for the rivals its articles as one Parquet file for each shard."""
    import dataclasses

    import pyarrow as pa
    import pyarrow.parquet as pq

    from copydesk.batch import ARTICLES

    write(room / "articles.parquet", articles)
    corpus = lay_out(room / "corpus")
    ingest([str(room / "articles.parquet")], corpus, bulk=True)
    (room / "inputs").mkdir()
    (room / "job.py").write_text(JOB, encoding="utf-8")
    texts = corpus.texts
    rows = [dataclasses.asdict(a) | {"text": texts.read(a)} for a in corpus.articles()]
    for number in range(0, len(rows), SHARD_ARTICLES):
        table = pa.Table.from_pylist(rows[number : number + SHARD_ARTICLES], ARTICLES)
        pq.write_table(table, room / "inputs" / f"{number:08d}.parquet")


def once(room: Path, code: str, workers: int) -> tuple[float, float, float]:
    """Seconds on the clock, seconds of processors, and peak MB of one run from nothing."""
    out = room / "out"
    for old in (out, room / "corpus" / "build" / "shards"):
        shutil.rmtree(old, ignore_errors=True)
    out.mkdir()
    script = room / "engine.py"
    script.write_text(HEAD + code, encoding="utf-8")
    # Daft's workers look for the function's module there.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(room), *_PATHS])
    cost = measure([sys.executable, str(script), str(room), str(out), str(workers)])
    if cost.code:
        raise subprocess.CalledProcessError(cost.code, "engine.py")
    made = len(list(Path(room).glob("*/**/sentences.parquet")))
    wanted = len(list((room / "inputs").iterdir()))
    assert made == wanted, f"{made} shards, not {wanted}"
    return cost.seconds, cost.cpu_s, cost.peak_mb


def main() -> None:
    """Measure every engine that is installed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=4000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    engines = {
        name: code for name, (module, code) in ENGINES.items() if importlib.util.find_spec(module)
    }
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in engines}
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        prepare(room, asked.articles)
        for run in range(asked.runs):
            for name, code in engines.items():
                started = time.strftime("%H:%M:%S")
                found[name].append(once(room, code, asked.workers))
                seconds, used, peak = found[name][-1]
                line = f"{started} run {run + 1}: {name}: {seconds:.1f} s, {used:.1f} s, {peak:.0f}"
                print(line, file=sys.stderr, flush=True)
    base = statistics.median(seconds for seconds, _, _ in found["copydesk build"])
    print(f"{asked.articles:,} articles, {asked.workers} workers, median of {asked.runs} runs")
    print(
        f"{'engine':<30} {'seconds':>8} {'from':>7} {'to':>7} {'CPU s':>7} {'MB':>6} {'ratio':>6}"
    )
    for name, runs in found.items():
        seconds, used, peak = (statistics.median(column) for column in zip(*runs, strict=True))
        low, high = min(r[0] for r in runs), max(r[0] for r in runs)
        print(
            f"{name:<30} {seconds:>8.1f} {low:>7.1f} {high:>7.1f} {used:>7.1f} {peak:>6.0f} "
            f"{seconds / base:>6.2f}"
        )


if __name__ == "__main__":
    main()
