"""Documents that an older copydesk wrote: they have older wording, and the same numbers.

Words about the data change from one copydesk to the next, and no card has to be rewritten for that.
Where the newest release and the card beside it were made by 0.1.0, which did not state how many
bytes a split takes, card and datasheet are therefore compared with the release only in what they
state: the front matter as data, and in each generated block every number. Once ``copydesk release
describe`` has written them, every word is compared again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from copydesk.contract.schema_versions import SCHEMA_VERSION, schema_number
from copydesk.pages.markdown import spans
from copydesk.release import card, datasheet
from copydesk.release.contents import Contents
from copydesk.release.facts import facts
from copydesk.validate.faults import show

_NUMBER: Final = re.compile(r"\d[\d,]*(?:\.\d+)*")
_LATER: Final = ("num_bytes", "dataset_size")
"""Keys of the front matter that 0.1.0 did not write."""


def is_older(contents: Contents, text: str) -> bool:
    """Whether a release and the card beside it were made by 0.1.0.

    Args:
        text: the card.
    """
    older = schema_number(contents.contract.version) < schema_number(SCHEMA_VERSION)
    return older and "num_bytes:" not in text


def wrong_front_matter(found: str, wanted: str) -> Iterator[str]:
    """What in a card's front matter does not match its release, as sentences."""
    stated, makes = card.front_matter(found), _earlier(card.front_matter(wanted))
    for key in makes:
        if stated.get(key) != makes[key]:
            yield f"'{key}' of its front matter does not match the release."


def _earlier(value: Any) -> Any:
    """A part of today's front matter as 0.1.0 wrote it."""
    if isinstance(value, Mapping):
        return {key: _earlier(part) for key, part in value.items() if key not in _LATER}
    return [_earlier(part) for part in value] if isinstance(value, list) else value


def wrong_numbers(contents: Contents, text: str, *, baselines: Any) -> Iterator[tuple[int, str]]:
    """The lines of a document's generated blocks with a number that the release does not have.

    Args:
        text: the card or the datasheet.
        baselines: see `copydesk.release.card.read_baselines`.

    Raises:
        InputError: the document's markers do not pair.
    """
    known = _numbers(datasheet.render(contents)) | _totals(contents)
    known |= _numbers(card.render(contents, baselines=baselines))
    blocks = spans(text, where="the document").values()
    start = 0
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if any(first <= start < last for first, last in blocks):
            for stranger in sorted(_numbers(line) - known):
                says = f"It says {stranger} in “{show(line)}”"
                yield number, f"{says}; the release has no such number."
        start += len(line)


def strange_numbers(found: str, wanted: str, name: str) -> list[str]:
    """The numbers in a document's generated block that are not in today's block of this name.

    Raises:
        InputError: the markers of one of the documents do not pair.
    """
    blocks = []
    for text in (found, wanted):
        start, end = spans(text, where="the document")[name]
        blocks.append(_numbers(text[start:end]))
    return sorted(blocks[0] - blocks[1])


def _totals(contents: Contents) -> set[str]:
    """The numbers that only 0.1.0 stated: totals of all configs."""
    found = facts(contents)
    splits = [sum(row[split] for row in found.labels.values()) for split in found.split_names]
    return {"100.0", *map(str, splits), *map(str, found.events.values())}


def _numbers(text: str) -> set[str]:
    return {number.replace(",", "") for number in _NUMBER.findall(text)}
