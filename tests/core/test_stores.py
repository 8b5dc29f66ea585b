"""Texts and shards in a store that fsspec reads: the bytes of this disk, and sentences for faults.

The store is an S3 of moto's on the loopback interface; what refuses is a small server of our own.
"""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from copydesk.build import build, read_all_built
from copydesk.corpus import CONFIG_NAME, Corpus
from copydesk.errors import CopydeskError, InputError, IntegrityError, ServerError
from copydesk.ingest import ingest
from copydesk.release.cut import cut

from .test_bulk import texts
from .test_cut import files, options

pytestmark = [
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def at(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """S3 at an address, for this process and for those that it starts."""
    import s3fs

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3fs.S3FileSystem.clear_instance_cache()
    return s3fs.S3FileSystem()


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        # What an earlier server of this process held is still there.
        urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()
        files = at(f"http://{host}:{port}", monkeypatch)
        files.mkdir("desk")
        yield files
    finally:
        server.stop()


def with_stores(corpus: Corpus, root: str = "s3://desk/news") -> Corpus:
    """A corpus that keeps its texts in bulk and its shards in a store."""
    config = corpus.root / CONFIG_NAME
    stated = f'\n[stores]\narticles = "{root}/articles"\nshards = "{root}/shards"\n'
    config.write_text(config.read_text() + stated)
    return corpus


def there(s3: Any, room: str) -> dict[str, bytes]:
    s3.invalidate_cache()
    base = f"desk/news/{room}/"
    return {p.removeprefix(base): s3.cat_file(p) for p in s3.find(base)}


@pytest.fixture
def twin(small: Corpus, tmp_path: Path, raw: Path, s3: Any) -> Corpus:
    """The small corpus again, its texts and shards in the bucket."""
    corpus = Corpus(tmp_path / "twin" / "small")
    shutil.copytree(small.root, corpus.root)
    shutil.rmtree(corpus.build_dir)
    with_stores(corpus)
    for path in raw.glob("*.txt"):
        path.touch()
    ingest([str(raw)], corpus, bulk=True)
    return corpus


@pytest.mark.long
def test_shards_and_releases_are_those_of_this_disk(twin: Corpus, small: Corpus, s3: Any) -> None:
    """Nothing of texts or shards lies in the folder, and the release is the same to the byte."""
    done = build(twin, workers=1)

    assert (done.made, build(twin, workers=1).made) == (1, 0)
    assert there(s3, "shards") == files(small.build_dir / "shards")
    assert texts(twin) == texts(small)
    assert [*twin.root.rglob("*.txt"), *twin.build_dir.rglob("*.parquet")] == []
    tables = [read_all_built(corpus) for corpus in (twin, small)]
    assert all(tables[0][name].equals(tables[1][name]) for name in tables[1])
    released = [cut(corpus, options()).path for corpus in (twin, small)]
    assert released[0] is not None
    assert released[1] is not None
    assert files(released[0]) == files(released[1])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.long
def test_a_cluster_needs_nothing_but_the_store(twin: Corpus, small: Corpus, s3: Any) -> None:
    """Workers in other processes read texts from the bucket and put the same bytes there."""
    done = build(twin, workers=1, dask="local")

    assert (done.made, done.articles) == (1, 4)
    assert there(s3, "shards") == files(small.build_dir / "shards")


def test_a_shard_cut_short_is_made_again_and_named(twin: Corpus, s3: Any) -> None:
    """As on this disk; so is one of which a file is missing."""
    build(twin, workers=1)
    whole = there(s3, "shards")
    name = next(name for name in whole if name.endswith("sentences.parquet"))
    s3.pipe_file(f"desk/news/shards/{name}", whole[name][:-9])

    again = build(twin, workers=1)

    assert again.damaged == (f"s3://desk/news/shards/{name}",)
    s3.rm_file(f"desk/news/shards/{name}")
    assert build(twin, workers=1).damaged == (f"s3://desk/news/shards/{name}",)
    assert there(s3, "shards") == whole


def test_a_file_of_texts_cut_short_is_named(twin: Corpus, s3: Any) -> None:
    """It is not taken for texts that are not here."""
    name = next(name for name in there(s3, "articles") if name.endswith(".parquet"))
    s3.pipe_file(f"desk/news/articles/{name}", b"PAR1")

    with pytest.raises(IntegrityError, match="missing or damaged"):
        texts(twin)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, str, float], None]]:
    """A server that gives every request one answer: a status, S3's code for it, after seconds."""
    answer = {"status": 503, "code": "ServiceUnavailable", "wait": 0.0}

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            time.sleep(float(answer["wait"]))
            writes = self.command in ("PUT", "POST", "DELETE")
            status = int(answer["status"]) if writes or answer["status"] != 403 else 404
            code = answer["code"] if status != 404 else "NoSuchKey"
            body = f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode()
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any  # noqa: N815 (http.server's)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def set_to(status: int, code: str, wait: float = 0.0) -> None:
        answer.update(status=status, code=code, wait=wait)
        at(f"http://127.0.0.1:{server.server_port}", monkeypatch)

    yield set_to
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (503, "ServiceUnavailable", r"The store refuses \("),
        (403, "AccessDenied", r"The store denies this user access"),
    ],
)
def test_a_store_that_refuses_leaves_the_corpus_as_it_was(
    small: Corpus,
    raw: Path,
    answering: Callable[[int, str, float], None],
    status: int,
    code: str,
    told: str,
) -> None:
    """Ingest and build end with a sentence that names the store; the manifest is as it was."""
    answering(status, code, 0)
    manifest = small.manifest.read_bytes()
    with_stores(small)
    (raw / "ferry-day.txt").write_text("Ferry stays\nThe ferry stays at Osk this year.\n")

    with pytest.raises((ServerError, InputError), match=told) as built:
        build(small, workers=1)
    with pytest.raises((ServerError, InputError), match=told) as taken:
        ingest([str(raw)], small, bulk=True, replace=True)

    assert all(isinstance(error.value, CopydeskError) for error in (built, taken))
    assert built.value.where.startswith("s3://desk/news/shards")
    assert taken.value.where.startswith("s3://desk/news/articles")
    assert small.manifest.read_bytes() == manifest


def test_a_store_that_is_silent_leaves_the_corpus_as_it_was(
    small: Corpus, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that takes connections and never answers: a sentence after the time that is set."""
    monkeypatch.setenv("COPYDESK_STORE_WAIT", "0.2")
    manifest = small.manifest.read_bytes()
    with_stores(small)
    told = r"The store has not answered for 0\.2 seconds\. What is whole there is kept"

    with socket.create_server(("127.0.0.1", 0)) as server:
        at(f"http://127.0.0.1:{server.getsockname()[1]}", monkeypatch)
        with pytest.raises(ServerError, match=told) as built:
            build(small, workers=1)
        with pytest.raises(ServerError, match=told) as taken:
            ingest([str(raw)], small, bulk=True, replace=True)

    assert built.value.where.startswith("s3://desk/news/shards")
    assert taken.value.where.startswith("s3://desk/news/articles")
    assert small.manifest.read_bytes() == manifest


def test_an_address_without_its_package_is_named(small: Corpus) -> None:
    """Nobody is left with an ImportError."""
    with_stores(small, "nosuch://desk")

    with pytest.raises(
        InputError, match=r"Nothing that is installed can read this address: Protocol not known"
    ):
        build(small, workers=1)
