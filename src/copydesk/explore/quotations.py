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
        words: (text, edit) against the fullest version, see `edits`. Empty where the text is
            withheld.
    """

    row: Mapping[str, Any]
    article: Mapping[str, Any]
    words: tuple[tuple[str, str], ...]


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
        words = () if row["text"] is None else edits(row["text"], leading)
        yield Version(row=row, article=articles[row["article_id"]], words=words)


def _is_fullest(row: Mapping[str, Any]) -> bool:
    return bool(row["relation"] == "identical" and row["similarity"] == 1.0 and row["text"])


def edits(text: str, fullest: str) -> tuple[tuple[str, str], ...]:
    """Compare a quotation with the fullest version of its utterance, word by word.

    Words are compared without case. Without a fullest version, or where either is very long,
    nothing is marked as different.

    Returns:
        (text, edit): the edit is "" for what both have, ``added`` for words of the quotation alone
        and ``missing`` for words of the fullest version alone. Without those that are missing, the
        texts joined are ``text``.
    """
    mine, theirs = _TOKEN.findall(text), _TOKEN.findall(fullest)
    own = [place for place, token in enumerate(mine) if _is_word(token)]
    other = [place for place, token in enumerate(theirs) if _is_word(token)]
    if not other or max(len(own), len(other)) > _MOST_WORDS:
        return ((text, ""),)
    matcher = SequenceMatcher(
        None,
        [mine[place].casefold() for place in own],
        [theirs[place].casefold() for place in other],
        autojunk=False,
    )
    found: list[tuple[str, str]] = []
    done = 0
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        start = own[a] if a < len(own) else len(mine)
        found.append(("".join(mine[done:start]), ""))
        done = start
        if c < d:
            words = "".join(theirs[other[c] : other[d - 1] + 1])
            found.append((f"{words} " if start < len(mine) else f" {words}", "missing"))
        if a < b:
            done = own[b - 1] + 1
            found.append(("".join(mine[start:done]), "added"))
    found.append(("".join(mine[done:]), ""))
    return tuple((words, edit) for words, edit in found if words)


def _is_word(token: str) -> bool:
    return token[0].isalnum() or token[0] == "_"
