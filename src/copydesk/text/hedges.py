"""Hedges: where a unit puts something forward as possible, likely, expected or unknown.

A hedge counts where the words around it show doubt about the world. Plans, permission, ability,
terms and what stands in a side clause do not count. These tests are read after those for
quotations, so that all words count, also those in marks too short to make the unit a quotation.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from copydesk.text.guesses import guesses
from copydesk.text.lexicon import Cue
from copydesk.text.permissions import is_permitted
from copydesk.text.unit import Unit, cue_of

_HEDGES: Final = frozenset({"open-questions", "forecasts", "hedges"})
"""The lexicons of hedges."""
_SIDE: Final = 12
"""How many words a side clause may have before its verb."""
_NOUN: Final = 6
"""How many words "is", an article and a noun may be before a relative clause of the noun."""


def possibility(unit: Unit) -> tuple[Cue, ...] | None:
    """The hedges, forecasts and open questions of a unit that no quotation carries; None without.

    Hedges in marks too short to carry a unit count.
    """
    cues = [
        cue_of(unit.words, match)
        for match in unit.matches
        if match[2] in _HEDGES and _is_uncertain(unit, match[0], match[1])
    ]
    if "could" in unit.forms:
        cues.extend(_could(unit))
    cues.extend(guesses(unit))
    if not unit.context("expects").isdisjoint(unit.forms):
        cues.extend(_expected(unit))
    if not cues:
        return None
    kept = {cue for cue in cues if not _is_struck(unit, cue)}
    return tuple(sorted(kept)) if kept else None


def _is_struck(unit: Unit, cue: Cue) -> bool:
    """Whether a hedge stands in a side clause, which the guidelines strike: "which may close".

    The side clause has to begin in the same stretch between commas and may not have ended: the
    first finite verb after "who" or "when" is the side clause's own. A participle after its noun
    is a side clause, too: "a man believed to have fled".
    """
    found = unit.words
    at = bisect_left(found, cue.start, key=lambda word: word.start)
    if not at or unit.gap(at):
        return False
    participle = (
        found[at].form in unit.context("participle")
        and found[at + 1 : at + 2] != []
        and found[at + 1].form in unit.context("after a participle")
        and found[at - 1].form not in unit.context("person")
        and unit.piece.zone != "headline"
    )
    opens, finite, be = unit.context("struck"), unit.context("finite"), unit.context("be")
    index = at - 1
    while (
        index > at - _SIDE
        and index
        and (found[index].form in be or found[index].form.endswith("ly"))
        and not unit.gap(index)
    ):
        index -= 1
        participle = False
    if participle or _is_relative(unit, index):
        return True
    for left in range(index, max(index - _SIDE, -1), -1):
        if found[left].form in opens:
            return not _is_asked(unit, left)
        if found[left].form in finite or (left and unit.gap(left)):
            return False
    return False


def _is_relative(unit: Unit, index: int) -> bool:
    """Whether a word is the "that" of a relative clause, its verb right after it: "a ban that may".

    After a verb it stands for a thing ("said that could change"). Where the main clause says little
    without it, it is the point of the sentence: "It is a row that could cost her the seat".
    """
    found = unit.words
    if found[index].form != "that" or index < 2 or unit.gap(index):
        return False
    nouns = unit.context("before a noun")
    noun = any(found[at].form in nouns for at in range(max(index - 4, 0), index - 1))
    if not noun and any(
        found[index - 1].form in unit.lexicon(name) for name in ("clause-verbs", "that-verbs")
    ):
        return False
    bare, is_, article = unit.context("bare subject"), unit.context("is"), unit.context("article")
    return not any(
        (left.form in bare and right.form in is_)
        or (left.form in is_ and right.form in article and away <= _NOUN)
        for away, (right, left) in enumerate(
            pairwise(found[max(0, index - 2 * _SIDE) : index][::-1])
        )
    )


def _is_asked(unit: Unit, index: int) -> bool:
    """Whether a word opens a question that a hedge leaves open rather than a side clause."""
    if not index:
        return unit.words[0].form in unit.context("question")
    return unit.words[index - 1].form in unit.context("asks")


def _is_uncertain(unit: Unit, first: int, after: int) -> bool:
    """Whether a hedge hedges: not the month of May, "as soon as possible", or a ban's "may not"."""
    found, text = unit.words, unit.text
    form = found[first].form
    if first and _is_compared(unit, first):
        return False
    if (
        form == "may"
        and found[after : after + 1]
        and found[after].form in unit.context("asks leave")
    ):
        return False
    if form == "may" and text[found[first].start] == "M":
        return _is_capital_modal(unit, first, after)
    if _is_settled(unit, first, after) or (form == "may" and is_permitted(unit, first)):
        return False
    if form in unit.context("may") and first and found[first - 1].form in unit.context("person"):
        return not _is_will(unit, after)
    if form in unit.context("like plurals"):
        return first > 0 and _is_forecaster(unit, first - 1)
    if form in unit.context("expect") and after - first == 1:
        return _expects(unit, first)
    return True


