"""The data of tasks, their regions and their label configs."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.backends.labelstudio.configs import config_sha256, label_config, region_control
from copydesk.backends.labelstudio.payloads import PayloadWriter, check_predictions, regions
from copydesk.contract.labels import NEWS
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.rounds.choose import Overlap
from copydesk.rounds.new import Options, make_plan
from copydesk.rounds.opened import Round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Anchor, Annotator, Plan
from copydesk.rounds.tasks import context, data_sha256

ANNA = Annotator(annotator="anna", kind="human")


def options(**fields: object) -> Options:
    """A round of one annotator."""
    basics = Options(round="r", annotators=(ANNA,), overlap=Overlap(base=1))
    return dataclasses.replace(basics, **fields)  # type: ignore[arg-type]  # any field may be given


def opened(corpus: Corpus, plan: Plan) -> Round:
    """The round of a plan that is on no disk."""
    return Round(corpus, RoundFolder(corpus, plan.round), plan)


def test_fifteen_hundred_characters_of_context_stand_on_either_side() -> None:
    """In whole lines: one that reaches beyond is left out, and the dots say so."""
    near, far = "n" * 1498, "f" * 1499
    around = context(f"{far}\n{near}\nHere.\n{near}\n{far}", 2999, 3004)
    assert around == {"before": f"…{near}\n", "text": "Here.", "after": f"\n{near}…"}
    around = context(f"{far}\nHere.\n{far}", 1500, 1505)
    assert around == {"before": f"{far}\n", "text": "Here.", "after": f"\n{far}"}


@given(st.text("ab🙂\n", min_size=1, max_size=60), st.data())
def test_a_sentence_and_its_context_are_stretches_of_the_text(
    text: str, data: st.DataObject
) -> None:
    """Before, sentence and after stand in the text in this order, at most ``reach`` around it."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    around = context(text, start, end, reach=10)
    before, after = around["before"].removeprefix("…"), around["after"].removesuffix("…")
    assert around["text"] == text[start:end]
    assert text[:start].endswith(before)
    assert text[end:].startswith(after)
    assert max(len(before), len(after)) <= 10
    assert (before == text[:start]) == (not around["before"].startswith("…"))


def test_regions_count_code_points() -> None:
    """A region after an emoji begins at its code point, and carries its own text."""
    text = "🙂🙂 One.\nTwo."
    anchors = (Anchor(sentence_id="a.002", start=8, end=12, zone="body", suggestion=None),)
    assert regions(text, anchors, "blind", "label") == [
        {
            "id": "a_002",
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "readonly": False,
            "value": {"start": 8, "end": 12, "text": "Two.", "labels": ["to do"]},
        }
    ]


@pytest.mark.parametrize("unit", ["article", "sentence"])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_every_payload_is_what_was_planned_and_allowed(
    corpus: Corpus, unit: str, share: float
) -> None:
    """Data have the planned hash, regions stand on their sentences, the config allows them."""
    plan, _ = make_plan(corpus, options(unit=unit, suggested_share=share))
    arm = "suggested" if share else "blind"
    writer = PayloadWriter(opened(corpus, plan))
    payloads = [writer.payload(task) for task in plan.tasks]
    check_predictions(label_config(corpus, corpus.scheme, unit, arm), payloads)
    for task, payload in zip(plan.tasks, payloads, strict=True):
        assert data_sha256(payload["data"]) == task.data_sha256
        for prediction in payload.get("predictions", []):
            for region in prediction["result"]:
                value = region["value"]
                cut = payload["data"]["text"][value["start"] : value["end"]]
                assert value["text"] == cut
    assert len(payloads) == (4 if unit == "article" else 14)


def test_a_suggestion_is_words_and_never_an_answer(corpus: Corpus) -> None:
    """In the suggested arm a region is named "claim?" and a sentence has a line of text."""
    plan, _ = make_plan(corpus, options(suggested_share=1.0))
    payload = PayloadWriter(opened(corpus, plan)).payload(
        next(t for t in plan.tasks if t.article_id == "mill")
    )
    names = [r["value"]["labels"][0] for r in payload["predictions"][0]["result"]]
    assert names == ["background?", "background?", "claim?"]
    plan, _ = make_plan(corpus, options(suggested_share=1.0, unit="sentence"))
    task = next(t for t in plan.tasks if t.sentence_id == "mill.003")
    assert (
        PayloadWriter(opened(corpus, plan)).payload(task)["data"]["suggestion"]
        == "Suggested: claim"
    )


