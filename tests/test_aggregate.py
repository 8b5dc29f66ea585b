"""One label from many answers: thirds, ties, decisions, and models when they are asked for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.aggregate import aggregate
from copydesk.contract.labels import NEWS
from copydesk.errors import InputError
from copydesk.extras import MissingExtraError

# crowd-kit 1.4 calls pandas in a way that pandas 4 will drop; its users see nothing of it.
crowd_kit_is_older = pytest.mark.filterwarnings(
    "ignore:The (inplace|copy) keyword:DeprecationWarning"
)

LETTERS = {label[0]: label for label in NEWS.names}


def answers(votes: Mapping[str, str], *, day: int = 1) -> pl.DataFrame:
    """Answers from ``{"art-1.001": "qc.b"}``: the letter of each annotator, a dot for none."""
    rows = [
        {
            "annotation_id": f"{sentence_id}-{place}-{day}",
            "sentence_id": sentence_id,
            "article_id": sentence_id.split(".")[0],
            "text_sha256": "0" * 64,
            "start": int(sentence_id.split(".")[1]) * 10,
            "end": int(sentence_id.split(".")[1]) * 10 + 9,
            "annotator": f"annotator-{place + 1}",
            "label": LETTERS.get(letter),
            "created_at": datetime(2025, 1, day, tzinfo=UTC),
        }
        for sentence_id, letters in votes.items()
        for place, letter in enumerate(letters)
    ]
    return pl.DataFrame(rows, schema_overrides={"label": pl.String})


def decisions(*rows: tuple[str, str | None]) -> pl.DataFrame:
    """Adjudications by one person, in order."""
    return pl.DataFrame(
        [(sentence_id, label, "adjudicator-1", "the tree, rule 5") for sentence_id, label in rows],
        schema=dict.fromkeys(("sentence_id", "label", "by", "reason"), pl.String),
        orient="row",
    )


@pytest.mark.parametrize(
    ("letters", "label", "source", "agreement"),
    [
        ("q", "quote", "single", 1.0),
        ("qq", "quote", "unanimous", 1.0),
        ("qc", None, "unresolved", 1 / 2),
        ("qqc", "quote", "majority", 2 / 3),
        ("ccq", "claim", "majority", 2 / 3),
        ("qcs", None, "unresolved", 1 / 3),
        ("qqcc", None, "unresolved", 1 / 2),
        ("qqqcc", None, "unresolved", 3 / 5),
        ("bbbbcq", "background", "majority", 4 / 6),
        ("q.c", None, "unresolved", 1 / 2),
        ("s..", "speculation", "single", 1.0),
    ],
)
def test_a_label_needs_two_thirds(
    letters: str, label: str | None, source: str, agreement: float
) -> None:
    """Two of three are enough, three of five are not; a tie stays open."""
    (row,) = aggregate(answers({"a.001": letters})).to_dicts()
    assert (row["label"], row["label_source"], row["agreement"]) == (label, source, agreement)
    given = letters.replace(".", "")
    assert row["n_annotators"] == len(given)
    assert row["votes"] == {name: given.count(name[0]) for name in NEWS.names}


@given(st.lists(st.sampled_from("qcsb"), min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_a_label_is_given_exactly_when_two_thirds_agree(letters: list[str]) -> None:
    """The rule in whole numbers, for any number of annotators."""
    (row,) = aggregate(answers({"a.001": "".join(letters)})).to_dicts()
    expected: list[str | None] = [
        LETTERS[c] for c in "qcsb" if 3 * letters.count(c) >= 2 * len(letters)
    ]
    assert [row["label"]] == (expected or [None])
    assert (row["label_source"] == "unresolved") == (not expected)


def test_the_columns_are_those_that_a_release_takes() -> None:
    """Sentences come in the order of their ids, with their anchor."""
    table = aggregate(answers({"b.001": "q", "a.002": "qc", "a.001": "c"}))
    assert table["sentence_id"].to_list() == ["a.001", "a.002", "b.001"]
    assert dict(table.schema) == {
        "sentence_id": pl.String,
        "article_id": pl.String,
        "text_sha256": pl.String,
        "start": pl.Int64,
        "end": pl.Int64,
        "label": pl.String,
        "votes": pl.Struct(dict.fromkeys(NEWS.names, pl.Int32)),
        "n_annotators": pl.Int32,
        "agreement": pl.Float64,
        "label_source": pl.String,
        "adjudicator": pl.String,
        "reason": pl.String,
    }


def test_an_annotator_has_one_vote_and_it_is_the_last() -> None:
    """A changed answer replaces the older one, in whatever order the rows come."""
    changed = pl.concat([answers({"a.001": "c"}, day=2), answers({"a.001": "qq"}, day=1)])
    (row,) = aggregate(changed).to_dicts()
    assert row["votes"] == {"quote": 1, "claim": 1, "speculation": 0, "background": 0}
    assert (row["n_annotators"], row["label"]) == (2, None)


def test_no_answers_give_an_empty_table() -> None:
    """Nothing in, nothing out, with the same columns, by every method."""
    nothing = answers({"a.001": "q"}).clear()
    full = aggregate(answers({"a.001": "q"}))
    for method in ("majority", "dawid-skene", "mace"):
        table = aggregate(nothing, method=method)
        assert len(table) == 0
        assert table.schema == full.schema


def test_a_decision_stands_above_the_votes() -> None:
    """It settles a tie and overrules the unanimous; the votes stay as they were."""
    frame = answers({"a.001": "qc", "a.002": "bb", "a.003": "qq"})
    table = aggregate(frame, adjudications=decisions(("a.001", "claim"), ("a.002", "claim")))
    assert table["label"].to_list() == ["claim", "claim", "quote"]
    assert table["label_source"].to_list() == ["adjudicated", "adjudicated", "unanimous"]
    assert table["agreement"].to_list() == [0.5, 1.0, 1.0]
    assert table["votes"][1] == {"quote": 0, "claim": 0, "speculation": 0, "background": 2}
    assert table["adjudicator"].to_list() == ["adjudicator-1", "adjudicator-1", None]
    assert table["reason"].to_list() == ["the tree, rule 5", "the tree, rule 5", None]


def test_the_last_decision_counts_and_may_leave_a_sentence_open() -> None:
    """A decision taken back leaves the sentence unresolved, even if the votes were clear."""
    frame = answers({"a.001": "qc", "a.002": "bb"})
    log = decisions(("a.001", "claim"), ("a.002", "claim"), ("a.002", None), ("a.001", "quote"))
    table = aggregate(frame, adjudications=log)
    assert table["label"].to_list() == ["quote", None]
    assert table["label_source"].to_list() == ["adjudicated", "unresolved"]
    assert table["adjudicator"].to_list() == ["adjudicator-1", None]


def test_the_log_of_no_decisions_changes_nothing() -> None:
    """An empty adjudications table is as good as none."""
    frame = answers({"a.001": "qc", "a.002": "bb"})
    assert aggregate(frame, adjudications=decisions()).equals(aggregate(frame))


# Three annotators who agree, but for the third who calls one quote in three a claim.
PLAIN = {f"p-{i}.001": "qqc" if i % 12 == 0 else 3 * "qcsb"[i % 4] for i in range(24)}


@crowd_kit_is_older
@pytest.mark.slow
@pytest.mark.parametrize("method", ["dawid-skene", "mace"])
def test_models_label_when_they_are_asked_for(method: str) -> None:
    """Plain cases keep their label, and each label says which model gave it."""
    table = aggregate(answers(PLAIN), method=method)
    expected = {name: LETTERS[letters[0]] for name, letters in PLAIN.items()}
    assert dict(table.select("sentence_id", "label").iter_rows()) == expected
    assert set(table["label_source"]) == {method}
    assert table.drop("label", "label_source").equals(
        aggregate(answers(PLAIN)).drop("label", "label_source")
    )


@crowd_kit_is_older
def test_dawid_skene_trusts_the_reliable_where_the_majority_is_open() -> None:
    """Two who always agree with each other outweigh two who answer at random."""
    noise = ["cs", "bq", "qc", "sb", "bb", "cq", "sc", "qs"] * 3
    votes = {f"p-{i}.001": "qcsb"[i % 4] * 2 + pair for i, pair in enumerate(noise)} | {
        "x.001": "qqcc"
    }
    open_by_votes = aggregate(answers(votes)).filter(pl.col("sentence_id") == "x.001")
    modelled = aggregate(answers(votes), method="dawid-skene")
    assert open_by_votes["label"].to_list() == [None]
    assert modelled.filter(pl.col("sentence_id") == "x.001")["label"].to_list() == ["quote"]


@crowd_kit_is_older
@pytest.mark.parametrize("method", ["majority", "dawid-skene"])
def test_the_order_of_the_answers_changes_nothing(method: str) -> None:
    """Shuffled rows give the same table, also from a model."""
    frame = answers(PLAIN)
    shuffled = frame.sample(fraction=1, shuffle=True, seed=1)
    assert aggregate(shuffled, method=method).equals(aggregate(frame, method=method))


@crowd_kit_is_older
def test_decisions_stand_above_a_model() -> None:
    """A person's decision is never outvoted by a model of annotators."""
    table = aggregate(
        answers(PLAIN), method="dawid-skene", adjudications=decisions(("p-1.001", "background"))
    )
    row = table.row(by_predicate=pl.col("sentence_id") == "p-1.001", named=True)
    assert (row["label"], row["label_source"]) == ("background", "adjudicated")


