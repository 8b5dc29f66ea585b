"""From the submissions to a task to answers and findings. Pure: nothing is read or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from copydesk.findings import Finding
from copydesk.rounds.backend import Account, Submission
from copydesk.rounds.irregularities import finding
from copydesk.rounds.log import Answer, Key
from copydesk.rounds.plan import Anchor, PlannedTask


@dataclass(frozen=True, slots=True)
class Edit:
    """An annotator's answer as somebody else changed it.

    Args:
        by: a pseudonym, or ``account N`` for somebody outside the round.
        answer: what it would be if it were the annotator's.
    """

    by: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Collected:
    """The answers to a task, or to a whole round."""

    answers: dict[Key, Answer] = field(default_factory=dict)
    edits: dict[Key, Edit] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def collect(
    submissions: Sequence[Submission],
    task: PlannedTask,
    anchors: Sequence[Anchor],
    people: Mapping[Account, str],
    allowed: Sequence[str],
) -> Collected:
    """The answers to one task: the latest of each annotator that is not empty.

    A submission that somebody else changed last is not its owner's answer: it is kept apart.

    Args:
        submissions: to every copy of the task.
        anchors: the sentences that an answer must label.
        people: pseudonyms by account.
        allowed: pseudonyms of those who may answer here.
    """
    found = Collected()
    by_person: dict[str, list[Submission]] = {}
    for submission in submissions:
        name = people.get(submission.account)
        if name is None:
            found.findings.append(
                finding("annotator-unknown", where=task.uid, detail=f"user {submission.account}")
            )
        elif name not in allowed:
            rule = "annotator-unassigned"
            found.findings.append(finding(rule, where=task.uid, annotator=name))
        else:
            by_person.setdefault(name, []).append(submission)
    for name in sorted(by_person):
        _collect_person(by_person[name], task, anchors, people, name, found)
    return found


def _collect_person(
    submissions: list[Submission],
    task: PlannedTask,
    anchors: Sequence[Anchor],
    people: Mapping[Account, str],
    name: str,
    found: Collected,
) -> None:
    own = []
    for submission in _usable(submissions, task, name, found.findings):
        if submission.changed_by is None or submission.changed_by == submission.account:
            own.append(submission)
            continue
        editor = people.get(submission.changed_by, f"account {submission.changed_by}")
        for key, answer in _answers(submission, task, len(anchors), name).items():
            found.edits[key] = Edit(by=editor, answer=answer)
    for older in own[:-1]:
        found.findings.append(
            finding(
                "answer-superseded",
                where=task.uid,
                annotator=name,
                detail=f"submission {older.number}",
            )
        )
    if own:
        found.answers.update(_answers(own[-1], task, len(anchors), name))
        found.findings.extend(
            finding(
                problem.rule,
                where=task.uid,
                annotator=name,
                sentence_id=problem.sentence_id,
                detail=problem.detail,
            )
            for problem in own[-1].problems
        )


def _usable(
    submissions: list[Submission], task: PlannedTask, name: str, findings: list[Finding]
) -> list[Submission]:
    """The submissions that are not empty, in the order of their last change."""
    usable = []
    for submission in submissions:
        if not submission.cancelled and not submission.empty:
            usable.append(submission)
            continue
        rule = "answer-cancelled" if submission.cancelled else "answer-empty"
        number = f"submission {submission.number}"
        findings.append(finding(rule, where=task.uid, annotator=name, detail=number))
    return sorted(usable, key=lambda s: (s.updated_at, s.number))


def _answers(
    submission: Submission, task: PlannedTask, sentences: int, name: str
) -> dict[Key, Answer]:
    seconds = submission.seconds
    share = None if seconds is None else round(float(seconds) / sentences, 3)
    return {
        (name, mark.sentence_id): Answer(
            annotator=name,
            sentence_id=mark.sentence_id,
            arm=task.arm,
            label=mark.label,
            created_at=mark.at or submission.created_at,
            lead_time_s=share if mark.seconds is None else mark.seconds,
            source=submission.number,
            updated_at=mark.at or submission.updated_at,
            account=submission.account,
            flag=mark.flag,
            comment=mark.comment,
            confidence=mark.confidence,
        )
        for mark in submission.marks
    }
