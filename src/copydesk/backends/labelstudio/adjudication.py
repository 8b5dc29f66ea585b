"""Adjudication in Label Studio: each open sentence in its context, without anybody's answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.client import Server
from copydesk.backends.labelstudio.codec import decision, user
from copydesk.backends.labelstudio.configs import adjudication_config
from copydesk.backends.labelstudio.sender import Sender, logged_projects, look
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.rounds.choose import BLIND
from copydesk.rounds.decisions import (
    OpenSentence,
    check_adjudicator,
    decide,
    decision_of,
    decisions_of,
    in_context,
    open_sentences,
    says,
)
from copydesk.rounds.opened import changing, open_round
from copydesk.rounds.plan import LABEL_STUDIO, Plan, PlannedTask
from copydesk.rounds.streams import Stream
from copydesk.rounds.tasks import data_sha256


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What became of the open sentences.

    Args:
        sent: how many were sent now.
        checked: how many of them are on the server as they should be.
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
    also: Collection[str] = (),
) -> Sent:
    """Send the open sentences to a project of the adjudicator's own; those already there stay.

    Args:
        disputed, also: see `copydesk.rounds.decisions.open_sentences`.
    """
    with changing(corpus, round_id) as round:
        folder, plan = round.folder, round.plan
        folder.refuse_closed()
        check_adjudicator(plan, by, plan.kinds.get(by, "human"))
        open_now = open_sentences(corpus, round_id, disputed=disputed, also=also)
        payloads = _payloads(corpus, plan, open_now, show_answers)
        stream = _stream(plan, by, show_answers, payloads)
        sender = Sender(folder, server)
        sender.settle()
        number = projects.find(server, [stream], logged_projects(folder)).get(stream.key)
        if number is None and not payloads:
            return Sent(sent=0, checked=0, page=None)
        config = adjudication_config(corpus, round.scheme, show_answers=show_answers)
        if number is None:
            settings = projects.settings(round, stream, config)
            number = sender.make(stream, settings)
        by_uid = {payload["data"]["uid"]: payload for payload in payloads}
        there = look(server, number)
        filled = sender.fill(stream, number, lambda task: by_uid[task.uid], config, there)
    return Sent(sent=filled.sent, checked=filled.checked, page=projects.page(server, number))


def pull_decisions(
    corpus: Corpus, round_id: str, server: Server, *, by: str, by_kind: str, email: str
) -> tuple[int, list[str]]:
    """Take the decisions made in the adjudicator's projects into the log.

    A decision that was taken before is not taken again, even if another was made since. Before
    anything was sent to the adjudicator there is nothing to take.

    Returns:
        How many were new, and a sentence for each answer or project that could not be taken.
    """
    round = open_round(corpus, round_id)
    folder, plan = round.folder, round.plan
    check_adjudicator(plan, by, by_kind)
    streams = [_stream(plan, by, shown, []) for shown in (False, True)]
    logged = logged_projects(folder)
    found = projects.find(server, streams, logged)
    account = server.users().get(email.lower())
    if account is None:
        raise InputError(f"The server has no account '{email}'.")
    known = {anchor.sentence_id for _, anchor in plan.anchors()}
    given: dict[str, list[dict[str, Any]]] = {}
    gone = {s.key: logged[s.key] for s in streams if s.key in logged and s.key not in found}
    refused = [
        f"project {number} is gone from the server, with what was decided there and not taken yet."
        for number in gone.values()
    ]
    for number in found.values():
        for row in server.answered_tasks(number):
            sentence = _sentence(str(row["data"].get("uid", "")))
            mine = [
                a for a in row["annotations"] if user(a["completed_by"]) == account and a["result"]
            ]
            if others := len(row["annotations"]) - len(mine):
                refused.append(f"{sentence}: {others} answers are of other accounts, or empty.")
            if mine and sentence in known:
                given.setdefault(sentence, []).extend(mine)
    decisions = []
    for sentence, submissions in given.items():
        latest = max(submissions, key=lambda a: (a["updated_at"], a["id"]))
        label, reason = decision(latest)
        if label is None or not reason:
            refused.append(f"{sentence}: the label or the reason is missing.")
            continue
        decisions.append(decision_of(sentence, label, by=by, by_kind=by_kind, reason=reason))
    taken = {
        line["sentence_id"]: says(line) for line in decisions_of(folder) if line["via"] == "studio"
    }
    fresh = [d for d in decisions if taken.get(d.sentence_id) != says(dataclasses.asdict(d))]
    return decide(corpus, round_id, fresh, via="studio"), refused


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
            given = {**item.votes, **item.flags}
            counted = (f"{what} {count}" for what, count in given.items() if count)
            data["answers"] = f"Answers: {', '.join(counted)}"
        payloads.append({"data": data})
    return payloads


def _stream(plan: Plan, by: str, show_answers: bool, payloads: list[dict[str, Any]]) -> Stream:
    arm = "adjudication-shown" if show_answers else "adjudication"
    return Stream(
        key=f"{plan.round}.{arm}.{by}.{plan.sha256[:12]}",
        backend=LABEL_STUDIO,
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
