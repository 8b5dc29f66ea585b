"""``copydesk round``: plan, send, watch, read, measure, settle and close a round of annotation."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import CorpusDir, counting, data, find_corpus, many, words
from copydesk.errors import InputError

if TYPE_CHECKING:
    from copydesk.backends.labelstudio.client import Server
    from copydesk.rounds.plan import Annotator, Plan
    from copydesk.rounds.status import Status

app = typer.Typer(
    help="Annotation rounds in Label Studio.", no_args_is_help=True, rich_markup_mode="markdown"
)

RoundId = Annotated[str, typer.Argument(metavar="ROUND", help="The round's name.")]
Url = Annotated[
    str | None,
    typer.Option(
        help="Label Studio's address; by default COPYDESK_STUDIO_URL.", show_default=False
    ),
]
TokenEnv = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The environment variable that holds the token; by default COPYDESK_STUDIO_TOKEN, "
        "or else the keyring is asked.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


class Unit(StrEnum):
    """What a task is."""

    article = "article"
    sentence = "sentence"


class Order(StrEnum):
    """Which articles come first."""

    drawn = "drawn"
    unlabelled = "unlabelled"
    disagreement = "disagreement"


class Kind(StrEnum):
    """Who gives a label."""

    human = "human"
    model = "model"


@contextmanager
def _server(url: str | None, token_env: str | None) -> Iterator[Server]:
    from copydesk.backends.labelstudio.client import Server
    from copydesk.backends.labelstudio.connection import connect

    token = None
    if token_env:
        token = os.environ.get(token_env)
        if not token:
            raise InputError(f"The environment variable {token_env} holds no token.")
    with connect(url, token) as client:
        yield Server(client)


def _emit(document: object) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, default=str))


@app.command("new")
def new(
    round_id: RoundId,
    annotator: Annotated[
        list[str],
        typer.Option(
            metavar="NAME[:KIND][=EMAIL]",
            help="An annotator's pseudonym; KIND is human (default) or model; EMAIL is that of "
            "the Label Studio account and stays in private/. May be repeated.",
        ),
    ],
    overlap: Annotated[int, typer.Option(min=1, help="Answers for each article.")] = 2,
    extra_overlap: Annotated[
        int, typer.Option(min=0, help="Answers for the articles of the extra share.")
    ] = 0,
    extra_share: Annotated[
        float, typer.Option(min=0, max=1, help="Share of articles that get more answers.")
    ] = 0.0,
    suggested_share: Annotated[
        float, typer.Option(min=0, max=1, help="Share of articles seen with suggestions.")
    ] = 0.0,
    unit: Annotated[Unit, typer.Option(help="What a task is.")] = Unit.article,
    event: Annotated[list[str] | None, typer.Option(help="Take this event; repeatable.")] = None,
    collection: Annotated[
        list[str] | None, typer.Option(help="Take this collection; repeatable.")
    ] = None,
    article: Annotated[
        list[str] | None, typer.Option(help="Take this article; repeatable.")
    ] = None,
    order: Annotated[Order, typer.Option(help="Which articles come first.")] = Order.drawn,
    limit: Annotated[int | None, typer.Option(min=1, help="Take at most so many.")] = None,
    gold: Annotated[
        Path | None,
        typer.Option(help="Known answers, a line {sentence_id, label} each; never sent."),
    ] = None,
    shared: Annotated[
        bool, typer.Option("--shared", help="One project for all, and not one for each.")
    ] = False,
    seed: Annotated[str, typer.Option(help="Decides all draws; the round's name if empty.")] = "",
    corpus: CorpusDir = None,
) -> None:
    """Plan a round: articles, annotators, overlap and arms. Nothing is sent."""
    from copydesk.rounds.choose import Overlap
    from copydesk.rounds.new import Options, Selection, new_round

    people = [parse_annotator(text) for text in annotator]
    plan = new_round(
        find_corpus(corpus),
        Options(
            round=round_id,
            annotators=tuple(who for who, _ in people),
            emails={who.annotator: email for who, email in people if email},
            unit=unit.value,
            overlap=Overlap(base=overlap, extra=extra_overlap, extra_share=extra_share),
            suggested_share=suggested_share,
            shared=shared,
            seed=seed,
            gold=gold,
            selection=Selection(
                events=tuple(event or ()),
                collections=tuple(collection or ()),
                articles=tuple(article or ()),
                order=order.value,
                limit=limit,
            ),
        ),
    )
    _show_plan(plan)
    words().print(
        f"Round {plan.round} is planned; nothing is sent yet. Next: copydesk round push "
        f"{plan.round}"
    )


def _show_plan(plan: Plan) -> None:
    """What each project will hold, and how much is asked for in all."""
    from rich.table import Table

    from copydesk.backends.labelstudio import projects

    table = Table("annotator", "arm", title=f"Round {plan.round}, by {plan.unit}")
    for name in ("tasks", "sentences", "answers to each"):
        table.add_column(name, justify="right")
    for stream in projects.streams(plan):
        sentences = sum(len(plan.expected(task)) for task in stream.tasks)
        counts = (len(stream.tasks), sentences, stream.overlap)
        table.add_row(", ".join(stream.annotators), stream.arm, *(f"{n:,}" for n in counts))
    words().print(table)
    sentences = sum(len(article.sentences) for article in plan.articles)
    answers = sum(len(plan.expected(task)) * task.overlap for task in plan.tasks)
    words().print(
        f"{many(len(plan.articles), 'article')}, {many(sentences, 'sentence')}, "
        f"{many(answers, 'answer')} asked for, guidelines {plan.guidelines_version}"
        + (f"; {many(len(plan.gold), 'article')} with known answers." if plan.gold else ".")
    )


def parse_annotator(text: str) -> tuple[Annotator, str]:
    """``NAME[:KIND][=EMAIL]`` as an annotator and an address (empty if there is none)."""
    from copydesk.rounds import plan

    who, _, email = text.partition("=")
    name, _, kind = who.partition(":")
    kind = kind or "human"
    if kind not in ("human", "model"):
        raise InputError(
            f"'{kind}' is no kind of annotator.", where=text, hint="Write human or model."
        )
    return plan.Annotator(annotator=name, kind=kind), email


@app.command("push")
def push(
    round_id: RoundId,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is missing on the server.")
    ] = False,
    url: Url = None,
    token_env: TokenEnv = None,
    corpus: CorpusDir = None,
) -> None:
    """Send what is missing of a round, and compare what is there. Run it again at any time."""
    from copydesk.backends.labelstudio.pages import pages
    from copydesk.rounds import push as pushing

    found = find_corpus(corpus)

    def say(missing: pushing.Difference) -> None:
        words().print(
            f"Missing on the server: {missing.projects_missing} of {missing.projects} projects, "
            f"{missing.tasks_missing:,} of {missing.tasks:,} tasks."
        )

    with _server(url, token_env) as server:
        if dry_run:
            missing = pushing.difference(found, round_id, server)
            say(missing)
            raise typer.Exit(1 if missing.tasks_missing or missing.projects_missing else 0)
        with counting("tasks on the server") as progress:
            done = pushing.push(found, round_id, server, say=say, progress=progress)
        work, strangers = pages(found, round_id, server)
        invitation = server.invitation() if strangers else ""
    words().print(
        f"{done.projects_made} projects made, {done.tasks_sent:,} tasks sent, {done.checked:,} "
        f"compared and right" + (f", {done.removed} copies removed." if done.removed else ".")
    )
    for page in work:
        names = ", ".join(page.annotators)
        words().print(f"{names} ({page.arm}) answers at {page.url}", markup=False, soft_wrap=True)
    if strangers:
        words().print(
            f"The server has no account with the address of {', '.join(strangers)}; an account is "
            f"made at {invitation}",
            markup=False,
            soft_wrap=True,
        )


@app.command("answer")
def answer(
    round_id: RoundId,
    annotator: Annotated[str, typer.Option(help="Whose answers these are.")],
    file: Annotated[
        Path, typer.Option(help="Lines {sentence_id, label}, lead_time_s if it is known.")
    ],
    url: Url = None,
    token_env: TokenEnv = None,
    corpus: CorpusDir = None,
) -> None:
    """Enter one annotator's answers from a file, with that annotator's own token."""
    from copydesk.rounds.enter import enter

    with _server(url, token_env) as server, counting("tasks answered") as progress:
        done = enter(find_corpus(corpus), round_id, server, annotator, file, progress=progress)
    words().print(
        f"{annotator}: {done.created:,} tasks answered, {done.updated:,} changed, "
        f"{done.unchanged:,} as before, {done.left:,} not in the file."
    )


@app.command("status")
def status(
    round_id: RoundId,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show it again and again until it is complete.")
    ] = False,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = 10.0,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no server: the state of the last pull.")
    ] = False,
    as_json: Json = False,
    url: Url = None,
    token_env: TokenEnv = None,
    corpus: CorpusDir = None,
) -> None:
    """Show how far a round is, by annotator and by article."""
    from copydesk.rounds.status import status as look

    found = find_corpus(corpus)
    if offline:
        _show(look(found, round_id), as_json=as_json)
        return
    with _server(url, token_env) as server:
        while True:
            state = look(found, round_id, server)
            _show(state, as_json=as_json)
            if not watch or state.answered >= state.needed:
                return
            time.sleep(every)


def _show(state: Status, *, as_json: bool) -> None:
    if as_json:
        _emit(state.as_document())
        return
    from rich.table import Table

    table = Table(title=f"Round {state.round}: {state.answered:,} of {state.needed:,} answers")
    for name in ("annotator", "kind", "answered", "short", "per hour", "median s", "last (UTC)"):
        words_in_it = name in ("annotator", "kind", "last (UTC)")
        table.add_column(name, justify="left" if words_in_it else "right", no_wrap=True)
    for who in state.annotators:
        answered = str(who.answered) + ("" if who.assigned is None else f" of {who.assigned}")
        last = who.last[5:16].replace("T", " ") if who.last else None
        cells = (who.short, who.per_hour, who.median_seconds, last)
        table.add_row(
            who.annotator, who.kind, answered, *("–" if c is None else str(c) for c in cells)
        )
    data().print(table)
    left = Table("article", "answered", "needed", "waiting for", title="Articles not complete")
    for item in state.articles:
        if item.answered < item.needed:
            waiting = ", ".join(item.waiting_for)
            left.add_row(item.article_id, str(item.answered), str(item.needed), waiting)
    if left.row_count:
        data().print(left)
    for who in state.annotators:
        for page in who.pages:
            _line(f"{who.annotator} answers at {page}")
    for answer in state.unfinished:
        _line(f"To be opened again: {answer}" + (f" at {answer.page}" if answer.page else ""))
    if state.projects_missing or state.tasks_missing:
        words().print(
            f"On the server {state.projects_missing} projects and {state.tasks_missing} tasks are "
            f"missing: copydesk round push {state.round}"
        )


def _line(text: str) -> None:
    """A line that is not wrapped, so that an address in it can be followed."""
    data().print(text, soft_wrap=True, markup=False)


@app.command("pull")
def pull(
    round_id: RoundId,
    as_json: Json = False,
    url: Url = None,
    token_env: TokenEnv = None,
    corpus: CorpusDir = None,
) -> None:
    """Read the answers, archive them, log what is new, and name every irregularity.

    Exit 1: something is wrong with the record of the round (an error), not only with an answer.
    """
    from copydesk.rounds.findings import counts, unfinished, worst
    from copydesk.rounds.pull import pull as read

    with _server(url, token_env) as server, counting("tasks read") as progress:
        done = read(find_corpus(corpus), round_id, server, progress=progress)
        address = server.url
    changes = done.changes
    if as_json:
        _emit(
            {
                "pull": done.pull,
                "archive": done.archive.name if done.archive else None,
                "tasks": done.tasks,
                "new": len(changes.new),
                "changed": len(changes.changed),
                "vanished": len(changes.vanished),
                "unchanged": changes.unchanged,
                "findings": counts(done.findings),
                "unfinished": [
                    {**dataclasses.asdict(answer), "page": f"{address}{answer.page}"}
                    for answer in unfinished(done.findings)
                ],
            }
        )
    for finding in done.findings:
        if finding.severity != "note":
            words().print(f"{finding.severity}: {finding.rule}: {finding}", markup=False)
    for answer in unfinished(done.findings):
        where = f"{address}{answer.page}"
        words().print(f"To be opened again: {answer} at {where}", markup=False, soft_wrap=True)
    words().print(
        f"{done.tasks:,} tasks read: {len(changes.new):,} answers new, {len(changes.changed):,} "
        f"changed, {len(changes.vanished):,} vanished, {changes.unchanged:,} as before; "
        f"{many(len(done.findings), 'finding')}."
    )
    raise typer.Exit(1 if worst(done.findings) == "error" else 0)


@app.command("agree")
def agree(
    round_id: RoundId,
    over_rounds: Annotated[
        bool,
        typer.Option(
            "--over-rounds",
            help="Take in every round, for the trend; the reports go beside the rounds' folders.",
        ),
    ] = False,
    as_json: Json = False,
    corpus: CorpusDir = None,
) -> None:
    """Measure agreement; writes report.json and report.html into the round's folder."""
    from copydesk.agreement.terminal import print_agreement
    from copydesk.rounds.agree import agree as measure

    found = measure(find_corpus(corpus), round_id, over_rounds=over_rounds)
    if as_json:
        _emit(found.as_document())
        return
    print_agreement(found, data())


