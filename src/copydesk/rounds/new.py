"""Planning a round: chooses articles from the corpus and writes the plan to the disk."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.contract.conformance import check_document
from copydesk.corpus import Article, Corpus
from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_line, read_jsonl, replacing_dir
from copydesk.guidelines import read_guidelines
from copydesk.rounds import pseudonyms
from copydesk.rounds.anchors import planned_articles
from copydesk.rounds.choose import BLIND, SUGGESTED, Overlap, arms, assign
from copydesk.rounds.paths import RoundFolder, is_id
from copydesk.rounds.plan import (
    FILES,
    Anchor,
    Annotator,
    Plan,
    PlannedArticle,
    PlannedTask,
    Qualify,
    now,
)
from copydesk.rounds.selection import Selection, choose_articles
from copydesk.rounds.tasks import data_sha256, task_data

if TYPE_CHECKING:
    from copydesk.suggester.model import Suggester

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What a manager decides about a round; see `copydesk.rounds.plan.Plan`.

    Args:
        emails: Label Studio's address of each annotator, kept in the private folder.
        suggested_share: share of the articles that an annotator sees with suggestions.
        gold: a file of known answers, a line ``{"sentence_id", "label"}`` each.
        qualify: a file of the same form, whose articles everyone answers first; whoever does not
            answer ``threshold`` of its sentences correctly gets nothing else.
        suggester: gives the suggestions, in place of the rules.
    """

    round: str
    annotators: tuple[Annotator, ...]
    unit: str = "article"
    overlap: Overlap = dataclasses.field(default_factory=lambda: Overlap(base=2))
    suggested_share: float = 0.0
    shared: bool = False
    seed: str = ""
    selection: Selection = dataclasses.field(default_factory=Selection)
    emails: Mapping[str, str] = dataclasses.field(default_factory=dict)
    gold: Path | None = None
    qualify: Path | None = None
    threshold: float = 0.85
    suggester: Suggester | None = None


def new_round(corpus: Corpus, options: Options) -> Plan:
    """Plan a round and write its plan; nothing is sent.

    Raises:
        InputError: the round exists, an article or annotator is unknown, named twice or missing,
            the overlap asks for more annotators than there are, or another verb writes to the
            corpus and does not finish.
    """
    with corpus.lock():
        return _new_round(corpus, options)


def _new_round(corpus: Corpus, options: Options) -> Plan:
    folder = RoundFolder(corpus, options.round)
    if folder.path.exists():
        raise InputError(
            f"Round '{options.round}' exists already.",
            where=str(folder.path),
            hint="Choose another name; a plan is never changed.",
        )
    _check_options(options)
    pseudonyms.check_names(corpus, options.annotators)
    plan, gold = make_plan(corpus, options)
    write_plan(folder, plan, options.emails, gold)
    return plan


