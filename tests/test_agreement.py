"""Agreement: against published examples, against other libraries, and on cases done by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import krippendorff
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from copydesk.agreement import (
    Bootstrap,
    alpha,
    cohen_kappa,
    coincidences,
    krippendorff_alpha,
    measure,
)
from copydesk.agreement.alpha import Ints, alpha_across
from copydesk.contract.conformance import check_document
from copydesk.contract.labels import NEWS
from copydesk.errors import InputError

LETTERS = {label[0]: label for label in NEWS.names}
NO_INTERVAL = Bootstrap(resamples=0)


def answers(votes: Mapping[str, str], **columns: Any) -> pl.DataFrame:
    """Answers from ``{"art-1.001": "qc.b"}``: the letter of each annotator, a dot for none."""
    rows = []
    for sentence_id, letters in votes.items():
        article, number = sentence_id.split(".")
        for place, letter in enumerate(letters):
            rows.append(
                {
                    "annotation_id": f"{sentence_id}-{place}",
                    "sentence_id": sentence_id,
                    "article_id": article,
                    "text_sha256": "0" * 64,
                    "start": int(number) * 10,
                    "end": int(number) * 10 + 9,
                    "zone": "body",
                    "annotator": f"annotator-{place + 1}",
                    "annotator_kind": "human",
                    "round": "pilot",
                    "arm": "blind",
                    "label": LETTERS.get(letter),
                    "created_at": datetime(2025, 1, 1, tzinfo=UTC),
                    "lead_time_s": None,
                    "guidelines_version": "1.0",
                    **columns,
                }
            )
    return pl.DataFrame(rows, schema_overrides={"label": pl.String})


def labels_of(votes: Mapping[str, str]) -> pl.DataFrame:
    """Gold or suggestions from ``{"art-1.001": "q"}``, a dot for none."""
    rows = [(name, LETTERS.get(letter)) for name, letter in votes.items()]
    return pl.DataFrame(rows, schema={"sentence_id": pl.String, "label": pl.String}, orient="row")


def counts_of(*observers: str) -> Ints:
    """Units x values from one string an observer, a dot for a missing answer."""
    values = sorted(set("".join(observers)) - {"."})
    columns = list(zip(*observers, strict=True))
    return np.array([[column.count(value) for value in values] for column in columns])


# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): A, binary data of two
# observers, .095; B, nominal data of two observers, .692; C, nominal data of four observers with
# missing values, .743. The fourth is the example of three coders in Wikipedia's "Krippendorff's
# alpha", .691. The fractions follow from their coincidence matrices by hand.
PUBLISHED = {
    "2011, A": (("0100000010", "1110010000"), 1 - 19 * 4 / (14 * 6), "0.095"),
    "2011, B": (("aabbdcccedda", "babbbccceddd"), (23 * 18 - 104) / (24 * 23 - 104), "0.692"),
    "2011, C": (
        ("123321412...", "1233224125.3", ".3332342251.", "12332441251."),
        113 / 152,
        "0.743",
    ),
    "Wikipedia": (
        (".....34121133.3", "1.213343.......", "..21344.21133.4"),
        56 / 81,
        "0.691",
    ),
}


@pytest.mark.parametrize("example", PUBLISHED)
def test_alpha_is_that_of_published_examples(example: str) -> None:
    """The worked examples of the literature come out, exactly and as printed."""
    observers, exact, printed = PUBLISHED[example]
    overall, _ = krippendorff_alpha(counts_of(*observers))
    assert overall.value is not None
    assert math.isclose(overall.value, exact, abs_tol=1e-12)
    assert f"{overall.value:.3f}" == printed


def test_coincidences_are_those_of_the_published_example() -> None:
    """The matrix printed in Krippendorff (2011), C, comes out."""
    third = 1 / 3
    expected: list[list[float]] = [
        [7, 4 * third, third, third, 0],
        [4 * third, 10, 4 * third, third, 0],
        [third, 4 * third, 8, third, 0],
        [third, third, third, 4, 0],
        [0, 0, 0, 0, 3],
    ]
    np.testing.assert_allclose(
        coincidences(counts_of(*PUBLISHED["2011, C"][0])), expected, atol=1e-12
    )


@st.composite
def count_matrices(draw: st.DrawFn) -> Ints:
    """Counts of 1 to 30 units and 4 labels; units have 0 to 5 answers."""
    unit = st.lists(st.integers(0, 3), max_size=5).map(lambda v: np.bincount(v or [0], minlength=4))
    return np.array(draw(st.lists(unit, min_size=1, max_size=30)))


@given(count_matrices())
@settings(max_examples=200, deadline=None)
def test_alpha_is_that_of_the_krippendorff_package(counts: Ints) -> None:
    """All labels and each label binarised, with missing answers, to 1e-9; undefined alike."""
    overall, per_label = krippendorff_alpha(counts, bootstrap=NO_INTERVAL)
    binary = [np.stack([counts[:, c], np.delete(counts, c, 1).sum(1)], 1) for c in range(4)]
    for ours, theirs in zip((overall, *per_label), (counts, *binary), strict=True):
        expected = reference(theirs)
        assert (ours.value is None) == (expected is None)
        assert expected is None or ours.value == pytest.approx(expected, abs=1e-9)


def reference(counts: Ints) -> float | None:
    """Alpha by the krippendorff package, None where it is not defined."""
    pairable = counts[counts.sum(axis=1) >= 2]
    if (pairable.sum(axis=0) > 0).sum() < 2:
        return None
    return float(krippendorff.alpha(value_counts=pairable, level_of_measurement="nominal"))


def test_the_interval_is_that_of_resampling_articles_one_by_one() -> None:
    """The percentiles equal those of alphas computed anew on each resample's own units."""
    rng = np.random.default_rng(7)
    counts = rng.multinomial(3, [0.5, 0.3, 0.1, 0.1], size=60)
    articles = rng.integers(12, size=60)
    bootstrap = Bootstrap(resamples=50, confidence=0.9, seed=3)
    (weights,) = bootstrap.weights(12)
    alphas = [reference(np.repeat(counts, row[articles].astype(int), axis=0)) for row in weights]
    overall, _ = krippendorff_alpha(counts, articles, bootstrap=bootstrap)
    assert (overall.low, overall.high) == pytest.approx(
        np.quantile(np.array(alphas, float), [0.05, 0.95]), abs=1e-9
    )
    assert overall.articles == 12


