"""Planning: what is chosen, what is written, what is refused."""

from __future__ import annotations

import dataclasses
import json
import re
import stat
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from copydesk.backends.labelstudio.projects import title
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.files import dump_json
from copydesk.rounds.choose import Overlap
from copydesk.rounds.log import Answer, append, compare, read_log
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Annotator, read_plan
from copydesk.rounds.selection import Selection, choose_articles, disagreement
from copydesk.rounds.streams import streams

PEOPLE = tuple(Annotator(annotator=name, kind="model") for name in ("anna", "ben"))


def options(name: str = "first", **fields: object) -> Options:
    """A round of two annotators with addresses, both to answer everything."""
    emails = {"anna": "anna@example.org", "ben": "ben@example.org"}
    basics = Options(round=name, annotators=PEOPLE, emails=emails)
    return dataclasses.replace(basics, **fields)  # type: ignore[arg-type]  # any field may be given


def log(corpus: Corpus, name: str, labels: dict[str, str]) -> None:
    """Let anna answer sentences in a round, as a pull would have logged it."""
    folder = RoundFolder(corpus, name)
    answers = {
        ("anna", sentence): Answer(
            annotator="anna",
            sentence_id=sentence,
            arm="blind",
            label=label,
            created_at="2026-01-01T00:00:00Z",
            lead_time_s=None,
            source=1,
        )
        for sentence, label in labels.items()
    }
    append(folder.annotations, compare(read_log(folder.annotations), answers), "p")


def test_the_plan_that_is_read_is_the_plan_that_was_made(corpus: Corpus) -> None:
    """round.json holds the whole plan: reading it gives an equal one."""
    plan = new_round(corpus, options(suggested_share=0.5, shared=True))
    assert read_plan(RoundFolder(corpus, "first")) == plan


@pytest.mark.parametrize("offset", ["3.0", "1e300", "9" * 30])
def test_a_plan_whose_offsets_are_no_integers_is_refused(corpus: Corpus, offset: str) -> None:
    """JSON Schema takes 3.0 and 1e300 for integers; no text can be cut there."""
    new_round(corpus, options())
    folder = RoundFolder(corpus, "first")
    edited = re.sub(r'"end": \d+', f'"end": {offset}', folder.plan.read_text(), count=1)
    folder.plan.write_text(edited)
    with pytest.raises(InputError) as caught:
        read_plan(folder)
    assert caught.value.message == "This is not a plan."
    assert caught.value.hint == "Restore it from version control or a backup."


def test_a_plan_holds_no_text_and_no_address(corpus: Corpus) -> None:
    """What is published of a plan are ids, offsets, hashes and pseudonyms."""
    new_round(corpus, options())
    written = "".join(p.read_text() for p in RoundFolder(corpus, "first").path.iterdir())
    for article in corpus.articles():
        for line in corpus.text(article).splitlines():
            assert line not in written
    assert "example.org" not in written


def test_addresses_are_kept_privately(corpus: Corpus) -> None:
    """Who stands behind a pseudonym is readable by the owner of a private file alone."""
    new_round(corpus, options())
    path = RoundFolder(corpus, "first").people
    assert json.loads(path.read_text()) == {"anna": "anna@example.org", "ben": "ben@example.org"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("name", "email", "sentence"),
    [
        ("Anna B", "anna@example.org", "'Anna B' cannot be a pseudonym."),
        ("anna", "anna.example.org", "anna: 'anna.example.org' is not an e-mail address."),
        ("anna", "anna@", "anna: 'anna@' is not an e-mail address."),
        ("anna", "anna@example.org ben", "anna: 'anna@example.org ben' is not an e-mail address."),
    ],
)
def test_a_name_or_an_address_that_is_none_is_refused(
    corpus: Corpus, name: str, email: str, sentence: str
) -> None:
    """What cannot be a pseudonym or an address is said before anything is written."""
    people = (Annotator(annotator=name, kind="human"),)
    asked = options(annotators=people, emails={name: email}, overlap=Overlap(base=1))
    with pytest.raises(InputError) as refused:
        new_round(corpus, asked)
    assert str(refused.value).startswith(sentence)
    assert not RoundFolder(corpus, "first").private.exists()


