"""Pairs of quotation marks, found tolerantly.

Real copy mixes straight and curly marks in one quotation, curls them the wrong way, uses a
closing mark for an apostrophe, and leaves a quotation open at the end of a paragraph. The role of a
mark follows from its neighbours first, and from its shape only where these do not decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from copydesk.text.language import Language, language
from copydesk.text.lexicon import Lexicon

_LINE: Final = re.compile("[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_MARK: Final = re.compile(
    r"[\"“”„‟〝〞＂«»'‘’‚‛‹›`](?:(?<=`)`|(?<=')'|(?<=‘)‘|(?<=’)’)?"  # a set first is found fast
)
_MARK_OR_COMMAS: Final = re.compile(rf"{_MARK.pattern}|,,(?=\w)(?<!\w,,)")
_MEASURE: Final = re.compile(r"\d['’′]\s?\d{1,2}(?:[\"”″]|''|’’)?")
_DECADE: Final = re.compile(r"\d0s?\b")
_LETTERS: Final = re.compile(r"[^\W\d_]{1,8}\b")

_DOUBLE: Final = frozenset(["``", "''", ",,", "‘‘", "’’", *'"“”„‟〝〞＂'])
_GUILLEMETS: Final = frozenset("«»‹›")
_TURNED: Final = {"«": "»", "»": "«", "‹": "›", "›": "‹"}
_OPENING: Final = frozenset(["``", "‘‘", ",,", *"“„‟〝«‘‚‛‹"])
_EITHER: Final = frozenset('"＂')
_BRACKETS: Final = frozenset("([{<")
_DASHES: Final = frozenset("-–—/")
_PUNCTUATION: Final = frozenset(".,;:!?…)]}>%")

MAX_PARAGRAPHS: Final = 6
"""How many lines without a mark a quotation may contain that opens and closes elsewhere."""


MAX_DEPTH: Final = 12
"""How many marks are kept open at once; this bounds the time that nonsense can take."""


_Sign = tuple[int, int, str]
"""What may be a mark: its offsets and its glyph."""


class Role(Enum):
    """What a mark does at its place."""

    OPEN = "open"
    CLOSE = "close"
    EITHER = "either"


class _Mark(NamedTuple):
    start: int
    end: int
    family: str  # "double", "single" or "guillemet"
    role: Role
    sure: bool  # of a single closing mark: this can be no apostrophe
    glyph: str
    possessive: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """The text between a pair of quotation marks, in one line.

    Attributes:
        start: Offset of the opening mark, or of the line if an earlier line opened it.
        end: Offset after the closing mark, or of the line's end if none closes it there.
        inner: Offsets of the words between the marks, without the marks and outer blanks.
        continues: Whether the quotation was open already when the line began.
    """

    start: int
    end: int
    inner: tuple[int, int]
    continues: bool


def marked(text: str, lang: Language | None = None) -> list[Marked]:
    """The outermost marked stretches of a text, ordered and disjoint; none crosses a line.

    A quotation over several paragraphs gives one stretch for each. A stretch whose mark has no
    partner runs to the next opening mark or to the end of its line. Linear in the length of the
    text.
    """
    elisions = (lang or language("en")).lexicon("elisions")
    stretches: list[Marked] = []
    pending: tuple[_Mark, list[tuple[int, int]]] | None = None
    signs = _signs(text)
    if not signs:
        return []
    reached = 0
    for line in _LINE.finditer(text):
        start, end = line.span()
        first = reached
        while reached < len(signs) and signs[reached][0] < end:
            reached += 1
        marks = _marks(text, start, end, signs[first:reached], elisions) if reached > first else []
        if (not marks and pending is None) or not line.group().strip():
            continue
        doubles = [mark for mark in marks if mark.family != "single" or _begins(text, start, mark)]
        reopened = False
        closer: _Mark | None = None
        if pending is not None:
            opener, between = pending
            if doubles and doubles[0].role is Role.OPEN and _begins(text, start, doubles[0]):
                reopened = True
            elif _closes(marks, opener):
                closer = next(mark for mark in marks if mark.family == opener.family)
                stretches.extend(_stretch(text, *lines, continues=True) for lines in between)
                stretches.append(
                    _stretch(text, start, closer.end, inner_end=closer.start, continues=True)
                )
            elif not doubles and len(between) < MAX_PARAGRAPHS:
                between.append((start, end))
                continue
            pending = None
        rest = [mark for mark in marks if closer is None or mark.start >= closer.end]
        pairs, left = _pairs(rest, text, start)
        for number, (opening, closing) in enumerate(pairs):
            if closing is not None:
                stop, inner_end = closing.end, closing.start
            else:
                stop = pairs[number + 1][0].start if number + 1 < len(pairs) else end
                inner_end = stop
            stretches.append(
                _stretch(
                    text,
                    opening.start,
                    stop,
                    inner_start=opening.end,
                    inner_end=inner_end,
                    continues=number == 0 and reopened,
                )
            )
        if left is not None:
            pending = (left, [])
    return [stretch for stretch in stretches if stretch.inner[0] < stretch.inner[1]]


def _signs(text: str) -> list[_Sign]:
    """Whatever may be a mark, in order."""
    pattern = _MARK_OR_COMMAS if ",," in text else _MARK
    return [(match.start(), match.end(), match[0]) for match in pattern.finditer(text)]


def _stretch(
    text: str,
    start: int,
    end: int,
    *,
    inner_start: int | None = None,
    inner_end: int | None = None,
    continues: bool,
) -> Marked:
    left = start if inner_start is None else inner_start
    right = end if inner_end is None else inner_end
    body = text[left:right]
    left += len(body) - len(body.lstrip())
    right = left + len(body.strip())
    return Marked(start, max(end, right), (left, right), continues)


def _begins(text: str, line: int, mark: _Mark) -> bool:
    """Whether a mark is the first thing in its line."""
    return mark.start - line < 16 and not text[line : mark.start].strip()


def _closes(marks: list[_Mark], opener: _Mark) -> bool:
    """Whether the first mark of the opener's family in a line can only close."""
    first = next((mark for mark in marks if mark.family == opener.family), None)
    if first is None or first.role is Role.OPEN:
        return False
    return first.family != "single" or first.sure