def test_each_resample_draws_as_many_articles_as_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Weights are whole draws with replacement, and the size of a block does not change them."""
    whole = np.concatenate(list(Bootstrap(resamples=100).weights(7)))
    monkeypatch.setattr(alpha, "_DRAWS_AT_ONCE", 21)
    blocks = list(Bootstrap(resamples=100).weights(7))
    assert [len(block) for block in blocks] == [3] * 33 + [1]
    np.testing.assert_array_equal(np.concatenate(blocks), whole)
    assert set(whole.sum(axis=1)) == {7.0}
    assert whole.max() > 1


def test_resamples_without_variation_are_left_out_and_counted() -> None:
    """A resample in which a label's alpha is undefined does not count as agreement."""
    counts = np.array([[2, 0], [2, 0], [1, 1]])
    overall, _ = krippendorff_alpha(counts)
    # One article in three varies: (2/3) ** 3 = 30 % of the resamples have the first label only.
    assert 240 < overall.undefined_resamples < 350
    assert overall.high is not None
    assert overall.high < 1


@pytest.mark.parametrize(
    ("votes", "reason"),
    [
        ({}, "no sentence was answered by two annotators"),
        ({"a.001": "q", "a.002": "c"}, "no sentence was answered by two annotators"),
        ({"a.001": "q.", "a.002": ".c"}, "no sentence was answered by two annotators"),
        (
            {"a.001": "qq", "b.001": "qqq"},
            "the answers do not vary, so no disagreement could be expected by chance",
        ),
    ],
)
def test_undefined_alpha_says_why(votes: dict[str, str], reason: str) -> None:
    """No answers, one annotator, no shared sentence and one label give no number, and no 1."""
    frame = answers(votes) if votes else answers({"a.001": "q"}).clear()
    result = measure(frame, suggestions=labels_of({"a.001": "q"}), gold=labels_of({}))
    assert result.alpha.value is None
    assert (result.alpha.low, result.alpha.high) == (None, None)
    assert result.alpha.reason == reason
    check_document(result.as_document(), "agreement", where="report.json")


