"""Files that an earlier ingest read and that have not changed: they are not read again."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Final

from copydesk.corpus import Corpus
from copydesk.files import sha256_text
from copydesk.ingest.raw import Raw, Refusal
from copydesk.ingest.store import RECORDS

FILE: Final = "seen.sqlite"
_LEFT: Final = "left-by-ingest"
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS seen (
  path TEXT PRIMARY KEY, stamp TEXT, id TEXT, sha256 TEXT, refusal TEXT
) WITHOUT ROWID
"""


class Seen:
    """The result of each file, by its size, its time of change, and how it was read.

    It can be removed at any time. Files that hold many articles are not remembered.

    Args:
        path: made if it is not there; made anew if it is damaged.
        manner: everything besides the file itself that decides its result: options, defaults,
            configuration, version.
    """

    def __init__(self, path: Path, manner: str) -> None:
        self._manner = manner
        self._stamps: dict[str, str] = {}
        try:
            self._data = self._open(path)
        except sqlite3.DatabaseError:
            path.unlink()
            self._data = self._open(path)

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        data = sqlite3.connect(path, isolation_level=None)
        try:
            data.execute("PRAGMA synchronous=OFF")
            data.execute("PRAGMA cache_size=-2000")
            data.execute(_TABLE)
            data.execute("BEGIN")
        except BaseException:
            data.close()
            raise
        return data

    def get(self, raw: Raw) -> Refusal | tuple[str, str] | None:
        """The result of a file that has not changed: a refusal, or an id and a text's hash."""
        if raw.path is None or raw.fields:
            return None
        try:
            status = os.stat(raw.path)
        except OSError:
            return None
        stamp = f"{status.st_size} {status.st_mtime_ns} {self._manner}"
        query = "SELECT stamp, id, sha256, refusal FROM seen WHERE path = ?"
        row = self._data.execute(query, (str(raw.path.absolute()),)).fetchone()
        if row is None or row[0] != stamp:
            self._stamps[raw.where] = stamp
            return None
        return Refusal(**json.loads(row[3])) if row[3] else (row[1], row[2])

    def put(self, where: str, outcome: Refusal | tuple[str, str]) -> None:
        """Remember the result of a file that `get` did not know."""
        stamp = self._stamps.pop(where, None)
        if stamp is None:
            return
        refusal = json.dumps(asdict(outcome)) if isinstance(outcome, Refusal) else None
        name, digest = (None, None) if isinstance(outcome, Refusal) else outcome
        self._data.execute(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)",
            (str(Path(where).absolute()), stamp, name, digest, refusal),
        )

    def close(self) -> None:
        """Keep what was remembered."""
        with contextlib.closing(self._data):
            self._data.execute("COMMIT")


class Left:
    """Whether a corpus is as the last ingest in the same manner left it.

    Then an ingest that reads nothing new has nothing to compare and nothing to write.

    Args:
        manner: as for `Seen`.
    """

    def __init__(self, corpus: Corpus, manner: str) -> None:
        self._corpus = corpus
        self._manner = manner
        self._path = corpus.build_dir / _LEFT

    def holds(self) -> bool:
        """Whether nothing has touched the corpus's manifests since."""
        return self._path.is_file() and self._path.read_text(encoding="ascii") == self._state()

    def forget(self) -> None:
        """To be called before anything is written, in case that is cut off."""
        self._path.unlink(missing_ok=True)

    def remember(self) -> None:
        """To be called when all is written."""
        self._path.write_text(self._state(), encoding="ascii", newline="\n")

    def _state(self) -> str:
        manifest, private = self._corpus.manifest, self._corpus.private
        stamps = [self._manner]
        for path in (manifest, private / manifest.name, private / RECORDS):
            status = path.stat() if path.is_file() else None
            stamps.append(f"{status.st_size} {status.st_mtime_ns}" if status else "-")
        return sha256_text("\n".join(stamps))
