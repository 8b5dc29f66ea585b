"""Level 4: how far annotators agree, and how the labels changed since the previous release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from copydesk.release.agreed import BELOW_THRESHOLD, answers_by_round, in_words, low_alphas
from copydesk.validate.faults import Fault, Found
from copydesk.validate.rules import SENTENCES, check, rule
from copydesk.validate.surroundings import Released
from copydesk.validate.untrusted_release import Release

if TYPE_CHECKING:
    from copydesk.agreement.alpha import Ints
    from copydesk.agreement.units import Tally

MIN_ANSWERS: Final = 10
"""An annotator with fewer answers to shared sentences is not reported as an outlier."""

_MANIFEST: Final = "release.json"


@check("released", needs=("annotations",))
@rule(
    BELOW_THRESHOLD,
    level=4,
    meaning="Krippendorff's alpha of every round, and of every label in it, reaches alpha_min; "
    "answers given again in a follow-up round are not counted.",
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
    from copydesk.agreement.annotators import against_rest
    from copydesk.agreement.units import Tally

    labels = subject.release.contract.scheme.names
    tallies: dict[str, Tally] = {}
    beside: dict[str, dict[str, list[Ints]]] = {}
    for share in subject.release.shares():
        for name, rows in answers_by_round(share.contents):
            given = tallies.setdefault(name, Tally(labels=labels)).add(rows)
            of_round = beside.setdefault(name, {})
            for one in against_rest(given, labels):
                of_round.setdefault(one.annotator, []).append(np.array(one.confusion))
    for name in sorted(tallies):
        least = float(subject.threshold("alpha_min"))
        for what, alpha in low_alphas(name, tallies[name], least):
            yield Fault(
                rule=BELOW_THRESHOLD,
                message=in_words(what, alpha, least),
                file=_MANIFEST,
                record=name,
            )
        yield from _outliers(name, beside[name], float(subject.threshold("outlier_gap")))


def _outliers(name: str, confusions: Mapping[str, list[Ints]], gap: float) -> Iterator[Found]:
    """Annotators whose kappa with the majority of the rest is far below the others'.

    Args:
        confusions: of each annotator with the rest, to be added up.
    """
    from copydesk.agreement.annotators import cohen_kappa

    sums = {annotator: np.sum(found, axis=0) for annotator, found in confusions.items()}
    kappas = {
        annotator: kappa
        for annotator, confusion in sorted(sums.items())
        if confusion.sum() >= MIN_ANSWERS and (kappa := cohen_kappa(confusion)) is not None
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
    rows = pl.concat([release.contents.scan(table, "label") for table in SENTENCES])
    counted = dict(rows.group_by("label").len().collect(engine="streaming").iter_rows())
    labels = release.contract.scheme.names
    return {label: counted.get(number, 0) for number, label in enumerate(labels)}


def _shares(counts: dict[str, int]) -> str:
    total = sum(counts.values())
    return ", ".join(f"{label} {count / total:.0%}" for label, count in counts.items())
