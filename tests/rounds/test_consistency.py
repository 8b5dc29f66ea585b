"""The record of a round against its archives: every damage is found, explained, and repaired."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from copydesk.backends import codecs
from copydesk.backends.files import Files
from copydesk.cli.round import app
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.rounds.amend import add_articles, amend_round
from copydesk.rounds.archive import archiving, rewritten
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.consistency import faults, repair, verify
from copydesk.rounds.decisions import Decision, decide
from copydesk.rounds.ledger import append_to_ledger
from copydesk.rounds.log import read_log
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.selection import Selection
from copydesk.rounds.status import status
from copydesk.validate.corpora import _answers
from copydesk.validate.faults import Fault
from copydesk.validate.untrusted_folder import Folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def pulled(corpus: Corpus, log_answers: Callable[..., None]) -> RoundFolder:
    """A round of two people on the mill's three sentences, pulled twice with news."""
    people = tuple(Annotator(annotator=n, kind="human", backend=FILES) for n in ("a1", "a2"))
    options = Options(
        round="r",
        annotators=people,
        overlap=Overlap(base=2),
        selection=Selection(articles=("mill",)),
    )
    new_round(corpus, options)
    log_answers(corpus, "r", ("a1", "a2"), {"mill.001": "qq", "mill.002": "qc"})
    log_answers(
        corpus, "r", ("a1", "a2"), {"mill.002": "cc", "mill.003": "bb"}, at="2026-01-02T00:00:00Z"
    )
    return RoundFolder(corpus, "r")


def found(folder: RoundFolder) -> list[str]:
    """What is wrong, in sentences without addresses."""
    return [fault.message for fault in faults(open_round(folder.corpus, "r"), codecs())]


def test_the_shipped_rounds_say_what_their_archives_say() -> None:
    """Both rounds of 0.1.0 are derived again from their archives, answer by answer."""
    corpus = Corpus(ROOT)
    for name in ("pilot", "main"):
        assert list(faults(open_round(corpus, name), codecs())) == []


def test_a_whole_record_has_no_fault_and_nothing_to_repair(pulled: RoundFolder) -> None:
    """The log's bytes are those that the archives give."""
    assert found(pulled) == []
    before = pulled.annotations.read_bytes()
    assert repair(pulled.corpus, "r", codecs()) == (7, None)
    assert pulled.annotations.read_bytes() == before


def lines_of(folder: RoundFolder) -> list[str]:
    """The log's lines."""
    return folder.annotations.read_text().splitlines()


def changed(line: str, **fields: object) -> str:
    """A line with other fields."""
    return json.dumps(json.loads(line) | fields)


