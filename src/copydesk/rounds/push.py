"""Sending a round: what is missing on the server is sent, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from copydesk.corpus import Corpus
from copydesk.errors import IntegrityError
from copydesk.rounds import people, projects
from copydesk.rounds.folder import RoundFolder
from copydesk.rounds.plan import Plan, read_plan
from copydesk.rounds.send import PATIENCE, Sender, events, logged_projects, there
from copydesk.rounds.server import Server
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
        checked: tasks that were read back and are what was planned.
        removed: copies of tasks that were on the server twice and unanswered.
    """

    projects_made: int
    tasks_sent: int
    checked: int
    removed: int


def difference(corpus: Corpus, round_id: str, server: Server) -> Difference:
    """Compare the plan with the server; nothing is changed."""
    folder = RoundFolder(corpus, round_id)
    wanted = projects.streams(read_plan(folder))
    found = projects.find(server, wanted, logged_projects(folder))
    present = 0
    for stream in wanted:
        if stream.key in found and server.count_tasks(found[stream.key]):
            present += len(there(server, found[stream.key], stream.tasks)[0])
    total = sum(len(stream.tasks) for stream in wanted)
    return Difference(
        projects=len(wanted),
        projects_missing=len(wanted) - len(found),
        tasks=total,
        tasks_missing=total - present,
    )


def push(
    corpus: Corpus,
    round_id: str,
    server: Server,
    *,
    patience: float = PATIENCE,
    progress: Progress = lambda done: None,
) -> PushResult:
    """Send what is missing of a round, then read back and compare everything.

    Cut off anywhere, it is run again and ends in the same state.

    Args:
        patience: seconds to wait for a server that may still be storing an earlier batch.

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
        return _push(corpus, plan, server, sender, logged_projects(folder))


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
    corpus: Corpus, plan: Plan, server: Server, sender: Sender, known: dict[str, int]
) -> PushResult:
    streams = projects.streams(plan)
    found = projects.find(server, streams, known)
    writer = TaskWriter(corpus, plan)
    made = sent = checked = removed = 0
    for stream in streams:
        number = found.get(stream.key)
        if number is None:
            number = sender.make(stream, projects.settings(corpus, plan, stream))
            made += 1
        config = label_config(corpus, plan.unit, stream.arm)
        filled = sender.fill(stream, number, writer.payload, config)
        sent, checked = sent + filled.sent, checked + filled.checked
        removed += filled.removed
    return PushResult(projects_made=made, tasks_sent=sent, checked=checked, removed=removed)
