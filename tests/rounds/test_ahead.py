"""Making the next item while the last one is used."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.backends.labelstudio.ahead import ahead


@given(st.lists(st.none() | st.integers()))
def test_the_items_are_the_same_in_the_same_order(items: list[int | None]) -> None:
    """Nothing is lost, doubled or taken for the end."""
    assert list(ahead(items)) == items


def test_the_next_item_is_made_while_one_is_used() -> None:
    """Whoever uses the first item need not let go of it for the second to be begun."""
    begun = threading.Event()

    def items() -> Iterator[str]:
        yield "first"
        begun.set()
        yield "second"

    for item in ahead(items()):
        if item == "first":
            assert begun.wait(timeout=300)


def test_a_failure_is_raised_in_its_place() -> None:
    """The items before it are given; the error is the one that was raised in the thread."""

    def items() -> Iterator[int]:
        yield 1
        raise LookupError("no second one")

    got = []
    with pytest.raises(LookupError, match="no second one"):
        for item in ahead(items()):
            got.append(item)
    assert got == [1]