def _is_compared(unit: Unit, first: int) -> bool:
    """Whether a guess is over and compared with the outcome: "worse than they had feared"."""
    found, compares = unit.words, unit.context("compares")
    if found[first - 1].form in unit.context("past of have"):
        reach = range(first - 2, max(first - 8, -1), -1)
    elif found[first].form in unit.context("seemed"):
        reach = range(first - 1, max(first - 4, -1), -1)
    else:
        return False
    for index in reach:
        if found[index].form in compares:
            return True
        if unit.gap(index + 1):
            return False
    return False


def _is_capital_modal(unit: Unit, first: int, after: int) -> bool:
    """Whether "May" is the verb in a title: not a month, nor a name ("Mrs May Says")."""
    found, text = unit.words, unit.text
    if not first > 0 or after >= len(found) or not text[found[after].start].isupper():
        return False
    verb = found[after].form
    dated = found[first - 1].form in unit.context("month")
    bare = not verb.endswith(("s", "ed", "ing")) and verb.isalpha()
    return bare and not dated and unit.piece.zone == "headline"


def _is_settled(unit: Unit, first: int, after: int) -> bool:
    """Whether a hedge expresses no doubt: "perhaps the most", "more likely to", "as predicted"."""
    found = unit.words
    form = found[first].form
    left = found[first - 1].form if first else ""
    right = found[after].form if after < len(found) else ""
    if form == "perhaps":
        return right in unit.context("after perhaps") or right[:1].isdigit()
    if form == "likely":
        return left in unit.context("before likely") or _is_aside(unit, first)
    if form in unit.context("participle") and _is_aside(unit, first):
        return True
    if form == "expected" and left == "had" and first == 2:
        return found[0].form not in unit.context("who forecasts")
    if form in unit.context("foretold"):
        return left in unit.context("before foretold") and right != "to"
    if form in unit.context("looks"):
        return right in unit.context("after looks")
    if found[after - 1].form == "in" and form.startswith("pencil"):
        return right in unit.context("after pencilled in")
    return found[after - 1].form == "possibility" and right in {"of", ""}


def _is_aside(unit: Unit, first: int) -> bool:
    """Whether an apposition between two commas begins with a word: ", likely to be the last,"."""
    found = unit.words
    if not first or not unit.gap(first) or unit.piece.zone == "headline":
        return False
    return any(
        unit.text[found[at - 1].end] == ","
        for at in range(first + 2, min(first + _SIDE, len(found)))
        if unit.gap(at)
    )


def _is_will(unit: Unit, after: int) -> bool:
    """Whether "he might" is in his own hands: a source says it, and it is something to do."""
    found = unit.words
    if unit.conditional:
        return True
    state = after < len(found) and found[after].form in unit.context("of a state")
    return not state and bool(unit.reported)


def _expects(unit: Unit, first: int) -> bool:
    """Whether "expect" forecasts: it has an object, and is not an adjective or bare participle."""
    found = unit.words
    wishes = first > 0 and found[first - 1].form in unit.context("expects nothing")
    if wishes and found[first + 1 : first + 2] and found[first + 1].form == "to":
        return False
    if found[first].form == "expecting":
        return first > 0 and found[first - 1].form in unit.context("is")
    return first + 1 < len(found) and (
        first == 0 or found[first - 1].form not in unit.context("before no forecast")
    )