DAMAGES: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "another label": (
        lambda x: [changed(x[0], label="claim"), *x[1:]],
        "1 answer in the log is not what the archives in 'pulls' say: mill.001 by a1 is quote, "
        "not claim.",
    ),
    "a line less": (
        lambda x: x[1:],
        "1 answer in the log is not what the archives in 'pulls' say: mill.001 by a1 is missing.",
    ),
    "another time": (
        lambda x: [changed(x[0], created_at="2020-01-01T00:00:00Z"), *x[1:]],
        "1 answer in the log is not what the archives in 'pulls' say: the time of mill.001 by a1 "
        "differs.",
    ),
    "no object": (lambda x: ["null", *x], "This line is not an answer event."),
    "no JSON": (lambda x: ["{", *x], "This line is not JSON."),
    "half the file": (lambda x: [*x[:3], x[3][:20]], "This line is not JSON."),
    "unknown person": (
        lambda x: [changed(x[0], annotator="a9"), *x[1:]],
        "This line names 'a9', who is not an annotator of the round.",
    ),
    "unknown sentence": (
        lambda x: [changed(x[0], sentence_id="mill.009"), *x[1:]],
        "This line names 'mill.009', which is not a sentence of the round.",
    ),
    "unknown label": (
        lambda x: [changed(x[0], label="irony"), *x[1:]],
        "This line gives 'irony', which is not a label.",
    ),
    "swapped arm": (
        lambda x: [changed(x[0], arm="suggested"), *x[1:]],
        "This line puts 'a1' in another arm than was planned.",
    ),
    "bad time": (
        lambda x: [changed(x[0], created_at="noon"), *x[1:]],
        "This line is not an answer event.",
    ),
    "another account": (
        lambda x: [changed(x[0], account="a2"), *x[1:]],
        "1 answer in the log is not what the archives in 'pulls' say: the account of mill.001 by "
        "a1 differs.",
    ),
    "another last change": (
        lambda x: [changed(x[0], updated_at="2026-01-01T09:00:00Z"), *x[1:]],
        "1 answer in the log is not what the archives in 'pulls' say: the last change of "
        "mill.001 by a1 differs.",
    ),
    "a comment added": (
        lambda x: [changed(x[0], comment="Sure?"), *x[1:]],
        "1 answer in the log is not what the archives in 'pulls' say: the comment of mill.001 by "
        "a1 differs.",
    ),
    "an object for a comment": (
        lambda x: [changed(x[0], comment={}), *x[1:]],
        "This line is not an answer event.",
    ),
    "half a character": (
        lambda x: [changed(x[0], comment="\ud83d"), *x[1:]],
        "This line is not an answer event.",
    ),
    "no number": (
        lambda x: [changed(x[0], lead_time_s=float("nan")), *x[1:]],
        "This line is not an answer event.",
    ),
    "a list for a name": (
        lambda x: [changed(x[0], annotator=["a1"]), *x[1:]],
        "This line is not an answer event.",
    ),
    "conflict markers": (
        lambda x: [x[0], "<<<<<<< HEAD", x[1], "=======", x[2], ">>>>>>> other", *x[3:]],
        "This line was left by a merge conflict.",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_log_is_explained_and_repaired(pulled: RoundFolder, damage: str) -> None:
    """The damage is one sentence, no verb crashes on it, and the archives give the log again."""
    before = pulled.annotations.read_bytes()
    change, sentence = DAMAGES[damage]
    pulled.annotations.write_text("\n".join(change(lines_of(pulled))) + "\n", encoding="utf-8")
    assert found(pulled) == [sentence]
    with pytest.raises(IntegrityError):
        verify(open_round(pulled.corpus, "r"), codecs())
    damaged = pulled.annotations.read_bytes()
    lines, kept = repair(pulled.corpus, "r", codecs())
    assert kept is not None
    assert (lines, kept.read_bytes()) == (7, damaged)
    assert pulled.annotations.read_bytes() == before
    assert found(pulled) == []


@pytest.mark.parametrize("harmless", ["crlf", "bom", "torn"])
def test_what_an_editor_or_a_crash_leaves_is_read(pulled: RoundFolder, harmless: str) -> None:
    """Windows line ends, a BOM and a last line that was cut off change nothing."""
    data = pulled.annotations.read_bytes()
    damaged = {
        "crlf": data.replace(b"\n", b"\r\n"),
        "bom": b"\xef\xbb\xbf" + data,
        "torn": data + b'{"event": "ans',
    }[harmless]
    pulled.annotations.write_bytes(damaged)
    assert found(pulled) == []
    assert len(read_log(pulled.annotations).answers) == 6


def test_two_checkouts_that_pulled_merge_by_union(pulled: RoundFolder) -> None:
    """Lines that come twice, or in another order, lead to the same state."""
    lines = lines_of(pulled)
    pulled.annotations.write_text("\n".join([*lines, *lines[4:]]) + "\n")
    assert found(pulled) == []


def test_nothing_is_pulled_by_a_plan_that_is_not_the_one_that_was_pushed(
    pulled: RoundFolder,
) -> None:
    """Whom an answer counts for, and in which arm, is said by the plan."""
    before = pulled.annotations.read_bytes()
    plan = pulled.plan.read_text()
    pulled.plan.write_text(plan.replace('"kind": "human"', '"kind": "model"', 1))
    with pytest.raises(IntegrityError, match="The plan is not the one that was pushed"):
        pull(pulled.corpus, "r", [Files()])
    assert pulled.annotations.read_bytes() == before


@pytest.mark.parametrize(
    ("key", "value"),
    [("lead_time_s", "long"), ("confidence", "high"), ("comment", {}), ("comment", "\ud83d")],
)
def test_an_archive_of_what_no_pull_writes_is_named_and_makes_no_log(
    pulled: RoundFolder, key: str, value: object
) -> None:
    """Its digest may be right: a log made from it could be read by no verb."""
    first = min(pulled.pulls.glob("*.jsonl.gz"))
    lines = gzip.decompress(first.read_bytes()).decode().splitlines()
    line = json.loads(lines[0])
    line["annotations"][0]["lines"][0][key] = value
    place = rewritten(first, [json.dumps(line), *lines[1:]])
    assert found(pulled) == ["This archive contains something that no pull wrote."]
    before = pulled.annotations.read_bytes()
    with pytest.raises(IntegrityError) as caught:
        repair(pulled.corpus, "r", codecs())
    assert caught.value.where == str(place)
    assert pulled.annotations.read_bytes() == before


def test_a_changed_plan_is_found(pulled: RoundFolder) -> None:
    """A model that is called human contradicts the hash of the plan that was pushed."""
    text = pulled.plan.read_text()
    pulled.plan.write_text(text.replace('"kind": "human"', '"kind": "model"', 1))
    (first, *_) = found(pulled)
    assert first == (
        "The plan is not the one that was pushed: annotators, their kinds, articles or tasks were "
        "changed since."
    )


def test_a_changed_archive_is_found_and_cannot_be_repaired_from(pulled: RoundFolder) -> None:
    """The name of an archive holds the hash of its content."""
    path = max(pulled.pulls.iterdir())
    data = gzip.decompress(path.read_bytes()).replace(b"claim", b"quote")
    path.write_bytes(gzip.compress(data))
    assert found(pulled) == ["This archive was changed after it was written."]
    path.write_bytes(path.read_bytes()[:40])
    assert found(pulled) == ["This archive was changed after it was written."]
    with pytest.raises(IntegrityError, match="changed after it was written"):
        repair(pulled.corpus, "r", codecs())


def test_the_next_pull_writes_a_damaged_last_archive_again(pulled: RoundFolder) -> None:
    """The backend still holds what it held: the archive becomes what its name says it is."""
    pull(pulled.corpus, "r", [Files()])
    path = max(pulled.pulls.iterdir())
    whole = path.read_bytes()
    path.write_bytes(whole[:40])
    assert pull(pulled.corpus, "r", [Files()]).archive == path
    assert path.read_bytes() == whole
    assert found(pulled) == []
    assert pull(pulled.corpus, "r", [Files()]).archive is None


def test_an_archive_that_a_full_disk_cuts_short_is_not_put_in_its_place(
    tmp_path: Path,
) -> None:
    """What a small archive holds is written when it is closed: the disk refuses only then."""
    with pytest.raises(InputError) as caught, archiving(tmp_path) as (name, add, finish):
        part = tmp_path / f".{name}.part"
        os.dup2(os.open("/dev/full", os.O_WRONLY), _descriptor(part))
        add("{}")
        finish()
    assert caught.value.message == "The archive cannot be written: No space left on device."
    assert list(tmp_path.iterdir()) == []


def _descriptor(path: Path) -> int:
    """The descriptor by which this process has a file open."""
    links = Path("/proc/self/fd").iterdir()
    return next(int(link.name) for link in links if os.path.realpath(link) == str(path))


def test_the_next_pull_puts_a_changed_label_right(pulled: RoundFolder) -> None:
    """What was edited by hand in the log is read again from the backend."""
    lines = lines_of(pulled)
    pulled.annotations.write_text("\n".join([changed(lines[0], label="claim"), *lines[1:]]) + "\n")
    pull(pulled.corpus, "r", [Files()])
    assert found(pulled) == []


def test_a_clock_that_was_ahead_leaves_no_archive_at_every_pull(pulled: RoundFolder) -> None:
    """A pull after one from the future compares with it and gets a later name."""
    (last,) = [max(pulled.pulls.iterdir())]
    ahead = last.with_name("2099" + last.name[4:])
    last.rename(ahead)
    assert pull(pulled.corpus, "r", [Files()]).archive is None
    with (pulled.private / "a1" / "answers.jsonl").open("a") as stream:
        stream.write(
            '{"sentence_id": "mill.001", "label": "claim", "at": "2026-01-03T00:00:00Z"}\n'
        )
    archive = pull(pulled.corpus, "r", [Files()]).archive
    assert archive is not None
    assert archive.name > ahead.name
    assert found(pulled) == []


def test_what_vanished_and_what_is_damaged_keeps_a_round_open(pulled: RoundFolder) -> None:
    """Vanished answers are doubts that closing names, and that stay in closed.json."""
    (pulled.private / "a1" / "answers.jsonl").unlink()
    pull(pulled.corpus, "r", [Files()])
    assert len(status(pulled.corpus, "r").vanished) == 3
    with pytest.raises(InputError, match="3 answers have vanished and are not settled"):
        close(pulled.corpus, "r")
    document = close(pulled.corpus, "r", despite="a1 left.")
    assert "3 answers have vanished and are not settled" in document["doubts"][0]
    assert document["vanished"] == [["a1", f"mill.00{n}"] for n in (1, 2, 3)]


LEDGERS = ("push.jsonl", "amendments.jsonl", "adjudications.jsonl")


@pytest.fixture
def with_ledgers(pulled: RoundFolder) -> RoundFolder:
    """The round with an amendment and a decision, so that it has every file of a record."""
    amend_round(pulled.corpus, "r", add_articles(["tram"]), "More is wanted.")
    push(pulled.corpus, "r", [Files()])
    decision = Decision(
        sentence_id="mill.001", label="claim", reason="Heard.", by="a3", by_kind="human"
    )
    assert decide(pulled.corpus, "r", [decision], via="file") == 1
    return pulled


@pytest.mark.parametrize("name", LEDGERS)
@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace('"event"', '"even"').replace('"label"', '"labe"'),
        lambda text: "<<<<<<< HEAD\n" + text,
        lambda text: text + "null\n",
        lambda text: text + "[" * 100_000 + "\n",
        lambda text: text[: len(text) // 2] + "\n",
    ],
    ids=["another key", "conflict", "null", "deep", "half a line"],
)
def test_a_damaged_ledger_is_named_with_its_line(
    with_ledgers: RoundFolder, name: str, damage: Callable[[str], str]
) -> None:
    """Nothing else holds what such a file holds, so the sentence sends to version control."""
    path = with_ledgers.path / name
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(IntegrityError) as caught:
        verify(open_round(with_ledgers.corpus, "r"), codecs())
    assert caught.value.where.startswith(f"{path}:")
    assert caught.value.hint == "Restore the file from version control or a backup."


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (
            "label",
            "rumour",
            "The decision gives the label 'rumour', which this round does not have.",
        ),
        ("start", 1, "The decision is on 'mill.001', which is not planned at this place."),
        ("sentence_id", "weir.001", "The decision is on 'weir.001', which is not planned at this"),
    ],
)
def test_a_decision_that_nobody_can_have_made_is_named(
    with_ledgers: RoundFolder, key: str, value: Any, said: str
) -> None:
    """Its label, its sentence and the place of that are the plan's."""
    path = with_ledgers.adjudications
    line = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(line | {key: value}) + "\n", encoding="utf-8")
    with pytest.raises(IntegrityError) as caught:
        verify(open_round(with_ledgers.corpus, "r"), codecs())
    assert caught.value.message.startswith(said)
    assert caught.value.where == f"{path}:1"


