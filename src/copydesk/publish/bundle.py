"""The one file of a deposit: a zip of a release and of the documents about it.

An archive's files have flat names, and a release has folders that its card and its Croissant file
name: the zip keeps them, so that ``load_dataset`` reads what is unpacked. Nothing is compressed
(Parquet is already), and times and modes are fixed: the same release gives the same bytes on every
machine, so that it can be checked whether an interrupted upload is complete.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from copydesk.files import replacing
from copydesk.publish.prepare import Plan
from copydesk.scope import DOCUMENTS

_YEAR_ZERO = (1980, 1, 1, 0, 0, 0)


def bundled(plan: Plan) -> Iterator[str]:
    """The files of a plan that belong to its newest release, in order."""
    for name in plan.files:
        if name.startswith(f"releases/{plan.version}/") or name in (
            *DOCUMENTS,
            f"baselines/{plan.version}.json",
        ):
            yield name


def bundle_name(corpus: str, version: str) -> str:
    """The name of the zip, and of the folder in it."""
    return f"{corpus}-{version}.zip"


def write_bundle(plan: Plan, path: Path) -> str:
    """Write the zip of a plan's newest release; its MD5 in hexadecimal, as the archive states it.

    Raises:
        IntegrityError: a file changed since it was judged.
    """
    with replacing(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as bundle:
        for name in bundled(plan):
            entry = zipfile.ZipInfo(f"{path.stem}/{name}", date_time=_YEAR_ZERO)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            bundle.writestr(entry, plan.read(name))
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
