"""Text for people: rules with their faults, then one line with the result."""

from __future__ import annotations

import io
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from copydesk.validate.report import Finding, Report

_STYLES: Final = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_WIDTH: Final = 120


def render(report: Report) -> str:
    """The report without colour."""
    stream = io.StringIO()
    print_report(report, Console(file=stream, width=_WIDTH, no_color=True, legacy_windows=False))
    return stream.getvalue()


def print_report(report: Report, console: Console) -> None:
    """Write the report to a console, in its colours and width."""
    for rule, findings in groupby(report.findings, key=lambda finding: finding.rule):
        shown = list(findings)
        console.print(_head(report, shown[0]), soft_wrap=True)
        for finding in shown:
            address = Text(f"  {finding.address or report.target}: ", style="bold")
            console.print(address + Text(finding.message), soft_wrap=True)
        if report.hidden(rule):
            console.print(Text(f"  … and {report.hidden(rule):,} more.", style="dim"))
        for hint in dict.fromkeys(finding.hint for finding in shown):
            console.print(Padding(Text(f"→ {hint}", style="green"), (0, 0, 0, 2)))
        console.print()
    for waived in report.waived:
        of = f" of {waived.record}" if waived.record else ""
        line = f"waived: {waived.count:,} × {waived.rule}{of} until {waived.until}: {waived.reason}"
        console.print(Text(line, style="dim"), soft_wrap=True)
    for rule, reason in report.skipped.items():
        console.print(Text(f"not judged: {rule}: {reason}", style="dim"), soft_wrap=True)
    console.print(_verdict(report), soft_wrap=True)


def _head(report: Report, finding: Finding) -> Text:
    count = report.counts[finding.rule]
    style = _STYLES[finding.severity]
    return Text(f"{finding.severity} {finding.rule}", style=style) + Text(
        f" (level {finding.level}, {count:,} fault{'s' if count > 1 else ''})", style="dim"
    )


def _verdict(report: Report) -> Text:
    name = f"{report.target} ({report.kind}{f' {report.version}' if report.version else ''})"
    judged = (
        f"{len(report.judged)} rules of levels {report.levels[0]} to {report.levels[-1]} judged"
    )
    if not report.total:
        return Text(f"clean: {name}, {judged}.", style="bold green")
    found = f"{report.total:,} fault{'s' if report.total > 1 else ''} of {len(report.counts)} rules"
    word, style = ("failed", "bold red") if report.failed else ("passed", "bold green")
    return Text(f"{word}: {name}, {found}; {judged}.", style=style)
