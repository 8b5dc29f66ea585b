"""The requests that a round makes of Label Studio, in its own JSON.

The SDK carries them (it refreshes personal access tokens), but not its models: they fail on fields
that some rows lack, and alter what is to be archived unchanged.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from copydesk.backends.labelstudio.ahead import ahead
from copydesk.backends.labelstudio.connection import (
    PUBLIC_VARIABLE,
    RequestError,
    canonical_url,
)
from copydesk.errors import ServerError
from copydesk.files import parse_json, sha256_text

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

PAGE: Final = 500
"""Tasks in one answer of the server, and keys in one question."""

_TASK_FIELDS: Final = ("id", "data")
_SHOWN_FIELDS: Final = (*_TASK_FIELDS, "predictions", "result", "model_version")
_ANSWERED_FIELDS: Final = (
    *(*_TASK_FIELDS, "annotations"),
    *("result", "completed_by", "updated_by", "created_at", "updated_at", "lead_time"),
    *("was_cancelled", "ground_truth", "last_action", "bulk_created", "draft_created_at"),
    *("parent_prediction", "parent_annotation", "import_id"),
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What a server says that it has stored.

    Args:
        ids: of the tasks.
        predictions: how many came with them; None if it does not say. A server whose database is
            locked repeats a request, and then stores tasks without their predictions.
    """

    ids: tuple[int, ...]
    predictions: int | None


