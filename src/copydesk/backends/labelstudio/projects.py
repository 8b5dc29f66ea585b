"""The Label Studio projects of a round: finding them, or making them once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from copydesk.backends.labelstudio.client import PAGE, Server
from copydesk.backends.labelstudio.configs import canonical_xml, config_sha256, label_config
from copydesk.backends.labelstudio.instructions import instructions
from copydesk.errors import IntegrityError
from copydesk.files import sha256_text
from copydesk.guidelines import read_guidelines
from copydesk.rounds.opened import Round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.push_log import events
from copydesk.rounds.streams import Stream

_TITLE: Final = 50
"""Label Studio's limit."""


def title(stream: Stream) -> str:
    """What annotators see of a queue; readable, and no longer than allowed."""
    name = stream.key.rpartition(".")[0]
    return name if len(name) <= _TITLE else f"{name[: _TITLE - 9]}-{sha256_text(name)[:8]}"


def find(server: Server, wanted: Sequence[Stream], known: dict[str, int]) -> dict[str, int]:
    """The ids of the projects that are on the server, by key.

    A project carries its key in its description. If somebody has removed it, the id in our log
    counts, provided that project holds our tasks.
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
    return f"{server.public}projects/{number}/data?labeling=1"


def planned_config(round: Round, arm: str) -> str:
    """The label config that annotators of an arm are to see.

    From its first push on a round has a copy of its own, so that neither a newer version of this
    program nor a changed file of the corpus changes an open round.

    Raises:
        IntegrityError: it is not the one that was planned or pushed.
    """
    own = own_config(round.folder, arm)
    expected = pushed_config(round, arm)
    if own.is_file():
        config = canonical_xml(own.read_text(encoding="utf-8"))
    else:
        config = label_config(round.corpus, round.scheme, round.plan.unit, arm)
        if expected is not None and config_sha256(config) != expected:
            # A round of 0.1.0 has no copy of its own, and nothing beside the labels.
            config = label_config(round.corpus, round.scheme, round.plan.unit, arm, bare=True)
    if expected is not None and config_sha256(config) != expected:
        raise IntegrityError(
            "The label config is not the one that was planned.",
            where=f"round {round.plan.round}",
            hint="Put it back, or plan a new round.",
        )
    return config


def own_config(folder: RoundFolder, arm: str) -> Path:
    """Where a round keeps its copy of an arm's label config."""
    return folder.path / f"label-config-{arm}.xml"


def pushed_config(round: Round, arm: str) -> str | None:
    """The hash of an arm's label config by the push log or a plan of 0.1.0; None before a push."""
    for event in events(round.folder):
        if event.get("event") == "config" and event.get("arm") == arm:
            return str(event["sha256"])
    return round.plan.label_configs.get(arm)


def settings(round: Round, stream: Stream, config: str) -> dict[str, Any]:
    """The settings that a project is made with, and that every push compares it with.

    Raises:
        IntegrityError: the guidelines are not the planned ones.
    """
    plan, corpus = round.plan, round.corpus
    if read_guidelines(corpus)[1] != plan.guidelines_sha256:
        raise IntegrityError(
            f"The guidelines are not those that were planned (version {plan.guidelines_version}).",
            where=str(corpus.guidelines),
            hint="Restore them, or bring the change to the round with 'copydesk round amend "
            "--guidelines'.",
        )
    return {
        "title": title(stream),
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
