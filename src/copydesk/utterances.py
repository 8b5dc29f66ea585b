"""The same utterance in several quotations: groups across the articles of one event.

One outlet gives a quotation whole, a second cuts it, a third puts words in brackets, a fourth
translates it anew. Quotations are matched by their content words (words of one sense count as one),
and each is then compared with the fullest of its group word by word.

Cost: each quotation is compared only with the groups that share its rarer content words, found
through an index, and with at most `MAX_CANDIDATES` of them: near-linear in the number of
quotations of an event.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from rapidfuzz import fuzz

from copydesk.text.language import language
from copydesk.text.lexicon import Word, words

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["identical", "truncated", "bracketed", "reworded"]

THRESHOLD: Final = 0.6
"""Least overlap of content words at which two wordings are one utterance."""
SHARED: Final = 3
"""Least number of content words that two different wordings must share."""
MAX_CANDIDATES: Final = 20
MAX_POSTINGS: Final = 400
"""How many entries of the index are read for one quotation, those of its rarest words first."""
MAX_INSERTED: Final = 8
"""How many words of another wording a bracket may stand for."""

_BRACKETED: Final = re.compile(r"\[[^\[\]]{0,200}\]|\([^()]{0,200}\)|…|\.\s?\.\s?\.")
_CONTRACTED: Final = re.compile("'(?:s|m|re|ve|ll|d)$")
_BREAK: Final = "\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """The place of a quotation among the wordings of one utterance.

    Attributes:
        group: Id of the utterance, derived from the wording of its fullest quotation; None if the
            quotation stands alone.
        relation: To the fullest quotation of its group (which is identical to itself):
            `identical`, the same words; `bracketed`, the same but for editorial insertions,
            replacements and omissions; `truncated`, a stretch of it; `reworded`, anything else.
            None if it stands alone.
        similarity: `1 - d / (m + n)` of the two wordings in lower case without punctuation, where
            d is the Indel distance (insertions and deletions of characters) and m and n are their
            lengths: rapidfuzz's `fuzz.ratio` / 100, from 0 to 1. None if it stands alone.
    """

    group: str | None
    relation: Kind | None
    similarity: float | None


def relate_texts(texts: Sequence[str]) -> list[Relation]:
    """Group the quotations of one event by utterance; the result is in the order of the texts.

    The longest quotation leads; each shorter one joins the leader with which it shares most: all of
    its content words in a row (two at least), or `THRESHOLD` of them (`SHARED` at least): the
    overlap coefficient `|a ∩ b| / min(|a|, |b|)` of the two multisets of content words. Light words
    ("must", "do") do not suffice alone. Depends on the texts, not on their order.
    """
    wordings = [_Wording.read(text) for text in texts]
    order = sorted(range(len(texts)), key=lambda i: (-len(wordings[i].plain), wordings[i].text))
    leaders = _Leaders()
    members: dict[int, list[int]] = {}
    for index in order:
        leader = leaders.best(wordings[index])
        if leader is None:
            leaders.add(index, wordings[index])
            members[index] = [index]
        else:
            members[leader].append(index)
    result = [Relation(group=None, relation=None, similarity=None)] * len(texts)
    for leader, group in members.items():
        if len(group) < 2:
            continue
        name = hashlib.sha256(wordings[leader].text.encode()).hexdigest()[:16]
        for index in group:
            result[index] = Relation(
                group=name,
                relation=_relation(wordings[index], wordings[leader]),
                similarity=fuzz.ratio(wordings[index].text, wordings[leader].text) / 100,
            )
    return result


def relate(quotes: pl.DataFrame) -> pl.DataFrame:
    """Group the quotations of each event by utterance.

    Args:
        quotes: `quote_id`, `event` and `text` of each quotation; other columns are passed over.

    Returns:
        `quote_id`, `group`, `relation` and `similarity` of each, in the same order; the last three
        are null where a quotation stands alone. See `Relation`.
    """
    import polars as pl

    found: dict[int, Relation] = {}
    by_event: dict[str, list[int]] = defaultdict(list)
    for row, event in enumerate(quotes["event"]):
        by_event[event].append(row)
    texts = quotes["text"].to_list()
    for rows in by_event.values():
        found.update(zip(rows, relate_texts([texts[row] for row in rows]), strict=True))
    relations = [found[row] for row in range(len(texts))]
    return pl.DataFrame(
        {
            "quote_id": quotes["quote_id"],
            "group": [relation.group for relation in relations],
            "relation": [relation.relation for relation in relations],
            "similarity": [relation.similarity for relation in relations],
        },
        schema_overrides={"group": pl.String, "relation": pl.String, "similarity": pl.Float64},
    )


@dataclass(frozen=True, slots=True)
class _Wording:
    """A quotation, as it is compared.

    Attributes:
        text: All words, in lower case, with blanks between.
        marked: The same with brackets and dots of omission kept, to tell identical ones.
        plain: The words outside brackets; a break stands for each bracket or omission.
        content: Content words in the text's order, words of one sense taken as one.
    """

    text: str
    marked: tuple[str, ...]
    plain: tuple[str, ...]
    content: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> _Wording:
        found = words(text)
        insertions = list(_BRACKETED.finditer(text))
        plain: list[str] = []
        marked: list[str] = []
        index = 0
        for match in insertions:
            while index < len(found) and found[index].start < match.start():
                plain.append(found[index].form)
                marked.append(found[index].form)
                index += 1
            plain.append(_BREAK)
            marked.append(match.group()[:1])
            while index < len(found) and found[index].start < match.end():
                marked.append(found[index].form)
                index += 1
        rest = [word.form for word in found[index:]]
        return cls(
            text=" ".join(word.form for word in found) or text.strip(),
            marked=(*marked, *rest),
            plain=(*plain, *rest),
            content=_content(found, text),
        )

    @property
    def spoken(self) -> tuple[str, ...]:
        """The words outside brackets."""
        return tuple(word for word in self.plain if word != _BREAK)


def _content(found: Sequence[Word], text: str) -> tuple[str, ...]:
    """Content words: function words left out, endings cut, one word for each sense."""
    senses = language("en").lexicon("same-sense")
    function = language("en").lexicon("common-words").entries["function"]
    result: list[str] = []
    index = 0
    while index < len(found):
        match = senses.at(found, index, text)
        if match is not None:
            index += match[0]
            result.append(match[1])
            continue
        for form in found[index].form.split("-"):
            if form == "cannot" or form.endswith("n't"):
                result.append("not")
            elif form not in function and _CONTRACTED.sub("", form) not in function:
                result.append(_stem(form))
        index += 1
    return tuple(result)


def _stem(form: str) -> str:
    """A word without its commonest endings, and cut to seven letters: "diplomatic", "diplomacy"."""
    form = form.removesuffix("'s").removesuffix("'")
    for ending in ("ing", "ed", "es", "s"):
        if len(form) > len(ending) + 3 and form.endswith(ending) and not form.endswith("ss"):
            form = form.removesuffix(ending)
            break
    return form[:7]


@cache
def _light() -> frozenset[str]:
    return frozenset(
        _stem(word) for word in language("en").lexicon("common-words").entries["light"]
    )


@dataclass(slots=True)
class _Leaders:
    """The fullest quotation of each group, found by its words."""

    wordings: dict[int, _Wording] = field(default_factory=dict)
    by_text: dict[str, int] = field(default_factory=dict)
    by_word: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, index: int, wording: _Wording) -> None:
        self.wordings[index] = wording
        self.by_text.setdefault(wording.text, index)
        for word in sorted(set(wording.content)):
            self.by_word[word].append(index)

    def best(self, wording: _Wording) -> int | None:
        """The leader whose utterance a wording gives, or None."""
        if wording.text in self.by_text:
            return self.by_text[wording.text]
        best, best_score = None, (0.0, 0.0)
        for leader in self._candidates(wording):
            score = _overlap(wording, self.wordings[leader])
            if score >= THRESHOLD:
                closeness = fuzz.ratio(wording.text, self.wordings[leader].text)
                if (score, closeness) > best_score:
                    best, best_score = leader, (score, closeness)
        return best

    def _candidates(self, wording: _Wording) -> Iterable[int]:
        """Leaders that share the rarer content words, those that share most of them first."""
        shared: Counter[int] = Counter()
        postings = [
            self.by_word[word] for word in sorted(set(wording.content)) if word in self.by_word
        ]
        left = MAX_POSTINGS
        for leaders in sorted(postings, key=len):
            shared.update(leaders[:left])
            left -= min(left, len(leaders))
        return [leader for leader, _ in shared.most_common(MAX_CANDIDATES)]


def _overlap(shorter: _Wording, longer: _Wording) -> float:
    """Share of the content words of one wording that the other has; 0 if too few to tell."""
    a, b = shorter.content, longer.content
    if not a or not b or not set(a) - _light():
        return 0.0
    if len(a) >= 2 and _contains(b, a):
        return 1.0
    shared = Counter(a) & Counter(b)
    common = shared.total()
    if common < SHARED or not shared.keys() - _light():
        return 0.0
    return common / min(len(a), len(b))


def _contains(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    """Whether words occur in a row in others."""
    # Sought as text: str's search is linear, and no word has a blank inside.
    return f" {' '.join(shorter)} " in f" {' '.join(longer)} "


def _relation(wording: _Wording, leader: _Wording) -> Kind:
    if wording.marked == leader.marked:
        return "identical"
    if _is_bracketed(wording, leader):
        return "bracketed"
    if _contains(leader.spoken, wording.spoken) or _is_stretch(wording.plain, leader):
        return "truncated"
    return "reworded"


def _is_bracketed(wording: _Wording, leader: _Wording) -> bool:
    """Whether two wordings are the same but for what stands in brackets or was left out."""
    if wording.spoken == leader.spoken or wording.text == leader.text:
        return True
    return any(
        _BREAK in a.plain and _fits(a.plain, b.text.split(" "), whole=True)
        for a, b in ((wording, leader), (leader, wording))
    )


def _is_stretch(plain: Sequence[str], leader: _Wording) -> bool:
    """Whether a wording is a stretch of another but for its brackets."""
    return _BREAK in plain and _fits(plain, leader.text.split(" "), whole=False)


def _fits(plain: Sequence[str], other: Sequence[str], *, whole: bool) -> bool:
    """Whether runs of words stand in others in order, each break holding up to MAX_INSERTED words.

    Args:
        plain: Words and breaks.
        other: Words.
        whole: Whether the words at both ends must be the other's ends, where no break is.
    """
    runs = [run.split() for run in " ".join(plain).split(_BREAK)]
    text = f" {' '.join(other)} "
    at = 0
    for number, run in enumerate(runs):
        if not run:
            continue
        found = text.find(f" {' '.join(run)} ", at)
        free = MAX_INSERTED if number else 0
        if found < 0 or ((whole or at) and text.count(" ", at, found) > free):
            return False
        at = found + len(" ".join(run)) + 1
    rest = text.count(" ", at) - 1
    return not whole or rest <= (MAX_INSERTED if not runs[-1] else 0)
