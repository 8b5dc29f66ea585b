"""The card: what is generated, what a person keeps, and what `datasets` makes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
import yaml

from copydesk.contract.arrow import arrow_schema
from copydesk.contract.datasets_features import yaml_features
from copydesk.contract.tables import CURRENT
from copydesk.errors import InputError
from copydesk.pages.filters import line
from copydesk.pages.markdown import words
from copydesk.release.card import read_baselines, render, write_card
from copydesk.release.contents import Contents
from copydesk.release.facts import facts

LINES = [
    ("The river rose on Monday.", ["background", "background", "background"]),
    ("“It came at night,” she said.", ["quote", "quote", "claim"]),
    ("It may fall by Friday.", ["speculation", "speculation"]),
]


@pytest.fixture
def made(make: Any, story: Any) -> Any:
    """Two events, one of them withheld and in the test split."""
    return make(
        {
            "a": story(lines=LINES, quoted=[(26, 44)]),
            "b": story(lines=LINES, event="fire", split="test", given=False, licence=None),
        }
    )


def front(card: str) -> dict[str, Any]:
    """The YAML front matter of a card."""
    loaded: dict[str, Any] = yaml.safe_load(card.split("---\n")[1])
    return loaded


def block(card: str, name: str) -> str:
    """The body of a generated block."""
    return card.split(f"<!-- copydesk:begin {name} -->\n")[1].split("\n<!-- copydesk:end")[0]


def test_front_matter(made: Any) -> None:
    """Only splits with rows are named, under the version's folder, and machines are called so."""
    known = front(render(made.contents))
    assert known["configs"][:2] == [
        {
            "config_name": "sentences",
            "default": True,
            "data_files": [{"split": "train", "path": "releases/1.0.0/sentences/train.parquet"}],
        },
        {
            "config_name": "standoff",
            "data_files": [{"split": "test", "path": "releases/1.0.0/standoff/test.parquet"}],
        },
    ]
    expected = {
        "license": ["cc-by-4.0"],
        "language": ["en"],
        "annotations_creators": ["machine-generated"],
        "size_categories": ["n<1K"],
        "version": "1.0.0",
    }
    assert {name: known[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("kinds", "expected", "sentence"),
    [
        (
            {"a1": "rule", "a2": "rule", "a3": "rule"},
            ["machine-generated"],
            "**Every label was given by rules, not by a person:**",
        ),
        ({}, ["machine-generated"], "**No label was given by a person:** the answers are those of"),
        (
            {"a1": "human", "a2": "human"},
            ["expert-generated", "machine-generated"],
            "The answers are those of 2 people and 1 model.",
        ),
    ],
)
def test_origin(
    make: Any, story: Any, kinds: dict[str, str], expected: list[str], sentence: str
) -> None:
    """The card says who labelled, in YAML and in words."""
    card = render(make({"a": story(lines=LINES)}, kinds=kinds).contents)
    assert front(card)["annotations_creators"] == expected
    assert sentence in block(card, "summary")


def test_numbers(made: Any) -> None:
    """Each config is counted by itself, by split: labels, articles, events, and the other rows."""
    card = render(made.contents)
    assert [line for line in block(card, "counts").splitlines() if line][:-2] == [
        "**`sentences`**: a labelled sentence with its text",
        "| label | train | all | share |",
        "| --- | ---: | ---: | ---: |",
        "| `quote` | 1 | 1 | 33.3 % |",
        "| `claim` | 0 | 0 | 0.0 % |",
        "| `speculation` | 1 | 1 | 33.3 % |",
        "| `background` | 1 | 1 | 33.3 % |",
        "| sentences | 3 | 3 | |",
        "| articles | 1 | 1 | |",
        "| events | 1 | 1 | |",
        "**`standoff`**: a labelled sentence without its text",
        "| label | test | all | share |",
        "| --- | ---: | ---: | ---: |",
        "| `quote` | 1 | 1 | 33.3 % |",
        "| `claim` | 0 | 0 | 0.0 % |",
        "| `speculation` | 1 | 1 | 33.3 % |",
        "| `background` | 1 | 1 | 33.3 % |",
        "| sentences | 3 | 3 | |",
        "| articles | 1 | 1 | |",
        "| events | 1 | 1 | |",
        "| config | a row is | train | test | all |",
        "| --- | --- | ---: | ---: | ---: |",
        "| `articles` | an article | 1 | 1 | 2 |",
        "| `annotations` | one answer of one annotator | 8 | 8 | 16 |",
        "| `quotes` | a quotation, found by rules | 1 | 0 | 1 |",
    ]
    assert "| `wire` | CC-BY-4.0, none | 2 | 1 | 6 |" in block(card, "withheld")
    assert "| `a3` | a model | 4 |" in block(card, "annotators")


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ("1.0", ""),
        (
            "1.1",
            " Who decided each of them, and why, is in the columns `adjudicator` and `reason`.",
        ),
    ],
)
def test_the_card_says_what_adjudicators_did(make: Any, story: Any, schema: str, told: str) -> None:
    """Of three adjudicated labels one stays, one goes against most answers, one breaks a tie."""
    lines = [
        ("It rose.", ["claim", "claim", "background"]),
        ("It fell.", ["claim", "claim", "background"]),
        ("It may.", ["speculation", "background"]),
        ("Rain.", ["background", "background"]),
    ]
    made = make({"a": story(lines=lines)}, adjudicators={"model-9": "model"}, schema_version=schema)
    rows = made.tables["sentences", "train"].to_pylist()
    for row, label in zip(rows, (1, 3, 2), strict=False):
        row |= {"label": label, "label_source": "adjudicated"}
    made.tables["sentences", "train"] = pa.Table.from_pylist(rows, arrow_schema("sentences"))
    assert block(render(made.contents), "annotators").endswith(
        "3 sentences `adjudicated` (decided by an adjudicator). Of the 3 adjudicated labels, 1 "
        "kept the label that most answers gave, 1 overruled it and 1 broke a tie; the adjudicator "
        f"was `model-9` (a model).{told}"
    )


