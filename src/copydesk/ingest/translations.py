"""Translations of one report belong to one event, where the source says that they are translations.

Names, figures and dates are shared by other reports of the same day as well, so only a link counts:
``hreflang`` or ``workTranslation`` in a page, or a field ``translation_of`` of a record with the
address or the id of the original.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from copydesk.ingest.fields import uri
from copydesk.ingest.store import Entry, Store

LINKS: Final = "translations"
"""What a page's links to its translations are called among its private fields."""
BECAUSE: Final = "a link between translations"
_NAMES: Final = (LINKS, "translation_of", "translationof")
_MOST: Final = 100
"""The most links of one article that are looked up."""


def linked(store: Store) -> Iterator[tuple[Entry, Entry]]:
    """Pairs of articles of which one names the other as its translation or its original.

    A fresh article is the second of its pair, where only one is fresh.
    """
    links = [(name, _links(other)) for name, other in store.saying(*_NAMES)]
    wanted = {link for _, found in links for link in found}
    if not wanted:
        return
    by_address: dict[str, str | None] = {}
    for entry in store:
        article = entry.article
        if article.url in wanted:
            # Two articles at one address: nobody knows which is meant.
            by_address[article.url] = None if article.url in by_address else article.article_id
        if article.article_id in wanted:
            by_address.setdefault(article.article_id, article.article_id)
    for name, found in links:
        for other in {by_address.get(link) for link in found} - {None, name}:
            a, b = store.get(name), store.get(str(other))
            if a and b:
                yield (b, a) if a.fresh else (a, b)


def _links(other: str) -> list[str]:
    fields: dict[str, Any] = json.loads(other)
    found: list[str] = []
    for name in _NAMES:
        value = fields.get(name)
        for link in value if isinstance(value, list) else [value]:
            if isinstance(link, str) and link.strip():
                found.append(uri(link) or link.strip())
    return found[:_MOST]
