"""An article as it is shown: its pieces in paragraphs, with what is marked in each."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, NamedTuple

Row = Mapping[str, Any]


class Span(NamedTuple):
    """A marked stretch, in code points of the article; ``group`` is its quotation's utterance."""

    start: int
    end: int
    kind: str
    group: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A run of text under the same marks: quoted, cue, speaker; ``ended`` are groups that end."""

    text: str
    kinds: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A labelled sentence: a row of the release, and what a page adds to it.

    Args:
        answers: (annotator, label), by annotator.
        flags: (annotator, flag), beside a label or in place of one.
    """

    row: Row
    answers: tuple[tuple[str, str], ...] = ()
    flags: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """Its id in the release."""
        return str(self.row["sentence_id"])

    @property
    def number(self) -> str:
        """The last part of its id."""
        return self.id.rpartition(".")[2]

    @property
    def label(self) -> str:
        """The name of its label."""
        return str(self.row["label"])

    @property
    def votes(self) -> dict[str, int]:
        """Answers by label, without the labels that nobody gave."""
        return {label: count for label, count in self.row["votes"].items() if count}

    @property
    def disputed(self) -> bool:
        """Whether its annotators gave more than one label."""
        return len(self.votes) > 1

    @property
    def cues(self) -> list[str]:
        """The lexicon entries of its cues, each once, in the order of the text."""
        return list(dict.fromkeys(cue["entry"] for cue in self.row["cues"]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A piece of the article; ``before`` is the blank text between it and the piece before."""

    start: int
    end: int
    zone: str
    before: str
    segments: tuple[Segment, ...]
    sentence: Sentence | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A paragraph; of an article without text, a run of pieces of one zone."""

    zone: str
    pieces: tuple[Piece, ...]

    @property
    def sentences(self) -> list[Sentence]:
        """Its labelled sentences."""
        return [piece.sentence for piece in self.pieces if piece.sentence]


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticlePage:
    """One article with its sentences; ``row`` is its row of the release."""

    row: Row
    blocks: tuple[Block, ...]
    sentences: tuple[Sentence, ...]
    quotes: int

    @property
    def name(self) -> str:
        """Its title, or its id where that is withheld."""
        return str(self.row["title"] or self.row["article_id"])

    @property
    def annotators(self) -> frozenset[str]:
        """Who answered one of its sentences."""
        return frozenset(name for s in self.sentences for name, _ in (*s.answers, *s.flags))

    @property
    def withheld(self) -> bool:
        """Whether its text is not here."""
        return self.row["text"] is None

    @property
    def length(self) -> int:
        """Its code points, as far as its pieces reach."""
        return max((piece["end"] for piece in self.row["pieces"]), default=0)

    @property
    def disputed(self) -> int:
        """How many of its sentences are disputed."""
        return sum(sentence.disputed for sentence in self.sentences)

    @property
    def agreement(self) -> float | None:
        """The share of pairs of answers to the same sentence that agree; None without a pair."""
        votes = [sentence.row["votes"].values() for sentence in self.sentences]
        pairs = sum(sum(counts) * (sum(counts) - 1) for counts in votes)
        alike = sum(count * (count - 1) for counts in votes for count in counts)
        return alike / pairs if pairs else None

    @property
    def labels(self) -> dict[str, int]:
        """Sentences by label, the commonest first."""
        return dict(Counter(sentence.label for sentence in self.sentences).most_common())


def read_article(row: Row, sentences: Sequence[Sentence], quotes: Iterable[Row]) -> ArticlePage:
    """Lay out one article.

    Args:
        row: of the articles table.
        sentences: its sentences, in order.
        quotes: its rows of the quotes table.
    """
    quotes = list(quotes)
    pieces = sorted(row["pieces"], key=lambda piece: int(piece["start"]))
    marks = _by_piece(pieces, [*_spans(quotes), *_cues(sentences)])
    by_start = {sentence.row["start"]: sentence for sentence in sentences}
    text = row["text"] or ""
    laid = []
    last = 0
    for piece, spans in zip(pieces, marks, strict=True):
        start, end = piece["start"], piece["end"]
        laid.append(
            Piece(
                start=start,
                end=end,
                zone=piece["zone"],
                before=text[last:start],
                segments=segments(text, start, end, spans) if text else (),
                sentence=by_start.get(start) if piece["is_unit"] else None,
            )
        )
        last = end
    return ArticlePage(
        row=row,
        blocks=tuple(_blocks(laid, has_text=bool(text))),
        sentences=tuple(sentences),
        quotes=len(quotes),
    )


def segments(text: str, start: int, end: int, spans: Sequence[Span]) -> tuple[Segment, ...]:
    """Cut ``text[start:end]`` wherever a mark begins or ends, so that marks may overlap.

    The texts of the segments, joined, are ``text[start:end]``.
    """
    cuts = {start, end}
    for span in spans:
        cuts |= {min(max(at, start), end) for at in (span.start, span.end)}
    edges = sorted(cuts)
    return tuple(
        Segment(
            text=text[a:b],
            kinds=tuple(sorted({s.kind for s in spans if s.start <= a and b <= s.end})),
            ended=tuple(s.group for s in spans if s.group and s.end == b),
        )
        for a, b in pairwise(edges)
    )


def _spans(quotes: Iterable[Row]) -> Iterable[Span]:
    for quote in quotes:
        yield Span(quote["start"], quote["end"], "quoted", quote["group"])
        for kind in ("speaker", "cue"):
            if quote[kind]:
                yield Span(quote[kind]["start"], quote[kind]["end"], kind)


def _cues(sentences: Iterable[Sentence]) -> Iterable[Span]:
    for sentence in sentences:
        for cue in sentence.row["cues"]:
            yield Span(cue["start"], cue["end"], "cue")


def _by_piece(pieces: Sequence[Row], spans: Iterable[Span]) -> list[list[Span]]:
    """The spans that reach into each piece; every span looks at its own pieces only."""
    starts = [piece["start"] for piece in pieces]
    ends = [piece["end"] for piece in pieces]
    found: list[list[Span]] = [[] for _ in pieces]
    for span in spans:
        for place in range(bisect_right(ends, span.start), bisect_left(starts, span.end)):
            found[place].append(span)
    return found


def _blocks(pieces: Iterable[Piece], *, has_text: bool) -> Iterable[Block]:
    """Paragraphs, which a line end divides; without text, runs of one zone."""
    number = 0
    keyed = []
    last = None
    for piece in pieces:
        divided = "\n" in piece.before if has_text else piece.zone != last
        number += divided
        last = piece.zone
        keyed.append((number, piece))
    for _, members in groupby(keyed, key=lambda item: item[0]):
        inside = tuple(piece for _, piece in members)
        main = next((piece for piece in inside if piece.sentence), inside[0])
        yield Block(zone=main.zone, pieces=inside)
