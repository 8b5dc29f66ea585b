"""What changed between two releases, and the version that it demands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from scipy.stats import chi2_contingency

from copydesk.contract.conformance import check_document
from copydesk.errors import IntegrityError
from copydesk.release.diff import Diff, compare
from copydesk.release.diff_report import as_document, as_html, as_text, verdict
from copydesk.release.drift import drift
from copydesk.release.versions import Bump

LINES = [
    ("The river rose on Monday.", ["background", "background", "background"]),
    ("“It came at night,” she said.", ["quote", "quote", "claim"]),
    ("It may fall by Friday.", ["speculation"]),
]


def changed(diff: Diff) -> set[tuple[str, str, str]]:
    """Every change as (table, kind, record)."""
    return set(diff.changes.select("table", "kind", "record").iter_rows())


@pytest.fixture
def differ(make: Any, story: Any) -> Any:
    """Compares two releases made of stories."""

    def run(before: dict[str, Any], after: dict[str, Any]) -> Diff:
        old = {name: story(**fields) for name, fields in before.items()}
        new = {name: story(**fields) for name, fields in after.items()}
        return compare(make(old, "1.2.3").contents, make(new, "9.9.9").contents)

    return run


def test_nothing(differ: Any) -> None:
    """Equal records demand a PATCH: only words about the data can have changed."""
    same = {"a": {"lines": LINES, "quoted": [(26, 44)]}, "b": {"lines": LINES, "given": False}}
    diff = differ(same, same)
    assert (Bump.PATCH, "1.2.4", set()) == (diff.bump, str(diff.least), changed(diff))
    assert (
        verdict(diff)
        == "The least version allowed is 1.2.4 (PATCH): no record or column changed since 1.2.3."
    )


def test_article_added(differ: Any) -> None:
    """A new article adds records in its tables and demands a MINOR."""
    diff = differ({"a": {"lines": LINES}}, {"a": {"lines": LINES}, "b": {"lines": LINES[:1]}})
    assert str(diff.least) == "1.3.0"
    assert {
        ("sentences", "added", "b.001"),
        ("articles", "added", "b"),
        ("annotations", "added", "b.001.a1"),
        ("annotations", "added", "b.001.a2"),
        ("annotations", "added", "b.001.a3"),
    } == changed(diff)


def test_article_gone(differ: Any) -> None:
    """A record that went demands a MAJOR, and the verdict names it."""
    diff = differ({"a": {"lines": LINES}, "b": {"lines": LINES[2:]}}, {"a": {"lines": LINES}})
    assert {
        ("sentences", "gone", "b.001"),
        ("articles", "gone", "b"),
        ("annotations", "gone", "b.001.a1"),
    } == changed(diff)
    assert (
        verdict(diff)
        == "The least version allowed is 2.0.0 (MAJOR): sentences, gone: b.001 and 2 more such "
        "kinds of change."
    )


def test_answer_added(differ: Any) -> None:
    """A further answer that leaves the label as it was adds a record and renews votes: MINOR."""
    more = [*LINES[:2], ("It may fall by Friday.", ["speculation", "speculation"])]
    diff = differ({"a": {"lines": LINES}}, {"a": {"lines": more}})
    assert Bump.MINOR is diff.bump
    assert {
        ("sentences", "values-changed", "a.003"),
        ("annotations", "added", "a.003.a2"),
    } == changed(diff)
    assert diff.changes.filter(kind="values-changed").select("after").rows() == [
        ("votes, n_annotators, label_source",)
    ]


def test_label_changed(differ: Any) -> None:
    """A changed label demands a MAJOR and stands in the matrix from → to."""
    other = [LINES[0], ("“It came at night,” she said.", ["quote", "claim", "claim"]), LINES[2]]
    diff = differ({"a": {"lines": LINES}}, {"a": {"lines": other}})
    assert str(diff.least) == "2.0.0"
    assert {
        ("sentences", "label-changed", "a.002"),
        ("sentences", "values-changed", "a.002"),
        ("annotations", "label-changed", "a.002.a2"),
    } == changed(diff)
    assert diff.matrix == {"quote": {"claim": 1}}


def test_split_moved(differ: Any) -> None:
    """A record in another split demands a MAJOR."""
    diff = differ({"a": {"lines": LINES[2:]}}, {"a": {"lines": LINES[2:], "split": "test"}})
    assert {
        ("sentences", "split-moved", "a.001"),
        ("articles", "split-moved", "a"),
        ("annotations", "split-moved", "a.001.a1"),
    } == changed(diff)
    assert str(diff.least) == "2.0.0"


@pytest.mark.parametrize("given", [True, False])
def test_rights_changed(differ: Any, given: bool) -> None:
    """Text that is withheld now, or given now, is the same record under another right: MAJOR."""
    diff = differ(
        {"a": {"lines": LINES[2:], "given": given}}, {"a": {"lines": LINES[2:], "given": not given}}
    )
    assert {("sentences", "rights-changed", "a.001"), ("articles", "rights-changed", "a")} == (
        changed(diff)
    )
    assert str(diff.least) == "2.0.0"


@pytest.mark.parametrize("given", [True, False])
def test_rewritten_article(differ: Any, given: bool) -> None:
    """In a rewritten article sentences are paired by their words, not by their number."""
    new = [("Rain fell first.", ["background"]), LINES[0], ("“It came,” she said.", ["quote"])]
    diff = differ({"a": {"lines": LINES, "given": given}}, {"a": {"lines": new, "given": given}})
    sentences = {change[1:] for change in changed(diff) if change[0] == "sentences"}
    assert {
        ("added", "a.001"),
        ("moved", "a.001"),
        ("text-changed", "a.002"),
        ("gone", "a.003"),
    } == sentences
    assert ("articles", "text-changed", "a") in changed(diff)
    moved = diff.changes.filter(kind="moved").select("before", "after").rows()
    assert moved == [("0–25", "17–42")]


def test_boundaries_changed(make: Any, story: Any) -> None:
    """A sentence cut in two in an unchanged text has changed boundaries; its halves are not new."""
    old = make({"a": story(lines=[("One fact. Two facts.", ["background"])])}, "1.0.0")
    new = make({"a": story(lines=[("One fact. Two facts.", ["background"])])}, "2.0.0")
    halves = new.tables["sentences", "train"].to_pylist() * 2
    halves[0] = halves[0] | {"end": 9, "text": "One fact."}
    halves[1] = halves[1] | {"start": 10, "text": "Two facts.", "sentence_id": "a.002"}
    tables = {
        **new.tables,
        ("sentences", "train"): pa.Table.from_pylist(
            halves, new.tables["sentences", "train"].schema
        ),
    }
    diff = compare(old.contents, type(new)(tables=tables, manifest=new.manifest).contents)
    assert (diff.changes.rows()) == [
        ("sentences", "boundaries-changed", "a.001", "0–20", "0–9, 10–20")
    ]
    assert str(diff.least) == "2.0.0"


def test_sentences_that_only_touch_are_others(make: Any, story: Any) -> None:
    """One that begins where another ended shares no character with it: gone, and added."""
    made = make({"a": story(lines=[("It ended.It began.", ["background"])])}, "1.0.0")
    (row,) = made.tables["sentences", "train"].to_pylist()

    def only(start: int, end: int) -> Any:
        part = row | {"start": start, "end": end, "text": row["text"][start:end]}
        rows = pa.Table.from_pylist([part], made.tables["sentences", "train"].schema)
        tables = {**made.tables, ("sentences", "train"): rows}
        return type(made)(tables=tables, manifest=made.manifest).contents

    for one, other in (((0, 9), (9, 18)), ((9, 18), (0, 9))):
        found = compare(only(*one), only(*other)).changes.filter(table="sentences")
        assert set(found["kind"]) == {"gone", "added"}


def test_values_of_an_article(differ: Any) -> None:
    """An article's other particulars, such as its outlet, may be renewed with a MINOR."""
    diff = differ({"a": {"lines": LINES}}, {"a": {"lines": LINES, "outlet": "The Post"}})
    assert {("articles", "values-changed", "a")} == changed(diff)
    assert str(diff.least) == "1.3.0"