def test_one_article_has_a_value_and_no_interval() -> None:
    """With a single article there is nothing to resample, and the result says so."""
    result = measure(answers({"a.001": "qq", "a.002": "cc"}))
    assert result.alpha.value == 1.0
    assert (result.alpha.low, result.alpha.high) == (None, None)
    assert result.alpha.reason == (
        "no interval: all answers are of one article, so there is nothing to resample"
    )


def test_two_articles_have_an_interval() -> None:
    """They are few, but they can be resampled: the second twice, or the first twice."""
    votes = {"a.001": "qq", "a.002": "cc", "b.001": "qc", "b.002": "cc"}
    alpha_of_votes = measure(answers(votes)).alpha
    assert alpha_of_votes.low == pytest.approx(1 - 7 * 4 / (64 - 40))  # 2 quote, 6 claim; 4 agree
    assert (alpha_of_votes.high, alpha_of_votes.reason) == (1.0, None)


def test_intervals_are_drawn_as_is_usual() -> None:
    """A thousand resamples at 95 %; a confidence of nothing or of all is refused."""
    assert (Bootstrap().resamples, Bootstrap().confidence) == (1000, 0.95)
    for confidence in (0.0, 1.0):
        with pytest.raises(ValueError, match="between 0 and 1"):
            Bootstrap(confidence=confidence)


def test_only_pairable_answers_are_counted() -> None:
    """A sentence that one person answered counts among the answers, not in alpha."""
    result = measure(answers({"a.001": "qq", "a.002": "c.", "b.001": "cb", "b.002": "bb"}))
    assert (result.answers, result.sentences, result.articles) == (7, 4, 2)
    assert (result.alpha.answers, result.alpha.units, result.alpha.articles) == (6, 3, 2)
    # n = 6, n_q = 2, n_c = 1, n_b = 3, agreeing values 4: 1 - 5 * 2 / (36 - 14).
    assert result.alpha.value == pytest.approx(1 - 10 / 22, abs=1e-12)


def test_each_round_is_a_unit_of_its_own() -> None:
    """The same sentence in two rounds is two measurements; no one agrees with themself."""
    first = answers({"a.001": "q"}, round="one")
    second = answers({"a.001": "q"}, round="two")
    result = measure(pl.concat([first, second]))
    assert result.sentences == 2
    assert result.alpha.units == 0


def test_answers_outside_any_round_are_counted() -> None:
    """A null round is a round like any other."""
    result = measure(answers({"a.001": "qq", "b.001": "cq"}, round=None))
    assert result.alpha.units == 2
    assert [group.value for group in result.groups["round"]] == ["(none)"]


def test_kappa_is_that_of_the_textbook_example() -> None:
    """Fifty proposals, 20 times both yes and 15 times both no, 5 and 10 apart: kappa .4."""
    assert cohen_kappa(np.array([[20, 5], [10, 15]])) == pytest.approx(0.4, abs=1e-12)


@pytest.mark.parametrize("confusion", [np.zeros((4, 4), int), np.diag([5, 0, 0, 0])])
def test_kappa_without_variation_is_not_defined(confusion: Ints) -> None:
    """No common sentence, or one label only, gives no kappa and no 1."""
    assert cohen_kappa(confusion) is None