def write_plan(
    folder: RoundFolder,
    plan: Plan,
    emails: Mapping[str, str],
    gold: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write a new round: its plan, its known answers, and privately its people.

    Raises:
        InputError: the plan breaks its schema, or two people have the same address.
    """
    check_document(json.loads(plan.dump()), "round", where=str(folder.plan))
    pseudonyms.write(folder, plan, emails)
    with replacing_dir(folder.path) as beside:
        if gold:
            lines = "".join(f"{dump_line(line)}\n" for line in gold)
            atomic_write(beside / folder.gold.name, lines)
        atomic_write(beside / folder.plan.name, plan.dump())


def _check_options(options: Options) -> None:
    names = [a.annotator for a in options.annotators]
    if not names:
        raise InputError("A round needs annotators.", hint="Name them with --annotator.")
    for name in names:
        if not is_id(name):
            raise InputError(
                f"'{name}' cannot be a pseudonym.",
                hint="Use lower-case letters, digits and hyphens, at most 64.",
            )
    for name, email in options.emails.items():
        if not _EMAIL.fullmatch(email):
            raise InputError(
                f"'{email}' is not an e-mail address.", where=name, hint="Write name@example.org."
            )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"Annotator '{twice[0]}' is named twice.")
    if options.unit not in ("article", "sentence"):
        raise InputError(f"There is no unit '{options.unit}'.", hint="Use article or sentence.")
    options.overlap.check(len(names))
    if options.qualify and (options.gold or options.shared):
        raise InputError(
            "A qualification brings its own known answers and needs a project for each annotator.",
            hint="Leave out --gold and --shared.",
        )
    if not 0 < options.threshold <= 1:
        raise InputError(f"A pass mark of {options.threshold:g} is not above 0 and at most 1.")
    if options.shared and len({a.backend for a in options.annotators}) > 1:
        raise InputError(
            "Models answer through files and cannot share a project with people.",
            hint="Leave out --shared, or the models.",
        )
    if options.shared and options.annotators[0].backend == FILES:
        raise InputError("Files are not shared.", hint="Leave --shared out.")


def make_plan(corpus: Corpus, options: Options) -> tuple[Plan, list[dict[str, Any]]]:
    """The plan that the options ask for, and the known answers, which are never sent."""
    seed = options.seed or options.round
    chosen = choose_articles(corpus, options.selection, seed, options.suggester)
    first = _known_articles(corpus, options.qualify)
    chosen = first + [article for article in chosen if article not in first]
    planned = {a.article_id: a for a in planned_articles(corpus, chosen, options.suggester)}
    gold = _gold(options.qualify or options.gold, planned, corpus.scheme.names)
    if options.suggested_share and not any(a.suggestion for _, a in _anchors(planned)):
        raise InputError(
            "There are no suggestions for these articles: the rules know neither their labels nor "
            "their language."
            if options.suggester is None
            else "There are no suggestions for these articles: the suggester "
            f"'{options.suggester.weights.name}' has not learnt their language.",
            hint="Leave --suggested-share out.",
        )
    known = {article.article_id for article in first}
    sizes = {name: len(a.sentences) for name, a in planned.items() if name not in known}
    names = [a.annotator for a in options.annotators]
    assigned = assign(sizes, names, options.overlap, seed)
    seen = arms(assigned, options.suggested_share, seed, by_article=options.shared)
    for article in first:
        assigned[article.article_id] = tuple(sorted(names))
        seen |= {(article.article_id, name): BLIND for name in names}
    version, digest = read_guidelines(corpus)
    plan = Plan(
        round=options.round,
        created_at=now(),
        unit=options.unit,
        shared=options.shared,
        seed=seed,
        guidelines_version=version,
        guidelines_sha256=digest,
        labels=corpus.scheme.names,
        annotators=options.annotators,
        articles=tuple(planned.values()),
        tasks=tuple(_tasks(corpus, options, chosen, planned, assigned, seen)),
        gold=tuple(sorted({line["sentence_id"].rpartition(".")[0] for line in gold})),
        qualify=Qualify(
            articles=tuple(article.article_id for article in first), threshold=options.threshold
        )
        if first
        else None,
        suggester=options.suggester.weights.annotator if options.suggester else None,
    )
    return plan, gold


def _known_articles(corpus: Corpus, path: Path | None) -> list[Article]:
    """The articles of a file of known answers, in its order."""
    if path is None:
        return []
    names = {
        str(line.get("sentence_id", "")).rpartition(".")[0]: number
        for number, line in read_jsonl(path)
    }
    known = {article.article_id: article for article in corpus.articles()}
    for name, number in names.items():
        if name not in known:
            raise InputError(
                f"There is no article '{name}' in this corpus.", where=f"{path}:{number}"
            )
    if not names:
        raise InputError("There are no known answers in this file.", where=str(path))
    return [known[name] for name in names]


def _anchors(planned: Mapping[str, PlannedArticle]) -> Iterator[tuple[PlannedArticle, Anchor]]:
    for article in planned.values():
        for anchor in article.sentences:
            yield article, anchor


def _tasks(
    corpus: Corpus,
    options: Options,
    chosen: Sequence[Article],
    planned: Mapping[str, PlannedArticle],
    assigned: Mapping[str, tuple[str, ...]],
    seen: Mapping[tuple[str, str], str],
) -> Iterator[PlannedTask]:
    everyone = tuple(sorted(a.annotator for a in options.annotators))
    for article in chosen:
        text = corpus.text(article)
        name = article.article_id
        for arm in (BLIND, SUGGESTED):
            group = tuple(a for a in assigned[name] if seen[name, a] == arm)
            if not group:
                continue
            anchors = planned[name].sentences if options.unit == "sentence" else (None,)
            for anchor in anchors:
                key = anchor.sentence_id if anchor else name
                task = PlannedTask(
                    uid=f"{options.round}.{arm}.{key}",
                    article_id=name,
                    sentence_id=anchor.sentence_id if anchor else None,
                    arm=arm,
                    annotators=everyone if options.shared else group,
                    overlap=len(group),
                    data_sha256="",
                )
                data = task_data(task, article, text, anchor)
                yield dataclasses.replace(task, data_sha256=data_sha256(data))


def _gold(
    path: Path | None, planned: Mapping[str, PlannedArticle], labels: Sequence[str]
) -> list[dict[str, Any]]:
    if path is None:
        return []
    known = {s.sentence_id for article in planned.values() for s in article.sentences}
    found: dict[str, dict[str, Any]] = {}
    for number, line in read_jsonl(path):
        where = f"{path}:{number}"
        name, label = line.get("sentence_id"), line.get("label")
        if name not in known:
            raise InputError(
                f"'{name}' is not a sentence of this round.",
                where=where,
                hint="Choose articles of the gold file with --article, or leave the line out.",
            )
        if label not in labels:
            raise InputError(f"'{label}' is not a label.", where=where)
        if name in found:
            raise InputError(f"'{name}' appears here twice.", where=where)
        found[name] = {"sentence_id": name, "label": label}
    return list(found.values())
