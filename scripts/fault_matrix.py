"""Every fault of the round trip, on a real Label Studio: run again, is the end state the same?

    python scripts/fault_matrix.py                  # all of it; about half an hour
    python scripts/fault_matrix.py --only push-drop # some of it, by the beginning of the name;
                                                    # several are divided by commas
    python scripts/fault_matrix.py --kills 5        # fewer kills
    python scripts/fault_matrix.py --server http://127.0.0.1:8080 --email ann@example.org

Starts a Label Studio of its own in a temporary folder, or takes the running one that --server
names, with the administrator's token from LABEL_STUDIO_API_KEY and an annotator's address; a
server that was running is not killed. Prints a table of the rows and their end states, in
Markdown, and exits 0 if every row ends well, else 1.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copydesk.backends.labelstudio.backend import LabelStudio
from copydesk.backends.labelstudio.payloads import PayloadWriter
from copydesk.errors import ServerError
from copydesk.rounds.opened import open_round
from copydesk.rounds.streams import streams

sys.path.insert(0, str(Path(__file__).parent))
import fault_hands as hands
import fault_record as record
from fault_proxy import Fault, proxy

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio import sender as send
from copydesk.backends.labelstudio.client import Server, encode
from copydesk.backends.labelstudio.connection import connect
from copydesk.contract.labels import NEWS
from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError
from copydesk.ingest import ingest
from copydesk.rounds.choose import Overlap
from copydesk.rounds.log import read_log
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Annotator, Plan
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.qualify import known_answers, queues
from copydesk.rounds.selection import Selection
from copydesk.rounds.tasks import data_sha256

PATIENCE = 6.0
"""Seconds that a push waits for tasks of a request that failed."""
CAUSES = ("tide", "vote", "strike", "bridge", "harvest", "tram", "quarry", "lantern")


def make_corpus(root: Path, articles: int, sentences: int) -> Corpus:
    """A corpus of generated articles: one sentence a line, all different, some with emoji."""
    (root / "annotations").mkdir(parents=True)
    (root / "copydesk.toml").write_text(
        '[corpus]\nname = "faults"\ntitle = "Generated"\n', encoding="utf-8"
    )
    guidelines = '---\nversion: "1.0"\n---\n# Guidelines\n\nPress 1 to 4.\n'
    (root / "annotations" / "guidelines.md").write_text(guidelines, encoding="utf-8")
    source = root / "source"
    source.mkdir()
    lines = []
    for number in range(articles):
        text = [f"Report number {number} on the {CAUSES[number % len(CAUSES)]}"]
        for line in range(1, sentences):
            word = CAUSES[(number * 7 + line) % len(CAUSES)]
            mark = " 🙂" if line % 5 == 0 else ""
            text.append(
                f"Clerk {number} counted the {word}{mark} {line} times before the day ended."
            )
        lines.append({"article_id": f"article-{number:04d}", "licence": "CC0-1.0"})
        lines[-1]["text"] = "\n".join(text)
    manifest = "".join(json.dumps(line) + "\n" for line in lines)
    (source / "articles.jsonl").write_text(manifest, encoding="utf-8")
    corpus = Corpus(root)
    ingest([str(source)], corpus)
    return corpus


@dataclass
class World:
    """A server, a corpus with a round, and what the round must look like in the end."""

    url: str
    token: str
    email: str
    corpus: Corpus
    round: str
    plan: Plan
    patience: float = PATIENCE
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> RoundFolder:
        """The round's files."""
        return RoundFolder(self.corpus, self.round)

    @contextlib.contextmanager
    def server(self, url: str | None = None, timeout: float = 60.0) -> Iterator[Server]:
        """A connection, directly or by way of a proxy."""
        with connect(url or self.url, self.token, timeout=timeout) as client:
            yield Server(client)

    def push(self, url: str | None = None, timeout: float = 60.0) -> None:
        """Push the round."""
        with self.server(url, timeout) as server:
            push(self.corpus, self.round, [LabelStudio(server, patience=self.patience)])

    def pull(self, url: str | None = None, timeout: float = 60.0) -> Any:
        """Pull the round."""
        with self.server(url, timeout) as server:
            return pull(self.corpus, self.round, [LabelStudio(server)])

    def on_server(self) -> tuple[int, list[tuple[str, str]]]:
        """How many projects of the round there are, and every task in them: uid, hash of data."""
        queues = streams(self.plan)
        keys = {stream.key for stream in queues}
        with self.server() as server:
            numbers = [
                p["id"] for p in server.projects() if keys & set((p["description"] or "").split())
            ]
            rows = [row for n in numbers for row in server.tasks(n)]
        return len(numbers), sorted((r["data"]["uid"], data_sha256(r["data"])) for r in rows)

    def check_pushed(self) -> str:
        """Empty, or what is wrong with the server's end state."""
        wanted = sorted((task.uid, task.data_sha256) for task in self.plan.tasks)
        number, found = self.on_server()
        if number != len(streams(self.plan)):
            return f"{number} projects"
        twice = sum(count - 1 for count in Counter(found).values())
        lost = len(set(wanted) - set(found))
        return "" if found == wanted else f"{twice} twice, {lost} lost"

    def check_pulled(self) -> str:
        """Empty, or what is wrong with the log's end state."""
        state = read_log(self.folder.annotations)
        got = {sentence: answer.label for (_, sentence), answer in state.answers.items()}
        lines = self.folder.annotations.read_bytes().count(b"\n")
        if got != self.labels:
            return f"{len(set(self.labels) - set(got))} answers lost of {len(self.labels)}"
        if lines != len(got) or state.vanished:
            return f"{lines} lines for {len(got)} answers"
        # A killed process cannot tidy up; what it leaves is hidden, never read, and gone here.
        left = next(self.folder.pulls.glob(".*"), None)
        return f"left behind: {left.name}" if left else ""


