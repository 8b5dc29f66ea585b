"""Cues of attribution in a sentence: verbs, nouns and adjectives that attribute words to somebody.

A stance ("opposes the plan"), a wish ("wants to close it"), a thought, a ruling and a finding are
attributed as well as speech. A form counts only where the words around it show the use that
attributes. Which of them make a sentence a claim is told by `copydesk.text.reports`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from copydesk.text.complements import Kind, follows_comma, is_clausal, is_complete, reaches
from copydesk.text.form_use import Surroundings
from copydesk.text.language import Language
from copydesk.text.lexicon import Cue, Vocabulary, Word

_OTHERS: Final[tuple[tuple[str, Kind], ...]] = (
    ("attribution-phrases", "phrase"),
    ("attribution-passives", "passive"),
    ("hearsay", "passive"),
    ("attribution-adjectives", "adjective"),
    ("attribution-nouns", "noun"),
    ("owned-nouns", "noun"),
)
_VERBS: Final[tuple[tuple[str, Kind], ...]] = (
    ("clause-verbs", "clause"),
    ("that-verbs", "that"),
    ("as-verbs", "as"),
    ("object-verbs", "object"),
    ("infinitive-verbs", "infinitive"),
    ("ruling-verbs", "ruling"),
)
_KINDS: Final = dict((*_OTHERS, *_VERBS))
VERBS: Final = tuple(name for name, _ in _VERBS)
"""The lexicons of verbs."""
VERB_KINDS: Final = frozenset(kind for _, kind in _VERBS)


@dataclass(frozen=True, slots=True)
class Predicate:
    """A cue of attribution.

    Attributes:
        first: Index of its first word among the words of the sentence outside marks.
        after: Index of the word after its last.
        cue: Its offsets and its lexicon's entry.
        kind: What it takes: a clause, an object, an infinitive and so on.
        reports: Whether a whole clause is its content ("said that …"), not a thing or an act
            ("denied the visa").
    """

    first: int
    after: int
    cue: Cue
    kind: Kind
    reports: bool


class Form(NamedTuple):
    """A form of a lexicon of attribution, whatever it means where it stands.

    Attributes:
        first: Index of its first word.
        after: Index of the word after its last.
        lexicon: The lexicon's name.
        key: The entry's key, for a verb its lemma.
        kind: What it takes.
    """

    first: int
    after: int
    lexicon: str
    key: str
    kind: Kind

    def cue(self, found: Sequence[Word]) -> Cue:
        """Its offsets and its lexicon's entry."""
        return Cue(found[self.first].start, found[self.after - 1].end, f"{self.lexicon}/{self.key}")


def predicates(text: str, found: Sequence[Word], lang: Language) -> list[Predicate]:
    """The cues of attribution among some words of a sentence, in order, none inside another.

    Args:
        text: The text that the words stand in.
        found: The words of a sentence outside quotation marks.
        lang: The text's language; one without lexicons has no cues.
    """
    seen = forms(text, found, lang)
    if not seen:
        return []
    read = Surroundings(text, found, lang)
    candidates = []
    for form in seen:
        reports = attributes(read, form)
        if reports is not None:
            cue = form.cue(found)
            candidates.append(Predicate(form.first, form.after, cue, form.kind, reports))
    candidates.sort(key=lambda item: (item.first, -item.after))
    result: list[Predicate] = []
    for item in candidates:
        if not result or item.first >= result[-1].after:
            result.append(item)
    return result


def forms(text: str, found: Sequence[Word], lang: Language) -> list[Form]:
    """Every form of a lexicon of attribution, in order; those of two lexicons may overlap."""
    return [
        Form(first, after, name, key, _KINDS[name])
        for first, after, name, key in _vocabulary(lang).find(found, text)
    ]


@cache
def _vocabulary(lang: Language) -> Vocabulary:
    return Vocabulary(lang.lexicon(name) for name in _KINDS)


def attributes(read: Surroundings, form: Form) -> bool | None:
    """Whether a form has a whole clause for its content; None if it attributes nothing."""
    if form.lexicon == "owned-nouns":
        return False if read.is_owned(form.first) else None
    if form.kind in VERB_KINDS:
        if not _is_attributing_verb(read, form):
            return None
        return form.kind in {"clause", "that"} and is_clausal(read, form.first, form.after)
    if form.kind == "noun" and read.is_verb(form.first):
        return None
    return form.kind == "phrase" or read.found[form.after - 1].form == "that"


def _is_attributing_verb(read: Surroundings, form: Form) -> bool:
    """Whether a form is a verb that has what it needs."""
    first, after = form.first, form.after
    use = read.use(first, after)
    if use is None:
        return False
    if use == "passive" and after < len(read.found) and read.found[after].form == "by":
        return True
    if use == "noun-like":
        if form.kind == "infinitive":
            return read.agrees(first) and reaches(read, after, "to", reach=1)
        if form.kind in {"clause", "that"} and after == len(read.found):
            return follows_comma(read, first)
        if not read.opens(after) or not read.agrees(first) or read.is_relative(after):
            return False
    return is_complete(read, first, after, form.kind)
