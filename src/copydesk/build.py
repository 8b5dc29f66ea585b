"""The build of a corpus: its articles cut into shards over worker processes.

A shard is named by its input, written beside and renamed, and never done twice.
"""

from __future__ import annotations

import dataclasses
import functools
import multiprocessing
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk import shards as on_disk
from copydesk.batch import RECORDED_ARTICLES, SCHEMAS, build_batch, digest_of, text_code
from copydesk.corpus import Article, Corpus
from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_json, dump_line, read_json, sha256_text
from copydesk.processors import processors
from copydesk.recorded import Record, Recorded, pieces_of, recorded
from copydesk.shards import Share
from copydesk.text import Piece

if TYPE_CHECKING:
    import polars as pl

SHARD_ARTICLES: Final = 200
_FORMAT: Final = 2
_HALF: Final = 16

Progress = Callable[[int], None]
"""Called with the number of articles done so far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildResult:
    """What a build did: articles in all, shards in all, and shards that were made now.

    Args:
        lost: sentences of releases and rounds whose boundaries have changed, by their ids there;
            only a build that cuts anew has any.
        absent: articles that are left out, since their text is not here.
        damaged: files of shards that were there but cut short, missing or of an older format; their
            shards were made again.
    """

    articles: int
    sentences: int
    quotes: int
    shards: int
    made: int
    lost: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()


def build(
    corpus: Corpus,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    recut: bool = False,
    share: Share | None = None,
) -> BuildResult:
    """Build every article of a corpus whose text is here into shards under its ``build/``.

    Memory is bounded by the workers and `SHARD_ARTICLES`, whatever the corpus's size, and by the
    pieces that are recorded. A shard that is there is not made again; shards of articles that are
    gone are removed. Articles that stand in a release or in a round's plan keep the pieces that are
    recorded there.

    Args:
        workers: processes; the processors that this one may use, by default.
        recut: cut those articles anew too. The next build without it goes back to what is
            recorded, unless a release or a round has recorded the new pieces by then.
        share: make these shards and nothing else, while other machines may make theirs. A build
            without it takes what is there, makes the rest, and lets the tables be read.

    Raises:
        InputError: the corpus has no articles, or a text is missing or changed.
    """
    with corpus.lock(shared=share is not None):
        return _build(corpus, workers, progress, recut, share)


def _build(
    corpus: Corpus,
    workers: int | None,
    progress: Progress | None,
    recut: bool,
    share: Share | None,
) -> BuildResult:
    known = recorded(corpus)
    held = Recorded() if recut else known
    firsts: list[str] = []
    made: dict[str, _Shard] = {}
    jobs = _jobs(corpus, held, share or Share(1, 1), firsts)
    done = 0
    for shard in _run(jobs, workers or processors()):
        made[shard.first] = shard
        done += shard.rows["articles"]
        if progress:
            progress(done)
    absent = tuple(article.article_id for article in corpus.absent())
    if not firsts:
        raise InputError(
            f"The text of no article is here, of {len(absent)} in the manifest."
            if absent
            else "This corpus has no articles.",
            where=str(corpus.manifest),
            hint="Add some with 'copydesk ingest'.",
        )
    order = [made[first] for first in firsts if first in made]
    if share is None:
        _finish(corpus, order, recut)
    total = {name: sum(shard.rows[name] for shard in order) for name in SCHEMAS}
    return BuildResult(
        **total,
        shards=len(order),
        made=sum(shard.fresh for shard in order),
        lost=_lost(corpus, known) if recut and share is None else (),
        absent=absent,
        damaged=tuple(file for shard in order for file in shard.damaged),
    )


def _jobs(corpus: Corpus, held: Recorded, share: Share, firsts: list[str]) -> Iterator[Job]:
    """What each shard of a share is made of; the first article of all goes to ``firsts``."""
    for index, part in enumerate(_chunks(corpus.articles_here(), SHARD_ARTICLES)):
        firsts.append(part[0].article_id)
        if share.has(index):
            yield corpus, part, held.of(part)


def _finish(corpus: Corpus, order: Sequence[_Shard], recut: bool) -> None:
    """Write down which shards the build has, in order, and remove all others."""
    index = {"recut": recut, "shards": [{"shard": shard.key, **shard.rows} for shard in order]}
    atomic_write(corpus.build_dir / "index.json", dump_json(index))
    room = corpus.build_dir / "shards"
    for stale in set(room.iterdir()) - {room / shard.key for shard in order}:
        shutil.rmtree(stale, ignore_errors=True)


def _lost(corpus: Corpus, known: Recorded) -> tuple[str, ...]:
    """The recorded sentences that are not among those built now, by their recorded ids."""
    found: list[str] = []
    parts = _chunks(corpus.articles_here(), SHARD_ARTICLES)
    for articles, shard in zip(parts, _shards(corpus), strict=True):
        built = _pieces(shard)
        for name, record in known.of(articles).items():
            now = {(piece["start"], piece["end"]) for piece in built[name] if piece["is_unit"]}
            units = [piece for piece in record.pieces if piece.is_unit]
            found += [
                f"{name}.{number:03d}"
                for number, unit in enumerate(units, start=1)
                if (unit.start, unit.end) not in now
            ]
    return tuple(found)


def _pieces(shard: Path) -> dict[str, list[dict[str, Any]]]:
    """The pieces of each article of a shard."""
    rows = pq.read_table(shard / "articles.parquet", columns=["article_id", "pieces"]).to_pylist()
    return {row["article_id"]: row["pieces"] for row in rows}


def _agrees(shard: Path, records: Mapping[str, Record]) -> bool:
    """Whether the articles of a shard are cut as they are recorded."""
    if not records:
        return True
    built = _pieces(shard)
    for name, record in records.items():
        pieces = [Piece(**p) for p in built[name] if record.whole or p["is_unit"]]
        if tuple(pieces) != record.pieces:
            return False
    return True


def _chunks(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    iterator = iter(articles)
    while chunk := list(islice(iterator, size)):
        yield chunk


Job = tuple[Corpus, list[Article], dict[str, Record]]


class _Shard(NamedTuple):
    """A shard that is there now: its first article, its name, and the rows of its tables.

    Args:
        fresh: whether it was made now.
        damaged: the file for which it had to be made again, if there was one.
    """

    first: str
    key: str
    rows: dict[str, int]
    fresh: bool
    damaged: tuple[str, ...]


def _run(jobs: Iterator[Job], workers: int) -> Iterator[_Shard]:
    """Do the jobs in worker processes, a few more than workers in flight, results as they come."""
    first = list(islice(jobs, 2))
    if workers == 1 or len(first) < 2:
        yield from (_build_shard(*job) for job in (*first, *jobs))
        return
    # A forked child would inherit the threads' locks of polars and pyarrow.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        flying: set[Future[_Shard]] = {pool.submit(_build_shard, *job) for job in first}
        try:
            for job in jobs:
                if len(flying) >= 2 * workers:
                    ready, flying = wait(flying, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in ready)
                flying.add(pool.submit(_build_shard, *job))
            while flying:
                ready, flying = wait(flying, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in ready)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _build_shard(corpus: Corpus, articles: list[Article], records: dict[str, Record]) -> _Shard:
    room, rules = corpus.build_dir / "shards", corpus.scheme.has_rules
    plain, shard = (room / _key(articles, held, rules) for held in ({}, records))
    faults = [on_disk.set_aside(path) for path in dict.fromkeys((plain, shard))]
    if plain.is_dir() and _agrees(plain, records):
        shard = plain
    fresh = False
    if shard.is_dir():
        rows = on_disk.rows(shard)
    else:
        built = build_batch(sources(corpus, articles, records), rules=rules)
        fresh = on_disk.write(shard, built)
        rows = {name: batch.num_rows for name, batch in built._asdict().items()}
    damaged = tuple(path.relative_to(corpus.root).as_posix() for path in faults if path)
    return _Shard(articles[0].article_id, shard.name, rows, fresh, damaged)


def sources(
    corpus: Corpus, articles: Sequence[Article], records: Mapping[str, Record]
) -> pa.RecordBatch:
    """Articles with their texts and their recorded pieces: what `build_batch` takes.

    Raises:
        InputError: a text is missing or changed.
    """
    rows, texts = [], corpus.texts
    for article in articles:
        text, record = texts.read(article), records.get(article.article_id)
        held = record and [p._asdict() for p in pieces_of(text, article.language, record)]
        rows.append(dataclasses.asdict(article) | {"text": text, "pieces": held})
    return pa.RecordBatch.from_pylist(rows, RECORDED_ARTICLES)


def _is_of(
    shard: Path, articles: list[Article], records: Mapping[str, Record], rules: bool
) -> bool:
    """Whether a shard is what a build of these articles with these records would make."""
    name = _key(articles, records, rules)
    if shard.name == name:
        return True
    # Records that came since may say what was cut anyway, such as that of the round or the release
    # that was made from this very shard.
    return shard.name[:_HALF] == name[:_HALF] and _agrees(shard, records)


def _key(articles: list[Article], records: Mapping[str, Record], rules: bool) -> str:
    """The name of a shard: one half says what was cut and by which code, one what was recorded."""
    # Where a text lies says nothing about what is made of it.
    known = [dataclasses.asdict(dataclasses.replace(article, bulk=False)) for article in articles]
    lines = [dump_line(record) for record in known]
    held = [f"{name} {record.whole} {record.pieces}" for name, record in sorted(records.items())]
    base = sha256_text("\n".join([_code_digest(), str(rules), *lines]))
    return base[:_HALF] + sha256_text("\n".join(held))[:_HALF]


@functools.cache
def _code_digest() -> str:
    """Of the code and lexicons that a shard depends on, so that no shard outlives its rules."""
    package = Path(__file__).parent
    own = [package / name for name in ("batch.py", "build.py", "recorded.py", "shards.py")]
    files = [*own, *sorted((package / "contract").glob("*.py"))]
    return sha256_text(f"{_FORMAT} {pa.__version__} {text_code()} {digest_of(files)}")


def kept(corpus: Corpus) -> Recorded:
    """The recorded pieces that the corpus's build keeps: none if it was cut anew.

    Raises:
        InputError: the index of releases, or a plan, is not JSON.
    """
    path = corpus.build_dir / "index.json"
    index = read_json(path) if path.is_file() else {}
    recut = isinstance(index, dict) and index.get("recut", False)
    return Recorded() if recut else recorded(corpus)


def read_built(corpus: Corpus, table: str) -> pl.DataFrame:
    """All rows of one built table ("articles", "sentences" or "quotes"), in the corpus's order.

    Raises:
        InputError: the corpus is not built, or was changed after its last build.
    """
    return _read(_shards(corpus), table)


def read_all_built(corpus: Corpus) -> dict[str, pl.DataFrame]:
    """All three built tables by name; see `read_built`."""
    shards = _shards(corpus)
    return {table: _read(shards, table) for table in SCHEMAS}


def _read(shards: list[Path], table: str) -> pl.DataFrame:
    import polars as pl

    return pl.read_parquet([shard / f"{table}.parquet" for shard in shards])


def _shards(corpus: Corpus) -> list[Path]:
    """The shards of the last build, if they are of the corpus as it is."""
    path = corpus.build_dir / "index.json"
    if not path.is_file():
        raise InputError(
            "This corpus is not built.", where=str(corpus.root), hint="Run 'copydesk build'."
        )
    index = read_json(path)
    # In 0.1.0 the index was a list.
    keys = [entry["shard"] for entry in index["shards"]] if isinstance(index, dict) else []
    held, rules = kept(corpus), corpus.scheme.has_rules
    parts = list(_chunks(corpus.articles_here(), SHARD_ARTICLES))
    shards = [corpus.build_dir / "shards" / key for key in keys]
    if len(keys) != len(parts) or not all(
        _is_of(shard, part, held.of(part), rules) for shard, part in zip(shards, parts, strict=True)
    ):
        raise InputError(
            "This corpus changed after its last build.",
            where=str(corpus.root),
            hint="Run 'copydesk build' again.",
        )
    for shard in shards:
        if found := on_disk.fault(shard):
            raise InputError(
                "This file of the build is missing or damaged.",
                where=str(found),
                hint="Run 'copydesk build' again.",
            )
    return shards
