"""The build of a corpus: its articles cut into shards over processes or a cluster.

A shard is named by its input, written beside its place and renamed, and never made twice.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa

from copydesk.articles import Article, Texts
from copydesk.batch import RECORDED_ARTICLES, SCHEMAS, build_batch, digest_of, text_code
from copydesk.corpus import Corpus
from copydesk.engines import Code, on_dask, on_processes, other_code
from copydesk.errors import InputError, IntegrityError
from copydesk.extras import needs
from copydesk.files import atomic_write, dump_json, dump_line, read_json, sha256_text
from copydesk.processors import processors
from copydesk.recorded import Record, Recorded, Releases, pieces_of, recorded
from copydesk.shards import Shards, Share
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
    dask: str | None = None,
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
        dask: the address of a Dask scheduler whose workers make the shards, or ``local``.

    Raises:
        InputError: the corpus has no articles, a text is missing or changed, or a worker of the
            cluster cannot do the work.
        ServerError: the cluster or a remote store was lost; shards that are whole are kept.
    """
    engine = functools.partial(_run, workers=workers or processors(), dask=dask)
    with corpus.lock(shared=share is not None):
        return _build(corpus, engine, progress, recut, share)


def _build(
    corpus: Corpus,
    engine: Callable[[Iterator[Task]], Iterator[_Shard]],
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
    for shard in engine(jobs):
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
        damaged=tuple(_in(corpus, file) for shard in order for file in shard.damaged),
    )


def _in(corpus: Corpus, file: str) -> str:
    """A path for messages: relative to the corpus, if it is in it."""
    path = Path(file)
    return path.relative_to(corpus.root).as_posix() if path.is_relative_to(corpus.root) else file


def _jobs(corpus: Corpus, held: Recorded, share: Share, firsts: list[str]) -> Iterator[Task]:
    """What each shard of a share is made of; the first article of all goes to ``firsts``."""
    shards, rules = _room(corpus), corpus.scheme.has_rules
    for index, part in enumerate(_chunks(corpus.articles_here(), SHARD_ARTICLES)):
        firsts.append(part[0].article_id)
        if share.has(index):
            yield Task(corpus.texts, shards, rules, part, held.of(part))


def _room(corpus: Corpus) -> Shards:
    return Shards(corpus.store("shards"))


def _finish(corpus: Corpus, order: Sequence[_Shard], recut: bool) -> None:
    """Record which shards the build has, in order, and remove all others."""
    index = {"recut": recut, "shards": [{"shard": shard.key, **shard.rows} for shard in order]}
    atomic_write(corpus.build_dir / "index.json", dump_json(index))
    _room(corpus).keep([shard.key for shard in order])


def _lost(corpus: Corpus, known: Recorded) -> tuple[str, ...]:
    """The recorded sentences that are not among those built now, by their recorded ids."""
    found: list[str] = []
    parts = _chunks(corpus.articles_here(), SHARD_ARTICLES)
    for articles, shard in zip(parts, built_shards(corpus), strict=True):
        built = _pieces(_room(corpus), shard.key)
        for name, record in known.of(articles).items():
            now = {(piece["start"], piece["end"]) for piece in built[name] if piece["is_unit"]}
            units = [piece for piece in record.pieces if piece.is_unit]
            found += [
                f"{name}.{number:03d}"
                for number, unit in enumerate(units, start=1)
                if (unit.start, unit.end) not in now
            ]
    return tuple(found)


def _pieces(shards: Shards, key: str) -> dict[str, list[dict[str, Any]]]:
    """The pieces of each article of a shard."""
    rows = shards.read(key, "articles", ["article_id", "pieces"]).to_pylist()
    return {row["article_id"]: row["pieces"] for row in rows}


def _agrees(shards: Shards, key: str, records: Mapping[str, Record]) -> bool:
    """Whether the articles of a shard are cut as they are recorded."""
    if not records:
        return True
    built = _pieces(shards, key)
    for name, record in records.items():
        pieces = [Piece(**p) for p in built[name] if record.whole or p["is_unit"]]
        if tuple(pieces) != record.pieces:
            return False
    return True


