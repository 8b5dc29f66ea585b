"""What annotators have beside the labels: flags, a comment, meanings, and the guidelines' card."""

from __future__ import annotations

import dataclasses
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from copydesk.backends.labelstudio.configs import (
    adjudication_config,
    config_sha256,
    label_config,
)
from copydesk.backends.labelstudio.instructions import instructions
from copydesk.backends.labelstudio.projects import planned_config
from copydesk.contract.labels import NEWS
from copydesk.corpus import Corpus
from copydesk.rounds.choose import Overlap
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.opened import Round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Annotator

OWN = [
    {"name": "new", "hotkey": "n", "colour": "#0072b2", "meaning": "It is new."},
    {"name": "old", "hotkey": "o", "colour": "#d55e00", "meaning": "It is old."},
]


def controls(config: str) -> dict[str, list[tuple[str | None, str | None]]]:
    """What each control of a config offers, with its keys."""
    return {
        str(control.get("name")): [
            (item.get("value"), item.get("hotkey"))
            for item in control
            if item.tag in ("Label", "Choice")
        ]
        for control in ET.fromstring(config).iter()
        if control.tag in ("Labels", "Choices", "TextArea")
    }


def meanings(config: str) -> list[str]:
    """The lines beside the text that say what the keys mean."""
    view = ET.fromstring(config).find(".//View[@className='copydesk-meanings']")
    assert view is not None
    return [str(header.get("value")) for header in view.iter("Header")]


@pytest.mark.parametrize("unit", ["article", "sentence"])
def test_every_page_has_flags_a_comment_and_meanings(corpus: Corpus, unit: str) -> None:
    """x and n stand in place of a label, u beside one; each key has its meaning in one line."""
    config = label_config(corpus, corpus.scheme, unit, "blind")
    found = controls(config)
    to_do = [("to do", "0")] if unit == "article" else []
    assert found["label"] == [
        *NEWS.hotkeys.items(),
        *to_do,
        ("badly-cut", "x"),
        ("not-a-unit", "n"),
    ]
    assert found["flag"] == [("unsure", "u")]
    assert found["comment"] == []
    assert meanings(config)[:2] == [
        "1 quote",
        "A speaker's own words, in quotation marks, carry the sentence.",
    ]
    assert meanings(config)[8::2] == ["x badly-cut", "n not-a-unit", "u unsure"]
    regions = {c.get("perRegion") for c in ET.fromstring(config).iter("TextArea")}
    assert regions == ({"true"} if unit == "article" else {None})


def test_a_label_keeps_its_key(corpus: Corpus) -> None:
    """Where a label has n, the flag has it with Shift."""
    (corpus.root / "schema").mkdir(exist_ok=True)
    (corpus.root / "schema" / "labels.json").write_text(json.dumps({"labels": OWN}))
    config = label_config(corpus, corpus.scheme, "article", "blind")
    assert controls(config)["label"] == [
        *(("new", "n"), ("old", "o"), ("to do", "0")),
        *(("badly-cut", "x"), ("not-a-unit", "shift+n")),
    ]


def test_what_a_corpus_has_itself_is_left_alone(corpus: Corpus) -> None:
    """A label config of a corpus that has a control for flags is taken as it is."""
    choices = "".join(f'<Choice value="{name}"/>' for name in NEWS.names)
    own = (
        f'<View><Choices name="label" toName="text">{choices}<Choice value="not-a-unit"/></Choices>'
        '<Choices name="flag" toName="text"><Choice value="unsure"/></Choices>'
        '<Text name="text" value="$text"/></View>'
    )
    (corpus.annotations / "label-config-sentence.xml").write_text(own)
    found = controls(label_config(corpus, corpus.scheme, "sentence", "blind"))
    assert [value for value, _ in found["label"]] == [*NEWS.names, "not-a-unit"]
    assert "comment" not in found


def test_an_adjudicator_may_strike_and_gives_a_reason(corpus: Corpus) -> None:
    """The flags in place of a label stay; unsure and comments are the annotators'."""
    found = controls(adjudication_config(corpus, corpus.scheme, show_answers=True))
    assert [value for value, _ in found["label"]] == [*NEWS.names, "badly-cut", "not-a-unit"]
    assert found.keys() == {"label", "reason"}


def test_the_card_is_open_and_the_guidelines_a_click_away(corpus: Corpus) -> None:
    """The card's file where there is one; of the guidelines nothing that may tell an answer."""
    corpus.guidelines.write_text(
        '---\nversion: "1.1"\n---\n# Guidelines\n\nOne.\n\nAs in mill.003: claim.\n\n'
        "## Changes\n\nMoved.\n\n### 1.0\n\nBegun.\n\n## Context\n\nTwo.\n",
        encoding="utf-8",
    )
    style, _, bare = instructions(corpus).partition('</style>\n<div class="copydesk-guide">\n')
    assert "ol { list-style: decimal; }" in style
    assert bare.startswith("<table><tbody><tr>")
    assert bare.endswith(
        "<details><summary>The guidelines in full</summary>\n"
        "<h3>Guidelines</h3>\n<p>One.</p>\n<h4>Context</h4>\n<p>Two.</p>\n</details>\n</div>\n"
    )
    card = Path(corpus.annotations, "guidelines-card.md")
    card.write_text("# The card\n\nAsk in ~~that~~ this order.\n", encoding="utf-8")
    assert (
        instructions(corpus)
        .partition('">\n')[2]
        .startswith("<h3>The card</h3>\n<p>Ask in <s>that</s> this order.</p>\n\n<details>")
    )


def test_a_round_of_an_older_copydesk_keeps_its_page(corpus: Corpus) -> None:
    """A plan that names the hash of the bare config, and has no copy of it, gets the bare one."""
    bare = label_config(corpus, corpus.scheme, "article", "blind", bare=True)
    assert controls(bare).keys() == {"label", "gap"}
    options = Options(
        round="old",
        annotators=(Annotator(annotator="anna", kind="human"),),
        emails={"anna": "anna@example.org"},
        overlap=Overlap(base=1),
    )
    plan = dataclasses.replace(
        new_round(corpus, options), label_configs={"blind": config_sha256(bare)}
    )
    round = Round(corpus, RoundFolder(corpus, "old"), plan)
    assert planned_config(round, "blind") == bare
