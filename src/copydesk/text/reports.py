"""Reports: the cues of attribution that make a sentence a claim by the guidelines.

Attribution is wider. Words that nobody says are not a claim ("declined to say", "was denied a
visa"), nor is what a relative clause mentions in passing, nor what somebody merely sees or knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from copydesk.text.form_use import Surroundings, is_bare
from copydesk.text.language import Language
from copydesk.text.lexicon import Cue, Word
from copydesk.text.predicates import VERB_KINDS, Form, attributes, forms

_SIDE: Final = 12
"""How many words a relative clause may have before its verb."""
_OBJECT: Final = 5
"""How many words of an object are read for what it is called."""


def reports(text: str, found: Sequence[Word], lang: Language) -> list[Cue]:
    """The cues among some words of a sentence that report, in order, none inside another.

    Args:
        text: The text that the words stand in.
        found: The words of a sentence outside quotation marks.
        lang: The text's language; one without lexicons has no cues.
    """
    candidates = forms(text, found, lang)
    if not candidates:
        return []
    reader = _Reader(text, found, lang)
    cues: list[Cue] = []
    taken = -1
    for form in candidates:
        if form.first >= taken and reader.reports(form):
            cues.append(form.cue(found))
            taken = form.after
    return cues


class _Reader:
    """A sentence, and the tests of what its cues report."""

    def __init__(self, text: str, found: Sequence[Word], lang: Language) -> None:
        self.read = Surroundings(text, found, lang)
        self.found = found
        self.context = lang.lexicon("report-context").entries
        relative = self.context["relative"]
        places = (index for index, word in enumerate(found) if word.form in relative)
        self._relative = next(places, len(found))

    def reports(self, form: Form) -> bool:
        """Whether a form reports by the guidelines."""
        if form.lexicon in {"hearsay", "owned-nouns"}:
            return False
        if form.kind == "phrase":
            return not self._is_idle(form)
        if form.kind == "noun":
            return self._states(form)
        if form.kind not in VERB_KINDS:
            return bool(attributes(self.read, form))
        if self._is_idle(form) or self._is_struck(form.first):
            return False
        if form.key in self.context["named"]:
            return self._is_naming(form)
        said = form.key in self.context["said"]
        if said and self._is_plain(form) and self._has_subject(form):
            return True
        if form.kind in {"clause", "that"}:
            return self._is_said(form) and bool(attributes(self.read, form))
        named = said or form.key in self.context["said of a thing"]
        return named and form.kind != "ruling" and attributes(self.read, form) is not None

    def _is_said(self, form: Form) -> bool:
        """Whether a verb that takes a clause is not a state of mind, nor used in another sense."""
        if form.key in self.context["only with that"]:
            return form.after < len(self.found) and self.found[form.after].form == "that"
        return form.key not in self.context["mind"]

    def _is_plain(self, form: Form) -> bool:
        """Whether a form does not look like a noun."""
        word = self.found[form.first].form
        return word not in self.read.around["noun-like"] or word in self.context["plain"]

    def _has_subject(self, form: Form) -> bool:
        """Whether a form without an ending can be a verb: "they hail", not "thunder and hail"."""
        word = self.found[form.first].form
        return not is_bare(word, self.read.around["irregular"]) or (
            self.read.use(form.first, form.after) is not None
        )

    def _is_idle(self, form: Form) -> bool:
        """Whether a form reports nothing: "the promised money", "hard to believe", "was denied"."""
        first, context = form.first, self.context
        word = self.found[first].form
        right = self.found[form.after].form if form.after < len(self.found) else ""
        if word in context["participle"] and right != "that":
            return True
        if form.key in context["plea"] and right in context["pleaded"]:
            return True
        if form.key in context["charge"] and (right in context["charged"] or right[:1].isdigit()):
            return True
        if not first or self.read.gap(first):
            return False
        left = self.found[first - 1].form
        bare = is_bare(word, self.read.around["irregular"])
        second = self.found[first - 2].form if first > 1 else ""
        return (
            self._is_silent(first)
            or right in context["nothing"]
            or (left in context["infinitive be"] and second in self.read.around["modal"])
            or (left in context["past of have"] and self._is_compared(first))
            or (left == "to" and word in context["sought"])
            or (right == "to" and word in context["passive-only"])
            or (right == "to" and form.key in context["acts with to"])
            or (left in context["be"] and word in context["active-only"])
            or (left in context["article"] and word.endswith(("ed", "s", "ing")))
            or (
                bare
                and (left in self.read.around["article"] or left in self.read.around["possessive"])
            )
        )

    def _is_compared(self, first: int) -> bool:
        """Whether the outcome is compared with what was said: "as the engineers had promised"."""
        for index in range(first - 2, max(first - 8, -1), -1):
            if self.found[index].form in self.context["compares"]:
                return True
            if self.read.gap(index + 1):
                return False
        return False

    def _is_silent(self, first: int) -> bool:
        """Whether nothing is said: "declined to say", "has not said", "would not confirm"."""
        if self.found[first].form not in self.context["silent"]:
            return False
        left = self.found[first - 1].form
        second = self.found[first - 2].form if first > 1 else ""
        return left in self.context["not"] or (left == "to" and second in self.context["declines"])

    def _is_struck(self, first: int) -> bool:
        """Whether a verb is that of a relative clause: "Tibbet, who had told police …, was fined".

        The clause has to begin in the same stretch between commas, and the verb has to be its
        first. A clause without a main clause before it is not struck.
        """
        if first <= self._relative:
            return False
        found, be, adverb = self.found, self.context["be"], self.context["adverb"]
        index = first - 1
        while index > max(first - _SIDE, 0) and not self.read.gap(index + 1):
            form = found[index].form
            if form not in be and form not in adverb and not form.endswith("ly"):
                break
            index -= 1
        for left in range(index, max(index - _SIDE, 0), -1):
            if self.read.gap(left + 1):
                return False
            form = found[left].form
            if form in self.context["relative"]:
                return found[left - 1].form not in self.context["no antecedent"]
            if form in self.read.around["finite"] or form.endswith("ed"):
                return False
        return False

    def _states(self, form: Form) -> bool:
        """Whether a noun has a clause with "that", not a relative one ("a charge that has …")."""
        if not attributes(self.read, form):
            return False
        first = form.first
        if first and self.found[first - 1].form in self.context["not"]:
            return False
        return not self.read.is_relative(form.after - 1)

    def _is_naming(self, form: Form) -> bool:
        """Whether a verb says what a thing is: "called it fair", not "called a meeting"."""
        found, after, around = self.found, form.after, self.read.around
        if self.read.use(form.first, after) != "verb" or after >= len(found):
            return False
        if self.read.gap(after):
            return False
        end = after + 1
        if found[after].form in around["article"]:
            while end < min(after + _OBJECT, len(found)) and not self.read.gap(end):
                form_ = found[end].form
                if form_ in around["preposition"]:
                    break
                if form_ in around["opens-noun"]:
                    return True
                end += 1
            return end - after > 2 and found[end - 1].form not in self.context["called"]
        if found[after].form in self.context["not named"] or end >= len(found):
            return False
        following = found[end].form
        return not self.read.gap(end) and not (
            following in around["preposition"]
            or following in self.context["not named"]
            or following.endswith("day")
        )
