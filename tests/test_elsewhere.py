"""The main way without what Linux has and macOS or Windows lack, and without any extra.

The names are taken away on this machine before anything of copydesk is imported; no test has run on
macOS or Windows themselves.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.corpus import Corpus

SOURCE = Path(__file__).resolve().parents[1] / "src" / "copydesk"

TAKEN_AWAY = """
import builtins, io, multiprocessing, os, signal, sys

for name in (
    *("sched_getaffinity", "fork", "forkpty", "killpg", "setsid", "getpgid"),
    *("O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK", "mkfifo", "chown"),
    *("pread", "pwrite", "preadv", "pwritev", "sendfile", "fdatasync", "posix_fadvise"),
):
    if hasattr(os, name):
        delattr(os, name)
if hasattr(os, "process_cpu_count"):
    os.process_cpu_count = os.cpu_count
os.supports_dir_fd, os.supports_follow_symlinks = set(), set()
for name in ("SIGHUP", "SIGALRM", "SIGUSR1", "SIGKILL", "alarm", "setitimer", "pthread_kill"):
    delattr(signal, name)
for name in ("fcntl", "pwd", "grp", "resource", "readline"):
    sys.modules[name] = None
multiprocessing.get_all_start_methods = lambda: ["spawn"]
multiprocessing.set_start_method("spawn")
open_file, open_handle, rename = builtins.open, os.open, os.rename

def allowed(path):
    name = os.path.basename(os.fspath(path)) if isinstance(path, (str, os.PathLike)) else ""
    if set('<>:"|?*') & set(name) or name.partition(".")[0].lower() in ("con", "nul", "aux"):
        raise OSError(22, "Invalid argument", name)

def open_elsewhere(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, **more):
    if str(file).startswith("/proc/"):
        raise FileNotFoundError(2, "No such file or directory", file)
    allowed(file)
    if "b" not in mode:
        encoding = io.text_encoding(encoding)
    if newline is None and "b" not in mode and set("wax") & set(mode):
        newline = "\\r\\n"
    return open_file(file, mode, buffering, encoding, errors, newline, **more)

def handle_elsewhere(path, flags, mode=0o777, *, dir_fd=None):
    assert dir_fd is None, "a folder's handle is used"
    allowed(path)
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied", str(path))
    return open_handle(path, flags, mode)

def rename_elsewhere(source, target, **_):
    allowed(target)
    if os.path.lexists(target):
        raise FileExistsError(17, "File exists", str(target))
    return rename(source, target)

def symlink_elsewhere(source, target, *_, **__):
    raise OSError(1314, "A required privilege is not held by the client", str(target))

builtins.open, io.open, os.open = open_elsewhere, open_elsewhere, handle_elsewhere
os.rename, os.symlink = rename_elsewhere, symlink_elsewhere
for name in (
    *("label_studio_sdk", "keyring", "httpx", "trafilatura", "crowdkit", "sklearn", "scipy"),
    *("dask", "lxml"),
):
    sys.modules[name] = None
"""

RUN = """
import json

def copydesk(*arguments):
    from copydesk.cli.main import main

    sys.argv = ["copydesk", *arguments]
    try:
        main()
    except SystemExit as end:
        if end.code:
            sys.exit(f"copydesk {' '.join(arguments)}: exit {end.code}")

if __name__ == "__main__":
    for line in json.loads(sys.argv[1]):
        copydesk(*line)
