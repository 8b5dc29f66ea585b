"""Start a Label Studio on loopback, wait until it is ready, and stop it with all its processes."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

import filelock
import platformdirs

from copydesk.backends.labelstudio import connection
from copydesk.backends.labelstudio.local import accounts
from copydesk.backends.labelstudio.local.install import (
    DATABASE,
    Installation,
    Say,
    environment,
    install,
    last_lines,
)
from copydesk.errors import InputError, ServerError
from copydesk.files import atomic_write, replacing

HOST: Final = "127.0.0.1"
EVERY: Final = ("0.0.0.0", "::")  # only where the manager asks for it
"""Addresses that mean all addresses of a machine."""
_CHILD: Final = Path(__file__).with_name("child.py")
_LISTENING: Final = re.compile(r"Starting development server at http://\S+?:(\d+)/")


def default_data_dir() -> Path:
    """Where `copydesk studio` keeps its database: with the user's data, since it is not a cache."""
    return platformdirs.user_data_path("copydesk") / "studio"


@dataclass(frozen=True, kw_only=True, slots=True)
class Studio:
    """A running server; a context manager that stops it.

    Args:
        url: where it answers on this machine, with a trailing slash.
        public: where others reach it.
        data_dir: its database, log and accounts, readable by its owner alone.
        admin: the administrator, with password and token.
        process: the server's process, the leader of a group of its own.
    """

    url: str
    public: str
    data_dir: Path
    admin: accounts.Person
    process: subprocess.Popen[bytes]
    lock: filelock.BaseFileLock

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return int(self.url.rstrip("/").rpartition(":")[2])

    @property
    def log(self) -> Path:
        """What the server has printed since its last start."""
        return _log(self.data_dir)

    def annotators(self, count: int) -> list[accounts.Person]:
        """Annotators 1 to ``count``, each with an account, a password and a token.

        Raises:
            ServerError: the server is not there, or refuses to make an account.
        """
        return accounts.invite(self.data_dir, self.url, count)

    def wait(self) -> None:
        """Wait until the server ends; it does not end by itself.

        Raises:
            ServerError: it ended.
        """
        self.process.wait()
        raise ServerError(
            f"Label Studio ended. Its log ends with: {last_lines(self.log)}",
            where=str(self.log),
            hint="Start it again: what was done is in its database.",
        )

    def stop(self, grace: float = 10.0) -> None:
        """End the server and whatever it started; stopping it again does nothing.

        Args:
            grace: seconds that it is given to end by itself before it is killed.
        """
        _end(self.process, grace)
        _address(self.data_dir).unlink(missing_ok=True)
        self.lock.release()

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start(
    data_dir: Path,
    *,
    port: int | None = None,
    host: str = HOST,
    public: str | None = None,
    say: Say = lambda _: None,
    timeout: float = 300.0,
) -> Studio:
    """Start Label Studio, installing it first if need be, and wait until it can be used.

    Analytics, the version check and error reporting are off; accounts are made by invitation only.
    Every start takes 10 to 20 seconds; the first copies the migrated database. The server ends with
    this process, even if this process is killed.

    Args:
        data_dir: is made if absent; one server at a time uses it.
        port: by default one that is free.
        host: the address of this machine to listen at; ``0.0.0.0`` listens at all.
        public: where others reach it, such as through a reverse proxy; by default by the name of
            this machine if it listens at all addresses, else by ``host``.
        say: is told what is being done, once a second while waiting.
        timeout: seconds to wait for the server.

    Raises:
        InputError: the port or the folder is in use, or the folder cannot be written.
        ServerError: Label Studio cannot be installed, or ended, or was not ready in time.
    """
    chosen = _free_port() if port is None else _require_free(port, host)
    local = f"http://{HOST if host in EVERY else host}:{chosen}/"
    stated = public is not None
    public = connection.canonical_url(
        public or (f"http://{socket.gethostname()}:{chosen}/" if host in EVERY else local)
    )
    software = install(say)
    data_dir = data_dir.absolute()
    lock = _occupy(data_dir)
    with contextlib.ExitStack() as undo:
        undo.callback(lock.release)
        admin = _prepare(data_dir, software)
        process = _spawn(software, data_dir, admin, chosen, host, public if stated else "")
        undo.callback(_end, process, 10.0)
        _wait(process, _log(data_dir), local, say, timeout)
        _check_identity(local, admin)
        atomic_write(_address(data_dir), f"{local}\n{public}\n")
        undo.pop_all()
    return Studio(
        url=local, public=public, data_dir=data_dir, admin=admin, process=process, lock=lock
    )