def test_answers_of_rules_are_dated_by_their_cut(make: Any, story: Any) -> None:
    """A rule that answers the same at a later cut has changed nothing; a person's date would."""

    def dated(kind: str, day: int) -> Any:
        made = make({"a": story(lines=LINES[2:])}, kinds={"a1": kind})
        rows = made.tables["annotations", "train"].to_pylist()
        rows[0]["created_at"] = datetime(2026, 2, day, tzinfo=UTC)
        schema = made.tables["annotations", "train"].schema
        tables = {**made.tables, ("annotations", "train"): pa.Table.from_pylist(rows, schema)}
        return type(made)(tables=tables, manifest=made.manifest).contents

    assert compare(dated("rule", 1), dated("rule", 2)).bump is Bump.PATCH
    assert changed(compare(dated("human", 1), dated("human", 2))) == {
        ("annotations", "values-changed", "a.001.a1")
    }


def test_quotes(differ: Any) -> None:
    """A quotation is known by its place: another span is one that went and one that came."""
    diff = differ(
        {"a": {"lines": LINES, "quoted": [(26, 44)]}}, {"a": {"lines": LINES, "quoted": [(26, 43)]}}
    )
    assert {("quotes", "gone", "a.q001"), ("quotes", "added", "a.q001")} == changed(diff)


