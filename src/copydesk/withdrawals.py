"""What was withdrawn from a corpus: ``dataset/raw/withdrawn.jsonl``, a line for each article.

An article listed here is never taken in again. Its line gives only its id, the date and the reason,
and, unless they were erased too, the hash of its text, its collection and its event.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copydesk.contract.conformance import check_document
from copydesk.contract.index_entries import WITHDRAWALS
from copydesk.files import atomic_write, dump_line, read_jsonl


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawal:
    """One withdrawn article.

    Args:
        on: the date, UTC, as YYYY-MM-DD.
        reason: a sentence, which is published.
        erased: whether hashes, offsets and labels went too.
    """

    article_id: str
    on: str
    reason: str
    erased: bool
    collection: str | None = None
    event: str | None = None
    text_sha256: str | None = None

    def as_document(self) -> dict[str, Any]:
        """Its line; what was erased is absent."""
        return {k: v for k, v in dataclasses.asdict(self).items() if v is not None}

    def __str__(self) -> str:
        return f"withdrawn on {self.on}: {self.reason}"


def read_withdrawals(dataset: Path) -> dict[str, Withdrawal]:
    """The withdrawn articles of a data set folder by id, in the order of their withdrawal.

    Raises:
        InputError: a line is not one that `copydesk release withdraw` wrote.
    """
    path = dataset / WITHDRAWALS
    found = {}
    for number, line in read_jsonl(path) if path.is_file() else ():
        check_document(line, "withdrawal", where=f"{path}:{number}")
        found[line["article_id"]] = Withdrawal(**line)
    return found


def write_withdrawal(dataset: Path, withdrawal: Withdrawal) -> None:
    """Add a withdrawn article, or put it in the place of the line that it has."""
    lines = read_withdrawals(dataset) | {withdrawal.article_id: withdrawal}
    text = "".join(f"{dump_line(line.as_document())}\n" for line in lines.values())
    atomic_write(dataset / WITHDRAWALS, text)


def told(manifest: Mapping[str, Any]) -> list[str]:
    """The withdrawals from a release, a sentence each."""
    return [
        f"Article '{line['article_id']}' was withdrawn on {line['on']}: {line['reason']}"
        for line in manifest.get("withdrawn", ())
        if line["version"]
    ]
