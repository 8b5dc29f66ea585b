"""The words that a corpus has and a release may not give, and those that it may."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import polars as pl

from copydesk.articles import Bulk
from copydesk.corpus import Corpus
from copydesk.validate.faults import FaultError
from copydesk.validate.surroundings import Released, manifest_lines, policy
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_json import parse

_AT_ONCE: Final = 10_000
"""Withheld articles whose sentences are looked up at once."""


class Held:
    """What a corpus has of the articles that a release withholds, and of those that it gives."""

    def __init__(self, subject: Released, corpus: Corpus) -> None:
        self._contents, self._corpus = subject.release.contents, corpus
        self._bulk = Bulk(corpus.store("articles", subject.config))
        columns = ("article_id", "collection", "licence", "title", "url", "text_sha256")
        self._articles = self._contents.frame("articles", *columns, "redistributable")
        withheld = self._articles.filter(~pl.col("redistributable"))
        self._known: Mapping[str, Mapping[str, Any]] = {
            str(row["article_id"]): row
            for row in (
                *withheld.iter_rows(named=True),
                *manifest_lines(Folder(corpus.dataset)).values(),
            )
        }
        rights = policy(subject.config)
        gives = {
            name: rights.gives(row.get("licence"), str(row.get("collection")))
            for name, row in self._known.items()
        }
        self._given = [row for name, row in self._known.items() if gives[name]]
        self._shut = [name for name in self._known if not gives[name]]

    def urls(self) -> Iterator[str]:
        """Addresses that are given."""
        yield from self._articles["url"].drop_nulls()
        yield from (str(row.get("url")) for row in self._known.values())

    def texts(self) -> Iterator[tuple[str, str]]:
        """The withheld texts that are here."""
        return self._texts(self._shut)

    def sentences(self) -> Iterator[tuple[str, str]]:
        """The sentences, lines and titles of withheld articles, with what they are known by."""
        for start in range(0, len(self._shut), _AT_ONCE):
            names = self._shut[start : start + _AT_ONCE]
            places = self._contents.scan("standoff", "article_id", "sentence_id", "start", "end")
            places = places.filter(pl.col("article_id").is_in(names))
            spans = places.group_by("article_id").agg(pl.struct(pl.exclude("article_id")))
            spans_of = dict(spans.collect(engine="streaming").rows())
            for name, text in self._texts(names):
                for span in spans_of.get(name, ()):
                    yield span["sentence_id"], text[span["start"] : span["end"]]
                yield from ((name, line) for line in text.splitlines())
        for line in _private_lines(Folder(self._corpus.private)):
            article, title = line.get("article_id"), line.get("title")
            if article in self._known and isinstance(title, str):
                yield str(article), title

    def given(self) -> Iterator[str]:
        """What may be given: texts and titles of the release, and of the corpus."""
        raw = Folder(self._corpus.raw)
        for row in self._given:
            yield _text(raw, f"{row.get('collection')}/{row['article_id']}.txt", None) or ""
            yield str(row.get("title") or "")
        for part in self._contents.of("articles"):
            shown = part.rows.filter(pl.col("text").is_not_null()).select("text", "title")
            rows = shown.collect()
            yield from rows["text"]
            yield from rows["title"].drop_nulls()

    def _texts(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        private = Folder(self._corpus.private)
        for name in names:
            row = self._known[name]
            digest = row.get("text_sha256")
            if row.get("bulk"):
                text = self._bulk.text(name, str(digest))
            else:
                text = _text(private, f"raw/{name}.txt", digest)
            if text is not None:
                yield name, text


def _text(folder: Folder, name: str, digest: Any) -> str | None:
    """A text as its file has it; None if it is absent or does not have the digest."""
    if not folder.has(name):
        return None
    data = folder.read(name).removesuffix(b"\n")
    if digest is not None and hashlib.sha256(data).hexdigest() != digest:
        return None
    return data.decode("utf-8", errors="replace")


def _private_lines(private: Folder) -> Iterator[dict[str, Any]]:
    try:
        data = private.read("articles.jsonl")
    except (FaultError, OSError):
        return
    for line in data.splitlines():
        try:
            document = parse(line, "articles.jsonl")
        except FaultError:
            continue
        if isinstance(document, dict):
            yield document
