"""All labelled sentences as the search page has them: compact, since one page contains them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from copydesk.explore.article import ArticlePage
from copydesk.pages.colours import letters

_PLACED: Final = ("zones", "sources", "annotators", "flags")


class Index:
    """Sentences as rows of numbers and text, gathered article by article.

    A row is the article's place, the sentence's number in it, its zone's, label's and source's
    place, its answers (annotator's and label's place, in turn), its text or None, and its flags
    (annotator's and flag's place, in turn).
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = {name: place for place, name in enumerate(labels)}
        self._places: dict[str, dict[str, int]] = {name: {} for name in _PLACED}
        self._articles: list[dict[str, Any]] = []
        self._rows: list[list[Any]] = []

    def add(self, article: ArticlePage) -> None:
        """Take in the sentences of one article."""
        row = article.row
        place = len(self._articles)
        self._articles.append(
            {
                "id": row["article_id"],
                "outlet": row["outlet"] or "",
                "event": row["event"],
                "split": row["split"],
                "collection": row["collection"],
                "genre": row.get("genre") or "",
            }
        )
        for sentence in article.sentences:
            answers: list[int] = []
            for annotator, label in sentence.answers:
                answers += [self._place("annotators", annotator), self._labels[label]]
            self._rows.append(
                [
                    place,
                    sentence.number,
                    self._place("zones", sentence.row["zone"]),
                    self._labels[sentence.label],
                    self._place("sources", sentence.row["label_source"]),
                    answers,
                    sentence.row["text"],
                    [
                        place
                        for annotator, flag in sentence.flags
                        for place in (
                            self._place("annotators", annotator),
                            self._place("flags", flag),
                        )
                    ],
                ]
            )

    def _place(self, name: str, value: str) -> int:
        known = self._places[name]
        return known.setdefault(value, len(known))

    def document(self) -> dict[str, Any]:
        """Everything that the page needs, as JSON types."""
        return {
            "labels": list(self._labels),
            "letters": letters(self._labels),
            **{name: list(values) for name, values in self._places.items()},
            "splits": _each(article["split"] for article in self._articles),
            "collections": _each(article["collection"] for article in self._articles),
            "genres": sorted({article["genre"] for article in self._articles} - {""}),
            "articles": self._articles,
            "rows": self._rows,
        }


def _each(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
