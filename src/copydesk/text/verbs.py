"""Whether a line has a finite verb, which tells a sentence from a caption."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from copydesk.text.wording import Verbs


def has_main_verb(words: frozenset[str], known: Verbs) -> bool:
    """Whether one of the words, in lower case with straight apostrophes, may be a finite verb."""
    return (
        not (words.isdisjoint(known.auxiliaries) and words.isdisjoint(known.past))
        or not (words.isdisjoint(known.present) and words.isdisjoint(known.scene))
        or has_regular_past(words, known)
    )


def has_clause(tokens: Sequence[str], known: Verbs) -> bool:
    """Whether the order of words shows a verb: "opposes the plan", "Prices soar in"."""
    subject, verb = tokens[:2]
    plain = verb.islower() and verb.isalpha() and not verb.endswith(("ing", "s"))
    if subject.endswith("s") and plain and verb not in known.before_nouns:
        return True
    return any(
        word in known.determiners
        and before.lower() not in known.before_nouns
        and not before.endswith(("ing", "ed", ",", ";", ")", "—", "–"))
        for before, word in pairwise(tokens)
    )


def has_regular_past(words: frozenset[str], known: Verbs) -> bool:
    """Whether one of the words is a past tense or participle in -ed."""
    return any(word.endswith("ed") and len(word) > 3 for word in words - known.not_past)
