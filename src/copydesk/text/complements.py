"""What a verb of attribution takes: a clause, an object, an infinitive, or what it closes."""

from __future__ import annotations

from typing import Final, Literal

from copydesk.text.form_use import MARKS, Surroundings

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

_STOPS: Final = frozenset(",;:()[]—–―-.!?…")
_REACH: Final = 12
"""How many words may stand between a verb and the "to" or "as" that it needs."""
_SUBJECT: Final = 6
"""How many words the subject of a verb that closes a sentence may have."""
_DAY: Final = 3
"""How many words may follow such a verb, as "on Friday" does."""
_DESCRIBED: Final = 24
"""How many between a quotation and its verb, if they describe who speaks."""
_ASIDE: Final = frozenset(" ,.()'’")
"""What may stand between the words of a description."""


def is_clausal(read: Surroundings, first: int, after: int) -> bool:
    """Whether the content of a verb is a whole clause, before it or after it."""
    end = read.found[after - 1].end
    tail = read.text[end : end + 3].lstrip(" ")[:1]
    if read.found[first].form in read.around["says"] or not tail.strip():
        return True
    if tail in MARKS or tail in _STOPS or read.opens(after):
        return True
    for index in range(after + 1, min(after + _REACH, len(read.found))):
        if read.gap(index):
            return False
        if read.found[index].form in read.around["conjunction"]:
            return True
    return False


def is_complete(read: Surroundings, first: int, after: int, kind: Kind) -> bool:
    """Whether what a verb needs follows it, or what is said may stand before it."""
    end = read.found[after - 1].end
    tail = read.text[end : end + 3].lstrip(" ")[:1]
    marked = bool(tail) and tail in MARKS
    if read.found[first].form in read.around["manner"]:
        return _closes(read, first)
    if kind == "clause" and (marked or not tail.strip() or tail in _STOPS):
        return True
    if kind in {"clause", "that"} and _closes(read, first):
        return True
    if kind == "that" and (marked or tail == ":" or read.opens(after)):
        return True
    if kind == "that" and _trails(read, first, after):
        return True
    if kind == "that" and tail == "," and read.text[end : end + 4].lstrip(", ")[:1] in MARKS:
        return True
    if after >= len(read.found):
        return kind == "object" and marked and not _describes(read, first)
    if kind in {"infinitive", "as"}:
        return reaches(read, after, "to" if kind == "infinitive" else "as")
    if read.gap(after) and not marked:
        return False
    if kind == "that":
        return _has_finding(read, first) or (
            read.found[first].form in read.around["to somebody"]
            and read.found[after].form == "to"
            and _reaches_that(read, after)
        )
    if kind == "clause":
        return read.found[after].form not in read.around["no-clause"] or (
            read.found[first].form in read.around["says"] and _reaches_that(read, after)
        )
    return marked or read.found[after].form not in read.around["no-object"]


def _reaches_that(read: Surroundings, after: int) -> bool:
    """Whether the content follows how or where it was said: "said by radio that"."""
    for index in range(after + 1, min(after + _REACH, len(read.found))):
        if read.gap(index):
            return False
        if read.found[index].form == "that":
            return True
    return False


def _closes(read: Surroundings, first: int) -> bool:
    """Whether a verb stands after a quotation, with its subject or before it.

    The subject may be described between commas: "…,” Orr, the mayor of York, said by e-mail". A
    quotation in the sentence before ends in a question or a shout then.
    """
    described = first > 0 and "," in read.between(first) and read.found[first].form[-3:] != "ing"
    for index in range(first, max(first - (_DESCRIBED if described else 6), -1), -1):
        if read.marked_before(index):
            start = read.found[index].start
            calls = not {"?", "!"}.isdisjoint(read.text[max(0, start - 4) : start])
            return index > 0 or calls or not described
        if index and read.gap(index) and not (described and _ASIDE.issuperset(read.between(index))):
            return False
    return False


def _describes(read: Surroundings, first: int) -> bool:
    """Whether a verb before a quotation describes a thing: "what it calls", "words calling for"."""
    if read.found[first].form.endswith("ing"):
        return True
    return first > 1 and read.found[first - 2].form in read.around["what"]


def _trails(read: Surroundings, first: int, after: int) -> bool:
    """Whether a verb and its subject close a sentence after a comma: "…, its owners confirmed."

    A day or the like may follow.
    """
    if (
        len(read.found) - after > _DAY
        or read.found[first].form not in read.around["says at the end"]
        or any(word.form in read.around["opens-clause"] for word in read.found[after:])
    ):
        return False
    for index in range(first, max(first - _SUBJECT, 0), -1):
        if "," in read.between(index):
            opens = read.found[index].form
            return index < first and opens not in read.around["no subject"]
        if read.gap(index):
            return False
    return False


def follows_comma(read: Surroundings, first: int) -> bool:
    """Whether a quotation, a comma and a subject stand before a verb: "‘It stays’, mayor vows"."""
    for index in range(first - 1, max(first - 6, -1), -1):
        start = read.found[index].start
        if read.marked_before(index):
            return "," in read.text[max(0, start - 3) : start]
        if index and read.gap(index):
            return False
    return False


def _has_finding(read: Surroundings, first: int) -> bool:
    """Whether a poll, a study or the like stands before a verb, which then takes an object."""
    subjects = read.around["finding-subject"]
    return any(word.form in subjects for word in read.found[max(0, first - _REACH) : first])


def reaches(read: Surroundings, after: int, wanted: str, *, reach: int = _REACH) -> bool:
    """Whether a word follows with no stop before it."""
    for index in range(after, min(after + reach, len(read.found))):
        if index > after and read.gap(index):
            return False
        form = read.found[index].form
        if form == wanted:
            return True
        if index == after and form in read.around["preposition"]:
            return False
    return False
