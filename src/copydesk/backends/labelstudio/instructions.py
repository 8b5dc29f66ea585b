"""What annotators keep open: a card of one screen, and the full guidelines a click away."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from copydesk.backends.labelstudio.aids import MEANINGS, flag_keys
from copydesk.corpus import Corpus

_SENTENCE: Final = re.compile(r"\b[a-z0-9][a-z0-9-]*\.[0-9]{3,}\b")
"""The id of a sentence: the text beside it may give its answer away."""

_HEADING: Final = re.compile(r"(#+)\s+(.*)")
_STYLE: Final = " ".join(
    f".copydesk-guide {rule}"
    for rule in (
        ":is(h3, h4, h5, h6) { margin: .5em 0 .1em; font-weight: bold; }",
        ":is(ol, ul) { margin: 0; padding-left: 1.5em; }",
        "ol { list-style: decimal; }",
        "ul { list-style: disc; }",
        "p { margin: .2em 0; }",
        ":is(th, td) { padding: 0 1em .2em 0; text-align: left; vertical-align: top; }",
    )
)
"""Label Studio's pages remove the weight of headings and the numbers of lists."""
_CHANGES: Final = re.compile(r"changes|history|version", re.IGNORECASE)


def instructions(corpus: Corpus) -> str:
    """The card as HTML, with the full guidelines folded below it.

    The card is ``guidelines-card.md`` beside the guidelines where that is, else what the labels
    mean. The list of changes is left out of the guidelines, and so is every line that names a
    sentence: both may give away the answer to a sentence of the round.
    """
    card = corpus.guidelines_card
    shown = _as_html(_text(card.read_text(encoding="utf-8"))) if card.is_file() else _card(corpus)
    full = _as_html(_text(corpus.guidelines.read_text(encoding="utf-8")))
    full = f"<details><summary>The guidelines in full</summary>\n{full}</details>\n"
    return f'<style>{_STYLE}</style>\n<div class="copydesk-guide">\n{shown}\n{full}</div>\n'


def _card(corpus: Corpus) -> str:
    """Keys and meanings of the labels and flags, as a table."""
    keys = flag_keys(corpus.scheme)
    rows = [(label.hotkey, label.name, label.meaning) for label in corpus.scheme.labels]
    rows += [(keys[flag], flag, meaning) for flag, meaning in MEANINGS.items()]
    cells = (
        f"<tr><td><b>{html.escape(key)}</b></td><td><b>{html.escape(name)}</b></td>"
        f"<td>{html.escape(meaning)}</td></tr>"
        for key, name, meaning in rows
    )
    return f"<table><tbody>{''.join(cells)}</tbody></table>"


def _text(document: str) -> str:
    """Markdown without its front matter and without what may tell an answer."""
    body = document.split("---\n", 2)[-1] if document.startswith("---\n") else document
    return "\n".join(_untold(body.splitlines())) + "\n"


def _untold(lines: list[str]) -> Iterator[str]:
    left_out = 0
    for line in lines:
        if heading := _HEADING.match(line):
            depth = len(heading[1])
            if left_out and depth > left_out:
                continue
            left_out = depth if _CHANGES.fullmatch(heading[2].strip()) else 0
        if not left_out and not _SENTENCE.search(line):
            yield line


def _as_html(text: str) -> str:
    """Markdown as HTML.

    Headings are two levels lower than in the file: Label Studio's window sets larger ones so
    tightly that the lines of a long one overlap.
    """
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = markdown.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + 2, 6)}"
    return str(markdown.renderer.render(tokens, markdown.options, {}))
