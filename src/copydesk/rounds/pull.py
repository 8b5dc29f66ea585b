"""Reading a round's answers: archived as they came, compared with the log, irregularities named."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.client import ANSWERED_PAGE, PAGE, Server
from copydesk.backends.labelstudio.pages import without_account
from copydesk.backends.labelstudio.projects import Stream
from copydesk.backends.labelstudio.redact import redact
from copydesk.backends.labelstudio.sender import logged_projects
from copydesk.corpus import Corpus
from copydesk.errors import ServerError
from copydesk.files import atomic_write, dump_json, dump_line, replacing
from copydesk.findings import Finding
from copydesk.rounds import people
from copydesk.rounds.collect import Row, collect
from copydesk.rounds.findings import counts, finding, placed
from copydesk.rounds.folder import RoundFolder
from copydesk.rounds.log import Answer, Changes, Key, append, compare, read_log
from copydesk.rounds.plan import Anchor, Plan, PlannedTask, now, read_plan
from copydesk.rounds.tasks import config_sha256, data_sha256, region_id


@dataclass(frozen=True, kw_only=True, slots=True)
class PullResult:
    """What a pull brought.

    Args:
        pull: its id, a time in UTC.
        archive: the raw answers; None if they are those of the last archive.
        tasks: how many were read.
    """

    pull: str
    archive: Path | None
    tasks: int
    changes: Changes
    findings: tuple[Finding, ...]


def pull(
    corpus: Corpus,
    round_id: str,
    server: Server,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> PullResult:
    """Read every answer of a round, archive them, and append to the log what is new.

    The archive is whole before the log is touched, and the log is written at once: cut off
    anywhere, the next pull ends in the same state.

    Raises:
        InputError: the round is unknown or closed, an address is not known, or the disk refuses.
        RoundBusyError: another process is at work on it.
        ServerError: the server failed, or knows none of the round's projects.
    """
    folder = RoundFolder(corpus, round_id)
    with folder.lock():
        folder.refuse_closed()
        plan = read_plan(folder)
        reading = _Reading(corpus, folder, plan, server, progress)
        streams = projects.streams(plan)
        found = projects.find(server, streams, logged_projects(folder))
        if not found:
            raise ServerError(
                f"The server has no project of round '{round_id}'.",
                hint="Push the round first, or connect to the server that it was pushed to.",
            )
        name = now().replace(":", "").replace(".", "-")
        archive = _archive(folder, name, reading.read(streams, found))
        changes = compare(read_log(folder.annotations), reading.answers, reading.asked)
        findings = reading.findings + [
            finding("answer-vanished", where=sentence, annotator=annotator)
            for annotator, sentence in changes.vanished
        ]
        findings.sort(key=_order)
        append(folder.annotations, changes, name)
        atomic_write(folder.findings, dump_findings(name, findings))
    return PullResult(
        pull=name,
        archive=archive,
        tasks=reading.tasks,
        changes=changes,
        findings=tuple(findings),
    )


def _order(found: Finding) -> tuple[str, ...]:
    return found.rule, found.file, found.annotator or "", found.record, found.detail


def dump_findings(name: str, findings: list[Finding]) -> str:
    """The findings of a pull as they stand in ``findings.json``."""
    return dump_json(
        {
            "pull": name,
            "counts": counts(findings),
            "findings": [
                {
                    "severity": f.severity,
                    "rule": f.rule,
                    "where": f.file,
                    "detail": f.detail,
                    "annotator": f.annotator,
                    "sentence_id": f.record or None,
                    "page": f.page,
                    "meaning": f.message,
                    "hint": f.hint,
                }
                for f in findings
            ],
        }
    )


def _archive(folder: RoundFolder, name: str, lines: Iterator[str]) -> Path | None:
    """Write the lines beside their place; keep the file if it is not the same as the last one.

    The name tells the time and a hash of the content, so that an hourly pull without news leaves
    nothing behind.
    """
    digest = hashlib.sha256()
    folder.pulls.mkdir(parents=True, exist_ok=True)
    for left in folder.pulls.glob(".*.part"):  # by a pull that was killed
        left.unlink(missing_ok=True)
    last = max(folder.pulls.glob("*.jsonl.gz"), default=None)
    beside = folder.pulls / f".{name}.part"
    with replacing(beside) as part, part.open("wb") as stream, _gzip(stream) as packed:
        for line in lines:
            data = line.encode("utf-8") + b"\n"
            digest.update(data)
            packed.write(data)
    place = folder.pulls / f"{name}-{digest.hexdigest()[:16]}.jsonl.gz"
    if last is not None and last.name[-26:] == place.name[-26:]:
        beside.unlink()
        return None
    beside.rename(place)
    return place


def _gzip(stream: IO[bytes]) -> gzip.GzipFile:
    # Without a time and a name, the same answers give the same bytes.
    return gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0, compresslevel=6)


class _Reading:
    """One pass over the projects of a round; afterwards it holds answers and findings.

    ``asked`` are the answers that were looked for, so that one that is not among ``answers`` is
    known to be gone.
    """

    def __init__(
        self,
        corpus: Corpus,
        folder: RoundFolder,
        plan: Plan,
        server: Server,
        progress: Callable[[int], None],
    ) -> None:
        users = server.users()
        emails = people.read(folder, plan)
        self._people = {users[mail]: name for name, mail in emails.items() if mail in users}
        self._corpus, self._plan, self._server = corpus, plan, server
        self._progress = progress
        self._page = ANSWERED_PAGE[plan.unit]
        self.answers: dict[Key, Answer] = {}
        self.asked: set[Key] = set()
        self.findings: list[Finding] = [
            finding("account-missing", where=plan.round, annotator=name)
            for name in without_account(emails, users)
        ]
        self.tasks = 0

    @cached_property
    def _given(self) -> frozenset[str]:
        return frozenset(a.article_id for a in self._corpus.articles() if a.redistributable)

    def read(self, streams: list[Stream], found: Mapping[str, int]) -> Iterator[str]:
        """The archive's lines, one for each task that was answered."""
        for stream in streams:
            number = found.get(stream.key)
            settings = None if number is None else self._server.project(number)
            if number is None or settings is None:
                self._find("project-missing", stream.key)
                continue
            if config_sha256(settings["label_config"]) != self._plan.label_configs[stream.arm]:
                self._find("label-config-changed", stream.key)
            if settings["title"] != stream.title:
                self._find("project-renamed", stream.key)
            yield from self._project(stream, number)

    def _find(self, rule: str, where: str, detail: str = "") -> None:
        self.findings.append(finding(rule, where=where, detail=detail))

    def _project(self, stream: Stream, number: int) -> Iterator[str]:
        planned = {task.uid: task for task in stream.tasks}
        seen: dict[str, list[int]] = {}
        before = len(self.findings)
        for row in self._server.answered_tasks(number, page=self._page):
            yield from self._row(stream, planned, seen, row)
        # A task that is deleted while pages are read moves another one out of sight.
        unseen = [uid for uid in planned if uid not in seen]
        for at in range(0, len(unseen), PAGE):
            for row in self._server.answered_tasks(number, unseen[at : at + PAGE]):
                yield from self._row(stream, planned, seen, row)
        for uid, task in planned.items():
            anchors = self._anchors(task)
            self.asked.update((n, a.sentence_id) for n in stream.annotators for a in anchors)
            if uid not in seen:
                self._find("task-missing", uid, stream.key)
            elif len(seen[uid]) > 1:
                self._find("task-repeated", uid, stream.key)
                self._again(stream, number, task, before)
        self.findings = placed(self.findings, number, seen)

    def _row(
        self,
        stream: Stream,
        planned: Mapping[str, PlannedTask],
        seen: dict[str, list[int]],
        row: Row,
    ) -> Iterator[str]:
        uid = row["data"].get("uid")
        task = planned.get(uid) if isinstance(uid, str) else None
        if task is None:
            self._find("task-unknown", stream.key, f"task {row['id']}")
        elif row["id"] in seen.setdefault(task.uid, []):
            return
        else:
            seen[task.uid].append(row["id"])
            self._take(stream, task, [row])
        self.tasks += 1
        self._progress(self.tasks)
        if row["annotations"]:
            yield self._line(stream, task, row)

    def _take(self, stream: Stream, task: PlannedTask, rows: list[Row]) -> None:
        for row in rows:
            if data_sha256(row["data"]) != task.data_sha256:
                self._find("task-changed", task.uid, f"task {row['id']}")
        right = [row for row in rows if data_sha256(row["data"]) == task.data_sha256]
        anchors = self._anchors(task)
        answers, findings = collect(right, task, anchors, self._people, stream.annotators)
        self.answers |= answers
        self.findings += findings

    def _anchors(self, task: PlannedTask) -> tuple[Anchor, ...]:
        return self._plan.expected(task)

    def _again(self, stream: Stream, number: int, task: PlannedTask, before: int) -> None:
        """Take the answers to all copies of a task together, so that the latest counts.

        Args:
            before: how many findings other projects gave; they have tasks of the same uid.
        """
        self.findings[before:] = [
            f for f in self.findings[before:] if f.file != task.uid or f.rule == "task-repeated"
        ]
        self._take(stream, task, list(self._server.answered_tasks(number, [task.uid])))

    def _line(self, stream: Stream, task: PlannedTask | None, row: Row) -> str:
        given = task is not None and task.article_id in self._given
        anchors = self._anchors(task) if task else ()
        ids = frozenset(region_id(anchor.sentence_id) for anchor in anchors)
        annotations = [redact(a, withheld=not given, ids=ids) for a in row["annotations"]]
        return dump_line(
            {
                "project": stream.key,
                "task": row["id"],
                "uid": task.uid if task else None,
                "data_sha256": data_sha256(row["data"]),
                "annotations": annotations,
            }
        )
