"""Consistent forgeries are caught by every target whose files contradict them."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from attacks import ATTACKS
from forger import DAMAGES, Damage, forge, found_by
from forgeries import FORGERIES, Forgery
from novelties import NOVELTIES
from oddities import ODDITIES
from specimens import Specimen

from copydesk.errors import CopydeskError
from copydesk.validate import validate

ONCE_MISSED = [
    one
    for one in ATTACKS
    if one.name
    in (
        "an event without articles",
        "an adjudicator too many",
        "a home page with a password",
        "a home page that runs script",
        "a piece twice",
        "a cue of many words",
        "a year far away",
        "a speaker beyond a withheld text",
        "cues of another entry",
        "a group of another digest",
        "another meaning of a column",
    )
]
ONCE_MISSED += [one for one in NOVELTIES if one.name == "a document behind the card"]
ONCE_MISSED += [
    one
    for one in ODDITIES
    if one.name
    in (
        "a bomb for the identifier of the citation",
        "a merge in the citation",
        "a block that nobody knows",
        "a closing of another round",
        "a title that turns the line",
        "answers turned behind a link",
        "one identifier of two releases in other letters",
    )
]
TODAY = datetime.date(2026, 4, 15)


def caught(target: Path) -> bool:
    """Whether a validation finds something, or says that it cannot judge."""
    try:
        return validate(target, today=TODAY).exit_code == 1
    except CopydeskError:
        return True


@pytest.mark.long
@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_a_forgery_is_caught(forgery: Forgery, specimen: Specimen, tmp_path: Path) -> None:
    """By the corpus, by the data set folder alone, and by the release in its place."""
    forgery.damage(specimen)
    alone = tmp_path / "alone"
    shutil.copytree(specimen.dataset, alone, symlinks=True)
    targets = {"corpus": specimen.root, "data set": alone, "release": specimen.release}
    assert [name for name in forgery.caught_by if not caught(targets[name])] == []


# `python tests/support/forger.py CORPUS…` tries all of them on any corpus.
# Nobody adjudicated in this corpus.
@pytest.mark.long
@pytest.mark.parametrize(
    "one",
    [d for d in DAMAGES if "adjudicator" not in d.name][::24] + ONCE_MISSED,
    ids=lambda one: f"{one.kind}: {one.name}",
)
def test_a_consistent_forgery_is_caught(one: Damage, valid: Path, tmp_path: Path) -> None:
    """The corpus contradicts it, or it says why it may pass."""
    forge(valid, tmp_path / "corpus", one)
    found = found_by(tmp_path / "corpus", rebuild=True)
    assert found["rebuild"] or one.free, found
    assert found["data set"] or one.design, found
    assert found["release"] or one.design or one.around, found


@pytest.mark.parametrize(
    ("name", "rule"),
    [("a closing that never was", "round-unreadable"), ("a round gone", "source-disagrees")],
)
def test_a_round_that_was_changed_is_found_without_a_rebuild(
    name: str, rule: str, valid: Path, tmp_path: Path
) -> None:
    """A closing a hundred years on, and a round that a release names and the corpus lacks."""
    [one] = [attack for attack in ATTACKS if attack.name == name]
    forge(valid, tmp_path / "corpus", one)
    assert validate(tmp_path / "corpus", today=TODAY).counts == {rule: 1}
