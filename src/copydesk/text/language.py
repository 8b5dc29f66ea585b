"""Languages: what the text code knows of each, read from the data under `languages/`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final

from copydesk.text.lexicon import EMPTY, Lexicon, read_lexicon

_PRIMARY: Final = re.compile(r"[a-z]{2,8}(?=$|[-_])", re.IGNORECASE)
_RULES_NEED: Final = frozenset({"clause-verbs", "hedges", "suggest-context"})


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Language:
    """A language's data. There is one object for each tag, so that it may be a cache key.

    Attributes:
        tag: The folder that the data comes from, such as `en`; `und` where there is none.
        lexicons: The language's lexicons by name.
        documents: Its other files, parsed, by stem.
    """

    tag: str
    lexicons: dict[str, Lexicon] = field(repr=False)
    documents: dict[str, dict[str, Any]] = field(repr=False)

    @property
    def suggests(self) -> bool:
        """Whether the rules can suggest labels for articles in this language."""
        return self.lexicons.keys() >= _RULES_NEED

    def lexicon(self, name: str) -> Lexicon:
        """A lexicon by name; one without entries if this language does not have it."""
        return self.lexicons.get(name, EMPTY)


@cache
def language(tag: str) -> Language:
    """The data of a language, by its BCP 47 tag: `en`, `en-GB`, `de`.

    A language without a folder is `und`: only the general rules.
    """
    primary = _PRIMARY.match(tag)
    name = primary.group().lower() if primary else "und"
    return _read(name) if name in known() else general()


@cache
def general() -> Language:
    """What holds in every language, as `und`."""
    return _read("und")


@cache
def known() -> frozenset[str]:
    """The tags of the languages that have data."""
    folders = (folder.name for folder in _folder().iterdir() if folder.is_dir())
    return frozenset(name for name in folders if name != "und" and _PRIMARY.fullmatch(name))


def suggests(tag: str) -> bool:
    """Whether `suggest` has rules for a language, by its BCP 47 tag."""
    return language(tag).suggests


@cache
def _read(name: str) -> Language:
    folder = _folder().joinpath(name)
    return Language(tag=name, lexicons=_lexicons(folder), documents=_documents(folder))


def _folder() -> Traversable:
    return resources.files(__package__).joinpath("languages")


def _documents(folder: Traversable) -> dict[str, dict[str, Any]]:
    return {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }


def _lexicons(folder: Traversable) -> dict[str, Lexicon]:
    lexicons = folder.joinpath("lexicons")
    if not lexicons.is_dir():
        return {}
    found = (read_lexicon(file) for file in lexicons.iterdir() if file.name.endswith(".toml"))
    return {lexicon.name: lexicon for lexicon in found}
