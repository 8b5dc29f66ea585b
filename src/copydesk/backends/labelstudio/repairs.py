"""Corrects what annotators see: settings, data of tasks, and the sentences marked in them.

Whatever is overwritten is first kept in the round's private folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from copydesk.backends.labelstudio.client import PAGE, Server
from copydesk.backends.labelstudio.configs import canonical_xml
from copydesk.backends.labelstudio.payloads import MODEL_VERSION
from copydesk.files import append_lines, dump_line, sha256_text
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import PlannedTask, now
from copydesk.rounds.tasks import data_sha256

_TAG: Final = re.compile(r"<([a-z][a-z0-9]*)\b[^<>]*>", re.IGNORECASE)

Payload = Callable[[PlannedTask], dict[str, Any]]

_WORDS: Final = {
    "title": "the title",
    "description": "the description",
    "label_config": "the label config",
    "expert_instruction": "the instructions",
    "show_instruction": "whether the instructions are shown",
    "maximum_annotations": "the overlap",
    "sampling": "the order",
    "show_skip_button": "whether tasks can be skipped",
    "enable_empty_annotation": "whether empty answers are taken",
    "show_collab_predictions": "whether marked sentences are shown",
    "model_version": "which marked sentences are shown",
}
"""What annotators see of a project, and what a difference in it is called."""


def differing(there: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The settings that differ, with the values that they should have.

    Args:
        there: a project as the server gives it.
        wanted: what it was made with.
    """
    return {
        key: value
        for key, value in wanted.items()
        if _plain(key, there.get(key)) != _plain(key, value)
    }


def _plain(key: str, value: Any) -> Any:
    if key == "expert_instruction" and isinstance(value, str):
        # The server writes tags its own way, and drops the attributes that it does not allow.
        return _TAG.sub(r"<\1>", value).strip()
    return canonical_xml(value) if key == "label_config" and _is_xml(value) else value


def _is_xml(value: Any) -> bool:
    if not isinstance(value, str) or not value.strip():
        return False
    try:
        canonical_xml(value)
    except SyntaxError:  # of which ElementTree's ParseError is one
        return False
    return True


def in_words(names: Sequence[str]) -> list[str]:
    """What differs, in words."""
    return [_WORDS.get(name, name) for name in names]


def marks_sha256(predictions: Sequence[dict[str, Any]]) -> str:
    """The hash of the sentences that a task's predictions mark: ids, places, names and controls.

    Those under another model_version are not shown and do not count.
    """
    shown = []
    for prediction in predictions:
        if prediction.get("model_version") == MODEL_VERSION:
            regions = [
                (
                    str(region.get("id")),
                    str(region.get("from_name")),
                    region.get("value", {}).get("start"),
                    region.get("value", {}).get("end"),
                    region.get("value", {}).get("labels"),
                    bool(region.get("readonly")),
                )
                for region in prediction.get("result") or ()
            ]
            shown.append(sorted(regions, key=repr))
    return sha256_text(dump_line(shown))


class Repairs:
    """Corrects projects; ``done`` says what was corrected, in words."""

    def __init__(self, folder: RoundFolder, server: Server) -> None:
        self._folder, self._server = folder, server
        self.done: list[str] = []

    def _keep(self, what: str, number: int, before: Any) -> None:
        line = dump_line({"at": now(), what: number, "before": before})
        append_lines(self._folder.private / "replaced.jsonl", [line])

    def settings(self, number: int, title: str, wanted: dict[str, Any]) -> None:
        """Give a project the settings that it was made with."""
        there = self._server.project(number) or {}
        wrong = differing(there, wanted)
        if not wrong:
            return
        self._keep("project", number, {key: there.get(key) for key in wrong})
        self._server.update_project(number, wrong)
        self.done.append(f"{', '.join(in_words(list(wrong)))} of project '{title}'")

    def tasks(
        self, number: int, tasks: Sequence[PlannedTask], payload: Payload
    ) -> dict[str, tuple[str, str]]:
        """Give tasks the data and the marked sentences that were planned.

        Returns:
            The hashes of data and marks by uid, as they are afterwards.
        """
        found: dict[str, tuple[str, str]] = {}
        for at in range(0, len(tasks), PAGE):
            batch = {task.uid: task for task in tasks[at : at + PAGE]}
            for row in self._server.tasks(number, list(batch), predictions=True):
                self._task(row, payload(batch[row["data"]["uid"]]))
            for row in self._server.tasks(number, list(batch), predictions=True):
                marks = marks_sha256(row["predictions"])
                found[row["data"]["uid"]] = data_sha256(row["data"]), marks
        return found

    def _task(self, row: dict[str, Any], wanted: dict[str, Any]) -> None:
        uid = wanted["data"]["uid"]
        if data_sha256(row["data"]) != data_sha256(wanted["data"]):
            self._keep("task", row["id"], row["data"])
            self._server.update_task(row["id"], wanted["data"])
            self.done.append(f"the data of task '{uid}'")
        planned = wanted.get("predictions", [])
        if marks_sha256(row["predictions"]) != marks_sha256(planned):
            self._keep("predictions_of", row["id"], row["predictions"])
            for old in row["predictions"]:
                if old.get("model_version") == MODEL_VERSION:
                    self._server.delete_prediction(old["id"])
            for new in planned:
                self._server.create_prediction(row["id"], new)
            self.done.append(f"the marked sentences of task '{uid}'")
