"""Whether a release can be reproduced from the raw articles and the annotations.

Where every text is here, files are compared byte by byte. Where some withheld texts are missing,
the rows of all events that are complete are compared instead: their quotations are joined and
their splits drawn by event, so that nothing of them hangs on the rest.

Articles are rebuilt with the pieces that the release records. What the text code finds by machine
(quotations, cues, the labels of rules) is compared too; where another version of that code made the
release and something else is found now, it is taken as recorded, and told.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from copydesk.batch import text_code
from copydesk.contract.arrow import write_table
from copydesk.contract.sizing import in_files
from copydesk.corpus import Article, Corpus
from copydesk.errors import InputError
from copydesk.files import dump_json, sha256_file
from copydesk.recorded import Record, pieces_of, recorded
from copydesk.release.assemble import Assembled
from copydesk.release.contents import Contents
from copydesk.release.croissant import render
from copydesk.release.index import find_release, read_index
from copydesk.release.rebuild import as_recorded, built, rebuild
from copydesk.release.versions import Version
from copydesk.text import segment
from copydesk.text.pieces import line_zones
from copydesk.withdrawals import read_withdrawals


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What a rebuild showed.

    Args:
        articles: how many were rebuilt.
        missing: articles of the release that could not be, with the reason, and those that share
            an event with one.
        differing: what came out differently, a sentence each; empty if nothing did.
        recorded: what is found by machine, differs now, and was taken as recorded.
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
    """Rebuild a release of a corpus in memory and compare it with what was released.

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
    found = built(here, rules=released.contract.scheme.has_rules)
    again = partial(rebuild, corpus, released=released, whole=not missing)
    differing = _differing(released, again(found), found, whole)
    recorded: tuple[str, ...] = ()
    if differing and released.manifest.get("text_code") != text_code():
        machine = as_recorded(released, found)
        still = _differing(released, again(machine, as_recorded=True), found, whole)
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


def _differing(
    released: Contents, again: Assembled, found: Mapping[str, pl.DataFrame], whole: Path | None
) -> list[str]:
    """What came out differently; ``whole`` is the release's folder if every article is here."""
    rebuilt = Contents.of_tables({**released.manifest, **_derived(again)}, again.tables)
    differing = list(_rows(released, rebuilt, found["articles"]["article_id"].sort().to_list()))
    return differing + list(_bytes(whole, released, again)) if whole else differing


def _sources(corpus: Corpus, released: Contents) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The released articles whose whole event is here, and the others with the reason."""
    known = {article.article_id: article for article in corpus.articles()}
    texts = corpus.texts
    gone = read_withdrawals(corpus.dataset)
    older = released.manifest.get("text_code") != text_code()
    records = {} if older else _records(corpus, released, list(known.values()))
    found: list[dict[str, Any]] = []
    missing: dict[str, str] = {}
    wanted = released.frame("articles", "article_id", "event", "text_sha256", "pieces")
    for name, _, digest, pieces in wanted.iter_rows():
        try:
            if name in gone:
                raise InputError(f"'{name}' was {gone[name]}")
            article = _same(known.get(name), name, digest)
            text = texts.read(article)
            known_pieces = pieces if older else _pieces(article, text, pieces, records)
            found.append({**dataclasses.asdict(article), "text": text, "pieces": known_pieces})
        except InputError as error:
            missing[name] = error.message
    events = dict(wanted.select("article_id", "event").iter_rows())
    torn = {events[name] for name in missing}
    whole = [row for row in found if events[row["article_id"]] not in torn]
    missing |= {
        row["article_id"]: "Another article of its event is not here."
        for row in found
        if events[row["article_id"]] in torn
    }
    return whole, dict(sorted(missing.items()))


def _records(corpus: Corpus, released: Contents, articles: Sequence[Article]) -> dict[str, Record]:
    """The pieces that earlier releases and the plans of rounds record."""
    own = Version.parse(released.version)
    before = [x for x in read_index(corpus.dataset).lines if Version.parse(x["version"]) < own]
    return recorded(corpus, before).of(articles)


def _pieces(
    article: Article, text: str, released: list[dict[str, Any]], records: Mapping[str, Record]
) -> list[dict[str, Any]]:
    """An article's pieces by its sources: as recorded before, or as the text code cuts them.

    Either may have been released, since a corpus may be cut anew.
    """
    zones = line_zones(article.zones)
    cuts = [[p._asdict() for p in segment(text, article.language, zones=zones)]]
    if article.article_id in records:
        held = pieces_of(text, article.language, records[article.article_id])
        cuts.append([p._asdict() for p in held])
    return released if released in cuts else cuts[-1]


def _same(article: Article | None, name: str, digest: str) -> Article:
    if article is None:
        raise InputError(f"'{name}' is no longer in the corpus.")
    if article.text_sha256 != digest:
        raise InputError(f"The text of '{name}' has changed since.")
    return article


def _derived(again: Assembled) -> dict[str, Any]:
    counts: dict[str, dict[str, int]] = {}
    for (table, split), rows in again.tables.items():
        counts.setdefault(table, {})[split] = rows.num_rows
    return {
        "annotators": dict(again.annotators),
        "adjudicators": dict(again.adjudicators),
        "counts": counts,
        "splits": dict(again.splits),
        "rounds": list(again.rounds),
    }


def _rows(released: Contents, rebuilt: Contents, names: list[str]) -> Iterator[str]:
    """The tables whose rows about these articles differ when rebuilt."""
    for table in released.contract.tables:
        old, new = (
            contents.frame(table).filter(pl.col("article_id").is_in(names))
            for contents in (released, rebuilt)
        )
        if old.height != new.height:
            yield f"{table}: {new.height:,} rows are rebuilt, {old.height:,} were released."
        elif not old.equals(new.select(old.columns)):
            columns = [name for name in old.columns if not old[name].equals(new[name])]
            unequal = old[columns[0]].ne_missing(new[columns[0]])
            first = old.row(unequal.arg_max() or 0)[0]
            yield (
                f"{table}: {', '.join(columns)} differ when rebuilt, first in {first} "
                f"({columns[0]}, {unequal.sum():,} rows)."
            )


def _bytes(folder: Path, released: Contents, again: Assembled) -> Iterator[str]:
    """The files and entries of the manifest that differ when rebuilt."""
    listed = {entry["path"]: entry["sha256"] for entry in released.manifest["files"]}
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "rebuilt"
        for (table, split), whole in again.tables.items():
            for file, rows in in_files(whole, table, split, released.file_count(table, split)):
                write_table(rows, path)
                if sha256_file(path) != listed.pop(str(file), None):
                    yield f"{file}: the rebuilt file differs."
    croissant = dump_json(render(Contents.of_tables(released.manifest, again.tables, released)))
    if (folder / "croissant.json").read_text(encoding="utf-8") != croissant:
        yield "croissant.json: the rebuilt file differs."
    listed.pop("croissant.json", None)
    yield from (f"{name}: the rebuild does not produce it." for name in listed)
    for key, value in _derived(again).items():
        if released.manifest.get(key) != value:
            yield f"release.json: '{key}' differs when rebuilt."
