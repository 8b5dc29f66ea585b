"""How far a round is: by annotator and by article, as plain data."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from copydesk.contract.columns import FLAGS
from copydesk.contract.conformance import read_document
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.findings import Finding
from copydesk.rounds.backend import Account, Backend
from copydesk.rounds.irregularities import Unfinished, finding, unfinished
from copydesk.rounds.log import State, instant
from copydesk.rounds.newest import outcome
from copydesk.rounds.notes import Notes, notes_of
from copydesk.rounds.opened import Round, open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Plan
from copydesk.rounds.qualify import Standing, queues, standings
from copydesk.rounds.reading import Reading, by_backend, read_backends
from copydesk.rounds.record import read_state
from copydesk.rounds.streams import streams


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """One answered task.

    Args:
        at: when, UTC.
        seconds: lead time; None if it is not known.
        whole: whether every sentence of the task has an answer in it.
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
        answered: tasks whose every sentence has an answer.
        short: tasks that were submitted without.
        per_hour: tasks an hour between the first and the last answer.
        median_seconds: of lead time for a task.
        pages: where they answer, each with its arm.
    """

    annotator: str
    kind: str
    assigned: int | None
    answered: int
    short: int
    per_hour: float | None
    median_seconds: float | None
    last: str | None
    pages: tuple[tuple[str, str], ...]


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
        source: ``server`` if its backends were asked, ``log`` if not.
        unfinished: submitted answers that their annotators should open again, each with the page
            for it (on the server, or at the last pull).
        vanished: answers that are gone and that nobody has settled, as (annotator, sentence).
        flags: how many answers of the last pull have each flag.
        comments: how many have a comment.
        notes: what stands beside these figures.
        review: of a follow-up round, how many answers it asks for, were given, and changed.
        qualification: how each annotator stands with the known articles that come first.
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
    vanished: tuple[tuple[str, str], ...] = ()
    flags: Mapping[str, int] = dataclasses.field(default_factory=dict)
    comments: int = 0
    notes: Notes | None = None
    review: tuple[int, int, int] | None = None
    qualification: tuple[Standing, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """As JSON types."""
        return dataclasses.asdict(self)


def status(corpus: Corpus, round_id: str, backends: Iterable[Backend] | None = None) -> Status:
    """Where a round stands in its backends, or without them where it stood at the last pull."""
    round = open_round(corpus, round_id)
    state, closed = read_state(round), round.folder.closed.exists()
    beside: dict[str, Any] = {
        "vanished": tuple(sorted(state.vanished)),
        "flags": {flag: sum(a.flag == flag for a in state.answers.values()) for flag in FLAGS},
        "comments": sum(a.comment is not None for a in state.answers.values()),
        "notes": notes_of(round),
        "review": outcome(corpus, round.plan) if round.plan.review else None,
        "qualification": tuple(standings(round, state)),
    }
    if backends is None:
        found = summarise(
            round.plan,
            _logged(round.plan, state),
            closed=closed,
            source="log",
            findings=last_findings(round.folder),
        )
        return replace(found, **beside)
    chosen = by_backend(round, backends)
    reading, people = read_backends(round, [backend for backend, _ in chosen])
    collected = reading.collected()
    pages: dict[str, list[tuple[str, str]]] = {}
    urls: dict[str, str] = {}
    for backend, held in chosen:
        for page in backend.pages(round, held):
            for who in page.annotators:
                pages.setdefault(who, []).append((page.arm, page.url))
        urls |= {who: backend.url for stream in held for who in stream.annotators}
    found = summarise(
        round.plan,
        _submitted(round.plan, reading, people),
        closed=closed,
        source="server",
        projects_missing=len(queues(round)) - len(reading.looked()),
        tasks_missing=_missing(round, reading),
        findings=[
            replace(f, page=f.page and urls.get(f.annotator or "", "") + f.page)
            for f in collected.findings
        ],
        pages=pages,
    )
    return replace(found, **beside)


def _missing(round: Round, reading: Reading) -> int:
    absent = {s.key: len(s.tasks) for s in queues(round)}
    for key in reading.looked():
        del absent[key]
    return sum(absent.values()) + reading.missing()


def _submitted(
    plan: Plan, reading: Reading, people: Mapping[str, Mapping[Account, str]]
) -> Iterator[Done]:
    for stream, uid, submissions in reading.submissions():
        expected = len(plan.expected(plan.by_uid[uid]))
        latest: dict[str, Done] = {}
        for submission in sorted(submissions, key=lambda s: (s.updated_at, s.number)):
            name = people[stream.backend].get(submission.account)
            if name in stream.annotators and not submission.cancelled and not submission.empty:
                latest[name] = Done(
                    annotator=name,
                    uid=uid,
                    at=instant(submission.created_at),
                    seconds=submission.seconds,
                    whole=len(submission.marks) == expected,
                )
        yield from latest.values()


def last_findings(folder: RoundFolder) -> list[Finding]:
    """The findings of the last pull."""
    if not folder.findings.is_file():
        return []
    known = ("where", "detail", "annotator", "sentence_id", "page")
    hint = "Remove the file and pull again: the pull writes it anew."
    try:
        found = read_document(folder.findings, "pulled")["findings"]
        return [
            finding(f["rule"], **{"where": "", **{n: f[n] for n in known if n in f}}) for f in found
        ]
    except InputError as error:
        raise InputError(error.message, where=error.where, hint=hint) from error
    except KeyError as error:
        message = f"This file names a rule that is not known: {error}."
        raise InputError(message, where=str(folder.findings), hint=hint) from error


def _logged(plan: Plan, state: State) -> Iterator[Done]:
    tasks, sentences = {}, {}
    for task in plan.tasks:
        expected = plan.expected(task)
        sentences[task.uid] = len(expected)
        for anchor in expected:
            tasks[task.arm, anchor.sentence_id] = task.uid
    found: dict[tuple[str, str], list[Any]] = {}
    for answer in state.answers.values():
        key = answer.annotator, tasks[answer.arm, answer.sentence_id]
        found.setdefault(key, []).append(answer)
    for (annotator, uid), answers in found.items():
        times = [a.lead_time_s for a in answers]
        yield Done(
            annotator=annotator,
            uid=uid,
            at=max(instant(a.created_at) for a in answers),
            seconds=None if None in times else sum(times),
            whole=len(answers) == sentences[uid],
        )


def summarise(
    plan: Plan,
    submissions: Iterable[Done],
    *,
    closed: bool,
    source: str,
    projects_missing: int = 0,
    tasks_missing: int | None = None,
    findings: Iterable[Finding] = (),
    pages: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> Status:
    """Count submissions by annotator and by article.

    Args:
        pages: where each annotator answers.
    """
    by_annotator: dict[str, list[Done]] = {name: [] for name in plan.kinds}
    by_task: dict[str, set[str]] = {task.uid: set() for task in plan.tasks}
    for submission in submissions:
        by_annotator[submission.annotator].append(submission)
        if submission.whole:
            by_task[submission.uid].add(submission.annotator)
    articles: dict[str, tuple[int, int, set[str]]] = {}
    for task in plan.open_tasks:
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
        projects=len(streams(plan)),
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
    plan: Plan, name: str, given: list[Done], pages: tuple[tuple[str, str], ...]
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
