"""Payloads in batches, made and encoded while the server stores the batch before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from copydesk.backends.labelstudio.client import encode
from copydesk.backends.labelstudio.payloads import check_predictions
from copydesk.rounds.plan import PlannedTask

BATCH_TASKS: Final = 2500
BATCH_BYTES: Final = 8_000_000
_FIRST: Final = 1 / 8
"""The first batch is small, so that the server is soon at work; each next one is twice as large."""

Payload = Callable[[PlannedTask], dict[str, Any]]
"""Makes a task as Label Studio takes it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Payloads that are sent at once, with their data, as JSON.

    Args:
        body: the payloads.
        documents: their data.
    """

    payloads: list[dict[str, Any]]
    body: bytes
    documents: bytes

    @classmethod
    def of(cls, payloads: list[dict[str, Any]]) -> Batch:
        """A batch of these payloads."""
        return cls(payloads, encode(payloads), encode([payload["data"] for payload in payloads]))


def batches(tasks: Sequence[PlannedTask], payload: Payload, config: str) -> Iterator[Batch]:
    """Payloads in batches that a proxy lets through: `BATCH_TASKS`, `BATCH_BYTES` at most.

    Raises:
        IntegrityError: a task is not what was planned, or the config does not allow its regions.
    """
    batch: list[dict[str, Any]] = []
    size = 0
    share = _FIRST
    for task in tasks:
        made = payload(task)
        length = _size(made)
        if batch and (len(batch) >= BATCH_TASKS * share or size + length > BATCH_BYTES * share):
            yield _checked(batch, config)
            batch, size, share = [], 0, min(1.0, 2 * share)
        batch.append(made)
        size += length
    if batch:
        yield _checked(batch, config)


def _checked(payloads: list[dict[str, Any]], config: str) -> Batch:
    check_predictions(config, payloads)
    return Batch.of(payloads)


def _size(payload: Mapping[str, Any]) -> int:
    """About how many bytes a payload has: most of it is text, once in data and once in regions."""
    data = sum(len(value.encode("utf-8")) for value in payload["data"].values())
    regions = sum(len(p["result"]) for p in payload.get("predictions", ()))
    return data * (2 if regions else 1) + 250 * regions + 200