def test_where_a_withheld_text_was_published(made: Any) -> None:
    """Each withheld article is listed with its outlet and address, and no given one is."""
    rows = made.tables["articles", "test"].to_pylist()
    rows[0] |= {"url": "https://post.example/fire", "published": "2026-02-03"}
    made.tables["articles", "test"] = pa.Table.from_pylist(rows, arrow_schema("articles"))
    told = block(render(made.contents), "withheld")
    assert "| `b` | The Gazette | 2026-02-03 | 3 | <https://post.example/fire> |" in told
    assert "| `a` |" not in told


def test_the_stand_off_columns_are_told_by_their_difference(made: Any) -> None:
    """Fifteen rows are not repeated: only the hash, which stands for the text."""
    told = block(render(made.contents), "columns")
    assert told.count("| `sentence_id` |") == 2  # sentences and annotations
    assert told.count("| `text_sha256` | `string` | SHA-256 of the sentence, whose") == 1


def test_alpha(made: Any) -> None:
    """Agreement is Krippendorff's alpha; here it can be done by hand.

    Of 16 answers 6 are background, 4 quote, 2 claim and 4 speculation; within units the pairs
    agree except in the two units of quote, quote, claim: sum o_cc = 6 + 2 * 1 + 4 = 12. So
    alpha = 1 - 15 * (16 - 12) / (256 - 36 - 16 - 4 - 16) = 1 - 60 / 184 = 0.674.
    """
    assert "| all labels | 0.67 | " in block(render(made.contents), "agreement")


def test_alpha_is_given_by_genre(make: Any, story: Any) -> None:
    """A group that agrees on labels that vary has 1; the other is done by hand.

    Its 8 answers are 3 background, 2 quote, 1 claim and 2 speculation, and within units the pairs
    agree but for quote, quote, claim: sum o_cc = 3 + 1 + 2 = 6. So
    alpha = 1 - 7 * (8 - 6) / (64 - 9 - 4 - 1 - 4) = 1 - 14 / 46 = 0.696. One collection, and one
    version of the guidelines, are no groups; an article alone has no interval.
    """
    alike = [("Rain fell.", ["background"] * 2), ("Rain may fall.", ["speculation"] * 2)]
    made = make({"a": story(lines=alike), "b": story(lines=LINES)}, schema_version="1.1")
    articles = made.tables["articles", "train"].to_pylist()
    for row, genre in zip(articles, ("weather", "news"), strict=True):
        row["genre"] = genre
    made.tables["articles", "train"] = pa.Table.from_pylist(articles, arrow_schema("articles"))
    told = block(render(made.contents), "agreement")
    assert told[told.index("<details>") :].splitlines() == [
        "<details>",
        "<summary>Alpha by genre</summary>",
        "",
        "| answers to | alpha | 95 % interval | sentences |",
        "| --- | ---: | ---: | ---: |",
        "| genre `news` | 0.70 | – | 3 |",
        "| genre `weather` | 1.00 | – | 2 |",
        "",
        "</details>",
    ]


def test_same_again(made: Any) -> None:
    """Rendering over a card that is in step changes nothing."""
    card = render(made.contents)
    assert render(made.contents, previous=card) == card


