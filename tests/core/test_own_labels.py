"""Labels belong to the corpus: `init --labels` lays out a corpus for any scheme of 2 to 20."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from copydesk.cli.main import app
from copydesk.contract.labels import NEWS
from copydesk.corpus import Corpus
from copydesk.rooms import annotations_dir
from copydesk.scaffold import lay_out
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


def test_labels_written_by_hand_take_the_form_of_the_contract(tmp_path: Path) -> None:
    """Colours in upper case and a meaning without its full stop are taken; a title is one line."""
    written = [
        {"name": "rain", "hotkey": "r", "colour": "#0072B2", "meaning": "It says that it rains"},
        {"name": "sun", "hotkey": "s", "colour": "#E69F00", "meaning": "Does it say: sun?"},
    ]
    (tmp_path / "labels.json").write_text(json.dumps({"labels": written}))
    corpus = lay_out(tmp_path / "c", title='The "old"\nmill\x07', labels=tmp_path / "labels.json")
    assert [(one.colour, one.meaning) for one in corpus.scheme.labels] == [
        ("#0072b2", "It says that it rains."),
        ("#e69f00", "Does it say: sun?"),
    ]
    assert corpus.config["corpus"]["title"] == 'The "old" mill'


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
            "labels[1].name: 'The issue' does not match '^[a-z][a-z0-9_-]{0,31}$'. A name is a "
            "lower-case letter and at most 31 more lower-case letters, digits, '-' or '_'; ",
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


def written(name: str, number: int) -> str:
    """A judgment of three sentences."""
    return (
        f"Orr against Lund, number {number}\n"
        f"Mrs Orr sold boat {name} to Mr Lund in spring {1900 + number}.\n"
        f"May the seller of {name} keep silent about leak {number}?\n"
        f"The Harbour Act of {1800 + number} forbids it, and {name} must be taken back.\n"
    )


def answers(corpus: Corpus, annotator: str) -> None:
    """Answers of one annotator: fact, issue, ruling; the third one reads the last otherwise."""
    given = {".001": "label", ".002": "fact", ".003": "issue", ".004": "ruling"}
    room = corpus.private / "rounds" / "one" / annotator
    lines = []
    for task in (room / "tasks.jsonl").read_text().splitlines():
        for sentence in json.loads(task)["sentences"]:
            name = sentence["sentence_id"]
            label = given[name[-4:]]
            if name == "mill.004":
                label = {"a-1": "source", "a-2": "analysis", "a-3": "argument"}[annotator]
            lines.append(json.dumps({"sentence_id": name, "label": label}))
    (room / "answers.jsonl").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus with the seven labels and a release, made with nothing but the command line."""
    home = tmp_path_factory.mktemp("court")
    (home / "labels.json").write_text(json.dumps({"labels": COURT}))
    (home / "raw").mkdir()
    for number, name in enumerate(("boat", "mill", "shed", "cart", "barn"), start=1):
        (home / "raw" / f"{name}.txt").write_text(written(name, number))
    corpus = Corpus(home / "corpus")
    people = [f"--annotator=a-{n}" for n in (1, 2, 3)]
    decision = {"sentence_id": "mill.004", "label": "ruling", "reason": "The Act decides."}
    (home / "decided.jsonl").write_text(json.dumps(decision) + "\n")
    verb("init", str(corpus.root), "--labels", str(home / "labels.json"))
    verb("ingest", str(home / "raw"), "--licence", "CC0-1.0", at=corpus)
    verb("build", at=corpus)
    verb("round", "new", "one", "--backend", "files", "--overlap", "3", *people, at=corpus)
    verb("round", "push", "one", at=corpus)
    for n in (1, 2, 3):
        answers(corpus, f"a-{n}")
    verb("round", "pull", "one", at=corpus)
    verb("round", "agree", "one", at=corpus)
    verb(
        "round",
        "adjudicate",
        "one",
        "--by",
        "j-1",
        "--file",
        str(home / "decided.jsonl"),
        at=corpus,
    )
    verb("round", "close", "one", at=corpus)
    # One sentence has three answers: with twenty sentences that is below the threshold of a label.
    with (corpus.root / "copydesk.toml").open("a") as config:
        config.write(WAIVER)
    verb("release", "cut", "1.0.0", at=corpus)
    return corpus


WAIVER = f"""
[[waivers]]
rule = "agreement-below-threshold"
reason = "One sentence of twenty was answered in three ways, for the test."
until = {date.today() + timedelta(days=200)}
"""


