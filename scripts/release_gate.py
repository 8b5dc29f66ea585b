"""The gate of a data set: every release validates, and every release that can be rebuilt is equal.

    python scripts/release_gate.py [--corpus DIR] [--raw FOLDER …]

Made for CI. Exit: 0 all good, 1 a release is wrong, 2 the gate could not run.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError
from copydesk.release.index import read_index
from copydesk.release.verify import verify
from copydesk.validate import validate


def gate(corpus: Corpus, raw: list[str]) -> bool:
    """Whether every release passes; says what was looked at and what could not be."""
    passed = True
    for entry in read_index(corpus.dataset):
        report = validate(corpus.releases / entry.version)
        print(f"{entry.version}: validated, {len(report.findings)} findings")
        passed &= not report.findings
        try:
            differing = verify(corpus, entry.version, raw=raw)
        except CopydeskError as error:
            print(f"{entry.version}: cannot be rebuilt here: {error}")
            continue
        print(f"{entry.version}: rebuilt, {len(differing)} files differ")
        passed &= not differing
    return passed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path.cwd())
    parser.add_argument("--raw", nargs="*", default=[], help="folders with withheld texts")
    asked = parser.parse_args()
    try:
        sys.exit(0 if gate(Corpus.find(asked.corpus), asked.raw) else 1)
    except CopydeskError as error:
        print(f"release_gate: {error}", file=sys.stderr)
        sys.exit(2)
