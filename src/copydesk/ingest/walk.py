"""Where articles are: folders, files, patterns, archives and addresses that fsspec knows. Only what
lies below a folder is read. Links that lead out of it or into a folder that is read anyway, pipes
and devices are reported and skipped; so are files of unsupported kinds.
"""

from __future__ import annotations

import contextlib
import glob
import io
import os
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from copydesk.errors import CopydeskError, InputError
from copydesk.ingest.raw import Missed, Refusal

KINDS: Final = {
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".markdown": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".conllu": "conllu",
}
"""How a file is read, by its ending; each also with .gz, .zst, .bz2 or .xz, or in a .zip."""
MANIFEST: Final = "articles.jsonl"
MAX_BYTES: Final = 16 << 20
"""The longest article taken, in bytes: a book is 1 MB, so more is a mistake."""
_PAPERS: Final = frozenset(
    (
        *("readme", "license", "licence", "changelog", "changes", "contributing", "authors"),
        *(
            "code_of_conduct",
            "datasheet",
            "guidelines",
            "guidelines-card",
            "notice",
            "security",
            "todo",
        ),
    )
)
"""Names of files in Markdown that are about the folder, and no articles."""
_COMPRESSED: Final = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".xz": "xz"}


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file, or a member of an archive, that may hold articles.

    Args:
        where: its path or address, for error sentences.
        name: its path inside the source.
        kind: a value of `KINDS`.
        compression: as fsspec names it, or None.
        path: where it is on this machine; None for a member of an archive or an address.
    """

    where: str
    name: str
    kind: str
    compression: str | None = None
    path: Path | None = None
    opener: Any = None

    @contextlib.contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Its bytes, decompressed as they are read.

        Raises:
            InputError: it cannot be opened.
        """
        with contextlib.ExitStack() as stack:
            try:
                stream: Any = self.path.open("rb") if self.path else self.opener()
                stack.enter_context(stream)
                if self.compression:
                    stream = stack.enter_context(_decompressed(stream, self.compression))
            except OSError as error:
                raise InputError(
                    f"This file cannot be read: {error.strerror or error}.", where=self.where
                ) from error
            yield stream

    def read(self, most: int = MAX_BYTES) -> bytes:
        """All its bytes.

        Raises:
            InputError: it cannot be read, or holds more than ``most`` bytes.
        """
        try:
            if self.path and not self.compression and self.path.stat().st_size > most:
                raise _too_large(self.where, self.path.stat().st_size, most)
            with self.open() as stream:
                parts = []
                left = most + 1
                # To the end: only there does a damaged archive show.
                while left and (part := stream.read(left)):
                    parts.append(part)
                    left -= len(part)
            data = b"".join(parts)
        except (OSError, EOFError, zipfile.BadZipFile) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"This file cannot be read: {reason}.", where=self.where) from error
        except Exception as error:  # zlib, lzma and zstandard have errors of their own
            if isinstance(error, CopydeskError):
                raise
            raise InputError(f"This file is damaged: {error}.", where=self.where) from error
        if len(data) > most:
            raise _too_large(self.where, None, most)
        return data


def _too_large(where: str, size: int | None, most: int) -> InputError:
    has = f"has {size:,} bytes" if size is not None else f"has more than {most:,} bytes"
    return InputError(
        f"This file {has}; an article may have {most:,}."
        if size is not None
        else f"This file {has}, which is the most that is read.",
        where=where,
        hint="If it holds many articles, split it or give it as .jsonl or .parquet.",
    )


def _decompressed(stream: Any, compression: str) -> Any:
    if compression == "gzip":
        import gzip

        return gzip.GzipFile(fileobj=stream)
    if compression == "bz2":
        import bz2

        return bz2.BZ2File(stream)
    if compression == "xz":
        import lzma

        return lzma.LZMAFile(stream)
    import pyarrow as pa

    # Python's file object of Arrow reads until it is closed; a buffer around it gives lines.
    return io.BufferedReader(pa.CompressedInputStream(stream, "zstd"))


def files(source: str, missed: Missed) -> Iterator[File]:
    """Every file of one source that is read, in the order of names.

    Args:
        source: a path, a glob pattern, or an address such as ``s3://bucket/news``.
        missed: receives what is not read.

    Raises:
        InputError: the source matches nothing, or the address cannot be reached.
    """
    if "://" in source:
        yield from _remote(source, missed)
        return
    path = Path(source)
    if path.exists() or path.is_symlink():
        paths = [path]
    else:
        paths = [Path(name) for name in sorted(glob.glob(source, recursive=True))]
    if not paths:
        raise InputError("No file or folder matches this.", where=source)
    for found in paths:
        if found.is_dir():
            yield from _folder(found, missed)
        else:
            yield from _file(found, found.resolve().parent.name + "/" + found.name, missed, True)


