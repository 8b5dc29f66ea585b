"""labels.json, JSON Schema, pandera, ClassLabel and the page of rules say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from jsonschema import Draft202012Validator

from copydesk.contract.arrow import arrow_schema
from copydesk.contract.checks import Check
from copydesk.contract.conformance import fast_validator, load_schema, validator
from copydesk.contract.json_schema import table_schema
from copydesk.contract.labels import NEWS
from copydesk.contract.tables import CURRENT
from copydesk.errors import InputError
from copydesk.rooms import schema_dir
from copydesk.validate import RULES, by_pandera, canary
from copydesk.validate.rules import LEVELS, rules_markdown

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = sorted(
    path.relative_to(schema_dir()).as_posix().removesuffix(".schema.json")
    for path in schema_dir().rglob("*.schema.json")
)


@pytest.mark.parametrize("table", CURRENT.tables)
def test_the_schemas_of_rows_are_those_of_the_tables(table: str) -> None:
    """Run 'python -m copydesk.contract.json_schema' when this fails."""
    assert load_schema(f"tables/{table}") == table_schema(table)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_a_schema(name: str) -> None:
    """JSON Schema 2020-12, by its own metaschema, and known to the fast library too."""
    schema = load_schema(name)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"https://copydesk.invalid/schema/{name}.schema.json"
    Draft202012Validator.check_schema(schema)
    assert fast_validator(name)


def test_the_page_of_rules_is_made_from_the_rules() -> None:
    """docs/rules.md is `rules_markdown()`, nothing else."""
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == rules_markdown()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_said_in_sentences(rule: Any) -> None:
    """Meaning and mend end in a full stop; the level is one that there is."""
    assert rule.level in LEVELS
    assert rule.meaning.endswith(".") or rule.meaning.endswith("--rebuild).")
    assert rule.fix.endswith(".")


@pytest.mark.parametrize("table", CURRENT.tables)
def test_pandera_models_have_the_columns_and_types_of_the_tables(table: str) -> None:
    """Names, order, nulls and types, as an empty table read from Arrow has them."""
    model = by_pandera.model(table)
    frame = pl.DataFrame(arrow_schema(table).empty_table())
    assert list(model.columns) == [column.name for column in CURRENT[table].columns]
    for column in CURRENT[table].columns:
        assert model.columns[column.name].nullable == column.nullable
        assert model.columns[column.name].dtype.type == frame.schema[column.name]


def test_json_schema_and_pandera_bound_labels_alike() -> None:
    """0 to 3, as labels.json has four; -1 and 4 are none."""
    assert table_schema("sentences")["properties"]["label"]["maximum"] == len(NEWS.names) - 1 == 3
    assert list(table_schema("sentences")["properties"]["votes"]["properties"]) == list(NEWS.names)
    for label, rules in ((0, []), (3, []), (-1, ["label-unknown"]), (4, ["label-unknown"])):
        frame = canary.canary().head(1).with_columns(label=pl.lit(label, dtype=pl.Int64))
        failed = by_pandera.violations("sentences", frame)
        assert failed is not None
        assert [violation.rule for violation in failed] == rules


def test_a_lazy_frame_is_refused() -> None:
    """pandera would look at its schema only, and pass every value."""
    with pytest.raises(TypeError, match="pandera checks no values of a LazyFrame"):
        by_pandera.violations("sentences", canary.canary().lazy())  # type: ignore[arg-type]


def test_what_pandera_says_of_each_row_is_what_is_found() -> None:
    """The rows at fault with all that they hold; what is not a number is not called null too."""
    good = canary.canary().head(1)
    rows = pl.concat([good] * 4).with_columns(
        quoted_ratio=pl.Series([0.5, None, float("nan"), -0.5]), _row=pl.Series([1, 2, 3, 4])
    )
    found = by_pandera.violations("sentences", rows)
    assert found is not None
    assert [(v.rule, v.message, v.rows["_row"].to_list()) for v in found] == [
        ("value-null", "'quoted_ratio' is null.", [2]),
        ("value-out-of-range", "'quoted_ratio' is {quoted_ratio}, which is less than 0.", [4]),
        # polars sorts what is not a number above all numbers.
        ("value-out-of-range", "'quoted_ratio' is {quoted_ratio}, which is more than 1.", [3]),
        ("value-out-of-range", "'quoted_ratio' is {quoted_ratio}, which is not a number.", [3]),
    ]


def test_a_time_beyond_the_calendar_is_named(valid: Path) -> None:
    """Neither Python nor pandera can hold it, and the other checks of the table are still made."""
    rows = pl.read_parquet(sorted(valid.glob("dataset/releases/*/annotations/*"))[0]).head(2)
    far = pl.Series([0, 9 * 10**18]).cast(rows.schema["created_at"])
    found = by_pandera.violations(
        "annotations", rows.with_columns(far.alias("created_at"), arm=pl.lit("x"))
    )
    assert found is not None
    assert [(v.rule, v.column, v.rows.height) for v in found] == [
        ("value-out-of-range", "created_at", 1),
        ("value-out-of-range", "arm", 2),
    ]


def test_a_check_that_cannot_run_is_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns of another type are for other rules; a check that breaks on good ones is a fault."""
    frame = canary.canary().head(1)
    assert by_pandera.violations("sentences", frame.with_columns(start=pl.lit("0"))) is None
    broken = Check(rule="value-null", column="start", holds=pl.col("nowhere") > 0, message="")
    monkeypatch.setattr(by_pandera, "checks", lambda table, contract: (broken,))
    monkeypatch.setattr(by_pandera, "model", by_pandera.model.__wrapped__)
    with pytest.raises(RuntimeError, match="pandera could not judge 'start'"):
        by_pandera.violations("sentences", frame)


