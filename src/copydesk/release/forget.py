"""What a withdrawal removes of an article from a corpus; each step can safely be repeated."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from copydesk.backends import codecs, local_backends
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import atomic_write
from copydesk.release.remnants import left
from copydesk.rounds.agree import report_again
from copydesk.rounds.answers import round_ids
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.redact import redact, tasks_of
from copydesk.rounds.streams import streams
from copydesk.shards import Shards
from copydesk.stretches import FOLDER, FORMER
from copydesk.withdrawals import Withdrawal, write_withdrawal

_INDEXES: Final = (FORMER, FOLDER, "lines")
_LISTS: Final = ("articles.jsonl", "records.jsonl", "events.jsonl")
"""Private lists with a line for each article."""


def forget_sources(corpus: Corpus, article: str, line: Withdrawal) -> None:
    """Remove an article from raw articles, private store, shards and caches.

    Args:
        line: its entry in the list of withdrawn articles.
    """
    write_withdrawal(corpus.dataset, line)
    for path in (corpus.manifest, *(corpus.private / name for name in _LISTS)):
        _without(path, article)
    for path in [*corpus.raw.glob(f"*/{article}.txt"), corpus.private / "raw" / f"{article}.txt"]:
        path.unlink(missing_ok=True)
    for collection in [path for path in corpus.raw.glob("*") if path.is_dir()]:
        if not any(collection.iterdir()):
            collection.rmdir()
    corpus.texts.bulk.forget(article)
    shards = Shards(corpus.store("shards"))
    for key in shards.storage.names():
        if article in _articles_of(shards, key):
            shards.storage.remove(key)
    for name in _INDEXES:
        remove_folder(corpus.build_dir / name)
    for path in corpus.build_dir.glob("seen.sqlite*"):
        path.unlink(missing_ok=True)


def _without(path: Path, article: str) -> None:
    """Write a list of articles again without one; lines that cannot be read stay."""
    if not path.is_file():
        return
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if _named(line) != article]
    if len(kept) < len(lines):
        atomic_write(path, b"".join(kept))


def _named(line: bytes) -> str | None:
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document.get("article_id") if isinstance(document, dict) else None


def _articles_of(shards: Shards, key: str) -> Collection[str]:
    try:
        table = shards.read(key, "articles", ["article_id"])
    except (InputError, OSError, pa.ArrowException):
        return ()
    return set(table["article_id"].to_pylist())


def remove_folder(folder: Path) -> None:
    """Remove a folder so that a kill leaves nothing that could be taken for it."""
    if not folder.is_dir():
        return
    beside = folder.with_name(f".{folder.name}.gone.part")
    shutil.rmtree(beside, ignore_errors=True)
    folder.rename(beside)
    shutil.rmtree(beside, ignore_errors=True)


def forget_rounds(
    corpus: Corpus,
    article: str,
    found: Mapping[str, Any],
    *,
    erase: bool,
    at: str,
    reason: str,
) -> None:
    """Take an article out of every round: published files, private ones, and reports.

    Args:
        found: what to search private files for, see `copydesk.release.remnants`.
    """
    touched = False
    for name in round_ids(corpus):
        round = open_round(corpus, name)
        uids = tasks_of(round, article)
        for backend in local_backends():
            backend.remove(round, streams(round.plan, backend.name), uids, erase=erase)
        redact(corpus, name, article, codecs(), erase=erase, at=at, reason=reason)
        folder = RoundFolder(corpus, name)
        report_again(corpus, name)
        _clean(corpus, folder.private, found)
        touched = touched or bool(uids)
    if touched or erase:
        report_again(corpus, None)


def _clean(corpus: Corpus, room: Path, found: Mapping[str, Any]) -> None:
    """Remove what private files of a round keep of an article: lines of logs, or the file."""
    names = [p.relative_to(corpus.root).as_posix() for p in room.rglob("*") if p.is_file()]
    for name in sorted({leak.file for leak in left(corpus, found, names)}):
        path = corpus.root / name
        if path.suffix != ".jsonl":
            path.unlink()
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
        said = {str(number): line for number, line in enumerate(lines)}
        wrong = {leak.file for leak in left(corpus, found, (), beside=said)}
        kept = [line for number, line in said.items() if number not in wrong]
        atomic_write(path, "\n".join(kept))
