"""What ingests have set aside, as it stands now: ``private/refused.jsonl``."""

from __future__ import annotations

import glob
import re
from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from copydesk.corpus import Corpus
from copydesk.files import atomic_write, dump_line, read_jsonl
from copydesk.ingest.raw import Refusal

FILE: Final = "refused.jsonl"


def before(corpus: Corpus) -> list[Refusal]:
    """What earlier ingests set aside and later ones did not take."""
    path = corpus.private / FILE
    if not path.is_file():
        return []
    return [
        Refusal(
            source=line["source"],
            place=line.get("place", ""),
            reason=line["reason"],
            hint=line.get("what_to_do", ""),
        )
        for _, line in read_jsonl(path)
    ]


def is_of(refusal: Refusal, sources: Iterable[str]) -> bool:
    """Whether a source that is read now holds what was set aside: a folder, a file or a pattern."""
    for source in sources:
        top = source.rstrip("/") if "://" in source else str(Path(source))
        rest = refusal.source.removeprefix(top)
        if rest != refusal.source and rest[:1] in ("", "/", "\\", ":"):
            return True
        if glob.has_magic(top) and fnmatch(refusal.source, top + "*"):
            return True
    return False


def write(corpus: Corpus, refused: Iterable[Refusal]) -> None:
    """Write what is set aside now; without any, the file goes."""
    path = corpus.private / FILE
    lines = [
        dump_line(
            {
                "source": refusal.source,
                "place": refusal.place,
                "reason": refusal.reason,
                "what_to_do": refusal.hint,
            }
        )
        for refusal in refused
    ]
    if lines:
        atomic_write(path, "".join(f"{line}\n" for line in lines))
    else:
        path.unlink(missing_ok=True)


def by_reason(refused: Iterable[Refusal]) -> list[tuple[str, int, Refusal]]:
    """Reasons with how often each was met and its first example, the commonest first.

    Reasons that differ only in numbers and names are counted together.
    """
    first: dict[str, Refusal] = {}
    counted: Counter[str] = Counter()
    for refusal in refused:
        kind = _kind(refusal.reason)
        first.setdefault(kind, refusal)
        counted[kind] += 1
    return [(first[kind].reason, count, first[kind]) for kind, count in counted.most_common()]


def _kind(reason: str) -> str:
    return re.sub(r"'[^']*'|\d[\d,]*|0x[0-9a-f]+|[0-9a-f]{12}…", "#", reason)