def random_answers(seed: int, sentences: int = 80) -> pl.DataFrame:
    """Three annotators who agree by half, in sentences of eight articles, some unanswered."""
    rng = np.random.default_rng(seed)
    votes = {}
    for number in range(sentences):
        own = rng.choice(list("qcsb"))
        letters = [own if rng.random() < 0.5 else rng.choice(list("qcsb.")) for _ in range(3)]
        votes[f"art-{number % 8}.{number:03d}"] = "".join(letters)
    return answers(votes)


@pytest.mark.parametrize("seed", range(5))
def test_pairwise_kappa_is_that_of_scikit_learn(seed: int) -> None:
    """Each pair on the sentences that both answered, to 1e-9."""
    frame = random_answers(seed)
    wide = frame.pivot("annotator", index="sentence_id", values="label")
    pairs = measure(frame, bootstrap=NO_INTERVAL).pairs
    assert [(pair.a[-1], pair.b[-1]) for pair in pairs] == [("1", "2"), ("1", "3"), ("2", "3")]
    for pair in pairs:
        both = wide.select(pair.a, pair.b).drop_nulls()
        assert pair.sentences == len(both)
        assert pair.kappa == pytest.approx(cohen_kappa_score(both[pair.a], both[pair.b]), abs=1e-9)


def test_confusion_of_a_pair_has_the_first_annotator_in_rows() -> None:
    """q by the first and c by the second stands in row quote, column claim."""
    (pair,) = measure(answers({"a.001": "qc", "a.002": "qq", "a.003": "b."})).pairs
    assert pair.confusion == ((1, 1, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0))
    assert (pair.sentences, pair.observed) == (2, 0.5)


def test_annotators_without_a_common_sentence_are_named_with_a_reason() -> None:
    """Nothing in common is said, not left out."""
    (pair,) = measure(answers({"a.001": "q.", "a.002": ".q"})).pairs
    assert (pair.sentences, pair.observed, pair.kappa) == (0, None, None)
    assert pair.reason == "both answered no sentence"


def test_the_rest_is_the_majority_of_the_others() -> None:
    """One's own answer is no part of the reference; ties and lone answers have none."""
    votes = {"a.001": "qqc", "a.002": "ccc", "a.003": "qcb", "a.004": "b.."}
    first, _, third = measure(answers(votes)).against_rest
    # The first: others are q+c (a tie), c+c, c+b (a tie), nobody.
    assert (first.sentences, first.without_reference, first.observed) == (1, 3, 1.0)
    # The third: others are q+q, c+c, q+c (a tie).
    assert (third.sentences, third.without_reference, third.observed) == (2, 1, 0.5)
    assert third.confusion[0] == (0, 1, 0, 0)  # the others say quote, the third claim
    assert third.confusion[1] == (0, 1, 0, 0)


def test_the_rest_may_be_one_other() -> None:
    """Of two annotators each is held against the other."""
    result = measure(answers({"a.001": "qq", "a.002": "qc", "b.001": "cc"}))
    assert [
        (one.annotator, one.sentences, one.without_reference) for one in result.against_rest
    ] == [
        ("annotator-1", 3, 0),
        ("annotator-2", 3, 0),
    ]


def test_gold_counts_only_sentences_with_a_known_answer() -> None:
    """Rows of the confusion are gold, columns the answer."""
    frame = answers({"a.001": "qc", "a.002": "cc", "a.003": "bs"})
    one, two = measure(
        frame, gold=labels_of({"a.001": "q", "a.002": "q", "z.001": "b"})
    ).against_gold
    assert (one.sentences, one.without_reference, one.observed) == (2, 1, 0.5)
    assert one.confusion[0] == (1, 1, 0, 0)
    assert (two.sentences, two.observed) == (2, 0.0)
    assert two.confusion[0] == (0, 2, 0, 0)


