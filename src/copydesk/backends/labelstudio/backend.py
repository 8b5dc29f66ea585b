"""Label Studio as a round's backend: a project for each queue."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.client import PAGE, Server
from copydesk.backends.labelstudio.codec import LabelStudioCodec
from copydesk.backends.labelstudio.configs import config_sha256, same_config
from copydesk.backends.labelstudio.payloads import MODEL_VERSION, PayloadWriter
from copydesk.backends.labelstudio.repairs import differing, in_words
from copydesk.backends.labelstudio.sender import (
    PATIENCE,
    Sender,
    There,
    logged_projects,
    look,
    wrong_tasks,
)
from copydesk.errors import ServerError
from copydesk.files import atomic_write
from copydesk.findings import Finding
from copydesk.rounds import pseudonyms
from copydesk.rounds.backend import Account, Difference, Held, Page, Taken
from copydesk.rounds.irregularities import finding
from copydesk.rounds.opened import Round
from copydesk.rounds.plan import LABEL_STUDIO
from copydesk.rounds.push_log import events, record
from copydesk.rounds.streams import Stream
from copydesk.rounds.tasks import data_sha256


class LabelStudio:
    """One server, as seen by the account whose token is used.

    Args:
        patience: seconds to wait for a server that may still be storing an earlier batch.
    """

    name = LABEL_STUDIO
    codec = LabelStudioCodec()

    def __init__(self, server: Server, *, patience: float = PATIENCE) -> None:
        self.server, self._patience = server, patience
        self.url = server.public

    def show(self, round: Round, streams: Sequence[Stream]) -> Difference:
        """See `copydesk.rounds.backend.Backend`."""
        found = self._found(round, streams)
        there = self._look(round, found)
        writer = PayloadWriter(round)
        differs = []
        for stream in (s for s in streams if s.key in found):
            config = projects.planned_config(round, stream.arm)
            wanted = projects.settings(round, stream, config)
            wrong = differing(self.server.project(found[stream.key]) or {}, wanted)
            name = projects.title(stream)
            differs += [f"{what} of project '{name}'" for what in in_words(list(wrong))]
            tasks = wrong_tasks(stream, writer.payload, there[stream.key])
            differs += [f"task '{task.uid}'" for task in tasks]
        return replace(_difference(streams, there), differing=tuple(differs))

    def _found(self, round: Round, streams: Sequence[Stream]) -> dict[str, int]:
        self._refuse_other_server(round)
        return projects.find(self.server, streams, logged_projects(round.folder))

    def _look(self, round: Round, found: dict[str, int]) -> dict[str, There]:
        marked = round.plan.unit == "article"
        return {key: look(self.server, n, marked=marked) for key, n in found.items()}

    def _refuse_other_server(self, round: Round) -> None:
        """Raises ServerError when the round was pushed to another server's database."""
        pushed = {e.get("sha256") for e in events(round.folder) if e.get("event") == "server"}
        if pushed and self.server.identity() not in pushed:
            raise ServerError(
                f"Round '{round.plan.round}' was pushed to a different server.",
                where=self.server.url,
                hint="Connect to that server, or restore its database. If it is lost for good, "
                'remove the line with "event": "server" from push.jsonl and push again: annotators '
                "then start anew here, and what was pulled stays.",
            )

    def take(
        self,
        round: Round,
        streams: Sequence[Stream],
        say: Callable[[Difference], None],
        progress: Callable[[int], None],
    ) -> Taken:
        """See `copydesk.rounds.backend.Backend`."""
        pseudonyms.read(round.folder, _annotators(streams))
        sender = Sender(round.folder, self.server, patience=self._patience, progress=progress)
        sender.settle()
        found = self._found(round, streams)
        if not any(e.get("event") == "server" for e in events(round.folder)):
            record(round.folder, "server", sha256=self.server.identity())
        for copy in projects.empty_copies(self.server, streams, found):
            self.server.delete_project(copy)
        there = self._look(round, found)
        say(_difference(streams, there))
        configs = {stream.arm: self._keep_config(round, stream.arm) for stream in streams}
        writer = PayloadWriter(round)
        made = sent = checked = removed = 0
        for stream in streams:
            number = found.get(stream.key)
            config = configs[stream.arm]
            wanted = projects.settings(round, stream, config)
            if number is None:
                number = sender.make(stream, wanted)
                made += 1
            else:
                sender.repairs.settings(number, projects.title(stream), wanted)
            held = there.get(stream.key, There())
            filled = sender.fill(stream, number, writer.payload, config, held)
            sent, checked = sent + filled.sent, checked + filled.checked
            removed += filled.removed
            if round.plan.unit == "article":
                shown = {"model_version": MODEL_VERSION}
                sender.repairs.settings(number, projects.title(stream), shown)
        return Taken(
            streams_made=made,
            tasks_sent=sent,
            checked=checked,
            removed=removed,
            fixed=tuple(sender.repairs.done),
        )

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
            expected = config_sha256(projects.planned_config(round, stream.arm))
            if not same_config(settings["label_config"], expected):
                yield finding("label-config-changed", where=stream.key)
            if settings["title"] != projects.title(stream):
                yield finding("project-renamed", where=stream.key)
            yield from self._tasks(stream, number)

    def _tasks(self, stream: Stream, number: int) -> Iterator[Held]:
        seen = set()
        for row in self.server.answered_tasks(number):
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
        emails = pseudonyms.read(round.folder, _annotators(streams))
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

    def remove(
        self, round: Round, streams: Sequence[Stream], uids: Collection[str], *, erase: bool
    ) -> list[str]:
        """See `copydesk.rounds.backend.Backend`; the answers go with their tasks."""
        found = self._found(round, streams)
        removed = []
        for stream in (s for s in streams if s.key in found):
            mine = [task.uid for task in stream.tasks if task.uid in uids]
            for at in range(0, len(mine), PAGE):
                for row in self.server.find_tasks(found[stream.key], mine[at : at + PAGE]):
                    self.server.delete_task(row["id"])
                    removed.append(f"task {row['id']} of project '{projects.title(stream)}'")
        return removed

    def strangers(self, round: Round, streams: Sequence[Stream]) -> dict[str, str]:
        """See `copydesk.rounds.backend.Backend`."""
        users = self.server.users()
        emails = pseudonyms.read(round.folder, _annotators(streams))
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
