"""Withheld articles that a hydration could not fill in completely, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from copydesk.release.filling import Copies, Row
from copydesk.release.shelf import Copy


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """An article that could not be filled in completely, and why.

    Args:
        sentences: its withheld sentences.
        filled: how many of them have their text now.
        title, outlet, url, published: where a person can get it; its title only where the release
            may tell it.
    """

    article_id: str
    reason: str
    sentences: int = 0
    filled: int = 0
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    published: str | None = None


def gap(
    article: Mapping[str, Any],
    copies: Copies,
    rows: Mapping[str, list[Row]],
    part: Mapping[int, str],
) -> Gap:
    """An article that is not complete.

    Args:
        article: its id, address and the like, its hash, and the ``end`` of its text.
        rows: its withheld sentences, by its id.
        part: those that were found, by their start.
    """
    name = article["article_id"]
    wanted = rows.get(name, [])
    if part or name in copies.named or copies.of.get(name):
        reason = _difference(wanted, part, copies.of.get(name, []), article)
    elif name in copies.faults:
        reason = str(copies.faults[name])
    else:
        reason = "absent: no file has this article's id, its address or any of its sentences."
        if "" in copies.faults:
            reason += f" A file could not be read: {copies.faults['']}"
    return Gap(
        article_id=name,
        reason=reason,
        sentences=len(wanted),
        filled=len(part),
        title=article["title"],
        outlet=article["outlet"],
        url=article["url"],
        published=article["published"],
    )


def _difference(
    wanted: list[Row], part: Mapping[int, str], copies: list[Copy], article: Mapping[str, Any]
) -> str:
    """Where a copy first differs from the released text, as far as hashes of sentences can tell."""
    share = f"{len(part)} of {len(wanted)} sentences are filled; " if part else ""
    for start, _, _ in wanted:
        if start not in part:
            return f"{share}text differs in the sentence at offset {start}."
    end = article["end"]
    lengths = [copy.length for copy in copies]
    if lengths and end not in lengths:
        return f"{share}text differs outside them: it has {lengths[0]} code points, not {end}."
    return f"{share}text differs outside them."
