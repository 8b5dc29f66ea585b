"""The gate: what is wrong with a release, a corpus's rooms, or one JSON document.

``validate`` gives a `Report`, plain data; ``copydesk.validate.reporters`` render it.
"""

from __future__ import annotations

from copydesk.validate.report import Finding, Report, Severity, Waived
from copydesk.validate.rules import RULES, Rule
from copydesk.validate.run import validate

__all__ = ["RULES", "Finding", "Report", "Rule", "Severity", "Waived", "validate"]