def test_the_blind_arm_never_sees_a_suggestion(corpus: Corpus) -> None:
    """No name of a suggested region is in the config, the data or the regions of the blind arm."""
    plan, _ = make_plan(corpus, options())
    payloads = [PayloadWriter(opened(corpus, plan)).payload(task) for task in plan.tasks]
    sent = json.dumps(payloads) + label_config(corpus, corpus.scheme, "article", "blind")
    assert not [label for label in NEWS.names if f"{label}?" in sent]
    assert "uggest" not in sent


def test_regions_that_the_config_does_not_allow_are_refused(corpus: Corpus) -> None:
    """A prediction for another config is refused before it is sent; the server would take it."""
    plan, _ = make_plan(corpus, options(suggested_share=1.0))
    payloads = [PayloadWriter(opened(corpus, plan)).payload(task) for task in plan.tasks]
    with pytest.raises(IntegrityError, match=r"does not allow the regions of task 'r\.suggested"):
        check_predictions(label_config(corpus, corpus.scheme, "article", "blind"), payloads)


def test_a_changed_title_is_not_sent_in_silence(corpus: Corpus) -> None:
    """Data that no longer have the planned hash are refused."""
    plan, _ = make_plan(corpus, options())
    task = dataclasses.replace(plan.tasks[0], data_sha256="0" * 64)
    with pytest.raises(IntegrityError, match="is not what was planned"):
        PayloadWriter(opened(corpus, plan)).payload(task)


def test_a_label_configs_hash_is_of_what_it_means() -> None:
    """Blanks, the order of attributes and self-closing tags make no other config."""
    one = '<View><Text name="text" value="$text"/></View>'
    same = '<View>\n  <Text value="$text"   name="text"></Text>\n</View>'
    assert config_sha256(one) == config_sha256(same)
    assert config_sha256(one) != config_sha256(one.replace("$text", "$title"))


CHOICES = "".join(f'<Choice value="{label}"/>' for label in NEWS.names)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("<View>", "This label config cannot be read: no element found: line 1, column 6."),
        ("<View/>", "There is no Text named 'text'."),
        (
            '<View><Text name="text"/><Choices name="label"><Choice value="x"/></Choices></View>',
            "There are no Labels with the value 'to do'.",
        ),
        (
            '<View><Text name="text"/><Labels name="label"><Label value="x"/>'
            '<Label value="to do"/></Labels></View>',
            "The control 'label' offers ['x'], not the labels. Let it offer quote, claim, "
            "speculation, background, in this order.",
        ),
    ],
)
def test_a_label_config_that_the_round_cannot_use_is_refused(
    corpus: Corpus, config: str, sentence: str
) -> None:
    """A corpus's own label config must offer the labels on the text, with regions to do."""
    path = corpus.annotations / "label-config-article.xml"
    path.write_text(config, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        label_config(corpus, corpus.scheme, "article", "blind")
    assert str(refused.value) == f"{path}: {sentence}"


def test_a_corpus_may_choose_a_label_for_each_region(corpus: Corpus) -> None:
    """With Choices for each region the regions are drawn by a control of their own, read-only."""
    path = corpus.annotations / "label-config-article.xml"
    path.write_text(
        '<View><Labels name="unit" toName="text"><Label value="to do"/></Labels>'
        f'<Choices name="label" toName="text" perRegion="true">{CHOICES}</Choices>'
        '<Text name="text" value="$text"/></View>',
        encoding="utf-8",
    )
    config = label_config(corpus, corpus.scheme, "article", "blind")
    assert region_control(config) == "unit"
    plan, _ = make_plan(corpus, options())
    payload = PayloadWriter(opened(corpus, plan)).payload(plan.tasks[0])
    assert {r["readonly"] for r in payload["predictions"][0]["result"]} == {True}
    check_predictions(config, [payload])
