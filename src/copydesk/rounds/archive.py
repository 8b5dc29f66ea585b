"""The archives of a round: the raw answers of each pull that brought news, as they came.

An archive is JSON Lines, compressed: a line for each task that was answered, and a last one that
says whose accounts they were and which queues were read. Its name contains the time when it was
made and the beginning of its content's SHA-256. Archives of 0.1.0 have no last line.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

from copydesk.errors import InputError, IntegrityError
from copydesk.files import atomic_write, dump_compact
from copydesk.rounds.backend import Account, Codec, Held
from copydesk.rounds.opened import Round
from copydesk.rounds.plan import LABEL_STUDIO, now

_DIGEST: Final = 16

UNREADABLE: Final = (
    *(OSError, EOFError, ValueError, LookupError, TypeError, AttributeError),
    *(RecursionError, OverflowError, zlib.error),
)
"""What reading an archive raises if a pull did not write it."""

AddLine = Callable[[str], None]
Finish = Callable[[], Path | None]


def fit_to_keep(round: Round, held: Held, codec: Codec) -> Held:
    """A task with its answers as they may be archived, logged and published."""
    task = round.plan.by_uid.get(held.uid or "")
    anchors = round.plan.expected(task) if task else ()
    withheld = task is None or task.article_id not in round.given
    labels = round.plan.labels
    answers = [codec.redact(raw, anchors, labels, withheld=withheld) for raw in held.answers]
    return replace(held, uid=task.uid if task else None, answers=answers)


def archive_line(held: Held) -> str:
    """The line of a task; see `fit_to_keep`."""
    return dump_compact(
        {
            "stream": held.stream,
            "task": held.number,
            "uid": held.uid,
            "data_sha256": held.data_sha256,
            "annotations": held.answers,
        }
    )


@contextlib.contextmanager
def archiving(
    pulls: Path,
) -> Iterator[tuple[str, AddLine, Finish]]:
    """Write an archive beside its place.

    Yields:
        The pull's name, a function that adds a line, and one that puts the archive in its place
        and gives its path; None if the last archive says the same. If it said the same and is
        damaged, it is replaced.

    Raises:
        InputError: the disk is full or the folder refuses; nothing is left behind.
    """
    try:
        pulls.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder of archives cannot be made: {error.strerror or error}.",
            where=str(pulls),
            hint="Remove what lies in its place, or restore it from version control.",
        ) from error
    for left in pulls.glob(".*.part"):  # by a pull that was killed
        left.unlink(missing_ok=True)
    last = max(pulls.glob("*.jsonl.gz"), default=None)
    name = _name(last)
    digest = hashlib.sha256()
    beside = pulls / f".{name}.part"

    def finish() -> Path | None:
        packed.close()
        # A disk that is full may say so only now.
        stream.flush()
        os.fsync(stream.fileno())
        place = pulls / f"{name}-{digest.hexdigest()[:_DIGEST]}.jsonl.gz"
        if last is not None and _stated(last) == _stated(place):
            return None if _whole(last) else beside.replace(last)
        return beside.replace(place)

    def add(line: str) -> None:
        # Half a character, which a browser may send, becomes JSON's own escape.
        data = line.encode("utf-8", "backslashreplace") + b"\n"
        digest.update(data)
        packed.write(data)

    try:
        with beside.open("wb") as stream, _gzip(stream) as packed:
            yield name, add, finish
    except OSError as error:
        if error.filename and Path(error.filename).parent != pulls:
            raise  # what was to be archived could not be read
        raise InputError(
            f"The archive cannot be written: {error.strerror or error}.",
            where=str(pulls),
            hint="Free some space or choose another disk, then run this again.",
        ) from error
    finally:
        beside.unlink(missing_ok=True)


def _name(last: Path | None) -> str:
    """A time later than that of the last archive, even if the clock was ahead then."""
    time = now()
    if last is not None:
        with contextlib.suppress(ValueError):
            then = datetime.strptime(last.name[:21], "%Y-%m-%dT%H%M%S-%f").replace(tzinfo=UTC)
            after = (then + timedelta(milliseconds=1)).isoformat(timespec="milliseconds")
            time = max(time, after.replace("+00:00", "Z"))
    return time.replace(":", "").replace(".", "-")


def _whole(path: Path) -> bool:
    """Whether an archive is as it was written."""
    try:
        return _digest(gzip.decompress(path.read_bytes())) == _stated(path)
    except (OSError, EOFError, zlib.error):
        return False


def _digest(data: bytes) -> str:
    """The digest of an archive's lines, as its name has it."""
    return hashlib.sha256(data).hexdigest()[:_DIGEST]


