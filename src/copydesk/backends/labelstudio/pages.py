"""Where the annotators of a round work: the page of each project, and who has no account yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.client import Server
from copydesk.backends.labelstudio.sender import logged_projects
from copydesk.corpus import Corpus
from copydesk.rounds import people
from copydesk.rounds.folder import RoundFolder
from copydesk.rounds.plan import read_plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What annotators open to answer the tasks of one project, one after the other."""

    arm: str
    annotators: tuple[str, ...]
    url: str


def pages(
    corpus: Corpus, round_id: str, server: Server
) -> tuple[tuple[Page, ...], tuple[str, ...]]:
    """The page of each project that is on the server, and the annotators without an account."""
    folder = RoundFolder(corpus, round_id)
    plan = read_plan(folder)
    streams = projects.streams(plan)
    found = projects.find(server, streams, logged_projects(folder))
    work = tuple(
        Page(
            arm=stream.arm,
            annotators=stream.annotators,
            url=projects.page(server, found[stream.key]),
        )
        for stream in streams
        if stream.key in found
    )
    return work, without_account(people.read(folder, plan), server.users())


def without_account(emails: Mapping[str, str], users: Mapping[str, int]) -> tuple[str, ...]:
    """The annotators whose address is that of no account on the server: they cannot answer yet.

    Args:
        emails: by pseudonym.
        users: the server's, by e-mail address.
    """
    return tuple(name for name, email in emails.items() if email not in users)
