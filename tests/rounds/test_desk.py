"""Adjudication by one person at a real terminal: what is seen, which keys do what, what is kept."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from copydesk.corpus import Corpus
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.decisions import Decision, decide, decisions_of
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator
from copydesk.rounds.selection import Selection

COMMAND = (sys.executable, "-c", "from copydesk.cli.main import main; main()")
STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
NAMES = ("anna", "ben", "cleo")


class Terminal:
    """A program at a terminal of 24 rows and 100 columns, and what it has written there."""

    def __init__(self, *words: str) -> None:
        self.screen = ""
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 100))

        def take_over() -> None:
            os.setsid()
            fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color"},
            preexec_fn=take_over,  # Ctrl+C reaches whom the terminal belongs to
        )
        os.close(theirs)

    def see(self, text: str, seconds: float = 300.0) -> str:
        """Wait until a text is written; gives all that was written since the last one seen."""
        end = time.monotonic() + seconds
        while text not in self.screen:
            assert time.monotonic() < end, f"{text!r} is not in:\n{self.screen}"
            assert self._read(), f"{text!r} is not in the end:\n{self.screen}"
        seen, self.screen = self.screen.split(text, 1)
        return seen + text

    def key(self, key: str) -> None:
        """Press one key, once the program waits for one; one pressed before is not taken."""
        end = time.monotonic() + 300
        while termios.tcgetattr(self._ours)[3] & termios.ICANON:
            assert time.monotonic() < end, f"no key is waited for:\n{self.screen}"
            time.sleep(0.01)
        self.type(key)

    def type(self, text: str) -> None:
        """Type what a line is asked for."""
        os.write(self._ours, text.encode())

    def end(self, again: str = "") -> tuple[str, int]:
        """The rest of what is written, and the exit code.

        Args:
            again: typed once more if it does not end for long.
        """
        began = time.monotonic()
        while self._read():
            waited = time.monotonic() - began
            assert waited < 300, f"it does not end:\n{self.screen}"
            if again and waited > 20:
                self.type(again)
                again = ""
        return self.screen, self.process.wait(300)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], 1.0)[0]:
            return True
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # the program has gone
            return False
        # Escape sequences are not cut in two: the program flushes whole lines.
        self.screen += STYLE.sub("", data.decode("utf-8", "replace")).replace("\r", "")
        return bool(data)

    def close(self) -> None:
        """End the program if it runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)


Sit = Callable[..., Terminal]
Answered = Callable[[Corpus, dict[str, str]], None]


@pytest.fixture
def sit() -> Iterator[Sit]:
    """Sits down to adjudicate a corpus's round ``r`` as dora."""
    terminals = []

    def start(corpus: Corpus, *words: str, by: str = "dora") -> Terminal:
        words = ("round", "adjudicate", "r", "--by", by, "--corpus", str(corpus.root), *words)
        terminals.append(Terminal(*words))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


@pytest.fixture
def answered(log_answers: Callable[..., None]) -> Answered:
    """Makes a round of anna, ben and cleo with their answers, by the first letters of labels."""

    def make(corpus: Corpus, labels: dict[str, str]) -> None:
        articles = tuple(sorted({sentence.partition(".")[0] for sentence in labels}))
        new_round(
            corpus,
            Options(
                round="r",
                annotators=tuple(
                    Annotator(annotator=n, kind="human", backend=FILES) for n in NAMES
                ),
                emails={name: f"{name}@example.org" for name in NAMES},
                overlap=Overlap(base=3),
                selection=Selection(articles=articles),
            ),
        )
        log_answers(corpus, "r", NAMES, labels)

    return make


def decided(corpus: Corpus) -> list[tuple[Any, ...]]:
    """What the log of decisions says, in its order."""
    lines = decisions_of(RoundFolder(corpus, "r"))
    return [(d["sentence_id"], d["label"], d["by"], d["reason"], d["via"]) for d in lines]


TWO_OPEN = {
    "mill.001": "qqq",
    "mill.002": "qqc",
    "mill.003": "qcs",
    "tram.001": "bbb",
    "tram.002": "ccc",
    "tram.003": "sbc",
}


