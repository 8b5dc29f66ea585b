"""A small Hugging Face Hub on 127.0.0.1: the few endpoints that publishing uses, kept in memory."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

REPO = "desk/news"
TOKEN = "hf_test"


@dataclass
class Hub:
    """What the Hub holds: files of its one data set, commits, tags, and its large files."""

    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[dict[str, Any]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    url: str = ""
    is_shared: bool = False
    """Whether somebody else commits while files are sent."""

    @property
    def head(self) -> str:
        """The id of the newest commit, 40 hexadecimal digits."""
        return hashlib.sha1(str(len(self.commits)).encode()).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_GET(self) -> None:
        self.hub.requests.append(f"GET {self.path}")
        path = unquote(self.path.partition("?")[0])
        if path == f"/api/datasets/{REPO}/tree/{self.hub.head}":
            self._tree()
            return
        resolve = f"/datasets/{REPO}/resolve/{self.hub.head}/"
        if path.startswith(resolve) and path.removeprefix(resolve) in self.hub.files:
            self._file(self.hub.files[path.removeprefix(resolve)])
            return
        if path != f"/api/datasets/{REPO}/refs":
            self._say(404, {"error": "Repository not found"})
            return
        tags = [
            {"name": name, "ref": f"refs/tags/{name}", "targetCommit": commit}
            for name, commit in self.hub.tags.items()
        ]
        main = {"name": "main", "ref": "refs/heads/main", "targetCommit": self.hub.head}
        self._say(200, {"tags": tags, "branches": [main], "converts": []})

    do_HEAD = do_GET  # noqa: N815 (the name is http.server's)

    def _tree(self) -> None:
        entries = [
            {"type": "file", "path": name, "size": len(data), "oid": "0" * 40}
            for name, data in self.hub.files.items()
        ]
        self._say(200, entries)

    def _file(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Repo-Commit", self.hub.head)
        self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def do_PUT(self) -> None:
        body = self._body()
        oid = self.path.rpartition("/")[2]
        assert hashlib.sha256(body).hexdigest() == oid
        self.hub.blobs[oid] = body
        self._say(200, {})

    def do_POST(self) -> None:
        body = self._body()
        path = self.path.partition("?")[0]
        self.hub.requests.append(f"POST {path}")
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._say(401, {"error": "Invalid credentials"})
            return
        answers = {
            "/api/validate-yaml": self._yaml,
            f"/api/datasets/{REPO}/preupload/main": self._preupload,
            f"/datasets/{REPO}.git/info/lfs/objects/batch": self._batch,
            f"/api/datasets/{REPO}/commit/main": self._commit,
            f"/api/datasets/{REPO}/tag/{self.hub.head}": self._tag,
        }
        answers.get(path, lambda _: self._say(404, {"error": "Not found"}))(body)

    def _yaml(self, body: bytes) -> None:
        assert json.loads(body)["content"].startswith("---\n")
        self._say(200, {"errors": [], "warnings": []})

    def _preupload(self, body: bytes) -> None:
        files = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["path"].endswith(".parquet") else "regular",
                "shouldIgnore": False,
            }
            for file in json.loads(body)["files"]
        ]
        self._say(200, {"files": files})

    def _batch(self, body: bytes) -> None:
        objects = [
            {
                **wanted,
                "actions": {"upload": {"href": f"{self.hub.url}/blob/{wanted['oid']}"}},
            }
            for wanted in json.loads(body)["objects"]
        ]
        self._say(200, {"transfer": "basic", "objects": objects})

    def _commit(self, body: bytes) -> None:
        header, *changes = (json.loads(line) for line in body.splitlines())
        if self.hub.is_shared:
            self.hub.commits.append({"summary": "Theirs"})
        if header["value"].get("parentCommit") not in (None, self.hub.head):
            self._say(412, {"error": "A commit has happened since. Please refresh and try again."})
            return
        for change in changes:
            value = change["value"]
            if change["key"] == "deletedFile":
                del self.hub.files[value["path"]]
                continue
            self.hub.files[value["path"]] = (
                self.hub.blobs[value["oid"]]
                if change["key"] == "lfsFile"
                else base64.b64decode(value["content"])
            )
        self.hub.commits.append(header["value"])
        url = f"{self.hub.url}/datasets/{REPO}/commit/{self.hub.head}"
        self._say(200, {"success": True, "commitOid": self.hub.head, "commitUrl": url})

    def _tag(self, body: bytes) -> None:
        self.hub.tags[json.loads(body)["tag"]] = self.hub.head
        self._say(200, {})

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _say(self, status: int, document: Any) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 404:
            self.send_header("X-Error-Code", "RepoNotFound")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""


def serve() -> tuple[Hub, ThreadingHTTPServer]:
    """A Hub with an empty data set on a free port, serving until its server is shut down."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return hub, server
