"""What counts where answers were given again: each annotator's newest, and valid decisions.

A round and its follow-up rounds are a family. An annotator's newest answer to a sentence counts. A
decision is valid until the answers that were given again change the votes it settled, or the rule
that changed applies to the decision itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copydesk.corpus import Corpus
from copydesk.files import read_json
from copydesk.rounds.log import Answer, Key, instant
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Plan, read_plan
from copydesk.rounds.record import read_state


@dataclass(frozen=True, slots=True)
class Given:
    """An answer with the plan that it was given under."""

    plan: Plan
    answer: Answer

    @property
    def version(self) -> str:
        """The version of the guidelines that applied when it was given."""
        return self.plan.guidelines_at(self.answer.updated_at or self.answer.created_at)


def root_of(plan: Plan) -> str:
    """The round that a follow-up round belongs to; for any other round, itself."""
    return plan.review.of if plan.review else plan.round


def family(corpus: Corpus, plan: Plan) -> list[Plan]:
    """A round and its follow-up rounds, in the order of their planning."""
    root = root_of(plan)
    found = []
    for path in corpus.rounds.glob("*/round.json"):
        document = read_json(path)
        review = document.get("review") if isinstance(document, dict) else None
        if isinstance(review, dict) and review.get("of") == root:
            found.append(read_plan(RoundFolder(corpus, path.parent.name)))
    found.sort(key=lambda one: (one.created_at, one.round))
    return [read_plan(RoundFolder(corpus, root)), *found]


def newest(given: Iterable[Given]) -> dict[Key, Given]:
    """For each annotator and sentence, the answer that was given last."""
    last: dict[Key, Given] = {}
    for one in given:
        before = last.get(one.answer.key)
        if before is None or instant(before.answer.created_at) <= instant(one.answer.created_at):
            last[one.answer.key] = one
    return last


def newest_of(corpus: Corpus, plans: Iterable[Plan]) -> dict[Key, Given]:
    """The newest answers of rounds, by annotator and sentence.

    Raises:
        IntegrityError: a log is damaged.
    """
    return newest(
        Given(plan, answer)
        for plan in plans
        for answer in read_state(open_round(corpus, plan.round)).answers.values()
    )


def reviewed(plan: Plan) -> frozenset[str]:
    """The sentences that a follow-up round asks for again; for any other round, none."""
    if plan.review is None:
        return frozenset()
    return frozenset(a.sentence_id for task in plan.tasks for a in plan.expected(task))


def set_aside(
    plans: Sequence[Plan],
    answers: Mapping[str, Iterable[Answer]],
    decided: Iterable[dict[str, Any]],
) -> list[dict[str, Any]]:
    """The decisions that are no longer valid, since the answers they settled were given again.

    Args:
        plans: of the rounds whose answers count, in the order of their planning.
        answers: the current answers of each round.
        decided: lines of the logs of decisions of these rounds.
    """
    lost: list[dict[str, Any]] = []
    lines = list(decided)
    for plan in plans:
        if plan.review is None:
            continue
        before = newest(
            Given(one, answer)
            for one in plans
            if root_of(one) == root_of(plan) and one.created_at < plan.created_at
            for answer in answers[one.round]
        )
        again: set[str] = set()
        changed: set[str] = set()
        for answer in answers[plan.round]:
            again.add(answer.sentence_id)
            was = before.get(answer.key)
            if was is None or was.answer.label != answer.label:
                changed.add(answer.sentence_id)
        changed |= again.intersection(plan.review.decisions)
        earlier = {one.round for one in plans if root_of(one) == root_of(plan)}
        lost += [
            line
            for line in lines
            if line["sentence_id"] in changed
            and line["round"] in earlier
            and instant(line["at"]) < instant(plan.created_at)
        ]
    return lost


def outcome(corpus: Corpus, plan: Plan) -> tuple[int, int, int]:
    """How many answers a follow-up round asks for, how many were given, and how many changed."""
    plans = [one for one in family(corpus, plan) if one.created_at < plan.created_at]
    before, again = newest_of(corpus, plans), newest_of(corpus, [plan])
    changed = sum(
        key in before and before[key].answer.label != one.answer.label for key, one in again.items()
    )
    return sum(len(plan.expected(task)) * task.overlap for task in plan.tasks), len(again), changed
