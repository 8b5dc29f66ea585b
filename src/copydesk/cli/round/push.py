"""``copydesk round push``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import CorpusDir, counting, find_corpus, many, words
from copydesk.cli.round.options import RoundId, Url

if TYPE_CHECKING:
    from copydesk.corpus import Corpus
    from copydesk.rounds.backend import Backend, Difference


def push(
    round_id: RoundId,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is missing or differs.")
    ] = False,
    url: Url = None,
    corpus: CorpusDir = None,
) -> None:
    """Send what a round still lacks, and correct what annotators see. Run it at any time."""
    from copydesk.backends import backends_of
    from copydesk.rounds import push as pushing

    found = find_corpus(corpus)
    with backends_of(found, round_id, url) as backends:
        if dry_run:
            missing = pushing.difference(found, round_id, backends)
            _say(missing)
            wrong = missing.tasks_missing or missing.streams_missing or missing.differing
            raise typer.Exit(1 if wrong else 0)
        with counting("tasks in place") as progress:
            done = pushing.push(found, round_id, backends, say=_say, progress=progress)
        for what in done.fixed:
            words().print(f"Put right: {what}", markup=False)
        words().print(
            f"{many(done.streams_made, 'queue')} made, {many(done.tasks_sent, 'task')} sent, "
            f"{done.checked:,} compared with the plan"
            + (f", {many(done.removed, 'copy', 'copies')} removed." if done.removed else ".")
        )
        _show_pages(found, round_id, backends)


def _say(missing: Difference) -> None:
    words().print(
        f"Missing: {missing.streams_missing} of {many(missing.streams, 'queue')}, "
        f"{missing.tasks_missing:,} of {many(missing.tasks, 'task')}."
    )
    for what in missing.differing:
        words().print(f"Differs: {what}", markup=False)


def _show_pages(corpus: Corpus, round_id: str, backends: list[Backend]) -> None:
    """Where each annotator answers, and who has no account yet."""
    from copydesk.rounds.landing import write_landing
    from copydesk.rounds.opened import open_round
    from copydesk.rounds.reading import by_backend

    round = open_round(corpus, round_id)
    for name, place in write_landing(round, backends).items():
        words().print(f"All of {name}'s work, on one page: {place}", markup=False, soft_wrap=True)
    for backend, queues in by_backend(round, backends):
        for page in backend.pages(round, queues):
            names = ", ".join(page.annotators)
            line = f"{names} ({page.arm}) answers at {page.url}"
            words().print(line, markup=False, soft_wrap=True)
        strangers = backend.strangers(round, queues)
        if strangers:
            words().print(
                f"The server has no account with the address of {', '.join(strangers)}; an "
                f"account is made at {next(iter(strangers.values()))}",
                markup=False,
                soft_wrap=True,
            )
