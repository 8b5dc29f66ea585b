"""Markdown in a text: its marks are layout, not words of the article.

Lines stay lines, as everywhere in a text: a document of Markdown would join those of a paragraph.
Headings, list marks, quotation marks of mails and rules are read by line; emphasis, links and
escapes inside a line by a library for CommonMark.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from copydesk.ingest.raw import LineZone
from copydesk.text.canonical import LINE_END, dropped

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_HEADING: Final = re.compile(r"\s{0,3}(?P<marks>#{1,6})\s++(?P<words>(?=[^\w\n]*+\w).*)")
_UNDERLINE: Final = re.compile(r"\s{0,3}(?P<mark>[=-])(?P=mark){2,200}\s*$")
_BOLD_LINE: Final = re.compile(r"\s{0,3}(\*\*|__)(?=\S)(?P<words>[^*_\n]{1,200})(?<=\S)\1\s*$")
_BULLET: Final = re.compile(r"^\s*[-*+]\s+(?=\S)")
_QUOTED: Final = re.compile(r"^\s{0,3}(?:>\s?)+(?=\S)")
_REFERENCE: Final = re.compile(
    r"\s{0,3}\[(?P<name>[^\]^\n]{1,80})\]:\s+<?(?P<href>(?:https?:|/|#)\S{0,2000})", re.MULTILINE
)
_INSIDE: Final = re.compile(
    r"(?<![\w*])\*\*(?=[^\s*])[^*\n]{1,300}(?<=\S)\*\*(?![\w*])"
    r"|\[[^\]\n]{1,300}\]\((?:https?:|/|#|mailto:)[^()\s]{0,1000}(?:\([^()\s]{0,200}\))?[^()\n]{0,200}\)"
    r"|\[[^\]^\n]{1,200}\]\[[^\]\n]{1,80}\]"
)
_SPEAKER: Final = re.compile(
    r"\s*(?P<bold>\*\*|__)(?=\S)[^*_\n:]{1,80}(?::(?P=bold)|(?P=bold)\s?:)"
)
"""The bold name before a turn of an interview, which the cutting of sentences reads."""
_IN_A_WORD: Final = re.compile(r"(?<=\w)\*+(?=\w)")
_STOPPED: Final = re.compile(r"[.!?…:;,][\"'”’»)\]]*$")
_FRONT: Final = re.compile(r"---[ \t]*\r?\n(?P<yaml>(?:.*\n){1,60}?)---[ \t]*(?:\r?\n|$)")
_TITLE_AT_MOST: Final = 160
_ABOVE_AT_MOST: Final = 3


def has_marks(text: str) -> bool:
    """Whether a text has marks of Markdown that no other text has."""
    if ("**" in text or "](" in text or "][" in text) and _INSIDE.search(text):
        return True
    if not (
        text[:1] in "#_" or "\n#" in text or "\n===" in text or "\n---" in text or "\n__" in text
    ):
        return False
    lines = LINE_END.split(text)
    return any(_heading(lines, index) for index in range(len(lines)))


def plain(text: str) -> tuple[str, list[LineZone]]:
    """The text without the marks, and the zones that its lines have by them."""
    lines = LINE_END.split(text)
    references = {
        match["name"].upper(): {"href": match["href"], "title": ""}
        for match in map(_REFERENCE.match, lines)
        if match
    }
    kept: list[str] = []
    zones: list[LineZone] = []
    headed = False
    skipped = False
    for index, line in enumerate(lines):
        if skipped or _REFERENCE.match(line):
            skipped = False
            continue
        words, zone = line, ""
        heading = _heading(lines, index)
        if heading is not None:
            words, top, skipped = heading
            zone = (
                "headline"
                if not headed and (top or not kept) and len(kept) <= _ABOVE_AT_MOST
                else "subhead"
            )
            headed = headed or zone == "headline"
        else:
            words = _QUOTED.sub("", words, count=1)
            zone = "body" if _BULLET.match(words) else ""
            words = _BULLET.sub("", words, count=1)
        words = _without_emphasis(words, references)
        if len(words.strip()) <= dropped(words):
            continue
        if zone:
            zones.append((len(kept), zone))
        kept.append(words)
    return "\n".join(kept), zones


def front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    """What the head of a Markdown file says, between two lines of dashes, and the text below it."""
    match = _FRONT.match(text.removeprefix("\ufeff"))
    if match is None:
        return {}, text
    import yaml

    from copydesk.plain_yaml import read_yaml

    try:
        said = read_yaml(match["yaml"])
    except yaml.YAMLError:
        return {}, text
    if not isinstance(said, dict):
        return {}, text
    fields = {str(name): _as_json(value) for name, value in said.items()}
    return fields, text.removeprefix("\ufeff")[match.end() :]


def _heading(lines: list[str], index: int) -> tuple[str, bool, bool] | None:
    """The words of a heading, whether it is one of the first order, and whether the next line
    underlines it."""
    line = lines[index]
    match = _HEADING.match(line)
    if match:
        return match["words"].rstrip("# \t"), len(match["marks"]) == 1, False
    below = lines[index + 1] if index + 1 < len(lines) else ""
    under = _UNDERLINE.match(below) if line.strip() and not line.startswith("    ") else None
    if under and not _STOPPED.search(line.rstrip()) and any(map(str.isalnum, line)):
        alike = 2 * len(below.strip()) >= len(line.strip()) or under["mark"] == "="
        if alike and len(line) <= _TITLE_AT_MOST:
            return line, under["mark"] == "=", True
    bold = _BOLD_LINE.match(line)
    if bold and not _STOPPED.search(bold["words"]):
        return bold["words"], not any(map(str.strip, lines[:index])), False
    return None


def _without_emphasis(line: str, references: Mapping[str, Any]) -> str:
    """A line without marks of emphasis, links, pictures and escapes; a speaker stays bold."""
    if not any(mark in line for mark in "*_[\\`<&"):
        return line
    speaker = _SPEAKER.match(line)
    start = speaker.end() if speaker else 0
    rest = line[start:]
    indent = rest[: len(rest) - len(rest.lstrip())]
    guarded = _IN_A_WORD.sub(lambda match: "\\*" * len(match.group()), rest.strip())
    tokens = _parser().parseInline(guarded, {"references": dict(references)})
    words = "".join(
        token.content
        for token in tokens[0].children or ()
        if token.type in ("text", "text_special", "code_inline", "html_inline")
    )
    return f"{line[:start]}{indent}{words}"


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")


def _as_json(value: Any) -> Any:
    """A value of YAML as JSON can hold it."""
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [_as_json(part) for part in value]
    if isinstance(value, dict):
        return {str(name): _as_json(part) for name, part in value.items()}
    return value
