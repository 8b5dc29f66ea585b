"""A small Zenodo on 127.0.0.1: the endpoints of its deposit API that archiving uses, in memory.

It may be told to behave badly: see `Archive.trouble`.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "zen-0a1b2c3d4e5f"
API = "/api/deposit/depositions"


@dataclass
class Archive:
    """What the archive holds, and how it behaves.

    Args:
        deposits: all versions of all records, as the API gives them, but for links and files.
        buckets: the files of each deposit.
        trouble: what happens at a request instead of, or after, what should happen: see `Trouble`.
        prefix: of its DOIs.
    """

    deposits: dict[int, dict[str, Any]] = field(default_factory=dict)
    buckets: dict[int, dict[str, bytes]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    trouble: list[Trouble] = field(default_factory=list)
    prefix: str = "10.1234/zenodo."
    damaged: bool = False
    elsewhere: str = ""
    url: str = ""
    last: int = 1000

    @property
    def published(self) -> list[dict[str, Any]]:
        """The deposits that are published."""
        return [deposit for deposit in self.deposits.values() if deposit["submitted"]]

    def new(self, concept: str | None = None) -> dict[str, Any]:
        """A draft with a number of its own; of a new record if none is named."""
        if concept is None:
            self.last += 1
            concept = str(self.last)
        self.last += 1
        deposit = {
            "id": self.last,
            "conceptrecid": concept,
            "submitted": False,
            "state": "unsubmitted",
            "metadata": {},
        }
        self.deposits[self.last], self.buckets[self.last] = deposit, {}
        return deposit

    def shown(self, deposit: dict[str, Any]) -> dict[str, Any]:
        """A deposit as the API gives it."""
        own = deposit["id"]
        open_drafts = [
            one["id"]
            for one in self.deposits.values()
            if one["conceptrecid"] == deposit["conceptrecid"] and not one["submitted"]
        ]
        draft = {"latest_draft": f"{self.url}{API}/{open_drafts[0]}"} if open_drafts else {}
        doi = f"{self.prefix}{own}"
        published = {"doi": doi, "conceptdoi": f"{self.prefix}{deposit['conceptrecid']}"}
        return {
            **deposit,
            **(published if deposit["submitted"] else {}),
            "metadata": {**deposit["metadata"], "prereserve_doi": {"doi": doi, "recid": own}},
            "links": {"bucket": f"{self.elsewhere or self.url}/api/files/b-{own}", **draft},
            "files": [
                {
                    "id": hashlib.sha1(f"{own}/{name}".encode()).hexdigest(),
                    "filename": name,
                    "filesize": len(data),
                    "checksum": "0" * 32
                    if self.damaged
                    else hashlib.md5(data, usedforsecurity=False).hexdigest(),
                }
                for name, data in self.buckets[own].items()
            ],
        }


@dataclass
class Trouble:
    """What goes wrong at the first request that a pattern such as ``POST .*/publish`` meets.

    Args:
        at: the pattern, of the method and the path.
        status: what is answered; 0 for nothing: the connection is cut.
        body: of the answer, as it is.
        acts: whether the request is done all the same.
        after: requests that meet the pattern and are answered well before.
        once: whether later requests are answered well again.
        headers: of the answer.
        sleep: seconds before the answer.
        calls: is called when it happens.
    """

    at: str = ".*"
    status: int = 0
    body: bytes = b"{}"
    acts: bool = False
    after: int = 0
    once: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    sleep: float = 0.0
    calls: Callable[[], None] | None = None


class _Handler(BaseHTTPRequestHandler):
    archive: Archive

    def _any(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(size)
        path = unquote(urlsplit(self.path).path)
        line = f"{self.command} {path}"
        self.archive.requests.append(line)
        self.archive.tokens.add(self.headers.get("Authorization", ""))
        trouble = self._met(line)
        if trouble is None:
            self._say(*self._done(path))
            return
        if trouble.acts:
            self._done(path)
        if trouble.calls:
            trouble.calls()
        time.sleep(trouble.sleep)
        if trouble.status:
            self._say(trouble.status, trouble.body, trouble.headers)
        else:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 (the names are http.server's)

    def _met(self, line: str) -> Trouble | None:
        for trouble in self.archive.trouble:
            if re.fullmatch(trouble.at, line):
                if trouble.after:
                    trouble.after -= 1
                    continue
                if trouble.once:
                    self.archive.trouble.remove(trouble)
                return trouble
        return None

    def _done(self, path: str) -> tuple[int, Any]:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"status": 401, "message": "The server could not verify you."}
        bucket = re.fullmatch(r"/api/files/b-(\d+)/(.+)", path)
        if bucket and self.command == "PUT" and int(bucket[1]) in self.archive.deposits:
            self.archive.buckets[int(bucket[1])][bucket[2]] = self.body
            return 201, {"key": bucket[2]}
        if path == API:
            return self._list() if self.command == "GET" else self._create()
        found = re.fullmatch(rf"{API}/(\d+)(/.+)?", path)
        deposit = self.archive.deposits.get(int(found[1])) if found else None
        if found is None or deposit is None:
            return 404, {"status": 404, "message": "PID does not exist."}
        return self._of(deposit, found[2] or "")

    def _list(self) -> tuple[int, Any]:
        query = {name: int(v[0]) for name, v in parse_qs(self.path).items() if v[0].isdigit()}
        page, size = query.get("page", 1), query["size"]
        newest = sorted(self.archive.deposits.values(), key=lambda d: -d["id"])
        return 200, [self.archive.shown(d) for d in newest[(page - 1) * size : page * size]]

    def _create(self) -> tuple[int, Any]:
        deposit = self.archive.new()
        deposit["metadata"] = json.loads(self.body)["metadata"]
        return 201, self.archive.shown(deposit)

    def _of(self, deposit: dict[str, Any], rest: str) -> tuple[int, Any]:
        own, held = deposit["id"], self.archive.buckets[deposit["id"]]
        if rest == "" and self.command == "GET":
            return 200, self.archive.shown(deposit)
        if rest == "/actions/newversion" and self.command == "POST":
            return self._next(deposit)
        if deposit["submitted"]:
            return 403, {"status": 403, "message": "The deposit is published."}
        if rest == "" and self.command == "PUT":
            deposit["metadata"] = json.loads(self.body)["metadata"]
            return 200, self.archive.shown(deposit)
        if rest == "/actions/publish" and self.command == "POST":
            lacking = [k for k in ("title", "creators") if not deposit["metadata"].get(k)]
            if lacking or not held:
                errors = [{"field": f"metadata.{k}", "message": "Missing data."} for k in lacking]
                return 400, {"message": "Validation error.", "status": 400, "errors": errors}
            deposit |= {"submitted": True, "state": "done"}
            return 202, self.archive.shown(deposit)
        for file in self.archive.shown(deposit)["files"]:
            if rest == f"/files/{file['id']}" and self.command == "DELETE":
                del held[file["filename"]]
                return 204, None
        return 404, {"status": 404, "message": f"Nothing of deposit {own} is there."}

    def _next(self, deposit: dict[str, Any]) -> tuple[int, Any]:
        """The draft of the next version begins with the files and metadata of the one before.

        A second call while one is open is refused in these words, as users of Zenodo report.
        """
        if not deposit["submitted"] or "latest_draft" in self.archive.shown(deposit)["links"]:
            errors = [{"field": "files.enabled", "messages": ["Please remove all files first."]}]
            return 400, {"message": "A validation error occurred.", "errors": errors}
        draft = self.archive.new(deposit["conceptrecid"])
        draft["metadata"] = dict(deposit["metadata"])
        self.archive.buckets[draft["id"]] |= self.archive.buckets[deposit["id"]]
        return 201, self.archive.shown(deposit)

    def _say(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(0 if status == 204 else len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed, or a connection that was cut, is what is tested."""


def serve() -> tuple[Archive, ThreadingHTTPServer]:
    """An empty archive on a free port, serving until its server is shut down."""
    archive = Archive()
    handler = type("Handler", (_Handler,), {"archive": archive})
    server = _Server(("127.0.0.1", 0), handler)
    archive.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return archive, server
