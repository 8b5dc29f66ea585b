"""The entries that name cues, of every language, and what words each stands for."""

from __future__ import annotations

from functools import cache
from typing import Final

from copydesk.text.language import known, language
from copydesk.text.lexicon import words

_FORMER: Final = {
    "ambiguous-verbs": frozenset({"emphasize"}),
    "reporting-verbs": frozenset({"emphasize"}),
}
"""Lexicons that name cues in releases and are gone, with those of their keys that no other has."""

_ROLES: Final = frozenset({"suggest-context", "report-context", "predicate-context"})
"""Lexicons whose entries are words that make others a cue."""


def is_entry(name: str) -> bool:
    """Whether a name such as `clause-verbs/say` is that of an entry, today's or a former one.

    The verbs that a guess is about are named by their own form: `effect-verbs/rises`.
    """
    lexicon, slash, key = name.partition("/")
    if lexicon in _FORMER:
        return key in _forms() or key in _FORMER[lexicon]
    return bool(slash) and key in _names().get(lexicon, frozenset())


def stands_for(name: str, said: str) -> bool:
    """Whether words have a form of an entry in them."""
    lexicon, _, key = name.partition("/")
    if lexicon in _ROLES:
        return True
    spoken = f" {' '.join(word.form for word in words(said))} "
    return any(f" {form} " in spoken for form in (key, *_forms().get(key, ())))


@cache
def _names() -> dict[str, frozenset[str]]:
    """Keys and forms of each lexicon, of all languages together."""
    found: dict[str, frozenset[str]] = {}
    for tag in (*known(), "und"):
        for lexicon in language(tag).lexicons.values():
            own = frozenset(lexicon.entries).union(*lexicon.entries.values())
            found[lexicon.name] = found.get(lexicon.name, frozenset()) | own
    return found


@cache
def _forms() -> dict[str, frozenset[str]]:
    """The forms of each key in all lexicons together."""
    found: dict[str, frozenset[str]] = {}
    for tag in (*known(), "und"):
        for lexicon in language(tag).lexicons.values():
            for key, forms in lexicon.entries.items():
                found[key] = found.get(key, frozenset()) | forms
    return found
