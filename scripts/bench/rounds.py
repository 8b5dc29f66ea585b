"""How fast a round is pushed and pulled, beside the server's own import and its own lists.

    python scripts/bench/rounds.py [--tasks 20000] [--articles 1000]

Starts a Label Studio of its own. Push is measured against importing the same payload in the same
batches by bare requests; pull against reading the same answers by bare requests: as a list of
exactly what is archived, and as an export. Memory is that of a process that does nothing but pull.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from copydesk.backends.labelstudio.backend import LabelStudio
from copydesk.backends.labelstudio.configs import not_yet
from copydesk.backends.labelstudio.payloads import PayloadWriter
from copydesk.rounds import pseudonyms
from copydesk.rounds.opened import open_round
from copydesk.rounds.streams import streams

sys.path.insert(0, str(Path(__file__).parents[1]))
from fault_matrix import make_corpus

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.batches import batches
from copydesk.backends.labelstudio.client import PAGE, Server, encode
from copydesk.backends.labelstudio.connection import connect
from copydesk.backends.labelstudio.local import server as studio
from copydesk.contract.labels import NEWS
from copydesk.corpus import Corpus
from copydesk.rounds.choose import Overlap
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Annotator, Plan
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push

TURNS = 2

ANSWERED = (
    "id,data,annotations,result,completed_by,updated_by,created_at,updated_at,lead_time,"
    "was_cancelled,ground_truth,last_action,bulk_created,draft_created_at,parent_prediction,"
    "parent_annotation,import_id"
)


def timed(run: Callable[[], Any]) -> float:
    """Seconds that a call takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def plan_round(corpus: Corpus, name: str, email: str, unit: str) -> Plan:
    """A round of one annotator on the whole corpus."""
    return new_round(
        corpus,
        Options(
            round=name,
            annotators=(Annotator(annotator="anna", kind="model"),),
            emails={"anna": email},
            unit=unit,
            overlap=Overlap(base=1),
        ),
    )


def answered(payload: dict[str, Any], user: int) -> dict[str, Any]:
    """A payload with an answer to all of it, as an import takes it."""
    regions = [r for p in payload.get("predictions", []) for r in p["result"]]
    result = [r | {"value": r["value"] | {"labels": [NEWS.names[0]]}} for r in regions]
    assert not any(set(r["value"]["labels"]) & not_yet(NEWS.names) for r in result)
    choice = {"from_name": "label", "to_name": "text", "type": "choices"}
    result = result or [choice | {"value": {"choices": [NEWS.names[0]]}}]
    return payload | {"annotations": [{"result": result, "completed_by": user, "lead_time": 2.0}]}


def pages(client: httpx.Client, number: int, **params: str) -> int:
    """The number of tasks in all pages of a list."""
    page = count = 0
    while True:
        page += 1
        where: dict[str, str | int] = {"project": number, "page": page, "page_size": PAGE}
        answer = client.get("api/tasks/", params=where | params)
        rows = answer.json()["tasks"] if answer.status_code == 200 else []
        count += len(rows)
        if len(rows) < PAGE:
            return count


def bench_push(client: httpx.Client, server: Server, corpus: Corpus, plans: list[Plan]) -> None:
    """Push against bare imports of the same batches, in turns; the best of each counts."""
    imports, sendings, pushes, again = [], [], [], []
    for plan in plans:
        imports.append(import_bare(client, server, corpus, plan))
        sent, compared = push_once(server, corpus, plan)
        sendings.append(sent)
        pushes.append(compared)
        again.append(push_once(server, corpus, plan)[1])
    show("import by bare requests", imports, imports)
    show("push until all is sent", sendings, imports)
    show("push, all compared", pushes, imports)
    show("push of what is there", again, imports)


def push_once(server: Server, corpus: Corpus, plan: Plan) -> tuple[float, float]:
    """Seconds until a push has sent everything, and until it has ended."""
    began = time.perf_counter()
    marks: list[float] = []
    push(
        corpus,
        plan.round,
        [LabelStudio(server)],
        progress=lambda _: marks.append(time.perf_counter()),
    )
    return marks[-1] - began, time.perf_counter() - began


