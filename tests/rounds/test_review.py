"""Reviewing a round: after a change of the guidelines, what it applies to is answered again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from answering import soon
from typer.testing import CliRunner

from copydesk.aggregate import aggregate
from copydesk.backends import codecs
from copydesk.build import build
from copydesk.cli.round import app
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import read_json
from copydesk.release.cut import Options as CutOptions
from copydesk.release.cut import cut
from copydesk.rounds.amend import add_articles, amend_round, replace_person, revise_guidelines
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.decisions import Decision, decide, decision_of, open_sentences
from copydesk.rounds.labelling import labelling
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.newest import outcome
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator, Plan
from copydesk.rounds.review import review
from copydesk.rounds.selection import Selection
from copydesk.validate import validate

LogAnswers = Callable[..., None]

# tram.003 is "It could fail again, the driver said.", mill.003 "The owner said it was old."
FIRST = {
    "mill.001": "bb",
    "mill.002": "bb",
    "mill.003": "cc",
    "tram.001": "bb",
    "tram.002": "bc",
    "tram.003": "ss",
}
SAID = {"rule": "What somebody said is a claim", "cues": ["said"]}
COULD = {"rule": "“Could” is capacity", "labels": ["speculation"], "cues": ["could"]}


def person(name: str) -> Annotator:
    """A person who answers through files."""
    return Annotator(annotator=name, kind="human", backend=FILES)


@pytest.fixture
def plan(corpus: Corpus, log_answers: LogAnswers) -> Plan:
    """A round of two people on six sentences, answered under version 1.0."""
    options = Options(
        round="r",
        annotators=(person("a1"), person("a2")),
        overlap=Overlap(base=2),
        selection=Selection(articles=("mill", "tram")),
        emails={"a1": "ann@example.org"},
    )
    made = new_round(corpus, options)
    log_answers(corpus, "r", ("a1", "a2"), FIRST)
    return made


def revise(corpus: Corpus, version: str, *rules: dict[str, Any], previous: str = "1.0") -> None:
    """Give the guidelines a new version, and say what it changed."""
    text = re.sub(r'version: "[0-9.]+"', f'version: "{version}"', corpus.guidelines.read_text())
    corpus.guidelines.write_text(text)
    path = corpus.annotations / "changes.json"
    known = json.loads(path.read_text())["versions"] if path.exists() else []
    known.append({"version": version, "previous": previous, "rules": list(rules)})
    path.write_text(json.dumps({"versions": known}))


def settle(corpus: Corpus, sentence: str, label: str, round_id: str = "r") -> None:
    """An adjudicator decides for a label."""
    decision = Decision(sentence_id=sentence, label=label, by="a9", by_kind="human", reason="So.")
    decide(corpus, round_id, [decision], via="file")


def labels(corpus: Corpus) -> dict[str, tuple[str, str]]:
    """Label and source of each sentence as a release would have them."""
    found = labelling(corpus, codecs=codecs())
    table = aggregate(found.answers, adjudications=found.adjudications)
    return {
        row["sentence_id"]: (row["label"], row["label_source"])
        for row in table.iter_rows(named=True)
    }


def test_a_rule_applies_by_label_and_by_words(corpus: Corpus, plan: Plan) -> None:
    """Labels and cues both have to fit; only answers under the older version are meant."""
    revise(corpus, "1.1", SAID, COULD)
    settle(corpus, "tram.002", "background")
    close(corpus, "r")
    found, made = review(corpus, "r", dry_run=True)
    assert made is None
    assert {key: [rule.rule for rule in rules] for key, rules in found.answers.items()} == {
        ("a1", "mill.003"): [SAID["rule"]],
        ("a2", "mill.003"): [SAID["rule"]],
        ("a1", "tram.003"): [SAID["rule"], COULD["rule"]],
        ("a2", "tram.003"): [SAID["rule"], COULD["rule"]],
    }
    assert (found.version, found.versions) == ("1.1", {"1.0": 12})
    assert not RoundFolder(corpus, "r-review").path.exists()


def test_the_newest_answers_make_the_label(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """Everyone gets their own affected answers again, and those count in a release."""
    settle(corpus, "tram.002", "background")
    close(corpus, "r")
    assert labels(corpus)["tram.003"] == ("speculation", "unanimous")
    revise(corpus, "1.1", COULD)
    _, made = review(corpus, "r")
    assert made is not None
    assert [(t.uid, t.annotators) for t in made.tasks] == [
        ("r-review.blind.tram.003", ("a1", "a2"))
    ]
    assert (made.guidelines_version, made.unit) == ("1.1", "sentence")
    people = json.loads(RoundFolder(corpus, "r-review").people.read_text())
    assert people == {"a1": "ann@example.org"}
    log_answers(corpus, "r-review", ("a1", "a2"), {"tram.003": "cc"}, at="2026-11-28T00:00:00Z")
    assert outcome(corpus, made) == (2, 2, 2)
    assert labels(corpus)["tram.003"] == ("speculation", "unanimous")
    done = close(corpus, "r-review")
    assert (done["answers"], done["sentences"]) == (2, 1)
    assert labels(corpus)["tram.003"] == ("claim", "unanimous")
    assert labels(corpus)["tram.002"] == ("background", "adjudicated")
    assert labelling(corpus, codecs=codecs()).answers.height == 14


def test_a_decision_on_answers_that_changed_is_open_again(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """Where the votes changed, or the rule is about the decision, somebody decides anew."""
    settle(corpus, "tram.002", "claim")
    close(corpus, "r")
    revise(corpus, "1.1", {"rule": "Claims", "labels": ["claim"]})
    found, _ = review(corpus, "r")
    # a1 said background there, but the decision was for claim.
    assert sorted(found.answers) == [
        (name, sentence) for name in ("a1", "a2") for sentence in ("mill.003", "tram.002")
    ]
    assert found.decisions == ("tram.002",)
    same = {"mill.003": "cc", "tram.002": "bc"}
    log_answers(corpus, "r-review", ("a1", "a2"), same, at="2026-11-28T00:00:00Z")
    (left,) = open_sentences(corpus, "r-review")
    assert (left.anchor.sentence_id, left.votes["claim"], left.votes["background"]) == (
        "tram.002",
        1,
        1,
    )
    settle(corpus, "tram.002", "background", "r-review")
    assert open_sentences(corpus, "r-review") == []
    close(corpus, "r-review")
    assert labels(corpus)["tram.002"] == ("background", "adjudicated")


def test_a_decision_on_answers_that_stayed_stands(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """An answer given again with the same label does not touch the decision."""
    settle(corpus, "tram.002", "background")
    close(corpus, "r")
    revise(corpus, "1.1", {"rule": "Claims", "labels": ["claim"]})
    review(corpus, "r")
    again = {"mill.003": "cc", "tram.002": "-c"}
    log_answers(corpus, "r-review", ("a1", "a2"), again, at="2026-11-28T00:00:00Z")
    assert open_sentences(corpus, "r-review") == []
    close(corpus, "r-review")
    assert labels(corpus)["tram.002"] == ("background", "adjudicated")


def test_an_open_round_is_reviewed_under_its_own_guidelines(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """The change is an amendment first; a sentence that the review settles is open no more."""
    revise(corpus, "1.1", {"rule": "Claims", "labels": ["claim"]})
    with pytest.raises(InputError, match=r"is open under version 1\.0 of the guidelines; they are"):
        review(corpus, "r")
    amend_round(corpus, "r", revise_guidelines, "Claims were unclear.")
    review(corpus, "r")
    assert [s.anchor.sentence_id for s in open_sentences(corpus, "r")] == ["tram.002"]
    again = {"mill.003": "cc", "tram.002": "-b"}
    log_answers(corpus, "r-review", ("a1", "a2"), again, at=soon())
    assert open_sentences(corpus, "r") == open_sentences(corpus, "r-review") == []
    with pytest.raises(InputError, match="'r-review' is a review of 'r' and is open"):
        review(corpus, "r")
    close(corpus, "r-review")
    found, again_plan = review(corpus, "r-review")
    assert (found.answers, again_plan) == ({}, None)


def test_a_second_review_asks_for_the_newest_answers(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """What the first review made a claim is meant by the rule on claims in the second."""
    settle(corpus, "tram.002", "background")
    close(corpus, "r")
    revise(corpus, "1.1", COULD)
    review(corpus, "r")
    log_answers(corpus, "r-review", ("a1", "a2"), {"tram.003": "cb"}, at="2026-11-28T00:00:00Z")
    settle(corpus, "tram.003", "claim", "r-review")
    close(corpus, "r-review")
    revise(corpus, "1.2", {"rule": "Speculation", "labels": ["speculation"]}, previous="1.1")
    assert review(corpus, "r")[1] is None
    revise(corpus, "1.3", {"rule": "Background", "labels": ["background"]}, previous="1.2")
    _, made = review(corpus, "r-review")
    assert made is not None
    assert (made.round, made.review and made.review.of) == ("r-review-2", "r")
    # All eight answers for background, a1's among them where the decision was for background.
    asked = {(who, task.sentence_id) for task in made.tasks for who in task.annotators}
    first = {(who, s) for s in ("mill.001", "mill.002", "tram.001") for who in ("a1", "a2")}
    assert asked == first | {("a1", "tram.002"), ("a2", "tram.002"), ("a2", "tram.003")}


def test_a_trial_counts_in_no_release_unless_it_is_named(corpus: Corpus, plan: Plan) -> None:
    """What copydesk.toml calls a trial is left out of a cut, with what it struck."""
    struck = decision_of("tram.002", "not-a-unit", by="a9", by_kind="human", reason="So.")
    decide(corpus, "r", [struck], via="file")
    close(corpus, "r")
    assert labelling(corpus, codecs=codecs()).rounds == ("r",)
    assert len(labelling(corpus, codecs=codecs()).struck) == 1
    config = corpus.root / "copydesk.toml"
    config.write_text(config.read_text() + '\n[rounds]\ntrials = ["r"]\n')
    found = labelling(Corpus(corpus.root), codecs=codecs())
    assert (found.rounds, found.answers.height, found.struck.height) == ((), 0, 0)
    assert labelling(Corpus(corpus.root), ["r"], codecs=codecs()).answers.height == 12


def test_who_has_left_is_not_asked(corpus: Corpus, plan: Plan) -> None:
    """The leaver's answers stay, and are counted."""
    amend_round(corpus, "r", replace_person("a2", person("a3")), "a2 has left.")
    settle(corpus, "tram.002", "background")
    close(corpus, "r")
    revise(corpus, "1.1", COULD)
    found, made = review(corpus, "r")
    assert (list(found.answers), found.left) == ([("a1", "tram.003")], (("a2", "tram.003"),))
    assert made is not None
    assert [a.annotator for a in made.annotators] == ["a1"]


