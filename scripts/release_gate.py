"""The gate of a data set: every release validates, and is the same when it is rebuilt.

    python scripts/release_gate.py [CORPUS]

Made for CI. A withheld article whose text is not here cannot be rebuilt; it is counted, and the
rest is compared. Exit: 0 all good, 1 a release is wrong, 2 the gate could not run.
"""

from __future__ import annotations

import sys
from pathlib import Path

from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError
from copydesk.release.index import read_index
from copydesk.release.verify import verify
from copydesk.validate import validate


def gate(corpus: Corpus) -> bool:
    """Whether every release passes; says what was looked at and what could not be."""
    passed = True
    for entry in read_index(corpus.dataset).entries:
        findings = validate(corpus.releases / entry.version).findings
        rebuilt = verify(corpus, entry.version)
        print(
            f"{entry.version}: {len(findings)} findings; {rebuilt.articles} articles rebuilt, "
            f"{len(rebuilt.missing)} not here, {len(rebuilt.differing)} differences"
        )
        for line in (*map(str, findings), *rebuilt.differing):
            print(f"  {line}")
        passed &= not findings and not rebuilt.differing
    return passed


if __name__ == "__main__":
    try:
        sys.exit(0 if gate(Corpus.find(Path(*sys.argv[1:2]))) else 1)
    except CopydeskError as error:
        print(f"release_gate: {error}", file=sys.stderr)
        sys.exit(2)
