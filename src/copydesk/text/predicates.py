"""Cues of attribution in a sentence: verbs, nouns and adjectives that make words somebody's.

`reports` finds the words by which a label calls a sentence a claim. Attribution is wider: a stance
("opposes the plan"), a wish ("wants to close it"), a thought, a ruling and a finding are
somebody's, too. A form counts only where the words around it show the use that attributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from copydesk.text.lexicon import Cue, Word, lexicon

Kind = Literal["clause", "that", "as", "object", "infinitive", "ruling", "noun", "adjective", "passive", "phrase"]

_VERBS: Final[tuple[tuple[str, Kind], ...]] = (
    ("clause-verbs", "clause"),
    ("that-verbs", "that"),
    ("as-verbs", "as"),
    ("object-verbs", "object"),
    ("infinitive-verbs", "infinitive"),
    ("ruling-verbs", "ruling"),
)
_STOPS: Final = frozenset(",;:()[]—–―-.!?…")
_MARKS: Final = frozenset("\"'“”‘’«»„‚`")
MAX_OBJECT: Final = 12
"""How many words may stand between a verb and the "to" or "as" that it needs."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """A cue of attribution.

    Attributes:
        first: Index of its first word among the words of the sentence outside marks.
        after: Index of the word after its last.
        cue: Its offsets and its lexicon's entry.
        kind: What it takes: a clause, an object, an infinitive and so on.
    """

    first: int
    after: int
    cue: Cue
    kind: Kind


def _around(key: str) -> frozenset[str]:
    return lexicon("predicate-context").entries[key]


def predicates(text: str, found: Sequence[Word]) -> list[Predicate]:
    """The cues of attribution among some words of a sentence, in order, none inside another.

    Args:
        text: The text that the words stand in.
        found: The words of a sentence outside quotation marks.
    """
    candidates = sorted(_candidates(text, found), key=lambda item: (item.first, -item.after))
    result: list[Predicate] = []
    for item in candidates:
        if not result or item.first >= result[-1].after:
            result.append(item)
    return result


def _candidates(text: str, found: Sequence[Word]) -> Iterator[Predicate]:
    for name, kind in (
        ("attribution-phrases", "phrase"),
        ("attribution-passives", "passive"),
        ("attribution-adjectives", "adjective"),
        ("attribution-nouns", "noun"),
        ("hearsay", "passive"),
    ):
        for first, after, cue in lexicon(name).find(found, text):
            yield Predicate(first, after, cue, kind)  # type: ignore[arg-type]
    for first, after, cue in lexicon("owned-nouns").find(found, text):
        if _is_owned(text, found, first):
            yield Predicate(first, after, cue, "noun")
    for name, kind in _VERBS:
        for first, after, cue in lexicon(name).find(found, text):
            use = _use(text, found, first, after)
            if use is None:
                continue
            if (use == "passive" and _is_by(found, after)) or (
                use != "noun-like" or kind == "infinitive" or _opens(text, found, after)
            ) and _is_complete(text, found, first, after, kind):
                yield Predicate(first, after, cue, kind)


def _gap(text: str, found: Sequence[Word], index: int) -> str:
    """What stands between a word and the one before it, without blanks."""
    return text[found[index - 1].end : found[index].start].strip()


def _use(text: str, found: Sequence[Word], first: int, after: int) -> str | None:
    """What the words before a form let it be.

    Returns:
        "verb" for a verb with a subject or a participle, "passive", "noun-like" where only what
        follows can tell it from a noun, and None for no verb.
    """
    form = found[first].form
    before = first
    while before and (
        found[before - 1].form in _around("adverb")
        or (found[before - 1].form.endswith("ly") and len(found[before - 1].form) > 4)
    ):
        if _gap(text, found, before):
            break
        before -= 1
    participle = form.endswith("ing")
    noun_like = form in _around("noun-like") and after == first + 1
    if not before:
        return "verb" if participle and not noun_like else None
    left = found[before - 1].form
    if _gap(text, found, before):
        if participle or not _is_bare(form):
            return "noun-like" if noun_like else "verb"
        return None
    if left in _around("article") or left.endswith(("'s", "s'")):
        return None
    if left in _around("preposition"):
        return "verb" if participle and not noun_like else None
    if left in _around("be") and not participle:
        return None if _is_bare(form) else "passive"
    if left in _around("auxiliary") or left in _around("be"):
        return "verb" if participle or not _is_bare(form) else None
    if left in _around("modal"):
        return "verb" if _is_bare(form) else None
    if left == "you":
        return None
    capital = text[found[first].start].isupper()
    named = text[found[before - 1].start].isupper()
    if capital and not named:
        return None
    if noun_like:
        if left in _around("pronoun") or before < first or (named and not capital):
            return "verb"
        return "noun-like"
    if participle or not _is_bare(form):
        return "verb"
    if left in _around("plural-subject") or left in {"and", "or"}:
        return "verb"
    plural = (left.endswith("s") and not left.endswith("ss")) or left in {"him", "her", "whom"}
    return "verb" if plural or _follows_plural(text, found, before - 1) else None


def _follows_plural(text: str, found: Sequence[Word], index: int) -> bool:
    """Whether a phrase that ends with a word has a plural before its preposition."""
    for at in range(index, max(index - 10, 0), -1):
        if _gap(text, found, at):
            return False
        left = found[at - 1].form
        if found[at].form in _around("preposition"):
            return left.endswith("s") or left in _around("plural-subject") or left == "those"
    return False


def _is_by(found: Sequence[Word], after: int) -> bool:
    """Whether the doer of a passive is named."""
    return after < len(found) and found[after].form == "by"


def _is_owned(text: str, found: Sequence[Word], first: int) -> bool:
    """Whether a possessive or a name stands before a noun, with two words between at most."""
    for index in range(first - 1, max(first - 4, -1), -1):
        if _gap(text, found, index + 1):
            return False
        form = found[index].form
        if form in _around("possessive") or form.endswith(("'s", "s'")):
            return True
        if text[found[index].end : found[index].end + 1] in {"'", "’"} and form.endswith("s"):
            return True
        if form in _around("article") or form in _around("preposition"):
            return False
    return False


def _opens(text: str, found: Sequence[Word], index: int) -> bool:
    """Whether a clause begins at a word: with a conjunction, a pronoun, or a noun and its verb."""
    if index >= len(found) or _gap(text, found, index):
        return False
    if found[index].form in _around("opens-clause"):
        return True
    if found[index].form not in _around("opens-noun") and not text[found[index].start].isupper():
        return False
    for at in range(index + 1, min(index + 8, len(found))):
        if _gap(text, found, at):
            return False
        form = found[at].form
        if form in _around("finite"):
            return True
        if form in _around("preposition") and at > index + 3:
            return False
    return False


def _is_bare(form: str) -> bool:
    """Whether a form has no ending of a finite verb: a noun might look like this."""
    return not form.endswith(("s", "ed", "ing")) and form not in _around("irregular")


def _is_complete(text: str, found: Sequence[Word], first: int, after: int, kind: Kind) -> bool:
    """Whether what a verb needs follows it, or what is said stands before it."""
    tail = text[found[after - 1].end : found[after - 1].end + 3].lstrip()
    opened = tail[:1] in _MARKS if tail else False
    if kind == "clause" and (not tail or opened or tail[0] in _STOPS):
        return True
    if kind == "that":
        return (
            opened
            or tail[:1] == ":"
            or _opens(text, found, after)
            or (_has_finding(found, first) and after < len(found) and not _gap(text, found, after))
        )
    if after >= len(found):
        return False
    right = found[after].form
    if kind in {"infinitive", "as"}:
        return _reaches(text, found, after, "to" if kind == "infinitive" else "as")
    if _gap(text, found, after) and not opened:
        return False
    if kind == "clause":
        return right not in _around("no-clause")
    return opened or right not in _around("no-object")


def _has_finding(found: Sequence[Word], first: int) -> bool:
    """Whether a poll, a study or the like stands before a verb."""
    return any(
        word.form in _around("finding-subject") for word in found[max(0, first - 12) : first]
    )


def _reaches(text: str, found: Sequence[Word], after: int, word: str) -> bool:
    """Whether a word follows with no stop before it and no other preposition."""
    for index in range(after, min(after + MAX_OBJECT, len(found))):
        if index > after and _gap(text, found, index):
            return False
        if found[index].form == word:
            return True
        if index == after and found[index].form in _around("preposition"):
            return False
    return False
