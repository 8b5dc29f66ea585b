"""A round through files: planned, pushed, answered, pulled, settled and closed without a server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from copydesk.backends import codecs
from copydesk.backends.files import Files
from copydesk.corpus import Corpus
from copydesk.errors import InputError, ServerError
from copydesk.rounds.agree import agree
from copydesk.rounds.backend import Account
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.comments import private_comments
from copydesk.rounds.decisions import Decision, decide, open_sentences
from copydesk.rounds.labelling import labelling
from copydesk.rounds.log import read_log
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.opened import Round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator, Plan
from copydesk.rounds.pull import PullResult, pull
from copydesk.rounds.push import difference, push
from copydesk.rounds.selection import Selection
from copydesk.rounds.status import status
from copydesk.rounds.streams import Stream


def plan_round(corpus: Corpus, **fields: Any) -> Plan:
    """A round of two models on the mill's three sentences."""
    basics: dict[str, Any] = {
        "round": "r",
        "annotators": tuple(
            Annotator(annotator=name, kind="model", backend=FILES) for name in ("m-1", "m-2")
        ),
        "overlap": Overlap(base=2),
        "selection": Selection(articles=("mill",)),
    }
    return new_round(corpus, Options(**(basics | fields)))


def room(corpus: Corpus, name: str) -> Path:
    """Where an annotator answers."""
    return RoundFolder(corpus, "r").private / name


def write(corpus: Corpus, name: str, lines: Iterable[dict[str, Any]]) -> None:
    """Write an annotator's answers."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (room(corpus, name) / "answers.jsonl").write_text(text, encoding="utf-8")


def answers(*labels: str, **fields: Any) -> list[dict[str, Any]]:
    """Answers to the mill's sentences, in their order."""
    return [
        {"sentence_id": f"mill.{number:03d}", "label": label, **fields}
        for number, label in enumerate(labels, start=1)
    ]


def read(corpus: Corpus) -> PullResult:
    """Pull the round."""
    return pull(corpus, "r", [Files()])


def labels_of(corpus: Corpus, name: str) -> list[str | None]:
    """An annotator's labels in the log."""
    state = read_log(RoundFolder(corpus, "r").annotations)
    return [answer.label for (who, _), answer in state.answers.items() if who == name]


def test_a_round_goes_all_the_way_without_a_server(corpus: Corpus) -> None:
    """Pushed, answered, pulled, measured, settled and closed; each step may be taken twice."""
    plan_round(corpus)
    missing = difference(corpus, "r", [Files()])
    assert (missing.streams_missing, missing.tasks_missing) == (2, 2)
    sent = push(corpus, "r", [Files()])
    assert (sent.streams_made, sent.tasks_sent, sent.checked, sent.fixed) == (2, 2, 2, ())
    assert push(corpus, "r", [Files()]).tasks_sent == 0
    write(corpus, "m-1", answers("background", "background", "claim"))
    write(corpus, "m-2", answers("background", "claim", "claim"))
    state = status(corpus, "r", [Files()])
    assert (state.answered, state.needed, state.tasks_missing) == (2, 2, 0)
    done = read(corpus)
    assert (len(done.changes.new), done.findings) == (6, ())
    assert (read(corpus).archive, read(corpus).changes.unchanged) == (None, 6)
    assert agree(corpus, "r").disputed_sentences == 1
    assert [s.anchor.sentence_id for s in open_sentences(corpus, "r")] == ["mill.002"]
    reason = Decision(
        sentence_id="mill.002", label="claim", by="m-3", by_kind="model", reason="Rule 2."
    )
    assert decide(corpus, "r", [reason], via="file") == 1
    assert close(corpus, "r")["unresolved"] == 0


def test_a_task_is_an_article_with_its_sentences(corpus: Corpus) -> None:
    """The text, every sentence with its id, the suggestions of the suggested arm, the labels."""
    plan_round(corpus, suggested_share=1.0)
    push(corpus, "r", [Files()])
    (task,) = map(json.loads, (room(corpus, "m-1") / "tasks.jsonl").read_text().splitlines())
    assert task["text"] == "Mill closes\nThe mill closed at noon.\nThe owner said it was old."
    assert (task["task"], task["language"], task["title"]) == ("r.suggested.mill", "en", "mill")
    assert [(s["sentence_id"], s["text"], s["suggestion"]) for s in task["sentences"]] == [
        ("mill.001", "Mill closes", "background"),
        ("mill.002", "The mill closed at noon.", "background"),
        ("mill.003", "The owner said it was old.", "claim"),
    ]
    labels = json.loads((room(corpus, "m-1") / "labels.json").read_text())["labels"]
    assert [label["name"] for label in labels] == ["quote", "claim", "speculation", "background"]
    assert (room(corpus, "m-1") / "guidelines.md").read_text() == corpus.guidelines.read_text()