def arms_frame(blind: Mapping[str, str], suggested: Mapping[str, str]) -> pl.DataFrame:
    shown = answers(suggested, arm="suggested")
    return pl.concat(
        [answers(blind), shown.with_columns(pl.col("annotator") + pl.lit("-s"))],
        how="vertical_relaxed",
    )


def test_the_pull_of_suggestions_is_the_difference_between_the_arms() -> None:
    """Equal in 1 of 2 blind answers and 2 of 2 suggested ones: a pull of one half."""
    suggestions = labels_of({"a.001": "q", "b.001": "q", "b.002": "."})
    frame = arms_frame({"a.001": "q", "b.001": "c", "b.002": "c"}, {"a.001": "q", "b.001": "q"})
    pull = measure(frame, suggestions=suggestions).arms.overall  # type: ignore[union-attr]
    assert (pull.blind_equal, pull.blind_answers, pull.blind_share) == (1, 2, 0.5)
    assert (pull.suggested_equal, pull.suggested_answers, pull.suggested_share) == (2, 2, 1.0)
    assert pull.difference == 0.5
    # A resample has article a twice (0), b twice (1) or each once (one half).
    assert (pull.low, pull.high) == (0.0, 1.0)


def test_the_pull_is_broken_down_by_suggested_label_and_by_wrong_suggestions() -> None:
    """Where gold says that the suggestion is wrong, following it is harm, counted apart."""
    suggestions = labels_of({"a.001": "q", "b.001": "c"})
    frame = arms_frame({"a.001": "q", "b.001": "b"}, {"a.001": "q", "b.001": "c"})
    arms = measure(
        frame, suggestions=suggestions, gold=labels_of({"a.001": "q", "b.001": "b"})
    ).arms
    assert arms is not None
    assert {label: pull.difference for label, pull in arms.per_label.items()} == {
        "quote": 0.0,
        "claim": 1.0,
        "speculation": None,
        "background": None,
    }
    assert arms.where_wrong is not None
    assert arms.where_wrong.difference == 1.0
    assert arms.where_wrong.blind_answers == 1


def test_one_arm_alone_has_no_pull() -> None:
    """Without the other arm there is nothing to compare, and the result says so."""
    arms = measure(answers({"a.001": "qq"}), suggestions=labels_of({"a.001": "q"})).arms
    assert arms is not None
    assert arms.overall.blind_share == 1.0
    assert arms.overall.difference is None
    assert arms.overall.reason == "the suggested arm has no answer to a sentence with a suggestion"


def test_rounds_stand_in_the_order_of_time_and_zones_by_name() -> None:
    """The trend follows the first answers, not the names of the rounds."""
    frame = pl.concat(
        [
            answers({"a.001": "qq"}, round="b-pilot", zone="headline"),
            answers({"b.001": "qc"}, round="a-main", created_at=datetime(2025, 6, 1, tzinfo=UTC)),
        ]
    )
    groups = measure(frame).groups
    assert [group.value for group in groups["round"]] == ["b-pilot", "a-main"]
    assert [group.value for group in groups["zone"]] == ["body", "headline"]
    assert list(groups) == ["zone", "round", "guidelines_version", "arm", "annotator_kind"]


def test_a_group_has_the_alpha_of_its_own_answers() -> None:
    """Alpha of a zone is alpha of the answers in that zone, and nothing else."""
    body, head = random_answers(1), random_answers(2).with_columns(zone=pl.lit("headline"))
    head = head.with_columns(pl.col("start", "end") + 10_000)
    by_zone = {g.value: g.alpha for g in measure(pl.concat([body, head])).groups["zone"]}
    assert by_zone == {"body": measure(body).alpha, "headline": measure(head).alpha}


