"""Which articles a round takes, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copydesk.corpus import Article, Corpus
from copydesk.errors import InputError
from copydesk.rounds.anchors import built_batches, planned_articles, suggested
from copydesk.rounds.answers import answers_of
from copydesk.rounds.choose import shuffle

if TYPE_CHECKING:
    import polars as pl

    from copydesk.suggester.model import Suggester

ORDERS = ("drawn", "unlabelled", "disagreement", "uncertain")


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Which articles a round takes.

    Args:
        events, collections, articles: names to take; empty takes all.
        order: ``drawn`` at random; ``unlabelled`` first; or by ``disagreement``, those first where
            the rules' suggestion and models' answers differ most (articles that no model has
            answered are left out); or ``uncertain``: those of which a suggester is least sure, one
            of each event in turn, with articles that have answers last.
        limit: how many to take at most.
    """

    events: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    order: str = "drawn"
    limit: int | None = None


def choose_articles(
    corpus: Corpus, selection: Selection, seed: str, suggester: Suggester | None = None
) -> list[Article]:
    """The articles that a selection takes, in the order in which annotators get them.

    Articles whose text is not here are left out, unless they were asked for by name.

    Raises:
        InputError: a name is unknown, nothing is left, or the order asks for a suggester that was
            not given.
    """
    if selection.order not in ORDERS:
        raise InputError(
            f"There is no order '{selection.order}'.", hint=f"Use {', '.join(ORDERS)}."
        )
    fitting = fitting_articles(corpus, selection)
    everything = {
        article.article_id: article
        for article in fitting
        if selection.articles or corpus.texts.has(article)
    }
    order = shuffle(list(everything), seed, "order")
    if selection.order == "unlabelled":
        labelled = set(answers_of(corpus)["article_id"])
        order.sort(key=lambda name: name in labelled)
    elif selection.order == "disagreement":
        disputed = disagreement(answers_of(corpus), _suggestions(corpus, everything.values()))
        order = sorted(
            (name for name in order if name in disputed), key=lambda name: -disputed[name]
        )
    elif selection.order == "uncertain":
        order = _uncertain(corpus, [everything[name] for name in order], suggester)
    if not order:
        if fitting and not everything:
            raise InputError(
                "No text is here of the articles that fit what was asked for.",
                hint="Run 'copydesk ingest' on a folder that holds them.",
            )
        raise InputError(
            "No article fits what was asked for.", hint="Ask for other events or collections."
        )
    return [everything[name] for name in order[: selection.limit]]


def fitting_articles(corpus: Corpus, selection: Selection) -> list[Article]:
    """The articles of the events, collections and names of a selection.

    Raises:
        InputError: a name is unknown.
    """
    articles = list(corpus.articles())
    _know("event", selection.events, {a.event for a in articles})
    _know("collection", selection.collections, {a.collection for a in articles})
    _know("article", selection.articles, {a.article_id for a in articles})
    return [
        article
        for article in articles
        if (not selection.events or article.event in selection.events)
        and (not selection.collections or article.collection in selection.collections)
        and (not selection.articles or article.article_id in selection.articles)
    ]


def _uncertain(
    corpus: Corpus, articles: Sequence[Article], suggester: Suggester | None
) -> list[str]:
    """Articles by how unsure a suggester is of them; those that have answers come last."""
    from copydesk.suggester.asking import doubt, spread

    if suggester is None:
        raise InputError(
            "The order 'uncertain' asks a suggester.", hint="Name one with --suggester."
        )
    margins: dict[str, list[float]] = {}
    for rows in built_batches(corpus, articles):
        said = suggested(suggester, rows).select("sentence_id", "margin")
        for sentence, margin in said.iter_rows():
            margins.setdefault(sentence.rpartition(".")[0], []).append(margin)
    found = spread(doubt(margins), {a.article_id: a.event for a in articles})
    answered = set(answers_of(corpus)["article_id"])
    return sorted(found, key=lambda name: name in answered)


def _know(what: str, asked: Iterable[str], known: Iterable[str]) -> None:
    for name in asked:
        if name not in known:
            raise InputError(f"There is no {what} '{name}' in this corpus.")


def disagreement(answers: pl.DataFrame, suggestions: Mapping[str, str]) -> dict[str, float]:
    """The share of models' answers in each article that differ from the suggestion.

    Args:
        answers: of any rounds; only those of kind ``model`` count.
        suggestions: label by sentence_id.
    """
    asked: Counter[str] = Counter()
    differ: Counter[str] = Counter()
    for sentence, article, kind, label in answers.select(
        "sentence_id", "article_id", "annotator_kind", "label"
    ).iter_rows():
        if kind == "model" and sentence in suggestions:
            asked[article] += 1
            differ[article] += suggestions[sentence] != label
    return {article: differ[article] / count for article, count in asked.items()}


def _suggestions(corpus: Corpus, articles: Iterable[Article]) -> dict[str, str]:
    found = {}
    for planned in planned_articles(corpus, list(articles)):
        for anchor in planned.sentences:
            if anchor.suggestion:
                found[anchor.sentence_id] = anchor.suggestion
    return found