def test_a_sentence_task_has_its_context_and_the_blind_arm_no_suggestion(corpus: Corpus) -> None:
    """What stands before and after is given; nothing of the rules is."""
    plan_round(corpus, unit="sentence")
    push(corpus, "r", [Files()])
    lines = (room(corpus, "m-1") / "tasks.jsonl").read_text()
    second = next(t for t in map(json.loads, lines.splitlines()) if t["task"].endswith("mill.002"))
    assert second["before"] == "Mill closes\n"
    assert second["after"] == "\nThe owner said it was old."
    assert "uggest" not in lines


def test_lines_that_cannot_be_used_are_named_and_the_others_taken(corpus: Corpus) -> None:
    """Each damage has its line number, and half a last line too: it may still be written."""
    plan_round(corpus)
    push(corpus, "r", [Files()])
    good = json.dumps({"sentence_id": "mill.001", "label": "quote"})
    bad = [
        "{",
        "[1]",
        json.dumps({"sentence_id": "tram.001", "label": "quote"}),
        json.dumps({"sentence_id": "mill.002", "label": 3}),
        json.dumps({"sentence_id": "mill.002", "label": "quote", "confidence": 1.5}),
        json.dumps({"sentence_id": "mill.002", "label": "quote", "flag": "maybe"}),
        json.dumps({"sentence_id": "mill.002", "label": "quote", "at": "noon"}),
        json.dumps(
            {"sentence_id": "mill.002", "label": "quote", "at": "9999-12-31T23:59:59-12:00"}
        ),
        json.dumps(
            {"sentence_id": "mill.002", "label": "quote", "at": "0001-01-01T00:00:00+14:00"}
        ),
        json.dumps({"sentence_id": "mill.002", "label": "quote", "lead_time_s": float("inf")}),
        json.dumps({"sentence_id": "mill.002", "label": "quote", "lead_time_s": 10**400}),
        json.dumps({"sentence_id": "mill.002", "label": "quote", "comment": "half \ud83d"}),
        json.dumps({"sentence_id": "mill.002", "label": "\udc00"}),
    ]
    text = "\ufeff" + "\r\n".join([good, *bad]) + '\r\n{"sentence_id": "mill.003"'
    (room(corpus, "m-1") / "answers.jsonl").write_bytes(text.encode("utf-8"))
    found = [(f.rule, f.file, f.detail) for f in read(corpus).findings]
    found.sort(key=lambda f: (f[0], int(f[1].rpartition(":")[2] or 0) if ":" in f[1] else 0))
    assert found == [
        ("answer-unreadable", "m-1/answers.jsonl:2", "it is not JSON"),
        ("answer-unreadable", "m-1/answers.jsonl:3", "it is not an object"),
        (
            "answer-unreadable",
            "m-1/answers.jsonl:4",
            "its sentence_id is not one of the annotator's tasks",
        ),
        ("answer-unreadable", "m-1/answers.jsonl:5", "label, comment, flag and at are strings"),
        ("answer-unreadable", "m-1/answers.jsonl:6", "its confidence is not a number in range"),
        (
            "answer-unreadable",
            "m-1/answers.jsonl:7",
            "its flag is not one of unsure, badly-cut, not-a-unit",
        ),
        ("answer-unreadable", "m-1/answers.jsonl:8", "its at is not a time"),
        *(
            (
                "answer-unreadable",
                f"m-1/answers.jsonl:{n}",
                "its at is before 2000 or still to come: correct the clock, or the time",
            )
            for n in (9, 10)
        ),
        *(
            (
                "answer-unreadable",
                f"m-1/answers.jsonl:{n}",
                "its lead_time_s is not a number in range",
            )
            for n in (11, 12)
        ),
        *(
            (
                "answer-unreadable",
                f"m-1/answers.jsonl:{n}",
                "it holds half a character (a lone surrogate)",
            )
            for n in (13, 14)
        ),
        (
            "answer-unreadable",
            "m-1/answers.jsonl:15",
            "it has no end: it is still being written, or was cut off",
        ),
        ("region-missing", "r.blind.mill", ""),
        ("region-missing", "r.blind.mill", ""),
    ]
    assert labels_of(corpus, "m-1") == ["quote"]


