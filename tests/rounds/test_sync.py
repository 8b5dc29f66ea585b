"""``scripts/sync_round.py`` as cron runs it: what it says, how it exits, twice at once, killed."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from copydesk.backends.labelstudio import connection, projects
from copydesk.corpus import Corpus
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.log import read_log
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, LABEL_STUDIO, Annotator, Plan
from copydesk.rounds.streams import streams

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "sync_round.py"


def variables(url: str, token: str) -> dict[str, str]:
    """The environment of a cron job."""
    given = {connection.URL_VARIABLE: url, connection.TOKEN_VARIABLE: token}
    return {**os.environ, **given}


def start(corpus: Corpus, url: str, token: str, *rounds: str) -> subprocess.Popen[str]:
    """Start the script."""
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), *rounds, "--corpus", str(corpus.root)],
        env=variables(url, token),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(corpus: Corpus, url: str, token: str, *rounds: str) -> tuple[int, list[str]]:
    """Run the script; gives its exit code and the lines it said. It writes nothing to stdout."""
    process = start(corpus, url, token, *rounds)
    out, said = process.communicate()
    assert out == ""
    return process.returncode, said.splitlines()


def plan_round(corpus: Corpus, name: str, email: str, backend: str = LABEL_STUDIO) -> Plan:
    """A round of one annotator on every article."""
    return new_round(
        corpus,
        Options(
            round=name,
            annotators=(Annotator(annotator="anna", kind="human", backend=backend),),
            emails={"anna": email},
            overlap=Overlap(base=1),
        ),
    )


@pytest.mark.long
def test_without_an_open_round_there_is_nothing_to_do(
    corpus: Corpus, log_answers: Callable[..., None]
) -> None:
    """No round at all, or only closed ones: exit 0, and no server is asked."""
    nowhere = ("http://127.0.0.1:1/", "t")
    assert run(corpus, *nowhere) == (0, ["no open round, nothing to do"])
    plan_round(corpus, "r", "anna@example.org", FILES)
    log_answers(corpus, "r", ("anna",), {"mill.001": "q"})
    close(corpus, "r", despite="The others are for another time.")
    assert run(corpus, *nowhere) == (0, ["no open round, nothing to do"])
    assert run(corpus, *nowhere, "r") == (0, ["no open round, nothing to do"])


@pytest.mark.long
def test_what_cannot_run_is_one_line(corpus: Corpus, tmp_path: Path) -> None:
    """A dead server, a missing token, a folder that is no corpus: exit 2 and a sentence."""
    plan_round(corpus, "r", "anna@example.org")
    dead = (
        "r: http://127.0.0.1:1/: Nothing answers at this address. Start the server "
        "('copydesk studio' starts one), or correct COPYDESK_STUDIO_URL."
    )
    assert run(corpus, "http://127.0.0.1:1/", "t") == (2, [dead])
    code, (line,) = run(corpus, "", "t")
    assert (code, line.startswith("r: No Label Studio server is given.")) == (2, True)
    code, (line,) = run(Corpus(tmp_path), "http://127.0.0.1:1/", "t")
    assert (code, line.startswith("sync_round: ")) == (2, True)


@dataclass(frozen=True)
class Trip:
    """A round of one annotator on the real server."""

    corpus: Corpus
    plan: Plan
    studio: Any
    person: Any
    server_for: Callable[..., Any]
    enter: Callable[..., Any]

    @property
    def name(self) -> str:
        """The round's."""
        return self.plan.round

    @property
    def folder(self) -> RoundFolder:
        """The round's files."""
        return RoundFolder(self.corpus, self.name)

    @property
    def access(self) -> tuple[str, str]:
        """Address and token."""
        return self.studio.url, self.studio.admin.token

    def sync(self, *rounds: str) -> tuple[int, list[str]]:
        """Run the script on all open rounds, or on those named."""
        return run(self.corpus, *self.access, *rounds)

    def answer(self, labels: Mapping[str, str]) -> None:
        """Answer as the annotator."""
        with self.server_for(self.person.token) as server:
            self.enter(self.corpus, self.name, server, "anna", labels)

    def all(self, label: str) -> dict[str, str]:
        """One label for every sentence."""
        return {anchor.sentence_id: label for _, anchor in self.plan.anchors()}

    def on_server(self) -> Counter[str]:
        """How often each task is on the server, over all projects of the round."""
        found: Counter[str] = Counter()
        with self.server_for() as server:
            for project in server.projects():
                if self.name in (project["description"] or ""):
                    found.update(r["data"]["uid"] for r in server.answered_tasks(project["id"]))
        return found

    def logged(self) -> dict[str, str]:
        """The answers of the log, which holds no line twice."""
        lines = self.folder.annotations.read_text(encoding="utf-8").splitlines()
        keys = [tuple(json.loads(line)[k] for k in ("annotator", "sentence_id")) for line in lines]
        assert len(keys) == len(set(keys))
        return {s: a.label for (_, s), a in read_log(self.folder.annotations).answers.items()}


@pytest.fixture
def trip(
    corpus: Corpus, studio: Any, server_for: Callable[..., Any], answer: Callable[..., Any]
) -> Trip:
    """A planned round that nothing has been sent of."""
    person = studio.annotators[0]
    plan = plan_round(corpus, f"s-{secrets.token_hex(6)}", person.email)
    return Trip(corpus, plan, studio, person, server_for, answer)


