"""Files by name in a folder: on this machine, or anywhere that fsspec reads (s3://…, gs://…)."""

from __future__ import annotations

import contextlib
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit, urlunsplit

from copydesk.errors import CopydeskError, InputError, ServerError
from copydesk.files import atomic_write, replacing, seconds_of

WAIT_VARIABLE: Final = "COPYDESK_STORE_WAIT"
WAIT_S: Final = 120.0
"""Seconds that a remote store may take for one call, unless the variable sets another number."""


def shown(url: str) -> str:
    """An address that is safe to print: without user name and password, or a signed query."""
    parts = urlsplit(url)
    if not parts.scheme or not parts.netloc:
        return url
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, place, parts.path, "…" if parts.query else "", ""))


@dataclass(frozen=True, slots=True)
class Storage:
    """One folder. A file appears whole or not at all.

    Args:
        url: a path, or an address of fsspec's with its protocol.

    Every method raises InputError where the disk is full or the folder refuses, and ServerError
    where a remote store does; reading a file that is not there raises InputError.
    """

    url: str

    @property
    def local(self) -> Path | None:
        """The folder, if it is on this machine."""
        return None if "://" in self.url else Path(self.url)

    def __truediv__(self, name: str) -> Storage:
        return Storage(f"{self.url.rstrip('/')}/{name}")

    def __str__(self) -> str:
        return shown(self.url)

    def has(self, name: str) -> bool:
        """Whether a file is there."""
        if self.local is not None:
            return (self.local / name).is_file()
        with self._speaking(name) as (files, path):
            return bool(files.isfile(path))

    def size(self, name: str) -> int:
        """The bytes of a file."""
        if self.local is not None:
            return (self.local / name).stat().st_size
        with self._speaking(name) as (files, path):
            return int(files.size(path))

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file to read from, at any place in it."""
        if self.local is not None:
            with (self.local / name).open("rb") as stream:
                yield stream
            return
        with self._speaking(name) as (files, path), files.open(path, "rb") as stream:
            yield stream

    def read(self, name: str) -> bytes:
        """The content of a file."""
        if self.local is not None:
            return (self.local / name).read_bytes()
        with self._speaking(name) as (files, path):
            content: bytes = files.cat_file(path)
            return content

    def write(self, name: str, data: bytes | str) -> None:
        """Put a file in its place."""
        if self.local is not None:
            atomic_write(self.local / name, data)
            return
        with self._speaking(name) as (files, path):
            files.makedirs(path.rpartition("/")[0], exist_ok=True)
            files.pipe_file(path, data.encode() if isinstance(data, str) else data)

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """A file to write, which appears when all of it is written."""
        if self.local is not None:
            with replacing(self.local / name) as beside, beside.open("wb") as stream:
                yield stream
            return
        with self._speaking(name) as (files, path):
            files.makedirs(path.rpartition("/")[0], exist_ok=True)
            stream = files.open(path, "wb")
            try:
                yield stream
            except BaseException:
                # An upload that is not closed never becomes an object.
                with contextlib.suppress(Exception):
                    stream.discard()
                raise
            stream.close()

    def names(self) -> list[str]:
        """The names of the files and folders right in it; none if it is not there."""
        if self.local is not None:
            return sorted(p.name for p in self.local.iterdir()) if self.local.is_dir() else []
        with self._speaking("") as (files, path):
            files.invalidate_cache()
            if not files.exists(path):
                return []
            found = (str(entry).rstrip("/") for entry in files.ls(path, detail=False))
            return sorted(entry.rpartition("/")[2] for entry in found if entry != path.rstrip("/"))

    def remove(self, name: str) -> None:
        """Remove a file or a folder if it exists; nobody sees half of it."""
        if self.local is not None:
            here = self.local / name
            # Renamed first, so that nobody mistakes a half-removed folder for a complete one.
            beside = here.with_name(f".{here.name}.{uuid.uuid4().hex}.part")
            with contextlib.suppress(FileNotFoundError):
                here.rename(beside)
            if beside.is_dir():
                shutil.rmtree(beside, ignore_errors=True)
            beside.unlink(missing_ok=True)
            return
        with self._speaking(name) as (files, path):
            if files.exists(path):
                files.rm(path, recursive=True)

    @contextlib.contextmanager
    def _speaking(self, name: str) -> Iterator[tuple[Any, str]]:
        """The file system and the path in it, with its client's errors turned into sentences."""
        import fsspec
        import pyarrow as pa

        where = f"{self}/{name}".rstrip("/")
        try:
            # Without the client's memory of listings: other processes put files there too.
            files, path = fsspec.core.url_to_fs(self.url, use_listings_cache=False)
        except (ValueError, ImportError) as error:
            raise InputError(
                f"Nothing that is installed can read this address: {error}.",
                where=str(self),
                hint="Name a folder, or an address of fsspec whose package is installed, as s3fs.",
            ) from error
        try:
            yield _Patient(files), f"{path.rstrip('/')}/{name}".rstrip("/")
        except (CopydeskError, pa.ArrowException):
            raise
        except _SilentError as error:
            raise ServerError(
                f"The store has not answered for {error.seconds:g} seconds.",
                where=where,
                hint="What is whole there is kept; run this again when the store answers. "
                f"{WAIT_VARIABLE} sets how many seconds it may take.",
            ) from error
        except FileNotFoundError as error:
            raise InputError("This file does not exist.", where=where) from error
        except PermissionError as error:
            raise ServerError(
                f"The store denies this user access ({_words(error, self.url)}).",
                where=where,
                hint="Give the user's key the right to list, read and write there.",
            ) from error
        except Exception as error:
            # File systems raise what their client raises: botocore's errors share no base.
            raise ServerError(
                f"The store refuses ({type(error).__name__}: {_words(error, self.url)}).",
                where=where,
                hint="What is whole there is kept; run this again when the store answers.",
            ) from error


class _SilentError(Exception):
    """A remote store has not answered in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Patient:
    """A file system or an open file of fsspec's, each of whose calls ends in time.

    Their clients wait for minutes, or for ever, for a server that accepts a connection and is
    silent.
    """

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        return self._in_time(value) if callable(value) else value

    def __enter__(self) -> _Patient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _in_time(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def limited(*args: Any, **options: Any) -> Any:
            seconds = seconds_of(WAIT_VARIABLE, WAIT_S)
            done: list[tuple[Any, BaseException | None]] = []

            def run() -> None:
                try:
                    done.append((call(*args, **options), None))
                except BaseException as error:
                    done.append((None, error))

            # A daemon, since what hangs must not keep the program from ending.
            thread = threading.Thread(target=run, daemon=True)
            thread.start()
            thread.join(seconds)
            if not done:
                raise _SilentError(seconds)
            found, error = done[0]
            if error is not None:
                raise error
            return _Patient(found) if hasattr(found, "readable") else found

        return limited


def _words(error: Exception, url: str) -> str:
    """A client's message without the secret part of the address."""
    return str(error).replace(url, shown(url)).rstrip(".")
