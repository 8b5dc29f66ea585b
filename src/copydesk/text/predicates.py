"""Cues of attribution in a sentence: verbs, nouns and adjectives that attribute words to somebody.

`reports` finds the words by which a label calls a sentence a claim. Attribution is wider: a stance
("opposes the plan"), a wish ("wants to close it"), a thought, a ruling and a finding are
attributed, too. A form counts only where the words around it show the use that attributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from copydesk.text.language import Language
from copydesk.text.lexicon import Cue, Word

Kind = Literal[
    "clause",
    "that",
    "as",
    "object",
    "infinitive",
    "ruling",
    "noun",
    "adjective",
    "passive",
    "phrase",
]
_Use = Literal["verb", "passive", "noun-like"]

_PLAIN: Final[tuple[tuple[str, Kind], ...]] = (
    ("attribution-phrases", "phrase"),
    ("attribution-passives", "passive"),
    ("hearsay", "passive"),
    ("attribution-adjectives", "adjective"),
    ("attribution-nouns", "noun"),
)
_VERBS: Final[tuple[tuple[str, Kind], ...]] = (
    ("clause-verbs", "clause"),
    ("that-verbs", "that"),
    ("as-verbs", "as"),
    ("object-verbs", "object"),
    ("infinitive-verbs", "infinitive"),
    ("ruling-verbs", "ruling"),
)
_VERB_KINDS: Final = frozenset(kind for _, kind in _VERBS)
_STOPS: Final = frozenset(",;:()[]—–―-.!?…")
_MARKS: Final = frozenset("\"'“”‘’«»„‚`")
_ADJECTIVE: Final = ("ican", "ratic", "ian", "ish", "ese")
"""Ends of adjectives that are written with a capital: "Republican claims" has no verb."""
_REACH: Final = 12
"""How many words may stand between a verb and the "to" or "as" that it needs, and between a
subject and its verb."""


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


def predicates(text: str, found: Sequence[Word], lang: Language) -> list[Predicate]:
    """The cues of attribution among some words of a sentence, in order, none inside another.

    Args:
        text: The text that the words stand in.
        found: The words of a sentence outside quotation marks.
        lang: The text's language; one without lexicons has no cues.
    """
    reader = _Reader(text, found, lang)
    candidates = sorted(reader.candidates(), key=lambda item: (item.first, -item.after))
    result: list[Predicate] = []
    for item in candidates:
        if not result or item.first >= result[-1].after:
            result.append(item)
    return result


@cache
def _openers(lang: Language) -> dict[str, list[tuple[str, Kind]]]:
    """The lexicons that have a form which begins with a word, by that word."""
    result: dict[str, list[tuple[str, Kind]]] = {}
    for name, kind in (*_PLAIN, ("owned-nouns", "noun"), *_VERBS):
        for word in lang.lexicon(name).phrases:
            result.setdefault(word, []).append((name, kind))
    return result


@cache
def _around(lang: Language) -> dict[str, frozenset[str]]:
    """The words around a cue, by what they are."""
    return lang.lexicon("predicate-context").entries


def _is_bare(form: str, irregular: frozenset[str]) -> bool:
    """Whether a form lacks the ending of a finite verb: a noun might look like this."""
    return not form.endswith(("s", "ed", "ing")) and form not in irregular


def _is_plural(form: str) -> bool:
    return form.endswith("s") and not form.endswith(("ss", "us", "is"))


class _Reader:
    """A sentence, and the tests of what stands around a form."""

    def __init__(self, text: str, found: Sequence[Word], lang: Language) -> None:
        self.text = text
        self.found = found
        self.lang = lang
        self.around = _around(lang)

    def candidates(self) -> Iterator[Predicate]:
        """Every form whose surroundings let it attribute; they may overlap."""
        openers = _openers(self.lang)
        reach: dict[str, int] = {}
        for first, word in enumerate(self.found):
            for name, kind in openers.get(word.form, ()):
                lexicon = self.lang.lexicon(name)
                match = None
                if first >= reach.get(name, 0):
                    match = lexicon.at(self.found, first, self.text)
                if match is None:
                    continue
                after = first + match[0]
                reach[name] = after
                reports = self._reports(name, kind, first, after)
                if reports is not None:
                    end = self.found[after - 1].end
                    cue = Cue(word.start, end, f"{name}/{match[1]}")
                    yield Predicate(first, after, cue, kind, reports)

    def _reports(self, name: str, kind: Kind, first: int, after: int) -> bool | None:
        """Whether a form has a whole clause for its content; None if it attributes nothing."""
        if name == "owned-nouns":
            return False if self._is_owned(first) else None
        if kind in _VERB_KINDS:
            if not self._attributes(first, after, kind):
                return None
            return kind in {"clause", "that"} and self._is_clausal(first, after)
        if kind == "noun" and self._is_verb(first):
            return None
        return kind == "phrase" or self.found[after - 1].form == "that"

    def _attributes(self, first: int, after: int, kind: Kind) -> bool:
        use = self._use(first, after)
        if use is None:
            return False
        if use == "passive" and after < len(self.found) and self.found[after].form == "by":
            return True
        if use == "noun-like":
            if kind == "infinitive":
                return self._agrees(first) and self._reaches(after, "to", reach=1)
            if not self._opens(after) or not self._agrees(first):
                return False
        return self._is_complete(first, after, kind)

    def _gap(self, index: int) -> bool:
        """Whether anything but a blank stands between a word and the one before it."""
        return not self.text[self.found[index - 1].end : self.found[index].start].isspace()

    def _before(self, first: int) -> int:
        """Index of the first of the adverbs that stand before a form."""
        adverbs = self.around["adverb"]
        at = first
        while at and first - at < _REACH and not self._gap(at):
            form = self.found[at - 1].form
            if form not in adverbs and not (form.endswith("ly") and len(form) > 4):
                break
            at -= 1
        return at

    def _use(self, first: int, after: int) -> _Use | None:
        """What the words before a form let it be.

        "noun-like" is a form that only what follows can tell from a noun ("claims"); None is no
        verb of a third person at all.
        """
        found, around = self.found, self.around
        form, before = found[first].form, self._before(first)
        participle, bare = form.endswith("ing"), _is_bare(form, around["irregular"])
        noun_like = form in around["noun-like"] and after == first + 1
        if not before:
            if self._marked_before(first):
                return None if bare else "verb"
            return "verb" if participle and not noun_like else None
        left = found[before - 1].form
        if self._gap(before):
            if participle:
                return "verb"
            return None if bare else "noun-like" if noun_like else "verb"
        contracted = left in around["be"] or left in around["auxiliary"] or left in around["modal"]
        if left == "you" or left in around["article"]:
            return None
        if not contracted and left.endswith(("'s", "s'")):
            return None
        if left in around["preposition"]:
            return ("noun-like" if noun_like else "verb") if participle else None
        if left in around["be"] and not participle:
            return None if bare else "passive"
        if left in around["auxiliary"] or left in around["be"]:
            return None if bare else "verb"
        if left in around["modal"]:
            return "verb" if bare else None
        return self._use_after_noun(first, before, noun_like=noun_like, bare=bare)

    def _use_after_noun(
        self, first: int, before: int, *, noun_like: bool, bare: bool
    ) -> _Use | None:
        """The use of a form that follows a noun, a name or a pronoun, adverbs passed over."""
        left = self.found[before - 1].form
        capital = self.text[self.found[first].start].isupper()
        named = self.text[self.found[before - 1].start].isupper()
        if capital and not named:
            return None
        if noun_like:
            named = named and not left.endswith(_ADJECTIVE)
            subject = left in self.around["pronoun"] or before < first or (named and not capital)
            return "verb" if subject else "noun-like"
        if (
            not bare
            or left in self.around["plural-subject"]
            or _is_plural(left)
            or self._follows_plural(before - 1)
        ):
            return "verb"
        return None

    def _is_verb(self, first: int) -> bool:
        """Whether the first word of "fears that" is a verb with its subject before it."""
        use = self._use(first, first + 1)
        return use == "verb" or (use == "noun-like" and first > 0 and self._agrees(first))

    def _agrees(self, first: int) -> bool:
        """Whether a form agrees with the noun before it as a verb does: "the firm plans"."""
        if self.found[first].form.endswith("ing"):
            return True
        if not first or self._gap(first):
            return True
        plural = _is_plural(self.found[first - 1].form)
        return plural != _is_plural(self.found[first].form)

    def _follows_plural(self, index: int) -> bool:
        """Whether a phrase that ends with a word has a plural before its preposition."""
        for at in range(index, max(index - _REACH, 0), -1):
            if self._gap(at):
                return False
            left = self.found[at - 1].form
            if self.found[at].form in self.around["preposition"]:
                return _is_plural(left) or left in self.around["plural-subject"]
        return False

    def _is_owned(self, first: int) -> bool:
        """Whether a possessive stands before a noun, with two words between at most."""
        for index in range(first - 1, max(first - 4, -1), -1):
            if self._gap(index + 1) and self.text[self.found[index].end] not in "'’":
                return False
            form = self.found[index].form
            if form in self.around["possessive"] or form.endswith("'s"):
                return True
            if form.endswith("s") and self.text[self.found[index].end] in "'’":
                return True
            if form in self.around["article"] or form in self.around["preposition"]:
                return False
        return False

    def _opens(self, index: int) -> bool:
        """Whether a clause begins at a word: a conjunction, a pronoun, or a noun and its verb."""
        found, around = self.found, self.around
        if index >= len(found) or self._gap(index):
            return False
        form = found[index].form
        if form in around["opens-clause"]:
            return True
        if form not in around["opens-noun"] and not self.text[found[index].start].isupper():
            return False
        for at in range(index + 1, min(index + 8, len(found))):
            if self._gap(at):
                return False
            if found[at].form in around["finite"] or self._is_past(at):
                return True
            if found[at].form in around["preposition"] and at > index + 3:
                return False
        return False

    def _is_past(self, index: int) -> bool:
        """Whether a form in -ed may be the verb of a clause: no article stands before it."""
        form = self.found[index].form
        return form.endswith("ed") and self.found[index - 1].form not in self.around["article"]

    def _is_clausal(self, first: int, after: int) -> bool:
        """Whether a verb has a whole clause for its content, before it or after it."""
        end = self.found[after - 1].end
        tail = self.text[end : end + 3].lstrip(" ")[:1]
        if self.found[first].form in self.around["says"] or not tail.strip():
            return True
        if tail in _MARKS or tail in _STOPS or self._opens(after):
            return True
        for index in range(after + 1, min(after + _REACH, len(self.found))):
            if self._gap(index):
                return False
            if self.found[index].form in self.around["conjunction"]:
                return True
        return False

    def _is_complete(self, first: int, after: int, kind: Kind) -> bool:
        """Whether what a verb needs follows it, or what is said may stand before it."""
        end = self.found[after - 1].end
        tail = self.text[end : end + 3].lstrip(" ")[:1]
        marked = bool(tail) and tail in _MARKS
        if kind == "clause" and (marked or not tail.strip() or tail in _STOPS):
            return True
        if kind in {"clause", "that"} and self._closes(first):
            return True
        if kind == "that" and (marked or tail == ":" or self._opens(after)):
            return True
        if kind == "that" and tail == "," and self.text[end : end + 4].lstrip(", ")[:1] in _MARKS:
            return True
        if after >= len(self.found):
            return False
        if kind in {"infinitive", "as"}:
            return self._reaches(after, "to" if kind == "infinitive" else "as")
        if self._gap(after) and not marked:
            return False
        if kind == "that":
            return self._has_finding(first)
        if kind == "clause":
            return self.found[after].form not in self.around["no-clause"] or (
                self.found[first].form in self.around["says"] and self._reaches_that(after)
            )
        return marked or self.found[after].form not in self.around["no-object"]

    def _reaches_that(self, after: int) -> bool:
        """Whether what is said follows how or where it was said: "said by radio that"."""
        for index in range(after + 1, min(after + _REACH, len(self.found))):
            if self._gap(index):
                return False
            if self.found[index].form == "that":
                return True
        return False

    def _marked_before(self, index: int) -> bool:
        """Whether a quotation ends before a word."""
        start = self.found[index].start
        return self.text[max(0, start - 3) : start].rstrip(" ,")[-1:] in _MARKS

    def _closes(self, first: int) -> bool:
        """Whether a verb stands after a quotation, with its subject or before it."""
        for index in range(first, max(first - 6, -1), -1):
            if self._marked_before(index):
                return True
            if index and self._gap(index):
                return False
        return False

    def _has_finding(self, first: int) -> bool:
        """Whether a poll, a study or the like stands before a verb, which then takes an object."""
        subjects = self.around["finding-subject"]
        return any(word.form in subjects for word in self.found[max(0, first - _REACH) : first])

    def _reaches(self, after: int, wanted: str, *, reach: int = _REACH) -> bool:
        """Whether a word follows with no stop before it."""
        for index in range(after, min(after + reach, len(self.found))):
            if index > after and self._gap(index):
                return False
            form = self.found[index].form
            if form == wanted:
                return True
            if index == after and form in self.around["preposition"]:
                return False
        return False
