"""The log of what was sent when: one event a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from copydesk.files import dump_line
from copydesk.rounds.ledger import append_to_ledger, read_ledger
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import now


def record(folder: RoundFolder, event: str, **facts: Any) -> None:
    """Append an event to the push log."""
    append_to_ledger(folder.push_log, [dump_line({"event": event, "at": now(), **facts})])


def events(folder: RoundFolder) -> Iterator[dict[str, Any]]:
    """The events of a round's push log.

    Raises:
        IntegrityError: a line is not one that a push wrote.
    """
    if folder.push_log.is_file():
        for _, event in read_ledger(folder.push_log, "push"):
            yield event