def with_column(made: Any, table: str, name: str, values: pa.Array) -> Any:
    """The same release with one more or another column."""
    rows = made.tables[table, "train"]
    rows = rows.drop([name]) if name in rows.schema.names else rows
    tables = {**made.tables, (table, "train"): rows.append_column(name, values)}
    return type(made)(tables=tables, manifest=made.manifest)


def test_columns(make: Any, story: Any) -> None:
    """A new column demands a MINOR; one that goes or changes its type, a MAJOR."""
    plain = make({"a": story(lines=LINES[:1])})
    more = with_column(plain, "sentences", "tone", pa.array(["calm"]))
    wide = with_column(plain, "sentences", "quoted_ratio", pa.array([0.0], pa.float32()))

    def found(old: Any, new: Any) -> tuple[Bump, list[tuple[str, ...]]]:
        diff = compare(old.contents, new.contents)
        return diff.bump, [(c.kind, c.column, c.before, c.after) for c in diff.columns]  # type: ignore[misc]

    assert found(plain, more) == (Bump.MINOR, [("column-added", "tone", None, "string")])
    assert found(more, plain) == (Bump.MAJOR, [("column-gone", "tone", "string", None)])
    assert found(plain, wide) == (
        Bump.MAJOR,
        [("column-type-changed", "quoted_ratio", "double", "float")],
    )


def test_same_place_twice(make: Any, story: Any) -> None:
    """A release with two sentences at one place is refused, not compared to a square of rows."""
    made = make({"a": story(lines=LINES[:1])})
    rows = made.tables["sentences", "train"]
    tables = {**made.tables, ("sentences", "train"): pa.concat_tables([rows, rows])}
    broken = type(made)(tables=tables, manifest=made.manifest)
    with pytest.raises(IntegrityError) as caught:
        compare(made.contents, broken.contents)
    assert (
        str(caught.value)
        == "release 1.0.0: 2 records of the table 'sentences' are at the same place, among them "
        "'a.001'. Run 'copydesk validate' on it."
    )


def test_drift() -> None:
    """Chi-square and V are Pearson's and Cramér's: equal to SciPy's, and to a sum by hand."""
    found = drift("label", {"quote": 30, "claim": 10, "none": 0}, {"quote": 20, "claim": 20})
    # Expected 25, 15, 25, 15: (25 + 25) / 25 + (25 + 25) / 15 = 5.3333, V = sqrt(5.3333 / 80).
    assert (pytest.approx(16 / 3), 1) == (found.chi2, found.degrees)
    assert pytest.approx((16 / 3 / 80) ** 0.5) == found.cramers_v
    chi2, p, _, _ = chi2_contingency([[30, 10], [20, 20]], correction=False)
    assert (pytest.approx(chi2), pytest.approx(p)) == (found.chi2, found.p)


