"""Atomic writes, and reads whose errors name the file and line."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

import orjson

from copydesk.errors import InputError

_CHUNK = 1 << 20

_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")

LOCK_WAIT_S: Final = 60.0
"""Seconds that a verb waits for another one that writes to the same corpus."""

LOCK_WAIT_VARIABLE: Final = "COPYDESK_LOCK_WAIT"
"""The environment variable that says another number of seconds."""

_PART: Final = ".part"


def sha256_text(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def sha256_bytes(data: bytes) -> str:
    """The SHA-256 of some bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, as 64 hexadecimal digits; memory stays flat."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def atomic_write(path: Path, data: bytes | str) -> None:
    """Write a file beside its place and rename it there: readers see the old or the new, whole.

    Raises:
        InputError: the disk is full or the folder refuses; the old file is as it was.
    """
    content = data.encode("utf-8") if isinstance(data, str) else data
    with replacing(path) as beside, beside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is on the disk for certain only after `to_disk`.

    For files by the thousand that nothing refers to yet: after a crash of the machine, a file may
    be there and lack its bytes. A file that has other bytes is replaced as by `atomic_write`.

    Raises:
        InputError: the disk is full or the folder refuses; an old file is as it was.
    """
    with _speaking(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            stream = path.open("xb", buffering=0)
        except FileExistsError:
            if not (path.is_file() and path.read_bytes() == data):
                atomic_write(path, data)
            return
        try:
            with stream:
                left = memoryview(data)
                while left:
                    left = left[stream.write(left) :]
                if sys.platform != "linux":
                    os.fsync(stream.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise


def to_disk() -> None:
    """Return when all that was written is on the disk.

    Only Linux waits for that in `sync`; elsewhere `write_new` waits for each file.
    """
    if sys.platform == "linux":
        os.sync()


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write beside ``path``; rename it there on success, remove it on failure.

    Raises:
        InputError: the disk is full or the folder refuses; the old file is as it was.
    """
    with _speaking(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART)
        os.close(handle)
        beside = Path(name)
        try:
            with _held(beside):
                yield beside
            beside.chmod(0o666 & ~_umask())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


@contextlib.contextmanager
def replacing_dir(path: Path) -> Iterator[Path]:
    """Give a folder to fill beside ``path``; rename it there on success, remove it on failure.

    What a killed process left half filled for the same path is removed first.

    Raises:
        InputError: ``path`` exists, the disk is full, or the folder refuses.
    """
    if path.exists():
        raise InputError("This folder exists already.", where=str(path))
    with _speaking(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f".{glob.escape(path.name)}.*{_PART}"):
            with _held(left) as alone:
                if alone:
                    shutil.rmtree(left, ignore_errors=True)
        beside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART))
        try:
            with _held(beside):
                yield beside
                beside.chmod(0o777 & ~_umask())
                beside.rename(path)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


@contextlib.contextmanager
def _held(path: Path) -> Iterator[bool | None]:
    """Hold a file or folder for this process; False if another holds it, None if the system cannot
    tell. A killed process holds nothing.
    """
    try:
        import fcntl

        place = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (ImportError, OSError):
        yield None
        return
    try:
        yield _flocked(fcntl, place)
    finally:
        os.close(place)


def _flocked(fcntl: Any, place: int) -> bool | None:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some network file systems have no such locks
        return None
    return True


