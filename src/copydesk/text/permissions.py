"""Permissions and powers, which "may" expresses as often as a guess."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from copydesk.text.unit import Unit

_CLAUSE: Final = 12
"""How many words from "may" on are read for "at any time"."""
_SUBJECT: Final = 6
"""How many words before "may" are read for its subject."""


def is_permitted(unit: Unit, may: int) -> bool:
    """Whether a "may" allows or forbids: an office's power, a ban, or an entitlement.

    "The judge may impose a fine", "Residents may not water lawns", "No lorry may use the road",
    "Guests may be asked for a card". "May not" of an outcome or a state is a guess: "The walls may
    not hold".

    Args:
        unit: The unit.
        may: Index of the "may" among its words.
    """
    found = unit.words
    subject: list[str] = []
    for index in range(may - 1, max(may - _SUBJECT, 0) - 1, -1):
        subject.append(found[index].form)
        if index and unit.gap(index):
            break
    following = [word.form for word in found[may + 1 : may + 3]]
    if len(following) < 2 or not subject:
        return False
    if following[0] == "be":
        return following[1] in unit.context("of right")
    negated = following[0] == "not"
    verb = following[negated]
    if verb in unit.context("powers") and not unit.context("office").isdisjoint(subject):
        return True
    if verb in unit.context("no deed") or verb.endswith("ly"):
        return False
    if verb in unit.lexicon("outcome-verbs") or verb in unit.lexicon("effect-verbs"):
        return False
    if subject[0] in unit.context("permitted") and (negated or not unit.reported):
        return True
    if ("any", "time") in pairwise(
        word.form for word in found[may : may + _CLAUSE]
    ) and not unit.reported:
        return True
    if "under" in unit.forms and not unit.context("terms").isdisjoint(unit.forms):
        return True
    return "no" in subject
