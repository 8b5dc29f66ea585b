"""A round of a million answers from the plan to the release: time and peak memory of each verb.

    python scripts/bench/logs.py [--articles 40 400] [--annotators 10] [--keep FOLDER]

Articles are generated (`articles.py`) and long: ten in one, some 250 sentences. Ten programs answer
all of them through files; the last disagrees in one of twenty. `close`, `release cut` and
`release verify` derive the log of the round again from its archives. Each verb is a process of its
own, as it is typed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from articles import SCHEMA, articles
from peak import measure

from copydesk.contract.labels import NEWS

TOGETHER = 10
DISSENT = 0.05
ROUND = "all"


def write(path: Path, count: int) -> None:
    """Write long articles."""
    made = articles(count * TOGETHER)
    rows = []
    while some := list(itertools.islice(made, TOGETHER)):
        rows.append(some[0] | {"text": "".join(row["text"] for row in some)})
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), path)


def answer(corpus: Path) -> int:
    """Write every annotator's answers, and say how many they are."""
    folder = corpus / "private" / "rounds" / ROUND
    names = sorted(path.parent.name for path in folder.glob("*/tasks.jsonl"))
    count = 0
    for name in names:
        rng = random.Random(name)
        tasks = (folder / name / "tasks.jsonl").open(encoding="utf-8")
        with tasks, (folder / name / "answers.jsonl").open("w", encoding="utf-8") as out:
            for line in tasks:
                for sentence in json.loads(line)["sentences"]:
                    known = sentence["sentence_id"]
                    number = sum(known.encode()) % len(NEWS.names)
                    if name == names[-1] and rng.random() < DISSENT:
                        number = (number + 1) % len(NEWS.names)
                    given = {"sentence_id": known, "label": NEWS.names[number]}
                    out.write(json.dumps(given) + "\n")
                    count += 1
    return count


def verbs(room: Path, annotators: int) -> Iterator[tuple[str, list[str]]]:
    """Every verb with its arguments, in the order of a round's life."""
    at = ["--corpus", str(room / "corpus")]
    names = [f"m{number}" for number in range(annotators)]
    people = [word for name in names for word in ("--annotator", f"{name}:model")]
    yield "ingest", ["ingest", str(room / "articles.parquet"), "--store", "parquet", *at]
    yield "build", ["build", *at]
    overlap = ["--overlap", str(annotators)]
    yield "round new", ["round", "new", ROUND, "--backend", "files", *people, *overlap, *at]
    yield "round push", ["round", "push", ROUND, *at]
    yield "round pull", ["round", "pull", ROUND, *at]
    yield "round close", ["round", "close", ROUND, *at]
    yield "release cut", ["release", "cut", "0.1.0", *at]
    yield "release verify", ["release", "verify", "0.1.0", *at]


def run(room: Path, count: int, annotators: int) -> None:
    """Print what each verb takes."""
    room.mkdir(parents=True)
    write(room / "articles.parquet", count)
    command = [sys.executable, "-c", "from copydesk.cli.main import main; main()"]
    subprocess.run([*command, "init", str(room / "corpus")], check=True, capture_output=True)
    answers = 0
    for name, arguments in verbs(room, annotators):
        if name == "round pull":
            answers = answer(room / "corpus")
        cost = measure([*command, *arguments])
        print(
            f"{count:>9,} {answers:>11,} {name:<16} {cost.seconds:>8.1f} s "
            f"{cost.cpu_s:>8.1f} CPU s {cost.peak_mb:>7,.0f} MB, exit {cost.code}",
            flush=True,
        )


def main() -> None:
    """Measure at each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, nargs="+", default=[40, 400])
    parser.add_argument("--annotators", type=int, default=10)
    parser.add_argument("--keep", type=Path, help="a folder to work in, which stays")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for size in sorted(asked.articles):
            run((asked.keep or Path(scratch)) / str(size), size, asked.annotators)


if __name__ == "__main__":
    main()
