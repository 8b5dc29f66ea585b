"""Settling what annotators leave open: decisions with a reason, in a log of their own."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from copydesk.contract.columns import STANDS_ALONE
from copydesk.corpus import Article, Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.files import dump_line, read_jsonl
from copydesk.rounds.answers import answers_of, as_frame
from copydesk.rounds.comments import comments_of
from copydesk.rounds.ledger import append_to_ledger, read_ledger
from copydesk.rounds.newest import family, newest_of, reviewed, set_aside
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Anchor, Plan, PlannedArticle, now, read_plan
from copydesk.rounds.record import read_state
from copydesk.rounds.tasks import CONTEXT, context

UNRESOLVED: Final = "unresolved"
"""What an adjudicator gives instead of a label to leave a sentence open."""

_QUOTED: Final = 60
"""Code points of a withheld text that a published reason may not repeat."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSentence:
    """A sentence that the answers leave open.

    Args:
        votes: how many gave each label.
        flags: how many said ``unsure``, ``badly-cut`` or ``not-a-unit``.
        comments: what annotators wrote, each with its annotator; those that are private too.
    """

    article: PlannedArticle
    anchor: Anchor
    votes: dict[str, int]
    flags: dict[str, int] = dataclasses.field(default_factory=dict)
    comments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One adjudicator's decision.

    Args:
        label: None leaves the sentence unresolved, or unlabelled where a flag strikes it.
        by_kind: ``human`` or ``model``.
        flag: ``badly-cut`` or ``not-a-unit``: the sentence becomes a note and no unit of a release.
    """

    sentence_id: str
    label: str | None
    by: str
    by_kind: str
    reason: str
    flag: str | None = None


def open_sentences(
    corpus: Corpus, round_id: str, *, disputed: bool = False, also: Collection[str] = ()
) -> list[OpenSentence]:
    """The sentences of a round without a label, by majority and the decisions so far.

    Where answers were given again in a follow-up round, the newest of each annotator counts. An
    answer that calls a sentence badly cut, or not a unit, counts against every label: where more
    than a third of the answers do, the sentence is open until somebody decides it; so is one whose
    decision was set aside, unless all now agree.

    Args:
        disputed: take also those that a majority settles against another answer, as long as
            nobody has decided them.
        also: sentences to take whatever their answers say, as long as nobody has decided them.

    Raises:
        InputError: the round is unknown, or there are no answers in it.
    """
    from copydesk.aggregate import aggregate
    from copydesk.answers import ADJUDICATIONS

    plan = open_round(corpus, round_id).plan
    plans = family(corpus, plan)
    answers = answers_of(corpus, [one.round for one in plans])
    if round_id not in answers["round"]:
        raise InputError(
            f"There are no answers in round '{round_id}'.", hint="Pull them with 'round pull'."
        )
    asked = reviewed(plan) or {anchor.sentence_id for _, anchor in plan.anchors()}
    decided, lost = standing(corpus, plans)
    rows = [{column: line.get(column) for column in ADJUDICATIONS} for line in decided]
    table = aggregate(answers, adjudications=as_frame(rows, ADJUDICATIONS), labels=plan.labels)
    again = {line["sentence_id"] for line in lost}
    struck = struck_by(decided).keys()
    left = {
        row["sentence_id"]: row["votes"]
        for row in table.iter_rows(named=True)
        if row["label"] is None
        or (row["label_source"] == "majority" and (disputed or row["sentence_id"] in again))
        or (row["sentence_id"] in also and row["label_source"] != "adjudicated")
    }
    flags, comments = _flags(corpus, plans), _comments(corpus, plans)
    return [
        OpenSentence(
            article=article,
            anchor=anchor,
            votes=left[anchor.sentence_id],
            flags=dict(flags.get(anchor.sentence_id, {})),
            comments=tuple(comments.get(anchor.sentence_id, ())),
        )
        for article, anchor in plan.anchors()
        if anchor.sentence_id in left.keys() - struck
        and anchor.sentence_id in asked
        and article.article_id not in plan.withdrawn
    ]


def standing(
    corpus: Corpus, plans: Sequence[Plan]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The decisions of rounds that are still valid, in the order of the rounds, and those set
    aside.

    Args:
        plans: of the rounds whose answers count, in the order of their planning.
    """
    lines = [d for plan in plans for d in decisions_of(RoundFolder(corpus, plan.round))]
    if not lines or all(plan.review is None for plan in plans):
        return lines, []
    answers = {
        plan.round: read_state(open_round(corpus, plan.round)).answers.values() for plan in plans
    }
    lost = set_aside(plans, answers, lines)
    return [line for line in lines if line not in lost], lost


