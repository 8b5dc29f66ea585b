"""Sends tasks to a project, none twice and none lost, whatever happens on the way.

The server's own import is not idempotent, so every task carries our key. Before tasks are sent, the
intent is recorded; its outcome is found by looking up the keys: after an error, after a crash, and
when the project holds other tasks than it should. No request is repeated blindly.

What was sent is compared with what is there. The server's database does so itself where it can;
anything doubtful is read back and compared by its hash.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from copydesk.backends.labelstudio.ahead import ahead
from copydesk.backends.labelstudio.batches import Batch, Payload, batches
from copydesk.backends.labelstudio.client import PAGE, Server
from copydesk.backends.labelstudio.compare import Comparison
from copydesk.backends.labelstudio.connection import RequestError
from copydesk.backends.labelstudio.projects import find, title
from copydesk.backends.labelstudio.repairs import Repairs, marks_sha256
from copydesk.errors import IntegrityError, ServerError
from copydesk.rounds.paths import RoundBusyError, RoundFolder
from copydesk.rounds.plan import PlannedTask
from copydesk.rounds.push_log import events, record
from copydesk.rounds.streams import Stream
from copydesk.rounds.tasks import data_sha256

PATIENCE: Final = 30.0
"""Seconds that a server may go on storing what it was sent before it counts as not stored."""
_ATTEMPTS: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What became of a project's tasks: sent now, checked and correct, copies removed."""

    sent: int
    checked: int
    removed: int


class Sender:
    """Makes and fills the projects of one round; the round's lock must be held.

    Args:
        patience: seconds to wait for a server that may still be storing an earlier batch.
        progress: is called with the number of tasks that were confirmed.
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
        self.repairs = Repairs(folder, server)
        self._done = 0

    def record(self, event: str, **facts: Any) -> None:
        """Append an event to the push log."""
        record(self._folder, event, **facts)

    def settle(self) -> None:
        """Wait for requests of a killed run whose outcome is unknown."""
        pending = None
        for event in events(self._folder):
            pending = event if event["event"] in ("making", "sending") else None
        if pending is None:
            return
        if pending["event"] == "making":
            time.sleep(min(self._patience, 3.0))
        elif self._server.project(pending["project"]) is not None:
            self._wait(pending["project"], pending["before"] + pending["tasks"])

    def _wait(self, number: int, expected: int) -> bool:
        """Wait until a project holds as many tasks as expected; False if patience ended first."""
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            try:
                if self._server.count_tasks(number) >= expected:
                    return True
            except RequestError as error:
                if not _passing(error):
                    raise
            time.sleep(min(0.5, self._patience / 10))
        return False

    def make(self, stream: Stream, settings: dict[str, Any]) -> int:
        """Make a project once: after an error it is looked for before it is made again.

        Where an older project carries the key, ours is removed. If tasks then arrive in the older
        one, another machine is sending; if none do, a run that was killed had asked for it and the
        server made it late, or the server repeated our request, and it is used.

        Raises:
            RoundBusyError: another machine has made it at the same time.
            ServerError: the server failed.
        """
        for attempt in range(_ATTEMPTS):
            self.record("making", key=stream.key)
            made = None
            try:
                made = self._server.create_project(settings)
            except RequestError as error:
                _bear(error, attempt)
                time.sleep(min(self._patience, 3.0))
            number = find(self._server, [stream], {}).get(stream.key)
            if made is not None and number not in (None, made):
                # Going on would send everything twice, and copies take the server long to delete.
                self._server.delete_project(made)
                if self._wait(number, 1):
                    raise RoundBusyError(
                        f"Another machine is sending '{title(stream)}' at this moment.",
                        hint="Run this again when it has finished.",
                    )
            if number is not None:
                self.record("project", key=stream.key, project=number)
                return number
        raise ServerError(
            f"The project '{title(stream)}' could not be made.", hint="Run this again later."
        )

    def fill(
        self, stream: Stream, number: int, payload: Payload, config: str, there: There
    ) -> Filled:
        """Send what is missing of a project, put right what differs, and compare all of it.

        Args:
            payload: makes a task as Label Studio takes it.
            config: the project's label config, which predictions are checked against.
            there: what the project was found to hold.

        Raises:
            ServerError: the server failed; what was sent so far is there.
            IntegrityError: a task is not what was planned.
        """
        missing = [task for task in stream.tasks if task.uid not in there.ids]
        self._put_right(stream, number, payload, there)
        self._seen(len(stream.tasks) - len(missing))
        comparison = Comparison(self._server, number)
        count = there.count
        for batch in ahead(batches(missing, payload, config)):
            count = self._send(number, count, batch, comparison)
            self._seen(len(batch.payloads))
        comparison.finish()
        hashes = there.hashes
        if missing and comparison.equal and self._server.count_tasks(number) == count:
            hashes |= {task.uid: task.data_sha256 for task in missing}
        elif missing:
            there = look(self._server, number, marked=True)
            _compare(stream, number, there.hashes)
            self._put_right(stream, number, payload, there)
            hashes = there.hashes
        _compare(stream, number, hashes)
        planned = {task.uid for task in stream.tasks}
        doubled = [uid for uid, ids in there.ids.items() if len(ids) > 1 and uid in planned]
        removed = self._remove_copies(number, doubled)
        if missing or removed:
            self.record("checked", key=stream.key, project=number, tasks=len(planned))
        return Filled(sent=len(missing), checked=len(planned), removed=removed)

    def _put_right(self, stream: Stream, number: int, payload: Payload, there: There) -> None:
        """Give tasks that are there the data and the marked sentences that were planned."""
        wrong = wrong_tasks(stream, payload, there)
        for uid, (data, marks) in self.repairs.tasks(number, wrong, payload).items():
            there.hashes[uid], there.marks[uid] = data, marks
        if still := wrong_tasks(stream, payload, there):
            raise IntegrityError(
                f"Task '{still[0].uid}' is not what was planned, and the server does not let it "
                "be put right.",
                where=f"project {number}",
                hint="Delete it in Label Studio after a pull. Then push again.",
            )

    def _seen(self, count: int) -> None:
        self._done += count
        self._progress(self._done)

    def _send(self, number: int, known: int, batch: Batch, comparison: Comparison) -> int:
        """Send a batch until all of it is there; gives how many tasks the project holds then.

        Args:
            known: how many it should hold now; if it holds others, somebody else sends too.
        """
        left = batch
        for attempt in range(_ATTEMPTS):
            count = self._server.count_tasks(number)
            left = self._absent(number, left) if attempt or count != known else left
            known = count
            if not left.payloads:
                break
            self.record("sending", project=number, before=known, tasks=len(left.payloads))
            try:
                imported = self._server.import_tasks(number, left.body)
            except RequestError as error:
                _bear(error, attempt)
                if error.maybe_done:
                    self._wait(number, known + len(left.payloads))
                else:
                    time.sleep(min(self._patience, 5.0))
                continue
            self.record("sent", project=number, tasks=len(imported.ids))
            comparison.add(imported, batch)
            return known + len(imported.ids)
        if missing := self._absent(number, left).payloads:
            raise ServerError(
                f"{len(missing)} tasks could not be stored in project {number}.",
                hint="Run this again later.",
            )
        comparison.equal = False  # what arrived in an unknown way is read
        return self._server.count_tasks(number)

    def _absent(self, number: int, batch: Batch) -> Batch:
        found: set[str] = set()
        for at in range(0, len(batch.payloads), PAGE):
            uids = [payload["data"]["uid"] for payload in batch.payloads[at : at + PAGE]]
            found |= {row["data"].get("uid") for row in self._server.find_tasks(number, uids)}
        return Batch.of([p for p in batch.payloads if p["data"]["uid"] not in found])

    def _remove_copies(self, number: int, doubled: list[str]) -> int:
        """Of a task that is there twice, keep the one that was answered, else the older.

        Args:
            doubled: uids.
        """
        removed = 0
        for at in range(0, len(doubled), PAGE):
            copies: dict[str, dict[int, bool]] = {}
            for row in self._server.answered_tasks(number, doubled[at : at + PAGE]):
                given = any(not answer["was_cancelled"] for answer in row["annotations"])
                copies.setdefault(row["data"]["uid"], {})[row["id"]] = given
            for tasks in copies.values():
                kept = {task for task, given in tasks.items() if given} or {min(tasks)}
                for task in tasks.keys() - kept:
                    self._server.delete_task(task)
                    removed += 1
        return removed


def _passing(error: RequestError) -> bool:
    """Whether the same request may succeed in a while."""
    return error.maybe_done or error.status == 429


def _bear(error: RequestError, attempt: int) -> None:
    if not _passing(error) or attempt == _ATTEMPTS - 1:
        raise error


def logged_projects(folder: RoundFolder) -> dict[str, int]:
    """The ids of the projects that a round's push log names, by key."""
    return {e["key"]: e["project"] for e in events(folder) if e["event"] == "project"}


