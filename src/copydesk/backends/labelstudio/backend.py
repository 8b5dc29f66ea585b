"""Label Studio as a round's backend: a project for each queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.client import ANSWERED_PAGE, PAGE, Server
from copydesk.backends.labelstudio.codec import LabelStudioCodec
from copydesk.backends.labelstudio.configs import config_sha256
from copydesk.backends.labelstudio.payloads import PayloadWriter
from copydesk.backends.labelstudio.sender import PATIENCE, Sender, There, logged_projects, look
from copydesk.errors import ServerError
from copydesk.files import atomic_write
from copydesk.findings import Finding
from copydesk.rounds import people
from copydesk.rounds.backend import Account, Difference, Held, Page, Taken
from copydesk.rounds.findings import finding
from copydesk.rounds.opened import Round
from copydesk.rounds.plan import LABEL_STUDIO
from copydesk.rounds.push import record
from copydesk.rounds.streams import Stream
from copydesk.rounds.tasks import data_sha256


class LabelStudio:
    """One server, as the account sees it whose token connects to it.

    Args:
        patience: seconds to wait for a server that may still be storing an earlier batch.
    """

    name = LABEL_STUDIO
    codec = LabelStudioCodec()

    def __init__(self, server: Server, *, patience: float = PATIENCE) -> None:
        self.server, self._patience = server, patience
        self.url = server.url

    def show(self, round: Round, streams: Sequence[Stream]) -> Difference:
        """See `copydesk.rounds.backend.Backend`."""
        found = self._found(round, streams)
        return _difference(streams, {k: look(self.server, number) for k, number in found.items()})

    def _found(self, round: Round, streams: Sequence[Stream]) -> dict[str, int]:
        return projects.find(self.server, streams, logged_projects(round.folder))

    def take(
        self,
        round: Round,
        streams: Sequence[Stream],
        say: Callable[[Difference], None],
        progress: Callable[[int], None],
    ) -> Taken:
        """See `copydesk.rounds.backend.Backend`."""
        people.read(round.folder, _annotators(streams))
        sender = Sender(round.folder, self.server, patience=self._patience, progress=progress)
        sender.settle()
        found = self._found(round, streams)
        for copy in projects.empty_copies(self.server, streams, found):
            self.server.delete_project(copy)
        there = {key: look(self.server, number) for key, number in found.items()}
        say(_difference(streams, there))
        configs = {stream.arm: self._keep_config(round, stream.arm) for stream in streams}
        writer = PayloadWriter(round)
        made = sent = checked = removed = 0
        for stream in streams:
            number = found.get(stream.key)
            config = configs[stream.arm]
            if number is None:
                number = sender.make(stream, projects.settings(round, stream, config))
                made += 1
            held = there.get(stream.key, There())
            filled = sender.fill(stream, number, writer.payload, config, held)
            sent, checked = sent + filled.sent, checked + filled.checked
            removed += filled.removed
        return Taken(streams_made=made, tasks_sent=sent, checked=checked, removed=removed)

    def _keep_config(self, round: Round, arm: str) -> str:
        """The label config of an arm, kept in the round's folder from its first push on."""
        config = projects.planned_config(round, arm)
        place = projects.own_config(round.folder, arm)
        if not place.is_file():
            atomic_write(place, config + "\n")
        if projects.pushed_config(round, arm) is None:
            record(round.folder, "config", arm=arm, sha256=config_sha256(config))
        return config

    def give(self, round: Round, streams: Sequence[Stream]) -> Iterator[Stream | Held | Finding]:
        """See `copydesk.rounds.backend.Backend`."""
        found = self._found(round, streams)
        if not found:
            raise ServerError(
                f"The server has no project of round '{round.plan.round}'.",
                hint="Push the round first, or connect to the server that it was pushed to.",
            )
        for name in self.strangers(round, streams):
            yield finding("account-missing", where=round.plan.round, annotator=name)
        for stream in streams:
            number = found.get(stream.key)
            settings = None if number is None else self.server.project(number)
            if number is None or settings is None:
                yield finding("project-missing", where=stream.key)
                continue
            yield stream
            expected = projects.pushed_config(round, stream.arm)
            if expected and config_sha256(settings["label_config"]) != expected:
                yield finding("label-config-changed", where=stream.key)
            if settings["title"] != projects.title(stream):
                yield finding("project-renamed", where=stream.key)
            yield from self._tasks(round, stream, number)

    def _tasks(self, round: Round, stream: Stream, number: int) -> Iterator[Held]:
        page, seen = ANSWERED_PAGE[round.plan.unit], set()
        for row in self.server.answered_tasks(number, page=page):
            held = _held(stream, number, row)
            seen.add(held.uid)
            yield held
        # A task that is deleted while pages are read moves another one out of sight.
        unseen = [task.uid for task in stream.tasks if task.uid not in seen]
        for at in range(0, len(unseen), PAGE):
            for row in self.server.answered_tasks(number, unseen[at : at + PAGE]):
                yield _held(stream, number, row)

    def accounts(self, round: Round, streams: Sequence[Stream]) -> dict[Account, str]:
        """See `copydesk.rounds.backend.Backend`."""
        users = self.server.users()
        emails = people.read(round.folder, _annotators(streams))
        return {users[mail]: name for name, mail in emails.items() if mail in users}

    def pages(self, round: Round, streams: Sequence[Stream]) -> list[Page]:
        """See `copydesk.rounds.backend.Backend`."""
        found = self._found(round, streams)
        return [
            Page(
                arm=stream.arm,
                annotators=stream.annotators,
                url=projects.page(self.server, found[stream.key]),
            )
            for stream in streams
            if stream.key in found
        ]

    def strangers(self, round: Round, streams: Sequence[Stream]) -> dict[str, str]:
        """See `copydesk.rounds.backend.Backend`."""
        users = self.server.users()
        emails = people.read(round.folder, _annotators(streams))
        names = [name for name, email in emails.items() if email not in users]
        return dict.fromkeys(names, self.server.invitation()) if names else {}


def _annotators(streams: Sequence[Stream]) -> list[str]:
    return sorted({name for stream in streams for name in stream.annotators})


def _held(stream: Stream, number: int, row: dict[str, Any]) -> Held:
    uid = row["data"].get("uid")
    return Held(
        stream=stream.key,
        number=row["id"],
        uid=uid if isinstance(uid, str) else None,
        data_sha256=data_sha256(row["data"]),
        answers=row["annotations"],
        page=f"projects/{number}/data?task={row['id']}",
    )


def _difference(streams: Sequence[Stream], there: dict[str, There]) -> Difference:
    total = sum(len(stream.tasks) for stream in streams)
    present = sum(
        task.uid in there[stream.key].ids
        for stream in streams
        if stream.key in there
        for task in stream.tasks
    )
    return Difference(
        streams=len(streams),
        streams_missing=len(streams) - len(there),
        tasks=total,
        tasks_missing=total - present,
    )
