"""Labels belong to the corpus: `init --labels` lays out a corpus for any scheme of 2 to 20."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from copydesk.cli.main import app
from copydesk.contract.labels import NEWS
from copydesk.corpus import Corpus
from copydesk.layout import lay_out
from copydesk.rooms import annotations_dir
from copydesk.skeletons import label_config
from copydesk.validate import validate

COURT: list[dict[str, str]] = [
    {"name": name, "hotkey": key, "colour": colour, "meaning": f"The sentence {meaning}."}
    for name, key, colour, meaning in (
        ("fact", "1", "#0072b2", "tells what happened before the case"),
        ("issue", "2", "#d55e00", "states the question before the court"),
        ("source", "s", "#cc79a7", "cites a statute or an earlier judgment"),
        ("argument", "a", "#009e73", "gives what a party argues"),
        ("analysis", "n", "#e69f00", "is the court's own reasoning"),
        ("ruling", "r", "#56b4e9", "says what the court decides"),
        ("label", "9", "#000000", "is a heading or a formula"),
    )
]
"""Seven labels of another field; two of them are called as columns of the tables are."""


@pytest.fixture
def court_labels(tmp_path: Path) -> Path:
    """A file of the seven labels."""
    path = tmp_path / "court.json"
    path.write_text(json.dumps({"labels": COURT}))
    return path


def test_init_takes_labels(court_labels: Path, tmp_path: Path) -> None:
    """The corpus's scheme, label configs and guidelines are of the labels in the file."""
    done = CliRunner().invoke(app, ["init", str(tmp_path / "c"), "--labels", str(court_labels)])
    assert done.exit_code == 0
    assert "with the labels fact, issue, source, argument, analysis, ruling, label." in done.stderr
    corpus = Corpus(tmp_path / "c")
    assert corpus.scheme.names == tuple(label["name"] for label in COURT)
    article = (corpus.annotations / "label-config-article.xml").read_text()
    assert '    <Label value="ruling" hotkey="r" background="#56b4e9"/>\n' in article
    assert '    <Label value="to do" hotkey="0" background="#999999"/>\n' in article
    assert "Press 1, 2, s, a, n, r or 9." in article
    sentence = (corpus.annotations / "label-config-sentence.xml").read_text()
    assert '    <Choice value="source" hotkey="s"/>\n' in sentence
    assert "quote" not in article + sentence
    assert "## analysis\n\n*The sentence is the court's own reasoning.*\n" in (
        corpus.guidelines.read_text()
    )


def test_the_news_labels_are_the_default(tmp_path: Path) -> None:
    """Their guidelines and label configs are the shipped ones; the labels stand in the corpus."""
    corpus = lay_out(tmp_path / "c")
    assert corpus.scheme == NEWS
    assert (corpus.root / "schema" / "labels.json").is_file()
    for name in ("guidelines.md", "label-config-article.xml", "label-config-sentence.xml"):
        assert (corpus.annotations / name).read_bytes() == (annotations_dir() / name).read_bytes()


def test_a_label_config_of_the_news_labels_is_the_shipped_one() -> None:
    """But for the words of its comments, what is made from a scheme is what is shipped."""
    shipped = (annotations_dir() / "label-config-sentence.xml").read_text()
    assert label_config(shipped, NEWS) == shipped


def _without(key: str) -> dict[str, str]:
    return {name: value for name, value in COURT[0].items() if name != key}


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (COURT[:1], "is too short"),
        (COURT * 3, "is too long"),
        ([COURT[0], COURT[1] | {"name": "fact"}], "Two labels have the same name, 'fact'."),
        ([COURT[0], COURT[1] | {"hotkey": "1"}], "Two labels have the same hotkey, '1'."),
        (
            [COURT[0], COURT[1] | {"hotkey": "u"}],
            "'u', the key of the label 'issue', is kept for a flag. Give it another letter",
        ),
        ([COURT[0], COURT[1] | {"hotkey": "x"}], "'x', the key of the label 'issue', is kept"),
        (
            [COURT[0], COURT[1] | {"name": "The issue"}],
            "labels[1].name: 'The issue' does not match",
        ),
        ([COURT[0], COURT[1] | {"name": "unresolved"}], "labels[1].name: 'unresolved' should not"),
        ([_without("meaning"), COURT[1]], "labels[0]: 'meaning' is a required property"),
        ([COURT[0], COURT[1] | {"colour": "red"}], "labels[1].colour: 'red' does not match"),
    ],
)
def test_labels_that_cannot_be_used(
    labels: list[dict[str, str]], sentence: str, tmp_path: Path
) -> None:
    """A sentence names the file and what is wrong there; nothing is laid out."""
    (tmp_path / "labels.json").write_text(json.dumps({"labels": labels}))
    command = ["init", str(tmp_path / "c"), "--labels", str(tmp_path / "labels.json")]
    done = CliRunner().invoke(app, command)
    assert done.exception is not None
    assert str(done.exception).startswith(str(tmp_path / "labels.json"))
    assert sentence in str(done.exception)
    assert not (tmp_path / "c").exists()


def test_rules_are_refused_where_there_are_none(court_labels: Path, tmp_path: Path) -> None:
    """`--labels rule` is a sentence that names the labels; nobody gets news labels for a court."""
    run(tmp_path, "init", labels=court_labels)
    run(tmp_path, "ingest", "--licence", "CC0-1.0")
    run(tmp_path, "build")
    done = run(tmp_path, "cut")
    assert str(done.exception) == (
        f"{tmp_path / 'c'}: There are no rules for this corpus's labels (fact, issue, source, "
        "argument, analysis, ruling, label). Have the sentences answered in a round; rules exist "
        "for the news labels only."
    )


def run(tmp_path: Path, verb: str, *more: str, labels: Path | None = None) -> Any:
    """One verb on the corpus ``c``."""
    corpus, raw = str(tmp_path / "c"), tmp_path / "raw"
    raw.mkdir(exist_ok=True)
    (raw / "orr-lund.txt").write_text("Orr against Lund\nMrs Orr sold a boat. It leaked.\n")
    commands = {
        "init": ["init", corpus, "--labels", str(labels)],
        "ingest": ["ingest", str(raw), "--corpus", corpus],
        "build": ["build", "--corpus", corpus, "--workers", "1"],
        "cut": ["release", "cut", "1.0.0", "--labels", "rule", "--corpus", corpus],
    }
    return CliRunner().invoke(app, commands[verb])


def test_a_laid_out_corpus_has_no_finding_of_its_labels(court_labels: Path, tmp_path: Path) -> None:
    """Guidelines, label configs and labels.json agree, as `validate` sees them."""
    lay_out(tmp_path / "c", labels=court_labels)
    (tmp_path / "c" / "dataset" / "raw" / "articles.jsonl").write_text("")
    assert validate(tmp_path / "c", include=["schema-disagrees"]).counts == {}
