"""Two verbs that write, at once: nothing is lost, and whoever is refused says why.

    python scripts/race_matrix.py                          # 50 tries of each pair
    python scripts/race_matrix.py --tries 5 --only cut+cut,withdraw+cut --seed 7

Each try copies a small corpus, lets two processes begin at the same moment, or one of them up to
the time that the other takes later, and afterwards, whatever was refused having been run again,
asks the corpus for what both were to leave there. After every tenth race the data set, and the copy
that is published, are loaded as a reader loads them, and the corpus is validated in the end. Prints
a table; exits with 1 where something was lost.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import datasets  # in the parent, so that no child has to read it again
import kill_matrix as kills

from copydesk.backends.files import Files
from copydesk.build import build
from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError
from copydesk.ingest import ingest
from copydesk.publish import prepare, publish
from copydesk.release.cut import Options, cut
from copydesk.release.hydrate import hydrate
from copydesk.release.index import read_index
from copydesk.release.retract import retract
from copydesk.rounds.agree import agree
from copydesk.rounds.amend import add_people, amend_round
from copydesk.rounds.choose import Overlap
from copydesk.rounds.log import read_log
from copydesk.rounds.new import Options as RoundOptions
from copydesk.rounds.new import new_round
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.selection import Selection
from copydesk.validate import validate

TAKEN = (("quarry", "dairy"), ("brewery", "bakery"))
"""What each side takes in."""

REFUSED = 2
JUDGED = 10
"""Every how many tries the outcome is loaded and validated, which takes longer than the race."""

Verb = Callable[[Path, int], object]


def prepared(root: Path) -> None:
    """The corpus of the kill matrix, with a round that is open and whose answers are there."""
    kills.make(root)
    corpus = Corpus(root / "corpus")
    who = Annotator(annotator="a2", kind="human", backend=FILES)
    plan = new_round(
        corpus,
        RoundOptions(
            round="r3",
            annotators=(who,),
            overlap=Overlap(base=1),
            selection=Selection(articles=("mill", "forge")),
        ),
    )
    push(corpus, "r3", [Files()])
    lines = [
        {"sentence_id": a.sentence_id, "label": a.suggestion, "at": "2026-02-02T10:00:00Z"}
        for _, a in plan.anchors()
    ]
    place = RoundFolder(corpus, "r3").private / "a2" / "answers.jsonl"
    place.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    build(corpus, workers=1)
    for number, names in enumerate(TAKEN):
        kills.texts(root / f"late-{number}", names)


def do_ingest(root: Path, side: int) -> None:
    """Take in two articles, others on each side."""
    ingest([str(root / f"late-{side}")], Corpus(root / "corpus"))


def do_hydrate(root: Path, side: int) -> None:
    """Fill in the withheld text of the newest release."""
    if not (root / f"copy-{side}").exists():
        hydrate(root / "corpus", raw=[str(root / "raw")], out=root / f"copy-{side}")


def do_cut(root: Path, side: int) -> None:
    """Cut 1.1.0, or 2.0.0 where an article was withdrawn before: its rows are gone."""
    for version in ("1.1.0", "2.0.0"):
        try:
            cut(Corpus(root / "corpus"), Options(version=version, created=kills.AT))
        except CopydeskError as error:
            if "is too small" in str(error) and version == "1.1.0":
                continue
            if "exists" not in str(error):
                raise
        return


def do_publish(root: Path, side: int) -> None:
    """Publish to a folder; that it is there already says that it was published."""
    try:
        publish(prepare(root / "corpus" / "dataset"), str(root / "mirror"))
    except CopydeskError as error:
        if "published there already" not in str(error):
            raise


def do_pull(root: Path, side: int) -> None:
    """Pull the answers of the open round."""
    pull(Corpus(root / "corpus"), "r3", [Files()])


def do_amend(root: Path, side: int) -> None:
    """A further annotator of the open round, another on each side."""
    who = Annotator(annotator=f"a{3 + side}", kind="human", backend=FILES)
    try:
        amend_round(Corpus(root / "corpus"), "r3", add_people([(who, "")]), "More hands.")
    except CopydeskError as error:
        if "is an annotator" not in str(error):
            raise


def do_retract(root: Path, side: int) -> None:
    """Take 1.0.0 back, unless a later release was cut first."""
    try:
        retract(Corpus(root / "corpus"), "1.0.0", reason="A trial.", at=kills.AT)
    except CopydeskError as error:
        if not any(said in str(error) for said in ("There is no release", "is not the newest")):
            raise


def do_agree(root: Path, side: int) -> None:
    """Write the reports over all rounds, which show sentences."""
    agree(Corpus(root / "corpus"), "r1", over_rounds=True)


VERBS: dict[str, Verb] = {
    "ingest": do_ingest,
    "build": lambda root, side: kills.do_build(root),
    "hydrate": do_hydrate,
    "cut": do_cut,
    "publish": do_publish,
    "withdraw": lambda root, side: kills.do_withdraw(root),
    "erase": lambda root, side: kills.do_erase(root),
    "pull": do_pull,
    "amend": do_amend,
    "describe": lambda root, side: kills.do_describe(root),
    "retract": do_retract,
    "agree": do_agree,
}

PAIRS = (
    *("ingest+ingest", "build+build", "hydrate+hydrate", "cut+cut", "pull+pull"),
    *("withdraw+withdraw", "publish+publish", "publish+cut", "withdraw+cut", "pull+cut"),
    *("ingest+build", "ingest+cut", "build+cut", "hydrate+cut", "describe+cut", "ingest+withdraw"),
    *("ingest+hydrate", "build+hydrate", "retract+cut", "agree+withdraw"),
    *("publish+withdraw", "withdraw+erase", "pull+withdraw", "hydrate+withdraw", "build+pull"),
    *("amend+amend", "amend+pull", "amend+cut", "amend+withdraw"),
)


@dataclass(slots=True)
class Result:
    """What became of the tries of one pair."""

    tries: int = 0
    refused: int = 0
    reasons: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def begun(work: Callable[[], object], pipe: tuple[int, int], note: Path) -> int:
    """Fork a process that begins when the pipe is closed; its id."""
    child = os.fork()
    if child:
        return child
    try:
        os.close(pipe[1])  # or it would wait for itself
        os.read(pipe[0], 1)
        work()
    except CopydeskError as error:
        note.write_text(error.message)
        os._exit(REFUSED)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def race(root: Path, pair: str, rng: random.Random, longest: float) -> tuple[list[int], list[str]]:
    """Run both verbs of a pair; their exit codes, and what the refused ones said."""
    pipe = os.pipe()
    late, last = rng.choice((0, 0, 1)) * rng.random() * longest, rng.randrange(2)
    children, notes = [], []
    for side, name in enumerate(pair.split("+")):

        def work(side: int = side, verb: Verb = VERBS[name]) -> None:
            time.sleep(late if side == last else 0.0)
            verb(root, side)

        notes.append(root / f"note-{side}")
        children.append(begun(work, pipe, notes[-1]))
    os.close(pipe[1])
    os.close(pipe[0])
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    return codes, [note.read_text() for note in notes if note.is_file()]


def loaded(root: Path) -> None:
    """Load what a reader would load now: the data set, and what is published of it."""
    datasets.disable_progress_bars()
    for folder in (root / "corpus" / "dataset", root / "mirror"):
        if folder.is_dir() and read_index(folder).newest is not None:
            cache = tempfile.mkdtemp(dir=root)
            rows = datasets.load_dataset(str(folder), cache_dir=cache)
            assert sum(len(part) for part in rows.values())


def kept(root: Path, pair: str, refused: list[int], *, judged: bool) -> None:
    """What was refused is run again; then all that both verbs were to leave is there.

    Args:
        refused: the sides that were refused.
        judged: whether to validate the corpus as well, and to run again what was not refused.
    """
    names = pair.split("+")
    corpus = Corpus(root / "corpus")
    for side, name in enumerate(names):
        if not judged and side not in refused:
            continue
        if name in ("cut", "publish"):
            build(corpus, workers=1)
        VERBS[name](root, side)
    articles = {article.article_id for article in corpus.articles_here()}
    wanted = {"mill", "ferry", "tannery", "forge"}
    wanted |= {a for side, name in enumerate(names) if name == "ingest" for a in TAKEN[side]}
    wanted -= {"ferry"} if "withdraw" in names else set()
    wanted -= {"tannery"} if "erase" in names else set()
    assert articles == wanted, f"articles: {sorted(articles)}"
    versions = [entry.version for entry in read_index(corpus.dataset).entries]
    assert "retract" in names or any(v.startswith("1.0.0") for v in versions), versions
    if "cut" in names:
        assert any(v.startswith(("1.1.0", "2.0.0")) for v in versions), versions
    if "pull" in names:
        place = RoundFolder(corpus, "r3")
        given = (place.private / "a2" / "answers.jsonl").read_text().splitlines()
        pulled = read_log(place.annotations).answers.values()
        assert {a.sentence_id for a in pulled} == {
            json.loads(line)["sentence_id"] for line in given
        }
    people = set(open_round(corpus, "r3").plan.kinds)
    assert people == {"a2"} | {f"a{3 + n}" for n, name in enumerate(names) if name == "amend"}
    if names == ["hydrate", "hydrate"]:
        copies = [
            {p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()}
            for f in (root / "copy-0", root / "copy-1")
        ]
        assert copies[0] == copies[1]
    if not judged:
        return
    build(corpus, workers=1)
    errors = [f.message for f in validate(corpus.root, severity="error").findings]
    assert "ingest" in names or not errors, errors


def tried(
    base: Path, scratch: Path, pair: str, rng: random.Random, longest: float, *, judged: bool
) -> Result:
    """Try a pair once; with ``judged``, load and validate what comes of it."""
    root = scratch / "case"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(base, root)
    found = Result(tries=1)
    codes, told = race(root, pair, rng, longest)
    found.refused = codes.count(REFUSED)
    found.reasons = {text.replace(str(root), "…")[:120].replace("\n", " ") for text in told}
    if any(code not in (0, REFUSED) for code in codes):
        found.faults.append(f"exit codes {codes}")
    if judged and kills.forked(lambda: loaded(root)):
        found.faults.append("a reader could not load it")
    refused = [side for side, code in enumerate(codes) if code == REFUSED]
    if kills.forked(lambda: kept(root, pair, refused, judged=judged)):
        found.faults.append("something is lost")
    return found


def warmed(base: Path, scratch: Path, names: set[str]) -> None:
    """Import here what the verbs import, or each of their processes would do it again.

    Nothing runs here: a process whose libraries have threads cannot be forked.
    """
    root, note = scratch / "case", scratch / "modules"

    def work() -> None:
        for name in sorted(names):
            shutil.rmtree(root, ignore_errors=True)
            shutil.copytree(base, root)
            VERBS[name](root, 0)
        loaded(root)
        validate(root / "corpus")
        note.write_text("\n".join(sys.modules))

    if kills.forked(work):
        raise SystemExit("The verbs fail one after another.")
    for name in note.read_text().split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def timed(base: Path, scratch: Path, verb: Verb) -> float:
    """How long a verb takes alone, in seconds."""
    root = scratch / "case"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(base, root)
    at = time.perf_counter()
    if kills.forked(lambda: verb(root, 0)):
        raise SystemExit("A verb that ran alone failed.")
    return time.perf_counter() - at


def main() -> int:
    """Run the matrix."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tries", type=int, default=50)
    parser.add_argument("--only", default=",".join(PAIRS), help="pairs, divided by commas")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng, well = random.Random(options.seed), True
    print("| at once | tries | refused | why | faults |\n| --- | ---: | ---: | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        scratch, base = Path(folder), Path(folder) / "base"
        if kills.forked(lambda: prepared(base)):
            raise SystemExit("The corpus could not be made.")
        pairs = options.only.split(",")
        warmed(base, scratch, {name for pair in pairs for name in pair.split("+")})
        for pair in pairs:
            longest = max(timed(base, scratch, VERBS[name]) for name in set(pair.split("+")))
            total = Result()
            for number in range(options.tries):
                judged = number % JUDGED == 0
                one = tried(base, scratch, pair, rng, longest, judged=judged)
                total.tries, total.refused = total.tries + 1, total.refused + one.refused
                total.reasons |= one.reasons
                total.faults += one.faults
            why = "; ".join(sorted(total.reasons)) or "-"
            faults = "; ".join(sorted(set(total.faults))) or "none"
            print(f"| {pair} | {total.tries} | {total.refused} | {why} | {faults} |", flush=True)
            well = well and not total.faults
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