def test_disputed_sentences_stand_in_the_order_of_entropy() -> None:
    """Three ways, then even ways (of four votes before two), then one against two."""
    votes = {
        "a.001": "qqc",
        "a.002": "qqq",
        "b.001": "qcb",
        "b.002": "cb.",
        "b.003": "bbs",
        "b.004": "qbbq",
    }
    result = measure(answers(votes), disputed=4)
    assert [d.sentence_id for d in result.disputed] == ["b.001", "b.004", "b.002", "a.001"]
    assert [d.entropy for d in result.disputed] == pytest.approx(
        [math.log2(3), 1.0, 1.0, math.log2(3) - 2 / 3], abs=1e-12
    )
    assert result.disputed_sentences == 5
    assert result.disputed[3].votes == {"quote": 2, "claim": 1, "speculation": 0, "background": 0}
    assert result.disputed[2].answers == (("annotator-1", "claim"), ("annotator-2", "background"))


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_the_order_of_the_answers_changes_nothing(seed: int) -> None:
    """Shuffled rows give the same document, number by number."""
    frame = random_answers(seed, 30)
    gold = labels_of(dict.fromkeys(frame["sentence_id"].unique(maintain_order=True)[:9], "q"))
    shuffled = frame.sample(fraction=1, shuffle=True, seed=seed)
    bootstrap = Bootstrap(resamples=20)
    ours = measure(frame, gold=gold, suggestions=gold, bootstrap=bootstrap)
    assert measure(shuffled, gold=gold, suggestions=gold, bootstrap=bootstrap) == ours
    check_document(ours.as_document(), "agreement", where="report.json")


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            answers({"a.001": "q"}).drop("start", "label"),
            "The answers lack the columns start, label. Give the columns of the annotations table.",
        ),
        (
            answers({"a.001": "q"}).with_columns(label=pl.lit("opinion")),
            "a.001-0: The label 'opinion' is not known (1 such in all). "
            "Labels are quote, claim, speculation, background.",
        ),
        (
            pl.concat([answers({"a.001": "q"}), answers({"a.001": "c"})]),
            "a.001: annotator-1 answered this sentence more than once in round pilot. "
            "Keep one answer of each annotator, such as the last.",
        ),
    ],
)
def test_unusable_answers_are_refused(frame: pl.DataFrame, message: str) -> None:
    """The sentence names the place, what is wrong and what to do."""
    with pytest.raises(InputError) as caught:
        measure(frame)
    assert str(caught.value) == message


def test_two_gold_labels_for_a_sentence_are_refused() -> None:
    """Gold that contradicts itself is no gold."""
    gold = pl.concat([labels_of({"a.001": "q"}), labels_of({"a.001": "c"})])
    with pytest.raises(InputError) as caught:
        measure(answers({"a.001": "q"}), gold=gold)
    assert str(caught.value) == (
        "a.001: The gold labels name this sentence more than once. "
        "Give one label for each sentence."
    )


def test_unknown_columns_to_break_down_by_are_refused() -> None:
    """A column that is not there is a fault, not an empty table."""
    with pytest.raises(InputError, match="The answers lack the column outlet"):
        measure(answers({"a.001": "q"}), by=["outlet"])


def test_alpha_across_two_groups_counts_pairs_of_one_of_each() -> None:
    """Worked out by hand; with one in each group it is Krippendorff's alpha."""
    people = np.array([[2, 0], [1, 1], [0, 2], [1, 0]])
    models = np.array([[1, 0], [0, 1], [0, 1], [0, 0]])
    found = alpha_across(people, models, np.array([0, 0, 1, 1]))
    # Three units: agreeing 2 + 1 + 2 of 6; n = (2 + .5, 3.5).
    assert found.value == pytest.approx(1 - 5 * (6 - 5) / (36 - 2.5**2 - 3.5**2))
    assert (found.units, found.answers, found.articles) == (3, 9, 2)
    one = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 0]])
    other = np.array([[1, 0], [0, 1], [0, 1], [0, 1], [1, 0]])
    articles = np.arange(5)
    assert alpha_across(one, other, articles) == krippendorff_alpha(one + other, articles)[0]
