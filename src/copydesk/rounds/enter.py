"""Entering one annotator's answers from a file, through the API, as that annotator.

It is how a model's answers come into a round: under an account of its own, beside the people's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.client import PAGE, Server
from copydesk.backends.labelstudio.connection import RequestError
from copydesk.backends.labelstudio.projects import Stream
from copydesk.backends.labelstudio.sender import logged_projects
from copydesk.contract.labels import LABELS
from copydesk.corpus import Corpus
from copydesk.errors import InputError, ServerError
from copydesk.files import read_jsonl
from copydesk.rounds import people
from copydesk.rounds.folder import RoundFolder
from copydesk.rounds.plan import Anchor, Plan, PlannedTask, read_plan
from copydesk.rounds.tasks import LABEL_CONTROL, TEXT_OBJECT, TaskWriter

_ATTEMPTS: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """One line of a file of answers."""

    label: str
    lead_time_s: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entered:
    """What became of the answers, counted in tasks.

    Args:
        left: tasks of the annotator that the file does not answer.
    """

    created: int
    updated: int
    unchanged: int
    left: int


def read_answers(path: Path, plan: Plan) -> dict[str, Given]:
    """Answers by sentence_id from lines ``{"sentence_id", "label"}``, ``lead_time_s`` if known.

    Raises:
        InputError: a line names no sentence of the round, no label, or a sentence that had one.
    """
    known = {anchor.sentence_id for _, anchor in plan.anchors()}
    found: dict[str, Given] = {}
    for number, line in read_jsonl(path):
        where = f"{path}:{number}"
        name, label, seconds = line.get("sentence_id"), line.get("label"), line.get("lead_time_s")
        if name not in known:
            raise InputError(f"'{name}' is no sentence of round '{plan.round}'.", where=where)
        if label not in LABELS:
            raise InputError(
                f"'{label}' is no label.", where=where, hint=f"Use {', '.join(LABELS)}."
            )
        if name in found:
            raise InputError(f"'{name}' is answered twice.", where=where)
        if seconds is not None and (not isinstance(seconds, int | float) or seconds < 0):
            raise InputError(f"lead_time_s is {seconds!r}, no number from 0.", where=where)
        found[name] = Given(label=label, lead_time_s=seconds)
    return found


def enter(
    corpus: Corpus,
    round_id: str,
    server: Server,
    annotator: str,
    path: Path,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> Entered:
    """Submit a file's answers as an annotator; what is there already is not submitted again.

    Args:
        server: connected with the annotator's own token.

    Raises:
        InputError: the token is somebody else's, the file is wrong, or answers a task in part.
        ServerError: the server failed; running this again goes on where it stopped.
    """
    folder = RoundFolder(corpus, round_id)
    folder.refuse_closed()
    plan = read_plan(folder)
    _check_account(server, people.read(folder, plan), annotator)
    given = read_answers(path, plan)
    streams = [s for s in projects.streams(plan) if annotator in s.annotators]
    answered, left = _complete(plan, streams, given, annotator)
    found = projects.find(server, streams, logged_projects(folder))
    writer = TaskWriter(corpus, plan)
    user = server.users()[people.read(folder, plan)[annotator]]
    done: dict[str, int] = {"created": 0, "updated": 0, "unchanged": 0}
    for stream in streams:
        tasks = [task for task in stream.tasks if task.uid in answered]
        for task, number in _numbers(server, stream, tasks, found):
            anchors = plan.expected(task)
            content = _content(writer.payload(task), task, anchors, given)
            done[_submit(server, number, user, content)] += 1
            progress(sum(done.values()))
    return Entered(**done, left=left)


def _check_account(server: Server, emails: Mapping[str, str], annotator: str) -> None:
    if annotator not in emails:
        raise InputError(
            f"'{annotator}' is no annotator of this round.", hint=f"There are {', '.join(emails)}."
        )
    account = server.whoami()
    if account != emails[annotator]:
        owner = next((name for name, mail in emails.items() if mail == account), "somebody else")
        raise InputError(
            f"The token is not that of '{annotator}' but of {owner}.",
            hint="Answers are entered as the one who gave them: use that account's token.",
        )


def _complete(
    plan: Plan, streams: Sequence[Stream], given: Mapping[str, Given], annotator: str
) -> tuple[set[str], int]:
    """The uids of the tasks that are answered whole, and how many are not answered at all."""
    answered, left, used = set(), 0, set()
    for stream in streams:
        for task in stream.tasks:
            names = [a.sentence_id for a in plan.expected(task)]
            missing = [name for name in names if name not in given]
            if not missing:
                answered.add(task.uid)
            elif len(missing) == len(names):
                left += 1
            else:
                raise InputError(
                    f"{len(missing)} of {len(names)} sentences of '{task.article_id}' are not "
                    f"answered, such as {missing[0]}.",
                    hint="Answer every sentence of an article, or none.",
                )
            used.update(names)
    if strange := sorted(set(given) - used):
        raise InputError(f"'{strange[0]}' was not given to '{annotator}' to answer.")
    return answered, left


def _numbers(
    server: Server, stream: Stream, tasks: Sequence[PlannedTask], found: Mapping[str, int]
) -> list[tuple[PlannedTask, int]]:
    """The tasks with the server's numbers for them."""
    if tasks and stream.key not in found:
        raise ServerError(
            f"Project '{stream.title}' is not on the server.", hint="Push the round first."
        )
    numbers: dict[str, int] = {}
    for at in range(0, len(tasks), PAGE):
        uids = [task.uid for task in tasks[at : at + PAGE]]
        for row in server.find_tasks(found[stream.key], uids):
            numbers.setdefault(row["data"]["uid"], row["id"])
    missing = [task.uid for task in tasks if task.uid not in numbers]
    if missing:
        raise ServerError(
            f"{len(missing)} tasks are not on the server, such as {missing[0]}.",
            hint="Push the round again.",
        )
    return [(task, numbers[task.uid]) for task in tasks]


