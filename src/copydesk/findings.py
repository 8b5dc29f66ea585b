"""What is wrong, as plain data: one type of finding for releases, corpora and rounds.

`copydesk.validate` and `copydesk.rounds.irregularities` make findings; reporters print them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["error", "warning", "note"]

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
"""From the gravest to the lightest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One fault.

    Args:
        rule: the id of the rule that was broken.
        message: what is wrong, as a sentence that holds no text of an article.
        hint: what to do about it, as a sentence.
        level: of the rule, from 1 (files) to 5 (release); 0 for the rules of a pull.
        file: relative to the report's target; empty if the fault is not in a single file. Of a
            pull: the task's uid or the project's key.
        row: of a table or JSON Lines file, from 1.
        record: the id of the record, such as a sentence_id.
        pointer: JSON Pointer (RFC 6901) to the value; of a table's row, ``/column``.
        detail: what exactly, where the message says it in general.
        annotator: the pseudonym of the person whose answer it is about.
        page: where the annotator can open the answer again, as a path below the server's address.
    """

    rule: str
    severity: Severity
    message: str
    hint: str = ""
    level: int = 0
    file: str = ""
    row: int | None = None
    record: str = ""
    pointer: str = ""
    detail: str = ""
    annotator: str | None = None
    page: str | None = None

    @property
    def address(self) -> str:
        """Where the fault is, such as ``sentences/train.parquet:12 (storm-post.003) /label``."""
        row = f":{self.row}" if self.row is not None else ""
        record = f" ({self.record})" if self.record else ""
        pointer = f" {self.pointer}" if self.pointer else ""
        return f"{self.file}{row}{record}{pointer}".strip()

    def __str__(self) -> str:
        place = " ".join(x for x in (self.file, self.annotator, self.record) if x)
        detail = f" ({self.detail})" if self.detail else ""
        return f"{place}: {self.message}{detail} {self.hint}"
