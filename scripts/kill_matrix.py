"""SIGKILL at random moments of every verb that writes.

    python scripts/kill_matrix.py                     # 200 kills
    python scripts/kill_matrix.py --kills 20 --only withdraw,cut --seed 7

Half of the kills come at a random moment of the time that the verb takes, half just before a
random change of the file system. After each: `datasets` loads the folder as it is; nothing withheld
lies outside ``private/`` and ``build/``, which nobody else may read; the verb, run again, ends in
the bytes of a run that was not killed; and no half-written file is left. Prints a table and exits
with 0 if every row ends well, else with 1.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import datasets  # in the parent, so that no child has to read it again
import polars as pl

from copydesk.backends.files import Files
from copydesk.build import build
from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError
from copydesk.ingest import ingest
from copydesk.publish import prepare, publish
from copydesk.release.contents import Contents
from copydesk.release.cut import Options, cut
from copydesk.release.documents import write_documents
from copydesk.release.hydrate import hydrate
from copydesk.release.index import find_release
from copydesk.release.retract import retract
from copydesk.release.withdraw import resume, withdraw
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.new import Options as RoundOptions
from copydesk.rounds.new import new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.selection import Selection
from copydesk.scaffold import lay_out

SECRET = "No key to the tannery was ever found by those who rented its yard"
AT = datetime(2026, 5, 1, tzinfo=UTC)
_CHANGES = {
    *("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.truncate"),
    *("shutil.rmtree", "tempfile.mkstemp", "tempfile.mkdtemp"),
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_VARIES = ("build/", "private/withdrawn.json", "private/published.jsonl", "private/rounds/")
"""What differs between two runs: caches and their order, a salt, times."""

Verb = Callable[[Path], None]


def texts(folder: Path, names: tuple[str, ...], *, withheld: tuple[str, ...] = ()) -> str:
    """Write articles into a folder and give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name in names:
        said = f"“The {name} will stay shut until the spring,” said Ada Crane, who owns it."
        shut = f"\n{SECRET}." if name in withheld else ""
        (folder / f"{name}.txt").write_text(
            f"The {name} closes for good\nThe {name} by the Wend closed on Monday after forty "
            f"years in the trade of its owners.\n{said}{shut}\nIt may open again as a museum of "
            f"{name} machines if somebody pays for the roof.\n",
            encoding="utf-8",
        )
        licence = None if name in withheld else "CC0-1.0"
        lines.append({"article_id": name, "file": f"{name}.txt", "event": name, "licence": licence})
    (folder / "articles.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    return str(folder)


def make(root: Path) -> None:
    """A corpus with a release from a closed round, and another article built but not released."""
    corpus = lay_out(root / "corpus", title="Killed")
    ingest([texts(root / "raw", ("mill", "ferry", "tannery"), withheld=("tannery",))], corpus)
    build(corpus, workers=1)
    _round(corpus, "r1", ("mill", "ferry", "tannery"))
    cut(corpus, Options(version="1.0.0", created=datetime(2026, 3, 1, tzinfo=UTC)))
    ingest([texts(root / "more", ("forge",))], corpus)
    build(corpus, workers=1)
    _round(corpus, "r2", ("forge",))
    build(corpus, workers=1)
    texts(root / "late", ("quarry", "dairy"))


def _round(corpus: Corpus, name: str, articles: tuple[str, ...]) -> None:
    who = Annotator(annotator="a1", kind="human", backend=FILES)
    options = RoundOptions(
        round=name,
        annotators=(who,),
        overlap=Overlap(base=1),
        selection=Selection(articles=articles),
    )
    plan = new_round(corpus, options)
    push(corpus, name, [Files()])
    lines = [
        {"sentence_id": a.sentence_id, "label": a.suggestion, "at": "2026-02-01T10:00:00Z"}
        for _, a in plan.anchors()
    ]
    place = RoundFolder(corpus, name).private / "a1" / "answers.jsonl"
    place.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    pull(corpus, name, [Files()])
    close(corpus, name)


def do_ingest(root: Path) -> None:
    """Take in two more articles."""
    ingest([str(root / "late")], Corpus(root / "corpus"))


def do_build(root: Path) -> None:
    """Build all shards anew."""
    corpus = Corpus(root / "corpus")
    with corpus.lock():  # or the shards of another build would go while it writes them
        shutil.rmtree(corpus.build_dir / "shards", ignore_errors=True)
        build(corpus, workers=1)


def do_cut(root: Path) -> None:
    """Cut 1.1.0; that it is there already says that it was cut."""
    try:
        cut(Corpus(root / "corpus"), Options(version="1.1.0", created=AT))
    except CopydeskError as error:
        _only(error, "exists")


def do_describe(root: Path) -> None:
    """Write all documents."""
    corpus = Corpus(root / "corpus")
    with corpus.lock():
        write_documents(corpus, Contents.read(find_release(corpus.dataset)))


def do_hydrate(root: Path) -> None:
    """Fill in the withheld text, beside the corpus."""
    try:
        hydrate(root / "corpus", raw=[str(root / "raw")], out=root / "private-copy")
    except CopydeskError as error:
        _only(error, "exists")


def do_publish(root: Path) -> None:
    """Publish to a folder."""
    try:
        publish(prepare(root / "corpus" / "dataset"), str(root / "mirror"))
    except CopydeskError as error:
        _only(error, "published there already")


def do_retract(root: Path) -> None:
    """Take 1.1.0 back."""
    try:
        retract(Corpus(root / "corpus"), "1.1.0", reason="A trial.", at=AT)
    except CopydeskError as error:
        _only(error, "There is no release")


def _withdraw(root: Path, article: str, *, erase: bool) -> None:
    corpus = Corpus(root / "corpus")
    if corpus.journal.is_file():
        resume(corpus)
        return
    try:
        withdraw(corpus, article, reason="They asked for it.", erase=erase, at=AT)
    except CopydeskError as error:
        _only(error, f"'{article}' was withdrawn")


def do_withdraw(root: Path) -> None:
    """Withdraw an article that is given."""
    _withdraw(root, "ferry", erase=False)


def do_erase(root: Path) -> None:
    """Erase an article that is withheld."""
    _withdraw(root, "tannery", erase=True)


def _only(error: CopydeskError, says: str) -> None:
    if says not in str(error):
        raise error


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A verb, and what is done before it is tried."""

    run: Verb
    before: tuple[Verb, ...] = ()


ROWS = {
    "ingest": Row(run=do_ingest),
    "build": Row(run=do_build),
    "cut": Row(run=do_cut),
    "hydrate": Row(run=do_hydrate),
    "describe": Row(run=do_describe),
    "retract": Row(run=do_retract, before=(do_cut,)),
    "withdraw": Row(run=do_withdraw, before=(do_cut,)),
    "erase": Row(run=do_erase, before=(do_cut,)),
    "publish": Row(run=do_publish, before=(do_cut,)),
}


def forked(work: Callable[[], object], *, kill_after: float | None = None, kill_at: int = 0) -> int:
    """Do something in a process of its own; its exit code, or minus the signal that ended it.

    Args:
        kill_after: seconds after which it is killed.
        kill_at: the change of the file system before which it kills itself.
    """
    child = os.fork()
    if not child:
        try:
            if kill_at:
                _count(kill_at)
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _count(last: int) -> None:
    left = [last]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _CHANGES:
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITES):
            return
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def changes_of(work: Callable[[], None], note: Path) -> tuple[float, int]:
    """How long something takes, in seconds, and how often it changes the file system."""

    def counted() -> None:
        seen = [0]

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if event in _CHANGES and (
                event != "open" or (isinstance(arguments[2], int) and arguments[2] & _WRITES)
            ):
                seen[0] += 1

        sys.addaudithook(hook)
        start = time.perf_counter()
        work()
        note.write_text(json.dumps([time.perf_counter() - start, seen[0]]))

    if forked(counted):
        raise SystemExit("A verb that was not killed failed.")
    seconds, count = json.loads(note.read_text())
    return float(seconds), int(count)


def state(root: Path) -> dict[str, str]:
    """A digest of every file but those that differ from run to run."""
    found = {}
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        if name.removeprefix("corpus/").startswith(_VARIES):
            continue
        data = path.read_bytes()
        if path.name in ("push.jsonl", "closed.json"):
            # Events have the time at which they happened; what a kill repeats is one event.
            pushed = data.decode().splitlines() if path.name == "push.jsonl" else []
            data = "\n".join(sorted({_timeless(line) for line in pushed})).encode()
        found[name] = hashlib.sha256(data).hexdigest()
    return found


def _timeless(line: str) -> str:
    return json.dumps({k: v for k, v in json.loads(line).items() if k != "at"}, sort_keys=True)


def loads(root: Path) -> None:
    """Load the folder as a reader does; raises if that fails."""
    datasets.disable_progress_bars()
    cache = tempfile.mkdtemp(dir=root)
    rows = datasets.load_dataset(str(root / "corpus" / "dataset"), cache_dir=cache)
    assert sum(len(part) for part in rows.values())
    shutil.rmtree(cache)


def withheld_outside(root: Path) -> Iterator[str]:
    """Files that others may read, or that are published, with withheld text in them."""
    words = SECRET.split()
    wanted = " ".join(words[2:8])
    for path in (p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        if name.startswith(("raw/", "private-copy/", "corpus/private/", "corpus/build/")):
            continue
        if name.startswith((".private-copy", "mirror/.private")):
            continue
        data = path.read_bytes()
        try:
            if path.suffix == ".gz":
                data = gzip.decompress(data)
            if path.suffix == ".parquet":
                data += pl.read_parquet(path).write_json().encode()
        except Exception:  # half written
            pass
        if wanted in data.decode("utf-8", "replace"):
            yield name
    for room in ("private", "build"):
        if (root / "corpus" / room).stat().st_mode & 0o077:
            yield f"corpus/{room} is readable by others"


@dataclass(slots=True)
class Result:
    """What became of the kills of one verb."""

    kills: int = 0
    alive: int = 0
    faults: list[str] = field(default_factory=list)


def try_kill(
    base: Path, scratch: Path, row: Row, wanted: Path, timing: tuple[float, int], rng: random.Random
) -> tuple[bool, list[str]]:
    """Kill a verb once; whether it was still at work, and what is wrong afterwards."""
    root = scratch / "case"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(base, root)
    seconds, count = timing
    if rng.random() < 0.5:
        how: dict[str, Any] = {"kill_at": rng.randint(1, count)}
    else:
        how = {"kill_after": rng.random() * seconds}
    code = forked(lambda: row.run(root), **how)
    faults = []
    if code not in (0, -signal.SIGKILL):
        faults.append(f"it failed by itself ({how})")

    def judge() -> None:
        loads(root)
        told = list(withheld_outside(root))
        assert not told, f"withheld text in {told}"

    def again() -> None:
        row.run(root)
        left = [p.name for p in (root / "corpus").rglob(".*.part")]
        assert not left, f"left: {left}"
        after, whole = state(root), json.loads(wanted.read_text())
        unlike = sorted(n for n in after.keys() | whole if after.get(n) != whole.get(n))
        assert not unlike, f"other bytes: {unlike}"

    for what, check in (("after the kill", judge), ("run again", again)):
        if forked(check):
            faults.append(f"{what} ({how})")
    return code == -signal.SIGKILL, faults


def kill_all(names: list[str], kills: int, scratch: Path, rng: random.Random) -> dict[str, Result]:
    """Kill each verb in turn, so many times in all."""
    base = scratch / "base"
    if forked(lambda: make(base)):
        raise SystemExit("The corpus could not be made.")
    found = {}
    prepared = {}
    for name in names:
        row, mine = ROWS[name], scratch / f"base-{name}"
        shutil.copytree(base, mine)
        for verb in row.before:
            if forked(lambda verb=verb, mine=mine: verb(mine)):  # type: ignore[misc]
                raise SystemExit(f"What comes before '{name}' failed.")
        whole = scratch / "case"
        shutil.rmtree(whole, ignore_errors=True)
        shutil.copytree(mine, whole)
        wanted = scratch / f"{name}.json"
        timing = changes_of(lambda row=row, whole=whole: row.run(whole), scratch / "note")  # type: ignore[misc]
        wanted.write_text(json.dumps(state(whole)))
        prepared[name] = (mine, row, wanted, timing)
        found[name] = Result()
    for number in range(kills):
        print(f"kill {number + 1} of {kills}", file=sys.stderr)
        name = names[number % len(names)]
        mine, row, wanted, timing = prepared[name]
        killed, faults = try_kill(mine, scratch, row, wanted, timing, rng)
        found[name].kills += killed
        found[name].alive += not killed
        found[name].faults += faults
    return found


def show(found: dict[str, Result], out: Callable[[str], None]) -> bool:
    """Print a table; whether every row is well."""
    out("\n| killed | times | ended before | faults |\n| --- | ---: | ---: | --- |")
    for name, result in found.items():
        faults = "; ".join(result.faults) or "none"
        out(f"| {name} | {result.kills} | {result.alive} | {faults} |")
    return not any(result.faults for result in found.values())


def main() -> int:
    """Run the matrix."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--only", default=",".join(ROWS), help="verbs, divided by commas")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    names = options.only.split(",")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        killed = kill_all(names, options.kills, scratch, random.Random(options.seed))
        return 0 if show(killed, print) else 1


if __name__ == "__main__":
    sys.exit(main())
