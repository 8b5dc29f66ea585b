"""What a suggester learns from: rounds and releases, and what rights leave out."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.errors import IntegrityError
from copydesk.release.contents import Contents
from copydesk.release.material import of_release, of_rounds
from copydesk.suggester import read_weights


def _allow(corpus: Corpus) -> None:
    path = corpus.root / "copydesk.toml"
    text = path.read_text(encoding="utf-8")
    assert "[rights]" in text
    path.write_text(text.replace("[rights]", "[rights]\ntrain = true"), encoding="utf-8")


@pytest.mark.long
def test_rounds(stories: Corpus) -> None:
    """The answers of all rounds are the lessons, without the article whose text is withheld."""
    found = of_rounds(stories)
    assert sorted(lesson.article_id for lesson in found.lessons) == [
        *("bridge-day", "bridge-wire", "ferry-day", "mill-day", "orchard-day"),
    ]
    assert [source["name"] for source in found.data["source"]] == ["r1", "r2"]
    assert found.data["left_out"] == {"withheld_articles": 1, "withheld_sentences": 3}
    assert found.data["withheld"] == 0
    only = of_rounds(stories, ["r2"])
    assert [lesson.article_id for lesson in only.lessons] == ["orchard-day"]


def test_a_release(stories: Corpus) -> None:
    """A release teaches the same as the rounds that it was cut from."""
    by_rounds = of_rounds(stories)
    contents = Contents.read(stories.releases / "1.1.0")
    by_release = of_release(contents, stories)
    assert {lesson.article_id: dict(lesson.labels) for lesson in by_release.lessons} == {
        lesson.article_id: dict(lesson.labels) for lesson in by_rounds.lessons
    }
    assert by_release.data["left_out"] == by_rounds.data["left_out"]
    assert by_release.data["annotators"] == by_rounds.data["annotators"]


def test_withheld_text_where_it_may_be_used(stories: Corpus) -> None:
    """With ``train = true`` the withheld article is a lesson too, and is counted as withheld."""
    _allow(stories)
    contents = Contents.read(stories.releases / "1.1.0")
    for found in (of_rounds(stories), of_release(contents, stories)):
        assert "kept-day" in {lesson.article_id for lesson in found.lessons}
        assert found.data["left_out"] == {}
        assert found.data["withheld"] == 1
    assert len(of_release(contents).lessons) == 5, "without its corpus nobody knows the rights"


def test_a_forged_log_teaches_nothing(stories: Corpus) -> None:
    """Answers that the archives contradict are refused, as in a cut."""
    log = stories.rounds / "r1" / "annotations.jsonl"
    text = log.read_text(encoding="utf-8")
    log.write_text(text.replace('"label":"quote"', '"label":"claim"', 1), encoding="utf-8")
    with pytest.raises(IntegrityError):
        of_rounds(stories)


def test_the_command(stories: Corpus) -> None:
    """It writes weights and card, says what it left out, and writes over nothing unasked."""
    run = CliRunner().invoke
    call = ["suggester", "train", "--name", "own", "--corpus", str(stories.root)]
    done = run(app, call)
    assert done.exit_code == 0, done.output
    path = stories.annotations / "suggesters" / "own.suggester"
    weights = read_weights(path)
    assert (
        "Left out: 3 sentences of 1 article whose text is withheld; [rights] train" in done.stderr
    )
    assert f"Suggester {weights.annotator} is in {path}, its card beside it." in done.stderr
    card = path.with_suffix(".md").read_text(encoding="utf-8")
    assert f"SHA-256 `{weights.digest}`" in card
    assert "| rules |" in card
    assert run(app, call).exit_code == 0, "the same suggester is no other"

    other = run(app, [*call, "--release", "1.0.0"])
    assert isinstance(other.exception, Exception)
    assert "Another suggester is there" in str(other.exception)
    assert read_weights(path).digest == weights.digest
    assert run(app, [*call, "--release", "1.0.0", "--replace"]).exit_code == 0
    assert read_weights(path).digest != weights.digest


def test_rounds_and_a_release(stories: Corpus) -> None:
    """One suggester learns from one or the other."""
    call = ["suggester", "train", "--round", "r1", "--release", "1.0.0"]
    done = CliRunner().invoke(app, [*call, "--corpus", str(stories.root)])
    assert str(done.exception) == (
        "A suggester learns from rounds or from a release, not from both. Leave --round or "
        "--release out."
    )
