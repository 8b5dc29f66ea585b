"""Label Studio in an environment of its own, built once from pinned versions and kept in a cache.

Label Studio's dependencies are many and contradict ours, so it is never imported: it gets a
virtual environment (about 800 MB) and is used over HTTP. Beside the environment is an empty
database with all migrations applied (a minute's work), which every new data folder starts from.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import filelock
import platformdirs

from copydesk.errors import InputError, ServerError

CONSTRAINTS: Final = Path(__file__).with_name("constraints.txt")
DATABASE: Final = "label_studio.sqlite3"
_PYTHONS: Final = ((3, 11), (3, 12), (3, 13))

Say = Callable[[str], None]
"""Takes a sentence about what is being done now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Installation:
    """Label Studio, ready to be started.

    Args:
        version: of Label Studio.
        folder: holds everything below; removing it removes the installation.
    """

    version: str
    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter that can import Label Studio."""
        return self.folder / "env" / "bin" / "python"

    @property
    def template(self) -> Path:
        """An empty database with all migrations applied, with nobody and no secret in it."""
        return self.folder / "template" / DATABASE

    @property
    def complete(self) -> bool:
        """Whether the installation is complete."""
        return (self.folder / "complete").is_file()


def pinned_version() -> str:
    """The version of Label Studio that the packaged constraints name."""
    for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("label-studio=="):
            return line.partition("==")[2].strip()
    raise AssertionError(f"{CONSTRAINTS} does not pin label-studio")


def home() -> Path:
    """Where installations are kept: COPYDESK_STUDIO_HOME, or else a folder of the user's cache."""
    chosen = os.environ.get("COPYDESK_STUDIO_HOME")
    return (
        Path(chosen).absolute() if chosen else platformdirs.user_cache_path("copydesk") / "studio"
    )


def installation() -> Installation:
    """The installation that this version of copydesk uses, complete or not.

    Its folder's name states the versions of Label Studio and of the interpreter, and the
    constraints: other constraints make another installation, and the old one stays usable.

    Raises:
        InputError: no Python is found that Label Studio has wheels for.
    """
    digest = hashlib.sha256(CONSTRAINTS.read_bytes()).hexdigest()[:8]
    _, (major, minor) = _interpreter()
    name = f"{pinned_version()}-py{major}{minor}-{digest}"
    return Installation(version=pinned_version(), folder=home() / name)


def install(say: Say = lambda _: None) -> Installation:
    """Install Label Studio unless it is there; two at once do it once.

    Args:
        say: is told what is being done, before each step that takes long.

    Raises:
        InputError: no fitting Python is found, or the cache folder cannot be written.
        ServerError: the packages could not be downloaded, or Label Studio does not run.
    """
    target = installation()
    if target.complete:
        return target
    try:
        target.folder.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(f"{target.folder}.lock")
        with lock:
            if not target.complete:
                _build(target, say)
    except OSError as error:
        raise InputError(
            f"The operating system refused to install there: {error.strerror or error}.",
            where=str(target.folder),
            hint="Set COPYDESK_STUDIO_HOME to a folder with 1 GB of free space.",
        ) from error
    return target


def _build(target: Installation, say: Say) -> None:
    shutil.rmtree(target.folder, ignore_errors=True)
    target.folder.mkdir()
    log = target.folder / "install.log"
    say(f"Installing Label Studio {target.version} (about 800 MB, once) in {target.folder}")
    for command in _commands(target):
        _run(command, log, {}, "Label Studio could not be installed.")
    say("Preparing an empty database (about a minute, once)")
    _migrate(target, log)
    (target.folder / "complete").touch()


def _commands(target: Installation) -> list[list[str]]:
    base, _ = _interpreter()
    env = str(target.folder / "env")
    wanted = ["--constraint", str(CONSTRAINTS), f"label-studio=={target.version}"]
    if uv := _uv():
        return [
            [uv, "venv", "--quiet", "--python", base, env],
            [uv, "pip", "install", "--compile-bytecode", "--python", str(target.python), *wanted],
        ]
    return [
        [base, "-m", "venv", env],
        [str(target.python), "-m", "pip", "install", "--no-input", *wanted],
    ]


def _migrate(target: Installation, log: Path) -> None:
    """Make the template. Asked for its version, Label Studio migrates first and makes no user."""
    folder = target.template.parent
    folder.mkdir()
    command = [str(target.python), "-m", "label_studio.server", "version"]
    _run(command, log, environment(folder), "Label Studio was installed but does not run.")
    for left in folder.iterdir():
        if left.name != DATABASE:  # the .env holds a signing key: each data folder makes its own
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def environment(data_dir: Path) -> dict[str, str]:
    """The whole environment of a Label Studio process.

    Nothing else is passed on: any setting of Label Studio can be given by the environment, so a
    stray variable could send the data to another database. An empty SENTRY_DSN turns error
    reporting off; an absent one leaves it on.
    """
    kept = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "COLLECT_ANALYTICS": "false",
        "DJANGO_DB": "sqlite",
        "FRONTEND_SENTRY_DSN": "",
        "LABEL_STUDIO_BASE_DATA_DIR": str(data_dir),
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "LATEST_VERSION_CHECK": "false",
        "PYTHONUNBUFFERED": "1",
        "SENTRY_DSN": "",
    }


def _run(command: list[str], log: Path, variables: dict[str, str], failure: str) -> None:
    with log.open("ab") as stream:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=variables or None,
            check=False,
        )
    if done.returncode:
        raise ServerError(
            f"{failure} Its log ends with: {last_lines(log)}",
            where=str(log),
            hint="Check the network and the disk, then run 'copydesk studio install' again.",
        )


def last_lines(log: Path) -> str:
    """The last three lines of a log that say anything, joined, for an error's message."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return " | ".join([line.strip() for line in lines if line.strip()][-3:]) or "(none)"


def _interpreter() -> tuple[str, tuple[int, int]]:
    """A Python for which Label Studio's packages have wheels: ours if it fits."""
    if sys.version_info[:2] in _PYTHONS:
        return sys.executable, sys.version_info[:2]
    for major, minor in reversed(_PYTHONS):
        if found := shutil.which(f"python{major}.{minor}"):
            return found, (major, minor)
    raise InputError(
        "Label Studio needs Python 3.11, 3.12 or 3.13, and none is on the PATH.",
        hint="Install one of them beside this one; copydesk finds it by its name.",
    )


def _uv() -> str | None:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.is_file() else shutil.which("uv")
