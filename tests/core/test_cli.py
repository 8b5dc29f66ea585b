"""The command line: quick, one sentence for each fault, and no exit code but 0, 1 and 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.corpus import Corpus


def copydesk(*args: object, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a user would."""
    command = [str(Path(sys.executable).parent / "copydesk"), *map(str, args)]
    return subprocess.run(
        command, capture_output=True, text=True, env=os.environ | env, timeout=300, check=False
    )


def test_help_names_every_verb_and_imports_nothing_heavy() -> None:
    """`--help` lists the verbs; answering it loads none of the libraries that the verbs use."""
    verbs = ["demo", "init", "ingest", "build", "prelabel", "studio", "round", "release"]
    heavy = [
        "polars",
        "pyarrow",
        "pandera",
        "datasets",
        "label_studio_sdk",
        "numpy",
        "rich.markdown",
    ]
    code = (
        "import sys; sys.argv = ['copydesk', '--help']\n"
        "from copydesk.cli.main import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert [verb for verb in [*verbs, "validate", "explore"] if verb not in done.stdout] == []
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_fault_is_one_sentence_and_exit_2(tmp_path: Path) -> None:
    """No traceback: what, where and what to do, on stderr; stdout stays empty."""
    done = copydesk("build", "--corpus", tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"copydesk: {tmp_path}: There is no corpus here: no copydesk.toml in this folder or above "
        "it. Make one with 'copydesk init DIR', or name one with --corpus DIR.\n"
    )


@pytest.mark.parametrize("args", [["nonsense"], ["release", "cut"], ["build", "--workers", "x"]])
def test_wrong_usage_is_exit_2(args: list[str]) -> None:
    """An unknown verb, a missing argument and a value of the wrong kind could not run."""
    assert copydesk(*args).returncode == 2


def test_a_fault_of_our_own_is_a_sentence_too(tmp_path: Path) -> None:
    """What nobody foresaw is exit 2 with the way to report it, not a traceback."""
    (tmp_path / "copydesk").mkdir()
    code = (
        "import copydesk.cli.init as i, copydesk.scaffold as l, sys\n"
        "def boom(*a, **k): raise KeyError('x')\n"
        "l.lay_out = boom; sys.argv = ['copydesk', 'init', 'd']\n"
        "from copydesk.cli.main import main\nmain()"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "copydesk: copydesk failed (KeyError: 'x'). 'copydesk validate' says whether a file is "
        "damaged or was changed meanwhile; if none is, run it again with COPYDESK_TRACEBACK=1 and "
        "report what it prints.\n"
    )


@pytest.mark.long
def test_hydrate_exits_1_when_something_is_missing(small: Corpus, tmp_path: Path) -> None:
    """Gaps are findings: exit 1, or 0 if the user said that they may be."""
    assert (
        copydesk("release", "cut", "0.1.0", "--labels", "rule", "--corpus", small.root).returncode
        == 0
    )
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x.txt").write_text("Nothing of use\n")
    common = ["release", "hydrate", small.dataset, "--raw", tmp_path / "mine", "--out"]

    missing = copydesk(*common, tmp_path / "a")

    assert missing.returncode == 1
    assert "kept-day: absent: no file has this article's id, its address or a" in missing.stderr
    assert copydesk(*common, tmp_path / "b", "--allow-missing").returncode == 0


@pytest.mark.long
def test_the_epoch_of_the_source_dates_a_release(small: Corpus) -> None:
    """SOURCE_DATE_EPOCH is the time of a release that names none."""
    command = ["release", "cut", "0.1.0", "--labels", "rule", "--corpus", small.root]

    assert copydesk(*command, SOURCE_DATE_EPOCH="86400").returncode == 0
    manifest = (small.releases / "0.1.0" / "release.json").read_text()
    assert '"created": "1970-01-02T00:00:00Z"' in manifest


def test_prelabel_prints_json_lines_and_nothing_else(small: Corpus) -> None:
    """Data goes to stdout, a line for each of the thirteen sentences."""
    done = copydesk("prelabel", "--corpus", small.root)

    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr, len(lines)) == (0, "", 13)
    first = json.loads(lines[0])
    assert first == {
        "sentence_id": "bridge-day.001",
        "label": "background",
        "text": "Bridge over the Wend opens two years late",
        "cues": [],
    }
    cues = [cue for line in lines for cue in json.loads(line)["cues"]]
    assert {cue["text"] for cue in cues} >= {"said", "may"}


@pytest.mark.shared
def test_real_articles_go_the_whole_way(shared: Path, tmp_path: Path) -> None:
    """The verbs of the README on seventeen real articles: twelve are given, five are withheld and
    come back to the byte."""
    import datasets

    corpus, full = tmp_path / "corpus", tmp_path / "full"
    for args in (
        ["init", corpus],
        ["ingest", shared / "raw", "--corpus", corpus],
        ["build", "--corpus", corpus],
        ["release", "cut", "0.1.0", "--labels", "rule", "--corpus", corpus],
        ["validate", corpus / "dataset"],
        ["release", "hydrate", corpus / "dataset", "--raw", shared / "raw", "--out", full],
    ):
        done = copydesk(*args)
        assert done.returncode == 0, done.stderr

    cache = str(tmp_path / "cache")
    given = datasets.load_dataset(str(corpus / "dataset"), "articles", cache_dir=cache)
    rows = [row for split in given.values() for row in split]
    assert sorted(row["text"] is None for row in rows) == [False] * 12 + [True] * 5
    whole = datasets.load_dataset(str(full), "articles", cache_dir=cache)
    texts = {row["article_id"]: row["text"] for split in whole.values() for row in split}
    files = {path.stem: path.read_text("utf-8") for path in (shared / "raw").rglob("*.txt")}
    assert {name: text.rstrip("\n") for name, text in files.items()} == texts


@pytest.mark.long
def test_the_demo_goes_the_whole_way(tmp_path: Path) -> None:
    """One command, no network: from raw articles to a release without findings that loads."""
    done = copydesk("demo", tmp_path / "demo", HTTPS_PROXY="http://127.0.0.1:9")

    assert done.returncode == 0, done.stderr
    assert "4. validated: 0 findings" in done.stderr
    assert (tmp_path / "demo" / "explore" / "index.html").is_file()
