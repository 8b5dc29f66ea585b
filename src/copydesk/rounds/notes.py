"""Notes on a round's figures: amendments, versions of the guidelines, flags, doubts."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from copydesk.contract.conformance import read_document
from copydesk.errors import InputError
from copydesk.guidelines import read_guidelines
from copydesk.rounds.ledger import read_ledger
from copydesk.rounds.opened import Round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import WITHDRAWN, Plan
from copydesk.rounds.record import read_state


@dataclass(frozen=True, kw_only=True, slots=True)
class Amendment:
    """A change of the plan: what, when (UTC), and why."""

    event: str
    at: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Notes:
    """What a manager, and a reader of the round's answers, must know besides the figures.

    Args:
        versions: how many answers were given under each version of the guidelines, in the order in
            which the versions applied.
        revised_to: the version of the corpus's guidelines if the round does not follow it; None if
            it does.
        flags: how often each flag was given.
        doubts: what was still missing when the round was closed, if it was not complete.
        despite: the reason given for closing it all the same.
    """

    round: str
    amendments: tuple[Amendment, ...] = ()
    versions: Mapping[str, int] = dataclasses.field(default_factory=dict)
    revised_to: str | None = None
    flags: Mapping[str, int] = dataclasses.field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    despite: str | None = None

    def as_document(self) -> dict[str, Any]:
        """As JSON types."""
        return dataclasses.asdict(self)

    def published(self) -> dict[str, Any] | None:
        """What a release says of the round; None where there is nothing to say.

        Withdrawals are in `withdrawn`.
        """
        told = [a for a in self.amendments if a.event != WITHDRAWN]
        if not (told or self.flags or self.doubts):
            return None
        document = self.as_document()
        del document["versions"], document["revised_to"]
        document["amendments"] = [dataclasses.asdict(a) for a in told]
        document["doubts"] = list(document["doubts"])
        return document


def notes_of(round: Round, *, without: str = "") -> Notes:
    """The notes of a round.

    Args:
        without: an article whose answers do not count.

    Raises:
        IntegrityError: its log is damaged.
    """
    answers = [
        answer
        for answer in read_state(round).answers.values()
        if answer.sentence_id.rpartition(".")[0] != without
    ]
    held = Counter(round.plan.guidelines_at(a.updated_at or a.created_at) for a in answers)
    flags = Counter(answer.flag for answer in answers if answer.flag)
    closed = read_document(round.folder.closed, "closed") if round.folder.closed.is_file() else {}
    return Notes(
        round=round.plan.round,
        amendments=amendments_of(round.folder),
        versions=dict(sorted(held.items(), key=lambda item: _place(round.plan, item[0]))),
        revised_to=None if closed else _revised_to(round),
        flags=dict(sorted(flags.items())),
        doubts=tuple(closed.get("doubts", ())),
        despite=closed.get("despite"),
    )


def amendments_of(folder: RoundFolder) -> tuple[Amendment, ...]:
    """The amendments of a round, in the order in which they were made."""
    if not folder.amendments.is_file():
        return ()
    lines = (line for _, line in read_ledger(folder.amendments, "amendment"))
    return tuple(
        Amendment(**{key: line[key] for key in ("event", "at", "reason")}) for line in lines
    )


def _place(plan: Plan, version: str) -> int:
    held = [name for _, name in plan.revisions]
    return held.index(version) if version in held else -1


def _revised_to(round: Round) -> str | None:
    try:
        version, digest = read_guidelines(round.corpus)
    except InputError:
        return None  # a push, or 'validate', says what is wrong with them
    return version if digest != round.plan.guidelines_sha256 else None


def in_words(notes: Notes) -> list[str]:
    """The notes as lines, without empty ones."""
    lines = [f"Amended {a.at[:10]}: {a.event}. {a.reason}" for a in notes.amendments]
    lines += guidelines_in_words(notes)
    if notes.flags:
        given = ", ".join(f"{name} {count:,}" for name, count in notes.flags.items())
        lines.append(f"Flags: {given}.")
    if notes.doubts:
        because = f" ({notes.despite})" if notes.despite else ""
        lines.append(f"Closed although {'; '.join(notes.doubts)}{because}.")
    return lines


def guidelines_in_words(notes: Notes) -> list[str]:
    """Answers under each version of the guidelines, if these changed in the round or since."""
    lines = []
    if len(notes.versions) > 1:
        held = ", ".join(f"{count:,} under {name}" for name, count in notes.versions.items())
        lines.append(f"Answers by version of the guidelines: {held}.")
    if notes.revised_to:
        lines.append(
            f"The guidelines were changed (they are now version {notes.revised_to}) and do not "
            f"apply to this round yet: copydesk round amend {notes.round} --guidelines --reason …"
        )
    return lines
