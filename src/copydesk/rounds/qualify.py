"""Qualification: gold articles come first, and whoever does not pass them gets nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from copydesk.rounds.ledger import read_ledger
from copydesk.rounds.log import State
from copydesk.rounds.opened import Round
from copydesk.rounds.plan import Plan
from copydesk.rounds.push_log import events, record
from copydesk.rounds.record import read_state
from copydesk.rounds.streams import Stream, streams

Verdict = Literal["pending", "passed", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How an annotator stands with the known answers of a round.

    Args:
        right: how many of the known sentences answered so far were answered correctly.
        known: how many known sentences there are.
        verdict: ``pending`` until all are answered.
    """

    annotator: str
    right: int
    answered: int
    known: int
    verdict: Verdict


def known_answers(round: Round) -> dict[str, str]:
    """The known label of sentences, by id; empty where the round has none."""
    if not round.folder.gold.is_file():
        return {}
    lines = (line for _, line in read_ledger(round.folder.gold, "gold"))
    return {str(line["sentence_id"]): str(line["label"]) for line in lines}


def standings(round: Round, state: State | None = None) -> list[Standing]:
    """How each annotator stands; empty in a round without a qualification.

    Raises:
        IntegrityError: the log is damaged.
    """
    if round.plan.qualify is None:
        return []
    state = state or read_state(round)
    known = known_answers(round)
    found = []
    for name in round.plan.kinds:
        mine = {s: a for (who, s), a in state.answers.items() if who == name and s in known}
        right = sum(answer.label == known[s] for s, answer in mine.items())
        verdict: Verdict = "pending"
        if len(mine) == len(known):
            verdict = "passed" if right >= round.plan.qualify.threshold * len(known) else "failed"
        found.append(
            Standing(
                annotator=name, right=right, answered=len(mine), known=len(known), verdict=verdict
            )
        )
    return found


def released(round: Round) -> frozenset[str]:
    """Who had passed at a push and so got the rest; this is never revoked."""
    return frozenset(
        str(e["annotator"]) for e in events(round.folder) if e.get("event") == "qualified"
    )


def release(round: Round) -> list[str]:
    """Write down who has passed since the last push; gives their names."""
    fresh = [s.annotator for s in standings(round) if s.verdict == "passed"]
    fresh = [name for name in fresh if name not in released(round)]
    for name in fresh:
        record(round.folder, "qualified", annotator=name)
    return fresh


def failed(round: Round) -> frozenset[str]:
    """Who has answered every known sentence and not passed."""
    names = {s.annotator for s in standings(round) if s.verdict == "failed"}
    return frozenset(names - released(round))


def queues(round: Round, also: Iterable[str] = ()) -> list[Stream]:
    """The queues of a round as its annotators see them now.

    Args:
        also: who also counts as having passed, though not yet recorded.
    """
    plan = round.plan
    found = streams(plan)
    if plan.qualify is None:
        return found
    through = released(round) | frozenset(also)
    cut = (_only_known(plan, stream, through) for stream in found)
    return [stream for stream in cut if stream.tasks]


def _only_known(plan: Plan, stream: Stream, through: Collection[str]) -> Stream:
    if plan.qualify is None or all(name in through for name in stream.annotators):
        return stream
    known = frozenset(plan.qualify.articles)
    return replace(stream, tasks=tuple(t for t in stream.tasks if t.article_id in known))
