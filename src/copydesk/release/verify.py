"""Whether a release can be reproduced from the raw articles and the annotations.

Where every text is here, files are compared byte by byte. Where some withheld texts are missing,
the rows of all events that are complete are compared instead: their quotations are joined and
their splits drawn by event, so that they do not depend on the rest.

Articles are rebuilt with the pieces that the release records. What the text code finds by machine
(quotations, cues, the labels of rules) is compared too; where another version of that code made the
release and something else is found now, it is taken as recorded and reported.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from copydesk.batch import text_code
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import dump_json, sha256_file
from copydesk.release.assemble import Assembled
from copydesk.release.contents import Contents
from copydesk.release.croissant import render
from copydesk.release.cut_again import cut_again
from copydesk.release.index import find_release
from copydesk.release.rebuild import rebuild, recorded_by_machine
from copydesk.release.writing import write_part
from copydesk.withdrawals import read_withdrawals

_ROWS_AT_ONCE: Final = 200_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What a rebuild showed.

    Args:
        articles: how many were rebuilt.
        missing: articles of the release that could not be, with the reason, and those that share
            an event with one.
        differing: the differences, a sentence each; empty if there are none.
        recorded: what was found by machine, is different now, and was taken as recorded.
    """

    version: str
    articles: int
    missing: Mapping[str, str]
    differing: tuple[str, ...]
    recorded: tuple[str, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether every byte was rebuilt and is the same."""
        return not self.missing and not self.differing


def verify(corpus: Corpus, version: str | None = None) -> Verified:
    """Rebuild a release of a corpus and compare it with what was released, file by file.

    Args:
        version: the newest, by default.

    Raises:
        InputError: there is no such release, or none of its events is here whole.
        IntegrityError: an answer refers to no sentence.
    """
    folder = find_release(corpus.dataset, version)
    released = Contents.read(folder)
    here, missing = _sources(corpus, released)
    if not here:
        raise InputError(
            f"No event of release {released.version} can be rebuilt here: "
            f"{next(iter(missing.values()))}",
            where=str(folder),
            hint="Run 'copydesk ingest' on a folder that holds its articles.",
        )
    whole = None if missing else folder
    parts = cut_again(corpus, released, here)
    again = partial(rebuild, corpus, released=released, articles=here)
    differing = compared(released, again(parts), here, whole)
    recorded: tuple[str, ...] = ()
    if differing and released.manifest.get("text_code") != text_code():
        machine = recorded_by_machine(released, parts)
        still = compared(released, again(machine, as_recorded=True), here, whole)
        files = {*(entry["path"] for entry in released.manifest["files"]), "release.json"}
        recorded = tuple(
            told for told in differing if told not in still and told.partition(": ")[0] not in files
        )
        differing = still
    return Verified(
        version=released.version,
        articles=len(here),
        missing=missing,
        differing=tuple(differing),
        recorded=recorded,
    )


def compared(
    released: Contents, again: Assembled, here: Collection[str], whole: Path | None
) -> list[str]:
    """The differences, a sentence each.

    Args:
        here: the ids of the articles that were rebuilt.
        whole: the release's folder, if these are all of its articles.
    """
    stated = {**released.manifest, **_derived(again)}
    rebuilt = Contents.of_tables(stated, again.tables, like=released)
    if whole is None:
        tables = list(released.contract.tables)
        return [told for table in tables for told in _rows(table, released, rebuilt, here)]
    listed = {entry["path"]: entry["sha256"] for entry in released.manifest["files"]}
    made = _digests(rebuilt)
    # Rows are read again only where a file is not, here or rebuilt, the one that is listed.
    unlike = {
        name.partition("/")[0]
        for name in listed.keys() | made.keys() | {str(part.file) for part in released.parts}
        if not listed.get(name) == made.get(name) == _digest(whole / name)
    }
    found = [
        told
        for table in released.contract.tables
        if table in unlike
        for told in _rows(table, released, rebuilt, None)
    ]
    return found + list(_bytes(whole, released, again, listed, made))


def _sources(corpus: Corpus, released: Contents) -> tuple[set[str], dict[str, str]]:
    """The released articles whose whole event is here, and the others with the reason."""
    texts = corpus.texts
    gone = read_withdrawals(corpus.dataset)
    wanted = released.frame("articles", "article_id", "event", "text_sha256")
    events = dict(wanted.select("article_id", "event").iter_rows())
    digests = dict(wanted.select("article_id", "text_sha256").iter_rows())
    missing = {name: f"'{name}' is no longer in the corpus." for name in events}
    for article in corpus.articles():
        name = article.article_id
        if name not in missing or name in gone:
            continue
        try:
            if article.text_sha256 != digests[name]:
                raise InputError(f"The text of '{name}' has changed since.")
            texts.read(article)
            del missing[name]
        except InputError as error:
            missing[name] = error.message
    missing |= {name: f"'{name}' was {gone[name]}" for name in gone if name in missing}
    torn = {events[name] for name in missing}
    here = {name for name, event in events.items() if event not in torn}
    missing |= {
        name: "Another article of its event is not here."
        for name in events
        if name not in here and name not in missing
    }
    return here, dict(sorted(missing.items()))


def _derived(again: Assembled) -> dict[str, Any]:
    counts: dict[str, dict[str, int]] = {}
    for (table, split), rows in again.tables.items():
        counts.setdefault(table, {})[split] = rows.height
    return {
        "annotators": dict(again.annotators),
        "adjudicators": dict(again.adjudicators),
        "counts": counts,
        "splits": dict(again.splits),
        "rounds": list(again.rounds),
    }


def _rows(
    table: str, released: Contents, rebuilt: Contents, articles: Collection[str] | None
) -> Iterator[str]:
    """How the rows of a table differ when rebuilt.

    Args:
        articles: those whose rows are compared; all, if None.
    """
    old, new = (contents.scan(table) for contents in (released, rebuilt))
    heights = [contents.height(table) for contents in (released, rebuilt)]
    if articles is not None:
        old = old.filter(pl.col("article_id").is_in(list(articles)))
        heights[0] = old.select(pl.len()).collect(engine="streaming").item()
    if heights[0] != heights[1]:
        yield f"{table}: {heights[1]:,} rows are rebuilt, {heights[0]:,} were released."
        return
    names = old.collect_schema().names()
    unequal: dict[str, tuple[str, int]] = {}
    for start in range(0, heights[0], _ROWS_AT_ONCE):
        before, after = (
            rows.select(names).slice(start, _ROWS_AT_ONCE).collect() for rows in (old, new)
        )
        for name in names:
            if not before[name].equals(after[name]):
                rows = before[name].ne_missing(after[name])
                first, count = unequal.get(name, (before.row(rows.arg_max() or 0)[0], 0))
                unequal[name] = first, count + int(rows.sum())
    if unequal:
        columns = [name for name in names if name in unequal]
        first, count = unequal[columns[0]]
        yield (
            f"{table}: {', '.join(columns)} differ when rebuilt, first in {first} "
            f"({columns[0]}, {count:,} rows)."
        )


def _digests(rebuilt: Contents) -> dict[str, str]:
    """The SHA-256 of each file that a rebuild makes."""
    found = {}
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "rebuilt"
        for part in rebuilt.parts:
            write_part(part, path)
            found[str(part.file)] = sha256_file(path)
    return found


def _digest(path: Path) -> str | None:
    return sha256_file(path) if path.is_file() else None


def _bytes(
    folder: Path,
    released: Contents,
    again: Assembled,
    listed: Mapping[str, str],
    made: Mapping[str, str],
) -> Iterator[str]:
    """The files and entries of the manifest that differ when rebuilt."""
    for name, digest in made.items():
        if digest != listed.get(name):
            yield f"{name}: the rebuilt file differs."
    rebuilt = Contents.of_tables(released.manifest, again.tables, like=released)
    if (folder / "croissant.json").read_text(encoding="utf-8") != dump_json(render(rebuilt)):
        yield "croissant.json: the rebuilt file differs."
    lacking = (name for name in listed if name not in made and name != "croissant.json")
    yield from (f"{name}: the rebuild does not produce it." for name in lacking)
    for key, value in _derived(again).items():
        if released.manifest.get(key) != value:
            yield f"release.json: '{key}' differs when rebuilt."
