"""What is on the server is compared with what was sent: by its database, or by reading it back."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.backend import LabelStudio
from copydesk.backends.labelstudio.batches import batches
from copydesk.backends.labelstudio.client import Imported, Server, encode
from copydesk.backends.labelstudio.configs import label_config
from copydesk.backends.labelstudio.payloads import PayloadWriter
from copydesk.corpus import Corpus
from copydesk.errors import IntegrityError
from copydesk.rounds.choose import Overlap
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundBusyError
from copydesk.rounds.plan import Annotator, Plan
from copydesk.rounds.push import push
from copydesk.rounds.streams import streams

pytestmark = pytest.mark.studio

ODD = (
    'Storm “Ana” \\ "hits" {{coast}}\n'
    "The crew 🙂👩‍👩‍👧 sold cafe\u0301 and 字\u2028at <b>noon</b>.\n"
    "“It may rain,” he said."
)


@pytest.fixture
def odd(make_corpus: Callable[..., Corpus]) -> Corpus:
    """Two articles with everything that JSON and databases write in more than one way."""
    return make_corpus({"storm": ODD, "still": "Calm day\nThe sea was calm."})


@pytest.fixture
def plan(studio: Any, odd: Corpus) -> Plan:
    """A round of one annotator, by sentence."""
    return new_round(
        odd,
        Options(
            round=f"s-{secrets.token_hex(6)}",
            annotators=(Annotator(annotator="anna", kind="human"),),
            emails={"anna": studio.newcomer().email},
            unit="sentence",
            overlap=Overlap(base=1),
        ),
    )


class Watched(Server):
    """A real server that notes how it was used, and can be told to do harm in between."""

    def __init__(self, server: Server) -> None:
        self._http, self.url, self.public = server._http, server.url, server.public
        self.read = 0
        self.harm: Callable[[list[int]], None] = lambda ids: None

    def import_tasks(self, number: int, payloads: bytes) -> Imported:
        """Import, then do the harm."""
        imported = super().import_tasks(number, payloads)
        self.harm(list(imported.ids))
        return imported

    def tasks(self, number: int, uids: Any = None, *, predictions: bool = False) -> Any:
        """Read, and count it."""
        self.read += 1
        return super().tasks(number, uids, predictions=predictions)


def settings_of(corpus: Corpus, plan: Plan) -> dict[str, Any]:
    """The settings of the round's only project."""
    (stream,) = streams(plan)
    round = open_round(corpus, plan.round)
    return projects.settings(round, stream, projects.planned_config(round, stream.arm))


def number_of(server: Server, plan: Plan) -> int:
    """The round's only project."""
    queues = streams(plan)
    return projects.find(server, queues, {})[queues[0].key]


def test_the_database_compares_whole_data_exactly(
    odd: Corpus, plan: Plan, server_for: Callable[..., Any]
) -> None:
    """All that was sent counts; a task with one other character, or less of its data, does not."""
    with server_for() as server:
        push(odd, plan.round, [LabelStudio(server)])
        number = number_of(server, plan)
        rows = list(server.tasks(number))
        data = [row["data"] for row in rows]
        ids = [row["id"] for row in rows]
        spoilt = [*data[:-1], data[-1] | {"text": data[-1]["text"] + "!"}]
        shorter = [*data[:-1], {k: v for k, v in data[-1].items() if k != "after"}]
        questions: list[list[dict[str, Any]]] = [data, spoilt, shorter, [{}]]
        counts = [
            server.count_equal(number, min(ids), max(ids), encode(question))
            for question in questions
        ]
        without_first = server.count_equal(number, min(ids) + 1, max(ids), encode(data))
    assert len(rows) == len(plan.tasks) == 5
    assert counts == [5, 4, 4, 0]
    assert without_first == 4


def test_a_clean_push_reads_nothing_back(
    odd: Corpus, plan: Plan, server_for: Callable[..., Any]
) -> None:
    """What the database has confirmed is not asked for again; a second push reads it once."""
    with server_for() as real:
        server = Watched(real)
        assert push(odd, plan.round, [LabelStudio(server)]).checked == 5
        assert server.read == 0
        assert push(odd, plan.round, [LabelStudio(server)]).tasks_sent == 0
        assert server.read == 1


def test_a_server_that_counts_something_else_is_read_instead(
    odd: Corpus, plan: Plan, server_for: Callable[..., Any]
) -> None:
    """One that ignores the question and counts every task is not believed."""
    with server_for() as real:
        server = Watched(real)
        ask = server._ask

        def without_body(method: str, path: str, **options: Any) -> Any:
            if method == "GET":
                options.pop("content", None)
            return ask(method, path, **options)

        server._ask = without_body  # type: ignore[method-assign]  # a proxy that drops bodies
        result = push(odd, plan.round, [LabelStudio(server)])
    assert (result.tasks_sent, result.checked, server.read) == (5, 5, 1)


def test_a_task_spoilt_on_its_way_fails_the_push(
    odd: Corpus, plan: Plan, server_for: Callable[..., Any]
) -> None:
    """What differs after it was stored is found, read, and named."""
    with server_for() as real:
        server = Watched(real)

        def spoil(ids: list[int]) -> None:
            data = real._ask("GET", f"api/tasks/{ids[2]}/")["data"]
            changed = {"data": data | {"title": "x"}}
            real._ask("PATCH", f"api/tasks/{ids[2]}/", json=changed)

        server.harm = spoil
        with pytest.raises(IntegrityError, match="is not what was sent"):
            push(odd, plan.round, [LabelStudio(server)])
    assert server.read == 1


