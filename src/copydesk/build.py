"""Articles to pieces, sentences and quotations: one pure function on Arrow batches, and its run.

`build_batch` knows nothing of files or workers, so that another engine (Spark, Ray, Daft, the
`map` of `datasets`) can call it as it stands. `build` is the local run over worker processes: a
shard is named by its input, written beside and renamed, and never done twice.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.contract.tables import TABLES
from copydesk.corpus import Article, Corpus
from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_json, dump_line, read_json, replacing_dir, sha256_text
from copydesk.text import Piece, segment
from copydesk.text.quotations import Quotation, quotations, quoted_ratio
from copydesk.text.suggest import Suggestion, suggest

if TYPE_CHECKING:
    import polars as pl

SHARD_ARTICLES: Final = 200
_FORMAT: Final = 1

Progress = Callable[[int], None]
"""Called with the number of articles done so far."""


def _fields(table: str, *names: str) -> list[pa.Field]:
    columns = {column.name: column for column in TABLES[table]}
    return [pa.field(n, columns[n].type, nullable=columns[n].nullable) for n in names]


ARTICLES: Final = pa.schema(
    _fields("articles", *(column.name for column in TABLES["articles"] if column.name != "pieces"))
)
"""What `build_batch` takes: the articles table without its pieces; every text is there."""

BUILT_ARTICLES: Final = pa.schema([*ARTICLES, *_fields("articles", "pieces")])

SENTENCES: Final = pa.schema(
    [
        *_fields("sentences", "sentence_id", "article_id", "event", "index", "start", "end"),
        *_fields("sentences", "zone", "text", "quoted_ratio", "cues"),
        pa.field("suggestion", pa.string()),
    ]
)
"""A row for each unit, with the label that the rules suggest; null in a language without rules."""

QUOTES: Final = pa.schema(
    _fields(
        "quotes",
        *("quote_id", "article_id", "event", "sentence_ids", "start", "end", "text", "form"),
        *("speaker", "cue"),
    )
)
"""A row for each quotation; groups come later, since they join articles."""

SCHEMAS: Final = {"articles": BUILT_ARTICLES, "sentences": SENTENCES, "quotes": QUOTES}


class Built(NamedTuple):
    """What comes of a batch of articles, by the schemas of this module."""

    articles: pa.RecordBatch
    sentences: pa.RecordBatch
    quotes: pa.RecordBatch


def build_batch(articles: pa.RecordBatch) -> Built:
    """Cut a batch of articles (schema `ARTICLES`) into pieces, sentences and quotations.

    Pure and deterministic: rows come out in the order of the articles, and the result of a batch
    is the concatenation of the results of its rows.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    for article in articles.to_pylist():
        _build_article(article, rows)
    return Built(
        *(pa.RecordBatch.from_pylist(rows[name], schema) for name, schema in SCHEMAS.items())
    )