def test_the_same_options_make_the_same_plan(corpus: Corpus) -> None:
    """But for its time, a plan depends on nothing but the corpus and the options."""
    one = new_round(corpus, options("one", seed="s", suggested_share=0.5))
    two = new_round(corpus, options("two", seed="s", suggested_share=0.5))
    assert one.articles == two.articles
    arms = [[(t.article_id, t.arm, t.annotators) for t in plan.tasks] for plan in (one, two)]
    assert arms[0] == arms[1]


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        (Selection(), {"harbour", "mill", "tram", "weir"}),
        (Selection(events=("mill-event", "tram-event")), {"mill", "tram"}),
        (Selection(articles=("weir",)), {"weir"}),
        (Selection(events=("mill-event",), articles=("weir", "mill")), {"mill"}),
    ],
)
def test_articles_are_chosen_by_what_they_are(
    corpus: Corpus, selection: Selection, wanted: set[str]
) -> None:
    """Events, collections and names narrow the choice together."""
    assert {a.article_id for a in choose_articles(corpus, selection, "s")} == wanted


def test_an_article_without_its_text_is_left_out_unless_it_was_asked_for(corpus: Corpus) -> None:
    """As in a clone, which lacks withheld texts: the others can be answered."""
    articles = {a.article_id: a for a in corpus.articles()}
    corpus.texts.path(articles["mill"]).unlink()
    chosen = choose_articles(corpus, Selection(), "s")
    assert {a.article_id for a in chosen} == {"harbour", "tram", "weir"}
    with pytest.raises(InputError, match=r"The text of 'mill' is not here\."):
        new_round(corpus, options("s", selection=Selection(articles=("mill", "weir"))))
    with pytest.raises(InputError, match=r"^No text is here of the articles that fit"):
        choose_articles(corpus, Selection(events=("mill-event",)), "s")


def test_unlabelled_articles_come_first(corpus: Corpus) -> None:
    """Articles that a round has answers to come after those that none has."""
    new_round(corpus, options("old"))
    log(corpus, "old", {"mill.001": "quote", "tram.001": "quote"})
    chosen = choose_articles(corpus, Selection(order="unlabelled"), "s")
    assert {a.article_id for a in chosen[:2]} == {"harbour", "weir"}
    assert {a.article_id for a in chosen[2:]} == {"mill", "tram"}


def test_articles_where_models_contradict_the_rules_come_first(corpus: Corpus) -> None:
    """Ordered by the share of models' answers that differ; articles without any are left out."""
    plan = new_round(corpus, options("old"))
    says = {s.sentence_id: s.suggestion or "" for _, s in plan.anchors()}
    other = {"quote": "claim"}
    log(
        corpus,
        "old",
        {
            "mill.001": says["mill.001"],
            "mill.002": other.get(says["mill.002"], "quote"),
            "tram.001": other.get(says["tram.001"], "quote"),
        },
    )
    chosen = choose_articles(corpus, Selection(order="disagreement"), "s")
    assert [a.article_id for a in chosen] == ["tram", "mill"]


def test_only_models_answers_count_as_disagreement() -> None:
    """A person who contradicts a rule is no reason to ask again."""
    answers = pl.DataFrame(
        {
            "sentence_id": ["a.001", "a.002", "b.001"],
            "article_id": ["a", "a", "b"],
            "annotator_kind": ["model", "model", "human"],
            "label": ["quote", "claim", "claim"],
        }
    )
    suggestions = {"a.001": "quote", "a.002": "quote", "b.001": "quote"}
    assert disagreement(answers, suggestions) == {"a": 0.5}