def _stated(path: Path) -> str:
    """The digest in an archive's name."""
    return path.name.removesuffix(".jsonl.gz").rpartition("-")[2]


def _gzip(stream: IO[bytes]) -> gzip.GzipFile:
    # Without a time and a name, the same answers give the same bytes.
    return gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0, compresslevel=6)


def last_line(
    accounts: Mapping[str, Mapping[Account, str]], streams: list[str], accepted: list[str]
) -> str:
    """The last line of an archive.

    Args:
        accounts: pseudonyms by account, for each backend.
        streams: the queues that were read.
        accepted: what the manager accepted with this pull; see `copydesk.rounds.pull.pull`.
    """
    people = {
        name: {str(account): who for account, who in found.items()}
        for name, found in accounts.items()
    }
    return dump_compact({"format": 2, "accounts": people, "streams": streams, "accepted": accepted})


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive, read.

    Args:
        pull: the name of its pull.
        accounts: pseudonyms by account as text, for each backend; None in archives of 0.1.0.
        streams: the queues that were read; None in archives of 0.1.0.
    """

    pull: str
    held: tuple[Held, ...]
    accounts: Mapping[str, Mapping[str, str]] | None
    streams: tuple[str, ...] | None
    accepted: frozenset[str]

    def people(self) -> dict[str, dict[Account, str]]:
        """Pseudonyms by account, for each backend; of archives of 0.1.0 none."""
        return {
            backend: {
                int(account) if backend == LABEL_STUDIO else account: who
                for account, who in accounts.items()
            }
            for backend, accounts in (self.accounts or {}).items()
        }


def known_people(pulls: Path) -> dict[str, dict[Account, str]]:
    """Which account belongs to whom by the last archive; see `Archive.people`.

    Raises:
        IntegrityError: the last archive is not as it was written.
    """
    last = max(pulls.glob("*.jsonl.gz"), default=None)
    return read_archive(last).people() if last is not None else {}


def read_archive(path: Path) -> Archive:
    """Read an archive and check that it is complete and unchanged.

    Raises:
        IntegrityError: its name does not match its content.
    """
    wrong = IntegrityError(
        "This archive was changed after it was written.",
        where=str(path),
        hint="Restore it from version control or a backup.",
    )
    try:
        data = gzip.decompress(path.read_bytes())
        if _digest(data) != _stated(path):
            raise wrong
        lines: list[dict[str, Any]] = [json.loads(line) for line in data.splitlines()]
        end = lines.pop() if lines and "format" in lines[-1] else {}
        found = Archive(
            pull=path.name.removesuffix(".jsonl.gz").rpartition("-")[0],
            held=tuple(_held(line) for line in lines),
            accounts=end.get("accounts"),
            streams=tuple(end["streams"]) if end else None,
            accepted=frozenset(end.get("accepted", ())),
        )
        found.people()
        return found
    except UNREADABLE as error:
        raise wrong from error


def _held(line: dict[str, Any]) -> Held:
    if not all(isinstance(raw, dict) for raw in line["annotations"]):
        raise TypeError("an answer is not an object")
    return Held(
        stream=line["stream"] if "stream" in line else line["project"],
        number=line["task"],
        uid=line["uid"],
        data_sha256=line["data_sha256"],
        answers=line["annotations"],
    )


def rewritten(path: Path, lines: list[str]) -> Path:
    """Replace an archive by one with other lines, under the name that matches them."""
    data = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
    pull = path.name.removesuffix(".jsonl.gz").rpartition("-")[0]
    place = path.with_name(f"{pull}-{_digest(data)}.jsonl.gz")
    packed = io.BytesIO()
    with _gzip(packed) as stream:
        stream.write(data)
    atomic_write(place, packed.getvalue())
    if place != path:
        path.unlink()
    return place
