"""The texts of articles, wherever they are: every verb reads them through this module."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from copydesk.articles.article import Article
from copydesk.articles.bulk import Bulk
from copydesk.errors import InputError

BULK: Final = "articles"
"""In the private room: texts in bulk, unless the configuration names another place."""


class Texts:
    """The present places of texts; can be sent to another process.

    Args:
        given: the folder of files that may be published.
        withheld: the folder of files that may not.
        bulk: the texts in Parquet.
    """

    def __init__(self, given: Path, withheld: Path, bulk: Bulk) -> None:
        self._given = given
        self._withheld = withheld
        self.bulk = bulk

    def path(self, article: Article) -> Path:
        """The file of an article that has one of its own."""
        if article.redistributable:
            return self._given / article.collection / f"{article.article_id}.txt"
        return self._withheld / f"{article.article_id}.txt"

    def place(self, article: Article) -> str:
        """Where an article's text should be, for error sentences."""
        return str(self.bulk.storage if article.bulk else self.path(article))

    def has(self, article: Article) -> bool:
        """Whether an article's text is here; quickest in the order of ids."""
        if article.bulk:
            return self.bulk.has(article.article_id, article.text_sha256)
        return self.path(article).exists()

    def read(self, article: Article) -> str:
        """An article's canonical text; quickest in the order of ids.

        Raises:
            InputError: it is not here, or it is not the text of the manifest.
        """
        data = self._data(article)
        if data is None:
            raise InputError(
                f"The text of '{article.article_id}' is not here.",
                where=self.place(article),
                hint="Run 'copydesk ingest' on a folder that holds it.",
            )
        if hashlib.sha256(data).hexdigest() != article.text_sha256:
            raise InputError(
                f"The text of '{article.article_id}' does not match the manifest.",
                where=self.place(article),
                hint="Restore the text, or run 'copydesk ingest --replace' on the new one.",
            )
        return data.decode("utf-8")

    def _data(self, article: Article) -> bytes | None:
        if article.bulk:
            text = self.bulk.text(article.article_id, article.text_sha256)
            return None if text is None else text.encode("utf-8")
        try:
            return self.path(article).read_bytes().removesuffix(b"\n")
        except FileNotFoundError:
            return None
