"""``copydesk round adjudicate``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import CorpusDir, find_corpus, many, words
from copydesk.cli.round.desk import Sitting, decide_here
from copydesk.cli.round.options import Json, RoundId, Url, emit, parse_person, verified
from copydesk.errors import InputError

if TYPE_CHECKING:
    from copydesk.corpus import Corpus


Suspects = Annotated[
    Path | None,
    typer.Option(
        help="Also take the sentences of this file, in its order, whatever their answers say; "
        "'suggester train --suspects' writes one."
    ),
]


def adjudicate(
    round_id: RoundId,
    by: Annotated[
        str,
        typer.Option(
            metavar="NAME[:KIND][=EMAIL]",
            help="The adjudicator: a pseudonym, which is published; EMAIL is that of the Label "
            "Studio account, for --studio.",
        ),
    ] = "",
    file: Annotated[
        Path | None,
        typer.Option(
            help="Decisions, a line {sentence_id, label, reason} each; the label may also be "
            "unresolved, badly-cut or not-a-unit."
        ),
    ] = None,
    studio: Annotated[
        bool,
        typer.Option("--studio", help="Decide in Label Studio: takes decisions, sends the rest."),
    ] = False,
    show_answers: Annotated[
        bool,
        typer.Option("--show-answers", help="Show how many gave each label; hidden by default."),
    ] = False,
    disputed: Annotated[
        bool,
        typer.Option("--disputed", help="Also take sentences that a majority settled."),
    ] = False,
    suspects: Suspects = None,
    as_json: Json = False,
    url: Url = None,
    corpus: CorpusDir = None,
) -> None:
    """Settle what the answers leave open: here, from a file, or in Label Studio.

    With a name (--by) alone, each open sentence is shown here in its context: one key gives the
    label, a reason is asked for, and what was decided is kept when you quit half-way. Without a
    name the open sentences are listed, and the exit code is 1 if there are any.
    """
    from copydesk.suggester.suspects import read_suspects

    found = find_corpus(corpus)
    verified(found, round_id)
    also = tuple(read_suspects(suspects)) if suspects else ()
    if not by:
        if studio or file:
            raise InputError("Decisions need a name.", hint="Say with --by who decides.")
        _list(found, round_id, disputed=disputed, also=also, as_json=as_json)
    desk = Sitting(found, round_id, *parse_person(by), show_answers, disputed, also)
    if file:
        _from_file(desk, file)
    elif studio:
        _in_studio(desk, url)
    else:
        _here(desk)


def _list(
    corpus: Corpus, round_id: str, *, disputed: bool, also: tuple[str, ...], as_json: bool
) -> None:
    from copydesk.rounds.decisions import open_sentences

    left = open_sentences(corpus, round_id, disputed=disputed, also=also)
    if as_json:
        emit(
            [
                {
                    "sentence_id": s.anchor.sentence_id,
                    "votes": s.votes,
                    "flags": s.flags,
                    "comments": [list(comment) for comment in s.comments],
                }
                for s in left
            ]
        )
    else:
        for item in left:
            given = {**item.votes, **item.flags}
            votes = ", ".join(f"{what} {n}" for what, n in given.items() if n)
            typer.echo(f"{item.anchor.sentence_id}\t{votes}")
    words().print(f"{many(len(left), 'sentence')} open.")
    raise typer.Exit(1 if left else 0)


def _from_file(desk: Sitting, file: Path) -> None:
    from copydesk.rounds.decisions import decide, read_decisions

    decisions = read_decisions(file, by=desk.by, by_kind=desk.kind)
    fresh = decide(desk.corpus, desk.round, decisions, via="file")
    words().print(f"{fresh} of {many(len(decisions), 'decision')} new.")


def _in_studio(desk: Sitting, url: str | None) -> None:
    """Take the decisions made in Label Studio, then send what is open now."""
    from copydesk.backends.labelstudio.adjudication import pull_decisions, push_disputed
    from copydesk.backends.labelstudio.client import Server
    from copydesk.backends.labelstudio.connection import connect

    if not desk.email:
        raise InputError(
            "No account is given whose decisions are to be read from Label Studio.",
            hint="Name the account too: --by NAME=EMAIL.",
        )
    with connect(url) as client:
        server = Server(client)
        taken, refused = pull_decisions(
            desk.corpus, desk.round, server, by=desk.by, by_kind=desk.kind, email=desk.email
        )
        for sentence in refused:
            words().print(f"not taken: {sentence}", markup=False)
        sent = push_disputed(
            desk.corpus,
            desk.round,
            server,
            by=desk.by,
            show_answers=desk.show_answers,
            disputed=desk.disputed,
            also=desk.also,
        )
    words().print(f"{many(taken, 'decision')} taken, {many(sent.sent, 'sentence')} sent.")
    if sent.page and sent.checked:
        left = f"{many(sent.checked, 'sentence')} to decide"
        words().print(f"{left}: {desk.by} decides at {sent.page}", markup=False, soft_wrap=True)
    raise typer.Exit(1 if refused else 0)


def _here(desk: Sitting) -> None:
    if not sys.stdin.isatty():
        raise InputError(
            "Decisions at the terminal need a terminal.", hint="Give them with --file or --studio."
        )
    decide_here(desk)
