"""The comparison of a release with what people annotated, on a corpus of three sentences."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bench" / "people.py"
LINES = [
    ("The river rose on Monday.", ["background"]),
    ("“It came at night,” she said.", ["quote"]),
    ("She said the mill was safe.", ["claim"]),
]


def run(*arguments: str | Path) -> str:
    """What the script prints."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


def test_gum(tmp_path: Path, make: Any, story: Any) -> None:
    """A sentence counts where people marked an attribution and where the label is a source's.

    People marked the third sentence alone, the labels have the second and third: precision 1/2,
    recall 1, F1 2/3. Seen agreement is 2/3, by chance 4/9: kappa is (2/3 - 4/9) / (5/9) = 2/5.
    """
    release = make({"mill": story(lines=LINES)}).write(tmp_path / "dataset")
    raw, gum = tmp_path / "raw", tmp_path / "gum"
    raw.mkdir()
    gum.mkdir()
    (raw / "mill.txt").write_text(" ".join(text for text, _ in LINES), encoding="utf-8")
    marks = ["_", "_", "Discourse=attribution-positive:1->2:0"]
    (gum / "mill.conllu").write_text(
        "".join(
            f"# newpar\n# text = {text}\n1\tword\t_\t_\t_\t_\t_\t_\t_\t{mark}\n\n"
            for (text, _), mark in zip(LINES, marks, strict=True)
        ),
        encoding="utf-8",
    )
    printed = run(release, "--raw", raw, "--gum", gum, "--dry-run")
    assert "3 sentences of the 1 Wikinews articles that GUM has too." in printed
    figures = {
        line.rsplit("  ", 1)[0].strip(): line.split()[-3]
        for line in printed.splitlines()
        if line.startswith("  ")
    }
    assert figures == {
        "a source speaks, F1": "0.667",
        "a source speaks, precision": "0.500",
        "a source speaks, recall": "1.000",
        "a source speaks, kappa": "0.400",
    }


def test_verdicts_hold_for_what_was_judged(tmp_path: Path, make: Any, story: Any) -> None:
    """Figures come from the verdicts, and a verdict on other offsets is refused.

    The one quotation found is right, without its speaker, and another was missed: the precision of
    what was found is 1, its recall 1/2, and the recall of speakers 0.
    """
    release = make({"mill": story(lines=LINES, quoted=[(26, 44)])}).write(tmp_path / "dataset")
    checked = tmp_path / "checked.jsonl"
    line = (
        '{"quote_id": "mill.q001", "found": {"span": [26, 44], "speaker": null, "cue": null}, '
        '"span": "right", "speaker": "missing", "cue": null}\n'
    )
    checked.write_text(line + '{"missed": "mill.003"}\n', encoding="utf-8")
    printed = run(release, "--checked", checked, "--dry-run")
    assert "1 machine-found quotations of 1 original articles" in printed
    figures = {row.rsplit("  ", 1)[0].strip(): row.split()[-3] for row in printed.splitlines()[1:]}
    assert figures["found, precision"] == "1.000"
    assert figures["found, recall"] == "0.500"
    assert figures["speaker, recall"] == "0.000"
    checked.write_text(line.replace("44", "43"), encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run(release, "--checked", checked, "--dry-run")
    assert refused.value.stderr.strip().endswith("Check it again.")
    assert '"span": [26, 43]' in refused.value.stderr
