"""The verbs of ``copydesk round``, without a server and with one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from copydesk.cli.round import app
from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError
from copydesk.rounds.irregularities import RULES
from copydesk.rounds.paths import RoundFolder

ROOT = Path(__file__).resolve().parents[2]


def run(corpus: Corpus, *words: str, **variables: str) -> Result:
    """Run a verb on a corpus; a fault is raised as it is."""
    result = CliRunner().invoke(app, [*words, "--corpus", str(corpus.root)], env=variables)
    if isinstance(result.exception, CopydeskError):
        raise result.exception
    return result


def test_new_takes_annotators_in_one_word(corpus: Corpus) -> None:
    """NAME, NAME:KIND and NAME:KIND=EMAIL are understood."""
    words = ["--annotator", "anna", "--annotator", "ben:model=ben@example.org"]
    done = run(corpus, "new", "r", *words, "--limit", "1", "--seed", "x")
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "Next: copydesk round push r" in done.stderr
    plan = json.loads(RoundFolder(corpus, "r").plan.read_text())
    assert plan["annotators"] == [
        {"annotator": "anna", "kind": "human", "backend": "labelstudio"},
        {"annotator": "ben", "kind": "model", "backend": "files"},
    ]
    people = json.loads(RoundFolder(corpus, "r").people.read_text())
    assert people == {"ben": "ben@example.org"}


def test_an_unknown_kind_is_refused(corpus: Corpus) -> None:
    """An annotator is a human or a model."""
    with pytest.raises(CopydeskError) as refused:
        run(corpus, "new", "r", "--annotator", "anna:cat")
    assert str(refused.value) == "anna:cat: 'cat' is not a kind of annotator. Write human or model."


def test_a_push_without_a_server_says_what_is_needed(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No address and no token are said in a sentence."""
    for name in ("COPYDESK_STUDIO_URL", "COPYDESK_STUDIO_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    run(corpus, "new", "r", "--annotator", "anna", "--overlap", "1")
    with pytest.raises(CopydeskError, match="No Label Studio server is given"):
        run(corpus, "push", "r")
    monkeypatch.setenv("COPYDESK_STUDIO_URL", "http://127.0.0.1:1/")
    with pytest.raises(CopydeskError, match="token"):
        run(corpus, "push", "r")


def test_status_offline_is_a_table_or_json(corpus: Corpus) -> None:
    """Machines get JSON on stdout."""
    run(corpus, "new", "r", "--annotator", "anna", "--overlap", "1")
    state = json.loads(run(corpus, "status", "r", "--offline", "--json").stdout)
    assert (state["answered"], state["needed"], state["source"]) == (0, 4, "log")
    assert "0 of 4 answers" in run(corpus, "status", "r", "--offline").stdout


def test_an_unknown_round_names_those_that_there_are(corpus: Corpus) -> None:
    """A mistyped name is answered with the names."""
    run(corpus, "new", "spring", "--annotator", "anna", "--overlap", "1")
    with pytest.raises(CopydeskError, match=r"There is no round 'sprig' .* There are: spring\."):
        run(corpus, "status", "sprig", "--offline")


def test_every_rule_of_a_pull_is_documented() -> None:
    """docs/rounds.md names every rule."""
    words = (ROOT / "docs" / "rounds.md").read_text(encoding="utf-8")
    assert [rule for rule in RULES if f"`{rule}`" not in words] == []