def _chunks(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    iterator = iter(articles)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk


class BuiltShard(NamedTuple):
    """A shard of the last build: its name, the least and the greatest id of its articles, and how
    many sentences they have."""

    key: str
    first: str
    last: str
    sentences: int


class Task(NamedTuple):
    """What one shard is made of, and where it goes; a worker needs nothing else."""

    texts: Texts
    shards: Shards
    rules: bool
    articles: list[Article]
    records: dict[str, Record]


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


def _run(tasks: Iterator[Task], *, workers: int, dask: str | None) -> Iterator[_Shard]:
    """Make the shards; yields each when it is done."""
    if dask is None:
        yield from on_processes(_build_shard, tasks, workers)
        return
    first = next(tasks, None)
    if first is None:
        return
    storage, code = first.shards.storage, _looking()()
    # A worker that sees this file writes where this process reads.
    token = f".build-{uuid.uuid4().hex}.part"
    storage.write(token, b"")
    try:
        function = functools.partial(_build_on_worker, token, code)
        every = (task for part in ([first], tasks) for task in part)
        yield from on_dask(function, every, dask, workers=workers, look=_looking())
    finally:
        with contextlib.suppress(Exception):
            storage.remove(token)


def _looking() -> Callable[[], Code]:
    """A function that tells which code a process has; it works on workers that lack this module."""

    def look() -> Code:
        try:
            from copydesk import __version__
            from copydesk.build import code_digest
        except ImportError:
            return "", ""
        return __version__, code_digest()

    return look


def _build_on_worker(token: str, code: Code, task: Task) -> _Shard:
    with needs("dask", "Building on a Dask cluster"):
        from distributed import get_worker
    theirs = _looking()()
    where = str(get_worker().address)
    if theirs != code:
        raise InputError(
            f"This worker {other_code(theirs, code)}.",
            where=where,
            hint="Install the same copydesk on every worker, and start the workers again.",
        )
    for what, place, there in (
        ("place of the shards", task.shards.storage, task.shards.storage.has(token)),
        ("articles' texts", task.texts.place(task.articles[0]), task.texts.has(task.articles[0])),
    ):
        if not there:
            raise InputError(
                f"This worker does not have the {what} ({place}).",
                where=where,
                hint="Mount the corpus's folder on every worker at the same path, or name a store "
                "that all can reach under [stores] in copydesk.toml.",
            )
    return _build_shard(task)


def _build_shard(task: Task) -> _Shard:
    shards, articles, records = task.shards, task.articles, task.records
    plain, key = (_key(articles, held, task.rules) for held in ({}, records))
    found = {name: shards.checked(name) for name in dict.fromkeys((plain, key))}
    if found[plain].whole and _agrees(shards, plain, records):
        key = plain
    fresh = False
    if found[key].whole:
        rows = shards.rows(key)
    else:
        built = build_batch(sources(task.texts, articles, records), rules=task.rules)
        fresh = shards.write(key, built)
        rows = {name: batch.num_rows for name, batch in built._asdict().items()}
    damaged = tuple(state.damaged for state in found.values() if state.damaged)
    return _Shard(articles[0].article_id, key, rows, fresh, damaged)


def sources(
    texts: Texts, articles: Sequence[Article], records: Mapping[str, Record]
) -> pa.RecordBatch:
    """Articles with their texts and their recorded pieces: what `build_batch` takes.

    Raises:
        InputError: a text is missing or changed.
    """
    rows = []
    for article in articles:
        text, record = texts.read(article), records.get(article.article_id)
        held = record and [p._asdict() for p in pieces_of(text, article.language, record)]
        rows.append(article.record() | {"text": text, "pieces": held})
    return pa.RecordBatch.from_pylist(rows, RECORDED_ARTICLES)


def _is_of(
    shards: Shards,
    key: str,
    articles: list[Article],
    records: Mapping[str, Record],
    rules: bool,
) -> bool:
    """Whether a shard is what a build of these articles with these records would make."""
    name = _key(articles, records, rules)
    if key == name:
        return True
    # Later records may equal what was cut anyway, such as that of the round or the release that was
    # made from this very shard.
    return key[:_HALF] == name[:_HALF] and _agrees(shards, key, records)


def _key(articles: list[Article], records: Mapping[str, Record], rules: bool) -> str:
    """The name of a shard: one half says what was cut and by which code, one what was recorded."""
    # Where a text is stored does not affect the result.
    lines = [dump_line(article.record() | {"bulk": False}) for article in articles]
    held = [f"{name} {record.whole} {record.pieces}" for name, record in sorted(records.items())]
    base = sha256_text("\n".join([code_digest(), str(rules), *lines]))
    return base[:_HALF] + sha256_text("\n".join(held))[:_HALF]


@functools.cache
def code_digest() -> str:
    """Digest of the code and lexicons that a shard depends on: it is valid for its code only."""
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
    return _kept(corpus, read_json(path) if path.is_file() else {}, None)


def _kept(corpus: Corpus, built: Any, releases: Releases | None) -> Recorded:
    recut = isinstance(built, dict) and built.get("recut", False)
    return Recorded() if recut else recorded(corpus, releases)


def read_built(corpus: Corpus, table: str) -> pl.DataFrame:
    """All rows of one built table ("articles", "sentences" or "quotes"), in the corpus's order.

    Raises:
        InputError: the corpus is not built, or was changed after its last build.
    """
    return read_shards(corpus, [shard.key for shard in built_shards(corpus)], table)


def read_all_built(corpus: Corpus) -> dict[str, pl.DataFrame]:
    """All three built tables by name; see `read_built`."""
    keys = [shard.key for shard in built_shards(corpus)]
    return {table: read_shards(corpus, keys, table) for table in SCHEMAS}


def read_shards(corpus: Corpus, keys: Sequence[str], table: str) -> pl.DataFrame:
    """All rows of one table of some shards, in their order."""
    import polars as pl

    shards = _room(corpus)
    local = shards.storage.local
    if local is not None:
        files = [local / key / f"{table}.parquet" for key in keys]
        try:
            return pl.read_parquet(files, glob=False)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise IntegrityError(
                f"A file of the build is missing or damaged, or was replaced while it was read "
                f"({error}).",
                where=str(local),
                hint="Run 'copydesk build' again.",
            ) from error
    found = pl.from_arrow(pa.concat_tables(shards.read(key, table) for key in keys))
    assert isinstance(found, pl.DataFrame)
    return found


def built_shards(corpus: Corpus, releases: Releases | None = None) -> list[BuiltShard]:
    """The shards of the last build in order, if they are of the corpus as it is.

    Args:
        releases: the entries of the index of releases; read here if the caller has not read it.

    Raises:
        InputError: the corpus is not built, or was changed after its last build.
    """
    path = corpus.build_dir / "index.json"
    if not path.is_file():
        raise InputError(
            "This corpus is not built.", where=str(corpus.root), hint="Run 'copydesk build'."
        )
    index = read_json(path)
    # In 0.1.0 the index was a list.
    entries = index["shards"] if isinstance(index, dict) else []
    held, rules = _kept(corpus, index, releases), corpus.scheme.has_rules
    shards, found = _room(corpus), []
    parts = _chunks(corpus.articles_here(), SHARD_ARTICLES)
    for entry, part in itertools.zip_longest(entries, parts):
        if not (entry and part and _is_of(shards, entry["shard"], part, held.of(part), rules)):
            raise InputError(
                "This corpus changed after its last build.",
                where=str(corpus.root),
                hint="Run 'copydesk build' again.",
            )
        ids = [article.article_id for article in part]
        found.append(BuiltShard(entry["shard"], min(ids), max(ids), entry["sentences"]))
    for shard in found:
        if fault := shards.fault(shard.key):
            raise InputError(
                "This file of the build is missing or damaged.",
                where=f"{shards.storage}/{fault}",
                hint="Run 'copydesk build' again.",
            )
    return found
