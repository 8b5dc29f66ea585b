"""A generator damages a valid release in many ways; each is caught by a rule that names it."""

from __future__ import annotations

import pytest
from mutations import Mutation, mutations
from specimens import Specimen

ALL = list(mutations())


def test_there_are_many_and_no_two_are_named_alike() -> None:
    """At least sixty, as the issue asks; a name tells which one survived."""
    assert len({mutation.name for mutation in ALL}) == len(ALL) >= 60


@pytest.mark.parametrize("mutation", ALL, ids=lambda mutation: mutation.name)
def test_no_mutant_survives(mutation: Mutation, specimen: Specimen) -> None:
    """A rule that names the damage is among those that are found."""
    report = mutation.apply(specimen)
    assert not mutation.survives(report), dict(report.counts)
    assert report.exit_code == 1
