"""``copydesk release withdraw``: take an article out of the corpus and of every release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import CorpusDir, find_corpus, many, words

if TYPE_CHECKING:
    from copydesk.corpus import Corpus
    from copydesk.release.withdraw import Withdrawn


def withdraw(
    article: Annotated[str, typer.Argument(help="The article's id.")] = "",
    reason: Annotated[str, typer.Option(help="Why, as a sentence; it is published.")] = "",
    erase: Annotated[
        bool, typer.Option("--erase", help="Take its hashes, offsets and labels too.")
    ] = False,
    remove_tasks: Annotated[
        bool,
        typer.Option("--remove-tasks", help="Remove its tasks on Label Studio, with the answers."),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Finish a withdrawal that was interrupted.")
    ] = False,
    url: Annotated[
        str | None,
        typer.Option(envvar="COPYDESK_STUDIO_URL", help="The address of Label Studio."),
    ] = None,
    corpus: CorpusDir = None,
) -> None:
    """Take an article's text, title, quotations and speakers out of the corpus and every release.

    Hashes, offsets and labels stay as a tombstone, unless --erase takes them too. There is no way
    back: the article cannot be taken in again. Releases that held it become X.Y.Z+wN.
    """
    from datetime import UTC, datetime

    from copydesk.errors import InputError
    from copydesk.release.withdraw import resume as finish
    from copydesk.release.withdraw import withdraw as take_out

    found = find_corpus(corpus)
    if resume:
        _tell(found, finish(found), [])
        return
    if not article:
        raise InputError("Which article?", hint="Give its id, or --resume.")
    tasks = list(_tasks(found, article, url, remove=remove_tasks, erase=erase))
    done = take_out(found, article, reason=reason, erase=erase, at=datetime.now(UTC))
    _tell(found, done, tasks)


def _tasks(
    corpus: Corpus, article: str, url: str | None, *, remove: bool, erase: bool
) -> Iterator[str]:
    """The article's tasks on Label Studio, each removed if asked, in words."""
    from copydesk.backends import backends_of
    from copydesk.rounds.answers import round_ids
    from copydesk.rounds.opened import open_round
    from copydesk.rounds.plan import LABEL_STUDIO
    from copydesk.rounds.redact import tasks_of
    from copydesk.rounds.streams import streams

    for name in round_ids(corpus):
        round = open_round(corpus, name)
        queues = streams(round.plan, LABEL_STUDIO)
        uids = set(tasks_of(round, article)) & {t.uid for q in queues for t in q.tasks}
        if not uids:
            continue
        if not remove:
            yield f"round {name}: {', '.join(sorted(uids))} (still there)"
            continue
        with backends_of(corpus, name, url) as backends:
            for backend in (b for b in backends if b.name == LABEL_STUDIO):
                for gone in backend.remove(round, queues, uids, erase=erase):
                    yield f"round {name}: {gone} (removed)"


def _tell(corpus: Corpus, done: Withdrawn, tasks: list[str]) -> None:
    from copydesk.release.reach import beyond

    out = words()
    for old, new in done.releases.items():
        out.print(f"Release {old} is {new} now.", markup=False)
    what = "erased" if done.erased else "withdrawn"
    out.print(
        f"Article '{done.article_id}' is {what} in {many(len(done.releases), 'release')}; "
        + (
            "every file of the corpus was searched, and nothing of its text is left."
            if done.proven
            else "its text was not here, so that nothing could be searched for."
        ),
        markup=False,
    )
    for folder in done.pages:
        out.print(
            f"The pages in {folder}/ showed it and were removed. Make them again with "
            "'copydesk explore'.",
            markup=False,
        )
    if tasks:
        out.print("Its tasks on Label Studio:", markup=False)
        for task in tasks:
            out.print(f"  {task}", markup=False)
    out.print("Copies that this cannot reach:", markup=False)
    for line in beyond(corpus):
        out.print(f"  {line}", markup=False)
