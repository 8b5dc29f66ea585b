"""The irregularities that a pull may find: a rule for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from copydesk.findings import SEVERITIES, Finding, Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One irregularity: how bad it is, what it means, what to do.

    Args:
        severity: ``error`` if the record of the round is in doubt, ``warning`` if an answer is
            missing or was not taken, ``note`` if nothing was lost.
    """

    severity: Severity
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
        hint="Delete the answer at the address given, since it keeps the task from its owner, and "
        "send annotators to their own project.",
    ),
    "annotator-unknown": Rule(
        severity="warning",
        meaning="The account that answered belongs to no annotator of the round; the answer was "
        "not taken.",
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
    "answer-edited": Rule(
        severity="warning",
        meaning="Somebody else changed this annotator's answer; the change was not taken.",
        hint="Ask the annotator to submit it again, or take it with 'round pull --accept "
        "answer-edited'.",
    ),
    "answer-older": Rule(
        severity="error",
        meaning="The server has an older answer than the record; it was not taken.",
        hint="If the server was restored, ask the annotator; to take what is there, use 'round "
        "pull --accept answer-older'.",
    ),
    "answer-unreadable": Rule(
        severity="warning",
        meaning="A line of a file of answers could not be used; it was not taken.",
        hint="Correct the line and pull again.",
    ),
    "answer-superseded": Rule(
        severity="note",
        meaning="One person answered a task more than once; the latest answer counts.",
        hint="Nothing needs to be done.",
    ),
    "answer-vanished": Rule(
        severity="warning",
        meaning="An answer of an earlier pull is gone from the server; the recorded one is kept.",
        hint="Ask the annotator for a new answer, or let the one that is kept stand with 'round "
        "pull --accept answer-vanished'.",
    ),
    "label-config-changed": Rule(
        severity="error",
        meaning="A project's label config is not the planned one.",
        hint="Restore it in Label Studio (Settings, Labeling Interface).",
    ),
    "label-repeated": Rule(
        severity="warning",
        meaning="A sentence has more than one label in one answer; none was taken.",
        hint="Ask the annotator to choose one.",
    ),
    "label-unknown": Rule(
        severity="warning",
        meaning="A sentence has a label that is not in the scheme; it was not taken.",
        hint="Restore the label config and have the sentence answered again.",
    ),
    "project-missing": Rule(
        severity="error",
        meaning="A project of the round is missing from the server.",
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
        hint="Ask the annotator to open it again: a label's key, then mark the sentence, update.",
    ),
    "region-moved": Rule(
        severity="warning",
        meaning="A sentence's region has other offsets than planned; its label was not taken.",
        hint="Ask the annotator to open it again, to remove the region and to mark the sentence.",
    ),
    "region-redrawn": Rule(
        severity="note",
        meaning="A sentence's region was gone and drawn again by hand; its label was taken.",
        hint="Nothing needs to be done.",
    ),
    "region-repeated": Rule(
        severity="warning",
        meaning="A region occurs twice in one answer with different labels; none was taken.",
        hint="Have the sentence answered again.",
    ),
    "region-unknown": Rule(
        severity="warning",
        meaning="A region matches no sentence of the article; it was not taken.",
        hint="Ask the annotator to open it again and to remove the region.",
    ),
    "submission-moved": Rule(
        severity="warning",
        meaning="A submission that belongs to another task was moved here; it was not taken.",
        hint="Move it back in Label Studio, or ask the annotator for a new answer.",
    ),
    "task-changed": Rule(
        severity="error",
        meaning="A task's data is not what was sent; answers to it were not taken.",
        hint="Push the round again: it puts the task right and keeps what was answered.",
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


def finding(
    rule: str,
    *,
    where: str,
    detail: str = "",
    annotator: str | None = None,
    sentence_id: str | None = None,
    page: str | None = None,
) -> Finding:
    """One irregularity, with what its rule says of it.

    Args:
        where: the task's uid, or the project's key.
        detail: what exactly, in words that hold no text of an article.
        page: where the annotator can open the answer again, as a path below the server's address.
    """
    known = RULES[rule]
    return Finding(
        rule=rule,
        severity=known.severity,
        message=known.meaning,
        hint=known.hint,
        file=where,
        record=sentence_id or "",
        detail=detail,
        annotator=annotator,
        page=page,
    )


REOPENED: Final = frozenset(
    {
        *("answer-cancelled", "answer-empty", "label-repeated", "label-unknown"),
        *("region-missing", "region-moved", "region-repeated", "region-unknown"),
    }
)
"""The rules whose findings the annotator settles by opening the submitted answer again."""

PLACED: Final = REOPENED | {"annotator-unassigned", "annotator-unknown"}
"""The rules whose findings name the page of the task."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unfinished:
    """A submitted answer that its annotator should open again.

    Args:
        where: the task's uid.
        rules: how often each rule was broken in it.
        sentences: those that are concerned.
        page: as in `Finding`.
    """

    annotator: str
    where: str
    rules: dict[str, int]
    sentences: tuple[str, ...]
    page: str | None

    def __str__(self) -> str:
        rules = ", ".join(f"{rule} {count}" for rule, count in self.rules.items())
        sentences = f" ({', '.join(self.sentences)})" if self.sentences else ""
        return f"{self.annotator}, {self.where}: {rules}{sentences}"


def unfinished(findings: Iterable[Finding]) -> tuple[Unfinished, ...]:
    """The answers that their annotators should open again, by annotator and task."""
    groups: dict[tuple[str, str, str | None], list[Finding]] = {}
    for found in findings:
        if found.rule in REOPENED and found.annotator:
            key = found.annotator, found.file, found.page
            groups.setdefault(key, []).append(found)
    return tuple(
        Unfinished(
            annotator=annotator,
            where=where,
            rules=counts(group),
            sentences=tuple(sorted({f.record for f in group if f.record})),
            page=page,
        )
        for (annotator, where, page), group in sorted(groups.items(), key=lambda g: g[0][:2])
    )


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How often each rule was broken, rules by name."""
    return dict(sorted(Counter(found.rule for found in findings).items()))


def worst(findings: Iterable[Finding]) -> str | None:
    """The highest severity among findings; None if there are none."""
    return min((found.severity for found in findings), key=SEVERITIES.index, default=None)
