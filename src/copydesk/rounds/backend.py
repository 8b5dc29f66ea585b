"""What a round asks of the tool in which people or programs answer; a round knows no tool itself.

A backend does three things with the queues of a round: it reports which of them it holds, takes
what is missing, and returns the answers. What it gives is archived as it came; its codec says what
such an answer means.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from copydesk.findings import Finding
from copydesk.rounds.opened import Round
from copydesk.rounds.plan import Anchor, PlannedTask
from copydesk.rounds.streams import Stream

Account = int | str
"""The number or name by which a backend knows who answered."""

Raw = Mapping[str, Any]
"""One submitted answer to a task, as its backend gives it."""


class Mark(NamedTuple):
    """What a submission says of one sentence; a tuple, since a pull may bring a million of them.

    Args:
        label: one of the scheme's; None where a flag stands in place of one.
        flag: ``unsure``, ``badly-cut`` or ``not-a-unit``.
        confidence: from 0 to 1.
        seconds, at: of this sentence alone, where they are known.
    """

    sentence_id: str
    label: str | None
    flag: str | None = None
    comment: str | None = None
    confidence: float | None = None
    seconds: float | None = None
    at: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something in a submission that was not taken; see `copydesk.rounds.irregularities.RULES`."""

    rule: str
    sentence_id: str | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One answer to one task, in a round's own terms.

    Args:
        number: the backend's own; 0 if it gives none.
        account: whose it is.
        changed_by: who made the last change; None if that is not known.
        created_at, updated_at: by the backend's clock, UTC, ISO 8601.
        seconds: spent on the whole task; None if it is not known.
        cancelled: whether the task was skipped.
    """

    number: int
    account: Account
    changed_by: Account | None
    created_at: str
    updated_at: str
    seconds: float | None = None
    cancelled: bool = False
    marks: tuple[Mark, ...] = ()
    problems: tuple[Problem, ...] = ()
    empty: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A task as a backend holds it, with what was submitted to it.

    Args:
        stream: the key of its queue.
        number: the backend's own for the task.
        uid: None if the task was not planned.
        page: where its annotator can open it again, as a path below the backend's address.
    """

    stream: str
    number: int
    uid: str | None
    data_sha256: str
    answers: Sequence[Raw]
    page: str | None = None


class Codec(Protocol):
    """What a backend's raw answers mean. Pure."""

    def read(
        self, raw: Raw, task: PlannedTask, anchors: Sequence[Anchor], labels: Sequence[str]
    ) -> Submission:
        """A raw answer in a round's own terms.

        Args:
            anchors: the sentences that an answer to the task must label.
            labels: the scheme's.
        """
        ...

    def redact(
        self, raw: Raw, anchors: Sequence[Anchor], labels: Sequence[str], *, withheld: bool
    ) -> dict[str, Any]:
        """A raw answer fit for the archive, which is published and read again.

        Args:
            withheld: whether the article's text is withheld: no part of it may remain.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What a push would do: the queues and tasks of the plan, and those that are missing.

    Args:
        differing: how what annotators see differs from the plan, in words.
    """

    streams: int
    streams_missing: int
    tasks: int
    tasks_missing: int
    differing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What a backend did with what it was to take.

    Args:
        checked: tasks that were compared and are what was planned.
        removed: copies of tasks that were there twice and unanswered.
        fixed: what annotators saw that differed from the plan and was put right, in words.
    """

    streams_made: int
    tasks_sent: int
    checked: int
    removed: int = 0
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Where the tasks of one queue are answered: an address, or a folder."""

    arm: str
    annotators: tuple[str, ...]
    url: str


class Backend(Protocol):
    """One place in which queues are answered."""

    name: str
    url: str
    """The address before the pages of findings; empty if there is none."""

    @property
    def codec(self) -> Codec:
        """What its raw answers mean."""
        ...

    def show(self, round: Round, streams: Sequence[Stream]) -> Difference:
        """What of the queues is missing or differs; nothing is changed."""
        ...

    def take(
        self,
        round: Round,
        streams: Sequence[Stream],
        say: Callable[[Difference], None],
        progress: Callable[[int], None],
    ) -> Taken:
        """Take what is missing and put right what differs; the round's lock is held.

        Args:
            say: is told what is missing before anything is changed.
            progress: is called with the number of tasks that are there.

        Raises:
            ServerError: it failed; what was taken so far is there, and asking again goes on.
            IntegrityError: plan, corpus and backend contradict each other.
        """
        ...

    def give(self, round: Round, streams: Sequence[Stream]) -> Iterator[Stream | Held | Finding]:
        """Each queue that exists, then its tasks; and what is wrong with a queue as a whole.

        Raises:
            ServerError: it failed, or knows none of the round's queues.
        """
        ...

    def accounts(self, round: Round, streams: Sequence[Stream]) -> dict[Account, str]:
        """Which pseudonym belongs to which account."""
        ...

    def pages(self, round: Round, streams: Sequence[Stream]) -> list[Page]:
        """Where each existing queue is answered."""
        ...

    def strangers(self, round: Round, streams: Sequence[Stream]) -> dict[str, str]:
        """The annotators who have no account yet, each with the address where one is made."""
        ...

    def remove(
        self, round: Round, streams: Sequence[Stream], uids: Collection[str], *, erase: bool
    ) -> list[str]:
        """Remove tasks of a withdrawn article, and what was written about it there.

        Args:
            erase: whether the answers to them go too, where they are kept apart from the tasks.

        Returns:
            The tasks that are gone, in words.

        Raises:
            ServerError: it failed; asking again removes the rest.
        """
        ...
