"""One run: which checks apply, what they find, and the report that results."""

from __future__ import annotations

import datetime
import posixpath
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from copydesk.contract.schema_versions import SCHEMA_VERSION, schema_number
from copydesk.errors import printable
from copydesk.validate.faults import Fault, Found, show
from copydesk.validate.report import SEVERITIES, Finding, Waived
from copydesk.validate.rules import RULES, Check

SHOWN: Final = 20
"""Faults of a rule that a report shows; the rest are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """A decision to ignore a rule, or one record's fault of it, for a while."""

    rule: str
    reason: str
    until: datetime.date
    record: str | None = None


@dataclass(kw_only=True)
class Run:
    """What one validation asks for, and what it has found so far.

    Args:
        rules: the ids of the rules that are judged.
        waivers: those in force.
        skipped, broken: rules that were not judged, and those whose check failed, with the reason.
        prefix: the path from the target to the files of what is checked now.
    """

    rules: Collection[str]
    waivers: tuple[Waiver, ...] = ()
    shown: int = SHOWN
    prefix: str = ""
    skipped: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)
    _findings: dict[str, list[Finding]] = field(default_factory=dict)
    _waived: Counter[Waiver] = field(default_factory=Counter)

    def wants(self, checks: Iterable[Check]) -> bool:
        """Whether any of the checks looks for a rule that is judged."""
        return any(rule in self.rules for check in checks for rule in check.rules)

    def check(self, checks: Iterable[Check], subject: Any, unsound: Mapping[str, str]) -> None:
        """Run those checks that look for a rule that is judged."""
        for check in checks:
            wanted = [rule for rule in check.rules if rule in self.rules]
            broken = [unsound[table] for table in check.needs if table in unsound]
            if wanted and broken:
                self.skipped |= dict.fromkeys(wanted, broken[0])
            elif wanted:
                self._judge(check, subject)

    def _judge(self, check: Check, subject: Any) -> None:
        try:
            self.add(check.run(subject))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            # Data that other rules refuse can break any computation, and a panic of polars is not
            # an Exception.
            self.fail([check], error)

    def fail(self, checks: Iterable[Check], error: BaseException) -> None:
        """Note that checks could not be run: the run fails, unless a finding explains it."""
        reason = f"it could not be judged ({type(error).__name__}: {show(error)})"
        wanted = (rule for check in checks for rule in check.rules if rule in self.rules)
        self.broken |= dict.fromkeys(wanted, reason)

    def add(self, found: Iterable[Found]) -> None:
        """Take faults in: waive, count, and render as many as are shown."""
        for item in found:
            if item.rule in self.rules:
                self._take(item)

    def leave(self, rule: str, reason: str) -> None:
        """Do not judge a rule."""
        if rule in self.rules:
            self.skipped[rule] = reason

    def _take(self, item: Found) -> None:
        for waiver in (w for w in self.waivers if w.rule == item.rule):
            before = _size(item)
            rest = _without(item, waiver.record)
            self._waived[waiver] += before - (_size(rest) if rest else 0)
            if rest is None:
                return
            item = rest
        size = _size(item)
        if not size:
            return
        self._counts[item.rule] += size
        shown = self._findings.setdefault(item.rule, [])
        room = self.shown - len(shown)
        faults = [item] if isinstance(item, Fault) else item.render(room)
        shown += [finding(fault, self.prefix) for fault in list(faults)[:room]]

    def findings(self) -> tuple[Finding, ...]:
        """What is shown: the gravest first, then by level, in the order of `RULES`."""
        order = {name: place for place, name in enumerate(RULES)}
        rules = sorted(
            self._findings, key=lambda r: (SEVERITIES.index(RULES[r].severity), order[r])
        )
        return tuple(item for rule in rules for item in self._findings[rule])

    def counts(self) -> dict[str, int]:
        """All faults by rule, in the order of `RULES`."""
        return {rule: self._counts[rule] for rule in RULES if self._counts[rule]}

    def waived(self) -> tuple[Waived, ...]:
        """What was waived, waiver by waiver."""
        return tuple(
            Waived(
                rule=w.rule,
                record=w.record or "",
                reason=w.reason,
                until=w.until.isoformat(),
                count=count,
            )
            for w, count in self._waived.items()
            if count
        )


def _size(item: Found) -> int:
    return 1 if isinstance(item, Fault) else item.rows.height


def _without(item: Found, record: str | None) -> Found | None:
    if record is None:
        return None
    if isinstance(item, Fault):
        return None if item.record == record else item
    return item.without(frozenset([record]))


def finding(fault: Fault, prefix: str = "") -> Finding:
    """A fault with what its rule says, and the path of its file from the target."""
    rule = RULES[fault.rule]
    return Finding(
        rule=rule.id,
        level=rule.level,
        severity=rule.severity,
        message=printable(fault.message),
        hint=fault.hint or rule.fix,
        file=printable(posixpath.normpath(prefix + fault.file)) if fault.file else "",
        row=fault.row,
        record=printable(fault.record),
        pointer=printable(fault.pointer),
    )


def chosen(
    *,
    levels: Collection[int],
    include: Collection[str],
    exclude: Collection[str],
    schema_version: str | None,
) -> tuple[set[str], dict[str, str]]:
    """The rules that are judged, and those that are not because they are newer than the release.

    Args:
        levels: of the rules.
        include: rules to judge alone, or all if empty.
        schema_version: of the release; None to judge it by every rule.
    """
    judged, skipped = set(), {}
    age = schema_number(schema_version or SCHEMA_VERSION) or schema_number(SCHEMA_VERSION)
    for rule in RULES.values():
        if rule.level not in levels or rule.id in exclude or (include and rule.id not in include):
            continue
        if rule.since and schema_number(rule.since) > age:
            skipped[rule.id] = f"it holds since schema {rule.since}"
        else:
            judged.add(rule.id)
    return judged, skipped
