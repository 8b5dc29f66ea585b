"""The invented sentences on which hedges are measured, and the measure itself."""

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "scripts" / "bench"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The bench's outcome."""
    command = [sys.executable, str(BENCH / "hedges.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_sentences_are_many_and_carry_no_label() -> None:
    """At least 320 sentences, each with an id and a text of its own, none with a label."""
    lines = (BENCH / "hedges.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len({row["id"] for row in rows}) == len({row["text"] for row in rows}) == len(rows)
    assert len(rows) >= 320
    assert len({row["kind"] for row in rows}) == 11
    assert set().union(*rows) == {"id", "kind", "zone", "before", "text", "after"}


def test_majority_of_readers_is_compared_with_the_rules(tmp_path: Path) -> None:
    """A missed forecast halves recall; a sentence on which all three readers differ is left out."""
    sentences = [
        {"id": "a", "kind": "weather", "text": "Rain may fall in Fenwold tonight."},
        {"id": "b", "kind": "weather", "text": "Sunshine, one hopes, on Sunday."},
        {"id": "c", "kind": "weather", "text": "Rain fell in Fenwold."},
        {"id": "d", "kind": "sport", "text": "Osk won."},
    ]
    answers = {
        "a": ["speculation", "speculation", "claim"],
        "b": ["speculation", "speculation", "speculation"],
        "c": ["background", "background", "background"],
        "d": ["background", "claim", "quote"],
    }
    given = [
        {"id": one, "annotator": f"r{at}", "label": label}
        for one, labels in answers.items()
        for at, label in enumerate(labels)
    ]
    for name, rows in (("sentences", sentences), ("labels", given)):
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = run("--sentences", str(tmp_path / "sentences"), "--labels", str(tmp_path / "labels"))
    lines = found.stdout.splitlines()
    assert found.stderr == ""
    assert lines[0] == "4 sentences, 1 of them without a majority of readers"
    assert lines[5 + 3].split() == ["background", "1", "0.500", "1.000", "0.667"]
    assert [line.split()[:5] for line in lines if line.startswith("weather")] == [
        ["weather", "2", "1.000", "0.500", "0.667"]
    ]


def test_missing_labels_are_said(tmp_path: Path) -> None:
    """Without answers there is a sentence and no figure."""
    found = run("--labels", str(tmp_path / "none"))
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.endswith("without readers' labels nothing is measured\n")
