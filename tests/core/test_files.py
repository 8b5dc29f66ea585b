"""Files are whole or as they were; a fault in one has an address."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError, InputError
from copydesk.files import (
    append_lines,
    atomic_write,
    dump_compact,
    inside,
    locked,
    read_jsonl,
    replacing,
    replacing_dir,
    sha256_file,
    sha256_text,
    sweep,
    to_disk,
    write_new,
)
from copydesk.rounds.agree import agree
from copydesk.rounds.consistency import repair
from copydesk.rounds.decisions import decide
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator


def test_atomic_write_replaces_the_whole_file(tmp_path: Path) -> None:
    """The new content stands in place of the old, and nothing else is left in the folder."""
    path = tmp_path / "a" / "x.txt"
    atomic_write(path, "old\n")
    atomic_write(path, "new é\n")

    assert path.read_bytes() == b"new \xc3\xa9\n"
    assert [p.name for p in path.parent.iterdir()] == ["x.txt"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """A fault between write and rename leaves the old content and no partial file."""
    path = tmp_path / "x.txt"
    atomic_write(path, "old\n")

    with pytest.raises(ValueError, match="stop"), replacing(path) as beside:
        beside.write_text("half")
        raise ValueError("stop")

    assert path.read_text() == "old\n"
    assert [p.name for p in tmp_path.iterdir()] == ["x.txt"]


def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path) -> None:
    """The system's refusal becomes a sentence with the file and what to do."""
    path = tmp_path / "x.txt"

    with pytest.raises(InputError) as caught, replacing(path):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    assert str(caught.value) == (
        f"{path}: The operating system refused: No space left on device. "
        "Free some space or choose another disk, then run this again."
    )


def test_a_new_file_replaces_only_other_bytes(tmp_path: Path) -> None:
    """A file with the same bytes is not touched; one with others is replaced as a whole."""
    path = tmp_path / "new" / "text"
    write_new(path, b"The baths open.")
    first = path.stat()
    write_new(path, b"The baths open.")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    write_new(path, b"The baths close.")
    to_disk()
    assert (path.read_bytes(), os.listdir(path.parent)) == (b"The baths close.", ["text"])


def test_a_new_file_on_a_full_disk_is_not_left_in_part(tmp_path: Path) -> None:
    program = (
        "import resource, signal, sys; from pathlib import Path; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10));"
        "from copydesk.files import write_new; write_new(Path(sys.argv[1]), b'x' * 20)"
    )
    path = tmp_path / "text"
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=False
    )
    assert "The operating system refused: File too large." in done.stderr
    assert not path.exists()


def test_a_folder_is_renamed_only_when_it_is_whole(tmp_path: Path) -> None:
    """A fault while a folder is filled leaves no folder; an existing one is never replaced."""
    target = tmp_path / "release"
    with pytest.raises(ValueError, match="stop"), replacing_dir(target) as beside:
        (beside / "a").write_text("1")
        raise ValueError("stop")
    assert list(tmp_path.iterdir()) == []

    with replacing_dir(target) as beside:
        (beside / "a").write_text("1")
    with pytest.raises(InputError, match=r"This folder exists already\."), replacing_dir(target):
        pass
    assert (target / "a").read_text() == "1"


def test_a_torn_last_line_is_ended_before_the_next(tmp_path: Path) -> None:
    """What a kill left of a line stays a line of its own."""
    log = tmp_path / "log.jsonl"
    log.write_bytes(b'{"a": 1}\n{"a": ')

    append_lines(log, ['{"a": 2}'])

    assert log.read_bytes() == b'{"a": 1}\n{"a": \n{"a": 2}\n'