def test_a_persons_words_stay(made: Any, make: Any, story: Any) -> None:
    """Words outside the markers, headings and other YAML keys stay; blocks and our keys do not."""
    card = render(made.contents)
    mine = card.replace("## Load it", "Mine, with `code`.\n\n## How I load it").replace(
        "pretty_name: Tiny", "pretty_name: Mine\ntags:\n- local-news"
    )
    later = make({"a": story(lines=LINES[:1])}, "2.0.0")
    kept = render(later.contents, previous=mine)
    assert "Mine, with `code`.\n\n## How I load it\n" in kept
    assert (front(kept)["tags"], front(kept)["pretty_name"]) == (["local-news"], "Tiny")
    assert "Version 2.0.0 (2026-03-01) holds 1 sentence of 1 news article on 1 event" in block(
        kept, "summary"
    )
    assert "1.0.0" not in kept


def test_lost_block(made: Any) -> None:
    """A block that somebody deleted comes back at the end."""
    card = render(made.contents)
    gone = card.replace(
        f"<!-- copydesk:begin limits -->\n{block(card, 'limits')}\n<!-- copydesk:end limits -->", ""
    )
    again = render(made.contents, previous=gone)
    assert again.endswith("<!-- copydesk:end limits -->\n")
    assert block(again, "limits") == block(card, "limits")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "<!-- copydesk:end load -->",
            "",
            "README.md:{line}: The marker '<!-- copydesk:begin labels -->' has no partner, or its "
            "block is there twice. Each block begins and ends once, and none is inside another.",
        ),
        (
            "language:",
            "[",
            "README.md: The front matter is not YAML: ",
        ),
    ],
)
def test_broken_card(tmp_path: Path, made: Any, old: str, new: str, message: str) -> None:
    """A card whose markers or YAML are broken is refused, and left as it was."""
    folder = made.write(tmp_path)
    write_card(tmp_path, folder)
    path = tmp_path / "README.md"
    broken = path.read_text(encoding="utf-8").replace(old, new, 1)
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_card(tmp_path, folder)
    body = broken.partition("\n---\n")[2]
    line = body[: body.index("<!-- copydesk:begin labels")].count("\n") + 1
    assert str(caught.value).startswith(message.format(line=line))
    assert path.read_text(encoding="utf-8") == broken


def test_baselines(tmp_path: Path, made: Any) -> None:
    """Baselines are shown only if they were computed on this very release."""
    contents = Contents.read(made.write(tmp_path))
    document = {
        "digest": contents.digest,
        "method": "Scored so.",
        "version": "1.0.0",
        "models": [
            {"name": "majority class", "macro_f1": 0.125, "low": 0.1, "high": 0.2, "labels": {}}
        ],
    }
    path = tmp_path / "baselines" / "1.0.0.json"
    path.parent.mkdir()
    path.write_text(json.dumps(document), encoding="utf-8")
    found = read_baselines(tmp_path, contents)
    assert "| majority class | 0.12 | 0.10 to 0.20 |\n\nScored so." in block(
        render(contents, baselines=found), "baselines"
    )
    document["models"][0]["labels"] = {
        "background": {"f1": 0.5, "low": 0.4, "high": 0.6, "sentences": 2}
    }
    document["comparisons"] = [
        {
            "title": "People elsewhere",
            "method": "Compared so.",
            "figures": [{"name": "F1", "value": 0.5, "low": 0.25, "high": 0.75}],
        }
    ]
    path.write_text(json.dumps(document), encoding="utf-8")
    shown = block(render(contents, baselines=read_baselines(tmp_path, contents)), "baselines")
    assert "| majority class | `background` | 0.50 | 0.40 to 0.60 | 2 |\n\n</details>" in shown
    assert shown.endswith(
        "### People elsewhere\n\n| measure | value | 95 % interval |\n| --- | ---: | ---: |\n"
        "| F1 | 0.50 | 0.25 to 0.75 |\n\nCompared so."
    )
    path.write_text(path.read_text().replace(contents.digest, "0" * 64), encoding="utf-8")
    assert read_baselines(tmp_path, contents) is None
    assert block(render(contents), "baselines").startswith("Not computed for version 1.0.0.")


def test_hydrated(made: Any) -> None:
    """A copy that was filled in says that it must not be published."""
    made.manifest["hydrated_from"] = "0" * 64
    card = render(made.contents)
    assert block(card, "summary").startswith(
        "**This copy was filled in with text that may not be passed on. Do not publish it.**"
    )


@pytest.mark.parametrize("table", CURRENT.tables)
def test_features(table: str) -> None:
    """The features in the YAML are those that `datasets` itself would write."""
    from datasets import ClassLabel, Features

    schema = arrow_schema(table)
    features = Features.from_arrow_schema(schema.remove_metadata())
    if "label" in features:
        features["label"] = ClassLabel(names=["quote", "claim", "speculation", "background"])
    assert yaml_features(schema) == features._to_yaml_list()