def _content(
    payload: Mapping[str, Any],
    task: PlannedTask,
    anchors: Sequence[Anchor],
    given: Mapping[str, Given],
) -> dict[str, Any]:
    """A submission as Label Studio's own editor makes it."""
    regions = payload["predictions"][0]["result"] if task.sentence_id is None else [None]
    result: list[dict[str, Any]] = []
    for region, anchor in zip(regions, anchors, strict=True):
        label = given[anchor.sentence_id].label
        if region is None:
            result.append(_choice(label, {}))
        elif region["from_name"] == LABEL_CONTROL:
            result.append(region | {"value": region["value"] | {"labels": [label]}})
        else:
            place = {key: region["value"][key] for key in ("start", "end", "text")}
            result += [region, _choice(label, place) | {"id": region["id"]}]
    times = [given[anchor.sentence_id].lead_time_s for anchor in anchors]
    known = [seconds for seconds in times if seconds is not None]
    content: dict[str, Any] = {"result": result}
    return content | ({"lead_time": sum(known)} if len(known) == len(times) else {})


def _choice(label: str, place: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "from_name": LABEL_CONTROL,
        "to_name": TEXT_OBJECT,
        "type": "choices",
        "origin": "manual",
        "value": {**place, "choices": [label]},
    }


def _submit(server: Server, task: int, user: int, content: Mapping[str, Any]) -> str:
    """Submit, unless it is there; after an error, look before submitting again."""
    for attempt in range(_ATTEMPTS):
        try:
            mine = [a for a in server.annotations(task) if _by(a) == user]
            latest = max(mine, key=lambda a: (a["updated_at"], a["id"]), default=None)
            if latest is None:
                server.create_annotation(task, dict(content))
                return "created"
            if _labels(latest["result"]) == _labels(content["result"]):
                return "unchanged" if not attempt else "created"
            server.update_annotation(latest["id"], dict(content))
            return "updated"
        except RequestError as error:
            if not (error.maybe_done or error.status == 429) or attempt == _ATTEMPTS - 1:
                raise
            time.sleep(1.0)
    raise AssertionError("the last attempt returns or raises")


def _by(annotation: Mapping[str, Any]) -> int:
    who = annotation["completed_by"]
    return int(who["id"] if isinstance(who, Mapping) else who)


def _labels(result: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The labels of a submission by region; a sentence that is a task of its own has no region."""
    found = {}
    for item in result:
        if item.get("from_name") == LABEL_CONTROL:
            value = item["value"]
            region = str(item.get("id", "")) if "start" in value else ""
            found[region] = tuple(value.get("choices") or value.get("labels") or ())
    return found