@given(st.lists(st.lists(st.from_regex(r"[^\n]{0,9}", fullmatch=True), max_size=3), max_size=5))
def test_appended_lines_are_all_there_in_order(batches: list[list[str]]) -> None:
    """However lines are batched, the log is their concatenation."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        for batch in batches:
            append_lines(log, batch)
        expected = "".join(f"{line}\n" for batch in batches for line in batch)

        assert (log.read_bytes() if log.exists() else b"") == expected.encode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"a": 1}\n\xff\n', ":2: Byte 0 of this line is not UTF-8. Save the file as UTF-8."),
        (
            b"\n\n{a}\n",
            ":3: This line is not JSON (Expecting property name enclosed in double quotes). "
            "Write one JSON object on each line.",
        ),
        (
            b"[1]\n",
            ":1: This line holds a JSON list, not an object. Write one JSON object on each line.",
        ),
        (
            b"[" * 100_000,
            ":1: This line is not JSON (nested too deep). Write one JSON object on each line.",
        ),
        (
            b'{"a": "\\udc00"}',
            ":1: This line is not JSON (a string holds half a character, a lone surrogate). "
            "Write one JSON object on each line.",
        ),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    """A line that is no JSON object is refused with its file and number."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)

    with pytest.raises(InputError) as caught:
        list(read_jsonl(path))

    assert str(caught.value) == f"{path}{sentence}"


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is a sentence, not a traceback."""
    with pytest.raises(InputError, match=r"none\.jsonl: This file does not exist\.$"):
        list(read_jsonl(tmp_path / "none.jsonl"))


def test_the_hash_of_a_file_is_that_of_its_text(tmp_path: Path) -> None:
    """SHA-256 of the UTF-8 bytes: the published digest of "abc"."""
    (tmp_path / "x").write_text("abc")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    assert digest == sha256_text("abc") == sha256_file(tmp_path / "x")


def test_written_files_have_the_usual_permissions(tmp_path: Path) -> None:
    """A file written beside and renamed is as readable as one written plainly."""
    plain = tmp_path / "plain"
    plain.write_text("")
    atomic_write(tmp_path / "ours", "")

    assert os.stat(tmp_path / "ours").st_mode == os.stat(plain).st_mode


def test_errors_survive_the_way_between_processes() -> None:
    """An error that a worker raises arrives with all its parts."""
    import pickle

    error = pickle.loads(pickle.dumps(InputError("No.", where="a:1", hint="Do.").at("b")))

    assert isinstance(error, CopydeskError)
    assert str(error) == "b: a:1: No. Do."


OPTIONS = Options(
    round="q",
    annotators=tuple(Annotator(annotator=f"a{n}", kind="human", backend=FILES) for n in (1, 2)),
)
HOLDER = """
import sys, time
from pathlib import Path
from copydesk.files import locked
with locked(Path(sys.argv[1]), shared=sys.argv[2] == "shared"):
    print("held", flush=True)
    time.sleep(3600)
