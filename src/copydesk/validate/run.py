"""`validate`: a path in, a `Report` out."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from pathlib import Path

from copydesk.errors import InputError
from copydesk.validate.checks import AROUND_CHECKS, RELEASE_CHECKS
from copydesk.validate.engine import Run, chosen
from copydesk.validate.loading import is_release, load
from copydesk.validate.report import SEVERITIES, Report, Severity
from copydesk.validate.rules import LEVELS, RULES
from copydesk.validate.surroundings import around, waivers


def validate(
    path: Path,
    *,
    level: int = 5,
    severity: Severity = "warning",
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    all_rules: bool = False,
    rebuild: bool = False,
    today: datetime.date | None = None,
) -> Report:
    """Judge a release folder, a corpus, a data set folder or one JSON document.

    A release that lies in a corpus (``dataset/releases/X.Y.Z``) is also held against the corpus's
    card, change list, index, manifest and the release before, and its configuration's thresholds
    and waivers apply.

    Args:
        level: the highest level of rules to judge, from 1 to 5.
        severity: the lightest severity that makes the report fail.
        include: ids of rules to judge alone; all, by default.
        exclude: ids of rules not to judge.
        all_rules: judge an old release by the rules of today.
        rebuild: also cut the newest release again from its sources and compare.
        today: the day on which waivers must be in force; the current one by default.

    Raises:
        InputError: the path is none of these, a rule or level is unknown, the release is of a
            newer schema, or pandera is turned off.
    """
    included, excluded = set(include), set(exclude)
    _refuse_unknown(level, severity, included | excluded)
    if not is_release(path):
        raise InputError("This is no release.", where=str(path))
    release = load(path)
    version = release.manifest.get("schema_version")
    judged, skipped = chosen(
        levels=range(1, level + 1),
        include=included,
        exclude=excluded,
        schema_version=version if isinstance(version, str) and not all_rules else None,
    )
    subject = around(release)
    run = Run(
        rules=judged,
        skipped=skipped,
        waivers=waivers(subject.config, today or datetime.datetime.now(datetime.UTC).date()),
    )
    run.add(release.faults)
    run.check(RELEASE_CHECKS, release, release.unsound)
    run.check(AROUND_CHECKS, subject, subject.lacking)
    return Report(
        target=str(path),
        kind="release",
        version=release.version,
        levels=tuple(range(1, level + 1)),
        threshold=severity,
        judged=tuple(rule for rule in RULES if rule in judged and rule not in run.skipped),
        findings=run.findings(),
        counts=run.counts(),
        waived=run.waived(),
        skipped=run.skipped,
    )


def _refuse_unknown(level: int, severity: str, rules: Collection[str]) -> None:
    if level not in LEVELS:
        raise InputError(f"There is no level {level}.", hint="Levels go from 1 to 5.")
    if severity not in SEVERITIES:
        raise InputError(
            f"There is no severity '{severity}'.", hint=f"Choose {', '.join(SEVERITIES)}."
        )
    for rule in sorted(rules):
        if rule not in RULES:
            raise InputError(
                f"There is no rule '{rule}'.", hint="'copydesk validate --rules' lists them."
            )