def _could(unit: Unit) -> Iterator[Cue]:
    """Each "could" that is a possibility: it has an outcome, and is not a person's ability.

    "Could only" and "could not" limit; "could be returned" is an ability, "could be a sign" is not;
    and what could be so under a condition depends on the condition.
    """
    found = unit.words
    outcomes = unit.lexicon("outcome-verbs")
    for index, word in enumerate(found[:-1]):
        if word.form != "could":
            continue
        verb = found[index + 1]
        if verb.form in unit.context("punishes") and not unit.context("as a punishment").isdisjoint(
            after.form for after in found[index + 2 : index + 2 + _SIDE]
        ):
            yield Cue(word.start, verb.end, "suggest-context/punishes")
            continue
        person = index > 0 and found[index - 1].form in unit.context("person")
        if verb.form == "have" and not person and not unit.reported:
            yield Cue(word.start, verb.end, "outcome-verbs/have")
            continue
        if person and verb.form not in unit.context("suffers"):
            continue
        if verb.form == "be" and not (index and found[index - 1].form == "there"):
            passive = index + 2 < len(found) and _is_passive(unit, found[index + 2].form)
            if (unit.conditional and unit.reported) or (passive and not _is_dated(unit)):
                continue
        elif verb.form != "be" and verb.form not in outcomes:
            continue
        yield Cue(word.start, verb.end, f"outcome-verbs/{verb.form}")


def _expected(unit: Unit) -> Iterator[Cue]:
    """Each "expected" that has what is expected for its object: "expected the price to fall"."""
    found = unit.words
    expects = unit.context("expects")
    for index, word in enumerate(found[:-1]):
        if word.form not in expects or not index:
            continue
        left = found[index - 1].form
        if left in unit.context("past of have") and _is_forecast_of_many(unit, index):
            yield Cue(word.start, word.end, "suggest-context/expects")
            continue
        if left in unit.context("expected by nobody") or not _forecasts(unit, index):
            continue
        for at in range(index + 1, min(index + 12, len(found))):
            if unit.gap(at):
                break
            if found[at].form in unit.context("opens what is expected") and at > index + 1:
                yield Cue(word.start, word.end, "suggest-context/expects")
                break


def _is_forecast_of_many(unit: Unit, index: int) -> bool:
    """Whether those who forecast "had expected" a thing: "economists had expected 180,000 jobs"."""
    found = unit.words
    if index < 2 or unit.gap(index + 1) or found[index + 1].form == "to":
        return False
    left, right = found[index - 2].form, found[index + 1].form
    thing = right in unit.context("before a noun") or right[:1].isdigit()
    return thing and left in unit.context("who forecasts")


def _forecasts(unit: Unit, index: int) -> bool:
    """Whether "projects" and the like are verbs: somebody who forecasts stands before them."""
    found = unit.words
    right = found[index + 1].form
    if right in unit.context("finite") or right in unit.context("after a forecast"):
        return False
    if not found[index].form.endswith("s"):
        return True
    return _is_forecaster(unit, index - 1)


def _is_forecaster(unit: Unit, index: int) -> bool:
    """Whether a word is a name, or a body that forecasts."""
    word = unit.words[index]
    named = unit.text[word.start].isupper() and word.form not in unit.context("no name")
    return named or word.form in unit.context("forecaster")


def _is_dated(unit: Unit) -> bool:
    """Whether the outlet says how early or late a thing could come: "as early as Friday"."""
    early = any(
        found.form in unit.context("early or late") and left.form == right.form == "as"
        for left, found, right in zip(unit.words, unit.words[1:], unit.words[2:], strict=False)
    )
    return early and not unit.reported


def _is_passive(unit: Unit, form: str) -> bool:
    """Whether a participle after "could be" says what can be done, not what may happen."""
    stems = {form[:-1], form[:-2], form[:-3]}
    return form.endswith(("ed", "en")) and not any(
        stem in unit.lexicon("outcome-verbs") for stem in stems
    )