@contextlib.contextmanager
def locked(path: Path, *, shared: bool = False, wait_s: float | None = None) -> Iterator[None]:
    """Keep other processes out, or with ``shared`` only those that want the lock exclusively.

    A process that holds the lock may take it again in the same way. A killed process holds nothing.

    Args:
        path: the lock's own file, made if it is not there.
        wait_s: seconds to wait; by default ``COPYDESK_LOCK_WAIT``, or `LOCK_WAIT_S`.

    Raises:
        InputError: another process still holds it, or the folder refuses.
    """
    from filelock import ReadWriteLock, Timeout

    seconds = seconds_of(LOCK_WAIT_VARIABLE, LOCK_WAIT_S) if wait_s is None else wait_s
    with _speaking(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    lock = ReadWriteLock(path)
    try:
        (lock.acquire_read if shared else lock.acquire_write)(seconds, blocking=seconds > 0)
    except Timeout as error:
        raise InputError(
            f"Another copydesk is writing here; it did not finish within {seconds:g} seconds.",
            where=str(path.parent.parent),
            hint=f"Wait until it has finished, or wait longer with {LOCK_WAIT_VARIABLE}=SECONDS.",
        ) from error
    except (sqlite3.Error, OSError) as error:
        raise InputError(
            f"The lock cannot be taken: {error}.",
            where=str(path),
            hint="Make the folder writable, or free some space on its disk.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def seconds_of(variable: str, default: float) -> float:
    """The seconds that a variable of the environment names, none of them below 0.

    Raises:
        InputError: it is not a number.
    """
    stated = os.environ.get(variable, "")
    try:
        return max(float(stated), 0.0) if stated else default
    except ValueError:
        raise InputError(f"'{stated}' is not a number of seconds.", where=variable) from None


def sweep(folder: Path, *, deep: bool = True) -> None:
    """Remove what a killed process left half written in a folder.

    What a process is still writing stays: a report, or pages, that go into a corpus without its
    lock. Where the system cannot tell, call this only while nobody else writes there: see `locked`.

    Args:
        deep: whether to look into its subfolders too.
    """
    # os.walk passes over folders that somebody else removes meanwhile.
    for place, folders, files in os.walk(folder):
        left = {n for n in (*folders, *files) if n.startswith(".") and n.endswith(_PART)}
        for path in (Path(place, name) for name in left):
            _remove_leftover(path)
        folders[:] = [name for name in folders if name not in left] if deep else []


def _remove_leftover(path: Path) -> None:
    with _held(path) as alone:
        if alone is False:
            return
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def inside(folder: Path, name: object) -> Path:
    """The path in a folder that a name from a document stands for; it need not be there.

    Every untrusted name (in a manifest, an index, an archive) must become a path through this
    function.

    Raises:
        InputError: the name is not a relative POSIX path, or leads out of the folder.
    """
    parts = PurePosixPath(name).parts if isinstance(name, str) else ()
    odd = any(part in ("..", "/") or set(part) & set("\\:\0") for part in parts)
    path = folder.joinpath(*parts) if parts and not odd else None
    if path is None or not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            f"{name!r} is not the name of a file in this folder.",
            where=str(folder),
            hint="Do not use its source until 'copydesk validate' finds nothing wrong with it.",
        )
    return path


def append_lines(path: Path, lines: list[str]) -> None:
    """Append lines to a log in one write; all of them are on the disk when this returns.

    A last line that a kill cut short is ended first, so that it stays a line of its own.

    Raises:
        InputError: the disk is full or the folder refuses; earlier lines are as they were.
    """
    if not lines:
        return
    with _speaking(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: a buffer that could not be written is written again when the file is closed.
        with path.open("ab+", buffering=0) as stream:
            size = stream.seek(0, os.SEEK_END)
            # A lone surrogate, which JSON may contain, becomes JSON's own escape again.
            text = "\n".join((*lines, ""))
            data = _end_torn_line(stream, size) + text.encode("utf-8", "backslashreplace")
            try:
                left = memoryview(data)
                while left:
                    left = left[stream.write(left) :]
                os.fsync(stream.fileno())
            except OSError:
                with contextlib.suppress(OSError):
                    stream.truncate(size)
                raise


def _end_torn_line(stream: Any, size: int) -> bytes:
    if size == 0:
        return b""
    stream.seek(size - 1)
    return b"" if stream.read(1) == b"\n" else b"\n"


def read_jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read a JSON Lines file as (line number from 1, object); blank lines are passed over.

    Raises:
        InputError: the file is absent or unreadable, or a line is not UTF-8 or not a JSON object.
    """
    with _speaking(path), path.open("rb") as stream:
        for number, raw in enumerate(stream, start=1):
            if raw.strip():
                yield number, _json_object(raw, f"{path}:{number}")


class HalfCharacterError(ValueError):
    """A string of JSON that no file can hold: an escaped surrogate without its other half."""

    msg = "a string holds half a character, a lone surrogate"

    def __str__(self) -> str:
        return self.msg


def refuse_half_characters(value: object, raw: bytes) -> None:
    """Refuse JSON that can be parsed, but not written again.

    Args:
        value: what was parsed.
        raw: its bytes.

    Raises:
        HalfCharacterError: a string or a key holds a lone surrogate.
    """
    if _SURROGATE.search(raw):
        try:
            dump_line(value).encode("utf-8")
        except UnicodeEncodeError:
            raise HalfCharacterError from None


def _json_object(raw: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(raw.decode("utf-8-sig"))
        refuse_half_characters(value, raw)
    except UnicodeDecodeError as error:
        raise InputError(
            f"Byte {error.start} of this line is not UTF-8.",
            where=where,
            hint="Save the file as UTF-8.",
        ) from error
    except (ValueError, RecursionError) as error:
        # A number of more than 4,300 digits is a plain ValueError.
        detail = getattr(error, "msg", None) or (
            "nested too deep" if isinstance(error, RecursionError) else "a number is too long"
        )
        raise InputError(
            f"This line is not JSON ({detail}).",
            where=where,
            hint="Write one JSON object on each line.",
        ) from error
    if not isinstance(value, dict):
        raise InputError(
            f"This line holds a JSON {type(value).__name__}, not an object.",
            where=where,
            hint="Write one JSON object on each line.",
        )
    return value


def parse_json(raw: bytes) -> Any:
    """Parse JSON of many megabytes, in a quarter of the time that Python's own parser takes.

    An integer of more than 64 bits becomes a float.

    Raises:
        ValueError, RecursionError: the bytes are not UTF-8 or not JSON.
    """
    try:
        return orjson.loads(raw)
    except ValueError:  # half a character, NaN: Python's own parser takes them
        return json.loads(raw.decode("utf-8"))


def read_json(path: Path, parse: Callable[[bytes], Any] | None = None) -> Any:
    """Read one JSON document.

    Args:
        parse: `parse_json` for a large document whose schema bounds its integers.

    Raises:
        InputError: the file is absent, unreadable, not UTF-8, or not JSON.
    """
    with _speaking(path):
        raw = path.read_bytes()
    try:
        value = parse(raw) if parse else json.loads(raw.decode("utf-8"))
        refuse_half_characters(value, raw)
    except (ValueError, RecursionError) as error:
        raise InputError(f"This file is not JSON ({error}).", where=str(path)) from error
    return value


def dump_json(value: object) -> str:
    """JSON as this project writes it to files: sorted keys, two spaces, a final newline."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


# json.dumps would make an encoder for each of a million lines.
_LINE: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def dump_line(value: object) -> str:
    """JSON as this project writes it to a log: sorted keys, one line, no newline."""
    return _LINE.encode(value)


def dump_compact(value: object) -> str:
    """JSON for answers of a round, of which there may be a million: as `dump_line`, no blanks."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # an integer of more than 64 bits, half a character
        return dump_line(value)


@contextlib.contextmanager
def _speaking(path: Path) -> Iterator[None]:
    """Turn the system's refusals into sentences."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError("This file does not exist.", where=str(error.filename or path)) from error
    except PermissionError as error:
        raise InputError(
            "Permission to use this file or folder was denied.",
            where=str(error.filename or path),
            hint="Change its permissions, or run as a user who may.",
        ) from error
    except OSError as error:
        raise InputError(
            f"The operating system refused: {error.strerror or error}.",
            where=str(error.filename or path),
            hint="Free some space or choose another disk, then run this again."
            if error.errno in (28, 122)
            else "",
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
