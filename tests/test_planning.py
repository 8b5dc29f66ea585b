"""Planning: how many articles make alpha's interval as narrow as is wanted."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from copydesk.agreement import krippendorff_alpha
from copydesk.agreement.planning import (
    Assumed,
    narrowed,
    needed,
    pilot,
    simulated,
    width,
)
from copydesk.agreement.units import count_matrix, prepare
from copydesk.cli.round import app
from copydesk.contract.labels import NEWS
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.rounds.answers import answers_of

ROOT = Path(__file__).resolve().parents[1]
FOUR = (0.25, 0.25, 0.25, 0.25)


def answers(*, articles: int) -> pl.DataFrame:
    """Two people on articles of 20 sentences: alpha is 0.8, the spread 1 / (4 + 1)."""
    rng = np.random.default_rng(5)
    rows = []
    for article, a in enumerate(rng.beta(0.8 * 4, 0.2 * 4, size=articles)):
        for sentence in range(20):
            true = rng.integers(4)
            for who in ("a1", "a2"):
                label = true if rng.random() < math.sqrt(a) else rng.integers(4)
                rows.append((f"x{article}", sentence, who, NEWS.names[label]))
    frame = pl.DataFrame(rows, schema=["article_id", "start", "annotator", "label"], orient="row")
    return frame.with_columns(
        pl.col("start").cast(pl.Int32),
        end=pl.col("start").cast(pl.Int32) + 1,
        text_sha256=pl.lit("0"),
        round=pl.lit("r"),
        annotator_kind=pl.lit("human"),
        sentence_id=pl.format("{}.{}", "article_id", "start"),
        annotation_id=pl.format("{}.{}.{}", "article_id", "start", "annotator"),
    )


@pytest.mark.parametrize(("alpha", "shares", "each"), [(0.8, FOUR, 2), (0.6, (0.7, 0.3), 3)])
def test_simulated_rounds_have_the_assumed_alpha(
    alpha: float, shares: tuple[float, ...], each: int
) -> None:
    """On the average, also where articles differ and the labels are not equally common."""
    assumed = Assumed(alpha=alpha, shares=shares, sizes=(10, 30), spread=0.1)
    found = simulated(assumed, articles=60, each=each, runs=400, seed=1)
    assert found.mean() == pytest.approx(alpha, abs=0.006)


def test_the_width_is_that_of_the_known_case() -> None:
    """Two answers, sentences that stand alone: the disagreement is a share of Bernoulli trials.

    Of 1,000 sentences d = (1 - alpha) * 3/4 differ, so the standard error of alpha = 1 - d / (3/4)
    is sqrt(d * (1 - d) / 1000) / (3/4) = 0.01506, and the interval 2 * 1.96 times as wide.
    """
    assumed = Assumed(alpha=0.8, shares=FOUR, sizes=(1,), spread=0.0)
    d = 0.2 * 0.75
    known = 2 * 1.96 * math.sqrt(d * (1 - d) / 1000) / 0.75
    assert width(assumed, articles=1000, each=2, runs=1000) == pytest.approx(known, rel=0.06)


def test_clusters_widen_the_interval_as_the_design_effect_says() -> None:
    """Sentences of an article are alike: the variance grows by 1 + (m - 1) * rho.

    The disagreements of two sentences of an article covary by var(a) * (3/4)^2, and
    var(a) = 0.1 * 0.8 * 0.2, while the variance of one is d * (1 - d).
    """
    m, d = 20, 0.2 * 0.75
    rho = 0.1 * 0.8 * 0.2 * 0.75**2 / (d * (1 - d))
    wide, alone = (
        width(
            Assumed(alpha=0.8, shares=FOUR, sizes=(m,), spread=spread),
            articles=50,
            each=2,
            runs=1500,
        )
        for spread in (0.1, 0.0)
    )
    assert (wide / alone) ** 2 == pytest.approx(1 + (m - 1) * rho, rel=0.12)


def test_the_articles_that_are_needed_reach_the_width() -> None:
    """Half the width takes some four times as many; an answer more takes fewer articles."""
    assumed = Assumed(alpha=0.8, shares=FOUR, sizes=(20,))
    wide, narrow = needed(assumed, 0.12, each=2), needed(assumed, 0.06, each=2)
    assert wide.width <= 0.125
    assert narrow.width <= 0.0625
    assert narrow.articles / wide.articles == pytest.approx(4, rel=0.25)
    assert needed(assumed, 0.06, each=3).articles < narrow.articles
    assert (narrow.sentences, narrow.answers) == (20 * narrow.articles, 40 * narrow.articles)
    assert narrowed(assumed, now=0.2, articles=25, more=75, each=2) == pytest.approx(0.1, rel=0.15)


def test_a_pilot_gives_alpha_shares_and_spread() -> None:
    """What was put into a simulated pilot is found in it again."""
    found = pilot(prepare(answers(articles=300), NEWS.names), 4)
    assert found.alpha == pytest.approx(0.8, abs=0.03)
    assert found.shares == pytest.approx(FOUR, abs=0.02)
    assert found.spread == pytest.approx(0.2, abs=0.06)
    assert set(found.sizes) == {20}


def test_what_cannot_be_planned_is_said() -> None:
    """One answer to a sentence, an alpha above 1, a width of nothing."""
    assumed = Assumed(alpha=0.8, shares=FOUR, sizes=(20,))
    with pytest.raises(InputError, match="Agreement needs two answers to a sentence"):
        width(assumed, articles=5, each=1)
    with pytest.raises(InputError, match=r"An alpha of 1\.2 is not between 0 and 1"):
        Assumed(alpha=1.2, shares=FOUR, sizes=(20,))
    with pytest.raises(InputError, match="A width of 0 is not between 0 and 1"):
        needed(assumed, 0.0, each=2)
    with pytest.raises(InputError, match="would need more than 100,000 articles"):
        needed(assumed, 0.0005, each=2)
    single = prepare(answers(articles=3).filter(annotator="a1"), NEWS.names)
    with pytest.raises(InputError, match="no sentence was answered by two annotators"):
        pilot(single, 4)


def test_the_plan_of_the_shipped_round_is_what_was_measured() -> None:
    """The interval that 41 articles were to have is the one that they have, to a tenth."""
    corpus = Corpus(ROOT)
    given = prepare(answers_of(corpus, ["main"]), corpus.scheme.names)
    measured, _ = krippendorff_alpha(*count_matrix(given, 4))
    assert measured.low is not None
    assert measured.high is not None
    planned = width(pilot(given, 4), articles=41, each=3, runs=1000)
    assert planned == pytest.approx(measured.high - measured.low, rel=0.1)


def run(corpus: Corpus, *words: str) -> tuple[str, str]:
    """What a verb of rounds prints: data, words."""
    done = CliRunner().invoke(app, [*words, "--corpus", str(corpus.root)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout, done.stderr


def test_the_verbs_say_what_it_takes_and_what_more_would_bring() -> None:
    """A pilot or an assumed alpha; no round is made."""
    corpus = Corpus(ROOT)
    table, said = run(corpus, "new", "next", "--plan", "0.02", "--pilot", "pilot")
    assert "For a 95 % interval of alpha that is 0.02 wide" in table
    assert "Assumed: alpha 0.989, 23 sentences an article" in said
    _, said = run(corpus, "new", "next", "--plan", "0.1", "--alpha", "0.7")
    assert "alpha 0.700" in said
    assert not (corpus.rounds / "next").exists()
    with pytest.raises(InputError, match="There is no agreement to plan with"):
        run(corpus, "new", "next", "--plan", "0.1")
    _, said = run(corpus, "status", "main", "--offline", "--another", "123")
    assert "Alpha at the last pull: 0.988 (95 % interval 0.980 to 0.995)." in said
    found = re.search(r"of 123 articles would make the interval about (0\.\d+) wide; it is", said)
    assert found
    assert float(found[1]) == pytest.approx(0.0153 / 2, rel=0.2)
