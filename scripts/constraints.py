"""Write constraints.txt: one version of every package, on each Python that copydesk supports.

    python scripts/constraints.py python3.11 python3.12 python3.13

Each interpreter's own pip says what it would install for development and for the documentation. A
version that holds for some of the interpreters only gets a marker.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADER = "# What tests and CI run on: every package, direct or not. By scripts/constraints.py.\n"


def resolved(python: str) -> tuple[str, dict[str, str]]:
    """The interpreter's version, such as 3.12, and what its pip would install, by name."""
    command = [python, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed"]
    report = json.loads(
        subprocess.run(
            [*command, "--report", "-", f"{ROOT}[dev,docs]"],
            check=True,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        ).stdout
    )
    packages = {
        re.sub(r"[-_.]+", "-", entry["metadata"]["name"]).lower(): entry["metadata"]["version"]
        for entry in report["install"]
    }
    return report["environment"]["python_version"], packages


def merged(found: dict[str, dict[str, str]]) -> list[str]:
    """The lines of the file, from the packages of each Python version.

    A version that every Python has gets no marker, and none is needed either where the others do
    not have the package at all.
    """
    versions: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for python, packages in found.items():
        for name, version in packages.items():
            versions[name][version].append(python)
    lines = []
    for name in sorted(versions.keys() - {"copydesk"}):
        for version, pythons in sorted(versions[name].items()):
            marker = " or ".join(f"python_version == '{python}'" for python in sorted(pythons))
            lines.append(f"{name}=={version}" + (f" ; {marker}" if len(versions[name]) > 1 else ""))
    return lines


def main(*pythons: str) -> None:
    """Resolve with each interpreter and write the file."""
    lines = merged(dict(resolved(python) for python in pythons))
    path = ROOT / "constraints.txt"
    path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