@pytest.mark.parametrize("name", LEDGERS)
def test_half_a_last_line_of_a_ledger_is_not_read_and_then_replaced(
    with_ledgers: RoundFolder, name: str
) -> None:
    """A crash while a line was added: the round goes on, and the next line is whole."""
    path = with_ledgers.path / name
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[-1][:-9])
    verify(open_round(with_ledgers.corpus, "r"), codecs())
    append_to_ledger(path, ['{"event": "next"}'])
    assert path.read_bytes() == whole + b'{"event": "next"}\n'


@pytest.mark.parametrize("name", LEDGERS)
def test_a_last_line_that_an_editor_left_without_an_end_is_kept(
    with_ledgers: RoundFolder, name: str
) -> None:
    """It is whole, so it is read, and the next line is put below it."""
    path = with_ledgers.path / name
    whole = path.read_bytes()
    path.write_bytes(whole.removesuffix(b"\n"))
    verify(open_round(with_ledgers.corpus, "r"), codecs())
    append_to_ledger(path, ['{"event": "next"}'])
    assert path.read_bytes() == whole + b'{"event": "next"}\n'


def test_a_damaged_log_is_not_adjudicated(pulled: RoundFolder) -> None:
    """Half a log has fewer open sentences; nobody is told that these are all."""
    lines = pulled.annotations.read_bytes().splitlines(keepends=True)
    pulled.annotations.write_bytes(b"".join(lines[:2]))
    done = CliRunner().invoke(app, ["adjudicate", "r", "--corpus", str(pulled.corpus.root)])
    assert isinstance(done.exception, IntegrityError)
    assert "answers in the log are not what the archives in 'pulls' say" in done.exception.message


def test_validate_names_the_file_of_a_record_that_is_damaged(pulled: RoundFolder) -> None:
    """The push log where it is the push log, with its line; a log that was deleted is missed."""
    pulled.push_log.write_bytes(pulled.push_log.read_bytes() + b"null\n")
    number = len(pulled.push_log.read_bytes().splitlines())
    faults = [f for f in _answers(Folder(pulled.corpus.root), "r") if isinstance(f, Fault)]
    assert [(f.file, f.row) for f in faults] == [("annotations/rounds/r/push.jsonl", number)]
    pulled.annotations.unlink()
    pulled.push_log.write_bytes(pulled.push_log.read_bytes().removesuffix(b"null\n"))
    (fault,) = (f for f in _answers(Folder(pulled.corpus.root), "r") if isinstance(f, Fault))
    assert fault.message.startswith("6 answers in the log are not what the archives in 'pulls' say")