def _marks(text: str, start: int, end: int, found: list[_Sign], elisions: Lexicon) -> list[_Mark]:
    """The marks of a line that are neither apostrophes nor signs of measure, with their roles.

    Args:
        text: The text.
        start, end: Offsets of the line.
        found: Offsets and glyphs of whatever in it may be a mark.
        elisions: Words that begin with an apostrophe.
    """
    result: list[_Mark] = []
    measures = {
        position
        for match in _MEASURE.finditer(text, start, end)
        for position in range(match.start(), match.end())
    }
    if measures:
        found = [mark for mark in found if mark[0] not in measures]
    turned = _turned([glyph for _, _, glyph in found])
    after = [""] * len(found)  # the first character to the right that is not a mark
    for index in range(len(found) - 1, -1, -1):
        stop = found[index][1]
        if index + 1 < len(found) and found[index + 1][0] == stop:
            after[index] = after[index + 1]
        else:
            after[index] = text[stop] if stop < end else "\n"
    before = "\n"
    for index, (left, right, glyph) in enumerate(found):
        if not index or found[index - 1][1] != left:
            before = text[left - 1] if left > start else "\n"
        alone = (not index or found[index - 1][1] != left) and (
            index + 1 == len(found) or found[index + 1][0] != right
        )
        single = glyph not in _DOUBLE and glyph not in _GUILLEMETS
        if single and alone and before.isalnum() and after[index].isalnum():
            continue
        role = _role(before, after[index], _TURNED.get(glyph, glyph) if turned else glyph)
        if single:
            if role is not Role.CLOSE and _elides(text, right, elisions):
                continue
            if role is Role.EITHER:
                continue
        mark = _Mark(
            left,
            right,
            "single" if single else "guillemet" if glyph in _GUILLEMETS else "double",
            role,
            not before.isalpha(),
            glyph,
            before in "sS" and after[index] == " " and text[right + 1 : right + 2].isalpha(),
        )
        result.append(mark)
    return result


def _turned(glyphs: list[str]) -> bool:
    """Whether the quotations of a line are between » and «, as in German and Danish."""
    guillemets = [glyph for glyph in glyphs if glyph in _GUILLEMETS]
    closing = sum(glyph in "»›" for glyph in guillemets)
    return 2 * closing == len(guillemets) > 0 and guillemets[0] in "»›"


def _role(before: str, after: str, glyph: str) -> Role:
    blank_before, blank_after = before.isspace(), after.isspace()
    if blank_before != blank_after:
        if blank_before:
            closes = glyph in "»›" and after in _PUNCTUATION and after != "…"
            return Role.CLOSE if closes else Role.OPEN
        return Role.OPEN if before in _BRACKETS else Role.CLOSE
    if not blank_before:
        if before in _BRACKETS:
            return Role.OPEN
        if before in _PUNCTUATION:
            return Role.CLOSE
        if after in _PUNCTUATION and after not in "…":
            return Role.CLOSE
        if before in _DASHES:
            return Role.OPEN
        if after in _DASHES:
            return Role.CLOSE
    if glyph in _EITHER or glyph == "'":
        return Role.EITHER
    return Role.OPEN if glyph in _OPENING else Role.CLOSE


