"""The deposit API of Zenodo, as far as archiving a release needs it.

The API is documented at https://developers.zenodo.org. The tests run this client against a small
local server with the endpoints used (``tests/support/fake_zenodo.py``); it was never tried on
Zenodo or its sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from copydesk.publish.archive_http import Connection, RefusedError

_API: Final = "/api/deposit/depositions"
_PAGE: Final = 100
_PAGES: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A file of a deposit: the archive's id of it, its size in bytes, its MD5 in hexadecimal."""

    id: str
    bytes: int
    md5: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Deposit:
    """One version of a record, published or still a draft.

    Args:
        concept: the archive's id for all versions of the record together.
        doi: its DOI; of a draft, the one that is reserved for it.
        concept_doi: the DOI of all versions; None before the first is published.
        bucket: where its files are put.
        draft: the draft of the next version, if the archive names one.
    """

    id: int
    concept: str
    doi: str
    concept_doi: str | None
    published: bool
    bucket: str
    draft: int | None
    metadata: Mapping[str, Any]
    files: Mapping[str, Stored]


class Zenodo:
    """The deposits of one account."""

    def __init__(self, connection: Connection) -> None:
        self._archive = connection
        self.url = connection.url

    def mine(self) -> Iterator[Deposit]:
        """All deposits of the account, every version of each, the newest first."""
        for page in range(1, _PAGES + 1):
            options = {"page": page, "size": _PAGE, "all_versions": "true", "sort": "mostrecent"}
            found = self._archive.json("GET", _API, params=options)
            if not isinstance(found, list):
                raise self._archive.odd("a list of deposits")
            yield from map(self._deposit, found)
            if len(found) < _PAGE:
                return

    def get(self, deposit: int) -> Deposit | None:
        """A deposit by its id; None if the account has no deposit with this id (any longer)."""
        try:
            return self._deposit(self._archive.json("GET", f"{_API}/{deposit}"))
        except RefusedError as refused:
            if refused.status in (404, 410):
                return None
            raise

    def create(self, metadata: Mapping[str, Any]) -> Deposit:
        """A draft of a new record."""
        return self._deposit(self._archive.json("POST", _API, json={"metadata": metadata}))

    def next_version(self, before: Deposit) -> Deposit:
        """The draft of a record's next version; the open one, if there is one."""
        number = before.draft
        if number in (None, before.id):
            answer = self._archive.json("POST", f"{_API}/{before.id}/actions/newversion")
            number = self._deposit(answer).draft
        draft = None if number in (None, before.id) else self.get(number or 0)
        if draft is None or draft.published:
            raise self._archive.odd("the draft of a new version")
        return draft

    def describe(self, deposit: Deposit, metadata: Mapping[str, Any]) -> Deposit:
        """A draft with other metadata."""
        told = {"metadata": metadata}
        return self._deposit(self._archive.json("PUT", f"{_API}/{deposit.id}", json=told))

    def remove(self, deposit: Deposit, name: str) -> None:
        """Remove a file from a draft."""
        file = quote(deposit.files[name].id, safe="")
        self._archive.send("DELETE", f"{_API}/{deposit.id}/files/{file}")

    def upload(self, deposit: Deposit, path: Path) -> None:
        """Put a file into a draft; one of the same name is replaced."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(path.stat().st_size),
        }
        with path.open("rb") as stream:
            target = f"{deposit.bucket.rstrip('/')}/{quote(path.name, safe='')}"
            self._archive.send("PUT", target, content=stream, headers=headers)

    def publish(self, deposit: Deposit) -> None:
        """Publish a draft; this cannot be undone."""
        self._archive.send("POST", f"{_API}/{deposit.id}/actions/publish")

    def _deposit(self, answer: Any) -> Deposit:
        """A deposit as the API gives it."""
        try:
            metadata, links = answer.get("metadata") or {}, answer.get("links") or {}
            published = bool(answer.get("submitted"))
            reserved = metadata.get("prereserve_doi") or {}
            draft = str(links.get("latest_draft") or "").rstrip("/").rpartition("/")[2]
            return Deposit(
                id=int(answer["id"]),
                concept=str(answer.get("conceptrecid") or ""),
                doi=str((answer.get("doi") if published else "") or reserved.get("doi") or ""),
                concept_doi=answer.get("conceptdoi") or None,
                published=published,
                bucket=str(links.get("bucket") or ""),
                draft=int(draft) if draft.isdigit() else None,
                metadata=dict(metadata),
                files={
                    str(file["filename"]): Stored(
                        id=str(file["id"]),
                        bytes=int(file["filesize"]),
                        md5=str(file.get("checksum") or "").removeprefix("md5:"),
                    )
                    for file in answer.get("files") or ()
                },
            )
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise self._archive.odd(f"a deposit ({type(error).__name__}: {error})") from error
