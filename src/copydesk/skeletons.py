"""What annotators get in a new corpus: guidelines and label configs for its labels.

Those of the news scheme are shipped; for another scheme the label configs are the shipped ones with
other labels, and the guidelines a skeleton to be filled in.
"""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import quoteattr

from copydesk.contract.labels import Scheme
from copydesk.rooms import annotations_dir

_GUIDELINES: Final = "guidelines.md"
_CARD: Final = "guidelines-card.md"
_CONFIGS: Final = ("label-config-article.xml", "label-config-sentence.xml")

_SKELETON: Final = """\
---
version: "0.1"
---
# Guidelines

Read the article from top to bottom, then give each marked sentence one of {count} labels. Raise
`version` above whenever you change these guidelines, and before a round begins.

| key | label | meaning |
|---|---|---|
{rows}

**In doubt:** say here which label wins where two fit.
{sections}"""

_SECTION: Final = """
## {name}

*{meaning}*

**The test:** say here how an annotator knows.

Examples:

1. Write a sentence here, and why it has this label.

Traps:

1. Write a sentence here that looks like it, and which label it has.
"""


def annotation_files(scheme: Scheme) -> dict[str, str]:
    """The files of a new corpus's room ``annotations``, by name."""
    shipped = {
        name: (annotations_dir() / name).read_text(encoding="utf-8")
        for name in (_GUIDELINES, *_CONFIGS)
    }
    if scheme.has_rules:
        card = annotations_dir() / _CARD
        return shipped | ({_CARD: card.read_text(encoding="utf-8")} if card.is_file() else {})
    configs = {name: label_config(shipped[name], scheme) for name in _CONFIGS}
    return {_GUIDELINES: guidelines(scheme), **configs}


def guidelines(scheme: Scheme) -> str:
    """Guidelines to be filled in, with every label's meaning and a place for its test."""
    rows = [f"| {label.hotkey} | **{label.name}** | {label.meaning} |" for label in scheme.labels]
    sections = [_SECTION.format(name=la.name, meaning=la.meaning) for la in scheme.labels]
    return _SKELETON.format(
        count=len(scheme.labels), rows="\n".join(rows), sections="".join(sections)
    )


def label_config(shipped: str, scheme: Scheme) -> str:
    """A shipped label config with the labels, keys and colours of another scheme."""
    labels = [
        f"    <Label value={quoteattr(label.name)} hotkey={quoteattr(label.hotkey)} "
        f"background={quoteattr(label.colour)}/>\n"
        for label in scheme.labels
    ]
    choices = [
        f"    <Choice value={quoteattr(label.name)} hotkey={quoteattr(label.hotkey)}/>\n"
        for label in scheme.labels
    ]
    *keys, last = [label.hotkey for label in scheme.labels]
    config = re.sub(r'(?: *<Label value="(?!to do")[^\n]*\n)+', "".join(labels), shipped)
    config = re.sub(r'(?: *<Choice value="[^"]*" hotkey=[^\n]*\n)+', "".join(choices), config)
    config = config.replace("Press 1, 2, 3 or 4.", f"Press {', '.join(keys)} or {last}.")
    config = config.replace("presses 1 to 4", "presses a label's key")
    return config.replace("nth-child(n+6)", f"nth-child(n+{len(labels) + 2})").replace(
        "after the first five", f"after the first {len(labels) + 1}"
    )
