"""Which cue of its own sentence a quotation depends on, and the speaker that the cue names."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from copydesk.text.lexicon import Cue, Word
from copydesk.text.marks import Marked
from copydesk.text.phrases import Span
from copydesk.text.predicates import Predicate
from copydesk.text.resolution import How
from copydesk.text.sentences import Sentence, names_source

_MARKS: Final = "\"'“”‘’«»„‚`‹›"
_NEAR: Final = 60
"""The largest distance of a near cue from a mark, in characters."""
BETWEEN: Final = 14
"""How many words may stand between a quotation and the verb of report after it."""
_DESCRIBED: Final = 30
"""How many if they describe a name: "Ann Orr, the mayor of York and a …, said"."""
_SPEAKING: Final = frozenset({"attribution-phrases/speaking to", "infinitive-verbs/authorise"})
"""How somebody speaks, between subject and verb: "an aide, speaking on condition …, said"."""
_SIGNED: Final = re.compile(
    r"[ \xa0]*(?:[—–―]|--?)[ \xa0]*(?P<name>(?:[^\W\d_][\w.’'-]*)(?:[ ][\w.’'-]+){0,5}?)"
    r"(?=[ \xa0]*(?:[,(\n]|\.?$|\.\n))"
)


_VIEW: Final = re.compile(
    r"(?:To|For|Per)[ ]"
    r"(?P<name>[A-Z][\w’'-]{1,30}(?:[ ][A-Z][\w’'-]{1,30}){0,3}(?:(?<=[’']s)[ ][a-z]+)?),[ ]"
)
"""Whose view a sentence gives: "To Voss, the plan is “vandalism with a permit”."""
_WORDS: Final = re.compile(
    r"\b[Ii]n[ ](?P<name>[A-Z][\w-]{1,30}(?:[ ][A-Z][\w-]{1,30}){0,3})[’'](?:s[ ])?[ ]?(?:own[ ])?"
    r"(?:words?|view|eyes|opinion|telling|phrase|account|reading)\b"
)
"""Whose words or view it is: "in Ann Orr’s words"."""
SHORT: Final = 3
"""How many blanks a quotation has at least that is taken for such a view."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks.

    Attributes:
        speaker: Offsets of the words that name the speaker, or None.
        cue: The words of report that it depends on, or None.
        how: Where they were found; None if there is neither.
    """

    speaker: Span | None
    cue: Cue | None
    how: How | None


NOBODY: Final = Voice(None, None, None)


def in_sentence(text: str, stretch: Marked, first: Sentence, last: Sentence) -> Voice:
    """The speaker, found in the sentences that a marked stretch begins and ends in."""
    before, after = first.cues_before(stretch.start), last.cues_after(stretch.end)
    if (
        len(after) > 1
        and after[0].cue.entry in _SPEAKING
        and _follows(text, stretch, last, after[1])
    ):
        after = after[1:]
    if before and before[-1].kind == "clause" and _leads(text, before[-1], stretch):
        return voice_of(first, _outer(text, first, before, before[-1]))
    if (
        before
        and after
        and before[-1].kind in {"object", "as"}
        and not first.outside[before[-1].first].form.endswith("ing")
        and not text[before[-1].cue.end : stretch.start].strip()
        and not is_aside(text, last, after[0])
    ):
        return voice_of(first, _governing(text, first, before, stretch))
    if after and _closes_speech(text, stretch) and _follows(text, stretch, last, after[0]):
        at = last.phrases.index(stretch.end)
        between = at < last.phrases.index(after[0].cue.start)
        inverted = not between or not _has_subject(last, stretch, after[0])
        if between or not last.outside[after[0].first].form.endswith("ing"):
            return voice_of(last, after[0], inverted=inverted)
    if before:
        return voice_of(first, _governing(text, first, before, stretch))
    aside = next((cue for cue in after if is_aside(text, last, cue)), None)
    if aside is not None:
        return voice_of(last, aside)
    return _named(text, stretch, first)


def _leads(text: str, cue: Predicate, stretch: Marked) -> bool:
    """Whether three words at most stand between a cue and the mark after it."""
    if stretch.start - cue.cue.end > _NEAR:
        return False
    return text[cue.cue.end : stretch.start].count(" ") <= 3


def _has_subject(sentence: Sentence, stretch: Marked, cue: Predicate) -> bool:
    span = sentence.speaker(cue)
    return span is not None and span[0] >= stretch.end


def _governing(
    text: str, sentence: Sentence, before: Sequence[Predicate], stretch: Marked
) -> Predicate:
    """The cue before a quotation that it most likely depends on.

    Words about somebody else's act belong to the source that reports it: "she said Orr favours a
    “quiet end”". So a verb of speech goes before a nearer cue, unless another clause begins in
    between.
    """
    forms = sentence.phrases.forms
    outside = sentence.outside
    near = list(_one_clause(text, sentence, before, stretch.start))
    for cue in near:
        speaks = cue.kind == "clause" and cue.reports
        if speaks or (cue.kind == "phrase" and names_source(cue)):
            relative = cue.first > 0 and outside[cue.first - 1].form in forms["relative"]
            if not relative or cue is before[0]:
                return _outer(text, sentence, before, cue)
    for kinds in ({"clause"}, {"that", "object", "as"}):
        strong = [cue for cue in near if cue.kind in kinds]
        if strong:
            return strong[0]
    return before[-1]


