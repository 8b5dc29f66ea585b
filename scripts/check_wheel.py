"""Prove the wheel: built from the sdist, installed into a new environment outside the checkout.

    python scripts/check_wheel.py

Checks the file list of sdist and wheel, then runs ``copydesk demo`` and loads the shipped data set
in an environment that has never seen the checkout.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WANTED = (
    "copydesk/py.typed",
    "copydesk/_rooms/schema/labels.json",
    "copydesk/_rooms/annotations/guidelines.md",
    "copydesk/_rooms/annotations/guidelines-card.md",
    "copydesk/_rooms/annotations/label-config-article.xml",
    "copydesk/_rooms/annotations/label-config-sentence.xml",
    "copydesk/_rooms/dataset/README.md",
    "copydesk/_rooms/dataset/raw/articles.jsonl",
    "copydesk/_rooms/dataset/releases/index.json",
)
LOADS = """
import copydesk
rows = copydesk.load("sentences")
print("the shipped data set has", sum(split.num_rows for split in rows.values()), "sentences")
"""


def run(*command: str | Path, cwd: Path) -> None:
    """Run a command that must succeed, without anything that points to the checkout."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    subprocess.run([str(part) for part in command], cwd=cwd, env=env, check=True)


def check_names(wheel: Path, sdist: Path) -> None:
    """Fail if a file that users need is not shipped, or one that they do not need is."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    missing = [name for name in WANTED if name not in names]
    missing += [name for name in ("pyproject.toml", "LICENSE", "README.md") if name not in inside]
    strange = [
        name
        for name in names | inside
        if name.startswith(("private/", "build/", ".venv/"))
        or (name in names and not name.startswith(("copydesk/", "copydesk-")))
    ]
    if missing or strange:
        sys.exit(f"check_wheel: missing {missing}, not wanted {strange}")
    print(f"{wheel.name}: {len(names)} files; {sdist.name}: {len(inside)} files")


def main() -> None:
    """Build, look inside, install elsewhere, run."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        # Without --wheel and --sdist, build makes the wheel from the sdist.
        run(sys.executable, "-m", "build", "--outdir", scratch / "dist", ROOT, cwd=scratch)
        (wheel,) = (scratch / "dist").glob("*.whl")
        (sdist,) = (scratch / "dist").glob("*.tar.gz")
        check_names(wheel, sdist)
        run(sys.executable, "-m", "venv", scratch / "env", cwd=scratch)
        python = scratch / "env" / "bin" / "python"
        constraints = ROOT / "constraints.txt"
        run(python, "-m", "pip", "install", "-q", "-c", constraints, wheel, cwd=scratch)
        run(python.parent / "copydesk", "demo", "demo", cwd=scratch)
        run(python, "-c", LOADS, cwd=scratch)


if __name__ == "__main__":
    main()
