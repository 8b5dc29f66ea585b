"""How fast a round is pushed and pulled, beside the server's own import and its own lists.

    python scripts/bench/rounds.py [--tasks 20000] [--articles 1000] [--turns 5]

Starts a Label Studio of its own. Push is measured against importing the same payload in the same
batches by bare requests and reading all of it once; pull against reading the same answers by bare
requests: as a list of exactly what is archived, and as an export. Each turn does all of them, one
after the other, and what is printed is the median over the turns and the median of each turn's
ratio: by the clock, and in processor seconds of client and server together. Memory is that of a
process that does nothing but pull.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
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

SENTENCES = 40
"""In each generated article."""
SHOWN = "id,data,predictions,result,model_version"
ANSWERED = (
    "id,data,annotations,result,completed_by,updated_by,created_at,updated_at,lead_time,"
    "was_cancelled,ground_truth,last_action,bulk_created,draft_created_at,parent_prediction,"
    "parent_annotation,import_id"
)


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of all processors together, that something took."""

    wall: float
    cpu: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


class Meter:
    """Measures calls that a client makes of a server.

    Args:
        group: the server's process group.
    """

    def __init__(self, group: int) -> None:
        self._group = group

    def __call__(self, run: Callable[[], Any]) -> Cost:
        """What a call takes, here and in the server."""
        began, cpu = time.perf_counter(), time.process_time() + self.server()
        run()
        return Cost(time.perf_counter() - began, time.process_time() + self.server() - cpu)

    def server(self) -> float:
        """Processor seconds of the server's processes so far."""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
                if int(fields[2]) == self._group:
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


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


def bench_push(
    client: httpx.Client, server: Server, meter: Meter, corpus: Corpus, plans: list[Plan]
) -> None:
    """Push against bare imports of the same batches and one full read of them."""
    imports, reads, pushes, again = [], [], [], []
    for plan in plans:
        number, cost = import_bare(client, server, meter, corpus, plan)
        imports.append(cost)
        shown = {"fields": "all", "include": SHOWN}
        reads.append(meter(lambda n=number, s=shown: pages(client, n, **s)))
        send = functools.partial(push, corpus, plan.round, [LabelStudio(server)])
        pushes.append(meter(send))
        again.append(meter(send))
    both = [one + two for one, two in zip(imports, reads, strict=True)]
    show("import by bare requests", imports, both)
    show("one full read", reads, both)
    show("push, all compared", pushes, both)
    show("push of what is there", again, both)


def import_bare(
    client: httpx.Client, server: Server, meter: Meter, corpus: Corpus, plan: Plan
) -> tuple[int, Cost]:
    """The project and the cost of what a script would do that has its payload at hand."""
    (stream,) = streams(plan)
    round = open_round(corpus, plan.round)
    config = projects.planned_config(round, stream.arm)
    settings = projects.settings(round, stream, config)
    made = list(batches(stream.tasks, PayloadWriter(round).payload, config))
    number = server.create_project(settings | {"title": "bare", "description": ""})
    headers = {"Content-Type": "application/json"}

    def send() -> None:
        for batch in made:
            where = f"api/projects/{number}/import"
            client.post(where, content=batch.body, headers=headers).raise_for_status()

    return number, meter(send)


def show(name: str, costs: list[Cost], rival: list[Cost]) -> None:
    """A line of the table: medians of the costs, and of their ratios to the rival, turn by turn."""
    words = f"{name:30}"
    for kind in ("wall", "cpu"):
        mine, its = ([getattr(cost, kind) for cost in group] for group in (costs, rival))
        ratio = median(one / other for one, other in zip(mine, its, strict=True))
        words += f"{median(mine):8.1f} s {kind} {ratio:5.2f}"
    print(words, flush=True)


def bench_pull(
    client: httpx.Client,
    server: Server,
    meter: Meter,
    running: studio.Studio,
    corpus: Corpus,
    plan: Plan,
    turns: int,
) -> None:
    """Pull against the server's own ways of giving answers; the rival is the fastest of them."""
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
    figures: dict[str, list[Cost]] = {name: [] for name in ways}
    pulls = []
    memory = 0.0
    for turn in range(turns):
        # Who comes first changes from turn to turn.
        for name in sorted(ways, reverse=bool(turn % 2)):
            figures[name].append(meter(ways[name]))
        # Without what the pull before left, all is archived and logged again.
        folder = RoundFolder(corpus, plan.round)
        shutil.rmtree(folder.pulls, ignore_errors=True)
        folder.annotations.unlink(missing_ok=True)
        cost, peak = in_a_process(meter, running, corpus, plan.round)
        pulls.append(cost)
        memory = max(memory, peak)
    fastest = min(figures.values(), key=lambda costs: median(cost.wall for cost in costs))
    for name, costs in figures.items():
        show(f"read: {name}", costs, fastest)
    show("pull", pulls, fastest)
    print(f"memory of the pull {memory:25.0f} MB", flush=True)


def bench(running: studio.Studio, home: Path, unit: str, articles: int, turns: int) -> None:
    """Push and pull one size of one unit."""
    corpus = make_corpus(home, articles, SENTENCES)
    email = running.annotators(1)[0].email
    plans = [plan_round(corpus, f"{unit}-{turn}", email, unit) for turn in range(turns + 1)]
    meter = Meter(os.getpgid(running.process.pid))
    print(f"\n{len(plans[0].tasks):,} tasks, unit {unit}", flush=True)
    with connect(running.url, running.admin.token, timeout=600) as connection:
        server = Server(connection)
        headers = {"Authorization": f"Token {running.admin.token}"}
        with httpx.Client(base_url=running.url, headers=headers, timeout=600) as client:
            bench_push(client, server, meter, corpus, plans[:-1])
            bench_pull(client, server, meter, running, corpus, plans[-1], turns)


def in_a_process(
    meter: Meter, running: studio.Studio, corpus: Corpus, name: str
) -> tuple[Cost, float]:
    """Cost and peak memory (MB) of a pull in a process of its own."""
    command = [sys.executable, __file__, "--pull", str(corpus.root), name]
    variables = {
        "COPYDESK_STUDIO_URL": running.url,
        "COPYDESK_STUDIO_TOKEN": running.admin.token,
        "PYTHONPATH": ":".join(sys.path),
    }
    before = meter.server()
    done = subprocess.run(command, env=variables, check=True, capture_output=True, text=True)
    figures = json.loads(done.stdout)
    cpu = figures["cpu"] + meter.server() - before
    return Cost(figures["wall"], cpu), figures["memory"]


def only_pull(root: str, name: str) -> None:
    """Pull a round and print what it took."""
    with connect(timeout=600) as client:
        began, cpu = time.perf_counter(), time.process_time()
        pull(Corpus(Path(root)), name, [LabelStudio(Server(client))])
        took = {"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    # Not ru_maxrss, which a process has from the one that started it.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    memory = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps(took | {"memory": memory}))


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--pull", nargs=2, metavar=("CORPUS", "ROUND"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pull:
        only_pull(*options.pull)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with studio.start(home / "data") as running:
            if options.tasks:
                articles = max(1, options.tasks // SENTENCES)
                bench(running, home / "a", "sentence", articles, options.turns)
            if options.articles:
                bench(running, home / "b", "article", options.articles, options.turns)


if __name__ == "__main__":
    main()
