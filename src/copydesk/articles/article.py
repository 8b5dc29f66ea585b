"""What is known about one article."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """What is known about one article; its text is read by `copydesk.corpus.Corpus.text`.

    Args:
        text_sha256: of the canonical text, which identifies the article's version.
        redistributable: whether the text is given in a release; if not, ``title`` and
            ``attribution`` come from the private room and go into no release.
        zones: lines whose zone the source itself marks, as ``"3:subhead"``, lines from 0.
        genre: what kind of article it is, such as ``interview``.
        held_back: why the text is withheld in spite of its licence: "attribution", since nobody is
            named, or "personal-data".
        reading: the steps before the canonical form, such as ``{"encoding": "windows-1252"}``.
        bulk: whether the text is in Parquet among many, and not in a file of its own.
    """

    article_id: str
    collection: str
    event: str
    text_sha256: str
    redistributable: bool
    outlet: str | None = None
    title: str | None = None
    url: str | None = None
    published: str | None = None
    language: str = "en"
    licence: str | None = None
    attribution: str | None = None
    zones: tuple[str, ...] = ()
    reading: Mapping[str, Any] | None = None
    held_back: str | None = None
    genre: str | None = None
    bulk: bool = False

    def record(self) -> dict[str, Any]:
        """Its fields by name; `dataclasses.asdict` also copies their values, ten times slower."""
        return {name: getattr(self, name) for name in _FIELDS}

    def public(self) -> dict[str, Any]:
        """The article's line in the published manifest."""
        record = self.record()
        del record["redistributable"]
        for name in ("zones", "reading", "held_back", "genre", "bulk"):
            if not record[name]:
                del record[name]
        record["file"] = None
        if not self.redistributable:
            record |= {"title": None, "attribution": None}
        elif not self.bulk:
            record["file"] = f"{self.collection}/{self.article_id}.txt"
        return record

    def withheld(self) -> dict[str, Any]:
        """The article's line in the private manifest: what the published one leaves out."""
        return {
            "article_id": self.article_id,
            "title": self.title,
            "attribution": self.attribution,
        }


_FIELDS: Final = tuple(field.name for field in dataclasses.fields(Article))
