"""``copydesk round pull``."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copydesk.cli.common import CorpusDir, counting, find_corpus, many, words
from copydesk.cli.round.options import Json, RoundId, Url, emit

if TYPE_CHECKING:
    from copydesk.corpus import Corpus
    from copydesk.rounds.irregularities import Unfinished
    from copydesk.rounds.pull import PullResult


def pull(
    round_id: RoundId,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            help="Accept an irregularity this time: answer-older or answer-edited takes the "
            "server's answer, answer-vanished keeps the recorded one; repeatable.",
        ),
    ] = None,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Ask no backend: rebuild the log from the archives."),
    ] = False,
    as_json: Json = False,
    url: Url = None,
    corpus: CorpusDir = None,
) -> None:
    """Read the answers, archive them, log what is new, and name every irregularity.

    Exit 1: something is wrong with the record of the round (an error), not only with an answer.
    """
    from copydesk.backends import backends_of
    from copydesk.rounds.irregularities import unfinished, worst
    from copydesk.rounds.landing import write_landing
    from copydesk.rounds.notes import guidelines_in_words, notes_of
    from copydesk.rounds.opened import open_round
    from copydesk.rounds.pull import pull as read

    found = find_corpus(corpus)
    if repair:
        _repair(found, round_id)
        return
    with backends_of(found, round_id, url) as backends, counting("tasks read") as progress:
        done = read(found, round_id, backends, accept=accept or (), progress=progress)
        write_landing(open_round(found, round_id), backends)
        address = next((backend.url for backend in backends if backend.url), "")
    again = [
        dataclasses.replace(answer, page=answer.page and address + answer.page)
        for answer in unfinished(done.findings)
    ]
    notes = notes_of(open_round(found, round_id))
    if as_json:
        emit(_document(done, again) | {"guidelines": notes.versions})
    _say(done, again, address)
    for line in guidelines_in_words(notes):
        words().print(line, markup=False, soft_wrap=True)
    raise typer.Exit(1 if worst(done.findings) == "error" else 0)


def _say(done: PullResult, again: list[Unfinished], address: str) -> None:
    """The new answers, and what is wrong with them."""
    for finding in done.findings:
        if finding.severity != "note":
            page = f" {address}{finding.page}" if finding.page else ""
            line = f"{finding.severity}: {finding.rule}: {finding}{page}"
            words().print(line, markup=False, soft_wrap=True)
    for answer in again:
        where = f" at {answer.page}" if answer.page else ""
        words().print(f"To be opened again: {answer}{where}", markup=False, soft_wrap=True)
    changes = done.changes
    for before, after in zip(done.replaced, changes.changed, strict=True):
        line = f"Changed: {after.annotator}, {after.sentence_id}: {before.words} → {after.words}"
        words().print(line, markup=False, soft_wrap=True)
    words().print(
        f"{many(done.tasks, 'task')} read: {many(len(changes.new), 'answer')} new, "
        f"{len(changes.changed):,} changed, {len(changes.vanished):,} vanished, "
        f"{changes.unchanged:,} as before; {many(len(done.findings), 'finding')}."
    )


def _repair(corpus: Corpus, round_id: str) -> None:
    from copydesk.backends import codecs
    from copydesk.rounds.consistency import repair

    lines, kept = repair(corpus, round_id, codecs())
    if kept is None:
        words().print(f"The log agrees with the archives: {many(lines, 'line')}.")
        return
    words().print(
        f"The log was rebuilt from the archives: {many(lines, 'line')}. The damaged one is kept "
        f"as {kept}.",
        markup=False,
    )


def _document(done: PullResult, again: list[Unfinished]) -> dict[str, Any]:
    from copydesk.rounds.irregularities import counts

    changes = done.changes
    return {
        "pull": done.pull,
        "archive": done.archive.name if done.archive else None,
        "tasks": done.tasks,
        "new": len(changes.new),
        "changed": [
            {
                "annotator": after.annotator,
                "sentence_id": after.sentence_id,
                "from": before.words,
                "to": after.words,
            }
            for before, after in zip(done.replaced, changes.changed, strict=True)
        ],
        "vanished": len(changes.vanished),
        "unchanged": changes.unchanged,
        "findings": counts(done.findings),
        "unfinished": [dataclasses.asdict(answer) for answer in again],
    }
