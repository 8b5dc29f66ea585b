"""Tasks into a project, none twice and none lost, whatever happens on the way.

The server's own import is not idempotent, so every task carries our key. Before tasks are sent the
intent is written down; what became of it is found out by looking the keys up: after an error, after
a crash, and when the project holds other tasks than it should. No request is repeated blindly.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from copydesk.connection import RequestError
from copydesk.errors import IntegrityError, ServerError
from copydesk.files import append_lines, dump_line, read_jsonl
from copydesk.rounds.folder import RoundFolder
from copydesk.rounds.log import cut_torn_line
from copydesk.rounds.plan import PlannedTask, now
from copydesk.rounds.projects import Stream, find
from copydesk.rounds.server import PAGE, Server
from copydesk.rounds.tasks import check_predictions, data_sha256

BATCH_TASKS: Final = 1000
BATCH_BYTES: Final = 8_000_000
PATIENCE: Final = 30.0
"""Seconds that a server may go on storing what it was sent before it counts as not stored."""
_ATTEMPTS: Final = 4

Payload = Callable[[PlannedTask], dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What became of a project's tasks: sent now, read back and right, copies removed."""

    sent: int
    checked: int
    removed: int


class Sender:
    """Makes and fills the projects of one round; the round's lock must be held.

    Args:
        patience: seconds to wait for a server that may still be storing an earlier batch.
        progress: is called with the number of tasks that were seen to be there.
    """

    def __init__(
        self,
        folder: RoundFolder,
        server: Server,
        *,
        patience: float = PATIENCE,
        progress: Callable[[int], None] = lambda done: None,
    ) -> None:
        self._folder, self._server, self._patience = folder, server, patience
        self._progress = progress
        self._done = 0
        cut_torn_line(folder.push_log)

    def record(self, event: str, **facts: Any) -> None:
        """Append an event to the push log."""
        append_lines(self._folder.push_log, [dump_line({"event": event, "at": now(), **facts})])

    def settle(self) -> None:
        """Wait for what a killed run had asked of the server and never heard about."""
        pending = None
        for event in events(self._folder):
            pending = event if event["event"] in ("making", "sending") else None
        if pending is None:
            return
        if pending["event"] == "making":
            time.sleep(min(self._patience, 3.0))
        elif self._server.project(pending["project"]) is not None:
            self._wait(pending["project"], pending["before"] + pending["tasks"])

    def _wait(self, number: int, expected: int) -> None:
        """Wait until a project holds as many tasks as expected, or patience is at its end."""
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            try:
                if self._server.count_tasks(number) >= expected:
                    return
            except RequestError as error:
                if not _passing(error):
                    raise
            time.sleep(min(0.5, self._patience / 10))

    def make(self, stream: Stream, settings: dict[str, Any]) -> int:
        """Make a project once: after an error it is looked for before it is made again."""
        for attempt in range(_ATTEMPTS):
            self.record("making", key=stream.key)
            number = None
            try:
                number = self._server.create_project(settings)
            except RequestError as error:
                _bear(error, attempt)
                time.sleep(min(self._patience, 3.0))
                number = find(self._server, [stream], {}).get(stream.key)
            if number is not None:
                self.record("project", key=stream.key, project=number)
                return number
        raise ServerError(
            f"The project '{stream.title}' could not be made.", hint="Run this again later."
        )

    def fill(self, stream: Stream, number: int, payload: Payload, config: str) -> Filled:
        """Send what is missing of a project, read it back, and compare everything.

        Args:
            payload: makes a task as Label Studio takes it.
            config: the project's label config, which predictions are checked against.

        Raises:
            ServerError: the server failed; what was sent so far is there.
            IntegrityError: a task is not what was planned.
        """
        known = self._server.count_tasks(number)
        ids, hashes = there(self._server, number, stream.tasks) if known else ({}, {})
        missing = [task for task in stream.tasks if task.uid not in ids]
        self._seen(len(ids))
        for batch in batches(missing, payload):
            check_predictions(config, batch)
            known = self._send(number, known, batch)
            self._seen(len(batch))
        if missing:
            new_ids, new_hashes = there(self._server, number, missing)
            ids, hashes = ids | new_ids, hashes | new_hashes
        _compare(stream, number, hashes)
        removed = self._remove_copies(number, ids)
        if missing or removed:
            self.record("checked", key=stream.key, project=number, tasks=len(ids))
        return Filled(sent=len(missing), checked=len(ids), removed=removed)

    def _seen(self, count: int) -> None:
        self._done += count
        self._progress(self._done)

    def _send(self, number: int, known: int, batch: list[dict[str, Any]]) -> int:
        """Send a batch until all of it is there; gives how many tasks the project holds then.

        Args:
            known: how many it should hold now; if it holds others, somebody else sends too.
        """
        left = batch
        for attempt in range(_ATTEMPTS):
            count = self._server.count_tasks(number)
            if count != known or attempt:
                left = self._absent(number, left)
            if not left:
                return count
            self.record("sending", project=number, before=count, tasks=len(left))
            try:
                self._server.import_tasks(number, left)
            except RequestError as error:
                _bear(error, attempt)
                if error.maybe_done:
                    self._wait(number, count + len(left))
                else:
                    time.sleep(min(self._patience, 5.0))
                continue
            self.record("sent", project=number, tasks=len(left))
            return count + len(left)
        if left := self._absent(number, left):
            raise ServerError(
                f"{len(left)} tasks could not be stored in project {number}.",
                hint="Run this again later.",
            )
        return self._server.count_tasks(number)

    def _absent(self, number: int, batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        uids = [payload["data"]["uid"] for payload in batch]
        found = {row["data"].get("uid") for row in self._server.find_tasks(number, uids)}
        return [payload for payload in batch if payload["data"]["uid"] not in found]

    def _remove_copies(self, number: int, ids: dict[str, list[int]]) -> int:
        """Of a task that is there twice, keep the one that was answered, else the older."""
        removed = 0
        for copies in ids.values():
            if len(copies) == 1:
                continue
            answered = {copy for copy in copies if self._server.annotations(copy)}
            for copy in set(copies) - (answered or {min(copies)}):
                self._server.delete_task(copy)
                removed += 1
        return removed


def _passing(error: RequestError) -> bool:
    """Whether the same request may succeed in a while."""
    return error.maybe_done or error.status == 429


def _bear(error: RequestError, attempt: int) -> None:
    if not _passing(error) or attempt == _ATTEMPTS - 1:
        raise error


def events(folder: RoundFolder) -> Iterator[dict[str, Any]]:
    """The events of a round's push log."""
    if folder.push_log.is_file():
        for _, event in read_jsonl(folder.push_log):
            yield event


def logged_projects(folder: RoundFolder) -> dict[str, int]:
    """The ids of the projects that a round's push log names, by key."""
    return {e["key"]: e["project"] for e in events(folder) if e["event"] == "project"}


def batches(tasks: Sequence[PlannedTask], payload: Payload) -> Iterator[list[dict[str, Any]]]:
    """Payloads in batches that a proxy lets through: `BATCH_TASKS`, `BATCH_BYTES` at most."""
    batch: list[dict[str, Any]] = []
    size = 0
    for task in tasks:
        made = payload(task)
        length = _size(made)
        if batch and (len(batch) == BATCH_TASKS or size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(made)
        size += length
    if batch:
        yield batch


def _size(payload: Mapping[str, Any]) -> int:
    """About how many bytes a payload has: most of it is text, once in data and once in regions."""
    data = sum(len(value.encode("utf-8")) for value in payload["data"].values())
    regions = sum(len(p["result"]) for p in payload.get("predictions", ()))
    return data * (2 if regions else 1) + 250 * regions + 200


def there(
    server: Server, number: int, tasks: Sequence[PlannedTask]
) -> tuple[dict[str, list[int]], dict[str, str]]:
    """Which of the tasks are in a project: the server's ids by uid, and a hash of each's data."""
    ids: dict[str, list[int]] = {}
    hashes: dict[str, str] = {}
    for at in range(0, len(tasks), PAGE):
        part = {task.uid for task in tasks[at : at + PAGE]}
        for row in server.find_tasks(number, sorted(part)):
            uid, digest = row["data"].get("uid"), data_sha256(row["data"])
            if uid in part and row["id"] not in ids.setdefault(uid, []):
                ids[uid].append(row["id"])
                if hashes.setdefault(uid, digest) != digest:
                    hashes[uid] = "copies that differ"
    return ids, hashes


def _compare(stream: Stream, number: int, hashes: dict[str, str]) -> None:
    for task in stream.tasks:
        got = hashes.get(task.uid)
        if got != task.data_sha256:
            what = "is not there" if got is None else "is not what was sent"
            raise IntegrityError(
                f"Read back from the server, task '{task.uid}' {what}.",
                where=f"project {number}",
                hint="If it was changed in Label Studio, delete it there. Then push again.",
            )