def _elides(text: str, position: int, elisions: Lexicon) -> bool:
    """Whether an apostrophe before a word is part of it: '90s, 'tis, 'em."""
    if _DECADE.match(text, position):
        return True
    word = _LETTERS.match(text, position)
    return word is not None and word.group().lower() in elisions


_Pair = tuple[_Mark, _Mark | None]


def _pairs(marks: list[_Mark], text: str, line: int) -> tuple[list[_Pair], _Mark | None]:
    """The outermost pairs of a line, and the mark that is still open at its end.

    Args:
        marks: The line's marks.
        text: The text that they are in.
        line: Where the line begins.
    """
    later = _later(marks)
    stack: list[_Mark] = []
    lost: list[_Mark] = []
    pairs: list[_Pair] = []
    for index, mark in enumerate(marks):
        open_here = [item for item in stack if item.family == mark.family]
        if mark.role is Role.OPEN or (mark.role is Role.EITHER and not open_here):
            stack.append(mark)
            if len(stack) > MAX_DEPTH:
                lost.append(stack.pop(0))
            continue
        partner = _partner(stack, mark, later[index])
        if partner is not None:
            pairs.append((stack[partner], mark))
            del stack[partner:]
        elif (
            mark.family == "double"
            and not stack
            and later[index].double_closes
            and not text[max(mark.start - 1, 0)].isdigit()
        ):
            stack.append(mark)  # a mark set on the wrong side of its blank
    open_end: _Mark | None = None
    for mark in lost + stack:
        if mark.family == "single" and not _stays_open(mark, text, line):
            continue
        pairs.append((mark, None))
        open_end = mark
    pairs.sort(key=lambda pair: pair[0].start)
    return _outermost(pairs), open_end if pairs and open_end is pairs[-1][0] else None


def _stays_open(mark: _Mark, text: str, line: int) -> bool:
    """Whether a single mark without a partner opens speech rather than stands for a letter."""
    before = text[max(line, mark.start - 2) : mark.start]
    return mark.glyph == "‘" and (
        _begins(text, line, mark) or (before[:1] in _PUNCTUATION and before[1:] == " ")
    )


class _Later(NamedTuple):
    single_closes: bool  # a single closing mark, no possessive, before the next single opening one
    double_closes: bool  # the next double mark closes
    any_double: bool  # some double mark that may close


def _later(marks: list[_Mark]) -> list[_Later]:
    """For each mark, what follows it in the line."""
    result = [_Later(False, False, False)] * len(marks)
    now = _Later(False, False, False)
    for index in range(len(marks) - 1, -1, -1):
        result[index] = now
        mark = marks[index]
        if mark.family == "single":
            if mark.role is Role.OPEN:
                now = now._replace(single_closes=False)
            elif not mark.possessive:
                now = now._replace(single_closes=True)
        elif mark.family == "double":
            closes = mark.role is not Role.OPEN
            now = now._replace(double_closes=closes, any_double=now.any_double or closes)
    return result


def _partner(stack: list[_Mark], mark: _Mark, later: _Later) -> int | None:
    """Index in the stack of the mark that a closing mark closes; None if it closes none.

    A double mark closes a single one (‘ … ”) where no double one is open, and the other way
    round (“ … ’) where no double one follows that could.
    """
    if mark.family == "single" and mark.possessive and later.single_closes:
        return None
    for index in range(len(stack) - 1, -1, -1):
        if stack[index].family == mark.family:
            return index
        if mark.family == "single":
            break
    if not stack:
        return None
    if mark.family == "double":
        singles = [index for index, item in enumerate(stack) if item.glyph in {"‘", "'"}]
        return singles[0] if singles else None
    if mark.family == "single" and mark.sure and not later.any_double:
        return len(stack) - 1
    return None


def _outermost(pairs: list[_Pair]) -> list[_Pair]:
    """Pairs, ordered by start, without those inside another; an open mark holds none."""
    kept: list[_Pair] = []
    reach = -1
    for opening, closing in pairs:
        if opening.start < reach:
            continue
        kept.append((opening, closing))
        if closing is not None:
            reach = closing.end
    return kept
