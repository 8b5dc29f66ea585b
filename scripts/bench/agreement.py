"""Agreement with its bootstrap interval, beside the krippendorff package called on each resample.

    python scripts/bench/agreement.py

Both resample the same articles and give the same interval. The package is run on few resamples
and its time scaled to all of them; it has no bootstrap of its own.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime

import krippendorff
import numpy as np
import polars as pl

from copydesk.agreement import Bootstrap, krippendorff_alpha, measure
from copydesk.agreement.alpha import Floats, Ints
from copydesk.contract.labels import NEWS


def main() -> None:
    """Parse, run, print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument("--annotators", type=int, default=3)
    parser.add_argument("--articles", type=int, default=4_000)
    parser.add_argument("--resamples", type=int, default=1_000)
    parser.add_argument("--rival-resamples", type=int, default=20)
    given = parser.parse_args()
    codes, articles = invent(given.sentences, given.annotators, given.articles)
    table = as_answers(codes, articles)
    counts = np.stack([(codes == label).sum(axis=1) for label in range(len(NEWS.names))], axis=1)
    bootstrap = Bootstrap(resamples=given.resamples)

    started = time.perf_counter()
    overall, _ = krippendorff_alpha(counts, articles, bootstrap=bootstrap)
    alpha_s = time.perf_counter() - started
    started = time.perf_counter()
    measure(table, bootstrap=bootstrap)
    whole_s = time.perf_counter() - started
    few = Bootstrap(resamples=given.rival_resamples)
    started = time.perf_counter()
    theirs = package(counts, articles, few)
    package_s = (time.perf_counter() - started) * given.resamples / given.rival_resamples

    ours, _ = krippendorff_alpha(counts, articles, bootstrap=few)
    expected = few.interval(theirs)
    if not expected or ours.low is None or abs(ours.low - expected[0]) > 1e-9:
        raise SystemExit(f"The two disagree: {ours.low} and {expected}.")
    print(
        f"{given.sentences:,} sentences x {given.annotators} answers, {given.articles:,} articles, "
        f"{given.resamples:,} resamples; alpha {overall.value:.4f} "
        f"({overall.low:.4f} to {overall.high:.4f})"
    )
    print(f"krippendorff_alpha, all labels and each label   {alpha_s:8.2f} s")
    print(f"measure, everything that round agree says       {whole_s:8.2f} s")
    print(
        f"krippendorff package, all labels only           {package_s:8.2f} s "
        f"(scaled from {given.rival_resamples} resamples)"
    )
    print(f"ratio package / krippendorff_alpha              {package_s / alpha_s:8.1f}")
    print(f"ratio package / measure                         {package_s / whole_s:8.1f}")


def invent(sentences: int, annotators: int, articles: int) -> tuple[Ints, Ints]:
    """Labels as numbers, sentences x annotators, and the article of each sentence."""
    rng = np.random.default_rng(1)
    truth = rng.choice(len(NEWS.names), size=(sentences, 1), p=[0.3, 0.3, 0.1, 0.3])
    noise = rng.integers(len(NEWS.names), size=(sentences, annotators))
    codes = np.where(rng.random((sentences, annotators)) < 0.75, truth, noise)
    return codes, np.sort(rng.integers(articles, size=sentences))


def as_answers(codes: Ints, articles: Ints) -> pl.DataFrame:
    """The same as rows of the annotations table."""
    sentences, annotators = codes.shape
    unit = np.repeat(np.arange(sentences), annotators)
    who = np.tile(np.arange(annotators), sentences)
    return pl.DataFrame(
        {"unit": unit, "who": who, "article": articles[unit], "code": codes.ravel()}
    ).select(
        pl.format("{}-{}", "unit", "who").alias("annotation_id"),
        pl.format("article-{}.{}", "article", "unit").alias("sentence_id"),
        pl.format("article-{}", "article").alias("article_id"),
        pl.lit("0" * 64).alias("text_sha256"),
        (pl.col("unit") * 100).alias("start"),
        (pl.col("unit") * 100 + 90).alias("end"),
        pl.when(pl.col("unit") % 20 == 0)
        .then(pl.lit("headline"))
        .otherwise(pl.lit("body"))
        .alias("zone"),
        pl.format("annotator-{}", "who").alias("annotator"),
        pl.lit("human").alias("annotator_kind"),
        pl.lit("bench").alias("round"),
        pl.lit("blind").alias("arm"),
        pl.col("code").replace_strict(dict(enumerate(NEWS.names))).alias("label"),
        pl.lit(datetime(2025, 1, 1, tzinfo=UTC)).alias("created_at"),
        pl.lit("1.0").alias("guidelines_version"),
    )


def package(counts: Ints, articles: Ints, bootstrap: Bootstrap) -> Floats:
    """Alpha by the package on the units of each resample, the quickest way that it offers."""
    distinct, place = np.unique(articles, return_inverse=True)
    (weights,) = bootstrap.weights(len(distinct))
    return np.array(
        [
            krippendorff.alpha(
                value_counts=np.repeat(counts, row[place].astype(int), axis=0),
                level_of_measurement="nominal",
            )
            for row in weights
        ]
    )


if __name__ == "__main__":
    main()
