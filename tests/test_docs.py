"""The documents: every command parses, every file named is there, every number is the data's."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from copydesk.cli.main import app

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    ROOT / name for name in ("README.md", "CONTRIBUTING.md", "DATASHEET.md", "dataset/README.md")
] + sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^```(?:sh|console|bash)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def commands(path: Path) -> Iterator[str]:
    """The lines of a document's shell blocks, without prompts and comments."""
    for block in BLOCK.findall(path.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            yield line.strip().removeprefix("$ ")


def copydesk_lines() -> list[tuple[str, str]]:
    found = []
    for path in DOCUMENTS:
        for line in commands(path):
            inner = re.search(r"\$\((copydesk [^)]*)\)", line)
            command = inner[1] if inner else line
            if command.startswith("copydesk "):
                found.append((path.name, command))
    return found


@pytest.mark.parametrize(("document", "line"), copydesk_lines())
def test_every_command_in_the_documents_parses(document: str, line: str) -> None:
    """Verb, arguments and options are those of the command line as it is."""
    command = typer.main.get_command(app)
    args = shlex.split(line, comments=True)[1:]
    name = "copydesk"
    while hasattr(command, "commands") and args and args[0] in command.commands:
        name = args.pop(0)
        command = command.commands[name]

    context = command.make_context(name, args)

    assert context.command is command
    assert not hasattr(command, "commands") or name == "studio", f"{document}: {line}"


def test_every_verb_is_documented() -> None:
    """Each verb and sub-verb stands in some document's shell block."""
    root = typer.main.get_command(app)
    verbs = {
        f"{name} {sub}" if sub else name
        for name, command in root.commands.items()
        for sub in (getattr(command, "commands", None) or [""])
    }
    written = {" ".join(line.split()[1:3]) for _, line in copydesk_lines()}
    written |= {"demo" for line in commands(ROOT / "README.md") if line.endswith("/copydesk demo")}

    missing = {verb for verb in verbs if not any(f"{w} ".startswith(f"{verb} ") for w in written)}

    assert missing == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(path: Path) -> None:
    """Relative links and pictures name files of the repository."""
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)

    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_readme_says_of_the_data_what_the_card_says() -> None:
    """The README's figures are the card's, which `validate` compares with the data."""
    block = re.compile(r"<!-- copydesk:begin summary -->\n(.*?)<!-- copydesk:end", re.DOTALL)
    card = block.search((ROOT / "dataset" / "README.md").read_text(encoding="utf-8"))
    readme = block.search((ROOT / "README.md").read_text(encoding="utf-8"))

    assert card is not None
    assert readme is not None
    assert readme[1] == card[1]


@pytest.mark.slow
def test_the_walk_with_own_articles_runs_as_it_is_written(tmp_path: Path) -> None:
    """The README's commands for a folder of articles, typed one after the other."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Five minutes with")[2]
    lines = BLOCK.findall(section)[0].splitlines()
    (tmp_path / "MY_ARTICLES").mkdir()
    for number in range(3):
        text = (
            f"Lock {number} opens\nLock {number} opened on Monday.\n“It is deep,” said Ada Crane.\n"
        )
        (tmp_path / "MY_ARTICLES" / f"lock-{number}.txt").write_text(text, encoding="utf-8")
    bin_dir = Path(sys.executable).parent

    for line in lines:
        done = subprocess.run(
            [str(bin_dir / "copydesk"), *shlex.split(line)[1:]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"

    assert len(lines) == 5
    assert (tmp_path / "corpus" / "dataset" / "releases" / "0.1.0" / "release.json").is_file()


def test_the_set_up_commands_are_single_lines_for_a_bare_machine() -> None:
    """Two commands make an environment; each begins with python3 and needs nothing installed."""
    first, second = (
        subprocess.run(
            [sys.executable, str(ROOT / "scripts" / "readme_commands.py"), "README.md", number],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for number in ("1", "2")
    )

    assert first.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert first.endswith(".venv/bin/copydesk demo\n")
    assert ".venv/bin/pytest" in second
    assert shutil.which("python3")


def test_the_first_lines_of_python_run_as_they_are_written() -> None:
    """The README's example of `analyse` gives a row a sentence, with what is found in it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = next(
        b for b in re.findall(r"^```python\n(.*?)^```", readme, re.M | re.S) if "analyse" in b
    )
    names: dict[str, Any] = {}

    exec(block, names)

    rows = names["table"].select("zone", "quotation", "speaker", "suggestion").rows()
    assert rows == [
        ("headline", [], [], "background"),
        ("body", ["They leak,"], ["Ann Orr"], "quote"),
        ("body", [], [], "speculation"),
    ]
