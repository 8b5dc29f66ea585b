"""``copydesk round amend``."""

from __future__ import annotations

from typing import Annotated

import typer

from copydesk.cli.common import CorpusDir, find_corpus, many, words
from copydesk.cli.round.options import RoundId, parse_person, verified
from copydesk.errors import InputError

Reason = Annotated[str, typer.Option(help="Why; it is published with the amendment.")]
Replace = Annotated[
    str,
    typer.Option(
        metavar="OLD,NEW[:KIND][=EMAIL]",
        help="NEW takes over what OLD has not answered; OLD's answers stay OLD's.",
    ),
]
People = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME[:KIND][=EMAIL]", help="A further annotator; repeatable."),
]
Articles = Annotated[list[str] | None, typer.Option(help="A further article; repeatable.")]
MoreAnswers = Annotated[
    bool,
    typer.Option("--more-answers", help="One more answer for every article with an open sentence."),
]
MoreFor = Annotated[
    list[str] | None, typer.Option(help="One more answer for this article; repeatable.")
]
Guidelines = Annotated[
    bool, typer.Option("--guidelines", help="Follow the guidelines as they are now from here on.")
]
Reopen = Annotated[bool, typer.Option("--reopen", help="Open a closed round again.")]


def amend(
    round_id: RoundId,
    reason: Reason,
    replace: Replace = "",
    annotator: People = None,
    article: Articles = None,
    more_answers: MoreAnswers = False,
    more_for: MoreFor = None,
    guidelines: Guidelines = False,
    reopen: Reopen = False,
    corpus: CorpusDir = None,
) -> None:
    """Change a round after its plan was made: one change at a time, dated, with its reason."""
    from copydesk.rounds import amend as amending
    from copydesk.rounds.opened import open_round
    from copydesk.rounds.plan import Annotator

    found = find_corpus(corpus)
    verified(found, round_id)
    round = open_round(found, round_id)

    def person(text: str) -> tuple[Annotator, str]:
        name, kind, email = parse_person(text)
        backend = amending.default_backend(round, kind)
        return Annotator(annotator=name, kind=kind, backend=backend), email

    changes: list[amending.Change] = []
    if reopen:
        changes.append(amending.reopen)
    if replace:
        old, _, new = replace.partition(",")
        changes.append(amending.replace_person(old, *person(new)))
    if annotator:
        changes.append(amending.add_people([person(text) for text in annotator]))
    if article:
        changes.append(amending.add_articles(article))
    if more_answers or more_for:
        changes.append(amending.raise_overlap(more_for or ()))
    if guidelines:
        changes.append(amending.revise_guidelines)
    if not changes:
        raise InputError("No change was asked for.", hint="See --help.")
    for change in changes:
        line = amending.amend_round(found, round_id, change, reason)
        tasks = f": {many(len(line['tasks']), 'task')}" if "tasks" in line else ""
        words().print(f"Amended: {line['event']}{tasks}.", markup=False)
    words().print(f"Next: copydesk round push {round_id}")