def verb(*command: str, at: Corpus | None = None) -> str:
    """Run a verb, which must not fail; what it printed for people."""
    done = CliRunner().invoke(app, [*command, *(["--corpus", str(at.root)] if at else [])])
    assert done.exit_code == 0, (command, done.output, done.exception)
    return done.stderr


def test_a_release_whose_annotators_agree_too_little_is_refused(court: Corpus) -> None:
    """What `validate` would find is said before anything is written, and can be waived."""
    config = court.root / "copydesk.toml"
    waived = config.read_text()
    config.write_text(waived.replace(WAIVER, ""))
    cut = ["release", "cut", "1.0.1", "--dry-run", "--corpus", str(court.root)]
    done = CliRunner().invoke(app, cut)
    far = str(date.today() + timedelta(days=200))
    config.write_text(waived.replace(far, str(date.today() + timedelta(days=400))))
    too_long = CliRunner().invoke(app, cut)
    config.write_text(waived)
    assert str(too_long.exception) == str(done.exception)
    # "source" is 1 of 60 answers: alpha is 1 - (2 / 60) / (2 * 1 * 59 / (60 * 59)).
    assert "alpha of 'source' in the round 'one' is 0.000 (95 % interval" in str(done.exception)
    assert "20 sentences, 60 answers), below 0.667. Clarify the guidelines" in str(done.exception)
    assert CliRunner().invoke(app, cut).exit_code == 0


def test_a_release_of_seven_labels_is_valid(court: Corpus) -> None:
    """The whole corpus is judged, and its manifest names the labels with numbers, keys, colours."""
    assert validate(court.root).counts == {}
    manifest = json.loads((court.releases / "1.0.0" / "release.json").read_text())
    assert manifest["scheme"] == {"labels": COURT}
    assert manifest["schema_version"] == "1.1"


def test_a_release_of_seven_labels_loads(court: Corpus, tmp_path: Path) -> None:
    """`load_dataset` gives the seven names and votes for each; the disputed one is adjudicated."""
    from datasets import load_dataset

    data = load_dataset(str(court.dataset), cache_dir=str(tmp_path))
    names = [label["name"] for label in COURT]
    rows = [row for split in data.values() for row in split]
    assert next(iter(data.values())).features["label"].names == names
    assert len(rows) == 20
    (mill,) = [row for row in rows if row["sentence_id"] == "mill.004"]
    assert (names[mill["label"]], mill["label_source"]) == ("ruling", "adjudicated")
    assert mill["votes"] == dict.fromkeys(names, 0) | {"source": 1, "argument": 1, "analysis": 1}


def test_a_release_of_seven_labels_is_described(court: Corpus, tmp_path: Path) -> None:
    """Card, agreement, difference and pages are of these labels, with none of the news."""
    card = (court.dataset / "README.md").read_text()
    assert "| 2 | `source` | The sentence cites a statute or an earlier judgment. |" in card
    report = json.loads((court.rounds / "one" / "report.json").read_text())
    assert set(report["per_label"]) == {label["name"] for label in COURT}
    told = CliRunner().invoke(
        app, ["release", "diff", "1.0.0", "1.0.0", "--corpus", str(court.root)]
    )
    assert told.exit_code == 0
    assert "(PATCH)" in told.stdout
    verb("explore", str(court.root), "--out", str(tmp_path / "pages"))
    pages = "".join(p.read_text() for p in (tmp_path / "pages").rglob("*.html"))
    assert "#56b4e9" in pages
    for text in (card, pages):
        assert "speculation" not in text


@pytest.mark.long
def test_a_label_more_is_a_major_version(court: Corpus, tmp_path: Path) -> None:
    """The older release keeps its seven labels; the next one has eight and says so."""
    import shutil

    corpus = Corpus(Path(shutil.copytree(court.root, tmp_path / "corpus")))
    eighth = {"name": "costs", "hotkey": "c", "colour": "#999933", "meaning": "Who pays, it says."}
    path = corpus.root / "schema" / "labels.json"
    path.write_text(json.dumps({"labels": [*COURT, eighth]}))
    verb("build", at=corpus)
    done = CliRunner().invoke(app, ["release", "cut", "1.1.0", "--corpus", str(corpus.root)])
    assert "Version 1.1.0 is too small: the changes since 1.0.0 require at least 2.0.0." in str(
        done.exception
    )
    verb("release", "cut", "2.0.0", at=corpus)
    told = (corpus.dataset / "CHANGES.md").read_text()
    assert "MAJOR: sentences, columns with another type: 2 (`label`, `votes`)" in told
    older = validate(corpus.releases / "1.0.0", severity="error", level=3)
    assert older.counts == {}
    newer = validate(corpus.releases / "2.0.0", exclude=["agreement-below-threshold"])
    assert newer.counts == {}
