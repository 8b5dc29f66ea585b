"""A proxy that stands before a real Label Studio and does what networks and gateways do wrong."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

HOP = {"connection", "transfer-encoding", "content-encoding", "content-length", "keep-alive"}


@dataclass
class Fault:
    """What is done to requests that match, and to how many of them.

    Args:
        kind: ``drop`` (the server acts, its answer is lost), ``delay`` (it comes too late), ``cut``
            (half of the body comes), ``after`` (the server acts, the answer is ``status``), or
            ``before`` (``status``, and the server hears nothing).
        skip: so many matching requests pass first.
    """

    kind: str
    method: str
    path: str
    times: int = 1
    skip: int = 0
    status: int = 502
    seconds: float = 4.0
    done: int = 0

    def takes(self, method: str, path: str) -> bool:
        """Whether this request is to suffer; counts it."""
        if method != self.method or not re.search(self.path, path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.done >= self.times:
            return False
        self.done += 1
        return True


class Proxy(ThreadingHTTPServer):
    """Forwards to ``target``; ``faults`` may be changed at any time. ``posts`` counts imports."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.faults: list[Fault] = []
        self.guard = threading.Lock()
        self.client = httpx.Client(base_url=target, timeout=120, trust_env=False)

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def fault(self, method: str, path: str) -> Fault | None:
        """The fault that a request is to suffer."""
        with self.guard:
            return next((f for f in self.faults if f.takes(method, path)), None)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has gone away is what these tests are about."""


@contextlib.contextmanager
def proxy(target: str, *faults: Fault) -> Iterator[Proxy]:
    """A running proxy before a server."""
    server = Proxy(target)
    server.faults = list(faults)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        server.client.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.fault(self.command, self.path)
        if fault and fault.kind == "before":
            self._answer(fault.status, b'{"detail": "fault"}', {"Content-Type": "application/json"})
            return
        headers = {k: v for k, v in self.headers.items() if k.lower() not in {*HOP, "host"}}
        headers["Accept-Encoding"] = "identity"
        answer = self.server.client.request(self.command, self.path, content=body, headers=headers)
        kept = {k: v for k, v in answer.headers.items() if k.lower() not in HOP}
        if fault is None:
            self._answer(answer.status_code, answer.content, kept)
        elif fault.kind == "drop":
            self._hang_up()
        elif fault.kind == "delay":
            time.sleep(fault.seconds)
            self._answer(answer.status_code, answer.content, kept)
        elif fault.kind == "cut":
            self._answer(answer.status_code, answer.content, kept, half=True)
        else:
            self._answer(fault.status, b"<html>gateway</html>", {"Content-Type": "text/html"})

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _pass  # noqa: N815  # names of the base

    def _answer(
        self, status: int, body: bytes, headers: dict[str, str], *, half: bool = False
    ) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)
        if half:
            self._hang_up()

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