def test_majority_needs_no_crowd_kit() -> None:
    """The default loads neither crowd-kit nor pandas."""
    code = (
        "import sys, copydesk.aggregate;"
        "print(sorted({'crowdkit', 'pandas', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_crowd_kit_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for a model without the extra is told which one to install."""
    monkeypatch.setitem(sys.modules, "crowdkit.aggregation", None)
    with pytest.raises(MissingExtraError) as caught:
        aggregate(answers({"a.001": "q"}), method="mace")
    assert str(caught.value) == (
        "The method mace needs crowdkit, which is not installed. "
        "Run: pip install 'copydesk[models]'"
    )


def elsewhere() -> pl.DataFrame:
    """The same sentence_id in another text."""
    return answers({"a.001": ".c"}).with_columns(text_sha256=pl.lit("1" * 64))


@pytest.mark.parametrize(
    ("frame", "arguments", "message"),
    [
        (
            answers({"a.001": "q"}),
            {"method": "mean"},
            "There is no aggregation method 'mean'. Choose majority, dawid-skene, mace.",
        ),
        (
            answers({"a.001": "q"}).with_columns(label=pl.lit("opinion")),
            {},
            "a.001-0-1: The label 'opinion' is not known (1 such in all). "
            "Labels are quote, claim, speculation, background.",
        ),
        (
            pl.concat([answers({"a.001": "q"}), elsewhere()]),
            {},
            "a.001: Answers with this id refer to different offsets or texts. "
            "Bring the answers to one version of the article before they are aggregated.",
        ),
        (
            answers({"a.001": "q"}),
            {"adjudications": decisions(("z.001", "claim"))},
            "z.001: This sentence was adjudicated but has no answer (1 such in all). "
            "Check that answers and adjudications are of the same rounds.",
        ),
        (
            answers({"a.001": "q"}),
            {"adjudications": decisions(("a.001", "opinion"))},
            "a.001: The label 'opinion' is not known (1 such in all). "
            "Labels are quote, claim, speculation, background.",
        ),
        (
            answers({"a.001": "q"}),
            {"adjudications": decisions(("a.001", "claim")).drop("reason")},
            "The adjudications lack the column reason. "
            "They need sentence_id, label, by and reason.",
        ),
    ],
)
def test_unusable_input_is_refused(
    frame: pl.DataFrame, arguments: dict[str, object], message: str
) -> None:
    """The sentence names the place, what is wrong and what to do."""
    with pytest.raises(InputError) as caught:
        aggregate(frame, **arguments)  # type: ignore[arg-type]
    assert str(caught.value) == message
