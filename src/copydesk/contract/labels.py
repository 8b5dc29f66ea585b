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

FLAG_KEYS: Final = ("u", "x")
"""Keys of the flags *unsure* and *badly cut*, which no label may have."""

_FORM: Final = (
    "A name is a lower-case letter and at most 31 more lower-case letters, digits, '-' or '_'; "
    "a hotkey is a letter or a digit; a colour is '#rrggbb'; a meaning is a sentence."
)


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
    def has_rules(self) -> bool:
        """Whether `copydesk.text.suggest` has rules for these labels: for the news scheme alone."""
        return self.names == NEWS.names

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


NEWS: Final = Scheme.of(json.loads((schema_dir() / "labels.json").read_text(encoding="utf-8")))
"""The default scheme, and the only one that has rules for suggestions."""


def read_scheme(path: Path) -> Scheme:
    """The scheme in a ``labels.json``: 2 to 20 labels with names and keys of their own.

    Raises:
        InputError: the file is absent, not JSON or against ``schema/labels.schema.json``, or two
            labels have the same name or key.
    """
    from copydesk.files import read_json

    return _checked(read_json(path), path)


def adopt_scheme(path: Path) -> Scheme:
    """The scheme in a file that somebody wrote by hand, put into the form of a ``labels.json``.

    Hexadecimal colours may be in upper case, and the full stop of a meaning may be missing.

    Raises:
        InputError: as `read_scheme`.
    """
    from copydesk.files import read_json

    document = read_json(path)
    for entry in _entries(document):
        colour, meaning = entry.get("colour"), entry.get("meaning")
        if isinstance(colour, str):
            entry["colour"] = colour.lower()
        if isinstance(meaning, str) and meaning[-1:].isalnum():
            entry["meaning"] = f"{meaning}."
    return _checked(document, path)


def _checked(document: Any, path: Path) -> Scheme:
    from copydesk.contract.conformance import check_document

    for entry in _entries(document):
        if entry.get("hotkey") in FLAG_KEYS and "name" in entry:
            raise InputError(
                f"'{entry['hotkey']}', the key of the label '{entry['name']}', is kept for a flag.",
                where=str(path),
                hint="Give it another letter, or a digit from 1 to 9.",
            )
    try:
        check_document(document, "labels", where=str(path))
    except InputError as error:
        raise InputError(error.message, where=error.where, hint=_FORM) from error
    try:
        return Scheme.of(document)
    except InputError as error:
        raise InputError(error.message, where=str(path), hint=error.hint) from error


def _entries(document: Any) -> list[dict[str, Any]]:
    entries = document.get("labels") if isinstance(document, dict) else None
    return [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