class Matrix:
    """Makes worlds on one server, and runs scenarios in them."""

    def __init__(
        self,
        url: str,
        token: str,
        email: str,
        home: Path,
        *,
        tasks: int,
        kills: int,
        patience: float = PATIENCE,
    ):
        self.url, self.token, self.email, self.home = url, token, email, home
        self.kills = kills
        self.patience = patience
        self.tasks = tasks
        self.random = random.Random(20)
        self._number = 0
        self.corpus = make_corpus(home / "corpus", max(1, tasks // 40), 40)

    def world(
        self,
        *,
        tasks: int | None = None,
        answered: bool = False,
        unit: str = "sentence",
        qualify: bool = False,
    ) -> World:
        """A new round, of sentence tasks by default; with answers on the server if asked for."""
        self._number += 1
        name = f"faults-{self._number}-{os.getpid()}"
        plan = new_round(
            self.corpus,
            Options(
                round=name,
                annotators=(Annotator(annotator="a1", kind="human"),),
                emails={"a1": self.email},
                unit=unit,
                qualify=self._known() if qualify else None,
                overlap=Overlap(base=1),
                selection=Selection(limit=max(1, (tasks or self.tasks) // 40)),
            ),
        )
        world = World(
            url=self.url,
            token=self.token,
            email=self.email,
            corpus=self.corpus,
            round=name,
            plan=plan,
            patience=self.patience,
        )
        if answered:
            self._answer(world)
        return world

    def _known(self) -> Path:
        """Known answers to the sentences of the first article."""
        path = self.home / "known.jsonl"
        lines = [
            {"sentence_id": f"article-0000.{number:03d}", "label": "background"}
            for number in range(1, 41)
        ]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        return path

    def _answer(self, world: World) -> None:
        """Put the tasks on the server together with their answers, as one import does."""
        round = open_round(world.corpus, world.plan.round)
        (stream,) = queues(round)
        known = known_answers(round)
        writer = PayloadWriter(round)
        with world.server() as server:
            config = projects.planned_config(round, stream.arm)
            settings = projects.settings(round, stream, config)
            number = server.create_project(settings)
            user = server.users()[world.email]
            payloads = []
            for task in stream.tasks:
                assert task.sentence_id is not None
                label = known.get(task.sentence_id) or self.random.choice(NEWS.names)
                world.labels[task.sentence_id] = label
                choice = {
                    "from_name": "label",
                    "to_name": "text",
                    "type": "choices",
                    "value": {"choices": [label]},
                }
                answer = {"result": [choice], "completed_by": user, "lead_time": 1.5}
                payloads.append(writer.payload(task) | {"annotations": [answer]})
            for at in range(0, len(payloads), 500):
                server.import_tasks(number, encode(payloads[at : at + 500]))

    # push through a proxy that does wrong

    def pushed_through(self, *faults: Fault, timeout: float = 30.0) -> str:
        """A push meets the fault and is run again: every task is there once."""
        world = self.world(tasks=min(400, self.tasks))
        with proxy(self.url, *faults) as wrong, contextlib.suppress(CopydeskError):
            world.push(wrong.url, timeout)
        unmet = [fault.kind for fault in faults if not fault.done]
        world.push()
        return f"fault not met: {unmet}" if unmet else world.check_pushed()

    def pulled_through(self, *faults: Fault, timeout: float = 30.0) -> str:
        """A pull meets the fault and is run again: every answer is logged once."""
        world = self.world(tasks=min(400, self.tasks), answered=True)
        with proxy(self.url, *faults) as wrong, contextlib.suppress(CopydeskError):
            world.pull(wrong.url, timeout)
        unmet = [fault.kind for fault in faults if not fault.done]
        world.pull()
        return f"fault not met: {unmet}" if unmet else world.check_pulled()

    # kills

    def killed_pushes(self) -> str:
        """SIGKILL at random moments of a push, then run again: every task is there once."""
        bad: Counter[str] = Counter()
        seconds = self._time(self.world(), "push")
        for _ in range(self.kills):
            world = self.world()
            _kill_after(self.random.uniform(0.0, seconds), _child, world, "push")
            world.push()
            bad[world.check_pushed()] += 1
        return _only_good(bad)

    def killed_pulls(self) -> str:
        """SIGKILL at random moments of a pull, then run again: every answer is logged once."""
        bad: Counter[str] = Counter()
        world = self.world(answered=True)
        seconds = self._time(world, "pull")
        for _ in range(self.kills):
            for path in (world.folder.pulls, world.folder.annotations, world.folder.findings):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            _kill_after(self.random.uniform(0.0, seconds), _child, world, "pull")
            world.pull()
            bad[world.check_pulled()] += 1
        return _only_good(bad)

    @staticmethod
    def _time(world: World, verb: str) -> float:
        began = time.monotonic()
        _child(world, verb)
        return time.monotonic() - began

    # other hands

    def two_pushes(self) -> str:
        """Two syncs of one checkout at once: one waits outside, nothing is sent twice."""
        world = self.world()
        _at_once(world, world)
        return world.check_pushed()

    def two_machines(self) -> str:
        """The same round pushed from two checkouts at once: every task is there once."""
        world = self.world()
        other = self.home / f"copy-{world.round}"
        shutil.copytree(self.corpus.root, other)
        copy = World(**{**world.__dict__, "corpus": Corpus(other)})
        _at_once(world, copy)
        world.push()
        return world.check_pushed()

    def full_disk(self) -> str:
        """The disk is full at several points of a pull: the log stays whole."""
        bad: Counter[str] = Counter()
        for share in (0, 5, 50, 200):
            world = self.world(tasks=min(400, self.tasks), answered=True)
            # A line of the log takes some 240 bytes: the last size fails in the log, not before.
            size = share * len(world.labels)
            process = _fork(_child_with_little_disk, world, size)
            process.join()
            if process.exitcode != 3:
                bad[f"exit {process.exitcode} with {size} bytes"] += 1
            state = read_log(world.folder.annotations).answers
            if state and len(state) != len(world.labels):
                bad["half a log"] += 1
            world.pull()
            bad[world.check_pulled()] += 1
        return _only_good(bad)

    def deleted_answer(self) -> str:
        """An annotator deletes an answer between pulls: named, and kept."""
        world = self.world(tasks=40, answered=True)
        world.pull()
        with world.server() as server:
            (stream,) = streams(world.plan)
            number = projects.find(server, [stream], {})[stream.key]
            row = next(iter(server.answered_tasks(number)))
            server._ask("DELETE", f"api/annotations/{row['annotations'][0]['id']}/")
        result = world.pull()
        rules = [finding.rule for finding in result.findings]
        state = read_log(world.folder.annotations)
        kept = {sentence: a.label for (_, sentence), a in state.answers.items()} == world.labels
        again = world.pull()
        still = [finding.rule for finding in again.findings] == rules
        if rules != ["answer-vanished"] or not kept or again.changes.vanished or not still:
            return f"{rules}, kept {kept}"
        return ""

    def renamed_project(self) -> str:
        """A project is renamed: found by its key, named, nothing sent twice."""
        world = self._changed({"title": "Something else"})
        rules = {finding.rule for finding in world.pull().findings}
        world.push()
        return world.check_pulled() or world.check_pushed() or _expect(rules, {"project-renamed"})

    def stripped_project(self) -> str:
        """Title and key are taken from a project: found by our log and its tasks."""
        world = self.world(tasks=40)
        world.push()
        self._change(world, {"title": "Something else", "description": ""})
        world.push()
        with world.server() as server:
            found = projects.find(server, streams(world.plan), send.logged_projects(world.folder))
            count = server.count_tasks(next(iter(found.values())))
        return "" if count == len(world.plan.tasks) else f"{count} tasks"

    def changed_config(self) -> str:
        """A label config is changed: named as an error, the answers are still taken."""
        world = self.world(tasks=40, answered=True)
        with world.server() as server:
            (stream,) = streams(world.plan)
            number = projects.find(server, [stream], {})[stream.key]
            project = server.project(number)
            assert project is not None
        config = project["label_config"].replace("</View>", '<Header value="x"></Header></View>', 1)
        self._change(world, {"label_config": config})
        rules = {finding.rule for finding in world.pull().findings}
        return world.check_pulled() or _expect(rules, {"label-config-changed"})

    def emptied_config(self) -> str:
        """A label config is emptied and settings are changed: the next push puts them right."""
        world = self.world(tasks=40)
        world.push()
        self._change(world, {"label_config": "<View></View>", "maximum_annotations": 3})
        with world.server() as server:
            fixed = push(world.corpus, world.round, [LabelStudio(server)]).fixed
            again = push(world.corpus, world.round, [LabelStudio(server)]).fixed
        return world.check_pushed() or _expect({len(fixed), len(again)}, {1, 0})

    def other_server(self) -> str:
        """The push log names another database: neither push nor pull goes on."""
        world = self.world(tasks=40)
        world.push()
        log = world.folder.push_log
        with world.server() as server:
            log.write_text(log.read_text().replace(server.identity(), "0" * 64))
        for verb in (world.push, world.pull):
            with contextlib.suppress(ServerError):
                verb()
                return "went on"
        return world.check_pushed()

    def foreign_edit(self) -> str:
        """The administrator changes an annotator's answer: named, and the owner's stands."""
        world = self.world(tasks=40, answered=True)
        world.pull()
        with world.server() as server:
            (stream,) = streams(world.plan)
            number = projects.find(server, [stream], {})[stream.key]
            row = next(iter(server.answered_tasks(number)))
            (given,) = row["annotations"]
            was = given["result"][0]["value"]["choices"][0]
            other = next(label for label in NEWS.names if label != was)
            result = [given["result"][0] | {"value": {"choices": [other]}}]
            server.update_annotation(given["id"], {"result": result})
        rules = {finding.rule for finding in world.pull().findings}
        return world.check_pulled() or _expect(rules, {"answer-edited"})

    def _changed(self, settings: dict[str, Any]) -> World:
        world = self.world(tasks=40, answered=True)
        self._change(world, settings)
        return world

    @staticmethod
    def _change(world: World, settings: dict[str, Any]) -> None:
        with world.server() as server:
            (stream,) = streams(world.plan)
            number = projects.find(server, [stream], send.logged_projects(world.folder))[stream.key]
            server._ask("PATCH", f"api/projects/{number}/", json=settings)

    def scenarios(self) -> dict[str, Callable[[], str]]:
        """Every row of the matrix but those that kill the server."""
        post = ("POST", r"/import")
        make = ("POST", r"/api/projects/$")
        read = ("GET", r"/api/tasks/")
        rows: dict[str, Callable[[], str]] = {}
        for name, (method, path) in {"import": post, "create": make, "read": read}.items():
            for kind, fault in _faults(method, path).items():
                timeout = 2.0 if kind == "delay" else 30.0
                rows[f"push-{kind}-{name}"] = functools.partial(
                    self.pushed_through, fault, timeout=timeout
                )
        for kind, fault in _faults(*read).items():
            timeout = 2.0 if kind == "delay" else 30.0
            rows[f"pull-{kind}"] = functools.partial(self.pulled_through, fault, timeout=timeout)
        return rows | {
            "push-drop-thrice": functools.partial(
                self.pushed_through, Fault("drop", *post, times=3)
            ),
            "push-kill-client": self.killed_pushes,
            "push-two-at-once": self.two_pushes,
            "push-two-machines": self.two_machines,
            "push-stripped-project": self.stripped_project,
            "pull-kill-client": self.killed_pulls,
            "pull-full-disk": self.full_disk,
            "push-emptied-config": self.emptied_config,
            "push-other-server": self.other_server,
            "pull-foreign-edit": self.foreign_edit,
            "pull-moved-annotation": functools.partial(hands.moved_annotation, self),
            "pull-changed-email": functools.partial(hands.changed_email, self),
            "pull-wrong-project": functools.partial(hands.wrong_project, self),
            "push-deleted-predictions": functools.partial(hands.deleted_predictions, self),
            "push-qualification": functools.partial(hands.qualification, self),
            "push-revised-guidelines": functools.partial(hands.revised_guidelines, self),
            "pull-deleted-answer": self.deleted_answer,
            "pull-renamed-project": self.renamed_project,
            "pull-changed-config": self.changed_config,
            **record.rows(self),
        }


def _faults(method: str, path: str) -> dict[str, Fault]:
    return {
        "drop": Fault("drop", method, path),
        "delay": Fault("delay", method, path, seconds=3.0),
        "500": Fault("before", method, path, status=500),
        "502": Fault("after", method, path, status=502),
        "429": Fault("before", method, path, status=429),
        "cut": Fault("cut", method, path),
    }


def _only_good(outcomes: Counter[str]) -> str:
    bad = {what: count for what, count in outcomes.items() if what}
    return "; ".join(f"{count} times: {what}" for what, count in bad.items())


def _expect(got: set[str], wanted: set[str]) -> str:
    return "" if got == wanted else f"findings {sorted(got)}"


def _child(world: World, verb: str) -> None:
    # A round that is busy and a server that is killed are what the scenarios are about.
    with contextlib.suppress(CopydeskError):
        world.push() if verb == "push" else world.pull()


def _child_with_little_disk(world: World, size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        world.pull()
    except CopydeskError:
        os._exit(3)


def _fork(run: Callable[..., None], *args: Any) -> multiprocessing.process.BaseProcess:
    # Forked, so that a child begins at once and not with seconds of imports.
    process = multiprocessing.get_context("fork").Process(target=run, args=args)
    process.start()
    return process


def _kill_after(seconds: float, run: Callable[..., None], *args: Any) -> None:
    process = _fork(run, *args)
    process.join(seconds)
    if process.is_alive():
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
    process.join()


def _at_once(*worlds: World) -> None:
    processes = [_fork(_child, world, "push") for world in worlds]
    for process in processes:
        process.join()


def killed_server(home: Path, *, verb: str, trials: int, tasks: int) -> str:
    """SIGKILL of the server in a push or pull, then run again: nothing is twice, nothing lost."""
    from copydesk.backends.labelstudio.local import server as studio

    bad: Counter[str] = Counter()
    moments = random.Random(21)
    running = studio.start(home / "data")
    person = running.annotators(1)[0]
    matrix = Matrix(running.url, running.admin.token, person.email, home, tasks=tasks, kills=0)
    try:
        for _ in range(trials):
            matrix.url = running.url
            world = matrix.world(answered=verb == "pull")
            process = _fork(_child, world, verb)
            process.join(moments.uniform(0.2, 4.0))
            os.killpg(running.process.pid, signal.SIGKILL)
            process.join()
            running.stop()
            running = studio.start(home / "data")
            world.url = running.url
            getattr(world, verb)()
            bad[world.check_pushed() if verb == "push" else world.check_pulled()] += 1
    finally:
        running.stop()
    return _only_good(bad)


def main() -> int:
    """Run the matrix and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", default="", help="rows whose name begins like one of these")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--tasks", type=int, default=2000)
    parser.add_argument("--server-kills", type=int, default=5)
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds")
    parser.add_argument("--server", default="", help="address of a running Label Studio")
    parser.add_argument("--email", default="", help="an annotator's on that server")
    options = parser.parse_args()
    outcomes: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        print("| fault | end state |\n|---|---|")
        with _server(options, home) as (url, token, email):
            matrix = Matrix(
                url,
                token,
                email,
                home / "shared",
                tasks=options.tasks,
                kills=options.kills,
                patience=options.patience,
            )
            rows = matrix.scenarios()
            for name in filter(functools.partial(_wanted, options.only), rows):
                _record(outcomes, name, rows[name])
        for verb in () if options.server else ("push", "pull"):
            name = f"{verb}-kill-server"
            if _wanted(options.only, name):
                _record(
                    outcomes,
                    name,
                    functools.partial(
                        killed_server,
                        home / f"kill-{verb}",
                        verb=verb,
                        trials=options.server_kills,
                        tasks=options.tasks,
                    ),
                )
        if not options.server and _wanted(options.only, "pull-restored-database"):
            restored = functools.partial(
                hands.restored_database, home / "restored", _small_matrix, tasks=40
            )
            _record(outcomes, "pull-restored-database", restored)
    bad = sum(map(bool, outcomes.values()))
    print(f"{len(outcomes)} rows, {bad} bad")
    return 1 if bad or not outcomes else 0


def _small_matrix(url: str, token: str, email: str, home: Path, tasks: int) -> Matrix:
    return Matrix(url, token, email, home, tasks=tasks, kills=0)


@contextlib.contextmanager
def _server(options: argparse.Namespace, home: Path) -> Iterator[tuple[str, str, str]]:
    """Address, administrator's token and annotator's email of the server to try."""
    from copydesk.backends.labelstudio.local import server as studio

    if options.server:
        yield options.server, os.environ["LABEL_STUDIO_API_KEY"], options.email
        return
    with studio.start(home / "data") as running:
        yield running.url, running.admin.token, running.annotators(1)[0].email


def _wanted(only: str, name: str) -> bool:
    return name.startswith(tuple(only.split(",")))


def _end_state(run: Callable[[], str]) -> str:
    """What a row ends in when it ends well: what its docstring says behind the colon."""
    function = run.func if isinstance(run, functools.partial) else run
    words = (function.__doc__ or "").strip().splitlines()[0]
    return (words.partition(": ")[2] or words).rstrip(".")


def _record(outcomes: dict[str, str], name: str, run: Callable[[], str]) -> None:
    try:
        what = run()
    except CopydeskError as error:
        what = str(error)
    outcomes[name] = what
    print(f"| `{name}` | {f'**bad**: {what}' if what else _end_state(run)} |", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
