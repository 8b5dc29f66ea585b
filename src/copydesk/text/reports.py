"""Words of report in a sentence, which make it a claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from copydesk.text.language import Language
from copydesk.text.lexicon import Cue, Word

_MARKS: Final = frozenset("\"'“”‘’«»„‚`")


def _forms(lang: Language, key: str) -> frozenset[str]:
    return lang.lexicon("report-context").forms(key)


def reports(text: str, found: Sequence[Word], lang: Language) -> list[Cue]:
    """Verbs of report and phrases of attribution among some words of a sentence, in order."""
    cues: list[Cue] = []
    taken = -1
    forms = frozenset([word.form for word in found])
    phrases: dict[int, tuple[int, Cue]] = {}
    ambiguous: dict[int, tuple[int, Cue]] = {}
    for name, places in (
        ("reporting-verbs", phrases),
        ("attribution-phrases", phrases),
        ("ambiguous-verbs", ambiguous),
    ):
        lexicon = lang.lexicon(name)
        firsts = lexicon.firsts(forms)
        if firsts:
            for first, after, cue in lexicon.find(found, text, firsts):
                places.setdefault(first, (after, cue))
    for index in sorted(phrases.keys() | ambiguous.keys()):
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
    right = found[index + 1].form if index + 1 < len(found) else ""
    return (
        _is_silent(found, index, lang)
        or (left == "to" and form in _forms(lang, "sought"))
        or (right == "to" and form in _forms(lang, "passive-only"))
        or (left in _forms(lang, "be") and form in _forms(lang, "active-only"))
        or (left in _forms(lang, "article") and form.endswith(("ed", "s", "ing")))
    )


def _is_silent(found: Sequence[Word], index: int, lang: Language) -> bool:
    """Whether nothing is said: "declined to say", "has not said", "would not confirm"."""
    if found[index].form not in _forms(lang, "silent"):
        return False
    left, second = found[index - 1].form, found[index - 2].form if index > 1 else ""
    return left in _forms(lang, "not") or (left == "to" and second in _forms(lang, "declines"))


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
    if found[index].form == "began":
        return False
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
