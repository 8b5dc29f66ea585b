"""What a validation found: plain data, which `copydesk.validate.reporters` render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any, Final

from copydesk.findings import SEVERITIES, Finding, Severity

__all__ = ["SEVERITIES", "Finding", "Report", "Severity", "Waived"]

_REPORTED: Final = (
    *("rule", "level", "severity", "message", "hint", "file", "row", "record", "pointer"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waived:
    """Faults that the corpus's configuration waives, and why."""

    rule: str
    record: str
    reason: str
    until: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The result of a validation.

    Args:
        target: the path that was validated, as it was given.
        kind: ``release``, ``corpus``, ``dataset`` or ``document``.
        version: of the release; None if there is none.
        levels: the levels that were checked.
        threshold: the lightest severity that makes the gate fail.
        judged: the rules that were judged, in the order of their levels.
        findings: some of each rule, gravest rule first; ``counts`` has all of them.
        counts: faults by rule, shown or not.
        waived: faults that are waived and do not count.
        skipped: rules that were not judged, with the reason.
    """

    target: str
    kind: str
    version: str | None
    levels: tuple[int, ...]
    threshold: Severity
    judged: tuple[str, ...]
    findings: tuple[Finding, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    waived: tuple[Waived, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)

    def location(self, finding: Finding) -> str:
        """The path of a finding's file from where the target was named, or the target's."""
        if not finding.file or self.kind == "document":
            return PurePath(self.target).as_posix()
        return (PurePath(self.target) / finding.file).as_posix()

    def fails(self, severity: Severity) -> bool:
        """Whether a finding of this severity makes the report fail."""
        return SEVERITIES.index(severity) <= SEVERITIES.index(self.threshold)

    @property
    def failed(self) -> bool:
        """Whether a finding is at or above the threshold."""
        return any(self.fails(finding.severity) for finding in self.findings)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings at or above the threshold."""
        return int(self.failed)

    @property
    def total(self) -> int:
        """All faults, shown or counted."""
        return sum(self.counts.values())

    def hidden(self, rule: str) -> int:
        """How many faults of a rule are counted but not shown."""
        return self.counts.get(rule, 0) - sum(f.rule == rule for f in self.findings)

    def as_document(self) -> dict[str, Any]:
        """The report as JSON types; ``schema/report.schema.json`` describes it."""
        return {
            "target": self.target,
            "kind": self.kind,
            "version": self.version,
            "levels": list(self.levels),
            "threshold": self.threshold,
            "judged": list(self.judged),
            "failed": self.failed,
            "total": self.total,
            "counts": dict(self.counts),
            "findings": [
                {name: getattr(finding, name) for name in _REPORTED} for finding in self.findings
            ],
            "waived": [asdict(waived) for waived in self.waived],
            "skipped": dict(self.skipped),
        }
