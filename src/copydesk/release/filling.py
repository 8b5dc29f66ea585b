"""Finds withheld sentences in a user's copy of an article, each by its own hash.

A copy is hardly ever identical to the released text: paragraph breaks, corrections and spaces
differ. A sentence is filled in where a stretch of the same length in the copy has its SHA-256, so
that what is filled in is correct whatever else the copy contains.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl

from copydesk.errors import CopydeskError, InputError
from copydesk.files import sha256_text
from copydesk.ingest.names import slug, stem
from copydesk.ingest.raw import Missed, Options, Reading, Refusal
from copydesk.ingest.read import raws, read
from copydesk.release.shelf import Copy, Shelf
from copydesk.text import segment
from copydesk.text.pieces import Zone

_STARTS: Final = re.compile(r"(?<!\w)\w|[^\w\s]")
_WINDOW: Final = 4000
"""How many places are tried for one sentence, those nearest to where it should be first."""
_SEED: Final = 1
_COPIES: Final = 3
"""How many copies of an article are kept, those that hold most of its sentences."""

Row = tuple[int, int, str]
"""Start and end of a sentence in the released text, in code points, and its SHA-256."""


class Holders:
    """The article of each withheld sentence, by the sentence's hash: 12 bytes a sentence."""

    def __init__(self, sentences: pl.LazyFrame) -> None:
        """Take in all withheld sentences.

        Args:
            sentences: ``article_id`` and ``text_sha256`` of each.
        """
        names = sentences.select("article_id").unique().collect(engine="streaming")["article_id"]
        self._articles = names.sort()
        numbers = pl.int_range(self._articles.len(), dtype=pl.UInt32, eager=True)
        number = pl.col("article_id").replace_strict(
            self._articles, numbers, return_dtype=pl.UInt32
        )
        rows = sentences.select(number, pl.col("text_sha256").hash(_SEED))
        found = rows.collect(engine="streaming")
        hashes, of = found["text_sha256"].to_numpy(), found["article_id"].to_numpy()
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._of = hashes[order], of[order]

    def __len__(self) -> int:
        return len(self._hashes)

    def of(self, digests: Iterable[str]) -> Iterator[str]:
        """The articles that have sentences with these hashes, one for each hash that is known."""
        wanted = pl.Series(list(digests), dtype=pl.String).hash(_SEED).to_numpy()
        places = np.searchsorted(self._hashes, wanted, side="right") - 1
        for hash_, place in zip(wanted, places, strict=True):
            if place >= 0 and self._hashes[place] == hash_:
                yield self._articles[int(self._of[place])]


