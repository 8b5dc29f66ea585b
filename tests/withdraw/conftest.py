"""A corpus with two releases, closed rounds and an open one, made once; and copies of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from leftovers import read_all, stretches
from specimens import TEXTS, make_corpus

from copydesk.backends.files import Files
from copydesk.corpus import Corpus
from copydesk.rounds.agree import agree
from copydesk.rounds.choose import Overlap
from copydesk.rounds.decisions import Decision, decide
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.selection import Selection

SAID = "He said there was no money left to paint her, and the goat left too."
"""A comment that repeats words of the ferry's article."""


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus; not to be changed. Two people disagree in its open round, and comment."""
    corpus = make_corpus(tmp_path_factory.mktemp("base"))
    people = tuple(Annotator(annotator=f"a{n}", kind="human", backend=FILES) for n in (7, 8))
    plan = new_round(
        corpus,
        Options(
            round="r3",
            annotators=people,
            overlap=Overlap(base=2),
            selection=Selection(articles=("ferry-day", "mill-day")),
        ),
    )
    push(corpus, "r3", [Files()])
    for who, label in (("a7", "claim"), ("a8", "background")):
        lines = [
            {
                "sentence_id": anchor.sentence_id,
                "label": label,
                "at": f"2026-04-02T10:{number:02d}:00Z",
                **({"comment": SAID} if anchor.sentence_id == "ferry-day.002" else {}),
            }
            for number, (_, anchor) in enumerate(plan.anchors())
        ]
        place = RoundFolder(corpus, "r3").private / who / "answers.jsonl"
        place.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    pull(corpus, "r3", [Files()])
    reason = "“There was no money left to paint her” is a quotation."
    decided = Decision(
        sentence_id="ferry-day.003", label="quote", by="a9", by_kind="human", reason=reason
    )
    decide(corpus, "r3", [decided], via="file")
    agree(corpus, "r3")
    agree(corpus, "r3", over_rounds=True)
    (RoundFolder(corpus, "r3").private / "annotations.0a1b2c3d.jsonl").write_text(
        json.dumps({"comment": TEXTS["ferry-day"]}) + "\n{}\n", encoding="utf-8"
    )
    return corpus.root


@pytest.fixture
def corpus(base: Path, tmp_path: Path) -> Corpus:
    """A copy of the corpus that may be changed."""
    return Corpus(Path(shutil.copytree(base, tmp_path / "corpus")))


@pytest.fixture
def left() -> Callable[[Path, str], dict[str, Any]]:
    """Finds files in which five words in a row of an article stand that no other article has."""

    def find(root: Path, article: str) -> dict[str, Any]:
        others = {s for name, text in TEXTS.items() if name != article for s in stretches(text)}
        own = stretches(TEXTS[article]) - others
        assert own
        return {n: hit for n, text in read_all(root).items() if (hit := stretches(text) & own)}

    return find
