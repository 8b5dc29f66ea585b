"""The record of a round: how each pull changes it, and whether its files agree."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from copydesk.contract.columns import FLAGS, STANDS_ALONE
from copydesk.findings import Finding
from copydesk.rounds.collect import Collected, Edit
from copydesk.rounds.irregularities import finding
from copydesk.rounds.log import Answer, Changes, Check, Key, State, compare, read_log
from copydesk.rounds.opened import Round
from copydesk.rounds.plan import Plan

ACCEPTED: Final = ("answer-older", "answer-edited", "answer-vanished")
"""What a manager may accept: older and edited answers are taken, vanished ones settled."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one pull makes of a round's record."""

    changes: Changes
    findings: list[Finding]


def read_state(round: Round) -> State:
    """The current answers of a round, each checked against its plan.

    Raises:
        IntegrityError: the log is damaged.
    """
    return read_log(round.folder.annotations, fits(round.plan))


def fits(plan: Plan) -> Check:
    """Says how an answer contradicts the plan."""
    labels = frozenset((*plan.labels, None))

    @functools.cache  # made for the first answer: many a log is empty
    def planned() -> tuple[set[str], set[tuple[str, str, str]]]:
        sentences = {anchor.sentence_id for _, anchor in plan.anchors()}
        arms = {
            (task.arm, anchor.sentence_id, name)
            for task in plan.tasks
            for anchor in plan.expected(task)
            for name in (*task.annotators, *task.former)
        }
        return sentences, arms

    def check(answer: Answer) -> str:
        sentences, arms = planned()
        if answer.sentence_id not in sentences:
            return f"names '{answer.sentence_id}', which is not a sentence of the round"
        if answer.annotator not in plan.kinds:
            return f"names '{answer.annotator}', who is not an annotator of the round"
        if answer.label not in labels:
            return f"gives '{answer.label}', which is not a label"
        if answer.flag not in (None, *FLAGS):
            return f"gives '{answer.flag}', which is not a flag"
        if (answer.label is None) != (answer.flag in STANDS_ALONE):
            return "does not give either a label or a flag in its place"
        if (answer.arm, answer.sentence_id, answer.annotator) not in arms:
            return f"puts '{answer.annotator}' in another arm than was planned"
        return ""

    return check


def advance(
    plan: Plan,
    before: State,
    collected: Collected,
    asked: set[Key],
    accepted: frozenset[str] = frozenset(),
) -> Step:
    """What a pull that found these answers adds to the record.

    An answer that somebody else changed is not its owner's: the owner's last answer stands. A
    submission that the record knows under another task, and an answer older than the one in the
    record, are named and not taken.

    Args:
        asked: the answers that were looked for.
        accepted: rules of `ACCEPTED`.
    """
    findings: list[Finding] = []
    moved = _moved(plan, before, collected, findings)
    found, edits = dict(collected.answers), dict(collected.edits)
    if moved:
        found = {k: answer for k, answer in found.items() if answer not in moved}
        edits = {k: edit for k, edit in edits.items() if edit.answer not in moved}
    _take_edits(before, edits, "answer-edited" in accepted, found, findings)
    present = asked - edits.keys()
    changes = compare(before, found, present, take_older="answer-older" in accepted)
    if "answer-vanished" in accepted:
        lost = before.vanished.difference(found) | set(changes.vanished)
        changes = replace(changes, settled=tuple(sorted(lost)))
    for answer in changes.older:
        stands = before.answers[answer.key]
        findings.append(
            finding(
                "answer-older",
                where=answer.sentence_id,
                annotator=answer.annotator,
                sentence_id=answer.sentence_id,
                detail=f"{answer.words} of {answer.changed_at:%Y-%m-%dT%H:%M:%SZ} was found, but "
                f"the record has {stands.words} of {stands.changed_at:%Y-%m-%dT%H:%M:%SZ}",
            )
        )
    for annotator, sentence in sorted(before.gone_after(changes)[0]):
        findings.append(finding("answer-vanished", where=sentence, annotator=annotator))
    return Step(changes, findings)


def _take_edits(
    before: State,
    edits: Mapping[Key, Edit],
    accepted: bool,
    found: dict[Key, Answer],
    findings: list[Finding],
) -> None:
    """Add answers that somebody else changed to those found if this is accepted, else name them."""
    for key, edit in edits.items():
        if key in found:
            continue
        stands = before.answers.get(key)
        same = (edit.answer.label, edit.answer.flag)
        if stands is not None and (stands.label, stands.flag) == same:
            continue
        if accepted:
            found[key] = edit.answer
            continue
        was = f"{stands.words} stands" if stands else "no answer of the owner is known"
        findings.append(
            finding(
                "answer-edited",
                where=key[1],
                annotator=key[0],
                sentence_id=key[1],
                detail=f"{edit.by} changed it to {edit.answer.words} at {edit.answer.updated_at}; "
                f"{was}",
            )
        )


def _moved(
    plan: Plan, before: State, collected: Collected, findings: list[Finding]
) -> frozenset[Answer]:
    """The answers of submissions that are known under another task.

    A server that was restored may give an old number to a new submission, which was made later.
    """
    came = [*collected.answers.values(), *(edit.answer for edit in collected.edits.values())]
    if not came or not before.answers:
        return frozenset()
    uids = {
        (task.arm, anchor.sentence_id): task.uid
        for task in plan.tasks
        for anchor in plan.expected(task)
    }
    known = {
        (a.annotator, a.source, a.created_at): uids[a.arm, a.sentence_id]
        for a in before.answers.values()
        if a.source
    }
    moved: set[Answer] = set()
    named: set[tuple[str, str, str]] = set()
    for answer in came:
        uid = uids[answer.arm, answer.sentence_id]
        home = known.get((answer.annotator, answer.source, answer.created_at), uid)
        if home != uid:
            moved.add(answer)
            named.add((uid, answer.annotator, f"submission {answer.source} is of {home}"))
    findings += [
        finding("submission-moved", where=uid, annotator=name, detail=detail)
        for uid, name, detail in sorted(named)
    ]
    return frozenset(moved)
