"""Where the files that belong to copydesk are: in a checkout, or inside an installed wheel."""

from __future__ import annotations

from pathlib import Path

from copydesk.errors import IntegrityError

_PACKAGE = Path(__file__).resolve().parent


def schema_dir() -> Path:
    """The folder of ``labels.json`` and the JSON Schema files."""
    return _room("schema")


def annotations_dir() -> Path:
    """The folder of the guidelines and the two label configs."""
    return _room("annotations")


def dataset_dir() -> Path:
    """The folder of the shipped corpus: its card, raw articles and releases."""
    return _room("dataset")


def _room(name: str) -> Path:
    for home in (_PACKAGE / "_rooms", _PACKAGE.parents[1]):
        if (home / name).is_dir():
            return home / name
    raise IntegrityError(
        f"This installation of copydesk lacks its folder '{name}'.",
        where=str(_PACKAGE),
        hint="Install copydesk again.",
    )
