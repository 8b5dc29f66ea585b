"""A later contract: a column or a config more is named in two places, and old releases stay valid.

Each test copies the package, makes the two edits that CONTRIBUTING names, and runs the copy on a
corpus whose release 1.0.0 was cut by the package as it is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import copydesk
from copydesk.build import build
from copydesk.corpus import Corpus
from copydesk.ingest import ingest
from copydesk.release.cut import Options, cut
from copydesk.rooms import annotations_dir, schema_dir
from copydesk.scaffold import lay_out

FUTURE = Path(__file__).with_name("future.py")
PACKAGE = Path(copydesk.__file__).parent
VERSION = (
    "contract/schema_versions.py",
    '}\n"""Every schema version',
    '    "9.0": "One thing more.",\n}\n"""Every schema version',
)
Edit = tuple[str, str, str]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Two articles, a round of two people, and the release 1.0.0 of schema 1.1."""
    home = tmp_path_factory.mktemp("now")
    (home / "raw").mkdir()
    (home / "raw" / "dyke.txt").write_text("Dyke holds\nThe dyke held on Monday. It rained.\n")
    (home / "raw" / "pier.txt").write_text("Pier falls\nA pier fell into the sea at Osk.\n")
    corpus = lay_out(home / "corpus")
    ingest([str(home / "raw")], corpus, licence="CC0-1.0")
    build(corpus, workers=1)
    answered(corpus)
    cut(corpus, Options(version="1.0.0", created=datetime.now(UTC)))
    return corpus


def answered(corpus: Corpus) -> None:
    """A closed round, answered through files."""
    from typer.testing import CliRunner

    from copydesk.cli.main import app

    def verb(*command: str) -> None:
        done = CliRunner().invoke(app, ["round", *command, "--corpus", str(corpus.root)])
        assert done.exit_code == 0, (done.output, done.exception)

    people = ("--annotator", "a-1", "--annotator", "a-2")
    verb("new", "one", "--backend", "files", *people)
    verb("push", "one")
    for name in ("a-1", "a-2"):
        room = corpus.private / "rounds" / "one" / name
        tasks = [json.loads(line) for line in (room / "tasks.jsonl").read_text().splitlines()]
        lines = [
            json.dumps({"sentence_id": s["sentence_id"], "label": "background"})
            for task in tasks
            for s in task["sentences"]
        ]
        (room / "answers.jsonl").write_text("\n".join(lines) + "\n")
    verb("pull", "one")
    verb("close", "one")


def future(released: Corpus, home: Path, version: str, *edits: Edit) -> dict[str, Any]:
    """What a package with these edits (file, before, after) makes of a copy of the corpus."""
    package = home / "src" / "copydesk"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "_rooms"))
    for room in (schema_dir(), annotations_dir()):
        shutil.copytree(room, home / "src" / "copydesk" / "_rooms" / room.name)
    for file, before, after in (VERSION, *edits):
        text = (package / file).read_text()
        assert text.count(before) == 1, (file, before)
        (package / file).write_text(text.replace(before, after))
    corpus = shutil.copytree(released.root, home / "corpus")
    environment = os.environ | {"PYTHONPATH": str(home / "src")}
    run: dict[str, Any] = {"env": environment, "capture_output": True, "text": True}
    # JSON Schemas of rows are generated, as CONTRIBUTING says.
    subprocess.run([sys.executable, "-m", "copydesk.contract.json_schema"], check=True, **run)
    done = subprocess.run([sys.executable, str(FUTURE), str(corpus), version], check=False, **run)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def holds(told: dict[str, Any]) -> None:
    """The older release has no new finding and is rebuilt; the newer one has none either."""
    assert {name: told[name] for name in ("older", "older again", "newer")} == {
        "older": {},
        "older again": {},
        "newer": {},
    }
    assert told["verified"] == []


@pytest.mark.long
def test_a_column_more_in_sentences(released: Corpus, tmp_path: Path) -> None:
    """Defined in the contract, its value made in the build: nothing else, and a MINOR version."""
    column = (
        "contract/tables.py",
        '        _aggregated(name="label", type=pa.int64(), meaning="the label"),\n',
        '        Column(name="words", type=_INT, minimum=0, since="9.0", meaning="its words"),\n'
        '        _aggregated(name="label", type=pa.int64(), meaning="the label"),\n',
    )
    value = (
        "batch.py",
        '                "zone": unit.zone,\n',
        '                "zone": unit.zone,\n'
        '                "words": len(text[unit.start : unit.end].split()),\n',
    )
    told = future(released, tmp_path, "1.1.0", column, value)
    holds(told)
    assert told["refused"] == (
        "Version 1.0.1 is too small: the changes since 1.0.0 require at least 1.1.0."
    )
    assert (told["bump"], told["kinds"]) == ("MINOR", [["column-added", "sentences"]])
    assert told["columns"]["sentences"][7:10] == ["text", "words", "label"]


@pytest.mark.long
def test_a_column_more_in_annotations(released: Corpus, tmp_path: Path) -> None:
    """Defined in the contract, its value taken from the round's log."""
    column = (
        "contract/tables.py",
        '    _answered(name="created_at",',
        '    _answered(name="mood", type=_STRING, nullable=True, since="9.0", meaning="mood"),\n'
        '    _answered(name="created_at",',
    )
    value = (
        "rounds/answers.py",
        '            "arm": answer.arm,\n',
        '            "arm": answer.arm,\n            "mood": "calm",\n',
    )
    told = future(released, tmp_path, "1.1.0", column, value)
    holds(told)
    assert (told["bump"], told["kinds"]) == ("MINOR", [["column-added", "annotations"]])
    assert "mood" in told["columns"]["annotations"]


@pytest.mark.long
def test_a_config_more(released: Corpus, tmp_path: Path) -> None:
    """Defined in the contract, its rows made where a release is put together."""
    table = (
        "contract/tables.py",
        '        Table(name="articles",',
        '        Table(name="outlets", meaning="an outlet of an article", since="9.0", columns=(\n'
        '            Column(name="outlet_id", type=_STRING, key=True, meaning="the outlet"),\n'
        '            Column(name="article_id", type=_STRING, meaning="the article"),\n'
        "        )),\n"
        '        Table(name="articles",',
    )
    rows = (
        "release/assemble.py",
        '        "articles": _articles(articles),\n',
        '        "articles": _articles(articles),\n'
        '        "outlets": articles.select(outlet_id="article_id", article_id="article_id"),\n',
    )
    told = future(released, tmp_path, "1.1.0", table, rows)
    holds(told)
    assert (told["bump"], told["kinds"]) == (
        "MINOR",
        [["added", "outlets"], ["config-added", "outlets"]],
    )
    assert told["columns"]["outlets"] == ["outlet_id", "article_id"]
