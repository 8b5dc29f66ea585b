"""What a suggester learns from: the labels of a release, or the answers of rounds.

It learns from text that is withheld from releases only where ``[rights] train`` of
``copydesk.toml`` allows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from copydesk.aggregate import aggregate
from copydesk.answers import ADJUDICATIONS, ANCHOR, STRUCK, anchored
from copydesk.build import read_all_built
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.recorded import struck
from copydesk.release.contents import Contents
from copydesk.rounds.answers import answers_of, as_frame, round_ids
from copydesk.rounds.consistency import verify
from copydesk.rounds.decisions import standing
from copydesk.rounds.opened import open_round
from copydesk.rounds.plan import Plan
from copydesk.suggester.lessons import Lesson, Material
from copydesk.text import Piece

_LABELLED: Final = ("article_id", "start", "end", "label")


def of_release(contents: Contents, corpus: Corpus | None = None) -> Material:
    """The labelled sentences of a release.

    Args:
        corpus: where withheld texts are, and whether they may be learnt from; without one they
            are left out.
    """
    articles = contents.frame("articles")
    names = dict(enumerate(contents.labels("articles")))
    tables = [contents.frame(table, *_LABELLED) for table in ("sentences", "standoff")]
    labelled = pl.concat(tables).with_columns(
        pl.col("label").replace_strict(names, return_dtype=pl.String)
    )
    texts = _withheld_texts(corpus, articles)
    return _material(
        articles.with_columns(redistributable=pl.col("text").is_not_null()),
        labelled,
        texts,
        may=corpus is not None and corpus.policy.train,
        scheme=contents.contract.scheme.names,
        data={
            "corpus": contents.manifest["corpus"]["name"],
            "source": [{"kind": "release", "name": contents.version, "sha256": contents.digest}],
            **_answered(contents.frame("annotations")),
        },
    )


def of_rounds(corpus: Corpus, rounds: Sequence[str] | None = None) -> Material:
    """The answers of rounds, closed or not, aggregated as in a release.

    Args:
        rounds: their names; all of the corpus, by default.

    Raises:
        InputError: a round is unknown or for other labels, or the corpus is not built.
        IntegrityError: a round's files contradict each other, or an answer refers to no sentence.
    """
    from copydesk.backends import codecs

    names = round_ids(corpus) if rounds is None else list(rounds)
    scheme = corpus.scheme.names
    opened = [open_round(corpus, name) for name in names]
    for round in opened:
        verify(round, codecs())
        if round.plan.labels != scheme:
            raise InputError(
                f"Round '{round.plan.round}' is for other labels ({', '.join(round.plan.labels)}) "
                f"than this corpus has now ({', '.join(scheme)}).",
                hint="Name the rounds to learn from with --round.",
            )
    plans = [round.plan for round in opened]
    answers = answers_of(corpus, names)
    built = read_all_built(corpus)
    labelled, unsettled = _aggregated(corpus, plans, answers, built)
    articles = built["articles"]
    absent = answers.join(articles, on=("article_id", "text_sha256"), how="anti")
    return _material(
        articles,
        labelled,
        dict(articles.select("article_id", "text").iter_rows()),
        may=corpus.policy.train,
        scheme=scheme,
        data={
            "corpus": corpus.config["corpus"]["name"],
            "source": [
                {"kind": "round", "name": plan.round, "sha256": plan.sha256} for plan in plans
            ],
            **_answered(answers),
        },
        left_out={
            "absent_articles": absent["article_id"].n_unique(),
            "unsettled_sentences": unsettled,
        },
    )


def _aggregated(
    corpus: Corpus, plans: Sequence[Plan], answers: pl.DataFrame, built: Mapping[str, pl.DataFrame]
) -> tuple[pl.DataFrame, int]:
    """The labels of the sentences that are built here, and how many are not settled."""
    texts = built["articles"].select("article_id", "text_sha256")
    sentences = built["sentences"].join(texts, on="article_id", maintain_order="left")
    decided, _ = standing(corpus, plans)
    rows = [{column: line.get(column) for column in ADJUDICATIONS} for line in decided]
    notes = [dict(zip(STRUCK, place, strict=True)) for place in struck(corpus)]
    gone = as_frame(notes, STRUCK).join(sentences, on=ANCHOR, how="anti")
    given, settled = (
        anchored(
            frame.join(texts, on=texts.columns, how="semi").join(gone, on=ANCHOR, how="anti"),
            sentences,
            what=what,
        )
        for frame, what in (
            (answers, "answers"),
            (as_frame(rows, ADJUDICATIONS), "adjudications"),
        )
    )
    answered = settled.join(given, on=ANCHOR, how="semi")
    table = aggregate(given, adjudications=answered, labels=corpus.scheme.names)
    labelled = table.drop_nulls("label").select(_LABELLED)
    return labelled, table.height - labelled.height


def _answered(answers: pl.DataFrame) -> dict[str, Any]:
    """How many annotators of each kind there are, and how many answers saw a suggestion."""
    kinds = answers.select("annotator", "annotator_kind").unique()["annotator_kind"]
    return {
        "annotators": dict(sorted(Counter(kinds).items())),
        "answers": answers.height,
        "answers_suggested": answers.filter(pl.col("arm") == "suggested").height,
    }


def _withheld_texts(corpus: Corpus | None, articles: pl.DataFrame) -> dict[str, str]:
    """The texts that a corpus has of the articles that a release withholds."""
    if corpus is None or not corpus.policy.train:
        return {}
    wanted = dict(
        articles.filter(pl.col("text").is_null()).select("article_id", "text_sha256").iter_rows()
    )
    return {
        article.article_id: corpus.text(article)
        for article in corpus.articles_here()
        if wanted.get(article.article_id) == article.text_sha256
    }


def _material(
    articles: pl.DataFrame,
    labelled: pl.DataFrame,
    texts: Mapping[str, str],
    *,
    may: bool,
    scheme: tuple[str, ...],
    data: Mapping[str, Any],
    left_out: Mapping[str, int] | None = None,
) -> Material:
    """Lessons of labelled articles, and the counts of what is left out.

    Args:
        articles: with ``redistributable``.
        texts: of articles whose text is not in the table, or is withheld.
        may: whether withheld text may be learnt from.
    """
    labels: dict[str, dict[tuple[int, int], str]] = {}
    for name, start, end, label in labelled.select(_LABELLED).iter_rows():
        labels.setdefault(name, {})[start, end] = label
    lessons = []
    counts = Counter(left_out or {})
    withheld = 0
    for article in articles.iter_rows(named=True):
        given = labels.get(article["article_id"])
        if not given:
            continue
        open_to_all = article["redistributable"]
        text = article["text"] if open_to_all else texts.get(article["article_id"])
        if not open_to_all and not may:
            counts["withheld_articles"] += 1
            counts["withheld_sentences"] += len(given)
        elif text is None:
            counts["absent_articles"] += 1
        else:
            withheld += not open_to_all
            lessons.append(_lesson(article, text, given))
    rest = {name: count for name, count in sorted(counts.items()) if count}
    if not lessons and counts["withheld_articles"]:
        raise InputError(
            f"The text of all {counts['withheld_articles']} labelled articles is withheld, and "
            "this corpus does not let a suggester learn from withheld text.",
            hint="If you have the right to, write train = true under [rights] in copydesk.toml.",
        )
    return Material(
        lessons=lessons, scheme=scheme, data={**data, "left_out": rest, "withheld": withheld}
    )


def _lesson(article: Mapping[str, Any], text: str, labels: Mapping[tuple[int, int], str]) -> Lesson:
    return Lesson(
        article_id=article["article_id"],
        event=article["event"],
        language=article["language"],
        text=text,
        pieces=[Piece(**piece) for piece in article["pieces"]],
        labels=labels,
    )
