"""The lexicon entries that name cues, in every language, and the words of each."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from copydesk.text.language import known, language
from copydesk.text.lexicon import words

_FORMER: Final = {
    "ambiguous-verbs": frozenset({"emphasize"}),
    "reporting-verbs": frozenset({"emphasize"}),
}
"""Removed lexicons that name cues in releases, with those of their keys that no other has."""

_ROLES: Final = frozenset({"suggest-context", "report-context", "predicate-context"})
"""Lexicons whose entries are words that make others a cue."""


def is_entry(name: str) -> bool:
    """Whether a name such as `clause-verbs/say` is that of a present or former entry.

    The verbs that a guess is about are named by their own form: `effect-verbs/rises`.
    """
    lexicon, slash, key = name.partition("/")
    if lexicon in _FORMER:
        return key in _lexicons().forms or key in _FORMER[lexicon]
    return bool(slash) and key in _lexicons().names.get(lexicon, ())


def stands_for(name: str, said: str) -> bool:
    """Whether some words contain a form of an entry."""
    lexicon, _, key = name.partition("/")
    if lexicon in _ROLES:
        return True
    spoken = f" {' '.join(word.form for word in words(said))} "
    return any(f" {form} " in spoken for form in (key, *_lexicons().forms.get(key, ())))


class _Lexicons(NamedTuple):
    """What the lexicons of all languages name.

    Args:
        names: keys and forms of each lexicon.
        forms: the forms of each key, in all lexicons together.
    """

    names: dict[str, set[str]]
    forms: dict[str, set[str]]


@cache
def _lexicons() -> _Lexicons:
    found = _Lexicons({}, {})
    for tag in (*known(), "und"):
        for lexicon in language(tag).lexicons.values():
            names = found.names.setdefault(lexicon.name, set())
            for key, forms in lexicon.entries.items():
                names.update((key, *forms))
                found.forms.setdefault(key, set()).update(forms)
    return found
