"""Writing a release's folder: tables, the Croissant description, and ``release.json`` over them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from copydesk.contract.arrow import as_table, write_table
from copydesk.files import dump_json, sha256_file
from copydesk.release.contents import Contents
from copydesk.release.croissant import render
from copydesk.release.split_files import Part, SplitRows


def write_folder(
    folder: Path,
    stated: Mapping[str, Any],
    tables: Mapping[tuple[str, str], pa.Table | SplitRows],
) -> Contents:
    """Write a release into an empty folder, file by file, and give it as data.

    Args:
        stated: the manifest without what follows from the tables: counts and files.
        tables: by (table, split).
    """
    manifest: dict[str, Any] = {**stated}
    # The same dict gets counts and files below, so that there is one `Contents` of the release,
    # whose facts are counted once. Its rows are those given: the folder may yet be renamed.
    contents = Contents.of_tables(manifest, tables)
    counts: dict[str, dict[str, int]] = {}
    files = []
    for part in contents.parts:
        of_table = counts.setdefault(part.file.table, {})
        of_table[part.file.split] = of_table.get(part.file.split, 0) + part.height
        path = folder / str(part.file)
        path.parent.mkdir(exist_ok=True)
        write_part(part, path)
        files.append(_file(folder, path, part.height))
    manifest |= {"counts": counts, "files": files}
    croissant = folder / "croissant.json"
    croissant.write_text(dump_json(render(contents)), encoding="utf-8", newline="\n")
    manifest["files"] = sorted([*files, _file(folder, croissant, None)], key=lambda f: f["path"])
    (folder / "release.json").write_text(dump_json(manifest), encoding="utf-8", newline="\n")
    return contents


def write_part(part: Part, path: Path) -> None:
    """Write one file of a table: the same bytes for the same rows.

    Raises:
        OSError: the disk refuses.
    """
    write_table(as_table(part.rows.collect(engine="streaming"), part.schema), path)


def _file(folder: Path, path: Path, rows: int | None) -> dict[str, Any]:
    return {
        "path": path.relative_to(folder).as_posix(),
        "sha256": sha256_file(path),
        "bytes": path.stat().st_size,
        "rows": rows,
    }
