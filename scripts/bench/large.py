"""The verbs that read a release, on releases of millions of sentences: time and peak memory.

    python scripts/bench/large.py [--sentences 1000000] [--steps validate diff hydrate]
    python scripts/bench/large.py --sentences 10000000 --keep FOLDER --steps validate

Two releases are invented (`invented.py`): 25 sentences an article, three answers a sentence, every
other article withheld; in the second, one label in twenty is another. Each verb is a process of its
own, as it is typed:

- `validate` of the first at levels 1 to 4;
- `release diff` of the two;
- `release hydrate` of the first from Parquet files with the withheld texts.

With --keep, the releases stay for the next run, which may take other steps.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from invented import invent
from peak import measure

CHANGED = 0.05
BEFORE, AFTER = "1.0.0", "2.0.0"


def verb(room: Path, step: str) -> list[str]:
    """The arguments of a step."""
    before, after = (str(room / version) for version in (BEFORE, AFTER))
    return {
        "validate": ["validate", before, "--level", "4"],
        "diff": ["release", "diff", before, after],
        "hydrate": [
            *("release", "hydrate", before),
            *("--raw", str(room / "copies"), "--out", str(room / "filled")),
        ],
    }[step]


def prepare(room: Path, sentences: int, steps: list[str]) -> None:
    """Invent what the steps need and is not there yet."""
    wanted = {BEFORE: 0.0} | ({AFTER: CHANGED} if "diff" in steps else {})
    for version, changed in wanted.items():
        if not (room / version / "release.json").is_file():
            copies = room / ("copies" if version == BEFORE else "copies-after")
            invent(room / version, sentences, version=version, changed=changed, copies=copies)
    shutil.rmtree(room / "copies-after", ignore_errors=True)


def main() -> None:
    """Measure each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=1_000_000)
    steps = ["validate", "diff", "hydrate"]
    parser.add_argument("--steps", nargs="*", choices=steps, default=steps)
    parser.add_argument("--keep", type=Path, help="a folder to work in, which stays")
    asked = parser.parse_args()
    command = [sys.executable, "-c", "from copydesk.cli.main import main; main()"]
    with tempfile.TemporaryDirectory() as scratch:
        room = asked.keep or Path(scratch)
        prepare(room, asked.sentences, asked.steps)
        for step in asked.steps:
            cost = measure([*command, *verb(room, step)])
            shutil.rmtree(room / "filled", ignore_errors=True)
            print(
                f"{asked.sentences:>11,} {3 * asked.sentences:>11,} {step:<9} "
                f"{cost.seconds:>8.1f} s {cost.cpu_s:>8.1f} CPU s {cost.peak_mb:>7,.0f} MB, "
                f"exit {cost.code}",
                flush=True,
            )


if __name__ == "__main__":
    main()
