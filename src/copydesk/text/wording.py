"""A language's `lines.toml`: words and wording that show what a line is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from copydesk.text.language import Language, general
from copydesk.text.words import words

CAPITALISED: Final = r"[A-Z][\w.-]{0,30}"
NAME: Final = rf"{CAPITALISED}(?: (?:al|bin|de|del|van|von|[A-Z]\.))? [A-Z][\w-]{{0,30}}"
"""A name of two words, as it appears alone on a line."""
_SHARED: Final = {"capitalised": CAPITALISED, "surname": r"[A-Z][\w’-]{1,30}"}
_MACRO: Final = re.compile(r"%([a-z-]+)%")
_AS_WRITTEN: Final = frozenset({"place"})
"""Patterns that tell capital letters from small ones: names of places begin with one."""
_NEVER: Final = "(?!)"


@dataclass(frozen=True, kw_only=True)
class Verbs:
    """Verb forms: enough to tell a sentence from a caption without a verb."""

    auxiliaries: frozenset[str]
    past: frozenset[str]
    present: frozenset[str]
    scene: frozenset[str]
    posture: frozenset[str]
    determiners: frozenset[str]
    before_nouns: frozenset[str]
    not_past: frozenset[str]

    @cached_property
    def telling(self) -> frozenset[str]:
        """Verbs that a caption does not have."""
        return (self.auxiliaries | self.past | self.present) - self.scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """A cheap look at a line: is it worth trying the wording?"""

    first: frozenset[str]
    second: Mapping[str, frozenset[str]]
    last: tuple[str, ...]
    last_letters: frozenset[str]
    """The last four characters of each of `last`: one look instead of a dozen."""
    credit_nouns: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wording:
    """The words and patterns of a language; a pattern matches from the position where it is tried.

    Attributes:
        language: Whose they are.
        dateline, byline, credit_line, note, note_tail, caption: Lines of a kind.
        picture_line: A line that names its kind: a credit if its group `rest` is a name.
        credit_tail: A credit that closes a caption's line, from its first character.
        wire: What wire services send above a headline, such as "BC-EU--Harbour,340".
        slug: An agency in brackets at the end of a line.
        role: What an author is, on a line below the name.
        side_of_picture, from_file: Words that only a caption has; `scene_signs` are words of the
            latter.
        picture_of: How a caption without a verb says what its picture shows.
        question: How a question opens.
        when, place: When and where a picture was taken.
        time: Words that say when, as written.
        told: Verbs of a line that tells something.
        not_of_captions: Words that a caption does not begin with.
        author: A line at the end about who wrote the article.
        ledes: Words that the first sentence of a report has and its headline has not.
        letters: Labels above letters to the editor, in lower case.
        valedictions: How a letter ends, above its signature, in lower case.
        sections: Labels of parts of a paper, in lower case.
        addressed: Words by which a question addresses somebody, as written.
        labels: First words of labels before a colon that name nobody, in lower case.
        small: Words in lower case in a title.
        verbs: None in a language whose verbs are not known.
        openings: None in a language whose every line is tried.
    """

    language: Language
    dateline: re.Pattern[str]
    byline: re.Pattern[str]
    role: re.Pattern[str]
    credit_line: re.Pattern[str]
    picture_line: re.Pattern[str]
    credit_tail: re.Pattern[str]
    note: re.Pattern[str]
    wire: re.Pattern[str]
    slug: re.Pattern[str]
    note_tail: re.Pattern[str]
    caption: re.Pattern[str]
    side_of_picture: re.Pattern[str]
    from_file: re.Pattern[str]
    picture_of: re.Pattern[str]
    question: re.Pattern[str]
    when: re.Pattern[str]
    place: re.Pattern[str]
    author: re.Pattern[str]
    scene_signs: tuple[str, ...]
    time: frozenset[str]
    told: frozenset[str]
    not_of_captions: frozenset[str]
    ledes: frozenset[str]
    letters: frozenset[str]
    valedictions: frozenset[str]
    sections: frozenset[str]
    addressed: frozenset[str]
    labels: frozenset[str]
    small: frozenset[str]
    verbs: Verbs | None
    openings: Openings | None

    def is_scene(self, line: str) -> bool:
        """Whether a short line has words that only a caption has: "(left)", "file photo"."""
        if "(" in line and self.side_of_picture.search(line):
            return True
        for sign in self.scene_signs:
            if sign in line:
                return self.from_file.search(line) is not None
        return False


@cache
def wording(language: Language) -> Wording:
    """The wording of a language, over the general one that holds in every language."""
    base = general().documents.get("lines", {})
    own = language.documents.get("lines", {})
    patterns = {**base.get("wording", {}), **own.get("wording", {})}
    lists = {key: words(text) for key, text in own.get("words", {}).items()}
    nothing: frozenset[str] = frozenset()
    return Wording(
        language=language,
        **{name: _pattern(patterns, name.replace("_", "-")) for name in _PATTERNS},
        scene_signs=tuple(sorted(lists.get("scene-signs", nothing))),
        time=lists.get("time", nothing),
        told=lists.get("told", nothing),
        not_of_captions=lists.get("not-of-captions", nothing),
        ledes=lists.get("ledes", nothing),
        letters=_lines(own, "letters"),
        valedictions=_lines(own, "valedictions"),
        sections=_lines(own, "sections") | _lines(own, "letters"),
        addressed=lists.get("addressed", nothing),
        labels=lists.get("labels", nothing),
        small=lists.get("small", nothing),
        verbs=_verbs(own.get("verbs")),
        openings=_openings(own.get("openings")),
    )


_PATTERNS: Final = tuple(
    name for name, kind in Wording.__annotations__.items() if "Pattern" in str(kind)
)


def _pattern(patterns: Mapping[str, str], name: str) -> re.Pattern[str]:
    """A pattern with its macros put in; it never matches where the data lacks it."""

    def put(match: re.Match[str]) -> str:
        key = match[1]
        return _SHARED.get(key) or _MACRO.sub(put, patterns.get(key, _NEVER))

    flags = re.VERBOSE if name in _AS_WRITTEN else re.VERBOSE | re.IGNORECASE
    return re.compile(_MACRO.sub(put, patterns.get(name, _NEVER)), flags)


def _lines(data: Mapping[str, Any], key: str) -> frozenset[str]:
    """Whole lines, in lower case, one a line."""
    return frozenset(data.get("lines", {}).get(key, "").strip().split("\n")) - {""}


def _verbs(data: Mapping[str, str] | None) -> Verbs | None:
    if data is None:
        return None
    return Verbs(**{key.replace("-", "_"): words(text) for key, text in data.items()})


def _openings(data: Mapping[str, Any] | None) -> Openings | None:
    if data is None:
        return None
    return Openings(
        first=words(data["first"]),
        second={first: words(seconds) for first, seconds in data["second"].items()},
        last=tuple(data["last"]),
        last_letters=frozenset(end[-4:] for end in data["last"]),
        credit_nouns=words(data["credit-nouns"]),
    )