@pytest.mark.studio
def test_a_round_is_brought_up_to_date(trip: Trip) -> None:
    """Sent, read and measured: each run says in a line what it did, and does nothing twice."""
    assert trip.sync() == (
        0,
        [f"{trip.name}: 4 tasks sent, 4 there; 0 answers new, 0 changed, 0 vanished"],
    )
    trip.answer(trip.all("quote"))
    assert trip.sync() == (
        0,
        [f"{trip.name}: 0 tasks sent, 4 there; 14 answers new, 0 changed, 0 vanished"],
    )
    report = trip.folder.report("html")
    written = report.stat().st_mtime_ns
    assert trip.sync(trip.name)[0] == 0
    assert report.stat().st_mtime_ns == written
    # A run that was killed after the answers were logged leaves an old report.
    os.utime(report, ns=(0, 0))
    assert trip.sync()[0] == 0
    assert report.stat().st_mtime_ns > 0
    code, (line,) = run(trip.corpus, trip.studio.url, "0" * 40)
    assert (code, "The server refuses the token" in line) == (2, True)


@pytest.mark.studio
def test_what_is_wrong_is_named_and_other_rounds_go_on(trip: Trip) -> None:
    """A short answer is a warning with its address, a changed config an error, both in a line."""
    second = plan_round(trip.corpus, f"{trip.name}-b", trip.person.email)
    assert trip.sync()[0] == 0
    trip.answer(trip.all("claim"))
    with trip.server_for() as server:
        (stream,) = streams(trip.plan)
        number = projects.find(server, [stream], {})[stream.key]
        row = next(r for r in server.answered_tasks(number) if r["data"]["title"] == "mill")
        (given,) = row["annotations"]
        short = [r for r in given["result"] if r["id"] != "mill_002"]
        with trip.server_for(trip.person.token) as hers:
            hers.update_annotation(given["id"], {"result": short})
        uid = row["data"]["uid"]
        page = f"{trip.studio.url}projects/{number}/data?task={row['id']}"
        assert trip.sync() == (
            0,
            [
                f"{trip.name}: 0 tasks sent, 4 there; 13 answers new, 0 changed, 0 vanished",
                f"{trip.name}: warning: region-missing: 1",
                f"{trip.name}: to be opened again: anna, {uid}: region-missing 1 (mill.002) "
                f"at {page}",
                f"{second.round}: 0 tasks sent, 4 there; 0 answers new, 0 changed, 0 vanished",
            ],
        )
        config = server.project(number)["label_config"].replace("#0072b2", "#000000")
        server._ask("PATCH", f"api/projects/{number}/", json={"label_config": config})
    code, lines = trip.sync()
    assert code == 0
    assert f"{trip.name}: put right: the label config of project '{trip.name}.blind.anna'" in lines
    folder = RoundFolder(trip.corpus, second.round)
    folder.plan.write_text(folder.plan.read_text().replace('"kind": "human"', '"kind": "model"'))
    code, lines = trip.sync()
    assert code == 2
    (line,) = [x for x in lines if x.startswith(f"{second.round}: ")]
    assert "The plan was changed after it was pushed." in line


@pytest.mark.studio
def test_two_runs_at_once_do_the_work_of_one(trip: Trip) -> None:
    """Started together, both exit with 0; every task is there once, every answer logged once."""
    runs = [start(trip.corpus, *trip.access) for _ in range(2)]
    said = [process.communicate()[1] for process in runs]
    assert [process.returncode for process in runs] == [0, 0], said
    assert trip.on_server() == Counter(task.uid for task in trip.plan.tasks)
    trip.answer(trip.all("quote"))
    runs = [start(trip.corpus, *trip.access) for _ in range(2)]
    said = [process.communicate()[1] for process in runs]
    assert [process.returncode for process in runs] == [0, 0], said
    assert trip.logged() == trip.all("quote")
    with trip.folder.lock():
        busy = f"{trip.name}: another process is at work on it, which is as good"
        assert trip.sync() == (0, [busy])


@pytest.mark.studio
@pytest.mark.parametrize("moment", ["push.jsonl", "annotations.jsonl"])
def test_a_killed_run_is_made_good_by_the_next(trip: Trip, moment: str) -> None:
    """Killed as it begins to send or to log, the next run ends as if nothing had been."""
    if moment != "push.jsonl":
        assert trip.sync()[0] == 0
        trip.answer(trip.all("background"))
    process = start(trip.corpus, *trip.access)
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        if (trip.folder.path / moment).is_file():
            process.kill()
        time.sleep(0.002)
    process.communicate()
    code, said = trip.sync()
    assert (code, ", 4 there; " in said[0]) == (0, True), said
    if moment == "push.jsonl":
        trip.answer(trip.all("background"))
        assert trip.sync()[0] == 0
    assert trip.on_server() == Counter(task.uid for task in trip.plan.tasks)
    assert trip.logged() == trip.all("background")
    assert trip.folder.report("html").stat().st_mtime >= trip.folder.annotations.stat().st_mtime
