"""Settling what annotators leave open: decisions with a reason, in a log of their own.

A decision comes from a terminal, from a file, or from a second Label Studio project in which each
disputed sentence stands in its context and nobody's answers are shown.
"""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from copydesk.corpus import Article, Corpus
from copydesk.errors import InputError, ServerError
from copydesk.files import append_lines, dump_line, read_jsonl
from copydesk.labels import LABELS
from copydesk.rounds import projects
from copydesk.rounds.choose import BLIND
from copydesk.rounds.folder import RoundFolder
from copydesk.rounds.labelling import _frame, answers_of
from copydesk.rounds.log import cut_torn_line
from copydesk.rounds.plan import Anchor, Plan, PlannedArticle, PlannedTask, now, read_plan
from copydesk.rounds.projects import Stream
from copydesk.rounds.send import PATIENCE, Filled, Sender, logged_projects
from copydesk.rounds.server import Server
from copydesk.rounds.tasks import (
    LABEL_CONTROL,
    TEXT_OBJECT,
    canonical_xml,
    context,
    data_sha256,
    label_config,
)

UNRESOLVED: Final = "unresolved"
"""Said in place of a label by an adjudicator who leaves a sentence open."""

_REASON: Final = "reason"
_QUOTED: Final = 60
"""Code points of a withheld text that a published reason may not repeat."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSentence:
    """A sentence that the answers leave open.

    Args:
        votes: how many gave each label.
    """

    article: PlannedArticle
    anchor: Anchor
    votes: dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One adjudicator's decision.

    Args:
        label: None leaves the sentence unresolved.
        by_kind: ``human`` or ``model``.
    """

    sentence_id: str
    label: str | None
    by: str
    by_kind: str
    reason: str


def open_sentences(corpus: Corpus, round_id: str) -> list[OpenSentence]:
    """The sentences of a round without a label, by majority and the decisions so far."""
    from copydesk.aggregate import aggregate
    from copydesk.answers import ADJUDICATIONS

    folder = RoundFolder(corpus, round_id)
    plan = read_plan(folder)
    answers = answers_of(corpus, [round_id])
    if answers.is_empty():
        return []
    rows = [{column: line[column] for column in ADJUDICATIONS} for line in decisions_of(folder)]
    table = aggregate(answers, adjudications=_frame(rows, ADJUDICATIONS))
    left = {
        row["sentence_id"]: row["votes"]
        for row in table.iter_rows(named=True)
        if row["label"] is None
    }
    return [
        OpenSentence(article=article, anchor=anchor, votes=left[anchor.sentence_id])
        for article, anchor in plan.anchors()
        if anchor.sentence_id in left
    ]


def decisions_of(folder: RoundFolder) -> Iterator[dict[str, Any]]:
    """The lines of a round's log of decisions, in the order in which they were made."""
    if folder.adjudications.is_file():
        for _, line in read_jsonl(folder.adjudications):
            yield line


def decide(corpus: Corpus, round_id: str, decisions: list[Decision], *, via: str) -> int:
    """Append decisions to the log; gives how many said something new.

    Args:
        via: where they were made: ``terminal``, ``file`` or ``studio``.

    Raises:
        InputError: the round is closed, a sentence is not of it or has no answer, or a decision
            lacks a label, a reason or a name.
    """
    folder = RoundFolder(corpus, round_id)
    with folder.lock():
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
            d for d in decisions if _says(last.get(d.sentence_id)) != _says(dataclasses.asdict(d))
        ]
        cut_torn_line(folder.adjudications)
        append_lines(
            folder.adjudications, [_line(d, *places[d.sentence_id], plan, via) for d in fresh]
        )
    return len(fresh)


