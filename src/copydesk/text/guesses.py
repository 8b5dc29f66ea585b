"""Guesses without a word of doubt: flat forecasts, estimates, and what would have happened.

"Will" and "would" are guesses where nobody decides: effects, courses, the weather. The verb and the
subject show whether somebody decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from copydesk.text.language import Language
from copydesk.text.lexicon import Cue, Word
from copydesk.text.unit import Unit

_NEAR: Final = 6
"""How many words apart a subject and its verb, or a verb and its amount, may stand."""

_LINE: Final = 16
"""How many words a line of a weather forecast has at most."""


def guesses(unit: Unit) -> Iterator[Cue]:
    """The words that guess in a unit, in no fixed order."""
    forms = unit.forms
    if len(unit.words) < _LINE and (line := _weather_line(unit)):
        yield line
    if unit.words and unit.words[0].form == "whether" and not {"or", "not"} <= forms:
        word = unit.words[0]
        yield Cue(word.start, word.end, "suggest-context/left open")
    if _triggers(unit.lang).isdisjoint(forms):
        return
    if "set" in forms or not unit.context("guess").isdisjoint(forms):
        yield from _will(unit)
        yield from _supposed(unit)
    if "should" in forms:
        yield from _due(unit)
    if "have" in forms and not unit.context("unreal").isdisjoint(forms):
        yield from _unreal(unit)
    if not unit.context("weather").isdisjoint(forms):
        yield from _weather(unit)
    if "at" in forms and not unit.context("puts").isdisjoint(forms):
        yield from _estimate(unit)
    if not unit.context("sees").isdisjoint(forms):
        yield from _seen(unit)


@cache
def _triggers(lang: Language) -> frozenset[str]:
    """Words of which a unit needs one to be searched for guesses."""
    context = lang.lexicon("suggest-context")
    keys = ("guess", "unreal", "weather", "puts", "sees")
    return frozenset({"set", "should"}).union(*(context.forms(key) for key in keys))


def _will(unit: Unit) -> Iterator[Cue]:
    """Each "will" and "would" that guesses: an effect, a course or a measure that nobody decides.

    Plans, timetables, rules and promises are decided; so is a person's own action.
    """
    found = unit.words
    effects, between = unit.lexicon("effect-verbs"), unit.context("between")
    guess, person = unit.context("guess"), unit.context("person")
    for index, word in enumerate(found[:-1]):
        if word.form not in guess and not _is_set_to(found, index):
            continue
        if index and (found[index - 1].form in person or _has_title(unit, index - 1)):
            continue
        at = index + 1
        while (
            at < min(index + 5, len(found) - 1)
            and found[at].form not in effects
            and (found[at].form in between or found[at].form.endswith("ly"))
        ):
            at += 1
        if found[at].form in effects and not _is_planned(unit, index, found[at].form):
            yield Cue(word.start, found[at].end, f"effect-verbs/{found[at].form}")
        elif found[at - 1].form == "be" and found[at].form in unit.context("states"):
            yield Cue(word.start, found[at].end, "suggest-context/states")
        elif at < len(found) and _is_undecided(unit, index, at):
            yield Cue(word.start, word.end, "suggest-context/guess")


def _has_title(unit: Unit, index: int) -> bool:
    """Whether a word is the name of somebody who has a title: "Ms. Orr", "Senator Ann Orr"."""
    people = unit.lexicon("people")
    return any(
        unit.words[at].form in people.forms(key)
        for at in range(max(index - 2, 0), index)
        for key in ("mr", "ms", "title")
        if unit.text[unit.words[index].start].isupper()
    )


def _is_undecided(unit: Unit, index: int, at: int) -> bool:
    """Whether nobody decides a course whose verb alone does not tell: "will take years".

    Args:
        unit: The unit.
        index: Index of its "will" or "would".
        at: Index of the verb.
    """
    found = unit.words
    verb, left = found[at].form, found[index - 1].form if index else ""
    after = [word.form for word in found[at + 1 : at + _NEAR]]
    if verb in unit.context("runs on") and after and after[0] in unit.context("until"):
        return left not in unit.context("person")
    if verb in unit.context("lasts") and not unit.context("long").isdisjoint(after):
        return True
    if verb in unit.context("makes"):
        return not unit.context("harder").isdisjoint(after) or any(
            form.endswith("est") and len(form) > 5 for form in after
        )
    if at > index + 1 and found[at - 1].form == "be":
        if found[0].form == "by" and found[1].form.isdigit() and not unit.reported:
            return True
        extreme = any(found[to].form.endswith("est") for to in range(at, min(at + 4, len(found))))
        return extreme and found[0].form == "if" and not unit.reported
    experts = {word.form for word in found[max(0, index - _LINE) : index]}
    if not unit.context("experts").isdisjoint(experts) and left not in unit.context("same"):
        return True
    if left in unit.context("others"):
        return True
    if unit.reported:
        return False
    if verb in unit.context("compelled") and not unit.context("depends on").isdisjoint(unit.forms):
        return True
    return found[index].form == "would" and "if" in unit.forms


def _due(unit: Unit) -> Iterator[Cue]:
    """Each "should" that forecasts: something happens, and nobody is told to do it."""
    found, due, person = unit.words, unit.context("due"), unit.context("person")
    for index, word in enumerate(found[:-1]):
        due_next = word.form == "should" and found[index + 1].form in due
        if due_next and index and found[index - 1].form not in person:
            yield Cue(word.start, found[index + 1].end, "suggest-context/due")


def _supposed(unit: Unit) -> Iterator[Cue]:
    """Each "fear" or "believe" with a "will" or "would" in its clause: "fear it will burst"."""
    found, supposes, guess = unit.words, unit.context("supposes"), unit.context("guess")
    for index, word in enumerate(found):
        if word.form not in supposes or not index or found[index - 1].form == "not":
            continue
        for at in range(index + 2, min(index + 2 * _NEAR, len(found))):
            if unit.gap(at):
                break
            if found[at].form in guess and found[at].form != "could":
                yield Cue(word.start, word.end, "suggest-context/supposes")
                break


def _is_planned(unit: Unit, index: int, verb: str) -> bool:
    """Whether a plan or a timetable says so: "the bill would allow", "will leave at ten"."""
    if verb in unit.context("departs"):
        at = [word.form for word in unit.words[index:]].index(verb) + index + 1
        return at == len(unit.words) or unit.words[at].form in unit.context("to or at")
    if verb not in unit.context("provides"):
        return False
    plans = unit.context("plan")
    return any(word.form in plans for word in unit.words[max(0, index - 4) : index])


def _is_set_to(found: Sequence[Word], index: int) -> bool:
    """Whether a "to" follows "set": "is set to rise"."""
    return found[index].form == "to" and index > 0 and found[index - 1].form == "set"


def _unreal(unit: Unit) -> Iterator[Cue]:
    """Each "would have" under a condition that did not come about: "had the gate closed".

    Without a condition it is mostly an abandoned plan; a source's "he would have" is his own
    intention.
    """
    found = unit.words
    unmet = not unit.context("unmet").isdisjoint(unit.forms) or _spares(unit)
    if not unmet and not _is_inverted(unit):
        return
    for index, word in enumerate(found[:-2]):
        if word.form not in unit.context("unreal"):
            continue
        own = index > 0 and found[index - 1].form in unit.context("person")
        if own and unit.reported:
            continue
        if "have" in {found[index + 1].form, found[index + 2].form}:
            yield Cue(word.start, word.end, "suggest-context/unreal")


def _spares(unit: Unit) -> bool:
    """Whether it names what saved something: "but for the loan"."""
    found = unit.words
    return any(word.form == "but" and after.form == "for" for word, after in pairwise(found))


def _is_inverted(unit: Unit) -> bool:
    """Whether a clause begins with "had" and its subject: "had the mare not fallen"."""
    found = unit.words
    return any(
        word.form == "had"
        and (index == 0 or unit.gap(index))
        and (
            found[index + 1].form in unit.context("opens a subject")
            or unit.text[found[index + 1].start].isupper()
        )
        for index, word in enumerate(found[:-1])
    )


def _weather(unit: Unit) -> Iterator[Cue]:
    """Each "will" or "should" whose subject is the weather: "showers will clear"."""
    found = unit.words
    weather, verbs = unit.context("weather"), unit.context("of weather")
    for index, word in enumerate(found):
        if word.form not in weather:
            continue
        for at in range(index + 1, min(index + _NEAR, len(found))):
            if found[at].form in verbs:
                yield Cue(found[at].start, found[at].end, "suggest-context/of weather")
                break
            if unit.gap(at) or found[at].form in unit.context("finite"):
                break


def _weather_line(unit: Unit) -> Cue | None:
    """A forecast without a verb: "Sunny spells, showers later"."""
    found = unit.words
    lines, finite = unit.context("weather lines"), unit.context("finite")
    if lines.isdisjoint(unit.forms):
        return None
    told = any(word.form in finite or word.form.endswith("ed") for word in found)
    hits = [word for word in found if word.form in lines]
    if told or 3 * len(hits) < len(found) or len(hits) < 2:
        return None
    return Cue(hits[0].start, hits[-1].end, "suggest-context/weather lines")


def _estimate(unit: Unit) -> Iterator[Cue]:
    """Each "put the repair at": an amount that is still to come."""
    found = unit.words
    for index, word in enumerate(found):
        if word.form not in unit.context("puts"):
            continue
        following = [later.form for later in found[index + 1 : index + 2 * _NEAR]]
        if "at" in following:
            object_ = following[: following.index("at")]
            if not unit.context("still to come").isdisjoint(object_):
                yield Cue(word.start, word.end, "suggest-context/puts")


def _seen(unit: Unit) -> Iterator[Cue]:
    """Each "see" of those who forecast, with a course or an amount: "are seen rising"."""
    found = unit.words
    for index, word in enumerate(found[:-1]):
        if not index or word.form not in unit.context("sees"):
            continue
        subject = {left.form for left in found[max(0, index - _NEAR) : index]}
        passive = word.form == "seen" and not subject.isdisjoint(unit.context("is"))
        if not passive and unit.context("who forecasts").isdisjoint(subject):
            continue
        for at in range(index + 1, min(index + _NEAR, len(found))):
            amount = found[at].form == "at" and unit.text[found[at].end :][1:3].strip("$€£")[:1]
            if _is_course(unit, found[at].form) or (amount and amount.isdigit()):
                yield Cue(word.start, word.end, "suggest-context/sees")
                break


def _is_course(unit: Unit, form: str) -> bool:
    """Whether a participle is that of a course: "rising", "slipping", "declining"."""
    stem = form.removesuffix("ing")
    effects = unit.lexicon("effect-verbs")
    return stem != form and (
        stem == "end" or stem in effects or f"{stem}e" in effects or stem[:-1] in effects
    )
