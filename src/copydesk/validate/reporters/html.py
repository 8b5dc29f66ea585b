"""One self-contained HTML page: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from itertools import groupby

from copydesk.pages.html import page
from copydesk.validate.report import Report
from copydesk.validate.rules import LEVELS, RULES


def render(report: Report) -> str:
    """The report as a page."""
    by_rule = {rule: list(found) for rule, found in groupby(report.findings, key=lambda f: f.rule)}
    return page("validation.html.jinja", report=report, by_rule=by_rule, rules=RULES, levels=LEVELS)
