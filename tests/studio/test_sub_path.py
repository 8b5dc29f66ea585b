"""A Label Studio behind a proxy, below a sub-path, that allows personal access tokens only."""

from __future__ import annotations

import http.server
import json
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from copydesk.backends.labelstudio import connection
from copydesk.backends.labelstudio.backend import LabelStudio
from copydesk.backends.labelstudio.client import Server
from copydesk.backends.labelstudio.local import accounts, install, server
from copydesk.corpus import Corpus
from copydesk.errors import ServerError
from copydesk.ingest import ingest
from copydesk.rounds.choose import Overlap
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.plan import Annotator, Plan
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.status import status

pytestmark = [
    pytest.mark.studio,
    pytest.mark.filterwarnings("ignore:The `parse_obj` method:DeprecationWarning"),  # the SDK's
]

PREFIX = "/label-studio"
EMAIL, PASSWORD = "manager@copydesk.localhost", "a-long-password-1"


class _Proxy(http.server.BaseHTTPRequestHandler):
    """Hands on what is asked for below the sub-path, without it; nothing else is there."""

    protocol_version = "HTTP/1.1"
    upstream: httpx.Client

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.path.startswith(f"{PREFIX}/"):
            self._answer(404, b"<html>nothing here</html>", [("Content-Type", "text/html")])
            return
        left_out = ("host", "connection", "accept-encoding", "content-length")
        headers = [(k, v) for k, v in self.headers.items() if k.lower() not in left_out]
        headers += [("Host", self.headers["Host"]), ("Accept-Encoding", "identity")]
        path = self.path.removeprefix(PREFIX)
        answer = self.upstream.request(self.command, path, content=body, headers=headers)
        ours = ("connection", "transfer-encoding", "content-length")
        kept = [(k, v) for k, v in answer.headers.multi_items() if k.lower() not in ours]
        self._answer(answer.status_code, answer.content, kept)

    do_GET = do_POST = do_PATCH = do_DELETE = _pass  # noqa: N815  # names of the base

    def _answer(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def proxy(target: str) -> Iterator[str]:
    """A proxy on a port of its own; gives the public address."""
    with httpx.Client(base_url=target, timeout=120, trust_env=False) as upstream:
        handler = type("Handler", (_Proxy,), {"upstream": upstream})
        listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}{PREFIX}"
        finally:
            listening.shutdown()
            thread.join()
            listening.server_close()


@dataclass(frozen=True)
class Below:
    """The server: its public address below the sub-path, its own, and a personal access token."""

    public: str
    direct: str
    token: str
    legacy: str


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Below]:
    """A Label Studio that was told its public address, without the flag for legacy tokens."""
    folder = tmp_path_factory.mktemp("below")
    direct = f"http://127.0.0.1:{server._free_port()}/"
    with proxy(direct) as public:
        process = spawn(folder, direct, public)
        try:
            server._wait(process, folder / "server.log", direct, lambda said: None, 300)
            token, legacy = tokens(direct)
            yield Below(public, direct, token, legacy)
        finally:
            server._end(process, 10)


def spawn(folder: Path, direct: str, public: str) -> subprocess.Popen[bytes]:
    """Start Label Studio as its documentation says for a server behind a proxy."""
    software = install.install()
    shutil.copyfile(software.template, folder / install.DATABASE)
    command = [str(software.python), str(server._CHILD), "start", "--no-browser"]
    port = direct.rstrip("/").rpartition(":")[2]
    command += ["--internal-host", server.HOST, "--port", port, "--data-dir", str(folder)]
    settings = {
        "LABEL_STUDIO_HOST": public,
        "LABEL_STUDIO_USERNAME": EMAIL,
        "LABEL_STUDIO_PASSWORD": PASSWORD,
    }
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=install.environment(folder) | settings,
            start_new_session=True,
        )


