"""Workflow commands of GitHub Actions, which show findings on a pull request."""

from __future__ import annotations

from typing import Final

from copydesk.validate.report import Finding, Report

_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report) -> str:
    """One command a finding, then one with the result."""
    lines = [_command(report, finding) for finding in report.findings]
    hidden = report.total - len(report.findings)
    more = f", {hidden:,} of them not shown" if hidden else ""
    word = "failed" if report.failed else "passed"
    summary = f"{report.target} {word}: {report.total:,} faults{more}."
    return "\n".join([*lines, f"::notice title=copydesk validate::{_data(summary)}"]) + "\n"


def _command(report: Report, finding: Finding) -> str:
    properties = {"file": report.location(finding), "title": finding.rule}
    if finding.row is not None:
        properties["line"] = str(finding.row)
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    record = f"{finding.record}: " if finding.record else ""
    message = _data(f"{record}{finding.message} {finding.hint}".strip())
    return f"::{_COMMANDS[finding.severity]} {listed}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
