"""The four labels, read from ``schema/labels.json``, where alone they stand."""

from __future__ import annotations

import json
from typing import Final

from copydesk.rooms import schema_dir

_ENTRIES = json.loads((schema_dir() / "labels.json").read_text(encoding="utf-8"))["labels"]

LABELS: Final[tuple[str, ...]] = tuple(entry["name"] for entry in _ENTRIES)
"""Names in the order of their ClassLabel numbers, from 0."""

MEANINGS: Final[dict[str, str]] = {entry["name"]: entry["meaning"] for entry in _ENTRIES}
"""One line for each label."""

HOTKEYS: Final[dict[str, str]] = {entry["name"]: entry["hotkey"] for entry in _ENTRIES}
"""The key that gives each label in the label configs."""