@dataclass(frozen=True, slots=True)
class There:
    """What a project holds.

    Args:
        count: of tasks, those that were not planned among them.
        ids: the server's ids by uid, more than one if a task is there twice.
        hashes: of each task's data, by uid.
        marks: of the sentences marked in each task, by uid.
    """

    count: int = 0
    ids: dict[str, list[int]] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)


def look(server: Server, number: int, *, marked: bool = False) -> There:
    """Read all tasks of a project.

    Args:
        marked: read the sentences marked in them too, which takes longer.
    """
    ids: dict[str, list[int]] = {}
    hashes: dict[str, str] = {}
    marks: dict[str, str] = {}
    seen: set[int] = set()
    for row in server.tasks(number, predictions=marked):
        if row["id"] in seen:
            continue
        seen.add(row["id"])
        uid, digest = str(row["data"].get("uid")), data_sha256(row["data"])
        ids.setdefault(uid, []).append(row["id"])
        marks[uid] = marks_sha256(row["predictions"] if marked else [])
        if hashes.setdefault(uid, digest) != digest:
            hashes[uid] = "copies that differ"
    return There(len(seen), ids, hashes, marks)


def wrong_tasks(stream: Stream, payload: Payload, there: There) -> list[PlannedTask]:
    """The planned tasks that are there with other data or other marked sentences."""
    return [
        task
        for task in stream.tasks
        if task.uid in there.ids
        and (
            there.hashes[task.uid] != task.data_sha256
            or there.marks[task.uid] != marks_sha256(payload(task).get("predictions", []))
        )
    ]


def _compare(stream: Stream, number: int, hashes: dict[str, str]) -> None:
    for task in stream.tasks:
        got = hashes.get(task.uid)
        if got != task.data_sha256:
            what = "is not there" if got is None else "is not what was sent"
            raise IntegrityError(
                f"Read back from the server, task '{task.uid}' {what}.",
                where=f"project {number}",
                hint="Push again.",
            )
