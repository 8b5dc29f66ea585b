"""The queues of a round: which tasks go to whom, and through which backend."""

from __future__ import annotations

from dataclasses import dataclass

from copydesk.rounds.plan import Plan, PlannedTask


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """One queue: the tasks of one arm for one annotator, or for all who share it.

    Args:
        key: names the queue wherever it is held, such as in a project's description.
        backend: the name of the backend that holds it.
        annotators: who may answer here.
        overlap: how many answers each task gets here.
    """

    key: str
    backend: str
    arm: str
    annotators: tuple[str, ...]
    overlap: int
    tasks: tuple[PlannedTask, ...]


def streams(plan: Plan, backend: str | None = None) -> list[Stream]:
    """The queues that a plan needs: one per arm and annotator, or shared per arm and overlap.

    Args:
        backend: take those of this backend only.
    """
    groups: dict[tuple[str, ...], list[PlannedTask]] = {}
    for task in plan.tasks:
        if plan.shared:
            groups.setdefault((task.arm, f"shared-{task.overlap}"), []).append(task)
        else:
            for annotator in (*task.annotators, *task.former):
                groups.setdefault((task.arm, annotator), []).append(task)
    digest = plan.sha256[:12]
    found = [
        Stream(
            key=".".join((plan.round, *group, digest)),
            backend=plan.backends[tasks[0].annotators[0] if plan.shared else group[1]],
            arm=tasks[0].arm,
            annotators=tasks[0].annotators if plan.shared else (group[1],),
            overlap=tasks[0].overlap if plan.shared else 1,
            tasks=tuple(tasks),
        )
        for group, tasks in sorted(groups.items())
    ]
    return [stream for stream in found if backend in (None, stream.backend)]
