"""Claims without a verb of report: verdicts, demands, rulings, and what a poll or figures found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from copydesk.text.lexicon import Cue
from copydesk.text.unit import Unit

_NEAR: Final = 6
"""How many words apart a source and its verb, or a verb and its figure, may stand."""


def verdicts(unit: Unit) -> Iterator[Cue]:
    """The words outside marks that hold a verdict, a demand or a finding, in no fixed order.

    In the passive or as a noun they contain none: "the applauded play".
    """
    found = unit.outside
    for first, after, cue in unit.find_outside("judging-verbs"):
        alone = after - first == 1 and first > 0
        if not alone or found[first - 1].form not in unit.context("no verdict"):
            yield cue
    if not unit.context("source").isdisjoint(unit.forms):
        yield from _findings(unit)
    if not unit.context("puts").isdisjoint(unit.forms):
        yield from _counts(unit)
    if "want" in unit.forms:
        yield from _wants(unit)


def _findings(unit: Unit) -> Iterator[Cue]:
    """Each finding of a poll, a study or figures: "figures from the port showed"."""
    found = unit.outside
    for index, word in enumerate(found):
        if word.form not in unit.context("source"):
            continue
        for at in range(index + 1, min(index + _NEAR, len(found) - 1)):
            form = found[at].form
            if form in unit.context("finds"):
                if form != "had" or found[at + 1].form in unit.context("opens a subject"):
                    yield Cue(found[at].start, found[at].end, "suggest-context/finds")
                break
            between = unit.text[found[at - 1].end : found[at].start]
            if form in unit.context("finite") or not between.isspace():
                break


def _counts(unit: Unit) -> Iterator[Cue]:
    """Each "put the crowd at" with a figure."""
    found = unit.outside
    for index, word in enumerate(found):
        if word.form not in unit.context("puts"):
            continue
        following = found[index + 1 : index + 2 * _NEAR]
        forms = [later.form for later in following]
        if "at" not in forms:
            continue
        at = forms.index("at")
        figure = any(form[:1].isdigit() for form in forms[at + 1 : at + 4])
        if figure or not unit.context("counted").isdisjoint(forms[:at]):
            yield Cue(word.start, word.end, "suggest-context/puts")


def _wants(unit: Unit) -> Iterator[Cue]:
    """Each "want" of several people: "residents want the road reopened"."""
    found = unit.outside
    for index, word in enumerate(found[1:-1], start=1):
        if word.form != "want" or found[index + 1].form not in unit.context("wanted"):
            continue
        left = found[index - 1].form
        if left in unit.context("who wants") or (left.endswith("s") and len(left) > 3):
            yield Cue(word.start, word.end, "suggest-context/wants")
