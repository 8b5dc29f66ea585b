"""Who is said to speak: the phrase that is the subject of a cue of attribution.

A sentence is read from the cue outwards: over adverbs and auxiliaries to the phrase before it, over
what stands between commas to the name that it describes, and from a verb without a subject of its
own ("…, saying", "and added") to the subject of its clause.
"""

from __future__ import annotations

from copydesk.text.phrases import MAX_SPEAKER, REACH, Phrases, Span


class Speakers(Phrases):
    """A sentence, and who speaks in it."""

    def subject(self, offset: int) -> Span | None:
        """The subject of the verb that starts at an offset, or None where it is not sure."""
        at = self.index(offset)
        if at >= len(self.found):
            return None
        participle = self.found[at].form.endswith("ing")
        before = self._over_verbs(at)
        if before > 2 and self.found[before - 1].form.isdigit() and not self.breaks(before):
            before -= 2 * (self.found[before - 2].form in self.forms["preposition"])
        if not before:
            return None
        left = self.found[before - 1].form
        pronoun = self.contracted(before - 1)
        if pronoun:
            start = self.found[before - 1].start
            return start, start + pronoun
        if left == "to" or (at and self.found[at - 1].form == "to"):
            return self.clause_subject(before)
        if self.breaks(before):
            if participle and before == at:
                return self.clause_subject(at)
            return self._described(before)
        if left in self.forms["relative"]:
            return self._antecedent(before - 1)
        if left in self.forms["joins"] or left in self.forms["preposition"]:
            return self.clause_subject(before - 1)
        if participle and left in self.forms["written"]:
            return self._issuer(before) or self.phrase_before(before)
        phrase = self.phrase_before(before)
        if phrase is None and (left in self.forms["chains"] or self.is_verb(before - 1)):
            return self.clause_subject(before)
        return phrase

    def _issuer(self, end: int) -> Span | None:
        """Who issued what a participle describes: "Ann Orr issued a statement calling it …"."""
        for index in range(end - 2, max(end - 6, 0), -1):
            if self.breaks(index + 1):
                return None
            if self.is_verb(index) or self.found[index].form.endswith("ed"):
                return self.subject(self.found[index].start)
        return None

    def owner(self, offset: int) -> Span | None:
        """Who owns a noun that starts at an offset: "the mayor's claim that", "his plan to"."""
        at = self.index(offset)
        for index in range(at - 1, max(at - 4, -1), -1):
            form = self.found[index].form
            if form in self.forms["possessive"]:
                return self.found[index].start, self.found[index].end
            if form.endswith(("'s", "s'")) or self.text[self.found[index].end] in "'’":
                span = self.phrase_before(index + 1)
                if span is None:
                    return None
                return span[0], span[1] - 2 * form.endswith("'s")
        return self.phrase_before(at) if at and not self.breaks(at) else None

    def doer(self, offset: int) -> Span | None:
        """The agent of a passive before an offset: "by the mayor of York"."""
        at = self.index(offset)
        for index in range(max(at - 1, 0), min(at + 4, len(self.found) - 1)):
            if self.found[index].form == "by":
                return self.after(self.found[index + 1].start)
        return None

    def clause_subject(self, at: int) -> Span | None:
        """The subject of the clause that the words before an index stand in."""
        first = max(0, at - REACH)
        start = first
        for index in range(at - 1, first, -1):
            if (
                self.breaks(index)
                and self.found[index].form in self.forms["opens"]
                and self.found[index + 1].form != "well"
            ):
                start = index + 1
                break
        while start < at:
            form = self.found[start].form
            if (
                form in self.forms["opens"]
                or form in self.forms["adverb"]
                or (form.isdigit() and start + 1 < at and self.breaks(start + 1))
            ):
                start += 1
            elif form in self.forms["preposition"] or form in self.forms["subordinate"]:
                following = self._next_segment(start, at)
                if following is None:
                    return self._inside(start + 1, at)
                start = following
            elif self._is_participle(start) and (after := self._next_segment(start, at)):
                start = after
            elif start and form in self.forms["relative"]:
                return None
            else:
                break
        return self.phrase_at(start, at)

    def _is_participle(self, index: int) -> bool:
        """Whether a participle opens the sentence: "Reached by phone, …", "Speaking in Osk, …"."""
        form = self.found[index].form
        if index or len(self.found) < 2 or self.breaks(1):
            return False
        if not (
            form in self.forms["participle"] or (len(form) > 5 and form.endswith(("ing", "ed")))
        ):
            return False
        after = self.found[1].form
        return after in self.forms["preposition"] and after != "of"

    def following(self, offset: int) -> Span | None:
        """The subject after the next comma: "Blaming the "system," Ann Orr left"."""
        for index in range(max(self.index(offset), 1), len(self.found)):
            if self.breaks(index):
                return self.phrase_at(index, len(self.found))
        return None

    def meant(self, pronoun: Span) -> Span | None:
        """Whom a pronoun after "what" stands for: "Ann Orr condemned what she called …"."""
        at = self.index(pronoun[0])
        if not at or self.found[at - 1].form not in self.forms["what"]:
            return None
        return self.clause_subject(at - 1)

    def _inside(self, start: int, at: int) -> Span | None:
        """A name after a phrase in front of it that no comma closes: "On Friday Ann Orr …"."""
        for index in range(start, at):
            form = self.found[index].form
            if form in self.forms["time"] and index + 1 < at:
                return self.phrase_at(index + 1, at)
        return None

    def _next_segment(self, start: int, at: int) -> int | None:
        for index in range(start + 1, at):
            if self.breaks(index):
                return index
        return None

    def _over_verbs(self, at: int) -> int:
        """Index of the first of the adverbs and auxiliaries that stand before a verb.

        "On Tuesday" is an adverb there: "the mayor on Tuesday said".
        """
        verb = at
        while at and verb - at < MAX_SPEAKER and not self.breaks(at):
            form = self.found[at - 1].form
            adverb = form in self.forms["adverb"] or self.is_adverb(at - 1)
            dated = form == "on" and at < verb and self.found[at].form in self.forms["weekday"]
            if (
                not adverb
                and not dated
                and form not in self.forms["auxiliary"]
                and form not in self.forms["time"]
            ):
                break
            at -= 1
        return at

    def _described(self, before: int) -> Span | None:
        """The name that what stands between commas describes: "Ann Orr, the mayor, said"."""
        end = after = before
        for _ in range(7):
            start = self.segment_start(end)
            if start is None:
                return None
            if not start and self._is_participle(start):
                return self.phrase_before(after)
            if end != before and not self._describes(start, end):
                return self.phrase_before(end)
            if end == before and self.is_name(start, end) and self._is_role(start):
                return self.span(start, end)
            if not start:
                return self.phrase_before(end)
            end, after = start, end
        return None

    def _describes(self, start: int, end: int) -> bool:
        """Whether a segment tells something of a name before it."""
        form = self.found[start].form
        if start == 0 or form in self.forms["opens"]:
            return False
        if form in self.forms["article"] or form in self.forms["relative"] or form[0].isdigit():
            return True
        if self.follows_mark(start):
            return False
        first = self.text[self.found[start].start]
        return not first.isupper() or (end - start <= 2 and self._is_place(start, end))

    def _is_role(self, end: int) -> bool:
        """Whether what ends before an index is a role whose name follows: "the mayor, Ann Orr,"."""
        start = self.segment_start(end)
        if start is None:
            return not end
        first = self.found[start]
        return first.form in self.forms["article"] or not self.text[first.start].isupper()

    def _is_place(self, start: int, end: int) -> bool:
        """Whether a segment is a party's or a state's code, as R-Wis. or N.Y."""
        word = self.found[start]
        body = self.text[word.start : word.end]
        return "." in body or "-" in body or len(body) < 4 or end - start == 1

    def _antecedent(self, relative: int) -> Span | None:
        """The phrase that "who" or "which" goes back to."""
        if relative and self.breaks(relative):
            end = relative
            start = self.segment_start(end)
            while start and start < end and self._describes(start, end):
                end, start = start, self.segment_start(start)
            return self.phrase_before(end)
        return self.phrase_before(relative, close=True) if relative else None
