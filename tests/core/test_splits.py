"""Events are drawn into splits once, and stay."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from copydesk.contract.columns import SPLITS
from copydesk.release.near import sketched
from copydesk.release.splits import SHARES, draw_splits, ties

EVENTS = st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.integers(1, 90))


@given(EVENTS)
def test_the_draw_depends_on_nothing_but_its_arguments(units: dict[str, int]) -> None:
    """The order in which events come changes nothing."""
    turned = dict(reversed(units.items()))

    assert draw_splits(units, kept={}, seed="s") == draw_splits(turned, kept={}, seed="s")


@given(EVENTS, EVENTS)
def test_an_event_stays_in_its_split(old: dict[str, int], new: dict[str, int]) -> None:
    """Whatever comes later, and however large, earlier events are where they were."""
    first = draw_splits(old, kept={})

    second = draw_splits(old | new, kept=first)

    assert {event: second[event] for event in old} == first
    assert set(second) == old.keys() | new.keys()


def test_shares_are_met_as_nearly_as_events_allow() -> None:
    """Ten equal events are six, two and two."""
    drawn = draw_splits({f"e{n}": 10 for n in range(10)}, kept={})

    assert {s: list(drawn.values()).count(s) for s in SPLITS} == {
        "train": 6,
        "validation": 2,
        "test": 2,
    }


def test_the_first_event_goes_to_training() -> None:
    """A corpus of one event has training data and nothing else."""
    assert draw_splits({"only": 5}, kept={}) == {"only": "train"}


def test_every_collection_is_spread_over_the_splits() -> None:
    """A collection of five events has some in each split, whatever the others hold."""
    events = {f"{group}{n}": 10 for group in "abc" for n in range(5)}

    drawn = draw_splits(events, kept={}, collections={event: event[0] for event in events})

    for group in "abc":
        splits = sorted(split for event, split in drawn.items() if event[0] == group)
        assert splits == ["test", "train", "train", "train", "validation"]


def test_a_split_without_a_share_gets_nothing() -> None:
    """Shares of a corpus's own are followed."""
    drawn = draw_splits({f"e{n}": 1 for n in range(6)}, kept={}, shares={"train": 1.0})

    assert set(drawn.values()) == {"train"}
    assert sum(SHARES.values()) == 1.0


def test_events_that_share_a_sentence_share_a_split() -> None:
    """Events that were named apart and hold one sentence of eight words are drawn as one, and
    follow the one that a release has; a short sentence ties nothing."""
    said = "The bridge over the Wend opened again on Monday."
    sentences = pl.DataFrame(
        {
            "event": ["a", "b", "c", "d", "e"],
            "text": [said, said, "She declined to say more.", "She declined to say more.", said],
        }
    )

    tied = ties(sentences.lazy())
    drawn = draw_splits(dict.fromkeys("abcde", 5), kept={"b": "test"}, tied=tied)

    assert tied == {"a": "a", "b": "a", "e": "a"}
    assert {drawn[event] for event in "abe"} == {"test"}
    assert drawn == draw_splits(dict.fromkeys("abcde", 5), kept={"b": "test"}, tied=tied)


def test_the_seed_draws_another_order() -> None:
    """Events come by the SHA-256 of seed and name: with '' the ferry first, with '1' the quay."""
    events = {"ferry": 5, "quay": 5}

    assert draw_splits(events, kept={}) == {"ferry": "train", "quay": "validation"}
    assert draw_splits(events, kept={}, seed="1") == {"quay": "train", "ferry": "validation"}


def test_a_new_event_joins_the_split_of_the_first_that_it_is_tied_to() -> None:
    """Events that were apart before they were tied stay apart; a new one goes with the first."""
    drawn = draw_splits(
        {"a": 1, "b": 1, "c": 1},
        kept={"a": "test", "b": "train"},
        tied={"a": "a", "b": "a", "c": "a"},
    )

    assert drawn == {"a": "test", "b": "train", "c": "test"}


def test_a_sentence_of_few_but_long_words_ties_events() -> None:
    """Fifty code points do, in however few words; forty-nine are anybody's."""
    for length, expected in ((50, {"a": "a", "b": "a"}), (49, {})):
        text = "x" * length
        assert ties(pl.LazyFrame({"event": ["a", "b"], "text": [text, text]})) == expected


def test_one_sketch_of_the_sentences_serves_every_draw() -> None:
    """Nine words of which the last differs share 7 of 9 pairs: near in two splits, not in one."""
    same = "the river rose over the old stone bridge"
    texts = [f"{same} today", "a short one", f"{same} tonight"]
    rows = pl.DataFrame({"sentence_id": ["a.001", "b.001", "c.001"], "text": texts}).lazy()

    with sketched(rows) as sketches:
        apart = sketches.near(rows.with_columns(split=pl.Series(["train", "test", "test"])), 0.7)
        together = sketches.near(rows.with_columns(split=pl.lit("test")), 0.7)

    assert apart.select("sentence_id", "_twin", "_other").rows() == [("c.001", "a.001", "train")]
    assert apart["_similarity"].to_list() == [7 / 9]
    assert together.is_empty()
