"""Rows of the fault matrix in which somebody's hand did it: on the server, or in the record."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.backend import LabelStudio
from copydesk.backends.labelstudio.sender import logged_projects
from copydesk.contract.labels import NEWS
from copydesk.errors import CopydeskError
from copydesk.files import sha256_text
from copydesk.rounds.amend import amend_round, revise_guidelines
from copydesk.rounds.log import read_log
from copydesk.rounds.notes import notes_of
from copydesk.rounds.opened import open_round
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.qualify import released
from copydesk.rounds.review import review
from copydesk.rounds.streams import streams


def _number(world: Any, server: Any, place: int = 0) -> int:
    stream = streams(world.plan)[place]
    found = projects.find(server, [stream], logged_projects(world.folder))
    return int(found[stream.key])


def _rules(result: Any) -> set[str]:
    return {finding.rule for finding in result.findings}


def _expect(got: object, wanted: object) -> str:
    return "" if got == wanted else f"{got}, not {wanted}"


def deleted_predictions(matrix: Any) -> str:
    """The sentences marked in the articles are deleted: the next push marks them again."""
    world = matrix.world(tasks=80, unit="article")
    world.push()
    with world.server() as server:
        number = _number(world, server)
        for row in list(server.tasks(number, predictions=True)):
            for prediction in row["predictions"]:
                server.delete_prediction(prediction["id"])
        backend = LabelStudio(server, patience=matrix.patience)
        fixed = push(world.corpus, world.round, [backend]).fixed
        again = push(world.corpus, world.round, [backend]).fixed
        marked = [len(row["predictions"]) for row in server.tasks(number, predictions=True)]
    return world.check_pushed() or _expect(
        (bool(fixed), again, marked), (True, (), [1] * len(world.plan.tasks))
    )


def moved_annotation(matrix: Any) -> str:
    """A submission is moved to another task: named, counted once, where it was given."""
    world = matrix.world(tasks=40, answered=True)
    world.pull()
    with world.server() as server:
        rows = list(server.answered_tasks(_number(world, server)))
        first, second = rows[0], rows[1]
        server._ask("DELETE", f"api/annotations/{second['annotations'][0]['id']}/")
        moved = first["annotations"][0]["id"]
        server._ask("PATCH", f"api/annotations/{moved}/", json={"task": second["id"]})
        where = server._ask("GET", f"api/annotations/{moved}/")["task"]
    if where != second["id"]:
        # This server does not move it. The record alone is tried in tests/rounds/test_collect.py.
        return world.check_pulled() if _rules(world.pull()) == {"answer-vanished"} else "not named"
    rules = _rules(world.pull())
    state = read_log(world.folder.annotations)
    labels = {sentence: answer.label for (_, sentence), answer in state.answers.items()}
    return _expect((rules, labels == world.labels), ({"submission-moved", "answer-vanished"}, True))


def changed_email(matrix: Any) -> str:
    """An annotator gets another address: named; the account's number says whose answer it is."""
    world = matrix.world(tasks=40, answered=True)
    world.pull()
    # Label Studio's API changes no address, so ours becomes the one that no account has.
    people = world.folder.people.read_text(encoding="utf-8")
    world.folder.people.write_text(json.dumps({"a1": f"former-{world.email}"}), encoding="utf-8")
    result = world.pull()
    world.folder.people.write_text(people, encoding="utf-8")
    return _expect(_rules(result), {"account-missing"}) or world.check_pulled()


def wrong_project(matrix: Any) -> str:
    """Somebody answers in another's project: named with its address, and not taken."""
    world = matrix.world(tasks=40)
    world.push()
    with world.server() as server:
        row = next(iter(server.answered_tasks(_number(world, server))))
        choice = {"from_name": "label", "to_name": "text", "type": "choices"}
        given = choice | {"value": {"choices": ["quote"]}}
        server.create_annotation(row["id"], {"result": [given]})
    result = world.pull()
    rules = _rules(result)
    named = rules in ({"annotator-unknown"}, {"annotator-unassigned"})
    page = all(finding.page for finding in result.findings)
    return _expect((named, page, len(result.changes.new)), (True, True, 0))


