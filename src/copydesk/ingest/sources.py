"""Reading raw articles where people keep them: folders, globs, .txt, .html, .jsonl, Parquet.

A source yields `RawArticle`; nothing here knows about a corpus.
"""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from copydesk.contract.documents import check_document
from copydesk.errors import CopydeskError, InputError
from copydesk.files import read_jsonl
from copydesk.ingest.names import slug

MANIFEST: Final = "articles.jsonl"
MAX_BYTES: Final = 16 << 20
"""The longest article taken, in bytes: a book is 1 MB, so more is a mistake."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RawArticle:
    """An article as it was found: its metadata, its text not yet canonical.

    Args:
        where: the file, and the line or row in it, for error sentences.
        fields: metadata by the names of ``schema/article.schema.json``.
        data: the text, as bytes if it came from a file.
    """

    where: str
    fields: dict[str, Any] = field(default_factory=dict)
    data: bytes | str = ""


@dataclass(frozen=True, slots=True)
class Missed:
    """What was in the sources and yet is no article: gathered, so that nothing goes in silence.

    Args:
        faults: an error for each article that cannot be used.
        absent: ids of manifest lines with ``"file": null``, whose text a corpus withholds.
    """

    faults: list[CopydeskError] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def read_sources(sources: Iterable[str], missed: Missed) -> Iterator[RawArticle]:
    """Read every article of every source, one at a time; what is not yielded is in ``missed``.

    Args:
        sources: paths of files or folders, or glob patterns. A folder with ``articles.jsonl`` is
            read by that manifest; without one, every supported file below it is an article.
        missed: receives what cannot be used.

    Raises:
        InputError: a source matches nothing.
    """
    for source in sources:
        for path in _paths(source):
            yield from _read_path(path, missed)


def _paths(source: str) -> list[Path]:
    path = Path(source)
    if path.exists():
        return [path]
    found = [Path(name) for name in sorted(glob.glob(source, recursive=True))]
    if not found:
        raise InputError("This names no file or folder.", where=source)
    return found


def _read_path(path: Path, missed: Missed) -> Iterator[RawArticle]:
    try:
        if path.is_dir():
            yield from _read_folder(path, missed)
        elif path.suffix.lower() in _READERS:
            yield from _READERS[path.suffix.lower()](path, missed)
        else:
            kinds = ", ".join(sorted(_READERS))
            raise InputError(f"This kind of file is not read; known are {kinds}.", where=str(path))
    except CopydeskError as error:
        missed.faults.append(error)


def _read_folder(folder: Path, missed: Missed) -> Iterator[RawArticle]:
    try:
        names = sorted(folder.iterdir())
    except PermissionError as error:
        raise InputError(
            "Permission to read this folder is refused.",
            where=str(folder),
            hint="Change its permissions, or run as a user who may.",
        ) from error
    if folder / MANIFEST in names:
        yield from _read_jsonl(folder / MANIFEST, missed)
        return
    for path in names:
        if path.is_dir() or path.suffix.lower() in _READERS:
            yield from _read_path(path, missed)


def _read_jsonl(path: Path, missed: Missed) -> Iterator[RawArticle]:
    for number, line in _lines(path, missed):
        where = f"{path}:{number}"
        try:
            check_document(line, "article", where=where)
            if line.get("file", "") is None:
                missed.absent.append(line["article_id"])
                continue
            yield _from_line(path.parent, line, where)
        except CopydeskError as error:
            missed.faults.append(error)


def _lines(path: Path, missed: Missed) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        yield from read_jsonl(path)
    except CopydeskError as error:
        missed.faults.append(error)


def _from_line(folder: Path, line: dict[str, Any], where: str) -> RawArticle:
    fields = {"collection": slug(folder.resolve().name), **line}
    text, name = fields.pop("text", None), fields.pop("file", None)
    if text is not None:
        return RawArticle(where=where, fields=fields, data=text)
    if name is None:
        raise InputError(
            f"Article '{line['article_id']}' has neither 'file' nor 'text'.",
            where=where,
            hint="Name its text file, or remove the line.",
        )
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"The file '{name}' lies outside the manifest's folder.", where=where)
    try:
        article = _read_file(path)
    except CopydeskError as error:
        raise error.at(where) from error
    return RawArticle(where=f"{where}: {path}", fields=article.fields | fields, data=article.data)


def _read_file(path: Path) -> RawArticle:
    """One article from one text or HTML file, with what the file itself says of it."""
    data = _bytes(path)
    if path.suffix.lower() in (".html", ".htm"):
        return _from_html(path, data)
    return RawArticle(where=str(path), data=data)


def _read_single(path: Path, missed: Missed) -> Iterator[RawArticle]:
    article = _read_file(path)
    fields = {
        "article_id": slug(path.stem),
        "collection": slug(path.resolve().parent.name),
        **article.fields,
    }
    yield RawArticle(where=article.where, fields=fields, data=article.data)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                f"This file has {size:,} bytes; an article may have {MAX_BYTES:,}.",
                where=str(path),
                hint="If it holds many articles, split it or give it as .jsonl or .parquet.",
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"This file cannot be read: {error.strerror or error}.", where=str(path)
        ) from error


def _from_html(path: Path, data: bytes) -> RawArticle:
    try:
        import trafilatura
    except ImportError as error:
        raise InputError(
            "Reading HTML needs trafilatura.",
            where=str(path),
            hint="Run: pip install 'copydesk[html]'",
        ) from error
    found: Any = trafilatura.bare_extraction(data, with_metadata=True, include_comments=False)
    text: str = (found.text or "").strip() if found else ""
    if not text:
        raise InputError(
            "No article was found in this page.",
            where=str(path),
            hint="Save the article itself as .txt.",
        )
    if found.title and not text.startswith(found.title):
        text = f"{found.title}\n{text}"
    known = {
        "title": found.title,
        "outlet": found.sitename or found.hostname,
        "url": found.url,
        "published": found.date,
    }
    return RawArticle(where=str(path), fields={k: v for k, v in known.items() if v}, data=text)


def _read_parquet(path: Path, missed: Missed) -> Iterator[RawArticle]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            if "text" not in file.schema_arrow.names:
                raise InputError("This table has no column 'text'.", where=str(path))
            row = 0
            for batch in file.iter_batches(batch_size=512):
                for record in batch.to_pylist():
                    row += 1
                    yield from _from_row(path, row, record, missed)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"This Parquet file cannot be read: {error}.", where=str(path)) from error


def _from_row(path: Path, row: int, record: dict[str, Any], missed: Missed) -> Iterator[RawArticle]:
    where = f"{path}: row {row}"
    properties = _article_properties()
    fields = {k: _plain(v) for k, v in record.items() if k in properties and v is not None}
    fields.setdefault("article_id", f"{slug(path.stem)[:48]}-{row}")
    fields.setdefault("collection", slug(path.stem))
    try:
        check_document(fields, "article", where=where)
    except CopydeskError as error:
        missed.faults.append(error)
        return
    yield RawArticle(where=where, data=fields.pop("text", ""), fields=fields)


def _article_properties() -> frozenset[str]:
    from copydesk.contract.documents import load_schema

    return frozenset(load_schema("article")["properties"]) - {"file"}


def _plain(value: Any) -> Any:
    return value.isoformat()[:10] if hasattr(value, "isoformat") else value


_READERS: Final[dict[str, Callable[[Path, Missed], Iterator[RawArticle]]]] = {
    ".txt": _read_single,
    ".html": _read_single,
    ".htm": _read_single,
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
}
