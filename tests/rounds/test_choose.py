"""Draws: who answers what, in which arm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.errors import InputError
from copydesk.rounds.choose import Overlap, arms, assign, share_of, shuffle

NAMES = ["anna", "ben", "cleo", "dora"]
SIZES = st.dictionaries(
    st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.integers(1, 60), min_size=1, max_size=30
)


@given(SIZES, st.integers(1, 4), st.text(max_size=5))
def test_every_article_gets_its_overlap(sizes: dict[str, int], base: int, seed: str) -> None:
    """Every article is answered by exactly as many distinct annotators as the overlap says."""
    assigned = assign(sizes, NAMES, Overlap(base=base), seed)
    assert list(assigned) == list(sizes)
    assert all(len(group) == len(set(group)) == base for group in assigned.values())


@given(SIZES, st.text(max_size=5))
def test_load_is_even(sizes: dict[str, int], seed: str) -> None:
    """No two annotators differ by more than one article's sentences."""
    assigned = assign(sizes, NAMES, Overlap(base=1), seed)
    load = dict.fromkeys(NAMES, 0)
    for article, (name,) in assigned.items():
        load[name] += sizes[article]
    assert max(load.values()) - min(load.values()) <= max(sizes.values())


def test_an_extra_share_gets_more_answers() -> None:
    """With 30 % of ten articles at three answers, exactly three articles get three."""
    sizes = {f"a{n}": 10 for n in range(10)}
    assigned = assign(sizes, NAMES, Overlap(base=2, extra=3, extra_share=0.3), "s")
    assert sorted(len(group) for group in assigned.values()) == [2] * 7 + [3] * 3


@given(SIZES, st.floats(0, 1), st.text(max_size=5))
def test_an_annotator_sees_an_article_in_one_arm(
    sizes: dict[str, int], share: float, seed: str
) -> None:
    """Each assigned pair has one arm, and each annotator the share of suggestions, rounded."""
    assigned = assign(sizes, NAMES, Overlap(base=2), seed)
    seen = arms(assigned, share, seed, by_article=False)
    assert set(seen) == {(article, name) for article, group in assigned.items() for name in group}
    for name in NAMES:
        own = [arm for (_, who), arm in seen.items() if who == name]
        assert own.count("suggested") == int(len(own) * share + 0.5)


def test_a_shared_article_is_in_one_arm_for_all() -> None:
    """Where annotators share projects, everyone sees an article in the same arm."""
    assigned = assign({f"a{n}": 1 for n in range(9)}, NAMES, Overlap(base=3), "s")
    seen = arms(assigned, 0.5, "s", by_article=True)
    for article, group in assigned.items():
        assert len({seen[article, name] for name in group}) == 1


@given(st.lists(st.text(max_size=4), unique=True), st.text(max_size=4))
def test_a_draw_depends_on_the_seed_and_not_on_the_order(names: list[str], seed: str) -> None:
    """The same names in another order are shuffled into the same order."""
    assert shuffle(names, seed, "x") == shuffle(names[::-1], seed, "x")
    assert sorted(shuffle(names, seed, "x")) == sorted(names)


def test_a_share_is_counted_and_not_thrown() -> None:
    """A share of ten names gives exactly that many names, whatever the seed."""
    names = [f"n{n}" for n in range(10)]
    assert [len(share_of(names, s, "seed", "p")) for s in (0, 0.25, 0.5, 1)] == [0, 3, 5, 10]


@pytest.mark.parametrize(
    ("overlap", "sentence"),
    [
        (
            Overlap(base=3),
            "3 answers for an article need as many annotators; there are 2. Name more with "
            "--annotator, or lower the overlap.",
        ),
        (
            Overlap(base=2, extra=2, extra_share=0.5),
            "The extra overlap, 2, is not above the base, 2. Give a larger --extra-overlap, or no "
            "--extra-share.",
        ),
        (
            Overlap(base=1, extra=2, extra_share=1.5),
            "An extra share of 1.5 is not between 0 and 1.",
        ),
    ],
)
def test_an_overlap_that_cannot_be_is_refused(overlap: Overlap, sentence: str) -> None:
    """More answers than annotators, and numbers without sense, are refused in a sentence."""
    with pytest.raises(InputError) as refused:
        assign({"a": 1}, ["anna", "ben"], overlap, "s")
    assert str(refused.value) == sentence