@dataclass(slots=True)
class Copies:
    """The user's copies that may be of a withheld article.

    Args:
        by_hash: by the hash of their text.
        of: the likely copies of each article, the likeliest first.
        named: copies whose id or file name is an article's.
        faults: why files could not be read, by the id that their name gives; the first one of all
            under "".
    """

    by_hash: dict[str, Copy] = field(default_factory=dict)
    of: dict[str, list[Copy]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    faults: dict[str, InputError] = field(default_factory=dict)


def find_copies(
    raw: Iterable[str],
    articles: Sequence[dict[str, Any]],
    holders: Holders,
    shelf: Shelf,
    encoding: str | None = None,
) -> Copies:
    """Read somebody's sources, and keep what may be a copy of one of the articles.

    A copy is known by its id, its file's name, its address, or by sentences that it has.

    Args:
        raw: sources as `copydesk.ingest.walk.files` takes them.
        articles: withheld articles: ``article_id``, ``url``, ``text_sha256``.
        holders: of the withheld sentences of each.
        shelf: where the copies' texts are kept.
        encoding: of the sources' bytes; found from the bytes themselves where None.
    """
    ids = {article["article_id"] for article in articles}
    urls = {article["url"]: article["article_id"] for article in articles if article["url"]}
    texts = {article["text_sha256"] for article in articles}
    copies = Copies()
    votes: dict[str, list[tuple[int, int, Copy]]] = {}
    missed = Missed()
    for number, reading in enumerate(_all_readings(raw, missed, encoding)):
        digest = sha256_text(reading.text)
        counted: dict[str, int] = {}
        for name in _names(reading) & ids:
            copies.named.add(name)
            counted[name] = counted.get(name, 0) + 1
        address = urls.get(reading.fields.get("url"))
        if address is not None:
            counted[address] = counted.get(address, 0) + 1
        for name in holders.of(_digests(reading)):
            counted[name] = counted.get(name, 0) + 1
        if not counted and digest not in texts:
            continue
        copy = shelf.copy(reading.text, reading.fields)
        if digest in texts:
            copies.by_hash.setdefault(digest, copy)
        for name, count in counted.items():
            best = votes.setdefault(name, [])
            best.append((-count, number, copy))
            best.sort(key=lambda vote: vote[:2])
            del best[_COPIES:]
    copies.of = {name: [copy for _, _, copy in best] for name, best in votes.items()}
    for refusal in missed.refused:
        where = f"{refusal.source}: {refusal.place}" if refusal.place else refusal.source
        fault = InputError(refusal.reason, where=where, hint=refusal.hint)
        copies.faults.setdefault(slug(stem(refusal.source)), fault)
        copies.faults.setdefault("", fault)
    return copies


def _all_readings(raw: Iterable[str], missed: Missed, encoding: str | None) -> Iterator[Reading]:
    """Each article as ingest reads it; what that changes also with its lines and marks kept."""
    plain = Options(encoding=encoding)
    as_it_is = Options(encoding=encoding, keep_lines=True, keep_marks=True)
    for raw_ in raws(raw, missed, plain):
        for options in (plain, as_it_is):
            try:
                reading = read(raw_, options)
            except CopydeskError as error:
                missed.refused.append(Refusal.of(error, raw_.where))
                break
            yield reading
            if reading.steps.keys().isdisjoint(("lines_joined", "encoded_twice", "markdown")):
                break


def _names(reading: Reading) -> set[str]:
    own = reading.fields.get("article_id")
    name = slug(stem(reading.name))
    return {own or name, name} if reading.row is None or own is None else {own, name}


def _digests(reading: Reading) -> set[str]:
    zones: dict[int, Zone] = dict(reading.zones)  # type: ignore[arg-type]
    text = reading.text
    pieces = segment(text, reading.fields.get("language", "en"), zones=zones)
    return {sha256_text(text[p.start : p.end]) for p in pieces if p.is_unit}


def fill(rows: Sequence[Row], text: str) -> dict[int, str]:
    """The sentences that a copy holds, by their start in the released text.

    Args:
        rows: in their order.
        text: the copy, canonical. It is searched as it is, with its lines joined by a blank, and
            with every run of blanks as one blank.
    """
    found: dict[int, str] = {}
    for variant in dict.fromkeys((text, text.replace("\n", " "), " ".join(text.split()))):
        left = [row for row in rows if row[0] not in found]
        if left:
            found |= _search(left, variant)
    return found


def _search(rows: Sequence[Row], text: str) -> dict[int, str]:
    places = [match.start() for match in _STARTS.finditer(text)]
    found: dict[int, str] = {}
    drift = 0
    for start, end, digest in rows:
        length = end - start
        for place in _outwards(places, start + drift):
            stop = place + length
            if stop > len(text) or text[stop - 1].isspace():
                continue
            if stop < len(text) and text[stop - 1].isalnum() and text[stop].isalnum():
                continue
            if sha256_text(text[place:stop]) == digest:
                found[start] = text[place:stop]
                drift = place - start
                break
    return found


def _outwards(places: list[int], middle: int) -> Iterator[int]:
    """Places by their distance from the middle, roughly; `_WINDOW` of them at most."""
    right = bisect.bisect_left(places, middle)
    left = right - 1
    for _ in range(_WINDOW // 2):
        if right < len(places):
            yield places[right]
            right += 1
        if left >= 0:
            yield places[left]
            left -= 1
