"""What a form can be, by the words around it: a verb with its subject, a noun, a participle.

There is no parser. A form is judged by the words beside it and by the stops between them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Final, Literal

from copydesk.text.language import Language
from copydesk.text.lexicon import Word

Use = Literal["verb", "passive", "noun-like"]

MARKS: Final = frozenset("\"'“”‘’«»„‚`")
_REACH: Final = 12
"""How many words may stand between a subject and its verb."""


def is_bare(form: str, irregular: frozenset[str]) -> bool:
    """Whether a form lacks the ending of a finite verb: a noun might look like this."""
    return not form.endswith(("s", "ed", "ing")) and form not in irregular


def _is_plural(form: str) -> bool:
    return form.endswith(("s", "men", "people")) and not form.endswith(("ss", "us", "is"))


@cache
def _around(lang: Language) -> dict[str, frozenset[str]]:
    entries: dict[str, frozenset[str]] = defaultdict(frozenset)
    entries.update(lang.lexicon("predicate-context").entries)
    return entries


class Surroundings:
    """A sentence, and the tests of what stands around a form.

    Attributes:
        text: The text that the words stand in.
        found: The words of a sentence outside quotation marks.
        around: The words around a cue, by what they are.
    """

    def __init__(self, text: str, found: Sequence[Word], lang: Language) -> None:
        self.text = text
        self.found = found
        self.around = _around(lang)
        self._uses: dict[tuple[int, int], Use | None] = {}

    def gap(self, index: int) -> bool:
        """Whether anything but a blank stands between a word and the one before it."""
        return not self.between(index).isspace()

    def between(self, index: int) -> str:
        """What stands between a word and the one before it."""
        return self.text[self.found[index - 1].end : self.found[index].start]

    def _before(self, first: int) -> int:
        """Index of the first of the adverbs that stand before a form; "on Tuesday" is one."""
        adverbs = self.around["adverb"]
        at = first
        while at and first - at < _REACH and not self.gap(at):
            form = self.found[at - 1].form
            dated = form == "on" and at < first and self.found[at].form in self.around["weekday"]
            if form not in adverbs and not dated and not self.is_adverb(at - 1):
                break
            at -= 1
        return at

    def is_adverb(self, index: int) -> bool:
        """Whether a word in -ly is an adverb: neither a noun ("family") nor a name ("Kelly")."""
        word = self.found[index]
        return (
            word.form.endswith("ly")
            and len(word.form) > 4
            and word.form not in self.around["noun in -ly"]
            and not self.text[word.start].isupper()
        )

    def use(self, first: int, after: int) -> Use | None:
        """What a form can be, by the words before it; computed once.

        "noun-like" is a form that only what follows can tell from a noun ("claims"); None is not a
        third-person verb at all.
        """
        if (first, after) not in self._uses:
            self._uses[first, after] = self._use(first, after)
        return self._uses[first, after]

    def _use(self, first: int, after: int) -> Use | None:
        found, around = self.found, self.around
        form, before = found[first].form, self._before(first)
        participle, bare = form.endswith("ing"), is_bare(form, around["irregular"])
        noun_like = form in around["noun-like"] and after == first + 1
        if not before:
            if self.marked_before(first):
                return None if bare else "verb"
            return "verb" if participle and not noun_like else None
        left = found[before - 1].form
        if self.gap(before):
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
    ) -> Use | None:
        """The use of a form that follows a noun, a name or a pronoun, adverbs passed over."""
        left = self.found[before - 1].form
        capital = self.text[self.found[first].start].isupper()
        named = self.text[self.found[before - 1].start].isupper()
        if capital and not named:
            return None
        if noun_like:
            named = named and not left.endswith(tuple(self.around["adjective-ends"]))
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

    def is_verb(self, first: int) -> bool:
        """Whether the first word of "fears that" is a verb with its subject before it."""
        use = self.use(first, first + 1)
        return use == "verb" or (use == "noun-like" and first > 0 and self.agrees(first))

    def agrees(self, first: int) -> bool:
        """Whether a form agrees with the noun before it as a verb does: "the firm plans"."""
        if self.found[first].form.endswith("ing"):
            return True
        if not first or self.gap(first):
            return True
        plural = _is_plural(self.found[first - 1].form)
        return plural != _is_plural(self.found[first].form)

    def _follows_plural(self, index: int) -> bool:
        """Whether a phrase that ends with a word has a plural before its preposition."""
        for at in range(index, max(index - _REACH, 0), -1):
            if self.gap(at):
                return False
            left = self.found[at - 1].form
            if self.found[at].form in self.around["preposition"]:
                return _is_plural(left) or left in self.around["plural-subject"]
        return False

    def is_owned(self, first: int) -> bool:
        """Whether a possessive stands before a noun, with two words between at most."""
        for index in range(first - 1, max(first - 4, -1), -1):
            if self.gap(index + 1) and self.text[self.found[index].end] not in "'’":
                return False
            form = self.found[index].form
            if form in self.around["possessive"] or form.endswith("'s"):
                return True
            if form.endswith("s") and self.text[self.found[index].end] in "'’":
                return True
            if form in self.around["article"] or form in self.around["preposition"]:
                return False
        return False

    def opens(self, index: int) -> bool:
        """Whether a clause begins at a word: a conjunction, a pronoun, or a noun and its verb."""
        found, around = self.found, self.around
        if index >= len(found) or self.gap(index):
            return False
        form = found[index].form
        if form in around["opens-clause"]:
            return True
        if form not in around["opens-noun"] and not self.text[found[index].start].isupper():
            return False
        for at in range(index + 1, min(index + 8, len(found))):
            if self.gap(at):
                return False
            if found[at].form in around["finite"] or self._is_past(at):
                return True
            if found[at].form in around["preposition"] and at > index + 3:
                return False
        return False

    def is_relative(self, index: int) -> bool:
        """Whether a word opens a relative clause, its verb right after it: "projects that were"."""
        found, around = self.found, self.around
        if index + 1 >= len(found) or found[index].form not in around["relative"]:
            return False
        verb = found[index + 1].form
        return verb in around["finite"] or verb in around["auxiliary"]

    def _is_past(self, index: int) -> bool:
        """Whether a form in -ed may be the verb of a clause: no article stands before it."""
        form = self.found[index].form
        return form.endswith("ed") and self.found[index - 1].form not in self.around["article"]

    def marked_before(self, index: int) -> bool:
        """Whether a quotation ends before a word."""
        start = self.found[index].start
        return self.text[max(0, start - 3) : start].rstrip(" ,")[-1:] in MARKS