def _folder(root: Path, missed: Missed) -> Iterator[File]:
    top = root.resolve()
    waiting = [(root, PurePosixPath(top.name))]
    while waiting:
        folder, name = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            reason = "Permission to read this folder is refused."
            hint = "Change its permissions, or run as a user who may."
            if not isinstance(error, PermissionError):
                reason, hint = f"This folder cannot be read: {error.strerror}.", ""
            missed.refused.append(Refusal(source=str(folder), reason=reason, hint=hint))
            continue
        if any(entry.name == MANIFEST for entry in found):
            yield File(
                where=str(folder / MANIFEST),
                name=str(name / MANIFEST),
                kind="manifest",
                path=folder / MANIFEST,
            )
            continue
        deeper = []
        for entry in found:
            path = folder / entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_symlink() and not _stays(path, top, missed):
                continue
            if entry.is_dir():
                deeper.append((path, name / entry.name))
            else:
                yield from _file(path, f"{name}/{entry.name}", missed, False)
        waiting += reversed(deeper)


def _stays(path: Path, top: Path, missed: Missed) -> bool:
    """Whether a link leads to a file below the folder that is read."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        missed.passed[str(path)] = "a link that leads nowhere or to itself"
        return False
    if not target.is_relative_to(top):
        missed.passed[str(path)] = "a link that leads out of the folder"
        return False
    if target.is_dir():
        missed.passed[str(path)] = "a link to a folder that is read anyway"
        return False
    return True


def _file(path: Path, name: str, missed: Missed, asked: bool) -> Iterator[File]:
    """One file, by its kind; ``asked`` says that the user named this very file."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        reason = f"This file cannot be read: {error.strerror}."
        missed.refused.append(Refusal(source=str(path), reason=reason))
        return
    if not stat.S_ISREG(mode):
        missed.passed[str(path)] = "a pipe, socket or device"
        return
    yield from _typed(str(path), name, missed, asked, path=path)


def _typed(
    where: str, name: str, missed: Missed, asked: bool, path: Path | None = None, opener: Any = None
) -> Iterator[File]:
    pure = PurePosixPath(name.lower())
    compression = _COMPRESSED.get(pure.suffix)
    ending = PurePosixPath(pure.stem).suffix if compression else pure.suffix
    if ending == ".zip" and not compression:
        yield from _archive(
            File(where=where, name=name, kind="zip", path=path, opener=opener), missed
        )
    elif ending in (".md", ".markdown") and pure.name.split(".")[0] in _PAPERS and not asked:
        missed.unread[ending] += 1
    elif ending in KINDS:
        kind = "manifest" if asked and pure.name == MANIFEST and path else KINDS[ending]
        yield File(
            where=where, name=name, kind=kind, compression=compression, path=path, opener=opener
        )
    elif asked:
        known = ", ".join(sorted(KINDS))
        reason = "Files of this type are not supported."
        hint = f"Supported are {known}, also as .gz, .zst and .zip."
        missed.refused.append(Refusal(source=where, reason=reason, hint=hint))
    else:
        missed.unread["".join(pure.suffixes[-2:]) if compression else ending or "no ending"] += 1


def _archive(archive: File, missed: Missed) -> Iterator[File]:
    try:
        with archive.open() as stream, zipfile.ZipFile(_seekable(stream)) as opened:
            for info in sorted(opened.infolist(), key=lambda i: i.filename):
                base = PurePosixPath(info.filename).name
                if info.is_dir() or base.startswith(".") or info.filename.startswith("__MACOSX/"):
                    continue
                where = f"{archive.where}: {info.filename}"
                name = str(PurePosixPath(archive.name).with_suffix("") / info.filename)
                yield from _typed(where, name, missed, False, opener=lambda i=info: opened.open(i))
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        reason = f"This archive cannot be read: {error}."
        missed.refused.append(Refusal(source=archive.where, reason=reason))


def _seekable(stream: IO[bytes]) -> IO[bytes]:
    return stream if stream.seekable() else BytesIO(stream.read())


def _remote(source: str, missed: Missed) -> Iterator[File]:
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(source)
        if glob.has_magic(path):
            names = sorted(system.glob(path))
        else:
            names = sorted(system.find(path)) if system.isdir(path) else [path]
        if not names or (names == [path] and not system.exists(path)):
            raise InputError("No file or folder matches this.", where=source)
    except (ImportError, ValueError, OSError) as error:
        raise InputError(f"This address cannot be read: {error}.", where=source) from error
    top = PurePosixPath(path).name if system.isdir(path) else ""
    for name in names:
        inside = f"{top}{name.removeprefix(path)}" if top else name
        where = f"{source.split('://', 1)[0]}://{name}"
        yield from _typed(
            where, inside, missed, names == [path], opener=lambda n=name: system.open(n, "rb")
        )


def each(sources: Iterable[str], missed: Missed) -> Iterator[File]:
    """The files of all sources, see `files`."""
    for source in sources:
        yield from files(source, missed)
