"""Adjudication in Label Studio: each open sentence in its context, and nobody's answers shown."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any, Final

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.client import Server
from copydesk.backends.labelstudio.projects import Stream
from copydesk.backends.labelstudio.sender import PATIENCE, Sender, logged_projects, look
from copydesk.corpus import Corpus
from copydesk.errors import InputError, ServerError
from copydesk.rounds.choose import BLIND
from copydesk.rounds.decisions import (
    Decision,
    OpenSentence,
    check_adjudicator,
    decide,
    decisions_of,
    in_context,
    open_sentences,
    says,
)
from copydesk.rounds.folder import RoundFolder
from copydesk.rounds.plan import Plan, PlannedTask, read_plan
from copydesk.rounds.tasks import (
    LABEL_CONTROL,
    TEXT_OBJECT,
    canonical_xml,
    data_sha256,
    label_config,
)

_REASON: Final = "reason"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What became of the open sentences.

    Args:
        sent: how many were sent now.
        checked: how many of them are there and as they should be.
        page: where the adjudicator decides; None if there is nothing to decide.
    """

    sent: int
    checked: int
    page: str | None


def push_disputed(
    corpus: Corpus,
    round_id: str,
    server: Server,
    *,
    by: str,
    show_answers: bool = False,
    disputed: bool = False,
    patience: float = PATIENCE,
) -> Sent:
    """Send the open sentences to a project of the adjudicator's own; those there stay there.

    Args:
        disputed: see `copydesk.rounds.decisions.open_sentences`.
    """
    folder = RoundFolder(corpus, round_id)
    with folder.lock():
        folder.refuse_closed()
        plan = read_plan(folder)
        check_adjudicator(plan, by, plan.kinds.get(by, "human"))
        open_now = open_sentences(corpus, round_id, disputed=disputed)
        payloads = _payloads(corpus, plan, open_now, show_answers)
        stream = _stream(plan, by, show_answers, payloads)
        sender = Sender(folder, server, patience=patience)
        sender.settle()
        number = projects.find(server, [stream], logged_projects(folder)).get(stream.key)
        if number is None and not payloads:
            return Sent(sent=0, checked=0, page=None)
        config = adjudication_config(corpus, show_answers=show_answers)
        if number is None:
            settings = projects.settings(corpus, plan, stream, config=config)
            number = sender.make(stream, settings)
        by_uid = {payload["data"]["uid"]: payload for payload in payloads}
        there = look(server, number)
        filled = sender.fill(stream, number, lambda task: by_uid[task.uid], config, there)
    return Sent(sent=filled.sent, checked=filled.checked, page=projects.page(server, number))


def pull_decisions(
    corpus: Corpus, round_id: str, server: Server, *, by: str, by_kind: str, email: str
) -> tuple[int, list[str]]:
    """Take the decisions made in the adjudicator's projects into the log.

    A decision that was taken before is not taken again, also where another was made since.

    Returns:
        How many said something new, and a sentence for each answer that could not be taken.
    """
    folder = RoundFolder(corpus, round_id)
    plan = read_plan(folder)
    check_adjudicator(plan, by, by_kind)
    streams = [_stream(plan, by, shown, []) for shown in (False, True)]
    found = projects.find(server, streams, logged_projects(folder))
    if not found:
        raise ServerError(
            f"The server has no project for the adjudicator '{by}'.",
            hint="Send the disputed sentences first.",
        )
    user = server.users().get(email.lower())
    if user is None:
        raise InputError(f"The server knows no account '{email}'.")
    known = {anchor.sentence_id for _, anchor in plan.anchors()}
    given: dict[str, list[dict[str, Any]]] = {}
    refused = []
    for number in found.values():
        for row in server.answered_tasks(number):
            sentence = _sentence(str(row["data"].get("uid", "")))
            mine = [a for a in row["annotations"] if a["completed_by"] == user and a["result"]]
            if others := len(row["annotations"]) - len(mine):
                refused.append(f"{sentence}: {others} answers are of other accounts, or empty.")
            if mine and sentence in known:
                given.setdefault(sentence, []).extend(mine)
    decisions = []
    for sentence, submissions in given.items():
        latest = max(submissions, key=lambda a: (a["updated_at"], a["id"]))
        label, reason = _decision(latest["result"])
        if label is None or not reason:
            refused.append(f"{sentence}: the label or the reason is missing.")
            continue
        decisions.append(
            Decision(sentence_id=sentence, label=label, by=by, by_kind=by_kind, reason=reason)
        )
    taken = {
        line["sentence_id"]: says(line) for line in decisions_of(folder) if line["via"] == "studio"
    }
    fresh = [d for d in decisions if taken.get(d.sentence_id) != says(dataclasses.asdict(d))]
    return decide(corpus, round_id, fresh, via="studio"), refused


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
        view.insert(_below_title(view), ET.Element("Header", {"value": "$answers", "size": "5"}))
    ET.SubElement(
        view,
        "TextArea",
        {
            "name": _REASON,
            "toName": TEXT_OBJECT,
            "required": "true",
            "requiredMessage": "Give the reason in words of your own.",
            "placeholder": "The reason, in words of your own; then Enter",
            # In a field of more lines Enter would not add what was written.
            "rows": "1",
            "maxSubmissions": "1",
            "editable": "true",
        },
    )
    return canonical_xml(ET.tostring(view, encoding="unicode"))


def _below_title(view: ET.Element) -> int:
    titles = [at for at, child in enumerate(view) if child.tag == "Header"]
    return titles[0] + 1 if titles else 0


def _uid(plan: Plan, sentence_id: str, show_answers: bool) -> str:
    arm = "adjudication-shown" if show_answers else "adjudication"
    return f"{plan.round}.{arm}.{sentence_id}"


def _sentence(uid: str) -> str:
    """The sentence of a task: a round's name and an arm hold no full stop."""
    return uid.split(".", 2)[-1]


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
            **in_context(corpus, articles, item),
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