"""


@contextlib.contextmanager
def holding(path: Path, mode: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLDER, str(path), mode]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_held_lock_is_waited_for_and_then_refused_in_a_sentence(tmp_path: Path) -> None:
    """A second writer waits for the stated time, and says that somebody else is at work."""
    path = tmp_path / "build" / "corpus.lock"
    with (
        holding(path, "exclusive"),
        pytest.raises(InputError, match=r"did not finish within 0\.1 s"),
        locked(path, wait_s=0.1),
    ):
        pass


def test_shards_of_one_build_share_the_lock_and_keep_others_out(tmp_path: Path) -> None:
    """A shared lock is given beside another shared one, and not beside an exclusive one."""
    path = tmp_path / "build" / "corpus.lock"
    with holding(path, "shared"):
        with locked(path, shared=True, wait_s=300):
            pass
        with pytest.raises(InputError), locked(path, wait_s=0.1):
            pass


def test_a_killed_process_holds_no_lock(tmp_path: Path) -> None:
    """The lock of a process that was killed is free at once."""
    path = tmp_path / "build" / "corpus.lock"
    with holding(path, "exclusive") as process:
        process.kill()
        process.wait()
        with locked(path, wait_s=300):
            pass


def test_leftovers_are_swept_and_nothing_else(tmp_path: Path) -> None:
    """What a killed write left beside its place goes; a file that is called alike stays."""
    (tmp_path / "a" / ".x.abc.part").mkdir(parents=True)
    (tmp_path / "a" / ".x.abc.part" / "half.txt").write_text("half")
    (tmp_path / "a" / ".y.txt.abc.part").write_text("half")
    (tmp_path / "a" / "first.part").write_text("whole")

    sweep(tmp_path)

    assert [p.name for p in tmp_path.rglob("*")] == ["a", "first.part"]


def test_what_is_still_being_written_is_not_swept(tmp_path: Path) -> None:
    """A report or pages that go into a corpus without its lock arrive, though others sweep it."""
    with replacing(tmp_path / "a.html") as page, replacing_dir(tmp_path / "b") as pages:
        sweep(tmp_path)
        page.write_text("whole")
        (pages / "c.html").write_text("whole")

    assert (tmp_path / "a.html").read_text() == (tmp_path / "b" / "c.html").read_text() == "whole"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.html", "b"]


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../x", "a/../../x", "a\\..\\x", "C:/x", "x\0", None, 7, ["x"], "link/x"],
)
def test_no_name_of_a_document_leads_out_of_its_folder(name: object, tmp_path: Path) -> None:
    """A name that is not a plain relative path, or goes through a link, becomes no path."""
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    with pytest.raises(InputError, match="is not the name of a file in this folder"):
        inside(folder, name)


def test_a_name_in_a_folder_is_a_path_there(tmp_path: Path) -> None:
    """A relative path is taken as it is, whether the file is there or not."""
    assert inside(tmp_path, "a/b.json") == tmp_path / "a" / "b.json"


def test_what_writes_into_a_round_waits_for_others_that_write(
    small: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report made beside a withdrawal could hold its words; each verb says that it waited."""
    monkeypatch.setenv("COPYDESK_LOCK_WAIT", "0.01")
    new_round(small, OPTIONS)
    train = ["suggester", "train", "--corpus", str(small.root)]
    works: tuple[Callable[[], object], ...] = (
        lambda: agree(small, "q"),
        lambda: decide(small, "q", [], via="file"),
        lambda: repair(small, "q", {}),
        lambda: app(train, standalone_mode=False),
    )
    with holding(small.build_dir / "corpus.lock", "exclusive"):
        for work in works:
            with pytest.raises(InputError, match=r"did not finish within 0\.01 seconds"):
                work()


@pytest.mark.parametrize(
    ("verb", "held", "code"),
    [
        (("round", "new", "r"), "exclusive", 2),
        (("round", "new", "r"), "shared", 2),
        (("round", "push", "q"), "exclusive", 2),
        (("round", "push", "q"), "shared", 0),
    ],
    ids=str,
)
def test_rounds_wait_for_others_that_write(
    small: Corpus, verb: tuple[str, ...], held: str, code: int
) -> None:
    """No round is planned or pushed while the corpus changes; a push may run beside shards."""
    people = ("--annotator", "a1", "--annotator", "a2", "--backend", "files")
    options = {"new": people, "push": ()}
    new_round(small, OPTIONS)
    path = Path(sys.executable).parent / "copydesk"
    with holding(small.build_dir / "corpus.lock", held):
        done = subprocess.run(
            [path, *verb, *options[verb[1]], "--corpus", small.root],
            env=os.environ | {"COPYDESK_LOCK_WAIT": "0.2"},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == code, done.stderr
    assert (
        f"copydesk: {small.root}: Another copydesk is writing here; it did not finish within 0.2 "
        "seconds." in done.stderr
    ) == (code == 2)
    assert not RoundFolder(small, "r").path.exists()


def test_what_a_killed_process_left_beside_a_folder_is_removed(tmp_path: Path) -> None:
    """By the next one for the same path; what another still fills, or is for another path, stays.

    A hydration that is killed leaves text that may not be passed on."""
    dead, other = tmp_path / ".out.aaaa.part", tmp_path / ".out2.bbbb.part"
    for folder in (dead, other):
        folder.mkdir()
        (folder / "text.txt").write_text("withheld")
    with replacing_dir(tmp_path / "out") as first:
        assert not dead.exists()
        with replacing_dir(tmp_path / "out"):
            assert first.is_dir()
    assert other.is_dir()


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"b": 1, "a": [None, "é\n", 0.5]}, '{"a":[null,"é\\n",0.5],"b":1}'),
        ({"id": 2**64}, '{"id": 18446744073709551616}'),
        ({"half": "\ud83d"}, '{"half": "\ud83d"}'),
    ],
)
def test_a_line_of_a_log_has_sorted_keys_and_loses_nothing(value: object, line: str) -> None:
    """An integer of 65 bits and half a character are written too."""
    assert dump_compact(value) == line