def test_load_dataset(tmp_path: Path, made: Any, make: Any, story: Any) -> None:
    """`load_dataset` gives every config from the card alone, and its successor is never stale.

    Both releases are loaded through one cache; the second changes a single label.
    """
    from datasets import ClassLabel, load_dataset

    dataset, cache = tmp_path / "dataset", str(tmp_path / "cache")
    write_card(dataset, made.write(dataset))
    rows = load_dataset(str(dataset), cache_dir=cache)
    assert (list(rows), rows["train"]["label"]) == (["train"], [3, 0, 2])
    assert isinstance(rows["train"].features["label"], ClassLabel)
    counts = {}
    for config in CURRENT.tables:
        found = load_dataset(str(dataset), config, cache_dir=cache)
        counts[config] = {split: len(part) for split, part in found.items()}
    assert counts == {
        "sentences": {"train": 3},
        "standoff": {"test": 3},
        "articles": {"train": 1, "test": 1},
        "annotations": {"train": 8, "test": 8},
        "quotes": {"train": 1},
    }
    streamed = load_dataset(str(dataset), "articles", streaming=True)
    assert [row["text"] for row in streamed["test"]] == [None]
    other = [("The river rose on Monday.", ["claim"]), *LINES[1:]]
    later = make({"a": story(lines=other)}, "2.0.0")
    write_card(dataset, later.write(dataset))
    assert load_dataset(str(dataset), split="train", cache_dir=cache)["label"] == [1, 0, 2]


def test_loading_warns_of_nothing(
    tmp_path: Path, made: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """`datasets` takes all of the card's description, and its sizes are near the true ones."""
    from datasets import load_dataset_builder
    from datasets.utils import logging

    dataset = tmp_path / "dataset"
    write_card(dataset, made.write(dataset))
    logging.get_logger().addHandler(caplog.handler)
    try:
        for config in CURRENT.tables:
            told = front((dataset / "README.md").read_text(encoding="utf-8"))["dataset_info"]
            stated = next(info for info in told if info["config_name"] == config)
            builder = load_dataset_builder(str(dataset), config, cache_dir=str(tmp_path / "cache"))
            builder.download_and_prepare()
            assert {s["name"]: s["num_examples"] for s in stated["splits"]} == {
                split.name: split.num_examples for split in builder.info.splits.values()
            }
            sizes = sum(split["num_bytes"] for split in stated["splits"])
            assert sizes == stated["dataset_size"]
            # Validity bitmaps, at most a byte for each value of a row, are not counted.
            assert 0.7 * builder.info.dataset_size < sizes <= builder.info.dataset_size
    finally:
        logging.get_logger().removeHandler(caplog.handler)
    assert [r.getMessage() for r in caplog.records if r.levelname not in ("DEBUG", "INFO")] == []


_RENDER = """
import sys
from pathlib import Path
from copydesk.files import dump_json
from copydesk.release import card, changes, croissant
from copydesk.release.contents import Contents
from copydesk.release.datasheet import render as datasheet
contents = Contents.read(Path(sys.argv[1]))
for text in (
    card.render(contents),
    changes.render(contents, None),
    dump_json(croissant.render(contents)),
    datasheet(contents),
):
    sys.stdout.buffer.write(text.encode())
"""


@pytest.mark.long
def test_determinism(tmp_path: Path, made: Any) -> None:
    """Card, changes, Croissant and datasheet are the same bytes elsewhere, whatever the process.

    The second process has another locale, time zone, hash seed, thread count and directory.
    """
    outputs = []
    for number, setting in enumerate(
        [
            {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "1", "POLARS_MAX_THREADS": "1"},
            {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kolkata", "PYTHONHASHSEED": "7"},
        ]
    ):
        folder = made.write(tmp_path / str(number))
        command = [sys.executable, "-c", _RENDER, str(folder)]
        run = subprocess.run(
            command, env={**os.environ, **setting}, capture_output=True, check=True
        )
        outputs.append(run.stdout)
    assert len(outputs[0]) > 10_000
    assert outputs[0] == outputs[1]


def test_each_version_of_the_guidelines_is_named_with_its_answers() -> None:
    """Where answers followed two versions, neither is said of all of them."""
    say = words("words.jinja")
    one = SimpleNamespace(rounds=("r",), guidelines={"1.0": 3111})
    two = SimpleNamespace(rounds=("r",), guidelines={"1.0": 3111, "1.1": 1})
    assert line(say.followed(one)) == "Annotators followed version 1.0 of the guidelines."
    assert line(say.followed(two)) == (
        "Annotators followed version 1.0 (3,111 answers) and version 1.1 (1 answer) of the "
        "guidelines."
    )


def test_answers_are_counted_by_the_version_of_the_guidelines(made: Any) -> None:
    """The facts have every answer's version: here all 16 followed one."""
    assert facts(made.contents).guidelines == {"0.1": 16}
