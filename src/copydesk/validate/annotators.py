"""Level 4: how far annotators agree, and how the labels changed since the previous release."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Final

import polars as pl

from copydesk.validate.faults import Fault, Found
from copydesk.validate.rules import SENTENCES, check, rule
from copydesk.validate.surroundings import Released
from copydesk.validate.untrusted_release import Release

MIN_ANSWERS: Final = 10
"""An annotator with fewer answers beside others is not yet an outlier."""

_KEY: Final = ("round", "annotator", "article_id", "sentence_id", "start", "end")
_NEEDED: Final = (*_KEY, "text_sha256", "annotation_id", "annotator_kind", "label")
_MANIFEST: Final = "release.json"


@check("released", needs=("annotations",))
@rule(
    "agreement-below-threshold",
    level=4,
    meaning="Krippendorff's alpha of every round, and of every label in it, reaches alpha_min.",
    fix="Clarify the guidelines and label the round's disputed sentences again.",
)
@rule(
    "annotator-outlier",
    level=4,
    severity="warning",
    meaning="No annotator agrees with the rest much less than the others do.",
    fix="Talk to the annotator; leave out their answers if they were careless.",
)
def agreement(subject: Released) -> Iterator[Found]:
    """Alpha of every round and label reaches the threshold, and no annotator is far off."""
    from copydesk.agreement.units import prepare

    labels = subject.release.contract.scheme.names
    for name, rows in _rounds(subject.release):
        given = prepare(rows, labels)
        yield from _alphas(name, given, labels, float(subject.threshold("alpha_min")))
        yield from _outliers(name, given, labels, float(subject.threshold("outlier_gap")))


def _alphas(
    name: str, given: pl.DataFrame, labels: tuple[str, ...], least: float
) -> Iterator[Found]:
    from copydesk.agreement import krippendorff_alpha
    from copydesk.agreement.units import count_matrix

    counts, articles = count_matrix(given, len(labels))
    overall, per_label = krippendorff_alpha(counts, articles)
    alphas = {f"of the round '{name}'": overall}
    alphas |= {
        f"of '{label}' in the round '{name}'": alpha
        for label, alpha in zip(labels, per_label, strict=True)
    }
    for what, alpha in alphas.items():
        if alpha.value is None or alpha.value >= least:
            continue
        interval = (
            f"{alpha.low:.3f} to {alpha.high:.3f}"
            if alpha.low is not None and alpha.high is not None
            else "none, since one article was answered"
        )
        yield Fault(
            rule="agreement-below-threshold",
            message=f"Krippendorff's alpha {what} is {alpha.value:.3f} (95 % interval {interval}; "
            f"{alpha.units:,} sentences, {alpha.answers:,} answers), below {least:g}.",
            file=_MANIFEST,
            record=name,
        )


def _outliers(
    name: str, given: pl.DataFrame, labels: tuple[str, ...], gap: float
) -> Iterator[Found]:
    """Annotators whose kappa with the majority of the rest is far below the others'."""
    from copydesk.agreement.annotators import against_rest

    kappas = {
        one.annotator: one.kappa
        for one in against_rest(given, labels)
        if one.kappa is not None and one.sentences >= MIN_ANSWERS
    }
    for annotator, kappa in kappas.items():
        others = [value for other, value in kappas.items() if other != annotator]
        if len(others) >= 2 and kappa < median(others) - gap:
            yield Fault(
                rule="annotator-outlier",
                message=f"The kappa of '{annotator}' with the rest is {kappa:.3f} in the round "
                f"'{name}'; the median of the others is {median(others):.3f}.",
                file=_MANIFEST,
                record=annotator,
            )


def _rounds(release: Release) -> Iterator[tuple[str, pl.DataFrame]]:
    """The answers of each round, with the names of their labels; second answers are left out."""
    answers = release.table("annotations").select(_NEEDED)
    sound = pl.all_horizontal(pl.col(_KEY).is_not_null())  # level 2 names rows that are not
    names = release.contract.scheme.names
    answers = answers.filter(pl.col("label").is_between(0, len(names) - 1) & sound)
    labels = pl.col("label").replace_strict(list(range(len(names))), list(names))
    for name in sorted(answers["round"].unique()):
        rows = answers.filter(pl.col("round") == name)
        if rows.select("sentence_id", "annotator").is_duplicated().any():
            rows = rows.unique(["sentence_id", "annotator"], keep="last", maintain_order=True)
        yield name, rows.with_columns(label=labels)


@check("released", needs=(*SENTENCES, "previous"))
@rule(
    "label-drift",
    level=4,
    severity="warning",
    meaning="The labels are distributed as in the previous release.",
    fix="Look at what was added; if it is right, waive the rule for this release.",
)
def drift(subject: Released) -> Iterator[Found]:
    """Compare the distribution of labels with the previous release's: chi-square, Cramér's V."""
    from copydesk.release.drift import drift as compare

    if subject.previous is None:
        return
    found = compare("label", _labels(subject.previous), _labels(subject.release))
    if found.p is None or found.cramers_v is None:
        return
    if found.p < subject.threshold("drift_p") and found.cramers_v > subject.threshold("drift_v"):
        yield Fault(
            rule="label-drift",
            message=f"The labels were {_shares(found.before)} in {subject.previous.version} and "
            f"are {_shares(found.after)}: chi-square {found.chi2:.1f}, p {found.p:.2g}, "
            f"Cramér's V {found.cramers_v:.3f}.",
            file=_MANIFEST,
        )


def _labels(release: Release) -> dict[str, int]:
    counted = dict(release.labelled["label"].value_counts().iter_rows())
    labels = release.contract.scheme.names
    return {label: counted.get(number, 0) for number, label in enumerate(labels)}


def _shares(counts: dict[str, int]) -> str:
    total = sum(counts.values())
    return ", ".join(f"{label} {count / total:.0%}" for label, count in counts.items())
