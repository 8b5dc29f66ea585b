"""Words of report in a sentence, and who is said to speak."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from copydesk.text.language import Language
from copydesk.text.lexicon import Cue, Word

_MARKS: Final = frozenset("\"'“”‘’«»„‚`")
_STOPS: Final = frozenset(",;:()[]—–") | _MARKS
MAX_SPEAKER: Final = 10
"""Longest run of words taken for a speaker."""


def _forms(lang: Language, key: str) -> frozenset[str]:
    return lang.lexicon("report-context").forms(key)


def reports(text: str, found: Sequence[Word], lang: Language) -> list[Cue]:
    """Verbs of report and phrases of attribution among some words of a sentence, in order."""
    cues: list[Cue] = []
    taken = -1
    phrases = {
        first: (after, cue)
        for name in ("attribution-phrases", "reporting-verbs")
        for first, after, cue in reversed(list(lang.lexicon(name).find(found, text)))
    }
    ambiguous = {
        first: (after, cue)
        for first, after, cue in lang.lexicon("ambiguous-verbs").find(found, text)
    }
    for index in range(len(found)):
        if index < taken:
            continue
        if index in phrases:
            taken, cue = phrases[index]
            if not _is_idle(text, found, index, lang):
                cues.append(cue)
        elif index in ambiguous and _is_report(text, found, index, ambiguous[index][0], lang):
            taken, cue = ambiguous[index]
            cues.append(cue)
    return cues


def _is_idle(text: str, found: Sequence[Word], index: int, lang: Language) -> bool:
    """Whether a form reports nothing: "the promised money", "hard to believe", "was denied"."""
    if not index or _gap(text, found, index):
        return False
    form, left = found[index].form, found[index - 1].form
    return (
        (left == "to" and form in _forms(lang, "sought"))
        or (left in _forms(lang, "be") and form in _forms(lang, "active-only"))
        or (left in _forms(lang, "article") and form.endswith(("ed", "s", "ing")))
    )


def _is_report(text: str, found: Sequence[Word], index: int, after: int, lang: Language) -> bool:
    """Whether a form that has other senses is a verb of report where it stands."""
    if index:
        left = found[index - 1]
        if text[found[index].start].isupper() or left.form in _forms(lang, "modal"):
            return False
        if left.form in _forms(lang, "be") and found[index].form in _forms(lang, "active-only"):
            return False
        if left.form in _forms(lang, "determiner") or left.form.endswith(("'s", "'")):
            return False
    following = text[found[after - 1].end :][:3].lstrip()
    if (
        following[:1] in _MARKS
        or following[:1] == ":"
        or (following[:1] == "," and following[1:].strip()[:1] in _MARKS)
    ):
        return True
    if after < len(found) and not _gap(text, found, after):
        right = found[after]
        aside = index > 0 and found[index].form.endswith("ing") and _gap(text, found, index)
        subject = index > 0 and (
            aside
            or found[index - 1].form in _forms(lang, "subject")
            or found[index - 1].form in _forms(lang, "adverb")
            or text[found[index - 1].start].isupper()
            or found[index - 1].form.endswith("s")
        )
        if right.form in _forms(lang, "clause-subject"):
            return index > 0
        return subject and (
            right.form in _forms(lang, "opens-clause") or text[right.start].isupper()
        )
    return False


def _gap(text: str, found: Sequence[Word], index: int) -> bool:
    """Whether anything but a blank stands between a word and the one before it."""
    return bool(text[found[index - 1].end : found[index].start].strip())


def speaker_of(
    text: str, cue: Cue, outside: Sequence[Word], lang: Language
) -> tuple[int, int] | None:
    """Offsets of who is said to speak, or None where the sentence does not show it.

    Args:
        text: The text.
        cue: A word of report among them.
        outside: The words of its sentence that stand outside quotation marks.
        lang: The text's language.
    """
    at = after = bisect_left(outside, cue.start, key=lambda word: word.start)
    while after < len(outside) and outside[after].start < cue.end:
        after += 1
    if cue.entry.startswith("attribution-phrases/"):
        opens = cue.entry.endswith((" to", " of"))
        return _noun_phrase(text, outside, after, lang) if opens else None
    subject = _subject(text, outside, at, lang)
    if subject is not None or not _follows_mark(text, cue.start):
        return subject
    return _noun_phrase(text, outside, after, lang)


def _follows_mark(text: str, position: int) -> bool:
    """Whether a closing quotation mark stands directly before a word."""
    return text[max(0, position - 4) : position].rstrip(" ,")[-1:] in _MARKS


def _subject(text: str, outside: Sequence[Word], at: int, lang: Language) -> tuple[int, int] | None:
    """The subject before a verb of report: the nearest name, over what describes it.

    "Ada Voss, editor of the Bell, said": the verb follows a stop, so that the words before the
    stop describe a name and the name comes first.
    """
    while at and outside[at - 1].form in _forms(lang, "adverb") and not _stops(text, outside, at):
        at -= 1
    segments = [segment for segment in _segments_before(text, outside, at) if segment]
    if not segments:
        return None
    described = _stops(text, outside, at) and len(segments) > 1
    subject = segments[0]
    if (described and not _is_name(text, subject)) or subject[0].form in _forms(lang, "relative"):
        subject = segments[1] if len(segments) > 1 else []
    if not described and subject and subject[-1].form in _forms(lang, "relative"):
        relative = subject[:-1] or (segments[1] if len(segments) > 1 else [])
        subject = _name_at_end(text, relative) or relative
    while subject and subject[0].form in _forms(lang, "leading"):
        subject = subject[1:]
    subject = _before_report(subject, lang)
    if len(subject) > MAX_SPEAKER:
        subject = _name_at_end(text, subject)
    if not subject or len(subject) > MAX_SPEAKER:
        return None
    return subject[0].start, subject[-1].end


def _stops(text: str, outside: Sequence[Word], at: int) -> bool:
    """Whether a comma, a bracket or a dash stands before a word."""
    return bool(at) and any(
        mark in _STOPS for mark in text[outside[at - 1].end : outside[at].start]
    )


def _is_name(text: str, segment: Sequence[Word]) -> bool:
    return len(segment) <= 4 and all(text[word.start].isupper() for word in segment)


def _segments_before(text: str, outside: Sequence[Word], at: int) -> list[list[Word]]:
    """Up to three runs of words before a verb, nearest first, cut at stops and quotations."""
    segments: list[list[Word]] = [[]]
    for index in range(at - 1, max(-1, at - 60), -1):
        between = text[outside[index].end : outside[index + 1].start]
        if any(mark in _MARKS or mark == ";" for mark in between):
            break
        if any(mark in _STOPS for mark in between) and between.strip() != between:
            if len(segments) == 3:
                break
            segments.append([])
        segments[-1].insert(0, outside[index])
    return segments


def _before_report(segment: list[Word], lang: Language) -> list[Word]:
    """The words before another verb of report: "the mayor stressed the urgency, stating …"."""
    verbs = lang.lexicon("reporting-verbs")
    for index, word in enumerate(segment):
        if word.form in verbs:
            return segment[:index]
    return segment


def _name_at_end(text: str, segment: list[Word]) -> list[Word]:
    first = len(segment)
    while first and text[segment[first - 1].start].isupper():
        first -= 1
    return segment[first:]


def _noun_phrase(
    text: str, outside: Sequence[Word], at: int, lang: Language
) -> tuple[int, int] | None:
    """The words after a verb ("…," said the mayor) up to where the phrase ends."""
    last = at
    while last < len(outside) and last - at < MAX_SPEAKER:
        if last > at and (_stops(text, outside, last) or _between(text, outside, last)):
            break
        if outside[last].form in _forms(lang, "after-speaker") and (
            last == at or outside[last].form != "of"
        ):
            break
        last += 1
    if last == at:
        return None
    return outside[at].start, outside[last - 1].end


def _between(text: str, outside: Sequence[Word], at: int) -> bool:
    """Whether quoted words stand between a word and the one before it."""
    return outside[at].start - outside[at - 1].end > 4