def _says(line: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    if line is None:
        return None
    return tuple(line[key] for key in ("label", "by", "by_kind", "reason"))


def _check(decision: Decision, answered: set[str], plan: Plan) -> None:
    where = f"round {plan.round}, {decision.sentence_id}"
    if decision.sentence_id not in answered:
        raise InputError("This sentence has no answer in the round.", where=where)
    if decision.label is not None and decision.label not in LABELS:
        raise InputError(
            f"'{decision.label}' is no label.",
            where=where,
            hint=f"Use {', '.join(LABELS)} or {UNRESOLVED}.",
        )
    if not decision.reason.strip():
        raise InputError("A decision needs a reason.", where=where)
    if decision.by_kind not in ("human", "model"):
        raise InputError(f"'{decision.by_kind}' is neither human nor model.", where=where)
    if plan.kinds.get(decision.by, decision.by_kind) != decision.by_kind:
        raise InputError(f"'{decision.by}' is planned as {plan.kinds[decision.by]}.", where=where)


def _check_reason(
    corpus: Corpus,
    decision: Decision,
    articles: Mapping[str, Article],
    places: Mapping[str, tuple[PlannedArticle, Anchor]],
) -> None:
    """Refuse a reason that repeats a stretch of a text that is withheld: reasons are published."""
    planned, _ = places[decision.sentence_id]
    article = articles.get(planned.article_id)
    if article is None or article.redistributable or not corpus.text_path(article).is_file():
        return
    text, reason = corpus.text(article), decision.reason
    if any(reason[at : at + _QUOTED] in text for at in range(len(reason) - _QUOTED + 1)):
        raise InputError(
            f"The reason repeats {_QUOTED} characters of a text that is withheld.",
            where=decision.sentence_id,
            hint="Reasons are published: give it in words of your own.",
        )


def _line(decision: Decision, article: PlannedArticle, anchor: Anchor, plan: Plan, via: str) -> str:
    return dump_line(
        dataclasses.asdict(decision)
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
    """Decisions from lines ``{"sentence_id", "label", "reason"}``; the label may be unresolved.

    Raises:
        InputError: a line lacks one of them, or a sentence stands there twice.
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
        label_or_none = None if label == UNRESOLVED else label
        found[name] = Decision(
            sentence_id=name, label=label_or_none, by=by, by_kind=by_kind, reason=reason
        )
    return list(found.values())


def push_disputed(
    corpus: Corpus,
    round_id: str,
    server: Server,
    *,
    by: str,
    show_answers: bool = False,
    patience: float = PATIENCE,
) -> Filled:
    """Send the open sentences to a project of the adjudicator's own; those there stay there."""
    folder = RoundFolder(corpus, round_id)
    with folder.lock():
        folder.refuse_closed()
        plan = read_plan(folder)
        open_now = open_sentences(corpus, round_id)
        payloads = _payloads(corpus, plan, open_now, show_answers)
        stream = _stream(plan, by, show_answers, payloads)
        sender = Sender(folder, server, patience=patience)
        sender.settle()
        number = projects.find(server, [stream], logged_projects(folder)).get(stream.key)
        if number is None and not payloads:
            return Filled(sent=0, checked=0, removed=0)
        config = adjudication_config(corpus, show_answers=show_answers)
        if number is None:
            settings = projects.settings(corpus, plan, stream, config=config)
            number = sender.make(stream, settings)
        by_uid = {payload["data"]["uid"]: payload for payload in payloads}
        return sender.fill(stream, number, lambda task: by_uid[task.uid], config)


def pull_decisions(
    corpus: Corpus,
    round_id: str,
    server: Server,
    *,
    by: str,
    by_kind: str,
    email: str,
    show_answers: bool = False,
) -> tuple[int, list[str]]:
    """Take the decisions made in the adjudicator's project into the log.

    Returns:
        How many said something new, and a sentence for each answer that could not be taken.
    """
    folder = RoundFolder(corpus, round_id)
    plan = read_plan(folder)
    stream = _stream(plan, by, show_answers, [])
    number = projects.find(server, [stream], logged_projects(folder)).get(stream.key)
    if number is None:
        raise ServerError(
            f"The server has no project for the adjudicator '{by}'.",
            hint="Send the disputed sentences first.",
        )
    user = server.users().get(email.lower())
    if user is None:
        raise InputError(f"The server knows no account {email}.")
    prefix = _uid(plan, "", show_answers)
    known = {anchor.sentence_id for _, anchor in plan.anchors()}
    decisions, refused = [], []
    for row in server.answered_tasks(number):
        sentence = str(row["data"].get("uid", "")).removeprefix(prefix)
        mine = [a for a in row["annotations"] if a["completed_by"] == user and a["result"]]
        if others := len(row["annotations"]) - len(mine):
            refused.append(f"{sentence}: {others} answers are of other accounts, or empty.")
        if not mine or sentence not in known:
            continue
        latest = max(mine, key=lambda a: (a["updated_at"], a["id"]))
        label, reason = _decision(latest["result"])
        if label is None or not reason:
            refused.append(f"{sentence}: the label or the reason is missing.")
            continue
        decisions.append(
            Decision(sentence_id=sentence, label=label, by=by, by_kind=by_kind, reason=reason)
        )
    return decide(corpus, round_id, decisions, via="studio"), refused


def _decision(result: list[dict[str, Any]]) -> tuple[str | None, str]:
    label, reason = None, ""
    for item in result:
        if item.get("from_name") == LABEL_CONTROL:
            chosen = item["value"].get("choices") or [None]
            label = chosen[0]
        elif item.get("from_name") == _REASON:
            reason = " ".join(item["value"].get("text") or []).strip()
    return label, reason


def adjudication_config(corpus: Corpus, *, show_answers: bool) -> str:
    """Design D1 with a field for the reason, and with the answers in words if asked for."""
    view = ET.fromstring(label_config(corpus, "sentence", BLIND))
    if show_answers:
        ET.SubElement(view, "Header", {"value": "$answers", "size": "5"})
    ET.SubElement(
        view,
        "TextArea",
        {
            "name": _REASON,
            "toName": TEXT_OBJECT,
            "required": "true",
            "requiredMessage": "Give the reason in words of your own.",
            "placeholder": "The reason, in words of your own",
            "rows": "2",
            "maxSubmissions": "1",
            "editable": "true",
        },
    )
    return canonical_xml(ET.tostring(view, encoding="unicode"))


def _uid(plan: Plan, sentence_id: str, show_answers: bool) -> str:
    arm = "adjudication-shown" if show_answers else "adjudication"
    return f"{plan.round}.{arm}.{sentence_id}"


def _payloads(
    corpus: Corpus, plan: Plan, open_now: list[OpenSentence], show_answers: bool
) -> list[dict[str, Any]]:
    articles = {a.article_id: a for a in corpus.articles()}
    payloads = []
    for item in open_now:
        article = articles[item.article.article_id]
        data = {
            "uid": _uid(plan, item.anchor.sentence_id, show_answers),
            "title": article.title or article.article_id,
            **context(corpus.text(article), item.anchor.start, item.anchor.end),
        }
        if show_answers:
            given = (f"{label} {count}" for label, count in item.votes.items() if count)
            data["answers"] = f"Answers: {', '.join(given)}"
        payloads.append({"data": data})
    return payloads


def _stream(plan: Plan, by: str, show_answers: bool, payloads: list[dict[str, Any]]) -> Stream:
    arm = "adjudication-shown" if show_answers else "adjudication"
    return Stream(
        key=f"{plan.round}.{arm}.{by}.{plan.sha256[:12]}",
        arm=BLIND,
        annotators=(by,),
        overlap=1,
        tasks=tuple(
            PlannedTask(
                uid=payload["data"]["uid"],
                article_id="",
                sentence_id=None,
                arm=BLIND,
                annotators=(by,),
                overlap=1,
                data_sha256=data_sha256(payload["data"]),
            )
            for payload in payloads
        ),
    )
