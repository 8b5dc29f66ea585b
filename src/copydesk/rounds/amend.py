"""Amending a round: people, articles, overlap, guidelines, and opening it again.

Each amendment is a dated line with its reason in ``amendments.jsonl``; the plan itself stays as it
was made. `copydesk.rounds.plan.amend` applies each line to the plan.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import dump_line
from copydesk.guidelines import read_guidelines
from copydesk.rounds import pseudonyms
from copydesk.rounds.choose import BLIND, SUGGESTED, Overlap, drawn
from copydesk.rounds.decisions import open_sentences
from copydesk.rounds.ledger import append_to_ledger
from copydesk.rounds.new import Options, make_plan
from copydesk.rounds.opened import Round, changing
from copydesk.rounds.paths import is_id
from copydesk.rounds.plan import LABEL_STUDIO, Annotator, amend, now
from copydesk.rounds.qualify import failed
from copydesk.rounds.record import read_state
from copydesk.rounds.selection import Selection
from copydesk.suggester.asking import again
from copydesk.suggester.model import Suggester

Change = Callable[[Round], dict[str, Any]]
"""Makes an amendment from the round as it is."""


def amend_round(corpus: Corpus, round_id: str, change: Change, reason: str) -> dict[str, Any]:
    """Write an amendment down and give it; the next push brings it to the annotators.

    Raises:
        InputError: there is no reason, the round is closed, or the change does not fit it.
    """
    if not reason.strip():
        raise InputError("An amendment needs a reason.", hint="Give it with --reason.")
    with changing(corpus, round_id) as round:
        folder = round.folder
        line = change(round)
        if line["event"] != "reopened":
            folder.refuse_closed()
        line |= {"at": now(), "reason": reason.strip()}
        amend(round.plan, line)
        append_to_ledger(folder.amendments, [dump_line(line)])
    return line


def replace_person(old: str, new: Annotator, email: str = "") -> Change:
    """Somebody else takes over what an annotator has not answered; what was answered stays."""

    def change(round: Round) -> dict[str, Any]:
        plan = round.plan
        if old not in plan.kinds:
            raise InputError(f"'{old}' is not an annotator of round '{plan.round}'.")
        if plan.shared:
            raise InputError("Annotators of a shared project take each other's tasks anyway.")
        _add_people(round, [(new, email)])
        given = read_state(round).answers
        left = [
            task.uid
            for task in plan.tasks
            if old in task.annotators
            and not all((old, anchor.sentence_id) in given for anchor in plan.expected(task))
        ]
        return {
            "event": "replaced",
            "annotator": old,
            "by": dataclasses.asdict(new),
            "tasks": left,
        }

    return change


def add_people(added: Sequence[tuple[Annotator, str]]) -> Change:
    """Further annotators, each with an address or none, for articles and answers to come."""

    def change(round: Round) -> dict[str, Any]:
        _add_people(round, added)
        return {"event": "people", "annotators": [dataclasses.asdict(who) for who, _ in added]}

    return change


def _add_people(round: Round, added: Sequence[tuple[Annotator, str]]) -> None:
    plan = round.plan
    for who, _ in added:
        if who.annotator in plan.kinds:
            raise InputError(
                f"'{who.annotator}' is an annotator of round '{plan.round}' already.",
                hint="A pseudonym cannot be used for two people: choose a new one.",
            )
        if not is_id(who.annotator):
            raise InputError(f"'{who.annotator}' cannot be a pseudonym.")
    pseudonyms.check_names(round.corpus, [who for who, _ in added])
    pseudonyms.add(round.folder, {who.annotator: email for who, email in added if email})


def add_articles(articles: Sequence[str]) -> Change:
    """Further articles, with as many answers and suggestions as the plan gives on the whole."""

    def change(round: Round) -> dict[str, Any]:
        plan = round.plan
        if twice := sorted(set(articles) & plan.by_id.keys()):
            raise InputError(f"Article '{twice[0]}' is in round '{plan.round}' already.")
        out = failed(round)
        active = [
            a
            for a in plan.annotators
            if a.annotator not in out and any(a.annotator in t.annotators for t in plan.tasks)
        ]
        base = min(task.overlap for task in plan.tasks)
        suggested = {task.article_id for task in plan.tasks if task.arm == SUGGESTED}
        made, _ = make_plan(
            round.corpus,
            Options(
                round=plan.round,
                annotators=tuple(active),
                unit=plan.unit,
                overlap=Overlap(base=base),
                suggested_share=len(suggested) / len(plan.articles),
                shared=plan.shared,
                seed=f"{plan.seed} {' '.join(articles)}",
                selection=Selection(articles=tuple(articles)),
                suggester=_suggester(round),
            ),
        )
        return {"event": "articles", **made.parts()}

    return change


def _suggester(round: Round) -> Suggester | None:
    """The suggester of the round's suggestions; None if they are the rules'."""
    if round.plan.suggester is None:
        return None
    return again(round.corpus, round.plan.suggester, what=f"round '{round.plan.round}'")


def raise_overlap(articles: Iterable[str] = ()) -> Change:
    """One more answer for these articles, or for those with an open sentence.

    It goes to whoever has not answered the article and has the fewest sentences.
    """

    def change(round: Round) -> dict[str, Any]:
        plan = round.plan
        wanted = set(articles) or {
            item.article.article_id for item in open_sentences(round.corpus, plan.round)
        }.difference(plan.qualify.articles if plan.qualify else ())
        if unknown := sorted(wanted - plan.by_id.keys()):
            raise InputError(f"Article '{unknown[0]}' is not in round '{plan.round}'.")
        if not wanted:
            raise InputError("No sentence is open: no article needs another answer.")
        return {"event": "overlap", "tasks": _more(round, wanted)}

    return change


def _more(round: Round, wanted: set[str]) -> Mapping[str, list[str]]:
    plan = round.plan
    load = dict.fromkeys(plan.kinds, 0)
    seen: dict[str, set[str]] = {}
    for task in plan.tasks:
        names = {*task.annotators, *task.former}
        seen.setdefault(task.article_id, set()).update(names)
        for name in task.annotators:
            load[name] += len(plan.expected(task))
    left = {name for task in plan.tasks for name in task.former} | failed(round)
    more: dict[str, list[str]] = {}
    for article in sorted(wanted):
        free = [name for name in plan.kinds if name not in seen[article] | left]
        if not free:
            raise InputError(
                f"Everybody has answered article '{article}'.",
                hint="Add people first, with --annotator.",
            )
        name = min(free, key=lambda n: (load[n], drawn(plan.seed, "more", article, n)))
        tasks = [t for t in plan.tasks if t.article_id == article]
        arm = BLIND if any(task.arm == BLIND for task in tasks) else SUGGESTED
        for task in (t for t in tasks if t.arm == arm):
            more[task.uid] = [name]
            load[name] += len(plan.expected(task))
    return more


def revise_guidelines(round: Round) -> dict[str, Any]:
    """From now on the corpus's present guidelines apply."""
    version, digest = read_guidelines(round.corpus)
    if digest == round.plan.guidelines_sha256:
        raise InputError(f"The guidelines are those of the plan, version {version}.")
    if version == round.plan.guidelines_version:
        raise InputError(
            f"The guidelines were changed and still call themselves version {version}.",
            where=str(round.corpus.guidelines),
            hint="Give them another version.",
        )
    return {"event": "guidelines", "version": version, "sha256": digest}


def reopen(round: Round) -> dict[str, Any]:
    """Open a closed round again; the record of its closing is kept."""
    folder = round.folder
    if not folder.closed.exists():
        raise InputError(f"Round '{round.plan.round}' is open.")
    number = len(list(folder.path.glob("closed-*.json"))) + 1
    folder.closed.rename(folder.path / f"closed-{number}.json")
    return {"event": "reopened"}


def default_backend(round: Round, kind: str) -> str:
    """Where a further annotator of this kind answers: in the same backend as others of the kind."""
    same = [a.backend for a in round.plan.annotators if a.kind == kind]
    return same[0] if same else LABEL_STUDIO if kind == "human" else "files"
