"""Each reporter on one report, to the letter where programs read it."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from copydesk.contract.conformance import check_document
from copydesk.errors import InputError
from copydesk.validate import RULES, Finding, Report, Waived
from copydesk.validate.reporters import FORMATS, render

LABEL = Finding(
    rule="label-unknown",
    level=2,
    severity="error",
    message="'label' is -1, <which> is & none.",
    hint="Give it one.",
    file="sentences/train.parquet",
    row=12,
    record="storm-post.003",
    pointer="/label",
)
DRIFT = Finding(
    rule="label-drift",
    level=4,
    severity="warning",
    message="100% drift,\nit seems: really.",
    hint="Look.",
    file="release.json",
)
REPORT = Report(
    target="dataset/releases/1.1.0",
    kind="release",
    version="1.1.0",
    levels=(1, 2, 3, 4),
    threshold="error",
    judged=("file-missing", "label-unknown", "label-drift"),
    findings=(LABEL, DRIFT),
    counts={"label-unknown": 1_000_000, "label-drift": 1},
    waived=(Waived(rule="id-malformed", record="x", reason="Old.", until="2027-01-01", count=2),),
    skipped={"rebuild-differs": "it was not asked for"},
)
CLEAN = Report(
    target="r",
    kind="release",
    version=None,
    levels=(1,),
    threshold="warning",
    judged=("file-missing",),
    findings=(),
)


def test_a_report_fails_from_its_threshold_on() -> None:
    """A warning does not fail a gate for errors."""
    warned = replace(REPORT, findings=(DRIFT,), counts={"label-drift": 1})
    assert REPORT.exit_code == 1
    assert warned.exit_code == 0
    assert replace(warned, threshold="note").exit_code == 1


def test_text_says_rule_place_message_and_rest() -> None:
    """The whole text, as a person reads it without colour."""
    expected = """\
error label-unknown (level 2, 1,000,000 faults)
  sentences/train.parquet:12 (storm-post.003) /label: 'label' is -1, <which> is & none.
  … and 999,999 more.
  → Give it one.

warning label-drift (level 4, 1 fault)
  release.json: 100% drift,
it seems: really.
  → Look.

waived: 2 × id-malformed of x until 2027-01-01: Old.
not judged: rebuild-differs: it was not asked for
failed: dataset/releases/1.1.0 (release 1.1.0), 1,000,001 faults of 2 rules; \
3 rules of levels 1 to 4 judged.
"""
    found = "\n".join(line.rstrip() for line in render(REPORT, "text").splitlines()) + "\n"
    assert found == expected
    assert render(CLEAN, "text") == "clean: r (release), 1 rules of levels 1 to 1 judged.\n"


@pytest.mark.parametrize("report", [REPORT, CLEAN], ids=["failed", "clean"])
def test_json_obeys_its_schema(report: Report) -> None:
    """The document is what schema/report.schema.json describes."""
    document = json.loads(render(report, "json"))
    check_document(document, "report", where="report")
    assert (
        document["findings"][:1]
        == [
            {
                "rule": "label-unknown",
                "level": 2,
                "severity": "error",
                "message": "'label' is -1, <which> is & none.",
                "hint": "Give it one.",
                "file": "sentences/train.parquet",
                "row": 12,
                "record": "storm-post.003",
                "pointer": "/label",
            }
        ][: len(report.findings)]
    )


def test_sarif_names_rules_places_and_levels() -> None:
    """SARIF 2.1.0: a result points to its rule, its file from the repository's root, its line."""
    log = json.loads(render(REPORT, "sarif"))
    [run] = log["runs"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(RULES)
    first = run["results"][0]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"]
    assert first["level"] == "error"
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "dataset/releases/1.1.0/sentences/train.parquet"},
                "region": {"startLine": 12},
            },
            "logicalLocations": [
                {
                    "name": "storm-post.003",
                    "kind": "element",
                    "fullyQualifiedName": "storm-post.003/label",
                }
            ],
        }
    ]
    assert {result["level"] for result in run["results"]} <= {"none", "note", "warning", "error"}
    assert run["properties"]["counts"]["label-unknown"] == 1_000_000


def test_junit_has_a_case_for_each_rule() -> None:
    """Judged rules pass or fail, others are skipped; counts agree with the elements."""
    root = ET.fromstring(render(REPORT, "junit"))
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert list(cases) == ["file-missing", "label-unknown", "label-drift"]
    assert root.attrib == {
        "name": "copydesk validate",
        "tests": "3",
        "failures": "1",
        "skipped": "0",
    }
    failure = cases["label-unknown"].find("failure")
    assert failure is not None
    assert failure.get("message") == "1,000,000 × 'label' is -1, <which> is & none."
    assert "… and 999,999 more." in str(failure.text)
    assert cases["label-drift"].find("failure") is None  # lighter than the threshold
    assert len(cases["file-missing"]) == 0


def test_github_commands_are_escaped() -> None:
    """A line end, a percent sign, a comma or a colon cannot end a command early."""
    assert render(REPORT, "github") == (
        "::error file=dataset/releases/1.1.0/sentences/train.parquet,title=label-unknown,line=12::"
        "storm-post.003: 'label' is -1, <which> is & none. Give it one.\n"
        "::warning file=dataset/releases/1.1.0/release.json,title=label-drift::"
        "100%25 drift,%0Ait seems: really. Look.\n"
        "::notice title=copydesk validate::dataset/releases/1.1.0 failed: 1,000,001 faults, "
        "999,999 of them not shown.\n"
    )


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_needs_nothing_else() -> None:
    """No script, and no file from elsewhere; what is found cannot become markup."""
    page = _Page()
    page.feed(render(REPORT, "html"))
    assert {"script", "link", "img", "iframe"}.isdisjoint(tag for tag, _ in page.tags)
    assert not [value for _, given in page.tags if (value := given.get("src"))]
    assert [given["href"] for _, given in page.tags if "href" in given] == [
        "#main",
        "#label-unknown",
        "#label-drift",
    ]
    assert "'label' is -1, <which> is & none." in page.words
    assert "… and 999,999 more." in page.words
    assert ("html", {"lang": "en"}) in page.tags


def test_there_is_no_other_format() -> None:
    """An unknown format is named with those that there are."""
    assert list(FORMATS) == ["text", "json", "sarif", "junit", "github", "html"]
    with pytest.raises(InputError, match="There is no format 'pdf'"):
        render(CLEAN, "pdf")
