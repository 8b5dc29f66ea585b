"""The verb, the GitHub Action and the pre-commit hook; the last two run as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from specimens import Specimen

from copydesk.cli.main import main
from copydesk.cli.validate import Format, Gate
from copydesk.validate import RULES
from copydesk.validate.report import SEVERITIES
from copydesk.validate.reporters import FORMATS

ROOT = Path(__file__).resolve().parents[2]
Call = Callable[..., tuple[object, str, str]]
COPYDESK = [sys.executable, "-c", "from copydesk.cli.main import main; main()"]


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``copydesk validate`` as a shell would."""
    return subprocess.run(
        [*COPYDESK, "validate", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200", **environment},
        check=False,
    )


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run ``copydesk validate`` in this process: its exit code, what it printed, and on stderr."""

    def called(*arguments: str | Path, columns: int = 200) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["copydesk", "validate", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.chdir(ROOT)
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code or 0, *capsys.readouterr()

    return called


@pytest.mark.long
def test_a_clean_release_exits_with_0(valid: Path) -> None:
    """Nothing found is 0, and one line says so."""
    done = run(valid / "dataset/releases/1.1.0")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("rules of levels 1 to 5 judged.\n")
    assert "clean: " in done.stdout


def test_findings_exit_with_1_however_many(specimen: Specimen, call: Call) -> None:
    """Three hundred faults are 1, not 44: an exit code is no count."""
    for number in range(300):
        (specimen.release / f"extra{number}.txt").touch()
    code, printed, _ = call(specimen.release)
    assert code == 1
    assert "error file-unlisted (level 1, 300 faults)" in printed
    assert "  … and 280 more.\n" in printed


@pytest.mark.long
def test_findings_lighter_than_the_gate_exit_with_0(specimen: Specimen, call: Call) -> None:
    """A warning is shown, but does not fail a gate for errors."""
    specimen.configure("[checks]\ndrift_p = 1.0\ndrift_v = 0.0")
    assert call(specimen.release, "--severity", "warning")[0] == 1
    code, printed, _ = call(specimen.release, "--severity", "error")
    assert code == 0
    assert "warning label-drift" in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere: This path does not exist."),
        (["docs"], "This is not a release, a corpus, a data set folder or a document"),
        (["pyproject.toml"], "This is not a document that copydesk knows."),
        (["docs", "--include", "typo"], "There is no rule 'typo'."),
        (["docs", "--level", "6"], "Invalid value for '--level'"),
        (["docs", "--format", "pdf"], "'pdf' is not one of"),
    ],
)
def test_what_cannot_be_run_exits_with_2(arguments: list[str], words: str, call: Call) -> None:
    """A sentence on stderr, nothing on stdout, never a traceback."""
    code, printed, said = call(*arguments)
    assert (code, printed) == (2, "")
    assert words in " ".join(said.replace("│", "").split())
    assert "Traceback" not in said


@pytest.mark.long
def test_it_refuses_to_run_while_pandera_is_off(valid: Path) -> None:
    """PANDERA_VALIDATION_ENABLED=False would let everything pass."""
    done = run(valid, PANDERA_VALIDATION_ENABLED="False")
    assert done.returncode == 2
    assert "pandera is turned off" in done.stderr


def test_a_release_of_a_newer_schema_exits_with_2(specimen: Specimen, call: Call) -> None:
    """What this copydesk cannot know it does not judge."""
    specimen.amend(lambda manifest: manifest.update(schema_version="2.0"))
    code, _, said = call(specimen.release)
    assert code == 2
    assert "This release is of schema 2.0; this copydesk knows schemas up to 1.1." in said


def test_rules_are_listed(call: Call) -> None:
    """``--rules`` names every rule with its meaning and its fix."""
    code, printed, _ = call("--rules", columns=400)
    assert code == 0
    words = " ".join(printed.split())
    for rule in RULES.values():
        assert rule.id in words
        assert rule.fix in words


@pytest.mark.parametrize("option", ["--out", "--output"])  # the second is that of 0.1.0
def test_the_report_goes_to_a_file(
    specimen: Specimen, tmp_path: Path, option: str, call: Call
) -> None:
    """The file holds the report, stdout nothing, and the exit code stays."""
    (specimen.release / "notes.txt").touch()
    code, printed, _ = call(specimen.release, "--format", "json", option, tmp_path / "report.json")
    assert (code, printed) == (1, "")
    document = json.loads((tmp_path / "report.json").read_text())
    assert document["counts"] == {"file-unlisted": 1}


def test_the_options_are_those_of_the_library() -> None:
    """The command line names formats and severities without importing them; they agree."""
    assert [f.value for f in Format] == list(FORMATS)
    assert [g.value for g in Gate] == list(SEVERITIES)


def _as_command(folder: Path) -> str:
    """A folder with a command ``copydesk``, to be put on the path."""
    folder.mkdir()
    command = folder / "copydesk"
    command.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{COPYDESK[2]}' \"$@\"\n")
    command.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.slow
def test_the_github_action_runs(specimen: Specimen, tmp_path: Path) -> None:
    """The step's command annotates findings, writes SARIF and fails; excluded, it passes."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    step = action["runs"]["steps"][-1]
    defaults = {name: given["default"] for name, given in action["inputs"].items()}
    environment = {
        name: defaults[value.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, value in step["env"].items()
    }
    environment |= {"SARIF": str(tmp_path / "found.sarif"), "PATH": _as_command(tmp_path / "bin")}
    (specimen.release / "notes.txt").touch()

    def act(**more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            capture_output=True,
            text=True,
            cwd=specimen.root,
            env={**os.environ, **environment, **more},
            check=False,
        )

    done = act()
    assert done.returncode == 1
    assert "::error file=dataset/releases/1.1.0/notes.txt,title=file-unlisted::" in done.stdout
    assert json.loads((tmp_path / "found.sarif").read_text())["version"] == "2.1.0"
    assert act(EXCLUDE="file-unlisted release-changed", SARIF="").returncode == 0


@pytest.mark.slow
def test_the_pre_commit_hook_runs(specimen: Specimen, tmp_path: Path) -> None:
    """The hook's entry judges the corpus that it is run in."""
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    environment = {**os.environ, "PATH": _as_command(tmp_path / "bin")}

    def commit() -> int:
        return subprocess.run(
            hook["entry"], shell=True, cwd=specimen.root, env=environment, capture_output=True
        ).returncode

    assert commit() == 0
    (specimen.root / "annotations" / "guidelines.md").write_text("Do as you like.\n")
    assert commit() == 1