"""

ARTICLE = """Lock {0} opens
Lock {0} opened on Monday, São Ode’s first in years.
“It is deep,” said Ada Crane. It could close again in May.
"""


def walk(folder: Path, *lines: str) -> str:
    """Run verbs one after the other where names and libraries are gone; give what was printed."""
    script = folder / "elsewhere.py"
    script.write_text(TAKEN_AWAY + RUN, encoding="utf-8", newline="\n")
    # An encoding that knows no letter beyond ASCII, and a complaint where one is taken for granted.
    surroundings = os.environ | {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONWARNDEFAULTENCODING": "1",
        "COPYDESK_TRACEBACK": "1",
    }
    done = subprocess.run(
        [sys.executable, str(script), json.dumps([line.split() for line in lines])],
        cwd=folder,
        env=surroundings,
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, f"{said}\n{done.stdout.decode()}"
    assert not [line for line in said.splitlines() if "EncodingWarning" in line and "src" in line]
    return done.stdout.decode("utf-8")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with two articles that may be given and one that may not."""
    raw = tmp_path / "mine"
    raw.mkdir()
    lines = []
    for number in range(3):
        text = ARTICLE.format(number)
        (raw / f"lock-{number}.txt").write_text(text, encoding="utf-8", newline="\n")
        line = {"article_id": f"lock-{number}", "file": f"lock-{number}.txt", "event": f"e{number}"}
        lines.append(line | ({} if number == 2 else {"licence": "CC0-1.0"}))
    manifest = "".join(json.dumps(line) + "\n" for line in lines)
    (raw / "articles.jsonl").write_text(manifest, encoding="utf-8", newline="\n")
    return tmp_path


@pytest.mark.long
def test_the_main_way_goes_without_what_linux_has(home: Path) -> None:
    """From raw to a release that validates, verifies, is filled in, looked at and published."""
    said = walk(
        home,
        "init corpus",
        "ingest mine --corpus corpus",
        "build --workers 2 --corpus corpus",
        "prelabel --corpus corpus",
        "release cut 0.1.0 --labels rule --corpus corpus",
        "validate corpus --severity error",
        "release verify 0.1.0 --corpus corpus",
        "release hydrate corpus/dataset --raw mine --out full",
        "explore corpus/dataset --out pages",
        "release publish there --yes --corpus corpus",
    )

    objects = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert len([one for one in objects if "sentence_id" in one and "label" in one]) == 12
    assert (home / "full" / "README.md").is_file()
    assert (home / "pages" / "index.html").is_file()
    assert (home / "there" / "releases" / "index.json").is_file()
    made = [path for path in home.rglob("*") if path.suffix in {".md", ".json", ".html", ".jsonl"}]
    assert [path for path in made if b"\r" in path.read_bytes()] == []


@pytest.mark.long
def test_a_round_through_files_goes_without_what_linux_has(home: Path) -> None:
    """Planned, pushed, answered by two models, pulled, measured and closed."""
    walk(
        home,
        "init corpus",
        "ingest mine --corpus corpus",
        "build --workers 1 --corpus corpus",
        "round new r --backend files --annotator m-1:model --annotator m-2:model --overlap 2 "
        "--corpus corpus",
        "round push r --corpus corpus",
    )
    corpus = Corpus(home / "corpus")
    for name in ("m-1", "m-2"):
        queue = corpus.private / "rounds" / "r" / name
        tasks = (queue / "tasks.jsonl").read_text(encoding="utf-8").splitlines()
        answers = [
            json.dumps({"sentence_id": sentence["sentence_id"], "label": "background"}) + "\n"
            for task in map(json.loads, tasks)
            for sentence in task["sentences"]
        ]
        (queue / "answers.jsonl").write_text("".join(answers), encoding="utf-8", newline="\n")
    walk(
        home,
        "round pull r --corpus corpus",
        "round status r --corpus corpus",
        "round agree r --corpus corpus",
        "round close r --corpus corpus",
        "release cut 0.1.0 --corpus corpus",
        "validate corpus --severity error",
    )


def _calls(path: Path) -> list[tuple[int, str, ast.Call]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            found.append((node.lineno, name, node))
    return found


def test_text_is_written_with_its_encoding_and_its_line_ends() -> None:
    """No file depends on the locale, and none gets the line ends of the machine."""
    careless = []
    for path in sorted(SOURCE.rglob("*.py")):
        for line, name, call in _calls(path):
            given = {keyword.arg for keyword in call.keywords}
            place = f"{path.relative_to(SOURCE).as_posix()}:{line}"
            if name == "write_text" and not given >= {"encoding", "newline"}:
                careless.append(place)
            if name == "read_text" and "encoding" not in given and not call.args:
                careless.append(place)
    assert careless == []
