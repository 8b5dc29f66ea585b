"""Unsure, badly cut, not a unit, and comments: from the answers to the release."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.agreement import Bootstrap
from copydesk.backends.files import Files
from copydesk.backends.labelstudio.codec import LabelStudioCodec
from copydesk.build import build
from copydesk.contract.conformance import check_document
from copydesk.contract.labels import NEWS
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.explore import explore
from copydesk.files import sha256_text
from copydesk.release.cut import Options as CutOptions
from copydesk.release.cut import cut
from copydesk.release.material import of_rounds
from copydesk.release.verify import verify
from copydesk.rounds.agree import agree
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.decisions import decide, decision_of, open_sentences, read_decisions
from copydesk.rounds.log import read_log
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Anchor, Annotator, PlannedTask
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.selection import Selection
from copydesk.rounds.status import status
from copydesk.validate.run import validate

NAMES = ("m-1", "m-2", "m-3")
AT = "2026-01-01T00:00:00Z"
Said = dict[str, Any]


def answered(corpus: Corpus, *lines: tuple[Said, Said, Said]) -> None:
    """A round of three models on the mill's sentences, pulled; a tuple is a sentence's answers."""
    people = tuple(Annotator(annotator=name, kind="model", backend=FILES) for name in NAMES)
    options = Options(
        round="r",
        annotators=people,
        overlap=Overlap(base=3),
        selection=Selection(articles=("mill",)),
    )
    new_round(corpus, options)
    push(corpus, "r", [Files()])
    for place, name in enumerate(NAMES):
        text = "".join(
            json.dumps({"sentence_id": f"mill.{number:03d}", "at": AT} | line[place]) + "\n"
            for number, line in enumerate(lines, start=1)
        )
        (RoundFolder(corpus, "r").private / name / "answers.jsonl").write_text(text)
    assert pull(corpus, "r", [Files()]).findings == ()


def label(name: str, **more: str) -> Said:
    """An answer with a label."""
    return {"label": name, **more}


def flag(name: str, **more: str) -> Said:
    """An answer with a flag in place of a label."""
    return {"flag": name, **more}


BACKGROUND, CLAIM = label("background"), label("claim")
NOT_A_UNIT, BADLY_CUT = flag("not-a-unit"), flag("badly-cut")


def mill(corpus: Corpus) -> None:
    """The headline is no unit to two of three, one is unsure of a label, one sees a bad cut."""
    answered(
        corpus,
        (NOT_A_UNIT, flag("not-a-unit", comment="A section label."), BACKGROUND),
        (label("background", flag="unsure", comment="Which noon?"), BACKGROUND, BACKGROUND),
        (CLAIM, CLAIM, BADLY_CUT),
    )


def decided(corpus: Corpus, sentence_id: str, said: str) -> None:
    """An adjudicator decides."""
    reason = "It names a section."
    one = decision_of(sentence_id, said, by="m-4", by_kind="model", reason=reason)
    assert decide(corpus, "r", [one], via="file") == 1


def release(corpus: Corpus) -> None:
    """Cut 1.0.0."""
    cut(corpus, CutOptions(version="1.0.0", created=datetime.now(UTC)))


def faults(corpus: Corpus) -> list[str]:
    """What is wrong, but for the guidelines and label configs, which this corpus lacks."""
    found = validate(corpus.root).findings
    bare = ("annotations/guidelines.md", "annotations/label-config")
    return [str(f) for f in found if f.severity == "error" and not f.file.startswith(bare)]


def released(corpus: Corpus, table: str) -> pl.DataFrame:
    """A table of the release."""
    return pl.read_parquet(corpus.releases / "1.0.0" / table / "*.parquet")


def test_status_and_agreement_count_flags(corpus: Corpus) -> None:
    """Unsure counts with its label; a flag in place of one is missing for alpha, and listed."""
    mill(corpus)
    state = status(corpus, "r")
    assert dict(state.flags) == {"unsure": 1, "badly-cut": 1, "not-a-unit": 2}
    assert state.comments == 2
    assert (state.answered, state.needed) == (3, 3)
    found = agree(corpus, "r", bootstrap=Bootstrap(resamples=0))
    assert (found.answers, found.sentences, found.alpha.answers) == (6, 3, 5)
    assert found.flags is not None
    none = {"unsure": 0, "badly-cut": 0, "not-a-unit": 0}
    assert found.flags.annotators == {
        "m-1": none | {"unsure": 1, "not-a-unit": 1},
        "m-2": none | {"not-a-unit": 1},
        "m-3": none | {"badly-cut": 1},
    }
    assert found.flags.sentences == {"unsure": 1, "badly-cut": 1, "not-a-unit": 1}
    assert found.flags.most == none | {"not-a-unit": 1}
    assert [(f.sentence_id, f.flags, f.answers) for f in found.flags.flagged] == [
        ("mill.001", (("m-1", "not-a-unit"), ("m-2", "not-a-unit")), 3),
        ("mill.003", (("m-3", "badly-cut"),), 3),
        ("mill.002", (("m-1", "unsure"),), 3),
    ]
    check_document(found.as_document(), "agreement", where="the report")
    page = RoundFolder(corpus, "r").report("html").read_text()
    assert "m-2: “A section label.”" in page
    assert "m-1: “Which noon?”" in page


def test_what_most_call_no_unit_becomes_a_note_of_the_release(make_corpus, tmp_path: Path) -> None:
    """The headline goes to adjudication, is struck, and no row of the release is about it."""
    corpus = make_corpus(genre="Court report")
    mill(corpus)
    (item,) = open_sentences(corpus, "r")
    assert item.anchor.sentence_id == "mill.001"
    assert item.votes == {"quote": 0, "claim": 0, "speculation": 0, "background": 1}
    assert item.flags == {"not-a-unit": 2}
    assert item.comments == (("m-2", "A section label."),)
    decided(corpus, "mill.001", "not-a-unit")
    assert open_sentences(corpus, "r") == []
    assert close(corpus, "r")["unresolved"] == 0
    build(corpus, workers=1)
    release(corpus)
    sentences = released(corpus, "sentences")
    shown = sentences.select("sentence_id", "text", "n_annotators", "agreement", "label_source")
    assert shown.rows() == [
        ("mill.001", "The mill closed at noon.", 3, 1.0, "unanimous"),
        ("mill.002", "The owner said it was old.", 3, 2 / 3, "majority"),
    ]
    pieces = released(corpus, "articles")["pieces"][0].to_list()
    assert [(p["start"], p["end"], p["zone"], p["is_unit"]) for p in pieces] == [
        (0, 11, "note", False),
        (12, 36, "body", True),
        (37, 63, "body", True),
    ]
    answers = released(corpus, "annotations").select("annotation_id", "label", "flag")
    assert answers.rows() == [
        ("mill.002.r.m-1", 3, "unsure"),
        ("mill.002.r.m-2", 3, None),
        ("mill.002.r.m-3", 3, None),
        ("mill.003.r.m-1", 1, None),
        ("mill.003.r.m-2", 1, None),
        ("mill.003.r.m-3", None, "badly-cut"),
    ]
    assert faults(corpus) == []
    assert verify(corpus, "1.0.0").differing == ()
    (lesson,) = of_rounds(corpus).lessons
    assert lesson.labels.keys() == {(12, 36), (37, 63)}
    assert released(corpus, "articles")["genre"].to_list() == ["court-report"]
    pages = explore(corpus.dataset, tmp_path / "pages").parent
    shown = (pages / "articles" / "mill.html").read_text()
    assert '<li><b class="warn">⚑ unsure</b> m-1</li>' in shown
    assert '<li><b class="warn">⚑ badly-cut</b> m-3</li>' in shown
    search = (pages / "sentences.html").read_text()
    data = json.loads(search.partition('id="data">')[2].partition("</script>")[0])
    assert (data["genres"], data["flags"]) == (["court-report"], ["unsure", "badly-cut"])
    assert [row[-1] for row in data["rows"]] == [[0, 0], [2, 1]]


def test_an_adjudicator_may_label_what_everybody_calls_badly_cut(corpus: Corpus) -> None:
    """It has no votes then, three annotators, and an agreement of 0."""
    answered(corpus, (BADLY_CUT,) * 3, (BACKGROUND,) * 3, (CLAIM,) * 3)
    decided(corpus, "mill.001", "background")
    close(corpus, "r")
    build(corpus, workers=1)
    release(corpus)
    first = released(corpus, "sentences").row(0, named=True)
    assert first["votes"] == {"quote": 0, "claim": 0, "speculation": 0, "background": 0}
    assert (first["label"], first["n_annotators"], first["agreement"]) == (3, 3, 0.0)
    assert first["label_source"] == "adjudicated"
    assert faults(corpus) == []


def test_a_flag_is_compared_with_the_round_and_with_the_label(corpus: Corpus) -> None:
    """An answer has a label or a flag in its place, and the flag that its round has."""
    mill(corpus)
    decided(corpus, "mill.001", "not-a-unit")
    close(corpus, "r")
    build(corpus, workers=1)
    release(corpus)
    path = next((corpus.releases / "1.0.0" / "annotations").glob("*.parquet"))
    table = pq.read_table(path)
    flags = [None, "badly-cut", None, None, None, None]
    at = table.schema.get_field_index("flag")
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(flags)), path)
    found = faults(corpus)
    assert any("'flag' is badly-cut, which stands in place of a label" in line for line in found)
    assert any("'label' is null, and 'flag' is null, which is not" in line for line in found)
    assert any("'flag' is null, but unsure in the round." in line for line in found)


def test_a_round_of_flags_alone_has_no_alpha(corpus: Corpus) -> None:
    """Nothing is measured, nothing crashes, and every sentence is open."""
    answered(corpus, (BADLY_CUT,) * 3, (NOT_A_UNIT,) * 3, (BADLY_CUT,) * 3)
    found = agree(corpus, "r", bootstrap=Bootstrap(resamples=0))
    assert (found.alpha.value, found.answers) == (None, 0)
    assert len(open_sentences(corpus, "r")) == 3


def test_a_struck_sentence_that_is_cut_again_is_refused(corpus: Corpus) -> None:
    """`build --recut` makes a unit of it again, for which nobody has a label."""
    mill(corpus)
    decided(corpus, "mill.001", "badly-cut")
    close(corpus, "r")
    build(corpus, workers=1, recut=True)
    with pytest.raises(InputError, match=r"1 sentences are unresolved: mill\.001"):
        release(corpus)


def test_a_later_decision_takes_a_flag_back(corpus: Corpus) -> None:
    """The last decision on a sentence counts."""
    mill(corpus)
    decided(corpus, "mill.001", "not-a-unit")
    decided(corpus, "mill.001", "background")
    close(corpus, "r")
    build(corpus, workers=1)
    release(corpus)
    assert released(corpus, "sentences")["text"][0] == "Mill closes"


def test_decisions_from_a_file_may_strike(corpus: Corpus, tmp_path: Path) -> None:
    """The label of a line may be a flag; an unknown word is refused with those that are known."""
    mill(corpus)
    path = tmp_path / "decisions.jsonl"
    line = {"sentence_id": "mill.001", "label": "not-a-unit", "reason": "A section label."}
    path.write_text(json.dumps(line) + "\n")
    (made,) = read_decisions(path, by="m-4", by_kind="model")
    assert (made.label, made.flag) == (None, "not-a-unit")
    path.write_text(json.dumps(line | {"label": "furniture"}) + "\n")
    with pytest.raises(InputError) as caught:
        decide(corpus, "r", read_decisions(path, by="m-4", by_kind="model"), via="file")
    assert caught.value.hint == (
        "Use quote, claim, speculation, background, badly-cut, not-a-unit or unresolved."
    )


def test_a_comment_on_a_withheld_article_stays_private(make_corpus) -> None:
    """What is published has its SHA-256; desk and full report show it."""
    corpus = make_corpus(withheld=("mill",))
    mill(corpus)
    folder = RoundFolder(corpus, "r")
    agree(corpus, "r", bootstrap=Bootstrap(resamples=0))
    logged = read_log(folder.annotations).answers["m-1", "mill.002"].comment
    assert logged == f"sha256:{sha256_text('Which noon?')}"
    published = [path.read_bytes() for path in folder.path.rglob("*") if path.is_file()]
    assert not any(b"noon" in data or b"section label" in data for data in published)
    assert "a comment that is not published" not in folder.full_report.read_text()
    assert "m-1: “Which noon?”" in folder.full_report.read_text()
    (item,) = open_sentences(corpus, "r")
    assert item.comments == (("m-2", "A section label."),)


ANCHORS = (
    Anchor(sentence_id="mill.001", start=0, end=11, zone="headline", suggestion=None),
    Anchor(sentence_id="mill.002", start=12, end=36, zone="body", suggestion=None),
)


def submission(*result: Said) -> Said:
    """An annotation of Label Studio."""
    return {"id": 1, "completed_by": 7, "created_at": AT, "updated_at": AT, "result": list(result)}


def task(sentence_id: str | None) -> PlannedTask:
    """An article, or a sentence."""
    return PlannedTask(
        uid="r.blind.mill",
        article_id="mill",
        sentence_id=sentence_id,
        arm="blind",
        annotators=("a1",),
        overlap=1,
        data_sha256="0" * 64,
    )


def item(kind: str, control: str, region: str | None, **value: Any) -> Said:
    """One entry of a result."""
    place = {"start": 0, "end": 11} if region == "mill_001" else {"start": 12, "end": 36}
    entry = {"from_name": control, "to_name": "text", "type": kind, "value": value}
    return entry | ({"id": region, "value": place | value} if region else {})


def test_label_studio_gives_flags_and_comments_for_an_article() -> None:
    """A region named by a flag has no label; unsure and comments belong to their region."""
    raw = submission(
        item("labels", "label", "mill_001", labels=["badly-cut"]),
        item("labels", "label", "mill_002", labels=["claim"]),
        item("choices", "flag", "mill_002", choices=["unsure"]),
        item("textarea", "comment", "mill_002", text=[" Who said so? ", "Line two."]),
    )
    read = LabelStudioCodec().read(raw, task(None), ANCHORS, NEWS.names)
    assert read.problems == ()
    assert [(m.sentence_id, m.label, m.flag, m.comment) for m in read.marks] == [
        ("mill.001", None, "badly-cut", None),
        ("mill.002", "claim", "unsure", "Who said so?\nLine two."),
    ]
    kept = LabelStudioCodec().redact(raw, ANCHORS, NEWS.names, withheld=True)
    assert "Who" not in json.dumps(kept)
    again = LabelStudioCodec().read(kept, task(None), ANCHORS, NEWS.names)
    digest = sha256_text("Who said so?\nLine two.")
    assert [(m.label, m.flag, m.comment) for m in again.marks] == [
        (None, "badly-cut", None),
        ("claim", "unsure", f"sha256:{digest}"),
    ]


def test_label_studio_gives_flags_and_comments_for_a_sentence() -> None:
    """There is no region: everything is of the task's sentence."""
    raw = submission(
        item("choices", "label", None, choices=["not-a-unit"]),
        item("choices", "flag", None, choices=["unsure"]),
        item("textarea", "comment", None, text=["A byline."]),
    )
    read = LabelStudioCodec().read(raw, task("mill.002"), ANCHORS[1:], NEWS.names)
    assert [(m.label, m.flag, m.comment) for m in read.marks] == [(None, "not-a-unit", "A byline.")]
    assert read.problems == ()
