"""`validate`: a path in, a `Report` out."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from copydesk.corpus import CONFIG_NAME, Corpus
from copydesk.errors import CopydeskError, InputError, IntegrityError
from copydesk.validate import corpora, history, published, raw, withdrawn
from copydesk.validate.all_rules import of_stage
from copydesk.validate.canary import prove_gate
from copydesk.validate.engine import Run, chosen
from copydesk.validate.faults import Fault, FaultError, show
from copydesk.validate.report import SEVERITIES, Report, Severity
from copydesk.validate.rules import LEVELS, RULES, Check
from copydesk.validate.single import document
from copydesk.validate.strays import strays
from copydesk.validate.surroundings import Released, around, expired, read_index, waivers
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_release import MANIFEST, Release, is_release, load

_STATISTICS: Final = 4
"""The level of the rules that compare a release's texts and labels with each other."""


def validate(
    path: str | Path,
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

    A release inside a corpus (``dataset/releases/X.Y.Z``) is also compared with the corpus's card,
    change list, index, manifest and previous release, and its configuration's thresholds and
    waivers apply.

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
    request = _Request(
        path=Path(path),
        levels=tuple(range(1, level + 1)),
        severity=severity,
        include=included,
        exclude=excluded,
        all_rules=all_rules,
        today=today or datetime.datetime.now(datetime.UTC).date(),
        rebuild=rebuild,
    )
    prove_gate()
    try:
        return request.judge()
    except (CopydeskError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of polars is not an Exception
        raise IntegrityError(
            f"It could not be judged ({type(error).__name__}: {show(error)}).",
            where=str(path),
            hint="The target is unchecked until this is fixed; please report it.",
        ) from error


@dataclass(frozen=True, kw_only=True)
class _Request:
    """What was asked for."""

    path: Path
    levels: tuple[int, ...]
    severity: Severity
    include: Collection[str]
    exclude: Collection[str]
    all_rules: bool
    today: datetime.date
    rebuild: bool

    def judge(self) -> Report:
        path = self.path
        try:
            if path.is_file():
                return self._document()
            if (path / CONFIG_NAME).is_file():
                return self._corpus()
            if is_release(path):
                return self._release()
            if (path / "releases").is_dir():
                return self._dataset()
        except FaultError as error:
            fault = error.fault
            raise InputError(fault.message, where=str(path)) from error
        if not path.exists():
            raise InputError("This path does not exist.", where=str(path))
        raise InputError(
            "This is not a release, a corpus, a data set folder or a document of copydesk.",
            where=str(path),
            hint=f"A release holds release.json, a corpus {CONFIG_NAME}.",
        )

    def _run(
        self, config: Mapping[str, Any], schema_version: object = None, prefix: str = ""
    ) -> Run:
        age = schema_version if isinstance(schema_version, str) and not self.all_rules else None
        judged, skipped = chosen(
            levels=self.levels, include=self.include, exclude=self.exclude, schema_version=age
        )
        run = Run(rules=judged, skipped=skipped, waivers=waivers(config, self.today))
        run.prefix = prefix
        run.add(expired(config, self.today))
        run.prefix = ""
        return run

    def _report(self, run: Run, kind: str, version: str | None) -> Report:
        if run.broken and not any(RULES[rule].severity == "error" for rule in run.counts()):
            rule, reason = next(iter(run.broken.items()))
            raise IntegrityError(
                f"The rule '{rule}' could not be judged, and nothing that was found explains it: "
                f"{reason}.",
                where=str(self.path),
                hint="This is a fault of copydesk; please report it.",
            )
        run.skipped |= run.broken
        judged = tuple(rule for rule in RULES if rule in run.rules and rule not in run.skipped)
        if not judged:
            reason = next(iter(run.skipped.values()), "no rule was asked for")
            raise InputError(
                f"Nothing was judged: {reason}.",
                where=str(self.path),
                hint="Ask for a rule that can be judged here, or name the corpus around it.",
            )
        return Report(
            target=str(self.path),
            kind=kind,
            version=version,
            levels=self.levels,
            threshold=self.severity,
            judged=judged,
            findings=run.findings(),
            counts=run.counts(),
            waived=run.waived(),
            skipped=run.skipped,
        )

    def _release(self) -> Report:
        subject = around(load(self.path))
        manifest = subject.release.manifest
        run = self._run(subject.config, manifest.get("schema_version"), "../../../")
        self._check(run, subject)
        return self._report(run, "release", subject.release.version)

    def _check(self, run: Run, subject: Released) -> None:
        release = subject.release
        run.add(release.faults)
        run.check(of_stage("release"), release, release.unsound)
        self._check_shares(run, subject, of_stage("released", in_shares=True))
        run.check(of_stage("released"), subject, subject.lacking)
        self._check_documents(run, subject)
        if self.rebuild:
            run.check(of_stage("rebuild"), subject, subject.lacking)
        else:
            run.leave("rebuild-differs", "it was not asked for (--rebuild)")

    def _check_documents(self, run: Run, subject: Released) -> None:
        checks = of_stage("documents")
        if not run.wants(checks):
            return
        try:
            lacking = subject.undescribed
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of polars is not an Exception
            run.fail(checks, error)
        else:
            run.check(checks, subject, lacking)

    def _check_older(self, run: Run, subject: Released) -> None:
        """Judge the files of an older release; its statistics (level 4) were judged earlier."""
        release, skipped = subject.release, dict(run.skipped)
        run.add(release.faults)
        in_shares, whole = (
            [c for c in of_stage("released", in_shares=shares) if not _is_statistical(c)]
            for shares in (True, False)
        )
        run.check(of_stage("release"), release, release.unsound)
        self._check_shares(run, subject, in_shares)
        run.check(whole, subject, subject.lacking)
        self._check_documents(run, subject)
        run.skipped = skipped  # by the newest release, which is judged by every rule

    def _check_shares(self, run: Run, subject: Released, around: Iterable[Check]) -> None:
        alone, around = of_stage("release", in_shares=True), tuple(around)
        if not run.wants((*alone, *around)):
            return
        for share in subject.release.shares():
            run.check(alone, share, share.unsound)
            run.check(around, replace(subject, release=share), subject.lacking)

    def _releases(
        self, run: Run, dataset: Folder, prefix: str, config: Mapping[str, Any], corpus: bool
    ) -> str | None:
        """Judge a data set folder and every release in it; the version of the newest one."""
        index, faults = read_index(dataset)
        run.prefix = prefix
        # A corpus may have no release yet; a data set folder by itself is made of them.
        run.add(f for f in faults if not (prefix and f.rule == "file-missing"))
        if corpus or index.lines:  # a data set without a release gets this finding alone
            run.add(raw.articles(dataset, config, Corpus(self.path.resolve()) if corpus else None))
        run.add(history.appended(dataset, index))
        manifests: dict[str, Mapping[str, Any]] = {}
        earlier: Release | None = None
        for entry in index.entries:
            path = dataset.root / "releases" / entry.version
            if not is_release(path):
                message = f"The index names release {entry.version}, which is not there."
                file = f"releases/{entry.version}/{MANIFEST}"
                run.add([Fault(rule="release-changed", message=message, file=file)])
                continue
            release = load(path)
            manifests[entry.version] = release.manifest
            run.prefix = f"{prefix}releases/{entry.version}/"
            subject = around(release, index, manifests, earlier, dataset)
            run.add(published.damaged(release, entry.digest))
            if entry is index.newest:
                self._check(run, subject)
            else:
                self._check_older(run, subject)
            release.forget()
            run.prefix, earlier = prefix, release
        run.add(strays(dataset, index, config, manifests))
        return index.newest.version if index.newest else None

    def _corpus(self) -> Report:
        folder = Folder(self.path.resolve())
        broken = list(corpora.configuration(folder))
        config = {} if broken else Corpus(folder.root).config
        run = self._run(config)
        run.add(broken)
        run.add(corpora.rooms(folder, config))
        if not broken and withdrawn.RULE in run.rules:
            if reason := withdrawn.unsearched(folder):
                run.leave(withdrawn.RULE, reason)
            run.add(withdrawn.remains(folder))
        version = None if broken else self._dataset_of(run, folder, config)
        return self._report(run, "corpus", version)

    def _dataset_of(self, run: Run, folder: Folder, config: Mapping[str, Any]) -> str | None:
        if not (folder.root / "dataset").is_dir():
            run.add([raw.missing("dataset/raw/articles.jsonl", "corpus")])
            return None
        return self._releases(run, Folder(folder.root / "dataset"), "dataset/", config, True)

    def _dataset(self) -> Report:
        run = self._run({})
        folder = Folder(self.path.resolve())
        return self._report(run, "dataset", self._releases(run, folder, "", {}, False))

    def _document(self) -> Report:
        run = self._run({})
        try:
            run.add(document(self.path))
        except FaultError as error:
            run.add([error.fault])
        return self._report(run, "document", None)


def _is_statistical(check: Check) -> bool:
    return all(RULES[rule].level == _STATISTICS for rule in check.rules)


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
