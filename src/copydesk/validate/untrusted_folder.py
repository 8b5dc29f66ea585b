"""Reading an untrusted folder: no link is followed, no byte outside it is read."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from copydesk.validate.faults import Fault, FaultError

MAX_FILE: Final = 8 << 30
"""No file of a release is larger; a larger one is refused before it is read."""

_DOCUMENTS: Final = (".md", ".cff", ".json")
_SMALL: Final = 1 << 20

_BY_FOLDER: Final = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
"""Whether the system opens a file inside an opened folder; Windows does not."""


def _flags(*names: str) -> int:
    return sum(getattr(os, name, 0) for name in ("O_RDONLY", "O_CLOEXEC", "O_BINARY", *names))


_DIRECTORY: Final = _flags("O_NOFOLLOW", "O_DIRECTORY")
_FILE: Final = _flags("O_NOFOLLOW", "O_NONBLOCK")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder; names in it are POSIX paths relative to ``root``.

    A small document is read once, so that every rule judges the same bytes.
    """

    root: Path
    _kept: dict[str, bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def walk(self) -> Iterator[tuple[str, Fault | None]]:
        """Every file by name, in order; with a fault if it is a link or not a regular file."""
        for folder, subfolders, files in os.walk(self.root, followlinks=False):
            subfolders.sort()
            links = [name for name in subfolders if (Path(folder) / name).is_symlink()]
            for name in sorted([*files, *links]):
                path = Path(folder) / name
                yield path.relative_to(self.root).as_posix(), self._unsafe(path)

    def _unsafe(self, path: Path) -> Fault | None:
        name = path.relative_to(self.root).as_posix()
        if path.is_symlink():
            inside = self.root.resolve() in path.resolve().parents
            where = "another file of the release" if inside else "something outside the release"
            return _unsafe(name, f"This is a link to {where}, which was not followed.")
        if not stat.S_ISREG(path.lstat().st_mode):
            return _unsafe(name, "This is not a regular file, and was not opened.")
        return None

    def has(self, name: str) -> bool:
        """Whether there is a plain file of this name, reached without a link."""
        if name in self._kept:
            return True
        try:
            with self._open(name):
                return True
        except (FaultError, OSError, ValueError):
            return False

    def read(self, name: str) -> bytes:
        """The whole file, in one state.

        Raises:
            FaultError: it is absent, a link, not a regular file, too large, or changed meanwhile.
        """
        if name in self._kept:
            return self._kept[name]
        try:
            with self._open(name) as handle:
                data = _read(handle, name)
        except FileNotFoundError:
            message = "This file does not exist."
            raise FaultError(Fault(rule="file-missing", message=message, file=name)) from None
        except OSError as error:
            message = f"This file cannot be read: {error.strerror}."
            raise FaultError(_unsafe(name, message)) from error
        except ValueError as error:  # a NUL, or half a pair of surrogates
            raise FaultError(_unsafe(name, "No file can have this name.")) from error
        if len(data) <= _SMALL and name.endswith(_DOCUMENTS):
            self._kept[name] = data
        return data

    @contextlib.contextmanager
    def _open(self, name: str) -> Iterator[int]:
        """A descriptor of the file, without following a link on the way to it."""
        *folders, last = Path(name).parts
        if Path(name).is_absolute() or ".." in folders or last == "..":
            raise FaultError(_unsafe(name, "This path leads out of the release."))
        if not _BY_FOLDER:
            with _looked_at(self.root, name) as handle:
                yield handle
            return
        handles = [os.open(self.root, _flags("O_DIRECTORY"))]
        try:
            for folder in folders:
                handles.append(os.open(folder, _DIRECTORY, dir_fd=handles[-1]))
            handles.append(os.open(last, _FILE, dir_fd=handles[-1]))
            if not stat.S_ISREG(os.fstat(handles[-1]).st_mode):
                raise FaultError(_unsafe(name, "This is not a regular file, and was not read."))
            yield handles[-1]
        finally:
            for handle in reversed(handles):
                os.close(handle)


@contextlib.contextmanager
def _looked_at(root: Path, name: str) -> Iterator[int]:
    """A descriptor of the file where folders cannot be opened.

    Every name on the way is looked at before the file is opened, and what was opened is compared
    with what was looked at.
    """
    for path in reversed([root / name, *(root / name).parents]):
        if path != root and path.is_relative_to(root) and path.is_symlink():
            raise FaultError(_unsafe(name, "This file cannot be read: it is behind a link."))
    seen = (root / name).lstat()
    if not stat.S_ISREG(seen.st_mode):
        raise FaultError(_unsafe(name, "This is not a regular file, and was not read."))
    handle = os.open(root / name, _FILE)
    try:
        if not os.path.samestat(seen, os.fstat(handle)):
            raise FaultError(_unsafe(name, "This file was replaced while it was opened."))
        yield handle
    finally:
        os.close(handle)


def _read(handle: int, name: str) -> bytes:
    before = os.fstat(handle)
    if before.st_size > MAX_FILE:
        message = f"This file has {before.st_size:,} bytes; more than {MAX_FILE:,} are not read."
        raise FaultError(_unsafe(name, message))
    # One byte more than it had: a file that grows is noticed without being read to its end.
    with open(handle, "rb", closefd=False) as stream:
        data = stream.read(before.st_size + 1)
    after = os.fstat(handle)
    if len(data) != before.st_size or after.st_mtime_ns != before.st_mtime_ns:
        message = "This file changed while it was read."
        raise FaultError(Fault(rule="file-changed", message=message, file=name))
    return data


def _unsafe(name: str, message: str) -> Fault:
    return Fault(rule="file-unsafe", message=message, file=name)