def test_a_last_line_without_an_end_is_read_where_it_is_whole(corpus: Corpus) -> None:
    """An editor leaves such a line; other line ends, and what is no file, are named."""
    plan_round(corpus)
    push(corpus, "r", [Files()])
    path = room(corpus, "m-1") / "answers.jsonl"
    lines = [json.dumps(line) for line in answers("quote", "claim", "quote")]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert read(corpus).findings == ()
    assert labels_of(corpus, "m-1") == ["quote", "claim", "quote"]
    path.write_bytes("\r".join(lines).encode("utf-16"))
    unreadable = [f.detail for f in read(corpus).findings if f.rule == "answer-unreadable"]
    assert unreadable == ["it is not UTF-8"]
    path.write_bytes("\r".join(lines).encode())
    unreadable = [f.detail for f in read(corpus).findings if f.rule == "answer-unreadable"]
    assert unreadable == ["it has no end: it is still being written, or was cut off"]
    path.unlink()
    path.mkdir()
    unreadable = [f.detail for f in read(corpus).findings if f.rule == "answer-unreadable"]
    assert unreadable == ["it is not a file"]
    assert labels_of(corpus, "m-1") == ["quote", "claim", "quote"]


def test_a_folder_in_the_place_of_tasks_is_not_taken_for_a_full_disk(corpus: Corpus) -> None:
    """The error names the file that cannot be read, and no archive is left behind."""
    plan_round(corpus)
    push(corpus, "r", [Files()])
    tasks = room(corpus, "m-1") / "tasks.jsonl"
    tasks.unlink()
    tasks.mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        read(corpus)
    assert caught.value.filename == str(tasks)
    assert list(RoundFolder(corpus, "r").pulls.iterdir()) == []


def test_a_reason_of_blanks_is_no_reason(corpus: Corpus) -> None:
    """A round is not closed despite nothing; closed, it says how it is opened again; findings
    that cannot be read say what to do."""
    plan_round(corpus)
    push(corpus, "r", [Files()])
    write(corpus, "m-1", answers("quote"))
    read(corpus)
    with pytest.raises(InputError, match="2 of 2 answers are missing"):
        close(corpus, "r", despite=" \n")
    findings = RoundFolder(corpus, "r").findings
    whole = findings.read_bytes()
    findings.write_text("{")
    with pytest.raises(InputError, match="Remove the file and pull again"):
        status(corpus, "r")
    findings.write_bytes(whole)
    close(corpus, "r", despite=" A trial. ")
    assert json.loads(RoundFolder(corpus, "r").closed.read_text())["despite"] == "A trial."
    with pytest.raises(InputError, match=r"round amend r --reopen --reason …"):
        read(corpus)


def test_the_last_line_for_a_sentence_counts(corpus: Corpus) -> None:
    """An appended line changes an answer, and the pull tells what it was."""
    plan_round(corpus)
    push(corpus, "r", [Files()])
    write(corpus, "m-1", answers("quote", "quote", "quote", confidence=0.5))
    read(corpus)
    write(corpus, "m-1", answers("quote", "quote", "quote", confidence=0.5) + answers("claim"))
    done = read(corpus)
    assert [(b.label, a.label) for b, a in zip(done.replaced, done.changes.changed, strict=True)]
    assert labels_of(corpus, "m-1") == ["claim", "quote", "quote"]
    state = read_log(RoundFolder(corpus, "r").annotations)
    assert state.answers["m-1", "mill.002"].confidence == 0.5


def test_an_older_file_waits_for_the_manager(corpus: Corpus) -> None:
    """Lines with earlier times than the log's are named, not taken, until they are accepted."""
    plan_round(corpus)
    push(corpus, "r", [Files()])
    write(corpus, "m-1", answers("quote", "quote", "quote", at="2026-01-02T00:00:00Z"))
    read(corpus)
    write(corpus, "m-1", answers("claim", "quote", "quote", at="2026-01-01T00:00:00Z"))
    (older,) = read(corpus).findings
    assert (older.rule, older.record, older.severity) == ("answer-older", "mill.001", "error")
    assert older.detail == (
        "claim of 2026-01-01T00:00:00Z was found, but the record has quote of 2026-01-02T00:00:00Z"
    )
    assert labels_of(corpus, "m-1") == ["quote"] * 3
    assert pull(corpus, "r", [Files()], accept=["answer-older"]).findings == ()
    assert labels_of(corpus, "m-1") == ["claim", "quote", "quote"]


def test_answers_that_vanish_stay_and_are_named_until_settled(corpus: Corpus) -> None:
    """A removed file of answers is named by every pull and by status; accepting lets it rest."""
    plan_round(corpus)
    push(corpus, "r", [Files()])
    write(corpus, "m-1", answers("quote", "quote", "quote"))
    read(corpus)
    (room(corpus, "m-1") / "answers.jsonl").unlink()
    for _ in range(2):
        assert [f.rule for f in read(corpus).findings] == ["answer-vanished"] * 3
    assert status(corpus, "r").vanished == tuple(("m-1", f"mill.00{n}") for n in (1, 2, 3))
    assert pull(corpus, "r", [Files()], accept=["answer-vanished"]).findings == ()
    assert (read(corpus).findings, status(corpus, "r").vanished) == ((), ())
    assert labels_of(corpus, "m-1") == ["quote"] * 3


