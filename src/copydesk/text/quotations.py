"""Quotations of an article: what is quoted, in which form, by whom and after which word."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile
from typing import Final, Literal

from copydesk.text.attachment import Voice
from copydesk.text.language import Language
from copydesk.text.language import language as language_of
from copydesk.text.lexicon import Cue, Word, last_words, outside, words
from copydesk.text.marks import Marked, marked
from copydesk.text.phrases import Span
from copydesk.text.pieces import Piece
from copydesk.text.resolution import Source, sources
from copydesk.text.sentences import Article, Marks
from copydesk.text.turns import turn_speakers
from copydesk.text.voices import own, voices

Form = Literal["direct", "partial", "continuation"]

_ENDS: Final = re.compile(r"[.!?…,][\"'”’)\]]*$")
_BRACKETS: Final = re.compile(r"[\[\]]")
SHORT: Final = 3
"""Up to this many quoted words without a word of report count as a name or scare quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A stretch of speech between quotation marks, in one paragraph.

    Offsets are code points into the canonical text.

    Attributes:
        start: Offset of the first quoted character: the mark before it is not included.
        end: Offset after the last one, without the closing mark; punctuation inside the marks is.
        form: `direct`: a finite clause, a whole reply, or more than half of the words of a sentence
            that it is in (not a headline). `partial`: less than that, inside a sentence of the
            reporter's. `continuation`: goes on with a quotation before it, with no attribution of
            its own.
        speaker: Offsets of the words that name who speaks: in its sentence, in one beside it, or
            in what it goes on with. None where nothing shows it.
        cue: The words of report that it depends on; None where a colon, a dash, a turn's marker or
            nothing shows who speaks.
        source: Who that is, as the article's fullest mention of the same person; None where it is
            not sure.
        pieces: Indices of the pieces that it touches.
    """

    start: int
    end: int
    form: Form
    speaker: tuple[int, int] | None
    cue: Cue | None
    source: Source | None
    pieces: tuple[int, ...]


def quotations(text: str, pieces: Sequence[Piece], *, language: str = "en") -> list[Quotation]:
    """Find the quotations of a text.

    Marks that carry no speech are left out: names, titles and mottos (`a boat named "Hope"`), and
    a few words that no word of report explains (scare quotes). Quotations are ordered and
    disjoint, a quotation inside another is part of it, and one over several paragraphs gives one
    for each. Never raises; linear in the length of the text.

    Args:
        text: Canonical text.
        pieces: Its pieces, in order, as `segment` gives them.
        language: Its BCP 47 tag. Where the language has no words of report, quotations have no
            cue and no speaker.
    """
    lang = language_of(language)
    starts = [piece.start for piece in pieces]
    turns = turn_speakers(text, pieces)
    stretches, touched = [], []
    for stretch in marked(text, lang):
        indices = _touched(stretch.inner, pieces, starts)
        alike = _alike(indices, pieces, turns)
        if len(alike) < len(indices):
            start = max(stretch.inner[0], pieces[alike[0]].start)
            end = min(stretch.inner[1], pieces[alike[-1]].end)
            after = stretch.end if alike[-1] == indices[-1] else end
            stretch = replace(stretch, end=after, inner=(start, end))
        stretches.append(stretch)
        touched.append(alike)
    article = Article(text, pieces, [stretch.inner for stretch in stretches], lang, turns)
    forms: list[Form] = []
    kept: list[tuple[Marks, Voice]] = []
    for stretch, indices in zip(stretches, touched, strict=True):
        if not indices:
            continue
        whole = not any(article.sentence(index).outside for index in indices)
        marks = Marks(stretch, indices, stretch.continues, whole)
        voice = own(article, marks)
        follows = bool(kept) and forms[-1] != "partial" and indices[0] - kept[-1][0].pieces[-1] <= 1
        form = _form(article, marks, voice, follows=follows)
        if form is not None:
            kept.append((marks, voice))
            forms.append(form)
    if not kept:
        return []
    spoken = voices(article, kept)
    known = sources(article.people, [(voice.speaker, voice.how) for voice in spoken])
    return [
        Quotation(
            start=marks.stretch.inner[0],
            end=marks.stretch.inner[1],
            form=form,
            speaker=voice.speaker,
            cue=voice.cue,
            source=source,
            pieces=marks.pieces,
        )
        for (marks, _), form, voice, source in zip(kept, forms, spoken, known, strict=True)
    ]


def quoted_ratio(text: str, piece: Piece, quotes: Sequence[Quotation]) -> float:
    """Share of a piece's words that stand inside quotations, from 0 to 1; 0 without words.

    Args:
        text: Canonical text.
        piece: The piece.
        quotes: The article's quotations, as `quotations` gives them.
    """
    found = words(text, piece.start, piece.end)
    if not found:
        return 0.0
    first = bisect_right(quotes, piece.start, key=lambda quote: quote.end)
    spans = [
        (quote.start, quote.end)
        for quote in takewhile(lambda quote: quote.start < piece.end, quotes[first:])
    ]
    return (len(found) - len(outside(found, spans))) / len(found)


def _touched(
    span: tuple[int, int], pieces: Sequence[Piece], starts: Sequence[int]
) -> tuple[int, ...]:
    first = max(bisect_right(starts, span[0]) - 1, 0)
    result: list[int] = []
    for index in range(first, len(pieces)):
        if pieces[index].start >= span[1]:
            break
        if pieces[index].end > span[0]:
            result.append(index)
    return tuple(result)


def _alike(
    indices: tuple[int, ...], pieces: Sequence[Piece], turns: Mapping[int, Span]
) -> tuple[int, ...]:
    """The first of some pieces, up to where units end or begin: speech does not run into a credit.

    The marker of a turn inside its marks is passed over: `“SMITH: We close the bridge.”`.
    """
    if len(indices) > 1 and indices[1] in turns and not pieces[indices[0]].is_unit:
        indices = indices[1:]
    for place, index in enumerate(indices):
        if pieces[index].is_unit != pieces[indices[0]].is_unit:
            return indices[:place]
    return indices


def _form(article: Article, marks: Marks, voice: Voice, *, follows: bool) -> Form | None:
    """What kind of quotation a marked stretch is; None if it is not speech.

    Args:
        article: The article.
        marks: The stretch.
        voice: Who speaks by its own line.
        follows: Whether another quotation, no partial one, stands in the sentence before it.
    """
    text, stretch, indices = article.text, marks.stretch, marks.pieces
    quoted = words(text, *stretch.inner)
    if not quoted:
        return None
    attributed = voice.how is not None
    headline = article.pieces[indices[0]].zone == "headline"
    if stretch.continues or (marks.whole and follows and not attributed):
        return "continuation"
    if marks.whole or _is_reply(text, stretch, voice):
        return "direct"
    if _names(article, marks, quoted, voice, headline=headline):
        return None
    if _is_clause(text, stretch.inner, quoted, article.lang) or (
        not headline and _is_half(quoted, article, indices)
    ):
        if not attributed and follows and _tail_only(article, marks):
            return "continuation"
        return None if not attributed and len(quoted) <= SHORT and not headline else "direct"
    return "partial" if attributed or headline or len(quoted) > SHORT else None


def _tail_only(article: Article, marks: Marks) -> bool:
    """Whether everything outside the marks in these sentences comes after them."""
    return all(
        not outside or outside[0].start >= marks.stretch.end
        for outside in (article.sentence(index).outside for index in marks.pieces)
    )


def _is_half(quoted: Sequence[Word], article: Article, indices: tuple[int, ...]) -> bool:
    """Whether the quotation has more than half of the words of a sentence that it is in."""
    for index in indices:
        piece = article.pieces[index]
        inside = sum(piece.start <= word.start and word.end <= piece.end for word in quoted)
        if 2 * inside > article.sentence(index).length:
            return True
    return False


def _is_clause(text: str, inner: tuple[int, int], quoted: Sequence[Word], lang: Language) -> bool:
    """Whether quoted words hold a finite verb with its subject, as far as words tell."""
    clause = lang.lexicon("clause")
    if len(quoted) < 2:
        return False
    first = text[inner[0]]
    if first.isupper() and _ENDS.search(text[inner[1] - 3 : inner[1]]):
        return True
    pronouns, bare, verbs = clause.forms("pronoun"), clause.forms("no-subject"), _finite(lang)
    for index, word in enumerate(quoted):
        if word.form in pronouns and index + 1 < len(quoted):
            return True
        if index and word.form in verbs and quoted[index - 1].form not in bare:
            return True
    return False


@cache
def _finite(lang: Language) -> frozenset[str]:
    """Forms that are finite verbs."""
    clause = lang.lexicon("clause")
    return clause.forms("auxiliary") | clause.forms("past") | clause.forms("present")


def _is_reply(text: str, stretch: Marked, voice: Voice) -> bool:
    """Whether marks hold all that a speaker said, however short: "Never," she said."""
    start, end = stretch.inner
    if voice.how is None or not text[start].isupper() or text[end - 1] not in ".!?,…":
        return False
    if text[max(0, stretch.start - 3) : stretch.start].rstrip()[-1:] in {",", ":"}:
        return True
    cue = voice.cue
    if cue is None or cue.start < stretch.end:
        return cue is None
    return cue.start - stretch.end < 80 and text[stretch.end : cue.start].count(" ") <= SHORT


def _names(
    article: Article, marks: Marks, quoted: Sequence[Word], voice: Voice, *, headline: bool
) -> bool:
    """Whether marks hold a name, a title or a motto rather than speech."""
    if len(quoted) > 8 or headline:
        return False
    text, stretch, cue = article.text, marks.stretch, voice.cue
    gap = _named_as(article, stretch)
    if gap is not None and not (gap in {":", ","} and cue is not None and cue.end < stretch.start):
        return True
    if cue is not None and 0 <= stretch.start - cue.end <= 2 and not _performs(article, marks, cue):
        return False
    if all(text[word.start : word.end].isupper() for word in quoted):
        outside = article.sentence(marks.pieces[0]).outside
        if all(text[word.start : word.end].isupper() for word in outside):
            return False
    # The first word of speech has a capital too: it tells nothing unless it stands alone.
    small = article.lang.lexicon("common-words").forms("function")
    content = [word for word in quoted[len(quoted) > 1 :] if word.form not in small]
    return (
        bool(content)
        and all(text[word.start].isupper() for word in content)
        and (len(quoted) <= 6 and text[stretch.inner[1] - 1] not in ".!?")
    )


def _performs(article: Article, marks: Marks, cue: Cue) -> bool:
    """Whether a cue is what is done with a song or a poem: "sang", "read" of no sign or banner."""
    clause = article.lang.lexicon("clause")
    if cue.entry.partition("/")[2] not in clause.forms("performed"):
        return False
    outside = article.sentence(marks.pieces[0]).outside
    return clause.forms("written on").isdisjoint(word.form for word in outside)


def _named_as(article: Article, stretch: Marked) -> str | None:
    """What stands between a word that names and a mark: "a boat named “Hope”"; None without one."""
    text = article.text
    naming = article.lang.lexicon("naming")
    left = last_words(text, stretch.start, 3)
    for index in range(len(left)):
        match = naming.at(left, index, text)
        gap = text[left[-1].end : stretch.start].strip()
        if match is not None and index + match[0] == len(left) and gap in {"", ",", ":", "("}:
            return gap
    return None
