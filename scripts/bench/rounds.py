"""How fast a round is pushed and pulled, beside the server's own import and its own lists.

    python scripts/bench/rounds.py [--tasks 20000] [--articles 1000]

Starts a Label Studio of its own. Push is measured against importing the same payload in the same
batches by bare requests; pull against reading the same answers by bare requests, and against the
server's other ways of giving them. Memory is that of a process that does nothing but pull.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))
from fault_matrix import make_corpus

from copydesk.connection import connect
from copydesk.corpus import Corpus
from copydesk.labels import LABELS
from copydesk.rounds import projects
from copydesk.rounds.choose import Overlap
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.plan import Annotator, Plan
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.send import batches
from copydesk.rounds.server import PAGE, Server
from copydesk.rounds.tasks import NOT_YET, TaskWriter
from copydesk.studio import server as studio

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
    result = [r | {"value": r["value"] | {"labels": [LABELS[0]]}} for r in regions]
    assert not any(set(r["value"]["labels"]) & NOT_YET for r in result)
    choice = {"from_name": "label", "to_name": "text", "type": "choices"}
    result = result or [choice | {"value": {"choices": [LABELS[0]]}}]
    return payload | {"annotations": [{"result": result, "completed_by": user, "lead_time": 2.0}]}


def pages(client: httpx.Client, number: int, **params: str) -> Iterator[int]:
    """The number of tasks of each page of a list."""
    page = count = 0
    while True:
        page += 1
        options: dict[str, str | int] = {
            "project": number,
            "page": page,
            "page_size": PAGE,
            **params,
        }
        answer = client.get("api/tasks/", params=options)
        rows = answer.json()["tasks"] if answer.status_code == 200 else []
        count += len(rows)
        yield len(rows)
        if len(rows) < PAGE:
            return


def bench(running: studio.Studio, home: Path, unit: str, articles: int, sentences: int) -> None:
    """Push and pull one size of one unit."""
    corpus = make_corpus(home, articles, sentences)
    email = running.annotators(1)[0].email
    plan = plan_round(corpus, f"bench-{unit}", email, unit)
    (stream,) = projects.streams(plan)
    writer = TaskWriter(corpus, plan)
    print(f"\n{len(plan.tasks):,} tasks, unit {unit}")
    with connect(running.url, running.admin.token, timeout=600) as client:
        server = Server(client)
        settings = projects.settings(corpus, plan, stream)
        bare = httpx.Client(
            base_url=running.url,
            headers={"Authorization": f"Token {running.admin.token}"},
            timeout=600,
        )

        made = list(batches(stream.tasks, writer.payload))

        def send_bare() -> None:
            number = server.create_project({**settings, "title": "bare", "description": ""})
            for batch in made:
                bare.post(f"api/projects/{number}/import", json=batch).raise_for_status()

        imports = min(timed(send_bare) for _ in range(2))
        marks: list[float] = []
        began = time.perf_counter()
        pushing = timed(
            lambda: push(
                corpus,
                plan.round,
                server,
                progress=lambda done: marks.append(time.perf_counter() - began),
            )
        )
        sending = marks[-1]
        print(f"import by bare requests      {imports:7.1f} s")
        print(f"push until all is sent       {sending:7.1f} s   {sending / imports:.2f} times")
        print(f"push with reading it back    {pushing:7.1f} s   {pushing / imports:.2f} times")
        again = timed(lambda: push(corpus, plan.round, server))
        print(f"push of what is there        {again:7.1f} s")
        user = server.users()[email]
        reading = plan_round(corpus, f"read-{unit}", email, unit)
        (stream,) = projects.streams(reading)
        number = server.create_project(projects.settings(corpus, reading, stream))
        for batch in batches(stream.tasks, TaskWriter(corpus, reading).payload):
            server.import_tasks(number, [answered(payload, user) for payload in batch])
        ways = {
            "list, only what is archived": lambda: sum(
                pages(bare, number, fields="all", include=ANSWERED)
            ),
            "list, all fields": lambda: sum(pages(bare, number, fields="all")),
            "export": lambda: bare.get(f"api/projects/{number}/export?exportType=JSON").json(),
        }
        figures = {name: timed(run) for name, run in ways.items()}
        best = min(figures.values())
        for name, seconds in figures.items():
            print(f"read: {name:27}{seconds:7.1f} s   {seconds / best:.2f} times")
    seconds, memory = in_a_process(running, corpus, reading.round)
    print(f"pull                         {seconds:7.1f} s   {seconds / best:.2f} times the fastest")
    print(f"memory of the pull           {memory:7.0f} MB")


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
        seconds = timed(lambda: pull(Corpus(Path(root)), name, Server(client)))
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
