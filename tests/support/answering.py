"""Answering tasks in Label Studio as its editor does, through the API, with one's own account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.aids import LABEL_CONTROL, TEXT_OBJECT
from copydesk.backends.labelstudio.client import Server
from copydesk.backends.labelstudio.payloads import PayloadWriter
from copydesk.backends.labelstudio.sender import logged_projects
from copydesk.corpus import Corpus
from copydesk.rounds.opened import open_round
from copydesk.rounds.streams import streams


def soon() -> str:
    """A time after everything that was done so far; no clock is so far ahead that it is refused."""
    return (datetime.now(UTC) + timedelta(minutes=30)).isoformat(timespec="seconds")


def enter(
    corpus: Corpus, round_id: str, server: Server, annotator: str, labels: Mapping[str, str]
) -> Counter[str]:
    """Submit, or update, every task whose sentences all have a label here.

    Args:
        server: connected with the annotator's own token.

    Returns:
        How many tasks were ``created`` and ``updated``.
    """
    round = open_round(corpus, round_id)
    writer = PayloadWriter(round)
    user = server.users()[server.whoami()]
    done: Counter[str] = Counter()
    queues = [s for s in streams(round.plan) if annotator in s.annotators]
    found = projects.find(server, queues, logged_projects(round.folder))
    for stream in queues:
        rows = {row["data"].get("uid"): row for row in server.answered_tasks(found[stream.key])}
        for task in stream.tasks:
            anchors = round.plan.expected(task)
            if not all(anchor.sentence_id in labels for anchor in anchors):
                continue
            given = [labels[anchor.sentence_id] for anchor in anchors]
            content = {"result": _result(writer.payload(task), given)}
            mine = [a for a in rows[task.uid]["annotations"] if a["completed_by"] == user]
            if mine:
                server.update_annotation(mine[-1]["id"], content)
            else:
                server.create_annotation(rows[task.uid]["id"], content)
            done["updated" if mine else "created"] += 1
    return done


def _result(payload: dict[str, Any], given: list[str]) -> list[dict[str, Any]]:
    if "predictions" not in payload:
        return [_choice(given[0], {})]
    result: list[dict[str, Any]] = []
    for region, label in zip(payload["predictions"][0]["result"], given, strict=True):
        if region["from_name"] == LABEL_CONTROL:
            result.append(region | {"value": region["value"] | {"labels": [label]}})
        else:
            place = {key: region["value"][key] for key in ("start", "end", "text")}
            result += [region, _choice(label, place) | {"id": region["id"]}]
    return result


def _choice(label: str, place: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "from_name": LABEL_CONTROL,
        "to_name": TEXT_OBJECT,
        "type": "choices",
        "origin": "manual",
        "value": {**place, "choices": [label]},
    }