def test_marked_sentences_that_a_server_lost_are_marked_by_the_same_push(
    odd: Corpus, studio: Any, server_for: Callable[..., Any]
) -> None:
    """A server that repeats a request, since its database was locked, stores tasks alone."""
    options = Options(
        round=f"s-{secrets.token_hex(6)}",
        annotators=(Annotator(annotator="anna", kind="human"),),
        emails={"anna": studio.newcomer().email},
        overlap=Overlap(base=1),
    )
    plan = new_round(odd, options)
    with server_for() as real:
        server = Watched(real)
        whole = server.import_tasks

        def lose(number: int, payloads: bytes) -> Imported:
            return whole(number, encode([{"data": p["data"]} for p in json.loads(payloads)]))

        server.import_tasks = lose  # type: ignore[method-assign]
        result = push(odd, plan.round, [LabelStudio(server)])
        assert (result.tasks_sent, result.checked) == (2, 2)
        rows = real.tasks(number_of(real, plan), predictions=True)
        marked = {row["data"]["title"]: len(row["predictions"][0]["result"]) for row in rows}
        assert marked == {task.article_id: len(plan.expected(task)) for task in plan.tasks}


def test_a_task_added_twice_meanwhile_is_removed(
    odd: Corpus, plan: Plan, server_for: Callable[..., Any]
) -> None:
    """Somebody else sends the same task during a push: the copy goes at its end."""
    with server_for() as real:
        server = Watched(real)

        def send_too(ids: list[int]) -> None:
            task = real._ask("GET", f"api/tasks/{ids[0]}/")
            real.import_tasks(task["project"], encode([{"data": task["data"]}]))

        server.harm = send_too
        result = push(odd, plan.round, [LabelStudio(server)])
        assert (result.checked, result.removed) == (5, 1)
        assert real.count_tasks(number_of(real, plan)) == 5


def test_batches_hold_every_task_once_and_keep_their_order(odd: Corpus, plan: Plan) -> None:
    """A small first batch, then larger ones; none lacks a task, and JSON says what is in it."""
    payload = PayloadWriter(open_round(odd, plan.round)).payload
    config = label_config(odd, odd.scheme, "sentence", "blind")
    made = list(batches(plan.tasks * 1000, payload, config))
    assert [len(batch.payloads) for batch in made] == [313, 625, 1250, 2500, 312]
    sent = [one["data"]["uid"] for batch in made for one in json.loads(batch.body)]
    assert sent == [task.uid for task in plan.tasks * 1000]
    assert json.loads(made[0].documents) == [one["data"] for one in made[0].payloads]


def test_of_two_machines_that_make_a_project_one_steps_back(
    odd: Corpus, plan: Plan, server_for: Callable[..., Any]
) -> None:
    """The project that is younger goes, its machine says so, and nothing is there twice."""
    with server_for() as real:
        server = Watched(real)
        create = server.create_project
        payload = PayloadWriter(open_round(odd, plan.round)).payload

        def late(settings: dict[str, Any]) -> int:
            first = create(settings)  # the other machine is first, and sends
            real.import_tasks(first, encode([payload(plan.tasks[0])]))
            return create(settings)

        server.create_project = late  # type: ignore[method-assign]
        with pytest.raises(RoundBusyError, match="Another machine is sending"):
            push(odd, plan.round, [LabelStudio(server)])
        key = streams(plan)[0].key
        assert [p["task_number"] for p in real.projects() if key in p["description"]] == [1]
        assert push(odd, plan.round, [LabelStudio(real)]).checked == 5
        assert [p["task_number"] for p in real.projects() if key in p["description"]] == [5]


def test_a_project_that_a_killed_run_had_asked_for_is_used(
    odd: Corpus, plan: Plan, server_for: Callable[..., Any]
) -> None:
    """The server makes it only while the next run makes its own: the older, empty one is filled."""
    with server_for() as real:
        server = Watched(real)
        create, made = server.create_project, []

        def twice(settings: dict[str, Any]) -> int:
            made.extend([create(settings), create(settings)])
            return int(made[1])

        server.create_project = twice  # type: ignore[method-assign]
        assert push(odd, plan.round, [LabelStudio(server, patience=0.5)]).tasks_sent == 5
        key = streams(plan)[0].key
        there = [(p["id"], p["task_number"]) for p in real.projects() if key in p["description"]]
        assert there == [(made[0], 5)]


def test_an_empty_copy_of_a_project_is_removed_by_the_next_push(
    odd: Corpus, plan: Plan, server_for: Callable[..., Any]
) -> None:
    """A server that made two projects for one request is left with the one that holds the tasks."""
    with server_for() as server:
        push(odd, plan.round, [LabelStudio(server)])
        copy = server.create_project(settings_of(odd, plan))
        push(odd, plan.round, [LabelStudio(server)])
        assert server.project(copy) is None
        assert server.count_tasks(number_of(server, plan)) == 5
