"""``copydesk round status``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import CorpusDir, data, find_corpus, many, words
from copydesk.cli.round.options import Json, RoundId, Url, emit, verified

if TYPE_CHECKING:
    from copydesk.corpus import Corpus
    from copydesk.rounds.status import Status


def status(
    round_id: RoundId,
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep showing it until the round is complete.")
    ] = False,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two updates.")] = 10.0,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no backend: the state of the last pull.")
    ] = False,
    effort: Annotated[
        bool,
        typer.Option("--effort", help="Write hours and cost to effort.csv in private/ instead."),
    ] = False,
    rate: Annotated[float, typer.Option(min=0, help="Pay for an hour, for --effort.")] = 0.0,
    another: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Say how far another round of N articles would narrow alpha's interval; by "
            "default as many as this round has.",
        ),
    ] = None,
    as_json: Json = False,
    url: Url = None,
    corpus: CorpusDir = None,
) -> None:
    """Show how far a round is, by annotator and by article."""
    from copydesk.backends import backends_of
    from copydesk.rounds.status import status as look

    found = find_corpus(corpus)
    verified(found, round_id)
    if effort:
        _effort(found, round_id, rate)
        return
    if offline:
        _show(look(found, round_id), as_json=as_json)
        if not as_json:
            _show_alpha(found, round_id, another)
            _show_alerts(found, round_id)
        return
    if not as_json:
        _show_alpha(found, round_id, another)
        _show_alerts(found, round_id)
    with backends_of(found, round_id, url) as backends:
        while True:
            state = look(found, round_id, backends)
            _show(state, as_json=as_json)
            if not watch or state.answered >= state.needed:
                return
            time.sleep(every)


def _show_alpha(corpus: Corpus, round_id: str, more: int | None) -> None:
    """Report alpha of the answers so far, and how further articles would narrow its interval."""
    from copydesk.rounds.opened import open_round
    from copydesk.rounds.outlook import outlook

    found = outlook(open_round(corpus, round_id), more)
    if found is None:
        return
    alpha = found.alpha
    if alpha.value is None:
        words().print(f"Alpha at the last pull: {alpha.reason}.", markup=False)
        return
    interval = ""
    if alpha.low is not None and alpha.high is not None:
        interval = f" (95 % interval {alpha.low:.3f} to {alpha.high:.3f})"
    words().print(f"Alpha at the last pull: {alpha.value:.3f}{interval}.", markup=False)
    if found.width is not None and alpha.low is not None and alpha.high is not None:
        words().print(
            f"Another round of {many(found.more, 'article')} would make the interval about "
            f"{found.width:.3f} wide; it is {alpha.high - alpha.low:.3f} now."
        )


def _show_alerts(corpus: Corpus, round_id: str) -> None:
    """Say what a manager should look at."""
    from copydesk.rounds.alerts import alerts
    from copydesk.rounds.opened import open_round

    for alert in alerts(open_round(corpus, round_id)):
        words().print(f"Look at {alert}", markup=False, soft_wrap=True)


def _effort(corpus: Corpus, round_id: str, rate: float) -> None:
    from copydesk.rounds.effort import effort, write_effort
    from copydesk.rounds.opened import open_round

    round = open_round(corpus, round_id)
    path = write_effort(round, effort(round, rate=rate))
    words().print(f"Hours and cost by annotator and article: {path}", markup=False)


def _show(state: Status, *, as_json: bool) -> None:
    if as_json:
        emit(state.as_document())
        return
    from rich.table import Table

    from copydesk.rounds.notes import in_words

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
        for arm, page in who.pages:
            _line(f"{who.annotator} ({arm}) answers at {page}")
    for answer in state.unfinished:
        _line(f"To be opened again: {answer}" + (f" at {answer.page}" if answer.page else ""))
    for annotator, sentence in state.vanished:
        _line(f"Vanished and not settled: {annotator}, {sentence}")
    said = [f"{flag} {count}" for flag, count in state.flags.items() if count]
    if state.comments:
        said.append(many(state.comments, "comment"))
    if said:
        _line(f"Annotators say: {', '.join(said)}")
    if state.review:
        asked, given, changed = state.review
        _line(f"Answers given again: {given:,} of {asked:,}, {changed:,} with another label.")
    for one in state.qualification:
        _line(
            f"Qualification of {one.annotator}: {one.verdict}, {one.right} of {one.answered} "
            f"answers correct ({many(one.known, 'known sentence')})"
        )
    for line in in_words(state.notes) if state.notes else ():
        _line(line)
    if state.projects_missing or state.tasks_missing:
        words().print(
            f"{many(state.projects_missing, 'queue')} and {many(state.tasks_missing or 0, 'task')} "
            f"are missing: copydesk round push {state.round}"
        )


def _line(text: str) -> None:
    """A line that is not wrapped, so that an address in it can be followed."""
    data().print(text, soft_wrap=True, markup=False)
