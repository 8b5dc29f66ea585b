"""The recorded pieces of articles: labels depend on them, so newer text code keeps them.

They are in releases (every piece of an article), and in the plans of rounds and their amendments
(its units). A record applies to the text whose hash it names; the latest record of an article
counts. A sentence that was decided, after its record was made, to be badly cut or not a unit is a
note from then on.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.contract.arrow import polars_schema
from copydesk.contract.conformance import read_checked
from copydesk.contract.filenames import table_files
from copydesk.contract.index_entries import standing
from copydesk.corpus import Article, Corpus
from copydesk.errors import IntegrityError
from copydesk.files import read_json
from copydesk.text import Piece, segment

# Every process of a build imports this module, and polars takes as long as all the rest of it.
if TYPE_CHECKING:
    import polars as pl

Place = tuple[str, str, int, int]
"""A stretch of an article: article_id, text_sha256, start, end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What is recorded of one article.

    Args:
        pieces: in the order of the text.
        whole: whether these are all its pieces, or its units only.
    """

    text_sha256: str
    pieces: tuple[Piece, ...]
    whole: bool


class Recorded:
    """The latest records of the articles of a corpus.

    Args:
        frame: a row of each record, the latest last: article_id, text_sha256, pieces, whole, at.
        struck: see `struck`.
    """

    def __init__(
        self, frame: pl.DataFrame | None = None, struck: Mapping[Place, datetime] | None = None
    ) -> None:
        self._struck = struck or {}
        self._rows: dict[str, int] = {}
        if frame is not None:
            self._frame = frame.unique("article_id", keep="last", maintain_order=True)
            self._rows = {name: row for row, name in enumerate(self._frame["article_id"])}

    def __bool__(self) -> bool:
        return bool(self._rows)

    def of(self, articles: Sequence[Article]) -> dict[str, Record]:
        """The records that apply to the texts that these articles have now, by article id."""
        texts = {article.article_id: article.text_sha256 for article in articles}
        rows = [self._rows[name] for name in texts if name in self._rows]
        found: dict[str, Record] = {}
        if not rows:
            return found
        for row in self._frame[rows].iter_rows(named=True):
            if texts[row["article_id"]] == row["text_sha256"]:
                found[row["article_id"]] = Record(
                    text_sha256=row["text_sha256"],
                    pieces=tuple(self._pieces(row)),
                    whole=row["whole"],
                )
        return found

    def _pieces(self, row: Mapping[str, Any]) -> Iterator[Piece]:
        place = row["article_id"], row["text_sha256"]
        for piece in row["pieces"]:
            at = self._struck.get((*place, piece["start"], piece["end"]))
            if at is None or at <= row["at"] or not piece["is_unit"]:
                yield Piece(**piece)
            elif row["whole"]:
                yield Piece(piece["start"], piece["end"], "note", False)


Releases = Iterable[Mapping[str, Any]]
"""The entries of an index of releases, unchanged."""


def recorded(corpus: Corpus, releases: Releases | None = None) -> Recorded:
    """The records of a corpus's releases and rounds.

    Args:
        releases: the entries of the index of releases; read here if the caller has not read it.

    Raises:
        InputError: the index or a plan is not JSON.
        IntegrityError: a release's articles cannot be read.
    """
    parts = [*_releases(corpus, releases), *_plans(corpus)]
    if not parts:
        return Recorded(None, struck(corpus))
    import polars as pl

    frames = [
        frame.with_columns(at=pl.lit(_utc(at)).cast(pl.Datetime("us", "UTC")))
        for at, frame in sorted(parts, key=lambda part: part[0])
    ]
    return Recorded(pl.concat(frames), struck(corpus))


@functools.cache
def _schema() -> pl.Schema:
    """The columns of a frame of records, but the time."""
    import polars as pl

    pieces = polars_schema("articles")["pieces"]
    return pl.Schema(
        {
            "article_id": pl.String(),
            "text_sha256": pl.String(),
            "pieces": pieces,
            "whole": pl.Boolean(),
        }
    )


def _utc(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def struck(corpus: Corpus) -> dict[Place, datetime]:
    """The sentences that closed rounds decided to be badly cut or not units, and when.

    Of a round and its follow-up rounds, the one that was closed last decides; trials do not count.

    Raises:
        InputError: a plan or a ``closed.json`` is not JSON.
        IntegrityError: a ``closed.json`` is not what a closed round has.
    """
    last: dict[str, tuple[datetime, list[tuple[Place, datetime]]]] = {}
    for path in corpus.rounds.glob("*/closed.json"):
        if path.parent.name in corpus.trials:
            continue
        document, plan = read_json(path), read_json(path.with_name("round.json"))
        try:
            root = plan["review"]["of"] if "review" in plan else plan["round"]
            closed_at = _utc(document["closed_at"])
            found = [
                ((one["article_id"], one["text_sha256"], one["start"], one["end"]), _utc(one["at"]))
                for one in document.get("struck", ())
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise IntegrityError(
                "This file does not say how the round was closed.",
                where=str(path),
                hint="Restore it from version control.",
            ) from error
        last[root] = max(last.get(root, (closed_at, found)), (closed_at, found))
    return {place: at for _, found in last.values() for place, at in found}


def _releases(corpus: Corpus, known: Releases | None) -> Iterator[tuple[str, pl.DataFrame]]:
    path = corpus.releases / "index.json"
    if known is None:
        known = read_json(path)["releases"] if path.is_file() else ()
    for entry in standing(known):
        folder = corpus.releases / entry["version"]
        for file in table_files(folder, "articles"):
            yield entry["created"], _released(folder / str(file), entry["version"])


def _released(path: Path, version: str) -> pl.DataFrame:
    """The pieces in a file of a release's articles."""
    import polars as pl

    try:
        rows = pl.read_parquet(path, columns=["article_id", "text_sha256", "pieces"], glob=False)
        return rows.with_columns(whole=pl.lit(True)).match_to_schema(_schema())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise IntegrityError(
            f"The articles of release {version} cannot be read: {error}",
            where=str(path),
            hint="Run 'copydesk validate' on the release.",
        ) from error


