"""One pass over the queues of a round: what was answered, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from copydesk.errors import InputError
from copydesk.findings import Finding
from copydesk.rounds.archive import fit_to_keep, known_people
from copydesk.rounds.backend import Account, Backend, Codec, Held, Submission
from copydesk.rounds.collect import Collected, collect
from copydesk.rounds.irregularities import PLACED, finding
from copydesk.rounds.log import Key
from copydesk.rounds.opened import Round
from copydesk.rounds.qualify import queues
from copydesk.rounds.streams import Stream


@dataclass(slots=True)
class _Task:
    """What was seen of one planned task: its copies' numbers, pages and submissions."""

    numbers: list[int] = field(default_factory=list)
    page: str | None = None
    submissions: list[Submission] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)


class Reading:
    """Gathers tasks as backends, or archives, give them.

    Args:
        people: pseudonyms by account, for each backend.
        queues: those that may be read.
    """

    def __init__(
        self,
        round: Round,
        codecs: Mapping[str, Codec],
        people: Mapping[str, Mapping[Account, str]],
        queues: Iterable[Stream],
    ) -> None:
        self._round, self._codecs, self._people = round, codecs, people
        self._labels = round.plan.labels
        self._streams = {stream.key: stream for stream in queues}
        self._planned = {
            key: {task.uid: task for task in stream.tasks} for key, stream in self._streams.items()
        }
        self._tasks: dict[str, dict[str, _Task]] = {}
        self.findings: list[Finding] = []
        self.seen = 0

    def looked_at(self, stream: Stream) -> None:
        """Note that a queue is there, whatever it holds."""
        self._tasks.setdefault(stream.key, {})

    def take(self, held: Held) -> bool:
        """Take one task; False if it was taken before."""
        task = self._planned[held.stream].get(held.uid or "")
        self._tasks.setdefault(held.stream, {})
        if task is None:
            detail = f"task {held.number}"
            self.findings.append(finding("task-unknown", where=held.stream, detail=detail))
            self.seen += 1
            return True
        into = self._tasks[held.stream].setdefault(task.uid, _Task())
        if held.number in into.numbers:
            return False
        into.numbers.append(held.number)
        into.page = into.page or held.page
        if held.data_sha256 != task.data_sha256:
            into.changed.append(held.number)
        else:
            codec = self._codecs[self._streams[held.stream].backend]
            anchors = self._round.plan.expected(task)
            into.submissions += [codec.read(a, task, anchors, self._labels) for a in held.answers]
        self.seen += 1
        return True

    def looked(self) -> list[str]:
        """The keys of the queues that were there."""
        return sorted(self._tasks)

    def asked(self) -> set[Key]:
        """The answers that were looked for: those not found are gone."""
        return {
            (name, anchor.sentence_id)
            for key in self._tasks
            for task in self._streams[key].tasks
            if task.article_id not in self._round.plan.withdrawn
            for anchor in self._round.plan.expected(task)
            for name in self._streams[key].annotators
        }

    def missing(self) -> int:
        """How many planned tasks of the queues that are there were not seen."""
        gone = self._round.plan.withdrawn
        return sum(
            uid not in tasks and task.article_id not in gone
            for key, tasks in self._tasks.items()
            for uid, task in self._planned[key].items()
        )

    def collected(self) -> Collected:
        """The answers and edits of all queues, and every finding."""
        whole = Collected(findings=list(self.findings))
        for key, tasks in self._tasks.items():
            stream = self._streams[key]
            people = self._people[stream.backend]
            for uid, planned in self._planned[key].items():
                seen = tasks.get(uid)
                if seen is None and planned.article_id in self._round.plan.withdrawn:
                    continue
                if seen is None:
                    whole.findings.append(finding("task-missing", where=uid, detail=key))
                    continue
                if len(seen.numbers) > 1:
                    whole.findings.append(finding("task-repeated", where=uid, detail=key))
                whole.findings.extend(
                    finding("task-changed", where=uid, detail=f"task {number}")
                    for number in seen.changed
                )
                anchors = self._round.plan.expected(planned)
                found = collect(seen.submissions, planned, anchors, people, stream.annotators)
                whole.answers.update(found.answers)
                whole.edits.update(found.edits)
                whole.findings.extend(
                    replace(f, page=seen.page) if f.rule in PLACED else f for f in found.findings
                )
        return whole

    def submissions(self) -> Iterator[tuple[Stream, str, list[Submission]]]:
        """The queue, the uid and the submissions of every planned task that was seen."""
        for key, tasks in self._tasks.items():
            for uid, task in tasks.items():
                yield self._streams[key], uid, task.submissions


def by_backend(
    round: Round, backends: Iterable[Backend], also: Iterable[str] = ()
) -> list[tuple[Backend, Sequence[Stream]]]:
    """Each backend with the queues of the round that it holds, or is to hold.

    Args:
        also: see `copydesk.rounds.qualify.queues`.

    Raises:
        InputError: a backend that the round needs is not among them.
    """
    wanted: dict[str, list[Stream]] = {}
    for stream in queues(round, also):
        wanted.setdefault(stream.backend, []).append(stream)
    known = {backend.name: backend for backend in backends}
    if missing := sorted(wanted.keys() - known.keys()):
        raise InputError(f"Round '{round.plan.round}' also needs the backend {missing[0]}.")
    return [(known[name], held) for name, held in sorted(wanted.items())]


def read_backends(
    round: Round,
    backends: Iterable[Backend],
    *,
    keep: Callable[[Held, Held], None] = lambda held, came: None,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[Reading, dict[str, dict[Account, str]]]:
    """Read every queue of a round.

    Args:
        keep: is given each task that was not seen before, fit to keep and as it came.
        progress: is called with the number of tasks read.

    Returns:
        What was read, and whose pseudonym stands for which account, by backend.

    Raises:
        ServerError: a backend failed, or knows none of the round's queues.
    """
    chosen = by_backend(round, backends)
    people = {backend.name: _accounts(round, backend, held) for backend, held in chosen}
    reading = Reading(
        round,
        {backend.name: backend.codec for backend, _ in chosen},
        people,
        [stream for _, held in chosen for stream in held],
    )
    for backend, held in chosen:
        for item in backend.give(round, held):
            if isinstance(item, Finding):
                reading.findings.append(item)
            elif isinstance(item, Stream):
                reading.looked_at(item)
            elif reading.take(kept := fit_to_keep(round, item, backend.codec)):
                keep(kept, item)
                progress(reading.seen)
    return reading, people


def _accounts(round: Round, backend: Backend, held: Sequence[Stream]) -> dict[Account, str]:
    """Whose account is whose; if an address has changed, the account's number tells."""
    found = backend.accounts(round, held)
    missing = {name for queue in held for name in queue.annotators} - set(found.values())
    if missing:
        known = known_people(round.folder.pulls).get(backend.name, {})
        found |= {a: who for a, who in known.items() if who in missing and a not in found}
    return found
