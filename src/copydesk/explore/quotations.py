"""The same utterance in several outlets, side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Final

from copydesk.explore.source import Source

_TOKEN: Final = re.compile(r"\w+(?:['’]\w+)*|[^\w]+")
_MOST_WORDS: Final = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One quotation of an utterance.

    Args:
        row: of the quotes table.
        article: the row of its article.
        words: (text, whether it differs from the fullest version); their texts joined are the
            quotation. Empty where the text is withheld.
    """

    row: Mapping[str, Any]
    article: Mapping[str, Any]
    words: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Utterance:
    """A group of quotations, the fullest first, then by similarity to it."""

    group: str
    event: str
    versions: tuple[Version, ...]

    @property
    def articles(self) -> int:
        """How many articles give it."""
        return len({version.row["article_id"] for version in self.versions})


def utterances(source: Source) -> list[Utterance]:
    """The groups of quotations of the articles shown, by event, those in most articles first."""
    articles = {row["article_id"]: row for row in source.articles.drop("text", "pieces").to_dicts()}
    rows = source.quotes.drop_nulls("group").sort("event", "group", "quote_id").to_dicts()
    found = [
        Utterance(
            group=group,
            event=event,
            versions=tuple(_versions(list(members), articles)),
        )
        for (event, group), members in groupby(rows, key=lambda row: (row["event"], row["group"]))
    ]
    return sorted(found, key=lambda u: (u.event, -u.articles, -len(u.versions), _first(u)))


def _first(utterance: Utterance) -> str:
    return min(str(version.row["quote_id"]) for version in utterance.versions)


def _versions(
    rows: list[dict[str, Any]], articles: Mapping[str, Mapping[str, Any]]
) -> Iterable[Version]:
    fullest = next((row for row in rows if _is_fullest(row)), None)
    leading = (fullest and fullest["text"]) or ""
    ordered = sorted(rows, key=lambda r: (r is not fullest, -(r["similarity"] or 0), r["quote_id"]))
    for row in ordered:
        words = () if row["text"] is None else differing(row["text"], leading)
        yield Version(row=row, article=articles[row["article_id"]], words=words)


def _is_fullest(row: Mapping[str, Any]) -> bool:
    return bool(row["relation"] == "identical" and row["similarity"] == 1.0 and row["text"])


def differing(text: str, fullest: str) -> tuple[tuple[str, bool], ...]:
    """Cut a quotation into stretches that are in the fullest version, and words that are not.

    Words are compared without case. Without a fullest version, or where either is very long,
    nothing is said to differ.

    Returns:
        (text, whether it differs); the texts joined are ``text``.
    """
    mine, theirs = _TOKEN.findall(text), _TOKEN.findall(fullest)
    places = [place for place, token in enumerate(mine) if _is_word(token)]
    own = [mine[place].casefold() for place in places]
    other = [token.casefold() for token in theirs if _is_word(token)]
    if not other or max(len(own), len(other)) > _MOST_WORDS:
        return ((text, False),)
    matcher = SequenceMatcher(None, own, other, autojunk=False)
    blocks = matcher.get_matching_blocks()
    same = {places[at] for a, _, size in blocks for at in range(a, a + size)}
    changed = [_is_word(token) and place not in same for place, token in enumerate(mine)]
    # A blank between two words that differ belongs to the stretch.
    for place in range(1, len(mine) - 1):
        if mine[place].isspace() and changed[place - 1] and changed[place + 1]:
            changed[place] = True
    runs = groupby(zip(mine, changed, strict=True), key=lambda pair: pair[1])
    return tuple(("".join(token for token, _ in run), differs) for differs, run in runs)


def _is_word(token: str) -> bool:
    return token[0].isalnum() or token[0] == "_"
