"""What a manager should look at: an annotator's accuracy, agreement, speed and silence.

Each alert has a test, so that a few unlucky answers raise none. Alerts are about single persons and
are published nowhere.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Final

from copydesk.errors import CopydeskError
from copydesk.rounds.log import Answer, State, instant
from copydesk.rounds.opened import Round
from copydesk.rounds.plan import Anchor
from copydesk.rounds.push_log import events
from copydesk.rounds.qualify import known_answers, queues
from copydesk.rounds.record import read_state
from copydesk.rounds.tasks import TaskTexts

GOLD_MIN: Final = 0.8
"""The share of gold sentences that an annotator should answer correctly."""

REST_GAP: Final = 0.1
"""How far an annotator's agreement with the others may be below that among the others."""

WORDS_PER_SECOND: Final = 10.0
"""Nobody reads faster; silent reading of plain texts takes 4 words a second (Brysbaert 2019)."""

FAST_SHARE: Final = 0.2
"""The share of tasks that may be answered faster than that."""

SILENCE: Final = timedelta(days=7)
"""How long an annotator with open tasks may give no answer."""

LEAST: Final = 10
"""The smallest number of sentences, or tasks, that is tested."""

_Z: Final = 1.644854  # one-sided, 95 %


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One thing to look at.

    Args:
        rule: ``gold-accuracy``, ``agreement-low``, ``too-fast`` or ``silent``.
        message: what was found, with its threshold.
    """

    annotator: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.annotator}: {self.rule}: {self.message}"


def wilson(hits: float, of: int) -> tuple[float, float]:
    """The upper and lower 95 % confidence limits of a share, each one-sided (Wilson 1927)."""
    share, weight = hits / of, _Z**2 / of
    middle = (share + weight / 2) / (1 + weight)
    reach = _Z * math.sqrt(share * (1 - share) / of + weight / of / 4) / (1 + weight)
    return middle - reach, middle + reach


def alerts(round: Round, now: datetime | None = None) -> list[Alert]:
    """What a manager should look at in an open round; empty once it is closed.

    - ``gold-accuracy``: of `LEAST` known sentences or more, the upper limit of the share that was
    answered correctly is below `GOLD_MIN`, or the round's pass mark;
    - ``agreement-low``: of `LEAST` sentences or more, the upper limit of the share of others who
      gave the same label lies more than `REST_GAP` below the agreement among the others;
    - ``too-fast``: of `LEAST` tasks or more with a lead time, the lower limit of the share with
      more than `WORDS_PER_SECOND` words a second is above `FAST_SHARE` (people only);
    - ``silent``: tasks are open and no answer came for `SILENCE` (people only).

    Args:
        now: UTC; by default the present.

    Raises:
        IntegrityError: the log is damaged.
    """
    if round.folder.closed.exists():
        return []
    state = read_state(round)
    found = [*_gold(round, state), *_rest(state), *_fast(round, state)]
    found += _silent(round, state, now or datetime.now(UTC))
    return sorted(found, key=lambda alert: (alert.annotator, alert.rule))


def _gold(round: Round, state: State) -> Iterator[Alert]:
    known = known_answers(round)
    least = round.plan.qualify.threshold if round.plan.qualify else GOLD_MIN
    for name in round.plan.kinds:
        mine = [a for (who, s), a in state.answers.items() if who == name and s in known]
        right = sum(answer.label == known[answer.sentence_id] for answer in mine)
        if len(mine) >= LEAST and wilson(right, len(mine))[1] < least:
            yield Alert(
                annotator=name,
                rule="gold-accuracy",
                message=f"{right} of {len(mine)} known sentences are right ({right / len(mine):.0%}"
                f"; {least:.0%} are asked for)",
            )


def _rest(state: State) -> Iterator[Alert]:
    given: dict[str, dict[str, str]] = defaultdict(dict)
    for answer in state.answers.values():
        if answer.label is not None:
            given[answer.sentence_id][answer.annotator] = answer.label
    for name in sorted({name for labels in given.values() for name in labels}):
        own, among = [], []
        for labels in given.values():
            others = Counter(label for who, label in labels.items() if who != name)
            count = others.total()
            if name in labels and count:
                own.append(others[labels[name]] / count)
            if count > 1:
                pairs = sum(n * (n - 1) for n in others.values())
                among.append(pairs / count / (count - 1))
        if len(own) < LEAST or len(among) < LEAST:
            continue
        share, theirs = fmean(own), fmean(among)
        if wilson(sum(own), len(own))[1] < theirs - REST_GAP:
            yield Alert(
                annotator=name,
                rule="agreement-low",
                message=f"the others agree on {share:.0%} of {len(own)} sentences, and with each "
                f"other on {theirs:.0%}",
            )


def _fast(round: Round, state: State) -> Iterator[Alert]:
    plan = round.plan
    texts = TaskTexts(round)
    timed: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    uids = {(t.arm, a.sentence_id): t.uid for t in plan.tasks for a in plan.expected(t)}
    for answer in state.answers.values():
        if plan.kinds[answer.annotator] == "human" and answer.lead_time_s is not None:
            timed[answer.annotator, uids[answer.arm, answer.sentence_id]].append(answer)
    places = {a.sentence_id: (article.article_id, a) for article, a in plan.anchors()}
    tasks: Counter[str] = Counter()
    fast: Counter[str] = Counter()
    for (name, _), answers in timed.items():
        try:
            words = sum(_words(texts, places, answer.sentence_id) for answer in answers)
        except CopydeskError:
            continue  # its text is not here
        tasks[name] += 1
        seconds = sum(answer.lead_time_s or 0.0 for answer in answers)
        fast[name] += seconds * WORDS_PER_SECOND < words
    for name, count in tasks.items():
        if count >= LEAST and wilson(fast[name], count)[0] > FAST_SHARE:
            yield Alert(
                annotator=name,
                rule="too-fast",
                message=f"{fast[name]} of {count} tasks took less time than reading takes "
                f"({WORDS_PER_SECOND:g} words a second)",
            )


def _words(texts: TaskTexts, places: Mapping[str, tuple[str, Anchor]], sentence: str) -> int:
    article, anchor = places[sentence]
    return len(texts.text(article)[anchor.start : anchor.end].split())


def _silent(round: Round, state: State, now: datetime) -> Iterator[Alert]:
    pushed = [e["at"] for e in events(round.folder) if e.get("event") != "amendments"]
    if not pushed:
        return
    for name, kind in round.plan.kinds.items():
        asked = {
            anchor.sentence_id
            for stream in queues(round)
            if name in stream.annotators and not round.plan.shared
            for task in stream.tasks
            if name in task.annotators
            for anchor in round.plan.expected(task)
        }
        given = [answer for (who, _), answer in state.answers.items() if who == name]
        left = asked.difference(answer.sentence_id for answer in given)
        last = max((answer.changed_at for answer in given), default=instant(pushed[0]))
        if kind == "human" and left and now - last > SILENCE:
            yield Alert(
                annotator=name,
                rule="silent",
                message=f"no answer for {(now - last).days} days; open sentences: {len(left)}",
            )
