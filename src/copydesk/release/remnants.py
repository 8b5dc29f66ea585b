"""Searches all files of the corpus for anything that is left of a withdrawn article.

The search uses hashes of runs of words (see `copydesk.leaks`), made with a salt that is kept beside
them in the private room: the proof can be repeated, and nobody can read the text from them.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from copydesk.contract.conformance import check_document
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_json, read_json
from copydesk.leaks import Leak, Secrets, find_leaks
from copydesk.pages.folders import MARKER, is_made
from copydesk.release.contents import Contents

_NEEDLES: Final = "withdrawn.json"
_WORDS: Final = 5
"""Shorter sentences and quotations occur in many articles."""

_ROOMS: Final = ("dataset", "private", "build", "annotations", "schema", "scripts")

NOT_SEARCHED: Final = (
    *(".git", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache"),
    *(".pytest_cache", ".hypothesis"),
)
"""Folders of tools, which hold no files of a corpus; git's own cannot be searched by bytes."""


def needles(
    corpus: Corpus, article: str, text: str, title: str | None, releases: Iterable[Contents]
) -> dict[str, Any]:
    """What `copydesk.leaks` searches for to find an article, with the corpus's salt.

    Args:
        releases: those that hold the article; their sentences and quotations are searched for too.
    """
    salt = bytes.fromhex(read_needles(corpus)["salt"])
    spans: set[tuple[int, int]] = set()
    for contents in releases:
        for table in ("sentences", "standoff", "quotes"):
            rows = contents.frame(table, "article_id", "start", "end")
            spans |= set(
                rows.filter(pl.col("article_id") == article).drop("article_id").iter_rows()
            )
    wholes = [*text.splitlines(), *(text[start:end] for start, end in sorted(spans))]
    wholes += [title] if title else []
    found = Secrets(
        sentences=[(article, whole) for whole in wholes if len(whole.split()) >= _WORDS],
        texts=[(article, text)],
        salt=salt,
    )
    return {"salt": salt.hex(), "articles": found.stored()}


def read_needles(corpus: Corpus) -> dict[str, Any]:
    """The salt of the corpus and the hashes of what was withdrawn from it, as JSON types.

    Raises:
        InputError: the file is not one that `copydesk release withdraw` wrote.
    """
    path = corpus.private / _NEEDLES
    if not path.is_file():
        return {"salt": secrets.token_hex(16), "articles": {}}
    document: dict[str, Any] = read_json(path)
    check_document(document, "needles", where=str(path))
    return document


def keep_needles(corpus: Corpus, added: Mapping[str, Any]) -> None:
    """Store what is searched for, so that the proof can be repeated."""
    known = read_needles(corpus)["articles"]
    document = {"salt": added["salt"], "articles": known | added["articles"]}
    atomic_write(corpus.private / _NEEDLES, dump_json(document))


def forget_needles(corpus: Corpus, article: str) -> None:
    """Remove the hashes of an article of which nothing may remain."""
    document = read_needles(corpus)
    if document["articles"].pop(article, None) is not None:
        atomic_write(corpus.private / _NEEDLES, dump_json(document))


def searched(corpus: Corpus) -> Iterator[str]:
    """The files of a corpus that are searched, as paths in it; links are not followed."""
    for folder, subfolders, files in os.walk(corpus.root):
        subfolders[:] = sorted(name for name in subfolders if name not in NOT_SEARCHED)
        for name in sorted(files):
            path = Path(folder, name)
            # POSIX drops a process's lock on a file as soon as it closes any handle of that file.
            if path.suffix == ".lock":
                continue
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(corpus.root).as_posix()


def pages_in(corpus: Corpus) -> list[Path]:
    """The folders of a corpus that hold pages of `copydesk explore` and nothing else."""
    folders = [
        (corpus.root / name).parent
        for name in searched(corpus)
        if Path(name).name == MARKER and Path(name).parts[0] not in _ROOMS
    ]
    return [folder for folder in folders if folder != corpus.root and is_made(folder)]


def left(
    corpus: Corpus,
    found: Mapping[str, Any],
    names: Iterable[str] | None = None,
    *,
    beside: Mapping[str, str] | None = None,
) -> list[Leak]:
    """Where something of withdrawn articles is left; words that another article has do not count.

    Args:
        found: what `read_needles` or `needles` gives.
        names: the files to search; all of the corpus by default.
        beside: texts that are not files, by a name for messages; they are searched first.

    Raises:
        InputError: the stored hashes are damaged.
    """
    if not found["articles"]:
        return []
    try:
        wanted = Secrets.of_stored(
            found["articles"], salt=bytes.fromhex(found["salt"]), given=_others(corpus, found)
        )
    except ValueError as error:
        raise InputError(
            "The record by which withdrawn articles are found was changed.",
            where=str(corpus.private / _NEEDLES),
            hint="Restore the file from a backup.",
        ) from error
    texts = [
        Leak(file=name, record=record)
        for name, text in (beside or {}).items()
        for record in sorted(wanted.in_texts([text]))
    ]
    return texts + find_leaks(corpus.root, wanted, searched(corpus) if names is None else names)


def _others(corpus: Corpus, found: Mapping[str, Any]) -> Iterator[str]:
    """Texts and titles of all other articles that are here."""
    if not corpus.manifest.is_file():
        return
    texts = corpus.texts
    for article in corpus.articles():
        if article.article_id in found["articles"]:
            continue
        if article.title:
            yield article.title
        if texts.has(article):
            yield texts.read(article)


def text_of(
    corpus: Corpus, name: str, releases: Iterable[Contents]
) -> tuple[str | None, str | None]:
    """The canonical text and the title of an article: the corpus's, or those that a release gives.

    Either is None if it is not here.
    """
    texts = corpus.texts
    for article in corpus.articles():
        if article.article_id == name and texts.has(article):
            return texts.read(article), article.title
    for contents in releases:
        rows = contents.frame("articles", "article_id", "text", "title").drop_nulls("text")
        for found, text, title in rows.iter_rows():
            if found == name:
                return str(text), title
    return None, None
