"""What adjudicators decided and why, if the release lies in its corpus."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copydesk.corpus import CONFIG_NAME, Corpus
from copydesk.errors import CopydeskError
from copydesk.files import inside, read_jsonl

Anchor = tuple[str, str, int, int]
"""A sentence by its article, the SHA-256 of the article's text, and its start and end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """An adjudicator's label for a sentence, with the reason that they gave."""

    by: str
    label: str
    reason: str


def read_decisions(release: Path, rounds: Iterable[str]) -> dict[Anchor, Decision]:
    """The decisions of a release's rounds; none if it does not lie in a corpus.

    A file that cannot be read is passed over: the release itself holds no reasons, and 'copydesk
    validate' reports what is wrong with a corpus.
    """
    found: dict[Anchor, Decision] = {}
    root = next((p for p in release.resolve().parents if (p / CONFIG_NAME).is_file()), None)
    if root is None:
        return found
    for name in rounds:
        try:
            path = inside(Corpus(root).rounds, f"{name}/adjudications.jsonl")
            lines = [line for _, line in read_jsonl(path)] if path.is_file() else []
            found |= {_anchor(line): _decision(line) for line in lines}
        except (CopydeskError, LookupError, TypeError):
            continue
    return found


def _anchor(line: dict[str, Any]) -> Anchor:
    return line["article_id"], line["text_sha256"], line["start"], line["end"]


def _decision(line: dict[str, Any]) -> Decision:
    return Decision(by=line["by"], label=line["label"], reason=line.get("reason") or "")