class Server:
    """One Label Studio as one account sees it.

    ``url`` is its address and ``public`` is the address that annotators use; both have a trailing
    slash.
    """

    def __init__(self, client: LabelStudio) -> None:
        self.url: str = client._client_wrapper.get_base_url()
        self.public = canonical_url(os.environ.get(PUBLIC_VARIABLE, "").strip() or self.url)
        self._http = client._client_wrapper.httpx_client

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        """Send one request, once. None for a JSON 404: what was requested does not exist."""
        if "json" in options:
            options["content"] = encode(options.pop("json"))
        if "content" in options:
            options["headers"] = {"Content-Type": "application/json"}
        response = self._http.request(path, method=method, retries=0, **options)
        if response.status_code == 404:
            return None
        if response.status_code == 204:
            return {}
        try:
            return parse_json(response.content)
        except ValueError as error:
            raise cut_off(f"{method} {path}") from error

    def users(self) -> dict[str, int]:
        """The ids of all users, by e-mail address in lower case."""
        return {user["email"].lower(): user["id"] for user in self._ask("GET", "api/users/")}

    def invitation(self) -> str:
        """The address under which a person makes an account of their own."""
        # The path given is absolute and leaves a sub-path out.
        return self.public + str(self._ask("GET", "api/invite")["invite_url"]).lstrip("/")

    def whoami(self) -> str:
        """The e-mail address of this account, in lower case."""
        return str(self._ask("GET", "api/current-user/whoami")["email"]).lower()

    def projects(self) -> Iterator[dict[str, Any]]:
        """All projects, newest first: id, title, description, task_number."""
        page = 1
        while True:
            params = {
                "include": "id,title,description,task_number",
                "page": page,
                "page_size": 200,
            }
            answer = self._ask("GET", "api/projects/", params=params)
            if answer is None:
                return
            yield from answer["results"]
            if not answer["next"]:
                return
            page += 1

    def project(self, number: int) -> dict[str, Any] | None:
        """A project's settings; None if it is gone."""
        found: dict[str, Any] | None = self._ask("GET", f"api/projects/{number}/")
        return found

    def create_project(self, settings: dict[str, Any]) -> int:
        """Make a project and give its id."""
        return int(self._ask("POST", "api/projects/", json=settings)["id"])

    def delete_project(self, number: int) -> None:
        """Delete a project with everything in it."""
        self._ask("DELETE", f"api/projects/{number}/")

    def count_tasks(self, number: int) -> int:
        """How many tasks a project holds now."""
        params = {"ids": number, "include": "id,task_number"}
        results = self._ask("GET", "api/projects/", params=params)["results"]
        if not results:
            raise ServerError(
                f"Project {number} is gone from the server.", hint="Push the round again."
            )
        return int(results[0]["task_number"])

    def import_tasks(self, number: int, payloads: bytes) -> Imported:
        """Add tasks to a project.

        Args:
            payloads: a list of them as JSON; see `encode`.
        """
        params = {"return_task_ids": True}
        answer = self._ask("POST", f"api/projects/{number}/import", params=params, content=payloads)
        tasks = tuple(int(task) for task in answer["task_ids"])
        return Imported(tasks, answer.get("prediction_count"))

    def count_equal(self, number: int, first: int, last: int, documents: bytes) -> int:
        """How many tasks of a project, between two ids, hold exactly one of these data.

        The database itself compares, in a fraction of the time that sending the tasks would take.
        Whether the server understands the query has to be tested: one that does not may count all
        tasks.

        Args:
            documents: data of tasks, a list as JSON; see `encode`.
        """
        between = {"min": first, "max": last}
        span = {"filter": "filter:tasks:id", "operator": "in", "type": "Number", "value": between}
        data = {"filter": "filter:tasks:data", "operator": "in_list", "type": "List", "value": []}
        query = encode({"filters": {"conjunction": "and", "items": [span, data]}})
        params = {"project": number, "page_size": 1, "fields": "task_only", "include": "id"}
        # Such a question is too long for an address, so it is a body.
        body = query.replace(b'"value": []', b'"value": ' + documents)
        answer = self._ask("GET", "api/tasks/", params=params, content=body)
        return int(answer["total"]) if answer else 0

    def find_tasks(self, number: int, uids: Sequence[str]) -> list[dict[str, Any]]:
        """The tasks of a project with one of these keys: id and data.

        Args:
            uids: at most `PAGE` of them.
        """
        return list(self._tasks(number, _TASK_FIELDS, uids))

    def tasks(
        self, number: int, uids: Sequence[str] | None = None, *, predictions: bool = False
    ) -> Iterator[dict[str, Any]]:
        """All tasks of a project, or those with one of these keys: id and data.

        Reading all is far faster than asking for each key.

        Args:
            predictions: give these too, each with id, result and model_version.
        """
        yield from self._tasks(number, _SHOWN_FIELDS if predictions else _TASK_FIELDS, uids)

    def answered_tasks(
        self, number: int, uids: Sequence[str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """The tasks of a project with their annotations: all, or those with one of these keys.

        Args:
            uids: at most `PAGE` of them.
        """
        yield from self._tasks(number, _ANSWERED_FIELDS, uids)

    def _tasks(
        self,
        number: int,
        fields: Sequence[str],
        uids: Sequence[str] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The tasks of a project, by id; a page is asked for while the one before is used."""
        for rows in ahead(self._pages(number, fields, uids)):
            yield from rows

    def _pages(
        self, number: int, fields: Sequence[str], uids: Sequence[str] | None
    ) -> Iterator[list[dict[str, Any]]]:
        """The tasks of a project, by id, a page at a time.

        ``include`` names fields of tasks and of what they hold alike; without it the server
        computes many more, at twice the time.
        """
        params: dict[str, Any] = {
            "project": number,
            "page_size": PAGE,
            "fields": "task_only" if fields == _TASK_FIELDS else "all",
            "include": ",".join(fields),
            # Data is wanted as it was sent, whatever addresses it holds.
            "resolve_uri": False,
        }
        if uids is not None:
            params["query"] = json.dumps(_with_uid(uids))
        page = seen = 0
        total = 1
        while seen < total:
            page += 1
            answer = self._ask("GET", "api/tasks/", params=params | {"page": page})
            # A server may give fewer at once than it is asked for; past the end it gives none.
            if answer is None or not answer["tasks"]:
                return
            seen, total = seen + len(answer["tasks"]), answer["total"]
            yield answer["tasks"]

    def identity(self) -> str:
        """Identifies this server's database: the time when its organisation was made."""
        (first, *_) = self._ask("GET", "api/organizations/")
        return sha256_text(f"{first['id']} {first['created_at']}")

    def update_project(self, number: int, settings: dict[str, Any]) -> None:
        """Change settings of a project."""
        self._ask("PATCH", f"api/projects/{number}/", json=settings)

    def update_task(self, number: int, data: dict[str, Any]) -> None:
        """Replace the data of a task; its answers stay."""
        self._ask("PATCH", f"api/tasks/{number}/", json={"data": data})

    def create_prediction(self, task: int, prediction: dict[str, Any]) -> None:
        """Add a prediction to a task."""
        self._ask("POST", "api/predictions/", json={"task": task, **prediction})

    def delete_prediction(self, number: int) -> None:
        """Delete a prediction."""
        self._ask("DELETE", f"api/predictions/{number}/")

    def delete_task(self, number: int) -> None:
        """Delete a task."""
        self._ask("DELETE", f"api/tasks/{number}/")

    def annotations(self, task: int) -> list[dict[str, Any]]:
        """The submissions of a task that were not cancelled; none if the task is gone."""
        return list(self._ask("GET", f"api/tasks/{task}/annotations/") or [])

    def create_annotation(self, task: int, content: dict[str, Any]) -> None:
        """Submit an answer to a task as this account."""
        if self._ask("POST", f"api/tasks/{task}/annotations/", json=content) is None:
            raise ServerError(f"Task {task} is gone from the server.", hint="Push the round again.")

    def update_annotation(self, number: int, content: dict[str, Any]) -> None:
        """Change a submission."""
        self._ask("PATCH", f"api/annotations/{number}/", json=content)


def encode(value: Any) -> bytes:
    """JSON as it is sent. The SDK's own way would first walk through every value of a payload."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


def cut_off(doing: str) -> RequestError:
    """The error for a body that ends early: whether the server acted is unknown."""
    return RequestError(
        f"The server's answer to {doing} is cut off or is not JSON.",
        hint="Run the same command again: what has arrived is found and not sent twice.",
    )


def _with_uid(uids: Sequence[str]) -> dict[str, Any]:
    """The data manager's query for tasks with one of our keys."""
    item = {
        "filter": "filter:tasks:data.uid",
        "operator": "in_list",
        "type": "List",
        "value": list(uids),
    }
    return {"filters": {"conjunction": "and", "items": [item]}}
