"""JUnit XML, as CI servers read it: a suite for each level, a case for each rule."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from copydesk.validate.report import Report
from copydesk.validate.rules import LEVELS, RULES, Rule


def render(report: Report) -> str:
    """The report as a JUnit document."""
    root = ET.Element("testsuites", name="copydesk validate")
    totals = dict.fromkeys(("tests", "failures", "skipped"), 0)
    for level in report.levels:
        suite = ET.SubElement(root, "testsuite", name=f"{level} {LEVELS[level]}", errors="0")
        cases = [rule for rule in RULES.values() if rule.level == level and _is_case(report, rule)]
        for rule in cases:
            _case(suite, report, rule)
        counts = {
            "tests": len(cases),
            "failures": len(suite.findall("testcase/failure")),
            "skipped": len(suite.findall("testcase/skipped")),
        }
        for name, count in counts.items():
            suite.set(name, str(count))
            totals[name] += count
    for name, count in totals.items():
        root.set(name, str(count))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _is_case(report: Report, rule: Rule) -> bool:
    return rule.id in report.judged or rule.id in report.skipped


def _case(suite: ET.Element, report: Report, rule: Rule) -> None:
    case = ET.SubElement(suite, "testcase", name=rule.id, classname=f"{report.kind}.{rule.level}")
    count = report.counts.get(rule.id, 0)
    if count:
        shown = [f for f in report.findings if f.rule == rule.id]
        lines = [f"{report.location(f)}: {f.address}: {f.message}" for f in shown]
        if report.hidden(rule.id):
            lines.append(f"… and {report.hidden(rule.id):,} more.")
        kind = "failure" if report.fails(rule.severity) else "system-out"
        element = ET.SubElement(case, kind)
        element.text = "\n".join([*lines, *dict.fromkeys(f.hint for f in shown)])
        if kind == "failure":
            element.set("type", rule.severity)
            element.set("message", f"{count:,} × {shown[0].message}")
    elif rule.id in report.skipped:
        ET.SubElement(case, "skipped", message=report.skipped[rule.id])
