"""The documents that a cut writes, and that can be written again."""

from __future__ import annotations

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.files import atomic_write

ROOT = Path(__file__).resolve().parents[2]


def test_the_data_set_stands_alone(tiny: Corpus) -> None:
    """Guidelines, labels and citation lie in the data set folder, where the card's links lead."""
    card = (tiny.dataset / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", card)
    assert sorted(links) == ["CHANGES.md", "CITATION.cff", "guidelines.md", "labels.json"]
    assert [link for link in links if not (tiny.dataset / link).is_file()] == []
    assert (tiny.dataset / "guidelines.md").read_bytes() == tiny.guidelines.read_bytes()
    card = tiny.dataset / "guidelines-card.md"
    assert card.read_bytes() == tiny.guidelines_card.read_bytes()
    assert (tiny.dataset / "CITATION.cff").read_bytes() == (tiny.root / "CITATION.cff").read_bytes()
    labels = json.loads((tiny.dataset / "labels.json").read_text(encoding="utf-8"))
    assert [label["name"] for label in labels["labels"]] == list(tiny.scheme.names)


def test_describe_writes_them_again(tiny: Corpus) -> None:
    """Words of people stay, ours are as the release makes them, and a README gets the summary."""
    path = tiny.dataset / "README.md"
    card = path.read_text(encoding="utf-8")
    path.write_text(card.replace("| `quote` |", "| `quite` |") + "\nMine.\n", encoding="utf-8")
    mark = "<!-- copydesk:{} summary -->"
    readme = f"# Ours\n\n{mark.format('begin')}\n{mark.format('end')}\n\nMore.\n"
    atomic_write(tiny.root / "README.md", readme)
    done = CliRunner().invoke(app, ["release", "describe", "--corpus", str(tiny.root)])
    assert (done.exit_code, done.stdout) == (0, f"{path}\n")
    assert path.read_text(encoding="utf-8") == card + "\nMine.\n"
    text = (tiny.root / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"# Ours\n\n{mark.format('begin')}\nVersion 0.1.0 ")
    assert text.endswith(f"{mark.format('end')}\n\nMore.\n")


def test_ours_are_in_step() -> None:
    """The shipped data set holds the citation of the repository and no dead link."""
    assert (ROOT / "dataset/CITATION.cff").read_bytes() == (ROOT / "CITATION.cff").read_bytes()
    assert (ROOT / "dataset/guidelines.md").is_file()
    assert (ROOT / "dataset/labels.json").is_file()
