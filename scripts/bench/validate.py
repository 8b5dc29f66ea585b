"""The gate at levels 1 to 4 on an invented release, beside what others do of it, in one run.

    python scripts/bench/validate.py                        # 1,000,000 sentences, 3,000,000 answers
    python scripts/bench/validate.py --scaling              # 10,000 to 1,000,000: time per row
    uv run --with frictionless scripts/bench/validate.py    # with Frictionless as a rival

Each method runs in a process of its own, on two threads, and reports its peak of memory. Row-wise
rivals run on a sample of the rows, since they take time in proportion to them: pandera on pandas
with jsonschema row by row, and Frictionless with types, constraints, and keys. `bare polars` is
the same checks of values and relations without places, messages, or care for damaged files.
The reader's view (what `datasets` loads, compared) and the search for the words of 10,000 withheld
articles are timed apart.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import numpy as np
import polars as pl
from invented import ANNOTATORS, invent, sentences_of

from copydesk.contract.labels import NEWS
from copydesk.contract.tables import CURRENT
from copydesk.files import sha256_text
from copydesk.validate import by_pandera

WITHHELD = 10_000
"""Articles whose words are searched for."""


def main() -> None:
    """Parse, run, print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", "--sentences", dest="sentences", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=10_000, help="sentences for rivals by row")
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--only", choices=sorted(METHODS), help=argparse.SUPPRESS)
    parser.add_argument("--release", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        print(json.dumps(measured(METHODS[given.only], given.release)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        if given.scaling:
            scaling(Path(scratch))
        else:
            compared(Path(scratch), given.sentences, given.sample)


def scaling(scratch: Path) -> None:
    """Time at growing sizes; n log n would hold the last column near 1."""
    first = None
    print(f"{'sentences':>10} {'seconds':>8} {'µs / (n log n)':>15} {'ratio':>6}")
    for size in (10_000, 100_000, 1_000_000):
        invent(scratch / str(size), size)
        seconds = child("copydesk levels 1-4", scratch / str(size))["seconds"]
        unit = seconds / (size * np.log(size)) * 1e6
        first = first or unit
        print(f"{size:>10,} {seconds:>8.1f} {unit:>15.3f} {unit / first:>6.2f}")


def compared(scratch: Path, sentences: int, sample: int) -> None:
    """Every method, with its rows a second and its ratio to the gate at level 3."""
    invent(scratch / "whole", sentences)
    invent(scratch / "sample", sample)
    rows = {}
    for name in METHODS:
        part = "sample" if name in BY_ROW else "whole"
        found = child(name, scratch / part)
        if found:
            rows[name] = found | {
                "rows": (1 + ANNOTATORS) * (sample if part == "sample" else sentences)
            }
    ours = rows["copydesk levels 1-3"]
    print(
        f"{'method':<34} {'rows':>10} {'seconds':>8} {'of CPU':>7} {'rows/s':>10} {'peak MB':>8} "
        f"{'ours is':>8}"
    )
    for name, row in rows.items():
        speed = row["rows"] / row["seconds"]
        ratio = ours["rows"] / ours["seconds"] / speed
        print(
            f"{name:<34} {row['rows']:>10,} {row['seconds']:>8.1f} {row['cpu']:>7.1f} "
            f"{speed:>10,.0f} {row['peak_mb']:>8,.0f} {ratio:>7.2f}x"
        )


def child(name: str, release: Path) -> dict[str, float]:
    """Run one method in a process of its own; nothing if its library is not installed."""
    command = [sys.executable, __file__, "--only", name, "--release", str(release)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return {}
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(method: Callable[[Path], Any], release: Path) -> dict[str, float]:
    """Seconds, on the clock and of processors, and peak memory; imports are not counted."""
    prepare = method(release)
    started, worked = time.perf_counter(), time.process_time()
    prepare()
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "cpu": cpu, "peak_mb": peak}


def gate(level: int) -> Callable[[Path], Callable[[], None]]:
    """The gate itself."""

    def prepare(release: Path) -> Callable[[], None]:
        from copydesk.validate import validate
        from copydesk.validate.canary import prove_gate

        prove_gate()

        def run() -> None:
            report = validate(release, level=level)
            assert not report.counts, report.counts

        return run

    return prepare


def bare(release: Path) -> Callable[[], None]:
    """The same checks of values and relations as polars expressions, on files that are sound."""

    def run() -> None:
        tables = {
            name: pl.read_parquet(sorted((release / name).glob("*.parquet")))
            for name in CURRENT.tables
            if (release / name).is_dir()
        }
        for name, frame in tables.items():
            tests = [
                (~c.holds).sum().alias(str(place))
                for place, c in enumerate(by_pandera.checks(name))
            ]
            tests += [
                pl.col(column.name).null_count().alias(column.name)
                for column in CURRENT[name].columns
                if not column.nullable
            ]
            assert not sum(value or 0 for value in frame.select(tests).row(0))
        sentences, articles = tables["sentences"], tables["articles"]
        answers = tables["annotations"]
        for name, key in (
            ("sentences", "sentence_id"),
            ("articles", "article_id"),
            ("annotations", "annotation_id"),
        ):
            assert tables[name][key].n_unique() == tables[name].height
        text, start, end = pl.col("text_right"), pl.col("start"), pl.col("end")
        both = sentences.join(articles.select("article_id", "text"), on="article_id")
        assert both.height == sentences.height
        assert both.select((text.str.slice(start, end - start) != pl.col("text")).sum()).item() == 0
        digests = [sha256_text(value) for value in articles["text"]]
        assert (articles["text_sha256"] == pl.Series(digests)).all()
        ordered = sentences.sort("article_id", "start")
        gaps = ordered.select((start < end.shift(1).over("article_id")).sum()).item()
        numbers = ordered.select(
            (pl.col("index") != pl.int_range(1, pl.len() + 1).over("article_id")).sum()
        ).item()
        assert gaps == numbers == 0
        places = sentences.select("sentence_id", "article_id", "start", "end")
        placed = answers.join(places, on="sentence_id")
        assert placed.height == answers.height
        wrong = [(pl.col(n) != pl.col(f"{n}_right")).sum() for n in ("article_id", "start", "end")]
        assert not sum(placed.select(wrong).row(0))
        hashes = answers.join(articles.select("article_id", "text_sha256"), on="article_id")
        assert (hashes["text_sha256"] == hashes["text_sha256_right"]).all()
        assert answers.select(
            pl.struct("sentence_id", "annotator", "round").is_first_distinct().all()
        ).item()
        counts = [
            (pl.col("label") == n).sum().cast(pl.Int32).alias(name)
            for n, name in enumerate(NEWS.names)
        ]
        counted = answers.group_by("sentence_id").agg(*counts, _n=pl.len())
        votes = sentences.join(counted, on="sentence_id")
        same = [pl.col("votes").struct.field(label) == pl.col(label) for label in NEWS.names]
        assert votes.select(pl.all_horizontal(same).all()).item()
        assert votes.select((pl.col("n_annotators") == pl.col("_n")).all()).item()
        exploded = (
            articles.select("article_id", "text", "pieces").explode("pieces").unnest("pieces")
        )
        before = end.shift(1, fill_value=0).over("article_id")
        blank = pl.col("text").str.slice(before, start - before).str.contains(r"^\s*$")
        assert exploded.select(blank.all()).item()
        units = exploded.filter("is_unit")
        key = ["article_id", "start", "end", "zone"]
        assert units.join(sentences, on=key, how="anti").is_empty()
        assert sentences.join(units, on=key, how="anti").is_empty()

    return run


def by_row(release: Path) -> Callable[[], None]:
    """pandera on pandas, and jsonschema on each row."""
    import pandas as pd
    import pandera.pandas as pa
    from jsonschema import Draft202012Validator

    from copydesk.contract.json_schema import table_schema

    def column(given: Any) -> pa.Column:
        found = []
        if given.pattern:
            found.append(pa.Check.str_matches(given.pattern))
        if given.choices:
            found.append(pa.Check.isin(given.choices))
        if given.minimum is not None:
            found.append(pa.Check.ge(given.minimum))
        return pa.Column(checks=found, nullable=given.nullable, unique=given.key)

    def run() -> None:
        frames = {}
        for name in ("sentences", "annotations"):
            frame = pd.read_parquet(release / name)
            frames[name] = frame
            pa.DataFrameSchema({c.name: column(c) for c in CURRENT[name].columns}).validate(
                frame, lazy=True
            )
            checker = Draft202012Validator.FORMAT_CHECKER
            validator = Draft202012Validator(table_schema(name), format_checker=checker)
            for row in pl.read_parquet(release / name / "*.parquet").iter_rows(named=True):
                plain = {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in row.items()}
                assert validator.is_valid(plain)
        known = set(frames["sentences"]["sentence_id"])
        assert frames["annotations"]["sentence_id"].isin(known).all()

    return run


def frictionless(release: Path) -> Callable[[], None]:
    """Frictionless on flat columns: types, constraints, a primary key and a foreign key."""
    import frictionless as fl

    flat = release / "flat"
    flat.mkdir(exist_ok=True)
    kinds = {"string": "string", "int32": "integer", "int64": "integer", "double": "number"}
    resources = []
    for name in ("sentences", "annotations"):
        columns = [c for c in CURRENT[name].columns if str(c.type) in kinds]
        frame = pl.read_parquet(release / name / "*.parquet").select(c.name for c in columns)
        frame.write_csv(flat / f"{name}.csv")
        fields = []
        for c in columns:
            limits: dict[str, Any] = {"required": not c.nullable}
            if c.pattern:
                limits["pattern"] = c.pattern.strip("^$")
            if c.choices:
                limits["enum"] = list(c.choices)
            if c.minimum is not None:
                limits["minimum"] = c.minimum
            fields.append({"name": c.name, "type": kinds[str(c.type)], "constraints": limits})
        schema: dict[str, Any] = {"fields": fields, "primaryKey": [columns[0].name]}
        if name == "annotations":
            reference = {"resource": "sentences", "fields": ["sentence_id"]}
            schema["foreignKeys"] = [{"fields": ["sentence_id"], "reference": reference}]
        resources.append({"name": name, "path": f"{name}.csv", "schema": schema})
    package = fl.Package.from_descriptor(
        {"name": "bench", "resources": resources}, basepath=str(flat)
    )

    def run() -> None:
        assert package.validate().valid

    return run


def readers_view(release: Path) -> Callable[[], None]:
    """Every config as `datasets` loads it, compared with the rows that were judged."""
    from copydesk.release.card import write_card
    from copydesk.release.index import Index, add_release
    from copydesk.validate.by_datasets import reader
    from copydesk.validate.surroundings import around
    from copydesk.validate.untrusted_release import load

    manifest = json.loads((release / "release.json").read_text())
    dataset = release.parent / f"{release.name}-dataset"
    place = dataset / "releases" / str(manifest["version"])
    if not place.is_dir():
        shutil.copytree(release, place, copy_function=os.link)
        add_release(dataset, Index(), manifest)
        write_card(dataset, place)
    subject = around(load(place))

    def run() -> None:
        found = list(reader(subject))
        assert not found, found

    return run


def leak_search(release: Path) -> Callable[[], None]:
    """The words of 10,000 articles that are not there, in every file of the release."""
    from copydesk.leaks import Secrets, find_leaks

    frame = sentences_of(np.random.default_rng(6), 0, WITHHELD)
    texts = frame.group_by("article_id", maintain_order=True).agg(pl.col("text").str.join("\n"))
    rows = list(frame.select("sentence_id", "text").iter_rows())

    def run() -> None:
        secrets = Secrets(sentences=rows, texts=list(texts.iter_rows()))
        assert not find_leaks(release, secrets)

    return run


METHODS: dict[str, Callable[[Path], Callable[[], None]]] = {
    "copydesk levels 1-3": gate(3),
    "bare polars": bare,
    "copydesk levels 1-4": gate(4),
    "the reader's view": readers_view,
    "search for withheld words": leak_search,
    "pandera on pandas + jsonschema": by_row,
    "frictionless": frictionless,
}
BY_ROW = ("pandera on pandas + jsonschema", "frictionless")


if __name__ == "__main__":
    main()