@pytest.mark.parametrize("categories", range(2, 9))
def test_p_of_drift(categories: int) -> None:
    """On any degrees of freedom p is SciPy's, from a difference of nothing to a very large one."""
    for step in (0, 1, 5, 40):
        rows = [
            {str(n): 50 + step * n for n in range(categories)},
            {str(n): 50 for n in range(categories)},
        ]
        _, p, _, _ = chi2_contingency([list(row.values()) for row in rows], correction=False)
        assert drift("label", *rows).p == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize(("before", "after"), [({"a": 3}, {"a": 9}), ({"a": 3, "b": 1}, {})])
def test_drift_of_nothing(before: dict[str, int], after: dict[str, int]) -> None:
    """With one category, or an empty side, there is no test to make."""
    found = drift("zone", before, after)
    assert (found.chi2, found.p, found.cramers_v) == (None, None, None)


def test_drifts_of_releases(differ: Any) -> None:
    """Labels, zones and classes of agreement are counted with withheld sentences among them."""
    diff = differ(
        {"a": {"lines": LINES}, "b": {"lines": LINES, "given": False}},
        {"a": {"lines": LINES, "zones": {1: "headline"}}},
    )
    label, zone, agreement = diff.drifts
    assert label.before == {"quote": 2, "claim": 0, "speculation": 2, "background": 2}
    assert (zone.before, zone.after) == ({"body": 6, "headline": 0}, {"body": 2, "headline": 1})
    assert agreement.before == {"one answer": 2, "all alike": 2, "two thirds or more": 2, "less": 0}


def test_reports(differ: Any) -> None:
    """The document is valid by its schema; text and page name the record and both its labels."""
    diff = differ(
        {"a": {"lines": LINES}},
        {"a": {"lines": [*LINES[:2], ("It may fall by Friday.", ["claim"])]}},
    )
    document = as_document(diff)
    check_document(document, "diff", where="diff")
    assert (document["bump"], document["least"], document["before"]) == ("major", "2.0.0", "1.2.3")
    assert {"record": "a.003", "before": "speculation", "after": "claim"} in (
        document["reasons"][0]["changes"]
    )
    assert "  a.003: speculation → claim\n" in as_text(diff)
    page = as_html(diff)
    assert '<th scope="row">a.003</th>' in page
    assert ">S</span><span>speculation</span>" in page
    assert ">C</span><span>claim</span>" in page
    assert not any(word in page for word in ("<script", "http:", "https:", "src="))


def test_a_document_lists_a_thousand_changes_of_a_kind(differ: Any) -> None:
    """All of them are counted."""
    lines = [(f"Fact number {n}.", ["background"]) for n in range(1001)]
    relabelled = [(line, ["claim"]) for line, _ in lines]
    document = as_document(differ({"a": {"lines": lines}}, {"a": {"lines": relabelled}}))
    (reason,) = [
        r for r in document["reasons"] if (r["kind"], r["table"]) == ("label-changed", "sentences")
    ]
    assert (reason["count"], len(reason["changes"])) == (1001, 1000)


def test_reports_are_capped(differ: Any) -> None:
    """A document lists some changes of a kind and counts all of them."""
    lines = [(f"Fact {number} stands.", ["background"]) for number in range(7)]
    diff = differ({"a": {"lines": LINES}}, {"a": {"lines": LINES}, "b": {"lines": lines}})
    document = as_document(diff, limit=2)
    reason = document["reasons"][0]
    assert (reason["count"], [c["record"] for c in reason["changes"]]) == (7, ["b.001", "b.002"])
    assert "  … and 2 more\n" in as_text(diff)
