"""A suggester serves wherever suggestions do, and is named wherever it has served."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.release.contents import Contents
from copydesk.release.cut import Options, cut
from copydesk.release.verify import verify
from copydesk.rounds.amend import add_articles, amend_round
from copydesk.rounds.choose import Overlap
from copydesk.rounds.new import Options as RoundOptions
from copydesk.rounds.new import new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator, Plan, read_plan
from copydesk.rounds.selection import Selection
from copydesk.suggester.asking import ask, doubt, find, spread
from copydesk.validate import validate

CREATED = datetime(2026, 5, 1, tzinfo=UTC)


def _run(corpus: Corpus, *call: str) -> Any:
    return CliRunner().invoke(app, [*call, "--corpus", str(corpus.root)])


def _guesses(corpus: Corpus) -> dict[str, str]:
    from copydesk.build import read_built

    articles = read_built(corpus, "articles").iter_rows(named=True)
    return dict(ask(find(corpus, "desk"), articles).select("sentence_id", "label").iter_rows())


def test_prelabel(stories: Corpus) -> None:
    """Each sentence has the suggester's label, its probability, and who says it."""
    lines = [json.loads(line) for line in _run(stories, *PRELABEL).stdout.splitlines()]
    annotator = find(stories, "desk").weights.annotator
    assert {line["sentence_id"]: line["label"] for line in lines} == _guesses(stories)
    assert {line["annotator"] for line in lines} == {annotator}
    assert all(0.25 <= line["probability"] <= 1 for line in lines)
    by_path = _run(stories, "prelabel", "--suggester", str(stories.suggester_path("desk")))
    assert [json.loads(line) for line in by_path.stdout.splitlines()] == lines


PRELABEL = ("prelabel", "--suggester", "desk")


@pytest.mark.long
def test_a_release_labelled_by_it(stories: Corpus) -> None:
    """Every row names the suggester and its digest, the card says a model labelled, and the
    release is valid and can be made again.
    """
    done = _run(stories, "release", "cut", "2.0.0", "--labels", "desk", "--created", "2026-05-01")
    assert done.exit_code == 0, done.output
    contents = Contents.read(stories.releases / "2.0.0")
    weights = find(stories, "desk").weights
    assert contents.manifest["labels"] == "model"
    assert contents.manifest["suggester"] == {
        "name": "desk",
        "sha256": weights.digest,
        "corpus": "corpus",
        "sentences": 19,
        "annotators": {"human": 3},
    }
    assert contents.manifest["annotators"] == {weights.annotator: "model"}
    rows = contents.frame("annotations")
    assert set(rows["annotator"]) == {f"desk-{weights.digest[:12]}"}
    assert set(rows["annotator_kind"]) == {"model"}
    names = contents.labels("annotations")
    said = {row["sentence_id"]: names[row["label"]] for row in rows.iter_rows(named=True)}
    assert said == _guesses(stories)
    card = (stories.dataset / "README.md").read_text(encoding="utf-8")
    assert "**Every label was suggested by a trained model, not by a person:**" in card
    assert f"The model is the suggester `desk` (SHA-256 `{weights.digest}`), which learnt" in card
    assert "19 sentences of the corpus `corpus` labelled by 3 people." in card
    found = [f for f in validate(stories.root).findings if f.severity == "error"]
    assert found == []
    assert verify(stories, "2.0.0").differing == ()


def test_a_release_whose_suggester_is_gone(stories: Corpus) -> None:
    """It cannot be made again by another of the same name, and that is said."""
    cut(stories, Options(version="2.0.0", created=CREATED, labels="desk"))
    path = stories.suggester_path("desk")
    was = find(stories, "desk").weights.annotator
    call = ("suggester", "train", "--name", "desk", "--round", "r1", "--replace")
    assert _run(stories, *call).exit_code == 0
    now = find(stories, "desk").weights.annotator
    with pytest.raises(InputError) as caught:
        verify(stories, "2.0.0")
    assert str(caught.value) == (
        f"{path}: This is '{now}', and not '{was}' of release 2.0.0. Restore its file: no other "
        "suggester can make these suggestions."
    )
    path.unlink()
    with pytest.raises(InputError, match=f"The suggester '{was}' of release 2.0.0 is not here"):
        verify(stories, "2.0.0")


def test_no_such_labels(stories: Corpus) -> None:
    """A name that is neither a source of labels nor a suggester is refused, a path too."""
    for name in ("gold", "../desk"):
        with pytest.raises(InputError) as caught:
            cut(stories, Options(version="2.0.0", created=CREATED, labels=name))
        assert str(caught.value) == (
            f"{stories.annotations / 'suggesters'}: There are no labels '{name}': it is neither "
            "'rounds' nor 'rule', and this corpus has no suggester of that name. Train one with "
            "'copydesk suggester train --name NAME'."
        )


def _forge(corpus: Corpus, **change: Any) -> set[str]:
    path = corpus.releases / "2.0.0" / "release.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}), encoding="utf-8")
    return {finding.message for finding in validate(corpus.dataset).findings}


