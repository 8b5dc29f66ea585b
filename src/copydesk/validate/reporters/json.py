"""JSON for programs: `Report.as_document`, described by ``schema/report.schema.json``."""

from __future__ import annotations

from copydesk.files import dump_json
from copydesk.validate.report import Report


def render(report: Report) -> str:
    """The report as a JSON document."""
    return dump_json(report.as_document())
