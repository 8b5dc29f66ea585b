"""Writing a release's folder: tables, the Croissant description, and ``release.json`` over them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from copydesk.contract.arrow import write_table
from copydesk.contract.sizing import in_files
from copydesk.files import dump_json, sha256_file
from copydesk.release.contents import Contents
from copydesk.release.croissant import render


def write_folder(
    folder: Path, stated: Mapping[str, Any], tables: Mapping[tuple[str, str], pa.Table]
) -> Contents:
    """Write a release into an empty folder, and give it as data.

    Args:
        stated: the manifest but for what follows from the tables: counts and files.
        tables: by (table, split).
    """
    files = []
    counts: dict[str, dict[str, int]] = {}
    for (name, split), table in tables.items():
        counts.setdefault(name, {})[split] = table.num_rows
        for file, rows in in_files(table, name, split):
            path = folder / str(file)
            path.parent.mkdir(exist_ok=True)
            write_table(rows, path)
            files.append(_file(folder, path, rows.num_rows))
    manifest = {**stated, "counts": counts, "files": files}
    croissant = folder / "croissant.json"
    # The same dict gets the list of all files below: from here on there is one `Contents` of the
    # release, whose facts are counted once.
    contents = Contents.of_tables(manifest, tables)
    croissant.write_text(dump_json(render(contents)), encoding="utf-8", newline="\n")
    manifest["files"] = sorted([*files, _file(folder, croissant, None)], key=lambda f: f["path"])
    (folder / "release.json").write_text(dump_json(manifest), encoding="utf-8", newline="\n")
    return contents


def _file(folder: Path, path: Path, rows: int | None) -> dict[str, Any]:
    return {
        "path": path.relative_to(folder).as_posix(),
        "sha256": sha256_file(path),
        "bytes": path.stat().st_size,
        "rows": rows,
    }