def import_bare(client: httpx.Client, server: Server, corpus: Corpus, plan: Plan) -> float:
    """Seconds of what a script without a second thought would do, its payload at hand."""
    (stream,) = streams(plan)
    round = open_round(corpus, plan.round)
    config = projects.planned_config(round, stream.arm)
    settings = projects.settings(round, stream, config)
    made = list(batches(stream.tasks, PayloadWriter(round).payload, config))
    number = server.create_project(settings | {"title": "bare", "description": ""})
    headers = {"Content-Type": "application/json"}
    began = time.perf_counter()
    for batch in made:
        where = f"api/projects/{number}/import"
        client.post(where, content=batch.body, headers=headers).raise_for_status()
    return time.perf_counter() - began


def show(name: str, seconds: list[float], rival: list[float]) -> None:
    """A line of the table: the best time, and its ratio to the rival's best."""
    print(f"{name:36}{min(seconds):7.1f} s   {min(seconds) / min(rival):.2f} times", flush=True)


def bench_pull(
    client: httpx.Client, server: Server, running: studio.Studio, corpus: Corpus, plan: Plan
) -> None:
    """Pull against the server's own ways of giving answers, in turns; the best of each counts."""
    (stream,) = streams(plan)
    user = server.users()[pseudonyms.read(RoundFolder(corpus, plan.round), ["anna"])["anna"]]
    round = open_round(corpus, plan.round)
    config = projects.planned_config(round, stream.arm)
    number = server.create_project(projects.settings(round, stream, config))
    for batch in batches(stream.tasks, PayloadWriter(round).payload, config):
        server.import_tasks(number, encode([answered(one, user) for one in batch.payloads]))
    ways: dict[str, Callable[[], Any]] = {
        "list, only what is archived": lambda: pages(
            client, number, fields="all", include=ANSWERED
        ),
        "export": lambda: client.get(f"api/projects/{number}/export?exportType=JSON").json(),
    }
    figures: dict[str, list[float]] = {name: [] for name in ways}
    pulls = []
    memory = 0.0
    for _ in range(TURNS):
        for name, run in ways.items():
            figures[name].append(timed(run))
        # Without what the pull before left, all is archived and logged again.
        folder = RoundFolder(corpus, plan.round)
        shutil.rmtree(folder.pulls, ignore_errors=True)
        folder.annotations.unlink(missing_ok=True)
        seconds, peak = in_a_process(running, corpus, plan.round)
        pulls.append(seconds)
        memory = max(memory, peak)
    fastest = min(figures.values(), key=min)
    for name, seconds_each in figures.items():
        show(f"read: {name}", seconds_each, fastest)
    show("pull", pulls, fastest)
    print(f"memory of the pull {memory:25.0f} MB", flush=True)


def bench(running: studio.Studio, home: Path, unit: str, articles: int, sentences: int) -> None:
    """Push and pull one size of one unit."""
    corpus = make_corpus(home, articles, sentences)
    email = running.annotators(1)[0].email
    plans = [plan_round(corpus, f"{unit}-{turn}", email, unit) for turn in range(TURNS + 1)]
    print(f"\n{len(plans[0].tasks):,} tasks, unit {unit}", flush=True)
    with connect(running.url, running.admin.token, timeout=600) as connection:
        server = Server(connection)
        headers = {"Authorization": f"Token {running.admin.token}"}
        with httpx.Client(base_url=running.url, headers=headers, timeout=600) as client:
            bench_push(client, server, corpus, plans[:-1])
            bench_pull(client, server, running, corpus, plans[-1])


def in_a_process(running: studio.Studio, corpus: Corpus, name: str) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a pull in a process of its own."""
    command = [sys.executable, __file__, "--pull", str(corpus.root), name]
    variables = {
        "COPYDESK_STUDIO_URL": running.url,
        "COPYDESK_STUDIO_TOKEN": running.admin.token,
        "PYTHONPATH": ":".join(sys.path),
    }
    done = subprocess.run(command, env=variables, check=True, capture_output=True, text=True)
    figures = json.loads(done.stdout)
    return figures["seconds"], figures["memory"]


def only_pull(root: str, name: str) -> None:
    """Pull a round and print what it took."""
    with connect(timeout=600) as client:
        seconds = timed(lambda: pull(Corpus(Path(root)), name, [LabelStudio(Server(client))]))
    # Not ru_maxrss, which a process has from the one that started it.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    memory = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps({"seconds": seconds, "memory": memory}))


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--pull", nargs=2, metavar=("CORPUS", "ROUND"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pull:
        only_pull(*options.pull)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with studio.start(home / "data") as running:
            if options.tasks:
                bench(running, home / "a", "sentence", max(1, options.tasks // 40), 40)
            if options.articles:
                bench(running, home / "b", "article", options.articles, 40)


if __name__ == "__main__":
    main()