def revised_guidelines(matrix: Any) -> str:
    """The guidelines change: push refuses until it is amended, then all see them; then a review."""
    corpus = matrix.corpus
    world = matrix.world(tasks=40, answered=True)
    world.pull()
    text = corpus.guidelines.read_text(encoding="utf-8")
    changes = corpus.annotations / "changes.json"
    rule = {"rule": "Every label", "labels": list(NEWS.names)}
    version = {"version": "1.1", "previous": "1.0", "rules": [rule]}
    try:
        corpus.guidelines.write_text(text.replace('"1.0"', '"1.1"') + "\nNew.\n", encoding="utf-8")
        changes.write_text(json.dumps({"versions": [version]}), encoding="utf-8")
        try:
            world.push()
            return "pushed without an amendment"
        except CopydeskError:
            amend_round(corpus, world.round, revise_guidelines, "It was unclear.")
        with world.server() as server:
            backend = LabelStudio(server, patience=matrix.patience)
            fixed = push(corpus, world.round, [backend]).fixed
            shown = server.project(_number(world, server)) or {}
            _, plan = review(corpus, world.round)
            if plan is None:
                return "nothing to review"
            sent = push(corpus, plan.round, [backend]).tasks_sent
        held = notes_of(open_round(corpus, world.round)).versions
    finally:
        corpus.guidelines.write_text(text, encoding="utf-8")
        changes.unlink(missing_ok=True)
    found = (bool(fixed), "New." in shown["expert_instruction"], sent, held)
    wanted = (True, True, len(world.labels), {"1.0": len(world.labels)})
    return _expect(found, wanted) or world.check_pulled()


def restored_database(home: Path, make: Any, *, tasks: int) -> str:
    """The server is restored from before a correction: named, ours stands, then it is accepted."""
    from copydesk.backends.labelstudio.local import server as studio

    running = studio.start(home / "data")
    try:
        person = running.annotators(1)[0]
        matrix = make(running.url, running.admin.token, person.email, home, tasks)
        world = matrix.world(tasks=tasks, answered=True)
        world.pull()
        database = next((home / "data").rglob("*.sqlite3"))
        backup = home / f"backup-{sha256_text(str(database))[:8]}"
        with sqlite3.connect(database) as live, sqlite3.connect(backup) as kept:
            live.backup(kept)
        with world.server() as server:
            row = next(iter(server.answered_tasks(_number(world, server))))
            (given,) = row["annotations"]
            was = given["result"][0]["value"]["choices"][0]
            other = next(label for label in NEWS.names if label != was)
            result = [given["result"][0] | {"value": {"choices": [other]}}]
        with _as(running.url, person.token) as mine:
            mine.update_annotation(given["id"], {"result": result})
        changed = len(world.pull().changes.changed)
        running.stop()
        for beside in database.parent.glob(f"{database.name}-*"):
            beside.unlink()
        shutil.copy(backup, database)
        running = studio.start(home / "data")
        world.url = running.url
        older = world.pull()
        labels = {s: a.label for (_, s), a in read_log(world.folder.annotations).answers.items()}
        kept_ours = sum(labels[s] != label for s, label in world.labels.items())
        with world.server() as server:
            backend = LabelStudio(server)
            taken = pull(world.corpus, world.round, [backend], accept=["answer-older"])
        again = world.pull()
    finally:
        running.stop()
    found = (changed, _rules(older), kept_ours, len(taken.changes.changed), _rules(again))
    return _expect(found, (1, {"answer-older"}, 1, 1, set()))


def _as(url: str, token: str) -> Any:
    import contextlib

    from copydesk.backends.labelstudio.client import Server
    from copydesk.backends.labelstudio.connection import connect

    @contextlib.contextmanager
    def opened() -> Any:
        with connect(url, token) as client:
            yield Server(client)

    return opened()


def qualification(matrix: Any) -> str:
    """Who has not passed gets the known article alone; once passed, the rest, and keeps it."""
    world = matrix.world(tasks=80, answered=True, qualify=True)
    known = world.plan.qualify.articles[0]
    first = {t.uid for t in world.plan.tasks if t.article_id == known}
    world.push()
    _, before = world.on_server()
    world.pull()
    world.push()
    world.push()
    through = released(open_round(world.corpus, world.round))
    found = ({uid for uid, _ in before} == first, through)
    return _expect(found, (True, {"a1"})) or world.check_pushed()