def test_a_model_that_answered_on_a_server_is_asked_through_files(
    corpus: Corpus, plan: Plan
) -> None:
    """Plans of older rounds may have a model on Label Studio; the follow-up round needs none."""
    path = corpus.annotations / "rounds" / "r" / "round.json"
    document = read_json(path)
    for who in document["annotators"]:
        who.update(backend="labelstudio", kind="model")
    path.write_text(json.dumps(document), encoding="utf-8")
    RoundFolder(corpus, "r").push_log.unlink(missing_ok=True)
    revise(corpus, "1.1", COULD)
    amend_round(corpus, "r", revise_guidelines, "Rule 3 was unclear.")
    _, made = review(corpus, "r")
    assert made is not None
    assert {a.backend for a in made.annotators} == {FILES}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"versions": []}, r"\$\.versions: \[\] should be non-empty"),
        (
            {"versions": [{"version": "1.1", "previous": "1.0", "rules": [{"rule": "x"}]}]},
            r"\$\.versions\[0\]\.rules\[0\]",
        ),
        (
            {
                "versions": [
                    {
                        "version": "1.1",
                        "previous": "1.0",
                        "rules": [{"rule": "x", "labels": ["rumour"]}],
                    }
                ]
            },
            "The rule 'x' names 'rumour', which is not a label",
        ),
        (
            {
                "versions": [
                    {"version": "1.0", "previous": "0.9", "rules": []},
                    {"version": "1.1", "previous": "0.8", "rules": []},
                ]
            },
            "Version 1.1 follows 0.8, but the version before it is 1.0",
        ),
        (
            {"versions": [{"version": "1.2", "previous": "1.1", "rules": []}]},
            "does not say what changed from version 1.0 of the guidelines to version 1.1",
        ),
    ],
)
def test_a_list_of_changes_that_cannot_be_used_is_refused(
    corpus: Corpus, plan: Plan, document: object, sentence: str
) -> None:
    """Nothing is planned from a list that breaks its schema or leaves a version out."""
    settle(corpus, "tram.002", "background")
    close(corpus, "r")
    revise(corpus, "1.1")
    (corpus.annotations / "changes.json").write_text(json.dumps(document))
    with pytest.raises(InputError, match=sentence):
        review(corpus, "r")


