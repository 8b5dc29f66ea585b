"""Label schemes: the labels that a corpus gives its sentences, in the order of their numbers.

The news scheme (quote, claim, speculation, background) is the default; a corpus that brings its
own keeps it in its ``schema/labels.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from copydesk.errors import InputError
from copydesk.rooms import schema_dir

UNLABELLED_KEY: Final = "0"
FLAG_KEYS: Final = ("u", "x")
"""Keys of the flags *unsure* and *badly cut*, which no label may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label.

    Args:
        hotkey: the key that gives it in annotation tools: one letter or digit.
        colour: ``#rrggbb``.
        meaning: one line, a sentence.
    """

    name: str
    hotkey: str
    colour: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """The labels of one corpus or release; a label's number is its place, from 0."""

    labels: tuple[Label, ...]

    def __post_init__(self) -> None:
        keys = tuple(label.hotkey for label in self.labels)
        for what, values in (("name", self.names), ("hotkey", keys)):
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise InputError(
                    f"Two labels have the same {what}, '{twice[0]}'.",
                    hint="Give each label a name and a hotkey of its own.",
                )

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Scheme:
        """The scheme in the content of a ``labels.json`` that obeys its JSON Schema.

        Raises:
            InputError: two labels have the same name or key.
        """
        return cls(tuple(Label(**entry) for entry in document["labels"]))

    def as_document(self) -> dict[str, Any]:
        """The scheme as ``labels.json`` and ``release.json`` write it."""
        return {"labels": [asdict(label) for label in self.labels]}

    @property
    def names(self) -> tuple[str, ...]:
        """The labels' names in the order of their numbers."""
        return tuple(label.name for label in self.labels)

    @property
    def meanings(self) -> dict[str, str]:
        """One line for each label."""
        return {label.name: label.meaning for label in self.labels}

    @property
    def hotkeys(self) -> dict[str, str]:
        """The key that gives each label."""
        return {label.name: label.hotkey for label in self.labels}

    @property
    def colours(self) -> dict[str, str]:
        """Each label's colour as ``#rrggbb``."""
        return {label.name: label.colour for label in self.labels}


def _shipped(path: Path) -> Scheme:
    return Scheme.of(json.loads(path.read_text(encoding="utf-8")))


NEWS: Final = _shipped(schema_dir() / "labels.json")
"""The default scheme, and the only one that has rules for suggestions."""

LABELS: Final = NEWS.names
MEANINGS: Final = NEWS.meanings
HOTKEYS: Final = NEWS.hotkeys