def test_gold_stays_on_our_side(corpus: Corpus, tmp_path: Path) -> None:
    """Known answers are in the round's folder; tasks of gold articles look like all others."""
    path = tmp_path / "gold.jsonl"
    path.write_text('{"sentence_id": "mill.002", "label": "background"}\n')
    plan = new_round(corpus, options(gold=path))
    assert plan.gold == ("mill",)
    assert RoundFolder(corpus, "first").gold.read_text() == (
        '{"label": "background", "sentence_id": "mill.002"}\n'
    )
    plain = new_round(corpus, options("plain", seed="first"))
    assert [t.data_sha256 for t in plan.tasks] != [t.data_sha256 for t in plain.tasks]  # uid
    assert [t.article_id for t in plan.tasks] == [t.article_id for t in plain.tasks]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            '{"sentence_id": "x.001", "label": "quote"}',
            "'x.001' is not a sentence of this round. Choose articles of the gold file with "
            "--article, or leave the line out.",
        ),
        ('{"sentence_id": "mill.001", "label": "irony"}', "'irony' is not a label."),
    ],
)
def test_gold_that_fits_nothing_is_refused(
    corpus: Corpus, tmp_path: Path, line: str, sentence: str
) -> None:
    """A gold file names sentences of the round and labels of ours."""
    path = tmp_path / "gold.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(InputError) as refused:
        new_round(corpus, options(gold=path))
    assert str(refused.value) == f"{path}:1: {sentence}"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "Bad Name"}, "'Bad Name' cannot name a round. Use lower-case letters, digits"),
        ({"annotators": ()}, "A round needs annotators. Name them with --annotator."),
        ({"annotators": (PEOPLE[0], PEOPLE[0])}, "Annotator 'anna' is named twice."),
        ({"overlap": Overlap(base=3)}, "3 answers for an article need as many annotators"),
        ({"unit": "page"}, "There is no unit 'page'. Use article or sentence."),
        ({"suggested_share": 2.0}, "A suggested share of 2.0 is not between 0 and 1."),
        ({"emails": {"cleo": "c@example.org"}}, "'cleo' is not an annotator of round 'first'."),
        (
            {"emails": {"anna": "A@example.org", "ben": "a@example.org"}},
            "'anna' and 'ben' have the same address.",
        ),
        ({"selection": Selection(events=("none",))}, "There is no event 'none' in this corpus."),
        ({"selection": Selection(order="disagreement")}, "No article fits what was asked for."),
    ],
)
def test_a_round_that_cannot_be_is_refused_and_leaves_nothing(
    corpus: Corpus, fields: dict[str, object], sentence: str
) -> None:
    """What is wrong is said in a sentence, and no folder of a round is left behind."""
    with pytest.raises(InputError) as refused:
        new_round(corpus, options(**fields))  # type: ignore[arg-type]  # the name is among them
    assert str(refused.value).startswith(sentence)
    assert not list(corpus.rounds.glob("*"))


def test_a_plan_is_never_changed(corpus: Corpus) -> None:
    """A second round of the same name is refused."""
    new_round(corpus, options())
    with pytest.raises(InputError, match="Round 'first' exists already"):
        new_round(corpus, options())


def test_guidelines_need_a_version(corpus: Corpus) -> None:
    """A round cannot say which guidelines were followed if they have no version."""
    corpus.guidelines.write_text("# Guidelines\n")
    with pytest.raises(InputError, match="The guidelines have no version"):
        new_round(corpus, options())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda d: d.pop("unit"),
            "'unit' is a required property. Restore it from version control or a backup.",
        ),
        (
            lambda d: d["tasks"][0].update(arm="both"),
            "'both' is not one of ['blind', 'suggested'].",
        ),
    ],
)
def test_a_plan_that_was_spoilt_is_refused(
    corpus: Corpus, change: Callable[[dict[str, object]], object], sentence: str
) -> None:
    """Reading a plan checks it against its schema."""
    new_round(corpus, options())
    path = RoundFolder(corpus, "first").plan
    document = json.loads(path.read_text())
    change(document)
    path.write_text(dump_json(document))
    with pytest.raises(InputError) as refused:
        read_plan(RoundFolder(corpus, "first"))
    assert sentence in str(refused.value)


