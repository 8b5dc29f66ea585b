"""Croissant metadata: against the Parquet, and loaded by mlcroissant."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from copydesk.contract.tables import CURRENT
from copydesk.files import atomic_write, dump_json
from copydesk.release.card import write_card
from copydesk.release.contents import Contents
from copydesk.release.croissant import render
from copydesk.release.croissant_check import Mismatch, check

LINES = [
    ("The river rose on Monday.", ["background", "background"]),
    ("“It came at night,” she said.", ["quote", "claim", "quote"]),
]


@pytest.fixture
def release(tmp_path: Path, make: Any, story: Any) -> Path:
    """A release with withheld text, nested columns that are full and empty, and two splits."""
    made = make(
        {
            "a": story(lines=LINES, quoted=[(26, 44), (30, 34)]),
            "b": story(lines=LINES, event="fire", split="test", given=False, quoted=[(26, 44)]),
        }
    )
    rows = made.tables["sentences", "train"].to_pylist()
    say = {"start": 47, "end": 51, "entry": "say"}
    rows[1]["cues"] = [say, {"start": 1, "end": 2, "entry": "x"}]
    quotes = made.tables["quotes", "train"].to_pylist()
    quotes[0] |= {
        "speaker": {"start": 43, "end": 46, "text": "she"},
        "cue": say,
        "similarity": 0.5,
    }
    tables = {
        **made.tables,
        ("sentences", "train"): type(made.tables["sentences", "train"]).from_pylist(
            rows, made.tables["sentences", "train"].schema
        ),
        ("quotes", "train"): type(made.tables["quotes", "train"]).from_pylist(
            quotes, made.tables["quotes", "train"].schema
        ),
    }
    folder: Path = type(made)(tables=tables, manifest=made.manifest).write(tmp_path)
    atomic_write(folder / "croissant.json", dump_json(render(Contents.read(folder))))
    return folder


def test_listed_or_not(release: Path) -> None:
    """The document is the same before it is itself listed in the manifest, and after, sorted."""
    contents = Contents.read(release)
    entry = {"path": "croissant.json", "sha256": "0" * 64, "bytes": 1, "rows": None}
    manifest = {**contents.manifest, "files": [entry, *reversed(contents.manifest["files"])]}
    listed = Contents(manifest=manifest, parts=contents.parts)
    assert render(listed) == render(contents)


def test_no_mismatch(release: Path) -> None:
    """A document that was just rendered contradicts nothing."""
    contents = Contents.read(release)
    assert list(check(render(contents), contents)) == []


def _drop_field(document: dict[str, Any]) -> None:
    fields = document["recordSet"][3]["field"]
    del fields[9]


def _rename_file(document: dict[str, Any]) -> None:
    document["distribution"][0]["@id"] = "sentences/dev.parquet"


def _set(*keys: Any, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: Any) -> None:
        for key in keys[:-1]:
            document = document[key]
        document[keys[-1]] = to

    return change


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (
            _set("license", to=[]),
            [
                (
                    "/license",
                    "It is [], the release has ['https://spdx.org/licenses/CC-BY-4.0.html'].",
                )
            ],
        ),
        (
            _set("version", to="1.0.1"),
            [("/version", "It is '1.0.1', the release has '1.0.0'.")],
        ),
        (
            _set("recordSet", 3, "field", 9, "dataType", to="sc:Text"),
            [
                (
                    "/recordSet/3/field/9/dataType",
                    "It is 'sc:Text', the release has 'cr:Int64'.",
                )
            ],
        ),
        (_drop_field, [("/recordSet/3/field", "'sentences/label' is not described.")]),
        (
            _rename_file,
            [
                ("/distribution", "'annotations/test.parquet' is not described."),
                ("/distribution/0", "'sentences/dev.parquet' is not in the release."),
            ],
        ),
        (
            _set("recordSet", 0, "data", 0, "labels/name", to="citation"),
            None,
        ),
    ],
)
def test_mismatch(
    release: Path,
    spoil: Callable[[dict[str, Any]], None],
    expected: list[tuple[str, str]] | None,
) -> None:
    """Each thing that mlcroissant's own validation lets pass is found, with its place."""
    contents = Contents.read(release)
    document = copy.deepcopy(render(contents))
    spoil(document)
    found = list(check(document, contents))
    if expected is None:
        assert [m.pointer for m in found] == ["/recordSet/0/data"]
    else:
        assert found == [Mismatch(pointer=p, message=m) for p, m in expected]


def test_wrong_checksum(release: Path) -> None:
    """A file's checksum that is not the manifest's is found."""
    contents = Contents.read(release)
    document = copy.deepcopy(render(contents))
    document["distribution"][2]["sha256"] = "0" * 64
    (found,) = check(document, contents)
    assert found.pointer == "/distribution/2/sha256"
    assert found.message.startswith(f"It is '{'0' * 64}', the release has '")