def tokens(url: str) -> tuple[str, str]:
    """A personal access token made as on the account's page, and the legacy one that is refused."""
    with connection.http(url) as client:
        assert accounts._submit(client, "user/login/", {"email": EMAIL, "password": PASSWORD})
        headers = {"X-CSRFToken": client.cookies["csrftoken"]}
        made = client.post("api/token/", headers=headers)
        return made.json()["token"], client.get("api/current-user/token").json()["token"]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """One article."""
    root = tmp_path / "corpus"
    (root / "annotations").mkdir(parents=True)
    (root / "copydesk.toml").write_text('[corpus]\nname = "trial"\ntitle = "Trial"\n')
    guidelines = '---\nversion: "1.0"\n---\n# Guidelines\n'
    (root / "annotations" / "guidelines.md").write_text(guidelines)
    source = tmp_path / "source"
    source.mkdir()
    line = {"article_id": "mill", "text": "Mill closes\nThe mill closed at noon.", "event": "e"}
    (source / "articles.jsonl").write_text(json.dumps(line | {"licence": "CC0-1.0"}) + "\n")
    corpus = Corpus(root)
    ingest([str(source)], corpus)
    return corpus


@pytest.mark.parametrize("way", ["public", "direct"])
def test_a_round_with_a_personal_access_token(below: Below, corpus: Corpus, way: str) -> None:
    """Connect, push, answer, look, pull: with and without the sub-path, and no legacy token."""
    plan = new_round(
        corpus,
        Options(
            round=f"p-{secrets.token_hex(6)}",
            annotators=(Annotator(annotator="a1", kind="human"),),
            emails={"a1": EMAIL},
            overlap=Overlap(base=1),
        ),
    )
    url = below.public if way == "public" else below.direct
    labels = {"mill.001": "background", "mill.002": "claim"}
    with connection.connect(url, below.token) as client:
        one = Server(client)
        assert push(corpus, plan.round, [LabelStudio(one)]).tasks_sent == 1
        assert push(corpus, plan.round, [LabelStudio(one)]).tasks_sent == 0
        answer(one, plan, labels)
        state = status(corpus, plan.round, [LabelStudio(one)])
        assert (state.answered, state.tasks_missing) == (1, 0)
        ((_, page),) = state.annotators[0].pages
        assert page.startswith(f"{url.rstrip('/')}/projects/")
        read = pull(corpus, plan.round, [LabelStudio(one)])
    assert ({a.sentence_id: a.label for a in read.changes.new}, read.findings) == (labels, ())


def answer(one: Server, plan: Plan, labels: dict[str, str]) -> None:
    """Answer the round's only task as the editor does."""
    (project,) = (p["id"] for p in one.projects() if plan.round in p["title"])
    (row,) = one.answered_tasks(project)
    regions = one._ask("GET", f"api/tasks/{row['id']}/")["predictions"][0]["result"]
    result = [
        r | {"value": r["value"] | {"labels": [label]}}
        for r, label in zip(regions, labels.values(), strict=True)
    ]
    one.create_annotation(row["id"], {"result": result})


def test_an_access_token_that_ends_meanwhile_is_renewed(below: Below) -> None:
    """It lives five minutes; the next request after that fetches another, below the sub-path."""
    with connection.connect(below.public, below.token) as client:
        tokens = client._client_wrapper._tokens_client
        first = tokens._access_token or ""
        tokens._access_token = connection_ended(first)
        assert Server(client).whoami() == EMAIL
        assert tokens._access_token != first


def connection_ended(token: str) -> str:
    """The same token, but that its time is over."""
    import jwt

    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode({**claims, "exp": int(time.time()) - 1}, "k" * 32)


def test_a_legacy_token_is_refused_with_what_to_do(below: Below) -> None:
    """Without the flag the server knows none; the sentence tells of the other kind."""
    with pytest.raises(ServerError) as refused, connection.connect(below.public, below.legacy):
        pass
    assert str(refused.value).endswith(
        "Make a personal access token in Label Studio (Account & Settings), or allow legacy "
        "tokens (Organization, API tokens settings)."
    )


def test_the_address_without_its_sub_path_is_no_label_studio(below: Below) -> None:
    """The sentence doubts the address."""
    root = below.public.removesuffix(PREFIX)
    with pytest.raises(ServerError) as lost, connection.connect(root, below.token):
        pass
    assert str(lost.value) == (
        f"{root}/: The server has no page /api/version. Either the address is not the root of a "
        "Label Studio (a sub-path missing, or too long), or only the enterprise edition can do "
        "this."
    )
