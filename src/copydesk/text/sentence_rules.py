"""What a language's `sentences.toml` says, in the form that cutting sentences needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Final

from copydesk.text.language import Language
from copydesk.text.words import words

_SAYING: Final = ("says", "tells", "asks")
_NEVER: Final = re.compile(r"(?!)")


class Kind(Enum):
    """What the full stop of an abbreviation means, by its key in `sentences.toml`."""

    TITLE = "title"
    """Stands before a name: its stop does not end a sentence."""
    INSIDE = "inside"
    """Something of the same sentence always follows."""
    NUMBERED = "numbered"
    """Stands before a number: "No. 5" goes on, "He said no." does not."""
    CLOCK = "clock"
    """Closes a time of day: goes on before a day, a month or a time zone."""
    AMBIGUOUS = "ambiguous"
    """Occurs anywhere: ends a sentence if a word follows that opens sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What decides in one language whether a stop ends a sentence.

    Attributes:
        stops: Marks that always end a sentence, in scripts without capital letters.
        turned_marks: Whether quotations open with ».
        kinds: Kind of each abbreviation, as written in text but without its last stop.
        endings: Ends of compounds that are abbreviations before a number ("Hafenstr. 7").
        openers: Words that open sentences and are seldom part of a name, in lower case.
        also_surnames: Openers that open nothing after an initial.
        after_clock: What goes on after a time of day, in lower case.
        trailing_off: Words after which an ellipsis ends no sentence.
        with_mark: Names that end in an exclamation mark.
        web: What follows a stop of a web address, with a capital letter.
        informal: Matches a word that opens a sentence in copy without capital letters.
        ordinal_digits: A number of at most so many digits with a stop is an ordinal; 0 if none is.
        roman_ordinals: Whether a Roman number with a stop is one.
        says: Verbs of saying.
        attribution: Matches who said it, up to the verb that closes the sentence.
        attribution_of_question: The same after a question or an exclamation.
    """

    stops: str
    turned_marks: bool
    kinds: dict[str, Kind]
    endings: tuple[str, ...]
    openers: frozenset[str]
    also_surnames: frozenset[str]
    after_clock: frozenset[str]
    trailing_off: frozenset[str]
    with_mark: frozenset[str]
    web: frozenset[str]
    informal: str
    ordinal_digits: int
    roman_ordinals: bool
    says: frozenset[str]
    attribution: re.Pattern[str]
    attribution_of_question: re.Pattern[str]


@cache
def rules(language: Language) -> Rules:
    """The rules of a language; without data, those that hold in every language."""
    data = language.documents.get("sentences", {})
    lists: dict[str, str] = data.get("words", {})
    ordinals = data.get("ordinals", {})
    patterns = _attributions(data.get("attribution"))
    return Rules(
        stops=data.get("marks", {}).get("stops", ""),
        turned_marks=data.get("marks", {}).get("turned", False),
        kinds=_kinds(data.get("abbreviations", {})),
        endings=tuple(data.get("abbreviations", {}).get("endings", "").split()),
        openers=words(lists.get("openers", "")),
        also_surnames=words(lists.get("also-surnames", "")),
        after_clock=words(lists.get("after-clock", "")),
        trailing_off=words(lists.get("trailing-off", "")),
        with_mark=words(lists.get("with-mark", "")),
        web=words(lists.get("web", "")),
        informal=_any(lists.get("informal", "").split()) or "(?!)",
        ordinal_digits=ordinals.get("digits", 0),
        roman_ordinals=ordinals.get("roman", False),
        says=words(" ".join(data.get("attribution", {}).get(k, "") for k in _SAYING)),
        attribution=patterns[0],
        attribution_of_question=patterns[1],
    )


def _kinds(data: Mapping[str, Any]) -> dict[str, Kind]:
    """The kind of each abbreviation; what is listed under two kinds has the one named first."""
    written = data.get("as-written", {})
    kinds: dict[str, Kind] = {}
    for kind in Kind:
        listed = data.get(kind.value, "").split()
        for form in (*listed, *map(_capitalised, listed), *written.get(kind.value, "").split()):
            kinds.setdefault(form, kind)
    # A dateline or a caption in capitals: "ST. PAUL", "DR. ORR".
    for form in data.get(Kind.TITLE.value, "").split():
        if len(form) > 1:
            kinds.setdefault(form.upper(), Kind.TITLE)
    return kinds


def _capitalised(word: str) -> str:
    return word[0].upper() + word[1:]


def _any(forms: Iterable[str]) -> str:
    """A pattern for one of some words, the longest first."""
    return "|".join(map(re.escape, sorted(forms, key=lambda form: (-len(form), form))))


def _attributions(data: Mapping[str, str] | None) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Who said it, after a full stop and after a question; each repeats within a bound."""
    if data is None:
        return _NEVER, _NEVER
    alternatives = {key: _any(value.split()) for key, value in data.items()}
    capital = rf"(?:[A-Z][\w’'.-]{{0,30}}+|{alternatives['particles']})"
    speaker = rf"""
        (?: (?:{alternatives["determiners"]})\s(?:[a-z][\w’'-]{{0,30}}+\s){{1,3}}?
            (?:{capital}\s){{0,4}}?
          | (?:{capital}\s){{0,5}}?{capital}(?:,\s[^.,;:?!"“”«»()\n]{{1,60}}+,)?\s )
        (?:(?:{alternatives["adverbs"]}|[a-z]{{2,20}}ly)\s)?
    """
    says = rf"""
        (?:{alternatives["says"]}|(?:{alternatives["tells"]})(?:\s[\w’'-]{{1,30}}+){{1,4}}?)
        (?=[.,;]|$)
    """
    when = rf"""
        (?:{alternatives["says-when"]})
        (?=\s(?:{alternatives["when"]}|[A-Z][a-z]{{2,5}}day)\b)
    """
    asks = rf"(?:{alternatives['asks']})(?!\s(?:{alternatives['not-after-asks']})\b)"
    return (
        re.compile(rf"{speaker}{says}", re.VERBOSE),
        re.compile(rf"{speaker}(?:{says}|{when}|{asks})", re.VERBOSE),
    )