def test_no_list_of_changes_is_said(corpus: Corpus, plan: Plan, tmp_path: Path) -> None:
    """The sentence names the file."""
    settle(corpus, "tram.002", "background")
    close(corpus, "r")
    revise(corpus, "1.1")
    (corpus.annotations / "changes.json").unlink()
    with pytest.raises(InputError, match=r"changes\.json: There is no list of what each version"):
        review(corpus, "r")


def test_the_verb_says_what_it_planned(corpus: Corpus, plan: Plan) -> None:
    """Rules with their counts on stderr, JSON on stdout."""
    settle(corpus, "tram.002", "background")
    close(corpus, "r")
    revise(corpus, "1.1", COULD)
    done = CliRunner().invoke(
        app, ["review", "r", "--json", "--corpus", str(corpus.root)], catch_exceptions=False
    )
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert (document["round"], document["rules"]) == ("r-review", {COULD["rule"]: 2})
    assert "2 answers to be given again: “Could” is capacity" in done.stderr
    assert "Next: copydesk round push r-review" in done.stderr


def test_a_change_of_the_guidelines_is_never_silent(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """Status and pull say that they changed, and then which answers were given under which."""

    def say(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--corpus", str(corpus.root)])
        return done.stdout + done.stderr

    assert "version" not in say("status", "r", "--offline")
    revise(corpus, "1.1", COULD)
    changed = (
        "The guidelines were changed (they are now version 1.1) and do not apply to this round "
        "yet: copydesk round amend r --guidelines --reason …"
    )
    assert changed in say("status", "r", "--offline")
    assert changed in say("pull", "r")
    amend_round(corpus, "r", revise_guidelines, "“Could” was unclear.")
    log_answers(corpus, "r", ("a1",), {"tram.003": "c"}, at=soon())
    held = "Answers by version of the guidelines: 11 under 1.0, 1 under 1.1."
    assert held in say("pull", "r")
    shown = say("status", "r", "--offline")
    assert held in shown
    assert ": guidelines. “Could” was unclear." in shown
    review(corpus, "r")
    log_answers(corpus, "r-review", ("a2",), {"tram.003": "c"}, at=soon())
    assert "Answers given again: 1 of 1, 1 with another label." in say(
        "status", "r-review", "--offline"
    )


def test_a_release_says_what_was_amended_flagged_doubted_and_given_again(
    corpus: Corpus, plan: Plan, log_answers: LogAnswers
) -> None:
    """Its card counts them, and a validation names the doubt."""
    line = {"sentence_id": "tram.002", "label": "background", "flag": "unsure"}
    with (RoundFolder(corpus, "r").private / "a2" / "answers.jsonl").open("a") as stream:
        stream.write(json.dumps(line | {"at": "2026-01-02T00:00:00Z"}) + "\n")
    log_answers(corpus, "r", (), {})
    revise(corpus, "1.1", COULD)
    amend_round(corpus, "r", revise_guidelines, "“Could” was unclear.")
    amend_round(corpus, "r", add_articles(["weir"]), "More of the river.")
    close(corpus, "r", despite="The river dried up.")
    review(corpus, "r")
    log_answers(corpus, "r-review", ("a1", "a2"), {"tram.003": "cs"}, at="2026-02-01T00:00:00Z")
    settle(corpus, "tram.003", "claim", "r-review")
    close(corpus, "r-review")
    build(corpus, workers=1)
    cut(corpus, CutOptions(version="1.0.0", created=datetime.now(UTC)))
    (note,) = read_json(corpus.releases / "1.0.0" / "release.json")["notes"]
    assert [one["event"] for one in note["amendments"]] == ["guidelines", "articles"]
    assert (note["flags"], note["despite"]) == ({"unsure": 1}, "The river dried up.")
    card = (corpus.dataset / "README.md").read_text()
    for words in (
        "2 answers were given again after the guidelines changed, 1 of them with another label.",
        "- Round `r` was amended on",
        "(articles): More of the river.",
        "- Flags in round `r`: `unsure` 1.",
        "- Round `r` was closed although 2 of 6 answers are missing (The river dried up.).",
    ):
        assert words in card
    found = validate(corpus.root, today=date(2030, 12, 1))
    (doubt,) = [f for f in found.findings if f.rule == "round-in-doubt"]
    assert doubt.message == (
        "The round 'r' was closed although 2 of 6 answers are missing (The river dried up.)."
    )
    assert [f.message for f in found.findings if f.rule == "source-disagrees"] == []
    assert [f.message for f in found.findings if f.rule == "card-disagrees"] == []