@pytest.mark.long
def test_a_release_that_hides_its_suggester(stories: Corpus) -> None:
    """Labels by a model cannot be passed off as those of rounds, nor as another model's."""
    cut(stories, Options(version="2.0.0", created=CREATED, labels="desk"))
    said = json.loads((stories.releases / "2.0.0" / "release.json").read_text())
    annotator = find(stories, "desk").weights.annotator
    assert "'labels' is rounds, and a suggester is named only where it is 'model'." in _forge(
        stories, labels="rounds"
    )
    other = {**said["suggester"], "sha256": "0" * 64}
    assert (
        f"The suggester is 'desk-000000000000', but the answers are by {{'{annotator}': 'model'}}."
        in _forge(stories, labels="model", suggester=other)
    )


def _plan(corpus: Corpus, **options: Any) -> Plan:
    return new_round(
        corpus,
        RoundOptions(
            round="next",
            annotators=(Annotator(annotator="a1", kind="human", backend=FILES),),
            overlap=Overlap(base=1),
            **options,
        ),
    )


def test_the_suggested_arm(stories: Corpus) -> None:
    """The plan's suggestions are the suggester's, it names it, and it reads back the same."""
    plan = _plan(stories, suggested_share=1.0, suggester=find(stories, "desk"))
    assert plan.suggester == find(stories, "desk").weights.annotator
    assert {a.sentence_id: a.suggestion for _, a in plan.anchors()} == _guesses(stories)
    assert read_plan(RoundFolder(stories, "next")) == plan


def test_articles_that_are_added(stories: Corpus) -> None:
    """An amendment asks the same suggester, and no other of its name."""
    selection = Selection(articles=("mill-day",))
    model = find(stories, "desk")
    _plan(stories, suggested_share=1.0, suggester=model, selection=selection)
    amend_round(stories, "next", add_articles(["ferry-day"]), "more")
    plan = read_plan(RoundFolder(stories, "next"))
    guesses = _guesses(stories)
    assert {a.sentence_id: a.suggestion for _, a in plan.anchors()} == {
        name: label for name, label in guesses.items() if name.startswith(("mill-", "ferry-"))
    }
    stories.suggester_path("desk").unlink()
    with pytest.raises(
        InputError, match=f"'{model.weights.annotator}' of round 'next' is not here"
    ):
        amend_round(stories, "next", add_articles(["bridge-day"]), "more")


def test_the_order_uncertain(stories: Corpus) -> None:
    """The article of which the suggester is least sure comes first, one of each event in turn."""
    from copydesk.build import read_built

    articles = read_built(stories, "articles")
    margins: dict[str, list[float]] = {}
    for name, margin in (
        ask(find(stories, "desk"), articles.iter_rows(named=True))
        .select("sentence_id", "margin")
        .iter_rows()
    ):
        margins.setdefault(name.rpartition(".")[0], []).append(margin)
    expected = spread(doubt(margins), dict(articles.select("article_id", "event").iter_rows()))
    plan = _plan(stories, suggester=find(stories, "desk"), selection=Selection(order="uncertain"))
    assert [article.article_id for article in plan.articles] == expected
    assert {name.partition("-")[0] for name in expected[:-1]} == {
        *("bridge", "ferry", "kept", "mill", "orchard")
    }


def test_uncertain_without_a_suggester(stories: Corpus) -> None:
    """The order cannot be made without somebody to ask."""
    with pytest.raises(InputError) as caught:
        _plan(stories, selection=Selection(order="uncertain"))
    assert str(caught.value) == (
        "The order 'uncertain' asks a suggester. Name one with --suggester."
    )


def test_another_scheme(stories: Corpus) -> None:
    """A suggester for the news labels is of no use to a corpus with others."""
    labels = json.loads((stories.root / "schema" / "labels.json").read_text())
    labels["labels"][0]["name"] = "speech"
    (stories.root / "schema" / "labels.json").write_text(json.dumps(labels))
    done = _run(stories, "round", "new", "x", "--annotator", "a1", "--suggester", "desk")
    assert str(done.exception).startswith("The suggester 'desk' is for other labels (quote,")


def test_doubt_and_spread() -> None:
    """By hand: the mean doubt of a and b is 0.3 over six sentences.

    Of a, four sentences of doubt 0.2: (0.8 + 3) / 14; of b, two of 0.5: (1 + 3) / 12.
    """
    found = doubt({"a": [0.8] * 4, "b": [0.5] * 2})
    assert found == pytest.approx({"a": 3.8 / 14, "b": 4 / 12})
    doubts = {"a1": 0.9, "a2": 0.8, "b1": 0.5, "a3": 0.7, "c1": 0.6}
    events = {name: name[0] for name in doubts}
    assert spread(doubts, events) == ["a1", "c1", "b1", "a2", "a3"]


def test_suspects(stories: Corpus, tmp_path: Path) -> None:
    """A file of suspects is a queue for adjudication, until each is decided."""
    queue = tmp_path / "suspects.jsonl"
    names = ["mill-day.003", "bridge-day.002"]
    queue.write_text("".join(json.dumps({"sentence_id": name}) + "\n" for name in names))
    call = ("round", "adjudicate", "r1", "--suspects", str(queue))
    before = {line.partition("\t")[0] for line in _run(stories, *call[:3]).stdout.splitlines()}
    after = {line.partition("\t")[0] for line in _run(stories, *call).stdout.splitlines()}
    assert after - before == set(names)
    queue.write_text("{}\n")
    assert str(_run(stories, *call).exception).startswith(
        f"{queue}:1: This line names no sentence_id."
    )