def running(data_dir: Path) -> tuple[str, str, accounts.Person]:
    """The two addresses (here, and for others) and the administrator of a folder's server.

    Raises:
        ServerError: none runs there, or it does not answer.
    """
    with contextlib.suppress(FileNotFoundError, ServerError):
        url, *others = _address(data_dir).read_text(encoding="utf-8").split()
        public = others[0] if others else url  # an older copydesk wrote one address
        if _is_occupied(data_dir):  # another program that listens there must not get the token
            admin = accounts.load(data_dir)[0]
            _check_identity(url, admin)
            return url, public, admin
    raise ServerError(
        "No Label Studio that copydesk started is running on this folder.",
        where=str(data_dir),
        hint="Start it with 'copydesk studio' in another terminal, with the same --data-dir.",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _require_free(port: int, host: str) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(
                f"Port {port} of {host} cannot be used: {reason}.",
                hint="Choose another with --port or --host, or stop what listens there.",
            ) from error
    return port


def _occupy(data_dir: Path) -> filelock.BaseFileLock:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        data_dir.chmod(0o700)
        lock = filelock.FileLock(data_dir / "studio.lock")
        lock.acquire(timeout=2)
    except filelock.Timeout as error:
        raise InputError(
            "Another 'copydesk studio' is running on this folder.",
            where=str(data_dir),
            hint="Use that one, stop it, or choose another folder with --data-dir.",
        ) from error
    except OSError as error:
        raise InputError(
            f"The operating system refused this folder: {error.strerror or error}.",
            where=str(data_dir),
        ) from error
    return lock


def _is_occupied(data_dir: Path) -> bool:
    try:
        filelock.FileLock(data_dir / "studio.lock").acquire(timeout=0).lock.release()
    except filelock.Timeout:
        return True
    return False


def _prepare(data_dir: Path, software: Installation) -> accounts.Person:
    """Give a new data folder its empty database and its administrator."""
    people = accounts.load(data_dir)
    database = data_dir / DATABASE
    if not database.exists():
        with replacing(database) as beside:
            shutil.copyfile(software.template, beside)
        database.chmod(0o600)
    if not people:
        people = [accounts.new_administrator()]
        accounts.save(data_dir, people)
    return people[0]


def _spawn(
    software: Installation,
    data_dir: Path,
    admin: accounts.Person,
    port: int,
    host: str,
    public: str,
) -> subprocess.Popen[bytes]:
    command = [
        str(software.python),
        str(_CHILD),
        "start",
        "--no-browser",
        "--enable-legacy-api-token",
        *("--internal-host", host, "--port", str(port), "--data-dir", str(data_dir)),
    ]
    variables = environment(data_dir) | {
        "LABEL_STUDIO_USERNAME": admin.email,
        "LABEL_STUDIO_PASSWORD": admin.password,
        "LABEL_STUDIO_USER_TOKEN": admin.token,
    }
    if public:
        # Behind a proxy the server takes requests for plain ones: it must be told whom to trust.
        origin = public.split("/")[:3]
        variables |= {
            "LABEL_STUDIO_HOST": public.rstrip("/"),
            "CSRF_TRUSTED_ORIGINS": "/".join(origin),
        }
    with _log(data_dir).open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=variables,
            umask=0o077,
            start_new_session=True,
        )


def _wait(process: subprocess.Popen[bytes], log: Path, url: str, say: Say, timeout: float) -> None:
    began = time.monotonic()
    while (waited := time.monotonic() - began) < timeout:
        if process.poll() is not None:
            raise ServerError(
                f"Label Studio ended while starting. Its log ends with: {last_lines(log)}",
                where=str(log),
            )
        if listening := _LISTENING.search(log.read_text(encoding="utf-8", errors="replace")):
            # Label Studio silently moves to the next port if somebody has taken ours meanwhile
            if f":{listening[1]}/" not in url:
                raise ServerError(
                    "Another program took the port while Label Studio started.",
                    where=url,
                    hint="Start again.",
                )
            with contextlib.suppress(ServerError), connection.http(url, timeout=5) as client:
                client.get("health/")
                return
        say(f"Label Studio is starting ({waited:.0f} s)")
        time.sleep(min(1.0, max(0.0, timeout - waited)))
    raise ServerError(
        f"Label Studio was not ready after {timeout:.0f} seconds. "
        f"Its log ends with: {last_lines(log)}",
        where=str(log),
        hint="Start again; if the machine is slow, give it more time.",
    )


def _check_identity(url: str, admin: accounts.Person) -> None:
    """Make sure that the server that answers is ours and knows its administrator."""
    with connection.http(url, admin.token) as client:
        name = client.get("api/current-user/whoami").json().get("email")
    if name != admin.email:
        raise ServerError(f"This server knows its administrator as {name}, not {admin.email}.")


def _end(process: subprocess.Popen[bytes], grace: float) -> None:
    """End a process group that we started: asked first, then killed."""
    for forced, patience in ((False, grace), (True, 10.0)):
        with contextlib.suppress(ProcessLookupError):
            if process.poll() is None:
                _signal(process, forced=forced)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            break
    if process.stdin:
        process.stdin.close()


def _signal(process: subprocess.Popen[bytes], *, forced: bool) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL if forced else signal.SIGTERM)
    elif forced:  # Windows has no process groups of this kind: the process alone
        process.kill()
    else:
        process.terminate()


def _address(data_dir: Path) -> Path:
    return data_dir / "address"


def _log(data_dir: Path) -> Path:
    return data_dir / "server.log"