def test_tasks_that_were_changed_are_not_believed_and_are_put_right(corpus: Corpus) -> None:
    """Answers to a changed task are not taken; the push writes it again and keeps the old file."""
    plan_round(corpus)
    push(corpus, "r", [Files()])
    tasks = room(corpus, "m-1") / "tasks.jsonl"
    right = tasks.read_bytes()
    tasks.write_bytes(right.replace(b"noon", b"dawn"))
    write(corpus, "m-1", answers("quote", "quote", "quote"))
    assert [f.rule for f in read(corpus).findings] == ["task-changed"]
    assert difference(corpus, "r", [Files()]).differing == ("tasks.jsonl of m-1",)
    done = push(corpus, "r", [Files()])
    assert done.fixed == ("tasks.jsonl of m-1 was written again; the old one is kept",)
    assert tasks.read_bytes() == right
    assert any(b"dawn" in p.read_bytes() for p in tasks.parent.glob("tasks.jsonl.*"))
    assert read(corpus).findings == ()
    assert labels_of(corpus, "m-1") == ["quote"] * 3


def test_comments_on_a_withheld_article_are_not_archived(
    make_corpus: Callable[..., Corpus],
) -> None:
    """The archive, which is published, holds their SHA-256."""
    import gzip

    corpus = make_corpus(withheld=("mill",))
    plan_round(corpus)
    push(corpus, "r", [Files()])
    write(corpus, "m-1", answers("quote", "quote", "quote", comment="closed at noon"))
    archive = read(corpus).archive
    assert archive is not None
    text = gzip.decompress(archive.read_bytes()).decode()
    assert "closed at noon" not in text
    assert '"label":"quote"' in text
    published = "".join(p.read_text() for p in RoundFolder(corpus, "r").path.glob("*.json*"))
    assert "closed at noon" not in published
    assert list(private_comments(RoundFolder(corpus, "r")).values()) == ["closed at noon"]


def test_a_round_that_was_not_pushed_cannot_be_pulled(corpus: Corpus) -> None:
    """There is nothing to read, and nothing is marked as gone."""
    plan_round(corpus)
    with pytest.raises(ServerError, match="has not been written to files"):
        read(corpus)


def test_people_on_label_studio_need_it(corpus: Corpus) -> None:
    """A round that needs a server says so when it is not connected."""
    people = (Annotator(annotator="a1", kind="human"),)
    plan_round(corpus, annotators=people, overlap=Overlap(base=1), emails={"a1": "a@example.org"})
    with pytest.raises(InputError, match="also needs the backend labelstudio"):
        push(corpus, "r", [Files()])


def test_flags_stand_beside_a_label_or_in_its_place(corpus: Corpus) -> None:
    """Unsure keeps its label; what half call badly cut is open until somebody decides it."""
    plan_round(corpus)
    push(corpus, "r", [Files()])
    first = answers("background", "background", "claim")
    first[2] |= {"flag": "unsure", "comment": "Who is the owner?"}
    second = answers("background", "background", "claim")
    second[1] = {"sentence_id": "mill.002", "flag": "badly-cut"}
    write(corpus, "m-1", first)
    write(corpus, "m-2", second)
    assert read(corpus).findings == ()
    assert labels_of(corpus, "m-2") == ["background", None, "claim"]
    state = read_log(RoundFolder(corpus, "r").annotations)
    assert state.answers["m-1", "mill.003"].flag == "unsure"
    assert state.answers["m-1", "mill.003"].comment == "Who is the owner?"
    (item,) = open_sentences(corpus, "r")
    assert (item.anchor.sentence_id, item.flags) == ("mill.002", {"badly-cut": 1})
    with pytest.raises(InputError, match="1 sentences are unresolved"):
        close(corpus, "r")
    reason = Decision(
        sentence_id="mill.002", label="background", by="m-3", by_kind="model", reason="It is whole."
    )
    decide(corpus, "r", [reason], via="file")
    assert close(corpus, "r")["unresolved"] == 0
    found = labelling(corpus, codecs=codecs())
    assert found.answers.height == 6


class Forgetful(Files):
    """A backend that knows no account by its address, as after all addresses were changed."""

    def accounts(self, round: Round, streams: Sequence[Stream]) -> dict[Account, str]:
        """Nobody."""
        return {}


def test_whoever_gets_another_address_is_known_by_the_accounts_number(corpus: Corpus) -> None:
    """Nothing has vanished: the last archive says whose account it is."""
    plan_round(corpus)
    push(corpus, "r", [Files()])
    write(corpus, "m-1", answers("background", "background", "claim"))
    read(corpus)
    done = pull(corpus, "r", [Forgetful()])
    assert (done.changes.unchanged, done.changes.vanished, done.findings) == (3, (), ())