def _build_article(article: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> None:
    text, language = article["text"], article["language"]
    pieces = segment(text, language)
    quotes = quotations(text, pieces, language=language)
    units = [piece for piece in pieces if piece.is_unit]
    ids = [f"{article['article_id']}.{number:03d}" for number in range(1, len(units) + 1)]
    rows["articles"].append(article | {"pieces": [piece._asdict() for piece in pieces]})
    suggested: Sequence[Suggestion | None] = suggest(
        text, pieces, quotes=quotes, language=language
    ) or [None] * len(units)
    for number, (name, unit, suggestion) in enumerate(
        zip(ids, units, suggested, strict=True), start=1
    ):
        rows["sentences"].append(
            {
                "sentence_id": name,
                "article_id": article["article_id"],
                "event": article["event"],
                "index": number,
                "start": unit.start,
                "end": unit.end,
                "zone": unit.zone,
                "text": text[unit.start : unit.end],
                "quoted_ratio": quoted_ratio(text, unit, quotes),
                "cues": _cues(suggestion) if suggestion else [],
                "suggestion": suggestion and suggestion.label,
            }
        )
    for number, quote in enumerate(quotes, start=1):
        rows["quotes"].append(_quote(article, number, quote, units, ids))


def _cues(suggestion: Suggestion) -> list[dict[str, Any]]:
    return [{"start": c.start, "end": c.end, "entry": c.entry} for c in suggestion.cues]


def _quote(
    article: dict[str, Any], number: int, quote: Quotation, units: list[Piece], ids: list[str]
) -> dict[str, Any]:
    text = article["text"]
    touched = [
        name
        for name, unit in zip(ids, units, strict=True)
        if unit.start < quote.end and quote.start < unit.end
    ]
    speaker = quote.speaker and {
        "start": quote.speaker[0],
        "end": quote.speaker[1],
        "text": text[quote.speaker[0] : quote.speaker[1]],
    }
    cue = quote.cue and {"start": quote.cue.start, "end": quote.cue.end, "entry": quote.cue.entry}
    return {
        "quote_id": f"{article['article_id']}.q{number:03d}",
        "article_id": article["article_id"],
        "event": article["event"],
        "sentence_ids": touched,
        "start": quote.start,
        "end": quote.end,
        "text": text[quote.start : quote.end],
        "form": quote.form,
        "speaker": speaker,
        "cue": cue,
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildResult:
    """What a build did: articles in all, shards in all, and shards that were made now."""

    articles: int
    sentences: int
    quotes: int
    shards: int
    made: int


def build(
    corpus: Corpus, *, workers: int | None = None, progress: Progress | None = None
) -> BuildResult:
    """Build every article of a corpus into shards under its ``build/``.

    Memory is bounded by the workers and `SHARD_ARTICLES`, whatever the corpus's size. A shard that
    is there is not made again; shards of articles that are gone are removed.

    Args:
        workers: processes; the processors that this one may use, by default.

    Raises:
        InputError: the corpus has no articles, or a text is missing or changed.
    """
    with corpus.lock():
        return _build(corpus, workers, progress)


def _build(corpus: Corpus, workers: int | None, progress: Progress | None) -> BuildResult:
    shards_dir = corpus.build_dir / "shards"
    counts: dict[str, dict[str, int]] = {}
    made = done = 0
    jobs = ((corpus, articles) for articles in _chunks(corpus.articles(), SHARD_ARTICLES))
    for key, rows, fresh in _run(jobs, workers or len(os.sched_getaffinity(0))):
        counts[key] = rows
        made += fresh
        done += rows["articles"]
        if progress:
            progress(done)
    if not counts:
        raise InputError(
            "This corpus has no articles.",
            where=str(corpus.manifest),
            hint="Take some in with 'copydesk ingest'.",
        )
    order = [_key(corpus, articles) for articles in _chunks(corpus.articles(), SHARD_ARTICLES)]
    index = [{"shard": key, **counts[key]} for key in order]
    atomic_write(corpus.build_dir / "index.json", dump_json(index))
    for stale in set(shards_dir.iterdir()) - {shards_dir / key for key in order}:
        shutil.rmtree(stale, ignore_errors=True)
    total = {name: sum(rows[name] for rows in counts.values()) for name in SCHEMAS}
    return BuildResult(**total, shards=len(order), made=made)


def _chunks(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    iterator = iter(articles)
    while chunk := list(islice(iterator, size)):
        yield chunk


Job = tuple[Corpus, list[Article]]
ShardResult = tuple[str, dict[str, int], bool]


def _run(jobs: Iterator[Job], workers: int) -> Iterator[ShardResult]:
    """Do the jobs in worker processes, a few more than workers in flight, results as they come."""
    first = list(islice(jobs, 2))
    if workers == 1 or len(first) < 2:
        yield from (_build_shard(*job) for job in (*first, *jobs))
        return
    # A forked child would inherit the threads' locks of polars and pyarrow.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        flying: set[Future[ShardResult]] = {pool.submit(_build_shard, *job) for job in first}
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


def _build_shard(corpus: Corpus, articles: list[Article]) -> ShardResult:
    key = _key(corpus, articles)
    shard = corpus.build_dir / "shards" / key
    fresh = not shard.is_dir()
    if fresh:
        rows = [dataclasses.asdict(a) | {"text": corpus.text(a)} for a in articles]
        built = build_batch(pa.RecordBatch.from_pylist(rows, ARTICLES))
        with replacing_dir(shard) as beside:
            for name, batch in built._asdict().items():
                pq.write_table(
                    pa.Table.from_batches([batch]), beside / f"{name}.parquet", compression="zstd"
                )
    sizes = {name: pq.read_metadata(shard / f"{name}.parquet").num_rows for name in SCHEMAS}
    return key, sizes, fresh


def _key(corpus: Corpus, articles: list[Article]) -> str:
    lines = "\n".join(dump_line(dataclasses.asdict(article)) for article in articles)
    return sha256_text(f"{_code_digest()}\n{lines}")[:32]


@functools.cache
def _code_digest() -> str:
    """Of the code and lexicons that a shard depends on, so that no shard outlives its rules."""
    package = Path(__file__).parent
    digest = hashlib.sha256(f"{_FORMAT} {pa.__version__}".encode())
    files = [
        Path(__file__),
        package / "contract" / "tables.py",
        *sorted((package / "text").rglob("*.*")),
    ]
    for path in files:
        if path.suffix in (".py", ".json", ".toml"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def read_built(corpus: Corpus, table: str) -> pl.DataFrame:
    """All rows of one built table ("articles", "sentences" or "quotes"), in the corpus's order.

    Raises:
        InputError: the corpus is not built, or was changed after its last build.
    """
    import polars as pl

    path = corpus.build_dir / "index.json"
    if not path.is_file():
        raise InputError(
            "This corpus is not built.", where=str(corpus.root), hint="Run 'copydesk build'."
        )
    keys = [entry["shard"] for entry in read_json(path)]
    if keys != [_key(corpus, chunk) for chunk in _chunks(corpus.articles(), SHARD_ARTICLES)]:
        raise InputError(
            "This corpus changed after its last build.",
            where=str(corpus.root),
            hint="Run 'copydesk build' again.",
        )
    return pl.read_parquet([corpus.build_dir / "shards" / key / f"{table}.parquet" for key in keys])
