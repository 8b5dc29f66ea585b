"""Speed and memory of `copydesk build` beside the `map` of `datasets` over the same function.

    python scripts/bench/build.py [--articles 2000 8000] [--workers 2]

Articles are the shipped ones, each repeated with a number of its own. Memory is the largest
resident set of the building process and of its largest worker: where it is the same for four times
the articles, it does not grow with them. Figures are of one run; read them as ratios.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from copydesk.corpus import Corpus
from copydesk.ingest import ingest
from copydesk.layout import lay_out
from copydesk.rooms import dataset_dir

OURS = """
import sys; from pathlib import Path
from copydesk.build import build; from copydesk.corpus import Corpus
if __name__ == "__main__":
    build(Corpus(Path(sys.argv[1])), workers=int(sys.argv[2]))
"""

RIVAL = """
import sys, dataclasses; from pathlib import Path
import datasets, pyarrow as pa
from copydesk.batch import ARTICLES, build_batch
from copydesk.build import SHARD_ARTICLES
from copydesk.corpus import Corpus
def job(batch):
    built = build_batch(pa.RecordBatch.from_pydict(batch, ARTICLES))
    return {"sentences": [built.sentences.num_rows], "rows": [built.sentences.to_pylist()]}
if __name__ == "__main__":
    datasets.disable_progress_bars(); datasets.disable_caching()
    corpus = Corpus(Path(sys.argv[1]))
    rows = [dataclasses.asdict(a) | {"text": corpus.text(a)} for a in corpus.articles()]
    table = datasets.Dataset(pa.Table.from_pylist(rows, ARTICLES))
    table.map(job, batched=True, batch_size=SHARD_ARTICLES, num_proc=int(sys.argv[2]),
              remove_columns=table.column_names)
"""


def make_corpus(folder: Path, articles: int) -> Corpus:
    """A corpus of so many articles, made of the shipped ones."""
    texts = sorted((dataset_dir() / "raw" / "originals").glob("*.txt"))
    source = folder / "source"
    source.mkdir()
    for number in range(articles):
        text = texts[number % len(texts)].read_text(encoding="utf-8")
        (source / f"a-{number}.txt").write_text(f"{text}Number {number}.\n", encoding="utf-8")
    corpus = lay_out(folder / "corpus")
    ingest([str(source)], corpus)
    return corpus


def measure(code: str, corpus: Corpus, workers: int) -> tuple[float, float]:
    """Seconds and the peak resident MB of a program and of its largest child."""
    probe = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, *sys.argv[1:]], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    )
    script = corpus.root / "job.py"
    script.write_text(code, encoding="utf-8")
    command = [sys.executable, "-c", probe, str(script), str(corpus.root), str(workers)]
    started = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - started, float(done.stdout.split()[-1])


def main() -> None:
    """Measure both at each size, ours first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", default=[2000, 8000])
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    print(f"{'articles':>9} {'':>12} {'seconds':>8} {'articles/s':>11} {'peak MB':>8}")
    for articles in asked.articles:
        with tempfile.TemporaryDirectory() as name:
            corpus = make_corpus(Path(name), articles)
            for label, code in (("copydesk", OURS), ("datasets.map", RIVAL)):
                seconds, peak = measure(code, corpus, asked.workers)
                rate = articles / seconds
                print(f"{articles:>9,} {label:>12} {seconds:>8.1f} {rate:>11.0f} {peak:>8.0f}")
    mine = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"(ingest of the largest: peak {mine:.0f} MB)")


if __name__ == "__main__":
    main()
