"""Print one of the README's two set-up commands, so that what CI runs is what people read.

python scripts/readme_commands.py README.md 2
"""

from __future__ import annotations

import re
import sys
from pathlib import Path


def commands(readme: str) -> list[str]:
    """The single lines of the README's ``sh`` blocks that make an environment, in order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line for line in lines if "-m venv" in line]


if __name__ == "__main__":
    path, number = sys.argv[1:]
    print(commands(Path(path).read_text(encoding="utf-8"))[int(number) - 1])