@pytest.mark.long
def test_sentences_are_settled_one_after_the_other_and_later(
    corpus: Corpus, answered: Answered, sit: Sit
) -> None:
    """In context and blind: a key, a reason; quitting half-way keeps it; the next run goes on."""
    answered(corpus, TWO_OPEN)
    desk = sit(corpus)
    shown = desk.see("q quit")
    assert "2 sentences are open." in shown
    first = next(name for name in ("mill", "tram") if f"1 of 2: {name}.003" in shown)
    second = "tram" if first == "mill" else "mill"
    sentence = {"mill": "The owner said it was old.", "tram": "It could fail again, the driver"}
    before = {"mill": "The mill closed at noon.", "tram": "The tram ran at six."}
    assert f"▶ {sentence[first]}" in shown
    assert before[first] in shown
    assert "1 quote  2 claim  3 speculation  4 background  u unresolved  s skip  b back" in shown
    assert not [word for word in (*NAMES, "Answers", "quote 1") if word in shown]
    desk.key("7")
    desk.see("No label has this key. Press one of 1, 2, 3, 4, u, s, b, q, x, n.")
    desk.key("2")
    desk.see("claim, because (your own words, they are published; - goes back)")
    desk.type("\r")
    desk.see("A decision needs a reason.")
    desk.type("Rule 6: the owner is named.\r")
    assert f"2 of 2: {second}.003" in desk.see("q quit")
    desk.key("q")
    said, code = desk.end()
    assert "1 decision written." in said
    assert "1 sentence is open. Run this again to go on." in said
    assert code == 0
    kept = (f"{first}.003", "claim", "dora", "Rule 6: the owner is named.", "terminal")
    assert decided(corpus) == [kept]

    again = sit(corpus)
    assert f"1 of 1: {second}.003" in again.see("q quit")
    again.key("3")
    again.see("because")
    again.type("It is a guess.\r")
    assert "0 sentences are open." in again.end()[0]
    assert decided(corpus) == [
        kept,
        (f"{second}.003", "speculation", "dora", "It is a guess.", "terminal"),
    ]


@pytest.mark.long
def test_what_is_left_unresolved_comes_back_last(
    corpus: Corpus, answered: Answered, sit: Sit
) -> None:
    """An unresolved sentence stays open with its reason; its own adjudicator is shown that."""
    answered(corpus, TWO_OPEN)
    desk = sit(corpus)
    shown = desk.see("q quit")
    first = "mill" if "mill.003" in shown else "tram"
    desk.key("u")
    desk.see("unresolved, because")
    desk.type("Both hold.\r")
    desk.see("q quit")
    desk.key("q")
    assert "2 sentences are open." in desk.end()[0]
    assert decided(corpus) == [(f"{first}.003", None, "dora", "Both hold.", "terminal")]

    again = sit(corpus)
    assert f"{first}.003" not in again.see("q quit")
    again.key("s")
    shown = again.see("q quit")
    assert f"2 of 2: {first}.003" in shown
    assert "dora said: unresolved (Both hold.)" in shown
    again.key("q")
    again.end()
    other = sit(corpus, by="emil")
    other.see("q quit")
    other.key("s")
    assert "Both hold." not in other.see("q quit")


def test_a_key_or_a_decision_can_be_taken_back(
    corpus: Corpus, answered: Answered, sit: Sit
) -> None:
    """A dash instead of a reason asks for the label again; b goes back to the sentence before."""
    answered(corpus, TWO_OPEN)
    desk = sit(corpus)
    shown = desk.see("q quit")
    first = "mill" if "mill.003" in shown else "tram"
    desk.key("1")
    desk.see("quote, because")
    desk.type("-\r")
    assert f"1 of 2: {first}.003" in desk.see("q quit")
    desk.key("4")
    desk.see("background, because")
    desk.type("Nobody is named.\r")
    desk.see("q quit")
    desk.key("b")
    assert "dora said: background (Nobody is named.)" in desk.see("q quit")
    desk.key("2")
    desk.see("claim, because")
    desk.type("The owner is.\r")
    desk.see("q quit")
    desk.key("\x03")
    assert "2 decisions written." in desk.end()[0]
    assert [(label, reason) for _, label, _, reason, _ in decided(corpus)] == [
        ("background", "Nobody is named."),
        ("claim", "The owner is."),
    ]


@pytest.mark.long
@pytest.mark.parametrize("how", ["ctrl-c", "ctrl-d", "kill"])
def test_whatever_ends_the_sitting_keeps_what_was_decided(
    corpus: Corpus, answered: Answered, sit: Sit, how: str
) -> None:
    """Ended while a reason is being written, the decisions before it are there, and not it."""
    answered(corpus, TWO_OPEN)
    desk = sit(corpus)
    desk.see("q quit")
    desk.key("2")
    desk.see("because")
    desk.type("First.\r")
    desk.see("q quit")
    desk.key("1")
    desk.see("because")
    desk.see("> ")
    if how == "kill":
        desk.process.send_signal(signal.SIGKILL)
        desk.process.wait()
    else:
        time.sleep(0.5)
        desk.type("\x03" if how == "ctrl-c" else "\x04")
        # A signal between the prompt and the wait for a line is noticed at the next one.
        said, code = desk.end(again="\x03" if how == "ctrl-c" else "")
        assert "1 decision written." in said
        assert "1 sentence is open. Run this again to go on." in said
        assert code == 0
    assert [reason for *_, reason, _ in decided(corpus)] == ["First."]
    assert "1 of 1" in sit(corpus).see("q quit")