def _plans(corpus: Corpus) -> Iterator[tuple[str, pl.DataFrame]]:
    paths = sorted(corpus.rounds.glob("*/round.json"))
    plans = {path: read_json(path) for path in paths}
    first = {plan["round"]: plan["created_at"] for plan in plans.values()}
    for path, plan in plans.items():
        # A follow-up round has the pieces of the round that it follows.
        root = plan.get("review", {}).get("of", plan["round"])
        made = [(first.get(root, plan["created_at"]), plan["articles"])]
        amendments = path.with_name("amendments.jsonl")
        lines = (
            [line for _, line in read_checked(amendments, "amendment")]
            if amendments.is_file()
            else []
        )
        made += [(line["at"], line["articles"]) for line in lines if line["event"] == "articles"]
        for at, articles in made:
            yield at, _planned(articles)


def _planned(articles: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """The pieces of the articles in a round's plan: its units."""
    import polars as pl

    return pl.DataFrame(list(map(_pieces, articles)), schema=_schema())


def _pieces(article: Mapping[str, Any]) -> dict[str, Any]:
    pieces = [
        {"start": unit["start"], "end": unit["end"], "zone": unit["zone"], "is_unit": True}
        for unit in article["sentences"]
    ]
    return {
        "article_id": article["article_id"],
        "text_sha256": article["text_sha256"],
        "pieces": pieces,
        "whole": False,
    }


def pieces_of(text: str, language: str, record: Record | None) -> list[Piece]:
    """The pieces of a text: those recorded, or where nothing is recorded those that are cut now.

    Where only units are recorded, the text between them is cut by the present rules, but no part of
    it becomes a unit: one that would be a unit now is a note.
    """
    if record is not None and record.whole:
        return list(record.pieces)
    fresh = segment(text, language)
    return fresh if record is None else sorted([*record.pieces, *_between(text, record, fresh)])


def _between(text: str, record: Record, fresh: Sequence[Piece]) -> Iterator[Piece]:
    ends = [0, *(unit.end for unit in record.pieces)]
    starts = [*(unit.start for unit in record.pieces), len(text)]
    for low, high in zip(ends, starts, strict=True):
        for piece in fresh:
            start, end = max(low, piece.start), min(high, piece.end)
            words = text[start:end]
            if words.strip():
                start += len(words) - len(words.lstrip())
                zone = "note" if piece.is_unit else piece.zone
                yield Piece(start, start + len(words.strip()), zone, False)