def test_the_gate_proves_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the models passed the canary, or pandera were off, nothing would be validated."""
    canary.prove_gate()
    monkeypatch.setattr(by_pandera, "violations", lambda table, frame: [])
    with pytest.raises(Exception, match="passed or misread a known-bad table"):
        canary.prove_gate()
    monkeypatch.undo()
    from pandera.config import config_context

    with config_context(validation_enabled=False), pytest.raises(InputError, match="turned off"):
        canary.prove_gate()


def _specimens() -> Iterator[tuple[str, Any]]:
    """Documents, right and wrong in many ways, each with its schema."""
    article = {"article_id": "a", "published": "2026-02-27", "url": "https://x.example/a"}
    yield "article", article
    for key, value in (
        ("article_id", "A"),
        ("published", "2026-02-30"),
        ("published", None),
        ("url", "no address"),
        ("language", "e"),
        ("mood", 1),
        ("text_sha256", "00"),
        ("article_id", "a\n"),
    ):
        yield "article", article | {key: value}
    yield "article", article | {"file": "x", "text": "y"}
    index = {"version": "1.0.0", "created": "2026-01-01T00:00:00Z", "digest": "0" * 64}
    changes: list[dict[str, Any]] = [{}, {"version": "1.0"}, {"created": "x"}, {"digest": 3}]
    for change in changes:
        yield "index", {"releases": [index | change]}
    yield "index", []
    row = canary.canary().row(0, named=True)
    for change in (
        {},
        {"label": -1},
        {"label": None},
        {"label": 1.0},
        {"label": 1.5},
        {"label": True},
        {"agreement": 2},
        {"votes": {"quote": 1}},
        {"cues": [{"start": 0, "end": 0, "entry": "x"}]},
        {"zone": "note"},
        {"start": 2**31},
    ):
        yield "tables/sentences", row | change
    yield "labels", json.loads((schema_dir() / "labels.json").read_text())
    yield "corpus", {"corpus": {"name": "x", "title": "X"}, "waivers": [{"rule": "x"}]}


@pytest.mark.parametrize(("schema", "document"), list(_specimens()))
def test_both_libraries_say_the_same(schema: str, document: Any) -> None:
    """jsonschema, which judges documents, and jsonschema-rs, which judges rows, find alike."""
    slow = {tuple(error.absolute_path) for error in validator(schema).iter_errors(document)}
    fast = {tuple(error.instance_path) for error in fast_validator(schema).iter_errors(document)}
    assert slow == fast
