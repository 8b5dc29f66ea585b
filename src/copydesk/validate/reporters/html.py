"""One HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from copydesk.validate.report import Report
from copydesk.validate.rules import LEVELS, RULES


def render(report: Report) -> str:
    """The report as a page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    by_rule = {rule: list(found) for rule, found in groupby(report.findings, key=lambda f: f.rule)}
    template = environment.get_template("report.html.j2")
    return template.render(report=report, by_rule=by_rule, rules=RULES, levels=LEVELS)
