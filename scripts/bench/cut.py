"""Cutting and verifying invented releases of growing size: time and peak memory.

    python scripts/bench/cut.py [--sentences 100000 300000 1000000]
    python scripts/bench/cut.py --sentences 10000000 --keep FOLDER --steps cut

What was built, and three answers to each sentence, are invented (`invented.py`) and lie on the
disk; half of the articles are withheld, and every fifth sentence is a quotation. Each step is a
process of its own:

- `cut`: tables are put together, splits drawn, quotations grouped, files written and searched for
  withheld words, text in two splits looked for, and the release's facts counted;
- `verify`: the tables are put together again and compared with the files, rows and bytes;
- `diff`, if asked for: `release diff` with a release of which one label in twenty is another;
- `hydrate`, if asked for: `release hydrate` from Parquet files with the withheld texts.

With --keep, what was invented and cut stays for the next run, which may take the other step.
Cutting texts into sentences and deriving the logs of rounds are not part of either: `scale.py` and
`rounds.py` measure them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from invented import PER_ARTICLE, answers_to, articles_of, sentences_of, texts_of, with_nulls
from peak import measure

from copydesk.answers import ADJUDICATIONS, ANSWERS, Labelling
from copydesk.batch import SCHEMAS
from copydesk.build import BuiltShard
from copydesk.contract.arrow import write_table
from copydesk.contract.labels import NEWS
from copydesk.contract.schema_versions import SCHEMA_VERSION
from copydesk.contract.tables import CURRENT
from copydesk.files import dump_json, read_json
from copydesk.release.assemble import Assembled, assemble
from copydesk.release.contents import Contents
from copydesk.release.crossing import NEAR, crossing
from copydesk.release.facts import facts
from copydesk.release.leak_search import refuse_leaks
from copydesk.release.parts import Part, Parts
from copydesk.release.verify import compared
from copydesk.release.writing import write_folder

SHARD = 100_000
"""Sentences of a shard."""
QUOTED = 5
VERSION = "1.0.0"


def invent(room: Path, sentences: int) -> None:
    """Write built shards and their answers."""
    rng = np.random.default_rng(5)
    room.mkdir(parents=True)
    for first in range(0, sentences, SHARD):
        articles = min(SHARD, sentences - first) // PER_ARTICLE
        frame = sentences_of(rng, first // PER_ARTICLE, articles)
        text = texts_of(frame)
        answers = answers_to(frame, text, rng)
        names = pl.Series("label", NEWS.names)
        zone = pl.lit("body").alias("zone")
        answers = answers.with_columns(zone, label=names.gather(answers["label"]))
        given = pl.int_range(pl.len()) % 2 == 0
        about = articles_of(text).with_columns(
            redistributable=given,
            licence=pl.when(given).then(pl.lit("CC0-1.0")),
            zones=pl.lit([], dtype=pl.List(pl.String)),
        )
        tables = {
            "articles": about,
            "sentences": frame.with_columns(
                quoted_ratio=pl.lit(0.0), cues=pl.lit([]), suggestion=pl.lit("background")
            ),
            "quotes": _quotes(frame),
        }
        for name, rows in tables.items():
            kinds = pl.from_arrow(SCHEMAS[name].empty_table())
            assert isinstance(kinds, pl.DataFrame)
            file = room / f"{name}-{first:010}.parquet"
            with_nulls(rows, kinds.columns).cast(dict(kinds.schema)).write_parquet(file)
        with_nulls(answers, ANSWERS.names()).cast(dict(ANSWERS)).write_parquet(
            room / f"answers-{first:010}.parquet"
        )


def _quotes(frame: pl.DataFrame) -> pl.DataFrame:
    rows = frame.filter(pl.col("index") % QUOTED == 0)
    kinds = pl.from_arrow(SCHEMAS["quotes"].empty_table())
    assert isinstance(kinds, pl.DataFrame)
    rows = rows.with_columns(
        quote_id=pl.format("{}.q{}", "article_id", "index"),
        sentence_ids=pl.concat_list("sentence_id"),
        form=pl.lit("direct"),
        **{name: pl.lit(None, kinds.schema[name]) for name in ("speaker", "source", "cue")},
    )
    return rows.select(kinds.columns)


def parts(room: Path) -> Parts:
    """What was built, as a cut reads it."""
    shards = []
    for file in sorted(room.glob("articles-*.parquet")):
        ids = pl.read_parquet(file, columns=["article_id"])["article_id"]
        key = file.stem.removeprefix("articles-")
        shards.append(BuiltShard(key, ids[0], ids[-1], len(ids) * PER_ARTICLE))

    def read(keys: Sequence[str], table: str) -> pl.DataFrame:
        return pl.read_parquet([room / f"{table}-{key}.parquet" for key in keys], glob=False)

    return Parts(shards, read)


def answered(room: Path, part: Part) -> Labelling:
    """The answers on the sentences of a part."""
    first, last = part["articles"]["article_id"][0], part["articles"]["article_id"][-1]
    rows = pl.scan_parquet(sorted(room.glob("answers-*.parquet")), glob=False)
    mine = rows.filter(pl.col("article_id").is_between(pl.lit(first), pl.lit(last)))
    return Labelling(
        answers=mine.collect(engine="streaming"),
        adjudications=ADJUDICATIONS.to_frame(),
        rounds=("r1",),
    )


def assembled(room: Path) -> Assembled:
    """The tables of the release."""
    return assemble(
        parts(room),
        partial(answered, room),
        method="majority",
        kept_splits={},
        split_options={},
        near=NEAR,
        version=VERSION,
        contract=CURRENT,
    )


def cut(room: Path) -> None:
    """What `release cut` does with what was built and answered."""
    made = assembled(room)
    stated: dict[str, Any] = {
        "version": VERSION,
        "created": datetime(2026, 1, 1, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "schema_version": SCHEMA_VERSION,
        "scheme": NEWS.as_document(),
        "corpus": {"name": "bench", "title": "Bench"},
        "guidelines_version": made.guidelines_version,
        "labels": "rounds",
        "rounds": list(made.rounds),
        "annotators": dict(made.annotators),
        "adjudicators": dict(made.adjudicators),
        "splits": dict(made.splits),
    }
    folder = room / "release"
    folder.mkdir()
    contents = write_folder(folder, stated, made.tables)
    refuse_leaks(folder, parts(room))
    assert all(rows.is_empty() for *_, rows in crossing(contents, NEAR, made.near))
    assert facts(contents).sentences == contents.height("sentences") + contents.height("standoff")


def verify(room: Path) -> None:
    """What `release verify` does once the texts are cut again."""
    folder = room / "release"
    released = Contents.read(folder)
    names = set(released.frame("articles", "article_id")["article_id"])
    assert read_json(folder / "release.json")["version"] == VERSION
    found = compared(released, assembled(room), names, folder)
    assert not found, found


def diff(room: Path) -> None:
    """`release diff` with what `_changed` made."""
    _typed("release", "diff", str(room / "release"), str(room / "changed"))


def hydrate(room: Path) -> None:
    """`release hydrate` from what `_copies` made."""
    texts, out = str(room / "copies"), str(room / "filled")
    _typed("release", "hydrate", str(room / "release"), "--raw", texts, "--out", out)


def _typed(*arguments: str) -> None:
    from copydesk.cli.main import main as copydesk

    sys.argv = ["copydesk", *arguments]
    copydesk()


def _changed(room: Path) -> None:
    """The release as another version, with one label in twenty changed."""
    before, after = room / "release", room / "changed"
    shutil.copytree(before, after, copy_function=os.link)
    rng = np.random.default_rng(7)
    for path in sorted([*after.glob("sentences/*"), *after.glob("standoff/*")]):
        table = pq.read_table(path)
        place = table.schema.get_field_index("label")
        labels = table["label"].to_numpy()
        others = rng.random(len(labels)) < 0.05
        labels = np.where(others, (labels + 1) % len(NEWS.names), labels)
        path.unlink()
        changed = pa.chunked_array([pa.array(labels, table.schema.field(place).type)])
        write_table(table.set_column(place, table.schema.field(place), changed), path)
    manifest = read_json(before / "release.json") | {"version": "2.0.0"}
    (after / "release.json").unlink()
    (after / "release.json").write_text(dump_json(manifest), encoding="utf-8")


def _copies(room: Path) -> None:
    """The withheld texts as somebody has them."""
    (room / "copies").mkdir()
    for path in sorted(room.glob("articles-*.parquet")):
        rows = pl.read_parquet(path, columns=["article_id", "title", "text", "redistributable"])
        mine = rows.filter(~pl.col("redistributable")).drop("redistributable")
        mine.write_parquet(room / "copies" / path.name)


STEPS = {"cut": cut, "verify": verify, "diff": diff, "hydrate": hydrate}
NEEDS = {"diff": ("changed", _changed), "hydrate": ("copies", _copies)}
"""What a step needs besides the release, and how it is made."""


def measured(
    sizes: Sequence[int], steps: Sequence[str], scratch: Path, *, keep: bool
) -> Iterator[str]:
    """A line for each size and step."""
    for size in sizes:
        room = scratch / str(size)
        if not room.is_dir():
            half = room.with_name(f"{room.name}.half")
            shutil.rmtree(half, ignore_errors=True)
            invent(half, size)
            half.rename(room)
        for step in steps:
            if step == "cut":
                shutil.rmtree(room / "release", ignore_errors=True)
            if step in NEEDS and not (room / NEEDS[step][0]).is_dir():
                NEEDS[step][1](room)
            cost = measure([sys.executable, __file__, "--step", step, "--room", str(room)])
            yield (
                f"{size:>11,} {3 * size:>11,} {step:<7} {cost.seconds:>8.1f} s {cost.cpu_s:>8.1f} "
                f"CPU s {cost.peak_mb:>7,.0f} MB, exit {cost.code}"
            )
            shutil.rmtree(room / "filled", ignore_errors=True)
        if not keep:
            shutil.rmtree(room)


def main() -> None:
    """Measure at each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, nargs="+", default=[100_000, 300_000, 1_000_000])
    parser.add_argument("--steps", nargs="*", choices=STEPS, default=["cut", "verify"])
    parser.add_argument("--keep", type=Path, help="a folder to work in, which stays")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--room", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        STEPS[asked.step](asked.room)
        return
    print(f"{'sentences':>11} {'answers':>11}")
    with tempfile.TemporaryDirectory() as scratch:
        room, keep = asked.keep or Path(scratch), asked.keep is not None
        for line in measured(sorted(asked.sentences), asked.steps, room, keep=keep):
            print(line, flush=True)


if __name__ == "__main__":
    main()
