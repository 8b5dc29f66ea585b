#!/usr/bin/env python3
"""Damage the valid release in every way that tests/validate/mutations.py knows; list survivors.

    scripts/mutate.py [NAME]    # only mutations whose name holds NAME

Exit: 0 all were caught by a rule that names the damage, 1 some survived.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "validate"))

from mutations import mutations
from specimens import copy, make_corpus


def main(wanted: str = "") -> int:
    """Run the mutations and print a line for each that survives."""
    caught: Counter[str] = Counter()
    survivors = []
    with tempfile.TemporaryDirectory() as scratch:
        valid = make_corpus(Path(scratch) / "valid").root
        chosen = [mutation for mutation in mutations() if wanted in mutation.name]
        for number, mutation in enumerate(chosen):
            report = mutation.apply(copy(valid, Path(scratch) / str(number)))
            if mutation.survives(report):
                survivors.append(f"{mutation.name}: {', '.join(report.counts) or 'nothing'}")
            else:
                caught.update(mutation.caught_by & report.counts.keys())
    for line in survivors:
        print(f"survived: {line}")
    print(
        f"{len(chosen) - len(survivors)} of {len(chosen)} mutations caught, by {len(caught)} rules"
    )
    return int(bool(survivors))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