def test_answers_are_shown_on_request(corpus: Corpus, answered: Answered, sit: Sit) -> None:
    """--show-answers says how many gave each label, not who; --disputed takes majorities too."""
    answered(corpus, {"mill.001": "qqq", "mill.002": "qqc", "mill.003": "qcs"})
    desk = sit(corpus, "--show-answers", "--disputed")
    shown = desk.see("q quit")
    assert "1 of 2: mill.002" in shown
    assert "Answers: quote 2, claim 1" in shown
    desk.key("s")
    shown = desk.see("q quit")
    assert "2 of 2: mill.003" in shown
    assert "Answers: quote 1, claim 1, speculation 1" in shown
    assert not [name for name in NAMES if name in shown]


def test_a_reason_that_repeats_a_withheld_text_is_asked_for_again(
    make_corpus: Callable[..., Corpus], answered: Answered, sit: Sit
) -> None:
    """The refusal is said, and the person goes on where it was."""
    long = "The clerk said on Tuesday that the lower gate would stay shut until the water falls."
    corpus = make_corpus({"gate": f"Gate stays shut\n{long}"}, withheld=("gate",))
    answered(corpus, {"gate.001": "qqq", "gate.002": "qcs"})
    desk = sit(corpus)
    desk.see("q quit")
    desk.key("2")
    desk.see("because")
    desk.type(f"As it says: {long}\r")
    desk.see("The reason repeats 60 characters of a text that is withheld.")
    desk.type("The clerk vouches for it.\r")
    assert "0 sentences are open." in desk.end()[0]
    assert [reason for *_, reason, _ in decided(corpus)] == ["The clerk vouches for it."]


@pytest.mark.parametrize("case", ["closed", "address", "kind", "no answers"])
def test_who_cannot_decide_is_told_at_once(
    corpus: Corpus, answered: Answered, sit: Sit, case: str
) -> None:
    """Nobody reads and writes in vain: the refusal comes before the first sentence."""
    answered(corpus, {"mill.001": "qqq", "mill.002": "qqc", "mill.003": "qcs"})
    by = "dora"
    words: tuple[str, ...] = ()
    if case == "closed":
        close(corpus, "r", despite="It was a trial.")
        sentence = (
            "Round 'r' is closed. Plan a new round for further answers, or open this one again"
        )
    elif case == "address":
        by = "dora@example.org"
        sentence = "'dora@example.org' is not a pseudonym."
    elif case == "kind":
        by = "anna:model"
        sentence = "'anna' is planned as human."
    else:
        RoundFolder(corpus, "r").annotations.unlink()
        shutil.rmtree(RoundFolder(corpus, "r").pulls)
        sentence = "There are no answers in round 'r'. Pull them with 'round pull'."
    said, code = sit(corpus, *words, by=by).end()
    assert sentence in " ".join(said.split())
    assert "▶" not in said
    assert code == 2


def test_another_text_than_was_labelled_is_not_judged(
    corpus: Corpus, answered: Answered, sit: Sit
) -> None:
    """When an article has changed since, no sentence of it is shown at its old place."""
    answered(corpus, {"mill.001": "qqq", "mill.002": "qqc", "mill.003": "qcs"})
    path = corpus.raw / "articles.jsonl"
    old = next(a.text_sha256 for a in corpus.articles() if a.article_id == "mill")
    path.write_text(path.read_text().replace(old, "0" * 64))
    said, code = sit(corpus).end()
    assert "Article 'mill' is not the one that was labelled." in " ".join(said.split())
    assert code == 2


@pytest.mark.long
def test_a_decision_waits_for_a_pull_that_is_at_work(
    corpus: Corpus, answered: Answered, sit: Sit
) -> None:
    """A round that is busy for a moment costs the adjudicator no decision."""
    answered(corpus, {"mill.001": "qqq", "mill.002": "qqc", "mill.003": "qcs"})
    desk = sit(corpus)
    desk.see("q quit")
    desk.key("2")
    desk.see("because")
    with RoundFolder(corpus, "r").lock():
        desk.type("Named.\r")
        desk.see("Named.")
        time.sleep(1)
        assert decided(corpus) == []
    assert "0 sentences are open." in desk.end()[0]
    assert [reason for *_, reason, _ in decided(corpus)] == ["Named."]


def test_a_decision_made_twice_is_written_once(corpus: Corpus, answered: Answered) -> None:
    """Going back and saying the same again adds no line."""
    answered(corpus, {"mill.001": "qqq", "mill.002": "qqc", "mill.003": "qcs"})
    same = Decision(
        sentence_id="mill.003", label="claim", by="dora", by_kind="human", reason="Named."
    )
    assert decide(corpus, "r", [same], via="terminal") == 1
    assert decide(corpus, "r", [same], via="terminal") == 0
