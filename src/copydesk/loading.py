"""The data set in Python, read from the files as they are now."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.contract.filenames import TableFile
from copydesk.contract.tables import Contract
from copydesk.errors import InputError, IntegrityError
from copydesk.files import inside, sha256_file
from copydesk.release.index import find_release, read_manifest
from copydesk.rooms import dataset_dir
from copydesk.withdrawals import told

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict


def load(
    config: str = "sentences",
    *,
    version: str | None = None,
    split: str | None = None,
    corpus: str | Path | None = None,
) -> Dataset | DatasetDict:
    """Load one config of a release as `datasets` would, but from the files as they are.

    `datasets` caches a local folder by its card, so files that changed under the same card would
    load as they were before. This reads the files themselves, after comparing their checksums.
    Where articles were withdrawn from the release, a warning says which, when and why.

    Args:
        config: a table of the release, such as ``sentences`` or ``standoff``.
        version: the release; the newest by default. X.Y.Z means X.Y.Z+wN where something was
            withdrawn from it.
        split: ``train``, ``validation`` or ``test``; all of them, in a DatasetDict, by default.
        corpus: a release, a data set folder or a corpus; the shipped data set by default.

    Raises:
        InputError: there is no such config, split or release.
        IntegrityError: a file is not the one that was released.
    """
    release = find_release(Path(corpus) if corpus else dataset_dir(), version)
    manifest = read_manifest(release)
    for sentence in told(manifest):
        warnings.warn(f"Release {manifest['version']}: {sentence}", stacklevel=2)
    tables = Contract.of_release(manifest).tables
    if config not in tables:
        raise InputError(f"There is no config '{config}'.", hint=f"There are {', '.join(tables)}.")
    entries = {entry["path"]: entry for entry in manifest["files"]}
    files = [file for file in map(TableFile.parse, entries) if file and file.table == config]
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(files, key=lambda file: file.order):
        found.setdefault(file.split, []).append(entries[str(file)])
    if split is not None:
        if split not in found:
            raise InputError(
                f"Config '{config}' of this release has no rows in split '{split}'.",
                where=str(release),
                hint=f"It has {', '.join(found) or 'none'}.",
            )
        return _read(release, found[split])
    from datasets import DatasetDict

    return DatasetDict({name: _read(release, parts) for name, parts in found.items()})


def _read(release: Path, entries: list[dict[str, Any]]) -> Dataset:
    """The rows of the files of one split, in order, after comparing their checksums."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from datasets import Dataset

    tables = []
    for entry in entries:
        path = inside(release, entry["path"])
        if sha256_file(path) != entry["sha256"]:
            raise IntegrityError(
                "This file is not the one that was released.",
                where=str(path),
                hint="Fetch the release again.",
            )
        tables.append(pq.read_table(path, partitioning=None))
    return Dataset(pa.concat_tables(tables))
