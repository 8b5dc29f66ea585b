"""How far a round is: by annotator and by article, as plain data."""

from __future__ import annotations

import dataclasses
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.client import ANSWERED_PAGE, Server
from copydesk.backends.labelstudio.projects import Stream
from copydesk.backends.labelstudio.sender import logged_projects
from copydesk.corpus import Corpus
from copydesk.files import read_json
from copydesk.findings import Finding
from copydesk.rounds import people
from copydesk.rounds.collect import collect
from copydesk.rounds.findings import Unfinished, finding, placed, unfinished
from copydesk.rounds.folder import RoundFolder
from copydesk.rounds.log import read_log
from copydesk.rounds.plan import Plan, read_plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One answered task.

    Args:
        at: when, UTC.
        seconds: Label Studio's lead time; None if it is not known.
        whole: whether every sentence of the task has a label in it.
    """

    annotator: str
    uid: str
    at: datetime
    seconds: float | None
    whole: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnotatorProgress:
    """One annotator's part, counted in tasks.

    Args:
        assigned: None in a shared project, where nobody has a share of their own.
        answered: tasks whose every sentence has a label.
        short: tasks that were submitted without.
        per_hour: tasks an hour between the first and the last answer.
        median_seconds: of lead time for a task.
        pages: where on the server they answer.
    """

    annotator: str
    kind: str
    assigned: int | None
    answered: int
    short: int
    per_hour: float | None
    median_seconds: float | None
    last: str | None
    pages: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleProgress:
    """One article, counted in answers to its tasks.

    Args:
        waiting_for: annotators with an own project who have not answered all of it.
    """

    article_id: str
    needed: int
    answered: int
    waiting_for: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """A round's progress; answers are counted in tasks, and those that are short do not count.

    Args:
        unfinished: submitted answers that their annotators should open again, each with the page
            for it (on the server, or at the last pull).
    """

    round: str
    unit: str
    closed: bool
    source: str
    projects: int
    projects_missing: int
    tasks_missing: int | None
    needed: int
    answered: int
    annotators: tuple[AnnotatorProgress, ...]
    articles: tuple[ArticleProgress, ...]
    unfinished: tuple[Unfinished, ...]

    def as_document(self) -> dict[str, Any]:
        """As JSON types."""
        return dataclasses.asdict(self)


def status(corpus: Corpus, round_id: str, server: Server | None = None) -> Status:
    """Where a round stands on a server, or without one where it stood at the last pull."""
    folder = RoundFolder(corpus, round_id)
    plan = read_plan(folder)
    if server is None:
        return summarise(
            plan,
            _logged(folder, plan),
            closed=folder.closed.exists(),
            source="log",
            findings=_found(folder),
        )
    streams = projects.streams(plan)
    found = projects.find(server, streams, logged_projects(folder))
    emails, users = people.read(folder, plan), server.users()
    names = {users[mail]: name for name, mail in emails.items() if mail in users}
    pages: dict[str, list[str]] = {}
    submissions: list[Submission] = []
    findings: list[Finding] = []
    there = 0
    for stream in (s for s in streams if s.key in found):
        number = found[stream.key]
        for name in stream.annotators:
            pages.setdefault(name, []).append(projects.page(server, number))
        looked = _look(server, plan, stream, number, names)
        submissions += looked.submissions
        findings += looked.findings
        there += looked.tasks
    return summarise(
        plan,
        submissions,
        closed=folder.closed.exists(),
        source="server",
        projects_missing=len(streams) - len(found),
        tasks_missing=sum(len(s.tasks) for s in streams) - there,
        findings=[replace(f, page=f.page and server.url + f.page) for f in findings],
        pages=pages,
    )


@dataclass(slots=True)
class _Looked:
    """What a project holds; ``tasks`` counts those of the plan."""

    submissions: list[Submission]
    findings: list[Finding]
    tasks: int


def _look(
    server: Server, plan: Plan, stream: Stream, number: int, names: dict[int, str]
) -> _Looked:
    tasks = {task.uid: task for task in stream.tasks}
    seen: dict[str, list[int]] = {}
    looked = _Looked([], [], 0)
    for row in server.answered_tasks(number, page=ANSWERED_PAGE[plan.unit]):
        task = tasks.get(str(row["data"].get("uid")))
        if task is None:
            continue
        seen.setdefault(task.uid, []).append(row["id"])
        expected = plan.expected(task)
        answers, findings = collect([row], task, expected, names, stream.annotators)
        given = Counter(name for name, _ in answers)
        whole = {name for name, count in given.items() if count == len(expected)}
        looked.findings += findings
        looked.submissions += _submissions(row, task.uid, names, stream.annotators, whole)
    looked.findings = placed(looked.findings, number, seen)
    looked.tasks = len(seen)
    return looked


def _submissions(
    row: dict[str, Any], uid: str, names: dict[int, str], allowed: tuple[str, ...], whole: set[str]
) -> Iterator[Submission]:
    latest: dict[str, Submission] = {}
    for annotation in sorted(row["annotations"], key=lambda a: (a["updated_at"], a["id"])):
        name = names.get(annotation["completed_by"])
        if name in allowed and annotation["result"] and not annotation["was_cancelled"]:
            latest[name] = Submission(
                annotator=name,
                uid=uid,
                at=datetime.fromisoformat(annotation["created_at"]),
                seconds=annotation["lead_time"],
                whole=name in whole,
            )
    yield from latest.values()


def _found(folder: RoundFolder) -> list[Finding]:
    """The findings of the last pull."""
    if not folder.findings.is_file():
        return []
    known = ("where", "detail", "annotator", "sentence_id", "page")
    found = read_json(folder.findings)["findings"]
    return [
        finding(f["rule"], **{"where": "", **{n: f[n] for n in known if n in f}}) for f in found
    ]


def _logged(folder: RoundFolder, plan: Plan) -> Iterator[Submission]:
    tasks, sentences = {}, {}
    for task in plan.tasks:
        expected = plan.expected(task)
        sentences[task.uid] = len(expected)
        for anchor in expected:
            tasks[task.arm, anchor.sentence_id] = task.uid
    found: dict[tuple[str, str], list[Any]] = {}
    for answer in read_log(folder.annotations).answers.values():
        key = answer.annotator, tasks[answer.arm, answer.sentence_id]
        found.setdefault(key, []).append(answer)
    for (annotator, uid), answers in found.items():
        times = [a.lead_time_s for a in answers]
        yield Submission(
            annotator=annotator,
            uid=uid,
            at=max(datetime.fromisoformat(a.created_at) for a in answers),
            seconds=None if None in times else sum(times),
            whole=len(answers) == sentences[uid],
        )


def summarise(
    plan: Plan,
    submissions: Iterable[Submission],
    *,
    closed: bool,
    source: str,
    projects_missing: int = 0,
    tasks_missing: int | None = None,
    findings: Iterable[Finding] = (),
    pages: Mapping[str, Sequence[str]] | None = None,
) -> Status:
    """Count submissions by annotator and by article.

    Args:
        pages: where each annotator answers.
    """
    by_annotator: dict[str, list[Submission]] = {name: [] for name in plan.kinds}
    by_task: dict[str, set[str]] = {task.uid: set() for task in plan.tasks}
    for submission in submissions:
        by_annotator[submission.annotator].append(submission)
        if submission.whole:
            by_task[submission.uid].add(submission.annotator)
    articles: dict[str, tuple[int, int, set[str]]] = {}
    for task in plan.tasks:
        needed, answered, waiting = articles.get(task.article_id, (0, 0, set()))
        if not plan.shared:
            waiting |= set(task.annotators) - by_task[task.uid]
        got = min(len(by_task[task.uid]), task.overlap)
        articles[task.article_id] = (needed + task.overlap, answered + got, waiting)
    return Status(
        round=plan.round,
        unit=plan.unit,
        closed=closed,
        source=source,
        projects=len(projects.streams(plan)),
        projects_missing=projects_missing,
        tasks_missing=tasks_missing,
        needed=sum(needed for needed, _, _ in articles.values()),
        answered=sum(answered for _, answered, _ in articles.values()),
        annotators=tuple(
            _annotator(plan, name, by_annotator[name], tuple((pages or {}).get(name, ())))
            for name in plan.kinds
        ),
        articles=tuple(
            ArticleProgress(
                article_id=name,
                needed=needed,
                answered=answered,
                waiting_for=tuple(sorted(waiting)),
            )
            for name, (needed, answered, waiting) in articles.items()
        ),
        unfinished=unfinished(findings),
    )


def _annotator(
    plan: Plan, name: str, given: list[Submission], pages: tuple[str, ...]
) -> AnnotatorProgress:
    times = sorted(submission.at for submission in given)
    hours = (times[-1] - times[0]).total_seconds() / 3600 if times else 0.0
    seconds = [s.seconds for s in given if s.seconds is not None]
    return AnnotatorProgress(
        annotator=name,
        kind=plan.kinds[name],
        assigned=None if plan.shared else sum(name in task.annotators for task in plan.tasks),
        answered=sum(submission.whole for submission in given),
        short=sum(not submission.whole for submission in given),
        # n answers have n - 1 intervals between them.
        per_hour=round((len(given) - 1) / hours, 1) if hours else None,
        median_seconds=round(statistics.median(seconds), 1) if seconds else None,
        last=times[-1].isoformat(timespec="seconds") if times else None,
        pages=pages,
    )
