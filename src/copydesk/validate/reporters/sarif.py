"""SARIF 2.1.0 (OASIS), which code-scanning services show beside the files."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from copydesk import __version__
from copydesk.files import dump_json
from copydesk.validate.report import Finding, Report
from copydesk.validate.rules import LEVELS, RULES, Rule

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def render(report: Report) -> str:
    """The report as a SARIF log of one run."""
    rules = list(RULES.values())
    places = {rule.id: place for place, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "copydesk",
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "results": [_result(report, finding, places) for finding in report.findings],
        "columnKind": "unicodeCodePoints",
        "properties": {"counts": dict(report.counts), "skipped": dict(report.skipped)},
    }
    return dump_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.meaning},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": [LEVELS[rule.level]], "since": rule.since},
    }


def _result(report: Report, finding: Finding, places: dict[str, int]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(report.location(finding))}}
    if finding.row is not None:
        physical["region"] = {"startLine": finding.row}
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.record or finding.pointer:
        name = {"name": finding.record or finding.pointer, "kind": "element"}
        location["logicalLocations"] = [
            name | {"fullyQualifiedName": f"{finding.record}{finding.pointer}"}
        ]
    return {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        "level": finding.severity,
        "message": {"text": f"{finding.message} {finding.hint}".strip()},
        "locations": [location],
    }
