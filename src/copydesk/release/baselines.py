"""How well simple baselines label the test split of a release: a floor for trained models.

Majority class, the rules of `copydesk prelabel`, and a logistic regression on character and word
n-grams and cues. Only sentences whose text is given take part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from copydesk.extras import needs
from copydesk.release.contents import Contents
from copydesk.text import Piece, suggest

RESAMPLES: Final = 1000
_STRENGTHS: Final = (0.3, 1.0, 3.0, 10.0)
_FEATURES: Final = ("text", "zone", "quoted_ratio", "cues")


def baselines(contents: Contents) -> dict[str, Any]:
    """The baselines of a release, as ``schema/baselines.schema.json`` describes them."""
    labels = contents.labels("sentences")
    rows = contents.frame("sentences")
    parts = {s: rows.filter(pl.col("split") == s) for s in ("train", "validation", "test")}
    test = parts["test"]
    if parts["train"]["label"].n_unique() < 2 or test.is_empty():
        raise SystemExit("This release has no given text to train on, or none to score.")
    majority = Counter(parts["train"]["label"]).most_common(1)[0][0]
    answers = {
        f"majority class ({labels[majority]})": np.full(test.height, majority),
        "rules": by_rules(contents, test, labels),
        "logistic regression, n-grams and cues": by_model(parts),
    }
    scored = {name: score(test, guess, labels) for name, guess in answers.items()}
    return {
        "version": contents.version,
        "digest": contents.digest,
        "method": _method(contents, parts),
        "models": [{"name": name, **result} for name, result in scored.items()],
    }


def _method(contents: Contents, parts: dict[str, pl.DataFrame]) -> str:
    seen = pl.concat([parts["train"], parts["validation"]])
    test = parts["test"]
    kinds = set(contents.frame("annotations", "annotator_kind")["annotator_kind"])
    circle = (
        " The labels themselves are those of the rules here: their score says nothing."
        if kinds == {"rule"}
        else ""
    )
    return (
        f"Trained on {seen.height:,} sentences of {seen['event'].n_unique()} events, scored on the "
        f"{test.height:,} sentences of the {test['event'].n_unique()} events of the test split "
        "whose text is given; none of these was seen in training or in choosing the model. "
        "Macro-F1 is the mean F1 of the labels that occur in the test split; intervals are "
        f"percentiles of {RESAMPLES:,} resamples of whole events.{circle}"
    )


def by_rules(contents: Contents, test: pl.DataFrame, labels: Sequence[str]) -> np.ndarray[Any, Any]:
    """What the rules suggest for the test sentences."""
    wanted = test["article_id"].unique().to_list()
    articles = contents.frame("articles").filter(pl.col("article_id").is_in(wanted))
    found = {}
    for article in articles.iter_rows(named=True):
        pieces = [Piece(**piece) for piece in article["pieces"]]
        for unit in suggest(article["text"], pieces):
            found[article["article_id"], unit.start] = labels.index(unit.label)
    return np.array([found[key] for key in test.select("article_id", "start").iter_rows()])


def by_model(parts: dict[str, pl.DataFrame]) -> np.ndarray[Any, Any]:
    """What a small model says that was trained on the other splits; see `_pipeline`.

    Its one free number, the strength of the penalty, is chosen on the validation split.
    """
    train, validation = parts["train"], parts["validation"]
    strength = 1.0
    if validation.height:
        strength = max(_STRENGTHS, key=lambda c: _macro_on(validation, _fitted(train, c)))
    return np.asarray(
        _fitted(pl.concat([train, validation]), strength).predict(_rows(parts["test"]))
    )


def _fitted(rows: pl.DataFrame, strength: float) -> Any:
    return _pipeline(strength).fit(_rows(rows), rows["label"].to_numpy())


def _macro_on(rows: pl.DataFrame, model: Any) -> float:
    with needs("train", "Fitting baselines"):
        from sklearn.metrics import f1_score

    found = model.predict(_rows(rows))
    return float(f1_score(rows["label"].to_numpy(), found, average="macro", zero_division=0.0))


def _rows(rows: pl.DataFrame) -> list[dict[str, Any]]:
    return rows.select(_FEATURES).to_dicts()


def _pipeline(strength: float) -> Any:
    with needs("train", "Fitting baselines"):
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline, make_union
        from sklearn.preprocessing import FunctionTransformer

    def texts(rows: Iterable[dict[str, Any]]) -> list[str]:
        return [row["text"] for row in rows]

    def cues(rows: Iterable[dict[str, Any]]) -> list[dict[str, float]]:
        return [
            {
                "quoted": row["quoted_ratio"],
                f"zone={row['zone']}": 1.0,
                **{f"cue={cue['entry']}": 1.0 for cue in row["cues"]},
            }
            for row in rows
        ]

    return make_pipeline(
        make_union(
            make_pipeline(
                FunctionTransformer(texts),
                TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
            ),
            make_pipeline(
                FunctionTransformer(texts),
                TfidfVectorizer(
                    ngram_range=(1, 2), token_pattern=r"\w+|[^\w\s]", sublinear_tf=True
                ),
            ),
            make_pipeline(FunctionTransformer(cues), DictVectorizer()),
        ),
        LogisticRegression(C=strength, class_weight="balanced", max_iter=2000),
    )


def score(test: pl.DataFrame, found: np.ndarray[Any, Any], labels: Sequence[str]) -> dict[str, Any]:
    """Macro-F1 with its interval over events, and the scores of each label."""
    events = test["event"].rank("dense").to_numpy() - 1
    truth = test["label"].to_numpy()
    tables = np.zeros((events.max() + 1, len(labels), len(labels)))
    np.add.at(tables, (events, truth, found), 1)
    present = tables.sum(axis=(0, 2)) > 0
    draws = np.random.default_rng(20).integers(len(tables), size=(RESAMPLES, len(tables)))
    resampled = [_f1(tables[draw].sum(axis=0))[present].mean() for draw in draws]
    low, high = np.quantile(resampled, [0.025, 0.975])
    whole = tables.sum(axis=0)
    f1 = _f1(whole)
    return {
        "macro_f1": round(float(f1[present].mean()), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
        "labels": {
            name: {"f1": round(float(f1[n]), 4), "sentences": int(whole[n].sum())}
            for n, name in enumerate(labels)
        },
    }


def _f1(table: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """F1 = 2 TP / (2 TP + FP + FN) of each label; 0 where nothing was asked or said."""
    hits = np.diag(table)
    whole = table.sum(axis=0) + table.sum(axis=1)
    f1: np.ndarray[Any, Any] = np.zeros(len(table))
    np.divide(2 * hits, whole, out=f1, where=whole > 0)
    return f1
