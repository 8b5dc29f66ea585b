"""One real Label Studio for the whole run, shared by the workers of a parallel run.

The first worker that needs the server starts it (from the migrated database, in a fresh folder) and
writes down where it is. The others find it there, and each holds a lock while it uses it; the
starter waits for these locks before it stops the server. A worker that comes after that starts one
again. A test that kills or spoils its server starts its own with `local.server.start`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import filelock
import pytest

from copydesk.backends.labelstudio.local import accounts, server


@dataclass(frozen=True, kw_only=True)
class Running:
    """The shared server: its address, its administrator, and annotators 1 to 3."""

    url: str
    admin: accounts.Person
    annotators: list[accounts.Person]
    data_dir: Path
    link: str = field(repr=False)

    def newcomer(self) -> accounts.Person:
        """An annotator with an account that no other test has used."""
        email = f"newcomer-{secrets.token_hex(6)}@copydesk.localhost"
        password = secrets.token_urlsafe(12)
        return accounts.Person(
            email=email, password=password, token=accounts.join(self.link, email, password)
        )


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A Label Studio that all tests of the run share; make projects of your own in it."""
    folder = _run_folder(tmp_path_factory)
    # a singleton: another folder of tests may take the same fixture in the same process
    mine = filelock.FileLock(folder / f"{os.getpid()}.user.lock", is_singleton=True)
    with filelock.FileLock(folder / "studio.lock"):
        note = folder / "studio.json"
        started = None
        if not note.exists():
            started = server.start(_data_folder(folder), timeout=600)
            started.annotators(3)
            note.write_text(json.dumps([started.url, str(started.data_dir)]), encoding="utf-8")
        url, data_dir = json.loads(note.read_text(encoding="utf-8"))
        mine.acquire()
    yield _running(url, Path(data_dir))
    mine.release()
    if started:
        _stop_when_unused(started, folder)


def _running(url: str, data_dir: Path) -> Running:
    admin, *annotators = accounts.load(data_dir)
    link = accounts.invitation(url, admin.token)
    return Running(url=url, admin=admin, annotators=annotators, data_dir=data_dir, link=link)


def _stop_when_unused(started: server.Studio, folder: Path) -> None:
    with filelock.FileLock(folder / "studio.lock"):
        (folder / "studio.json").unlink()
        for path in folder.glob("*.user.lock"):
            with filelock.FileLock(path):
                pass
        started.stop()
        shutil.rmtree(started.data_dir)


def _data_folder(folder: Path) -> Path:
    """Where the database lies: in memory if there is room, since each answer is several commits."""
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30:
        return Path(tempfile.mkdtemp(prefix="copydesk-studio-", dir=memory))
    return folder / f"data-{os.getpid()}"


def _run_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run know, and no other run."""
    base = factory.getbasetemp()
    root = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = root / "studio"
    folder.mkdir(exist_ok=True)
    return folder