def _one_clause(
    text: str, sentence: Sentence, before: Sequence[Predicate], offset: int
) -> Iterator[Predicate]:
    """The cues before an offset, the nearest first, up to where another clause begins.

    One begins at a conjunction after a comma, and at a subject after a comma: "In a letter
    announcing the sale, Orr called it “fair”".
    """
    outside, divides = sentence.outside, sentence.phrases.forms["divides"]
    end = bisect_left(outside, offset, key=lambda word: word.start)
    subject: Span | None = None
    for cue in reversed(before):
        if any(
            outside[index].form in divides and _stop_before(text, outside, index)
            for index in range(cue.after, end)
        ):
            return
        if subject is not None and cue.cue.end < subject[0]:
            lead = text[cue.cue.end : subject[0]].rstrip()
            if lead.endswith(",") and len(lead) > 1:
                return
        yield cue
        end, subject = cue.after, sentence.speaker(cue)


def _outer(text: str, sentence: Sentence, before: Sequence[Predicate], cue: Predicate) -> Predicate:
    """The cue that governs a cue: "said" in "Orr said she thought" and "said it was to tell".

    A pronoun right after a verb of speech is mostly who spoke, and an infinitive has no speaker.
    """
    outside, same = sentence.outside, sentence.phrases.forms["third person"]
    for earlier in reversed(before[: before.index(cue)]):
        if earlier.kind != "clause" or not earlier.reports:
            continue
        between = [word.form for word in outside[earlier.after : cue.first]]
        if any(_stop_before(text, outside, index) for index in range(earlier.after, cue.first)):
            break
        pronoun = next((form for form in between[:3] if form in same), None)
        if pronoun is not None or (between and between[-1] == "to"):
            return earlier
        break
    return cue


def _stop_before(text: str, outside: Sequence[Word], index: int) -> bool:
    return index > 0 and any(
        mark in ",;—–―" for mark in text[outside[index - 1].end : outside[index].start]
    )


def voice_of(sentence: Sentence, cue: Predicate, *, inverted: bool = False) -> Voice:
    speaker = sentence.speaker(cue, inverted=inverted)
    if speaker is None and cue.first <= 1 and sentence.outside[cue.first].form.endswith("ing"):
        speaker = sentence.phrases.following(cue.cue.end)
    elif (
        speaker is not None
        and sentence.text[slice(*speaker)].lower() in sentence.phrases.forms["third person"]
    ):
        speaker = sentence.phrases.meant(speaker) or speaker
    return Voice(speaker, cue.cue, "sentence")


def _closes_speech(text: str, stretch: Marked) -> bool:
    """Whether a quotation ends as speech before a verb of report does."""
    tail = text[stretch.inner[0] : stretch.inner[1]].rstrip(_MARKS + " ")[-1:]
    return any(mark in ",?!.…—–-" for mark in tail + text[stretch.inner[1] : stretch.end + 1])


def _follows(text: str, stretch: Marked, last: Sentence, cue: Predicate) -> bool:
    """Whether only a subject stands between a quotation and a verb of report."""
    outside = last.outside
    at = bisect_left(outside, stretch.end, key=lambda word: word.start)
    if cue.first - at > max(BETWEEN, _DESCRIBED):
        return False
    between = outside[at : cue.first]
    most = BETWEEN
    if between and text[between[0].start].isupper() and _stop_before(text, outside, cue.first):
        most = _DESCRIBED
    if len(between) > most or cue.kind not in {"clause", "that", "object"}:
        return False
    forms = last.phrases.forms
    if between and between[0].form in forms["opens"] - {"as"}:
        return False
    relative = any(word.form in forms["who"] for word in between)
    if not relative and any(
        word.form in forms["finite"] and not word.form.endswith("ing") for word in between
    ):
        return False
    return not last.is_divided(stretch.end, cue.cue.start)


def is_aside(text: str, sentence: Sentence, cue: Predicate) -> bool:
    """Whether a cue stands between commas or at the end: "…, she said."""
    if cue.kind not in {"clause", "phrase"}:
        return False
    if cue.kind == "phrase":
        return True
    tail = text[cue.cue.end : min(cue.cue.end + 2, sentence.piece.end)].strip()
    return not tail or tail[0] in ",.;"


def _named(text: str, stretch: Marked, sentence: Sentence) -> Voice:
    """A name before a colon or after a dash, or one whose view a sentence without a cue gives."""
    lead = text[max(sentence.piece.start, stretch.start - 4) : stretch.start].rstrip()
    if lead.endswith(":"):
        span = sentence.phrases.clause_subject(sentence.phrases.index(stretch.start))
        if span is not None:
            return Voice(span, None, "sentence")
    view = _VIEW.match(text, sentence.piece.start, stretch.start)
    if view is not None and text.count(" ", *stretch.inner) >= SHORT:
        return Voice(view.span("name"), None, "sentence")
    first, last = sentence.piece.start, sentence.piece.end
    own = _WORDS.search(text, max(first, stretch.start - _NEAR), min(last, stretch.end + _NEAR))
    if own is not None:
        return Voice(own.span("name"), None, "sentence")
    signed = _SIGNED.match(text, stretch.end, min(len(text), stretch.end + 120))
    if signed and (signed["name"][0].isupper() or _is_role_and_name(signed["name"], sentence)):
        return Voice(signed.span("name"), None, "sentence")
    return NOBODY


def _is_role_and_name(phrase: str, sentence: Sentence) -> bool:
    """Whether a phrase is a role and a name: "coach Lena Marr"."""
    role, _, name = phrase.partition(" ")
    return role in sentence.phrases.forms["role"] and name[:1].isupper()
