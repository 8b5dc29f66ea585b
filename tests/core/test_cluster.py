"""A build on a Dask cluster: the bytes of one machine, whatever dies, and nobody strange helps."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from copydesk.build import build, read_built
from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.errors import InputError, ServerError
from copydesk.ingest import ingest
from copydesk.release.cut import cut
from copydesk.scaffold import lay_out
from copydesk.shards import Share

from .test_cut import files, options

pytestmark = [
    pytest.mark.slow,  # each starts a cluster
    # Dask's own, of its event loops and of sockets that a killed process leaves.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


def content(corpus: Corpus) -> dict[str, bytes]:
    """Every file of a build by its place."""
    room = corpus.build_dir
    files = [room / "index.json", *(room / "shards").rglob("*.parquet")]
    return {path.relative_to(room).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """Twelve articles, built in twelve shards; what is built is then removed."""
    monkeypatch.setattr("copydesk.build.SHARD_ARTICLES", 1)
    source = tmp_path / "in"
    source.mkdir()
    for number in range(12):
        text = f"Lock {number} opens\nLock {number} opened on Monday. “It is deep,” said Ada Orr.\n"
        (source / f"lock-{number:03d}.txt").write_text(text)
    corpus = lay_out(tmp_path / "corpus")
    ingest([str(source)], corpus)
    build(corpus, workers=1)
    return corpus


class Cluster:
    """A scheduler and workers, each a process of its own on the loopback interface."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._folder = folder
        file = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show",
            "--scheduler-file", str(file),
        )  # fmt: skip
        self._wait_for(file)
        self.address: str = json.loads(file.read_text())["address"]
        self.workers = [self.worker() for _ in range(workers)]

    def worker(self) -> subprocess.Popen[bytes]:
        return self._start(
            "worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard",
            "--no-nanny", "--death-timeout", "300",
        )  # fmt: skip

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _wait_for(self, file: Path) -> None:
        for _ in range(3000):
            if file.exists() and file.read_text().strip().endswith("}"):
                return
            time.sleep(0.1)
        raise TimeoutError("The scheduler does not start.")

    def on_workers(self, function: Any) -> None:
        """Call a function in every worker."""
        from distributed import Client

        with Client(self.address) as client:
            client.wait_for_workers(len(self.workers), timeout=300)
            client.run(function)

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Two workers that run somewhere else than the build."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    made = Cluster(elsewhere, 2)
    yield made
    made.close()


def test_a_cluster_of_this_machine_gives_the_same_bytes(many: Corpus) -> None:
    """`build --dask local` makes twelve shards, and none the second time."""
    plain = content(many)
    shutil.rmtree(many.build_dir)
    arguments = ["build", "--dask", "local", "--workers", "2", "--corpus", str(many.root)]

    first, second = (CliRunner().invoke(app, arguments) for _ in range(2))

    assert "(12 of 12 shards made now)" in first.stderr
    assert "(0 of 12 shards made now)" in second.stderr
    assert content(many) == plain


def test_a_release_is_the_same_however_it_was_built(many: Corpus, tmp_path: Path) -> None:
    """Built here, as shares of an array job, or on a cluster: the same bytes, index included."""
    released = []
    for number, how in enumerate(("here", "shares", "cluster")):
        corpus = Corpus(tmp_path / how / "corpus")
        shutil.copytree(many.root, corpus.root)
        shutil.rmtree(corpus.build_dir)
        if how == "shares":
            for share in (Share(2, 3), Share(3, 3)):
                build(corpus, workers=1, share=share)
        build(corpus, workers=1, dask="local" if how == "cluster" else None)
        assert cut(corpus, options()).path is not None
        released.append(files(corpus.dataset))
        assert released[number] == released[0]


def test_what_a_killed_worker_held_is_made_by_another(many: Corpus, cluster: Cluster) -> None:
    """One of two workers is killed after the first shard: all is made, and the bytes are right."""
    plain = content(many)
    shutil.rmtree(many.build_dir)
    killed: list[int] = []

    def kill(done: int) -> None:
        if not killed:
            killed.append(cluster.workers[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    done = build(many, dask=cluster.address, progress=kill)

    assert killed
    # A shard that the killed worker had finished and not yet told of is found whole.
    assert done.shards == 12
    assert done.made in {11, 12}
    assert content(many) == plain
    assert read_built(many, "sentences").height == 36


def test_a_lost_scheduler_leaves_what_is_made(
    many: Corpus, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The build ends with a sentence; the next one makes the rest, to the same bytes."""
    monkeypatch.setattr("copydesk.engines._PATIENCE_S", 2.0)
    plain = content(many)
    shutil.rmtree(many.build_dir)

    def kill(done: int) -> None:
        cluster.scheduler.kill()

    with pytest.raises(ServerError, match=r"cluster was lost.* What is complete is kept\."):
        build(many, dask=cluster.address, progress=kill)

    kept = {name for name in content_of_shards(many) if name in plain}
    assert kept
    again = build(many, workers=1)
    assert again.made <= 12 - len(kept) // 3
    assert content(many) == plain


def content_of_shards(corpus: Corpus) -> dict[str, bytes]:
    room = corpus.build_dir
    return {
        path.relative_to(room).as_posix(): path.read_bytes()
        for path in (room / "shards").rglob("*.parquet")
        if not path.parent.name.endswith(".part")
    }


def test_a_worker_with_other_code_is_refused(many: Corpus, cluster: Cluster) -> None:
    """The sentence names the worker and what is other, and nothing is made."""
    shutil.rmtree(many.build_dir)

    def age() -> None:
        import copydesk

        copydesk.__version__ = "0.0.9"

    cluster.on_workers(age)

    with pytest.raises(InputError) as caught:
        build(many, dask=cluster.address)

    assert caught.value.where.startswith("tcp://127.0.0.1:")
    assert caught.value.message.startswith("This worker has copydesk 0.0.9, not ")
    assert content_of_shards(many) == {}


def test_a_worker_that_does_not_see_the_corpus_is_refused(
    many: Corpus, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A corpus whose path leads elsewhere on the worker is not built into the wrong place."""
    shutil.rmtree(many.build_dir)
    monkeypatch.chdir(many.root.parent)
    # Each process has another folder behind this path.
    here = Corpus(Path("/proc/self/cwd") / many.root.name)

    with pytest.raises(InputError) as caught:
        build(here, dask=cluster.address)

    assert caught.value.message == (
        "This worker does not have the place of the shards (/proc/self/cwd/corpus/build/shards)."
    )
    assert "[stores] in copydesk.toml" in caught.value.hint
    assert [*(many.root.parent / "elsewhere").glob("corpus*")] == []


def test_an_address_where_nobody_answers_is_named(
    many: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2 with the address, and the corpus is as it was."""
    monkeypatch.setattr("copydesk.engines._START_S", 1.0)
    plain = content(many)

    with pytest.raises(InputError) as caught:
        build(many, dask="tcp://127.0.0.1:9")

    assert str(caught.value).startswith("tcp://127.0.0.1:9: No Dask scheduler answers there: ")
    assert content(many) == plain
