"""The sentences whose annotators disagree, most disputed first, between their neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from copydesk.agreement.disputed import entropy
from copydesk.explore.article import ArticlePage, Row, Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispute:
    """A disputed sentence of ``article`` (a row); ``entropy`` is that of its votes, in bits."""

    article: Row
    before: Sentence | None
    sentence: Sentence
    after: Sentence | None
    entropy: float


def most_disputed_first(found: Iterable[Dispute]) -> list[Dispute]:
    """Disputes by entropy, then by sentence id."""
    return sorted(found, key=lambda d: (-round(d.entropy, 9), d.sentence.id))


def disputes(article: ArticlePage, labels: tuple[str, ...]) -> Iterable[Dispute]:
    """The disputed sentences of an article, in its order."""
    # The article's text is not kept: there may be thousands of articles.
    about = {name: article.row[name] for name in ("article_id", "title", "outlet")}
    around = [None, *article.sentences, None]
    for before, sentence, after in zip(around, around[1:], around[2:], strict=False):
        if sentence is not None and sentence.disputed:
            yield Dispute(
                article=about,
                before=before,
                sentence=sentence,
                after=after,
                entropy=_bits(sentence.votes, labels),
            )


def _bits(votes: Mapping[str, int], labels: tuple[str, ...]) -> float:
    return float(entropy(np.array([[votes.get(label, 0) for label in labels]]))[0])
