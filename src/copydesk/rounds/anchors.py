"""The sentences of articles as a plan holds them, from the build."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from copydesk.corpus import Article, Corpus
from copydesk.errors import InputError
from copydesk.rounds.plan import Anchor, PlannedArticle

if TYPE_CHECKING:
    import polars as pl

    from copydesk.batch import Built
    from copydesk.suggester.model import Suggester

_BATCH = 200


def sizes_of(corpus: Corpus, articles: Sequence[Article]) -> tuple[int, ...]:
    """How many sentences to label each article has.

    Raises:
        InputError: an article has none.
    """
    return tuple(len(planned.sentences) for planned in planned_articles(corpus, articles))


def built_batches(corpus: Corpus, articles: Sequence[Article]) -> Iterator[Built]:
    """Some articles as they are built, batch by batch."""
    from copydesk.batch import build_batch
    from copydesk.build import kept, sources

    known = kept(corpus)
    for at in range(0, len(articles), _BATCH):
        batch = articles[at : at + _BATCH]
        rows = sources(corpus.texts, batch, known.of(batch))
        yield build_batch(rows, rules=corpus.scheme.has_rules)


def suggested(suggester: Suggester, built: Built) -> pl.DataFrame:
    from copydesk.suggester.asking import ask

    return ask(suggester, built.articles.to_pylist())


def planned_articles(
    corpus: Corpus, articles: Sequence[Article], suggester: Suggester | None = None
) -> Iterator[PlannedArticle]:
    for rows in built_batches(corpus, articles):
        said = (
            dict(suggested(suggester, rows).select("sentence_id", "label").iter_rows())
            if suggester
            else None
        )
        anchors: dict[str, list[Anchor]] = {}
        names = ["article_id", "sentence_id", "start", "end", "zone", "suggestion"]
        for row in rows.sentences.select(names).to_pylist():
            if said is not None:
                row["suggestion"] = said.get(row["sentence_id"])
            anchors.setdefault(row.pop("article_id"), []).append(Anchor(**row))
        for name, digest in zip(
            *(rows.articles[column].to_pylist() for column in ("article_id", "text_sha256")),
            strict=True,
        ):
            if name not in anchors:
                raise InputError(
                    f"Article '{name}' has no sentence to label.",
                    hint="Leave it out of the round.",
                )
            yield PlannedArticle(
                article_id=name, text_sha256=digest, sentences=tuple(anchors[name])
            )