@app.command("adjudicate")
def adjudicate(
    round_id: RoundId,
    by: Annotated[
        str, typer.Option(metavar="NAME", help="The adjudicator's pseudonym; it is published.")
    ] = "",
    kind: Annotated[Kind, typer.Option(help="Who decides.")] = Kind.human,
    file: Annotated[
        Path | None,
        typer.Option(help='Decisions, a line {sentence_id, label, reason} each; "unresolved" too.'),
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send the open sentences to Label Studio.")
    ] = False,
    take: Annotated[
        bool, typer.Option("--take", help="Take the decisions made in Label Studio.")
    ] = False,
    email: Annotated[
        str, typer.Option(help="The e-mail of the adjudicator's account, for --take.")
    ] = "",
    show_answers: Annotated[
        bool,
        typer.Option("--show-answers", help="Show how many gave each label; hidden by default."),
    ] = False,
    disputed: Annotated[
        bool,
        typer.Option("--disputed", help="Take also sentences that a majority settles."),
    ] = False,
    as_json: Json = False,
    url: Url = None,
    token_env: TokenEnv = None,
    corpus: CorpusDir = None,
) -> None:
    """Settle what the answers leave open: here, from a file, or in Label Studio.

    With a name (--by) alone, each open sentence is shown here in its context: one key gives the
    label, a reason is asked for, and what was decided is kept when you quit half-way. Without a
    name the open sentences are listed, and the exit code is 1 if there are any.
    """
    from copydesk.backends.labelstudio import adjudication as studio
    from copydesk.rounds import decisions as settling

    found = find_corpus(corpus)
    if not by and (send or take or file):
        raise InputError("Decisions need a name.", hint="Say with --by who decides.")
    if take and not email:
        raise InputError(
            "Whose answers are to be taken is not said.",
            hint="Name the adjudicator's Label Studio account with --email.",
        )
    if not by:
        left = settling.open_sentences(found, round_id, disputed=disputed)
        if as_json:
            _emit([{"sentence_id": s.anchor.sentence_id, "votes": s.votes} for s in left])
        else:
            for item in left:
                votes = ", ".join(f"{label} {n}" for label, n in item.votes.items() if n)
                typer.echo(f"{item.anchor.sentence_id}\t{votes}")
        words().print(f"{len(left)} sentences are open.")
        raise typer.Exit(1 if left else 0)
    if send or take:
        with _server(url, token_env) as server:
            if send:
                sent = studio.push_disputed(
                    found,
                    round_id,
                    server,
                    by=by,
                    show_answers=show_answers,
                    disputed=disputed,
                )
                words().print(f"{sent.sent} sentences sent, {sent.checked} are there.")
                if sent.page:
                    words().print(f"{by} decides at {sent.page}", markup=False, soft_wrap=True)
            if take:
                taken, refused = studio.pull_decisions(
                    found,
                    round_id,
                    server,
                    by=by,
                    by_kind=kind.value,
                    email=email,
                )
                for sentence in refused:
                    words().print(f"not taken: {sentence}", markup=False)
                words().print(f"{taken} decisions taken.")
                raise typer.Exit(1 if refused else 0)
        return
    if file:
        decisions = settling.read_decisions(file, by=by, by_kind=kind.value)
        fresh = settling.decide(found, round_id, decisions, via="file")
        words().print(f"{fresh} of {len(decisions)} decisions are new.")
        return
    if not sys.stdin.isatty():
        raise InputError(
            "Decisions at the terminal need a terminal.", hint="Give them with --file or --send."
        )
    from copydesk.cli.desk import decide_here

    decide_here(
        found, round_id, by=by, kind=kind.value, show_answers=show_answers, disputed=disputed
    )


@app.command("close")
def close(
    round_id: RoundId,
    despite: Annotated[
        str, typer.Option(metavar="REASON", help="Close it although it is not complete.")
    ] = "",
    as_json: Json = False,
    corpus: CorpusDir = None,
) -> None:
    """Freeze a round with a digest of its files; later pulls are refused."""
    from copydesk.rounds.close import close as freeze

    done = freeze(find_corpus(corpus), round_id, despite=despite)
    if as_json:
        _emit(done)
    words().print(
        f"Round {round_id} is closed with {done['answers']:,} answers to {done['sentences']:,} "
        f"sentences, {done['unresolved']} of them unresolved. Digest {done['digest'][:16]}."
    )