def plain(value: Any) -> Any:
    """A value of mlcroissant's as `datasets` gives it: text, numbers, short field names."""
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, dict):
        inner = {name.rpartition("/")[2]: plain(item) for name, item in value.items()}
        # mlcroissant has no null for a field with subfields: it gives nulls inside.
        return inner if any(item is not None for item in inner.values()) else None
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
    return value.item() if hasattr(value, "item") else value


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.long
def test_mlcroissant(release: Path) -> None:
    """mlcroissant reads every record of every config as `datasets` does, nested or withheld."""
    import mlcroissant
    from datasets import load_dataset

    dataset = release.parents[1]
    write_card(dataset, release)

    data = mlcroissant.Dataset(jsonld=str(release / "croissant.json"))
    assert (data.metadata.issues.errors, data.metadata.issues.warnings) == (set(), set())
    for table in CURRENT.tables:
        found = [
            {name.partition("/")[2]: plain(value) for name, value in record.items()}
            for record in data.records(table)
        ]
        loaded = load_dataset(str(dataset), table, cache_dir=str(dataset / "cache"))
        expected = [{"split": split, **row} for split, rows in loaded.items() for row in rows]
        assert len(expected) > 0
        assert sorted(map(str, found)) == sorted(map(str, expected))


def test_rai(release: Path) -> None:
    """The RAI properties say who annotated, how often, and what is withheld."""
    document = render(Contents.read(release))
    assert document["rai:annotationsPerItem"] == "2 to 3 answers a sentence, 2.50 on average"
    assert document["rai:machineAnnotationTools"] == ["a1 (model)", "a2 (model)", "a3 (model)"]
    assert document["rai:annotatorDemographics"] == ["No person has annotated."]
    assert document["rai:dataCollectionMissingData"].startswith(
        "The text of 1 article (2 sentences) is withheld"
    )


def test_croissant_of_schema_1_0_is_as_it_was(release: Path) -> None:
    """PROV and ODRL came with schema 1.1: the shipped release 1.0.0 comes out to the byte."""
    shipped = Path(__file__).resolve().parents[2] / "dataset/releases/1.0.0"
    text = (shipped / "croissant.json").read_text(encoding="utf-8")
    assert dump_json(render(Contents.read(shipped))) == text
    assert "usageInfo" not in text


@pytest.fixture
def modern(release: Path) -> Contents:
    """The release as one of schema 1.1 that follows another, with an adjudicator."""
    contents = Contents.read(release)
    manifest = {
        **contents.manifest,
        "schema_version": "1.1",
        "previous": "0.9.0",
        "rounds": ["main"],
        "adjudicators": {"anna": "human"},
    }
    return Contents(manifest=manifest, parts=contents.parts)


def test_who_made_what(modern: Contents) -> None:
    """Answers and labels name their makers and their kind; quotations are said to be by rules."""
    document = render(modern)
    nodes = {node["@id"]: node for node in document["recordSet"]}
    assert document["prov:wasDerivedFrom"]["@id"] == "../0.9.0/croissant.json"
    assert [(a["@type"], a["prov:label"]) for a in nodes["sentences"]["prov:wasAttributedTo"]] == [
        ("prov:SoftwareAgent", "a1 (a model)"),
        ("prov:SoftwareAgent", "a2 (a model)"),
        ("prov:SoftwareAgent", "a3 (a model)"),
        ("prov:Person", "anna (a person)"),
    ]
    assert nodes["annotations"]["prov:wasGeneratedBy"]["prov:label"] == "Annotation in round main"
    (rules,) = nodes["quotes"]["prov:wasAttributedTo"]
    assert rules["prov:label"] == "copydesk (rules)"
    fields = {field["@id"]: field for field in nodes["annotations"]["field"]}
    assert fields["annotations/annotator"]["equivalentProperty"] == "prov:wasAttributedTo"


def test_what_may_be_done_follows_the_rights_of_each_article(modern: Contents) -> None:
    """Labels and given texts are offered under their licences; withheld texts may not be given."""
    labels, texts, withheld = render(modern)["usageInfo"]
    assert labels["license"] == texts["license"] == "https://spdx.org/licenses/CC-BY-4.0.html"
    assert labels["odrl:permission"]["odrl:duty"]["odrl:action"] == {"@id": "odrl:attribute"}
    chosen = texts["odrl:permission"]["odrl:target"]["odrl:refinement"]
    assert [(c["odrl:leftOperand"]["@id"], c["odrl:rightOperand"]) for c in chosen] == [
        ("articles/licence", "CC-BY-4.0"),
        ("articles/redistributable", True),
    ]
    assert withheld["odrl:prohibition"]["odrl:action"] == {"@id": "odrl:distribute"}
    assert (
        withheld["odrl:prohibition"]["odrl:target"]["odrl:refinement"][0]["odrl:rightOperand"]
        is False
    )


def test_false_makers_and_conditions_are_found(modern: Contents) -> None:
    """A document that turns a model into a person, or drops a condition of use, is contradicted."""
    document = copy.deepcopy(render(modern))
    assert list(check(document, modern)) == []
    document["recordSet"][3]["prov:wasAttributedTo"][0]["@type"] = "prov:Person"
    del document["usageInfo"][2]
    assert [m.pointer for m in check(document, modern)] == [
        "/recordSet/3/prov:wasAttributedTo",
        "/usageInfo",
    ]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_mlcroissant_takes_the_new_terms(modern: Contents, release: Path) -> None:
    """mlcroissant finds nothing wrong with PROV and ODRL, and still reads the records."""
    import mlcroissant

    atomic_write(release / "croissant.json", dump_json(render(modern)))
    data = mlcroissant.Dataset(jsonld=str(release / "croissant.json"))
    assert (data.metadata.issues.errors, data.metadata.issues.warnings) == (set(), set())
    assert len(list(data.records("sentences"))) == 2
