"""Sending a round: what is missing on the server is sent, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.client import Server
from copydesk.backends.labelstudio.projects import Stream
from copydesk.backends.labelstudio.sender import (
    PATIENCE,
    Sender,
    There,
    events,
    logged_projects,
    look,
)
from copydesk.corpus import Corpus
from copydesk.errors import IntegrityError
from copydesk.rounds import people
from copydesk.rounds.folder import RoundFolder
from copydesk.rounds.plan import Plan, read_plan
from copydesk.rounds.tasks import TaskWriter, label_config

Progress = Callable[[int], None]
"""Called with the number of tasks that are on the server."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What a push would do: the projects and tasks of the plan, and those that are missing."""

    projects: int
    projects_missing: int
    tasks: int
    tasks_missing: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PushResult:
    """What a push did.

    Args:
        checked: tasks that were compared and are what was planned.
        removed: copies of tasks that were on the server twice and unanswered.
    """

    projects_made: int
    tasks_sent: int
    checked: int
    removed: int


def difference(corpus: Corpus, round_id: str, server: Server) -> Difference:
    """Compare the plan with the server; nothing is changed."""
    folder = RoundFolder(corpus, round_id)
    streams = projects.streams(read_plan(folder))
    found = projects.find(server, streams, logged_projects(folder))
    return _difference(streams, {key: look(server, number) for key, number in found.items()})


def _difference(streams: list[Stream], there: dict[str, There]) -> Difference:
    total = sum(len(stream.tasks) for stream in streams)
    present = sum(
        task.uid in there[stream.key].ids
        for stream in streams
        if stream.key in there
        for task in stream.tasks
    )
    return Difference(
        projects=len(streams),
        projects_missing=len(streams) - len(there),
        tasks=total,
        tasks_missing=total - present,
    )


def push(
    corpus: Corpus,
    round_id: str,
    server: Server,
    *,
    patience: float = PATIENCE,
    say: Callable[[Difference], None] = lambda missing: None,
    progress: Progress = lambda done: None,
) -> PushResult:
    """Send what is missing of a round, and have everything compared.

    Cut off anywhere, it is run again and ends in the same state.

    Args:
        patience: seconds to wait for a server that may still be storing an earlier batch.
        say: is told what is missing before anything is sent.

    Raises:
        InputError: the round is unknown or closed, or an annotator's address is not known.
        RoundBusyError: another process is at work on it.
        ServerError: the server failed; what was sent so far is there.
        IntegrityError: plan, corpus and server contradict each other.
    """
    folder = RoundFolder(corpus, round_id)
    with folder.lock():
        folder.refuse_closed()
        plan = read_plan(folder)
        people.read(folder, plan)
        sender = Sender(folder, server, patience=patience, progress=progress)
        refuse_other_plan(folder, plan, sender)
        sender.settle()
        streams = projects.streams(plan)
        found = projects.find(server, streams, logged_projects(folder))
        for number in projects.empty_copies(server, streams, found):
            server.delete_project(number)
        there = {key: look(server, number) for key, number in found.items()}
        say(_difference(streams, there))
        return _push(corpus, plan, sender, found, there)


def refuse_other_plan(folder: RoundFolder, plan: Plan, sender: Sender) -> None:
    """Write down which plan is pushed; raises IntegrityError if another one was."""
    for event in events(folder):
        if event["event"] == "plan":
            if event["sha256"] == plan.sha256:
                return
            raise IntegrityError(
                "The plan was changed after it was pushed.",
                where=str(folder.plan),
                hint="Put it back from version control; for another plan, plan a new round.",
            )
    sender.record("plan", sha256=plan.sha256)


def _push(
    corpus: Corpus, plan: Plan, sender: Sender, found: dict[str, int], there: dict[str, There]
) -> PushResult:
    writer = TaskWriter(corpus, plan)
    made = sent = checked = removed = 0
    for stream in projects.streams(plan):
        number = found.get(stream.key)
        if number is None:
            number = sender.make(stream, projects.settings(corpus, plan, stream))
            made += 1
        config = label_config(corpus, plan.unit, stream.arm)
        filled = sender.fill(stream, number, writer.payload, config, there.get(stream.key, There()))
        sent, checked = sent + filled.sent, checked + filled.checked
        removed += filled.removed
    return PushResult(projects_made=made, tasks_sent=sent, checked=checked, removed=removed)
