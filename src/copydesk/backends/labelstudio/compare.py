"""Lets a server's database check whether it holds what it was sent.

Reading tasks back takes longer than importing them. The database can compare them in place: it
counts the tasks that hold exactly the data that was sent.
"""

from __future__ import annotations

from typing import Final

from copydesk.backends.labelstudio.batches import BATCH_BYTES, Batch
from copydesk.backends.labelstudio.client import Imported, Server, encode
from copydesk.backends.labelstudio.connection import RequestError

_NONE: Final = encode([{}])
"""The data of no task: a server that counts some has misunderstood the query."""


class Comparison:
    """What was sent to one project, compared some megabytes at a time."""

    def __init__(self, server: Server, number: int) -> None:
        self._server, self._number = server, number
        self._documents: list[bytes] = []
        self._ids: list[int] = []
        self._size = 0
        self._understood = False
        self.equal = True
        """Whether all that was compared is as it was sent; False too if that is not known."""

    def add(self, imported: Imported, batch: Batch) -> None:
        """Note what a server says that it stored of a batch."""
        self.equal = (
            self.equal
            and len(imported.ids) == len(batch.payloads)
            and imported.predictions == sum(len(p.get("predictions", ())) for p in batch.payloads)
        )
        if self._size + len(batch.documents) > BATCH_BYTES:
            self.finish()
        self._ids += imported.ids
        self._documents.append(batch.documents[1:-1])
        self._size += len(batch.documents)

    def finish(self) -> None:
        """Compare what has not been compared yet."""
        ids, documents = self._ids, b"[" + b", ".join(self._documents) + b"]"
        self._ids, self._documents, self._size = [], [], 0
        if ids and self.equal:
            self._understood = self._understood or self._count(ids, _NONE) == 0
            self.equal = self._understood and self._count(ids, documents) == len(ids)

    def _count(self, ids: list[int], documents: bytes) -> int:
        try:
            return self._server.count_equal(self._number, min(ids), max(ids), documents)
        except RequestError:  # such as that of a gateway that takes no body in a question
            return -1
