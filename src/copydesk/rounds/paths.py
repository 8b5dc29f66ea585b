"""Where a round's files are, and the lock that lets one process at a time change them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copydesk.corpus import Corpus
from copydesk.errors import InputError

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def is_id(name: str) -> bool:
    """Whether a round or an annotator may have this name."""
    return _ID.fullmatch(name) is not None


class RoundBusyError(InputError):
    """Another process is at work on the round."""


@dataclass(frozen=True, slots=True)
class RoundFolder:
    """The files of one round; making one reads nothing.

    What lies in ``annotations/rounds/<id>`` is published; what lies in ``private/rounds/<id>``
    (people's e-mail addresses, the full report) is not.
    """

    corpus: Corpus
    round: str

    def __post_init__(self) -> None:
        if not is_id(self.round):
            raise InputError(
                f"'{self.round}' cannot name a round.",
                hint="Use lower-case letters, digits and hyphens, at most 64.",
            )

    @property
    def path(self) -> Path:
        """The published folder."""
        return self.corpus.rounds / self.round

    @property
    def private(self) -> Path:
        """The folder that is never published."""
        return self.corpus.private / "rounds" / self.round

    @property
    def plan(self) -> Path:
        """The plan, which is never changed after the first push."""
        return self.path / "round.json"

    @property
    def amendments(self) -> Path:
        """The changes made to the plan since: one a line, with its date and reason."""
        return self.path / "amendments.jsonl"

    @property
    def push_log(self) -> Path:
        """What was sent when, one event a line."""
        return self.path / "push.jsonl"

    @property
    def pulls(self) -> Path:
        """The archives of raw answers."""
        return self.path / "pulls"

    @property
    def annotations(self) -> Path:
        """The append-only log of answers."""
        return self.path / "annotations.jsonl"

    @property
    def adjudications(self) -> Path:
        """The append-only log of decisions."""
        return self.path / "adjudications.jsonl"

    @property
    def gold(self) -> Path:
        """The known answers, which are never sent."""
        return self.path / "gold.jsonl"

    @property
    def findings(self) -> Path:
        """What the last pull found wrong."""
        return self.path / "findings.json"

    @property
    def closed(self) -> Path:
        """The digest that closes the round."""
        return self.path / "closed.json"

    def report(self, kind: str) -> Path:
        """The report on agreement: ``json`` or ``html``, without any text that is withheld."""
        return self.path / f"report.{kind}"

    @property
    def full_report(self) -> Path:
        """The report as HTML with the text of every sentence."""
        return self.private / "report.html"

    @property
    def people(self) -> Path:
        """Which e-mail address belongs to which pseudonym."""
        return self.private / "people.json"

    @property
    def comments(self) -> Path:
        """Comments on articles whose text is withheld."""
        return self.private / "comments.json"

    @contextlib.contextmanager
    def lock(self, timeout: float = 0.0) -> Iterator[None]:
        """Keep other processes from changing the round.

        Args:
            timeout: seconds to wait for another process to finish.

        Raises:
            RoundBusyError: another process is still at work.
        """
        import filelock

        self.private.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self.private / "lock")
        try:
            lock.acquire(timeout=timeout)
        except filelock.Timeout as error:
            raise RoundBusyError(
                f"Another process is at work on round '{self.round}'.",
                hint="Wait until it has finished.",
            ) from error
        try:
            yield
        finally:
            lock.release()

    def refuse_closed(self) -> None:
        """Raises InputError when the round is closed."""
        if self.closed.exists():
            raise InputError(
                f"Round '{self.round}' is closed.",
                where=str(self.closed),
                hint="Plan a new round for further answers, or open this one again with 'copydesk "
                f"round amend {self.round} --reopen --reason …'.",
            )