def struck_by(decided: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The decisions that strike a sentence, by its id; the last one on a sentence counts."""
    last = {str(line["sentence_id"]): line for line in decided}
    return {name: line for name, line in last.items() if line.get("flag")}


def _flags(corpus: Corpus, plans: Sequence[Plan]) -> dict[str, Counter[str]]:
    """How often each flag was given to a sentence."""
    flags: dict[str, Counter[str]] = {}
    for one in newest_of(corpus, plans).values():
        answer = one.answer
        if answer.flag:
            flags.setdefault(answer.sentence_id, Counter())[answer.flag] += 1
    return flags


def _comments(corpus: Corpus, plans: Sequence[Plan]) -> dict[str, list[tuple[str, str]]]:
    """What annotators wrote of each sentence in any of these rounds, each with its annotator."""
    found: dict[str, list[tuple[str, str]]] = {}
    for plan in plans:
        round = open_round(corpus, plan.round)
        for sentence, comments in comments_of(round, withheld=True).items():
            found.setdefault(sentence, []).extend(comments)
    return found


def in_context(
    corpus: Corpus, articles: Mapping[str, Article], item: OpenSentence, *, reach: int = CONTEXT
) -> dict[str, str]:
    """The sentence and the lines around it, see `copydesk.rounds.tasks.context`.

    Args:
        articles: those of the corpus, by their ids.

    Raises:
        InputError: the article's text is not here.
        IntegrityError: the article is not the one that was labelled.
    """
    name = item.article.article_id
    article = articles.get(name)
    if article is None or article.text_sha256 != item.article.text_sha256:
        raise IntegrityError(
            f"Article '{name}' is not the one that was labelled.",
            where=item.anchor.sentence_id,
            hint="Restore its text: the answers refer to that text.",
        )
    return context(corpus.text(article), item.anchor.start, item.anchor.end, reach=reach)


def decisions_of(folder: RoundFolder) -> Iterator[dict[str, Any]]:
    """The lines of a round's log of decisions, in the order in which they were made."""
    if folder.adjudications.is_file():
        for _, line in read_ledger(folder.adjudications, "decision"):
            yield line


def decide(
    corpus: Corpus, round_id: str, decisions: list[Decision], *, via: str, wait: float = 0.0
) -> int:
    """Append decisions to the log; gives how many said something new.

    Args:
        via: where they were made: ``terminal``, ``file`` or ``studio``.
        wait: seconds to wait for another process that is at work on the round.

    Raises:
        InputError: the round is closed, a sentence is not in it or has no answer, a decision lacks
            a label, a reason or a name, or another verb still writes to the corpus.
    """
    folder = RoundFolder(corpus, round_id)
    with corpus.lock(shared=True), folder.lock(wait):
        folder.refuse_closed()
        plan = read_plan(folder)
        places = {anchor.sentence_id: (article, anchor) for article, anchor in plan.anchors()}
        answered = set(answers_of(corpus, [round_id])["sentence_id"])
        articles = {a.article_id: a for a in corpus.articles()}
        for decision in decisions:
            _check(decision, answered, plan)
            _check_reason(corpus, decision, articles, places)
        last = {line["sentence_id"]: line for line in decisions_of(folder)}
        fresh = [
            d for d in decisions if says(last.get(d.sentence_id)) != says(dataclasses.asdict(d))
        ]
        append_to_ledger(
            folder.adjudications, [_line(d, *places[d.sentence_id], plan, via) for d in fresh]
        )
    return len(fresh)


def says(line: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    """What tells a decision from the last one for its sentence."""
    if line is None:
        return None
    return tuple(line.get(key) for key in ("label", "by", "by_kind", "reason", "flag"))


def check_adjudicator(plan: Plan, by: str, by_kind: str) -> None:
    """Refuse a name that cannot stand in a published log, or that the plan knows as another kind.

    Raises:
        InputError: saying which.
    """
    where = f"round {plan.round}"
    if not by.isprintable() or " " in by or "@" in by:
        raise InputError(
            f"'{by}' is not a pseudonym.",
            where=where,
            hint="Decisions are published: give a name of one word, and no address.",
        )
    if by_kind not in ("human", "model"):
        raise InputError(f"'{by_kind}' is neither human nor model.", where=where)
    if plan.kinds.get(by, by_kind) != by_kind:
        raise InputError(f"'{by}' is planned as {plan.kinds[by]}.", where=where)


def _check(decision: Decision, answered: set[str], plan: Plan) -> None:
    where = f"round {plan.round}, {decision.sentence_id}"
    if decision.sentence_id not in answered:
        raise InputError("This sentence has no answer in the round.", where=where)
    if decision.label is not None and decision.label not in plan.labels:
        raise InputError(
            f"'{decision.label}' is not a label.",
            where=where,
            hint=f"Use {', '.join((*plan.labels, *sorted(STANDS_ALONE)))} or {UNRESOLVED}.",
        )
    if decision.flag is not None and (decision.label or decision.flag not in STANDS_ALONE):
        raise InputError("A decision has a label, or badly-cut or not-a-unit.", where=where)
    if not decision.reason.strip():
        raise InputError("A decision needs a reason.", where=where)
    check_adjudicator(plan, decision.by, decision.by_kind)


def _check_reason(
    corpus: Corpus,
    decision: Decision,
    articles: Mapping[str, Article],
    places: Mapping[str, tuple[PlannedArticle, Anchor]],
) -> None:
    """Refuse a reason that repeats a stretch of a text that is withheld: reasons are published."""
    planned, _ = places[decision.sentence_id]
    article = articles.get(planned.article_id)
    if article is None or article.redistributable or not corpus.texts.has(article):
        return
    text, reason = corpus.text(article), decision.reason
    if any(reason[at : at + _QUOTED] in text for at in range(len(reason) - _QUOTED + 1)):
        raise InputError(
            f"The reason repeats {_QUOTED} characters of a text that is withheld.",
            where=decision.sentence_id,
            hint="Reasons are published: put it in your own words.",
        )


def decision_of(sentence_id: str, said: str, *, by: str, by_kind: str, reason: str) -> Decision:
    """A decision from an adjudicator's choice: a label, a flag, or `UNRESOLVED`."""
    flag = said if said in STANDS_ALONE else None
    label = None if flag or said == UNRESOLVED else said
    return Decision(
        sentence_id=sentence_id, label=label, by=by, by_kind=by_kind, reason=reason, flag=flag
    )


def _line(decision: Decision, article: PlannedArticle, anchor: Anchor, plan: Plan, via: str) -> str:
    said = dataclasses.asdict(decision)
    if decision.flag is None:
        del said["flag"]
    return dump_line(
        said
        | {
            "article_id": article.article_id,
            "text_sha256": article.text_sha256,
            "start": anchor.start,
            "end": anchor.end,
            "round": plan.round,
            "guidelines_version": plan.guidelines_version,
            "via": via,
            "at": now(),
        }
    )


def read_decisions(path: Path, *, by: str, by_kind: str) -> list[Decision]:
    """Decisions from lines ``{"sentence_id", "label", "reason"}``.

    The label may also be ``unresolved``, ``badly-cut`` or ``not-a-unit``.

    Raises:
        InputError: a line lacks one of them, or a sentence is in it twice.
    """
    found: dict[str, Decision] = {}
    for number, line in read_jsonl(path):
        where = f"{path}:{number}"
        values = [line.get(key) for key in ("sentence_id", "label", "reason")]
        if not all(isinstance(value, str) and value for value in values):
            raise InputError(
                "This line needs sentence_id, label and reason, as strings.", where=where
            )
        name, label, reason = map(str, values)
        if name in found:
            raise InputError(f"'{name}' is decided twice.", where=where)
        found[name] = decision_of(name, label, by=by, by_kind=by_kind, reason=reason)
    return list(found.values())
