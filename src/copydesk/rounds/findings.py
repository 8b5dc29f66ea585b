"""What can be wrong with what a pull brings back: a rule for each irregularity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One irregularity: how bad it is, what it means, what to do.

    Args:
        severity: ``error`` if the record of the round is in doubt, ``warning`` if an answer is
            missing or was not taken, ``note`` if nothing was lost.
    """

    severity: str
    meaning: str
    hint: str


RULES: Final[dict[str, Rule]] = {
    "account-missing": Rule(
        severity="warning",
        meaning="The server has no account with this annotator's address.",
        hint="Invite the annotator, or correct the address in people.json.",
    ),
    "annotator-unassigned": Rule(
        severity="warning",
        meaning="Somebody answered a task that is not theirs; the answer was not taken.",
        hint="Send annotators to their own project.",
    ),
    "annotator-unknown": Rule(
        severity="warning",
        meaning="An account that is no annotator of the round answered; the answer was not taken.",
        hint="Add the account to people.json if the person takes part.",
    ),
    "answer-cancelled": Rule(
        severity="warning",
        meaning="A task was skipped.",
        hint="Ask the annotator to answer it.",
    ),
    "answer-empty": Rule(
        severity="warning",
        meaning="An answer without any label was submitted.",
        hint="Ask the annotator to answer the task.",
    ),
    "answer-superseded": Rule(
        severity="note",
        meaning="One person answered a task more than once; the latest answer counts.",
        hint="Nothing needs to be done.",
    ),
    "answer-vanished": Rule(
        severity="warning",
        meaning="An answer of an earlier pull is gone from the server; ours is kept.",
        hint="Ask the annotator; a new answer will replace the one that is kept.",
    ),
    "label-config-changed": Rule(
        severity="error",
        meaning="A project's label config is not the planned one.",
        hint="Put it back in Label Studio (Settings, Labeling Interface).",
    ),
    "label-repeated": Rule(
        severity="warning",
        meaning="A sentence has more than one label in one answer; none was taken.",
        hint="Ask the annotator to choose one.",
    ),
    "label-unknown": Rule(
        severity="warning",
        meaning="A sentence has a label that is none of ours; it was not taken.",
        hint="Put the label config back and have the sentence answered again.",
    ),
    "project-missing": Rule(
        severity="error",
        meaning="A project of the round is gone from the server.",
        hint="Push the round again, and ask who removed it.",
    ),
    "project-renamed": Rule(
        severity="note",
        meaning="A project of the round has another title.",
        hint="Nothing needs to be done: it is known by its key.",
    ),
    "region-missing": Rule(
        severity="warning",
        meaning="A sentence has no label in a submitted answer.",
        hint="Ask the annotator to open the task again and complete it.",
    ),
    "region-moved": Rule(
        severity="warning",
        meaning="A sentence's region has other offsets than planned; its label was not taken.",
        hint="Have the article answered again.",
    ),
    "region-repeated": Rule(
        severity="warning",
        meaning="A region occurs twice in one answer with different labels; none was taken.",
        hint="Have the sentence answered again.",
    ),
    "region-unknown": Rule(
        severity="warning",
        meaning="A region stands for no sentence of the article; it was not taken.",
        hint="Ask the annotator not to draw regions.",
    ),
    "task-changed": Rule(
        severity="error",
        meaning="A task's data is not what was sent; answers to it were not taken.",
        hint="Delete the task in Label Studio and push the round again.",
    ),
    "task-missing": Rule(
        severity="warning",
        meaning="A planned task is not on the server.",
        hint="Push the round again.",
    ),
    "task-repeated": Rule(
        severity="warning",
        meaning="A task is on the server twice; the answers to both were read.",
        hint="Push the round again: it removes the copy that nobody answered.",
    ),
    "task-unknown": Rule(
        severity="warning",
        meaning="A project of the round holds a task that was not planned; it was not read.",
        hint="Remove it in Label Studio.",
    ),
}
"""By id, which is stable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One irregularity, named.

    Args:
        where: the task's uid, or the project's key.
        detail: what exactly, in words that hold no text of an article.
    """

    rule: str
    where: str
    detail: str = ""
    annotator: str | None = None
    sentence_id: str | None = None

    @property
    def severity(self) -> str:
        """That of its rule."""
        return RULES[self.rule].severity

    def __str__(self) -> str:
        place = " ".join(x for x in (self.where, self.annotator, self.sentence_id) if x)
        detail = f" ({self.detail})" if self.detail else ""
        return f"{place}: {RULES[self.rule].meaning}{detail} {RULES[self.rule].hint}"


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How often each rule was broken, rules by name."""
    return dict(sorted(Counter(finding.rule for finding in findings).items()))


def worst(findings: Iterable[Finding]) -> str | None:
    """The highest severity among findings; None if there are none."""
    order = ("error", "warning", "note")
    return min((finding.severity for finding in findings), key=order.index, default=None)
