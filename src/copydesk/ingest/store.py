"""The articles of one ingest, old and new, on disk: memory does not grow with the corpus."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.corpus import Article, Corpus
from copydesk.files import dump_line, read_jsonl

RECORDS: Final = "records.jsonl"
"""In the private room: where each article came from, and what else its source said."""

_TABLE: Final = """
CREATE TABLE articles (
  id TEXT PRIMARY KEY, line TEXT, number INTEGER, source TEXT, other TEXT, place TEXT,
  staged TEXT, fresh INTEGER, stated INTEGER, absent INTEGER, filled INTEGER
) WITHOUT ROWID;
CREATE INDEX by_number ON articles (number);
CREATE INDEX by_source ON articles (source);
"""


class Entry(NamedTuple):
    """An article with what is known about it.

    Attributes:
        source: its path inside the source.
        other: what the source said of it and an article has no field for, as JSON.
        place: where this ingest found it; None if it did not.
        staged: the name of its text among the staged ones; None if its text is in the corpus.
        fresh: whether it is new, or its text is.
        stated: whether its event was named by the user.
        absent: whether its text is not here, as in a clone that has none that is withheld.
        filled: whether this ingest brought the text that was absent.
    """

    article: Article
    source: str = ""
    other: str = ""
    place: str | None = None
    staged: str | None = None
    fresh: bool = False
    stated: bool = False
    absent: bool = False
    filled: bool = False


def number(article: Article) -> int:
    """A number for an article's text under its id, the same in every run; 63 bits."""
    name = f"{article.article_id} {article.text_sha256}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little") >> 1


class Store:
    """A table of articles by id.

    Args:
        path: a file that is not there; the caller removes it.
    """

    def __init__(self, path: Path) -> None:
        self._data = sqlite3.connect(path, isolation_level=None)
        self._data.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-4000;" + _TABLE
        )
        self._data.execute("BEGIN")

    def load(self, corpus: Corpus, found: set[str]) -> None:
        """Take in the articles that a corpus has; ``found`` are those whose event was found."""
        if not corpus.manifest.is_file():
            return
        texts = corpus.texts
        for article in corpus.articles():
            name = article.article_id
            stated = article.event != name and name not in found
            self.put(Entry(article, stated=stated, absent=not texts.has(article)))
        path = corpus.private / RECORDS
        for _, line in read_jsonl(path) if path.is_file() else ():
            self._data.execute(
                "UPDATE articles SET source = ?, other = ? WHERE id = ?",
                (
                    line["source"],
                    dump_line(line["fields"]) if line.get("fields") else "",
                    line["article_id"],
                ),
            )

    def put(self, entry: Entry) -> None:
        """Add an article, or put it in the place of the one with its id."""
        article, *rest = entry
        self._data.execute(
            "INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (article.article_id, dump_line(article.record()), number(article), *rest),
        )

    def met(self, name: str, place: str) -> None:
        """Note where this ingest found an article, which is as it was."""
        self._data.execute("UPDATE articles SET place = ? WHERE id = ?", (place, name))

    def get(self, name: str) -> Entry | None:
        """The article of an id."""
        return self._one("id = ?", name)

    def at(self, source: str) -> Entry | None:
        """The first article that came from a place in a source."""
        return self._one("source = ? ORDER BY id LIMIT 1", source)

    def numbered(self, value: int) -> Entry:
        """The article of a number that `numbers` gives."""
        entry = self._one("number = ?", value)
        assert entry is not None
        return entry

    def drop(self, name: str) -> None:
        """Remove an article."""
        self._data.execute("DELETE FROM articles WHERE id = ?", (name,))

    def numbers(self) -> tuple[NDArray[np.uint64], int]:
        """The numbers of the articles whose text is here, those of earlier ingests first (then
        those that were filled in), and how many texts are of earlier ingests."""
        rows = self._data.execute(
            "SELECT number FROM articles WHERE NOT absent ORDER BY fresh, filled, id"
        )
        old = self._count("NOT (absent OR fresh OR filled)")
        return np.fromiter((row[0] for row in rows), dtype=np.uint64), old

    def absent(self) -> int:
        """How many articles have a text that is not here."""
        return self._count("absent")

    def __iter__(self) -> Iterator[Entry]:
        """The articles by id. Those put in meanwhile may or may not be among them."""
        last = ""
        while True:
            rows = self._data.execute(
                f"SELECT {_COLUMNS} FROM articles WHERE id > ? ORDER BY id LIMIT 500", (last,)
            ).fetchall()
            if not rows:
                return
            for row in rows:
                yield _entry(row)
            last = json.loads(rows[-1][0])["article_id"]

    def saying(self, *fields: str) -> list[tuple[str, str]]:
        """The id and the other fields of each article whose source gave one of some fields."""
        where = " OR ".join("other LIKE ?" for _ in fields)
        rows = self._data.execute(
            f"SELECT id, other FROM articles WHERE {where} ORDER BY id",
            [f'%"{field}":%' for field in fields],
        )
        return rows.fetchall()

    def close(self) -> None:
        """Close the file."""
        self._data.close()

    def _count(self, where: str) -> int:
        found = self._data.execute(f"SELECT count(*) FROM articles WHERE {where}").fetchone()
        return int(found[0])

    def _one(self, where: str, value: Any) -> Entry | None:
        query = f"SELECT {_COLUMNS} FROM articles WHERE {where}"
        row = self._data.execute(query, (value,)).fetchone()
        return None if row is None else _entry(row)


_COLUMNS: Final = "line, source, other, place, staged, fresh, stated, absent, filled"


def _entry(row: tuple[Any, ...]) -> Entry:
    line, source, other, place, staged, *flags = row
    record = json.loads(line)
    record["zones"] = tuple(record["zones"])
    article = Article(**record)
    return Entry(article, source or "", other or "", place, staged, *map(bool, flags))