def test_a_plan_in_the_wrong_folder_is_refused(corpus: Corpus) -> None:
    """A folder's name is the round's."""
    new_round(corpus, options())
    RoundFolder(corpus, "first").path.rename(corpus.rounds / "second")
    with pytest.raises(IntegrityError, match="This is the plan of round 'first'"):
        read_plan(RoundFolder(corpus, "second"))


def test_there_is_a_project_for_each_arm_and_annotator(corpus: Corpus) -> None:
    """Each annotator has own projects, one for each arm, and every task once in it."""
    plan = new_round(corpus, options(suggested_share=0.5))
    found = {(s.arm, s.annotators): len(s.tasks) for s in streams(plan)}
    assert found == {
        ("blind", ("anna",)): 2,
        ("blind", ("ben",)): 2,
        ("suggested", ("anna",)): 2,
        ("suggested", ("ben",)): 2,
    }
    assert all(stream.overlap == 1 for stream in streams(plan))


def test_a_shared_project_has_the_overlap(corpus: Corpus) -> None:
    """Where annotators share, a project's overlap is that of its tasks."""
    three = (*PEOPLE, Annotator(annotator="cleo", kind="human"))
    overlap = Overlap(base=2, extra=3, extra_share=0.5)
    plan = new_round(corpus, options(shared=True, annotators=three, overlap=overlap, emails={}))
    assert {s.overlap: len(s.tasks) for s in streams(plan)} == {2: 2, 3: 2}
    assert {s.annotators for s in streams(plan)} == {("anna", "ben", "cleo")}


def test_a_projects_title_is_never_too_long(corpus: Corpus) -> None:
    """Label Studio takes 50 characters; a longer name is cut and still its own."""
    long = tuple(Annotator(annotator="a" * 60 + end, kind="human") for end in "xy")
    plan = new_round(corpus, options(annotators=long, emails={}))
    titles = [title(stream) for stream in streams(plan)]
    assert [len(one) for one in titles] == [50, 50]
    assert titles[0] != titles[1]


def test_a_name_that_validate_would_refuse_is_refused_before(
    make_corpus: Callable[..., Corpus],
) -> None:
    """A person's pseudonym is a word and a number, unless the corpus allows another form."""
    corpus = make_corpus()
    config = corpus.root / "copydesk.toml"
    config.write_text(config.read_text().partition("[checks]")[0], encoding="utf-8")
    people = tuple(Annotator(annotator=name, kind="human") for name in ("a1", "anna"))
    with pytest.raises(InputError) as refused:
        new_round(corpus, options(annotators=people, emails={}))
    assert str(refused.value) == (
        "'anna' could be a person's name, and pseudonyms are published. Use a word and a number, "
        "such as a1 or reader-2; another form is set with 'pseudonyms' under [checks] in "
        "copydesk.toml."
    )
    assert not RoundFolder(corpus, "first").path.exists()


def test_a_person_keeps_one_pseudonym_in_a_corpus(corpus: Corpus) -> None:
    """Neither a second name for an address nor a second person for a name."""
    new_round(corpus, options(emails={"anna": "Anna@example.org", "ben": "b@example.org"}))
    cleo = (Annotator(annotator="cleo", kind="human"), PEOPLE[1])
    with pytest.raises(InputError, match="The person called 'cleo' is 'anna' in round 'first'"):
        new_round(corpus, options("s", annotators=cleo, emails={"cleo": "anna@example.org"}))
    with pytest.raises(InputError, match="'anna' is another person in round 'first'"):
        new_round(corpus, options("s", emails={"anna": "other@example.org"}))
    assert new_round(corpus, options("s", emails={"anna": "anna@example.org"})).round == "s"


def test_suggestions_are_refused_where_no_rules_are(make_corpus: Callable[..., Corpus]) -> None:
    """A language without rules has no suggested arm."""
    corpus = make_corpus({"muehle": "Mühle schließt\nDie Mühle schloss am Mittag."}, language="de")
    with pytest.raises(InputError, match="There are no suggestions for these articles"):
        new_round(corpus, options(suggested_share=0.5, emails={}))
