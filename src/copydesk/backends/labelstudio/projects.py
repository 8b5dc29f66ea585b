"""The Label Studio projects of a round: which there are, and finding or making them once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from copydesk.backends.labelstudio.client import PAGE, Server
from copydesk.corpus import Corpus
from copydesk.errors import IntegrityError
from copydesk.files import sha256_text
from copydesk.guidelines import read_guidelines
from copydesk.rounds.plan import Plan, PlannedTask
from copydesk.rounds.tasks import config_sha256, label_config

_TITLE: Final = 50
"""Label Studio's limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """One project: the tasks of one arm for one annotator, or for all who share it.

    Args:
        key: names the project on the server, also after it was renamed.
        annotators: who may answer here.
        overlap: how many answers each task gets here.
    """

    key: str
    arm: str
    annotators: tuple[str, ...]
    overlap: int
    tasks: tuple[PlannedTask, ...]

    @property
    def title(self) -> str:
        """What annotators see; readable, and no longer than allowed."""
        name = self.key.rpartition(".")[0]
        return name if len(name) <= _TITLE else f"{name[: _TITLE - 9]}-{sha256_text(name)[:8]}"


def streams(plan: Plan) -> list[Stream]:
    """The projects that a plan needs: one per arm and annotator, or shared per arm and overlap."""
    groups: dict[tuple[str, ...], list[PlannedTask]] = {}
    for task in plan.tasks:
        if plan.shared:
            groups.setdefault((task.arm, f"shared-{task.overlap}"), []).append(task)
        else:
            for annotator in task.annotators:
                groups.setdefault((task.arm, annotator), []).append(task)
    digest = plan.sha256[:12]
    return [
        Stream(
            key=".".join((plan.round, *group, digest)),
            arm=tasks[0].arm,
            annotators=tasks[0].annotators if plan.shared else (group[1],),
            overlap=tasks[0].overlap if plan.shared else 1,
            tasks=tuple(tasks),
        )
        for group, tasks in sorted(groups.items())
    ]


def find(server: Server, wanted: Sequence[Stream], known: dict[str, int]) -> dict[str, int]:
    """The ids of the projects that are on the server, by key.

    A project carries its key in its description. Where somebody has taken that away, the id in our
    log counts, if that project holds our tasks.
    """
    carriers = _carriers(server, wanted)
    found = {
        # Of two (made when an answer was lost) the one with tasks counts, else the older.
        key: min(group, key=lambda p: (-p["task_number"], p["id"]))["id"]
        for key, group in carriers.items()
    }
    for stream in wanted:
        number = known.get(stream.key)
        if stream.key not in found and number not in found.values():
            uids = [task.uid for task in stream.tasks[:PAGE]]
            if number is not None and server.find_tasks(number, uids):
                found[stream.key] = number
    return found


def empty_copies(server: Server, wanted: Sequence[Stream], found: dict[str, int]) -> list[int]:
    """Projects that carry the key of another that is used, and hold nothing.

    A server whose database is locked may itself repeat a request, and then makes two for one.
    """
    return [
        project["id"]
        for key, group in _carriers(server, wanted).items()
        for project in group
        if project["id"] != found.get(key) and not project["task_number"]
    ]


def _carriers(server: Server, wanted: Sequence[Stream]) -> dict[str, list[dict[str, Any]]]:
    carriers: dict[str, list[dict[str, Any]]] = {}
    keys = {stream.key for stream in wanted}
    for project in server.projects():
        for key in keys.intersection((project["description"] or "").split()):
            carriers.setdefault(key, []).append(project)
    return carriers


def page(server: Server, number: int) -> str:
    """The address where annotators answer a project's tasks one after the other, blind."""
    return f"{server.url}projects/{number}/data?labeling=1"


def settings(
    corpus: Corpus, plan: Plan, stream: Stream, *, config: str | None = None
) -> dict[str, Any]:
    """What a project is made with.

    Args:
        config: a label config in place of the planned one, for adjudication.

    Raises:
        IntegrityError: the label config or the guidelines are not the planned ones.
    """
    planned = config is None
    config = label_config(corpus, plan.unit, stream.arm) if config is None else config
    if planned and config_sha256(config) != plan.label_configs[stream.arm]:
        raise IntegrityError(
            "The label config is not the one that was planned.",
            where=f"round {plan.round}",
            hint="Put it back, or plan a new round.",
        )
    if read_guidelines(corpus)[1] != plan.guidelines_sha256:
        raise IntegrityError(
            f"The guidelines are not those that were planned (version {plan.guidelines_version}).",
            where=str(corpus.guidelines),
            hint="Put them back, or plan a new round.",
        )
    return {
        "title": stream.title,
        "description": f"Made by copydesk, which knows it by this key: {stream.key}",
        "label_config": config,
        "expert_instruction": instructions(corpus),
        "show_instruction": True,
        "maximum_annotations": stream.overlap,
        # Label Studio keeps the order only where nobody shares the tasks.
        "sampling": "Sequential sampling",
        "show_skip_button": False,
        "enable_empty_annotation": False,
        "show_collab_predictions": True,
    }


def instructions(corpus: Corpus) -> str:
    """The guidelines as HTML, without their front matter.

    Headings are two levels lower than in the file: Label Studio's window sets larger ones so close
    that the lines of a long one lie on each other.
    """
    from markdown_it import MarkdownIt

    text = corpus.guidelines.read_text(encoding="utf-8").split("---\n", 2)[-1]
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + 2, 6)}"
    return str(markdown.renderer.render(tokens, markdown.options, {}))
