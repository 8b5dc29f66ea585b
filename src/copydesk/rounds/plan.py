"""The plan of a round: which articles, which annotators, and which arm.

It is written before anything is sent. It holds ids, offsets and hashes, and no text of an article.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from copydesk.contract.conformance import check_document
from copydesk.contract.labels import NEWS
from copydesk.errors import InputError, IntegrityError
from copydesk.files import dump_json, parse_json, read_json, sha256_file, sha256_text
from copydesk.rounds.ledger import read_ledger
from copydesk.rounds.paths import RoundFolder

LABEL_STUDIO: Final = "labelstudio"
FILES: Final = "files"
WITHDRAWN: Final = "withdrawn"
"""The event of an amendment that takes an article out of the round."""
_BEFORE: Final = "0001-01-01T00:00:00Z"


class Anchor(NamedTuple):
    """A sentence of a planned article; a tuple, since a round may have a million of them.

    Args:
        start, end: code points into the article's canonical text.
        suggestion: the label that the rules or a suggester give it; null if they give none.
    """

    sentence_id: str
    start: int
    end: int
    zone: str
    suggestion: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedArticle:
    """An article of the round, by the hash of the text that is read."""

    article_id: str
    text_sha256: str
    sentences: tuple[Anchor, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Annotator:
    """Who answers.

    Args:
        annotator: a pseudonym.
        kind: ``human`` or ``model``.
        backend: where this annotator answers: ``labelstudio`` or ``files``.
    """

    annotator: str
    kind: str
    backend: str = LABEL_STUDIO


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedTask:
    """A task for annotators: an article, or one sentence of it.

    Args:
        uid: our own key, unique within the round.
        sentence_id: null if the whole article is the task.
        annotators: who is to answer; in a shared project, who may.
        overlap: how many of them are to answer.
        data_sha256: of the task's data as it is sent, see `copydesk.rounds.tasks.data_sha256`.
        former: who was to answer before an amendment; what they answered still counts.
    """

    uid: str
    article_id: str
    sentence_id: str | None
    arm: str
    annotators: tuple[str, ...]
    overlap: int
    data_sha256: str
    former: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """What makes a round a follow-up round, in which answers are given again.

    Args:
        of: the round whose answers they are.
        decisions: sentences with a decision to which a changed rule applies.
    """

    of: str
    decisions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Qualify:
    """What everyone must pass before getting the rest of a round.

    Args:
        articles: those with known answers; everyone answers them, first and without suggestions.
        threshold: the share of the known sentences that must be answered correctly.
    """

    articles: tuple[str, ...]
    threshold: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A round, whole.

    Args:
        unit: ``article`` or ``sentence``: what a task is.
        shared: whether annotators share a project instead of having one each.
        seed: decides order, assignment and arms.
        label_configs: SHA-256 of each arm's Label Studio config, in plans of 0.1.0 only.
        labels: the names that an answer may give, in the scheme's order.
        revisions: which version of the guidelines applies from when on, UTC; empty if they were
            never revised.
        gold: articles with known answers.
        withdrawn: articles that are no longer shown to anybody; their answers stay.
        file_sha256: of ``round.json``, where articles were erased from it; else empty.
        review: of a follow-up round only.
        qualify: of a round with a qualification only.
        suggester: the pseudonym of the suggester whose suggestions these are; None if they are the
            rules'.
    """

    round: str
    created_at: str
    unit: str
    shared: bool
    seed: str
    guidelines_version: str
    guidelines_sha256: str
    annotators: tuple[Annotator, ...]
    articles: tuple[PlannedArticle, ...]
    tasks: tuple[PlannedTask, ...]
    gold: tuple[str, ...] = ()
    label_configs: dict[str, str] = dataclasses.field(default_factory=dict)
    labels: tuple[str, ...] = NEWS.names
    revisions: tuple[tuple[str, str], ...] = ()
    withdrawn: frozenset[str] = frozenset()
    file_sha256: str = ""
    review: Review | None = None
    qualify: Qualify | None = None
    suggester: str | None = None

    @functools.cached_property
    def kinds(self) -> dict[str, str]:
        """The kind of each annotator."""
        return {a.annotator: a.kind for a in self.annotators}

    @functools.cached_property
    def backends(self) -> dict[str, str]:
        """Where each annotator answers."""
        return {a.annotator: a.backend for a in self.annotators}

    @functools.cached_property
    def by_id(self) -> dict[str, PlannedArticle]:
        """The articles by their ids."""
        return {a.article_id: a for a in self.articles}

    @functools.cached_property
    def by_uid(self) -> dict[str, PlannedTask]:
        """The tasks by their keys."""
        return {task.uid: task for task in self.tasks}

    def guidelines_at(self, time: str) -> str:
        """The version of the guidelines that applied at a time, UTC, ISO 8601."""
        at = datetime.fromisoformat(time)
        held = [v for since, v in self.revisions if datetime.fromisoformat(since) <= at]
        return held[-1] if held else self.guidelines_version

    @functools.cached_property
    def open_tasks(self) -> tuple[PlannedTask, ...]:
        """The tasks except those of withdrawn articles."""
        return tuple(task for task in self.tasks if task.article_id not in self.withdrawn)

    def anchors(self) -> Iterator[tuple[PlannedArticle, Anchor]]:
        """Every sentence of the round with its article."""
        for article in self.articles:
            for anchor in article.sentences:
                yield article, anchor

    def expected(self, task: PlannedTask) -> tuple[Anchor, ...]:
        """The sentences that an answer to a task must label."""
        sentences = self.by_id[task.article_id].sentences
        if task.sentence_id is None:
            return sentences
        return tuple(a for a in sentences if a.sentence_id == task.sentence_id)

    def dump(self) -> str:
        """The plan as it stands in ``round.json``."""
        plain = dataclasses.replace(self, articles=(), tasks=())
        document = {"format": 2, **dataclasses.asdict(plain)}
        for name in ("revisions", "withdrawn", "file_sha256"):
            del document[name]
        for optional in ("review", "qualify", "suggester"):
            if document[optional] is None:
                del document[optional]
        return dump_json(document | self.parts())

    def parts(self) -> dict[str, Any]:
        """The articles and tasks as they stand in ``round.json`` or in an amendment."""
        return {
            "articles": [
                {
                    "article_id": article.article_id,
                    "text_sha256": article.text_sha256,
                    "sentences": [anchor._asdict() for anchor in article.sentences],
                }
                for article in self.articles
            ],
            "tasks": [
                {
                    "uid": task.uid,
                    "article_id": task.article_id,
                    "sentence_id": task.sentence_id,
                    "arm": task.arm,
                    "annotators": task.annotators,
                    "overlap": task.overlap,
                    "data_sha256": task.data_sha256,
                }
                for task in self.tasks
            ],
        }

    @functools.cached_property
    def sha256(self) -> str:
        """SHA-256 of the plan's file; tells this plan from any other on a server."""
        return sha256_text(self.dump())


def read_plan(folder: RoundFolder) -> Plan:
    """The plan of a round as it is in force: as it was made, with every amendment.

    Its ``sha256`` is that of the plan as it was made, whatever was erased from its file since.

    Raises:
        InputError: there is no such round, or its plan or an amendment breaks its schema.
        IntegrityError: it is the plan of another round, or an amendment does not fit it.
    """
    if not folder.plan.is_file():
        known = sorted(p.parent.name for p in folder.corpus.rounds.glob("*/round.json"))
        raise InputError(
            f"There is no round '{folder.round}' in this corpus.",
            where=str(folder.plan),
            hint=f"There are: {', '.join(known)}." if known else "Plan one with 'round new'.",
        )
    plan = _made(folder.plan)
    # The file is the dump, and hashing it is quicker than dumping a large plan again.
    vars(plan)["sha256"] = sha256_file(folder.plan)
    if plan.round != folder.round:
        raise IntegrityError(f"This is the plan of round '{plan.round}'.", where=str(folder.plan))
    if not folder.amendments.is_file():
        return plan
    amended, named = plan, ""
    for number, line in read_ledger(folder.amendments, "amendment"):
        try:
            amended = amend(amended, line)
            named = named or line.get("plan", "")
        except (KeyError, TypeError, ValueError) as error:
            raise IntegrityError(
                "This amendment does not fit the plan.",
                where=f"{folder.amendments}:{number}",
                hint="Restore the file from version control.",
            ) from error
    vars(amended)["sha256"] = named or plan.sha256
    return amended


def _made(path: Path) -> Plan:
    """A plan as it was made."""
    hint = "Restore it from version control or a backup."
    try:
        document = read_json(path, parse_json)
        check_document(document, "round", where=str(path))
        return _plan(document)
    except InputError as error:
        raise InputError(error.message, where=error.where, hint=hint) from error
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("This is not a plan.", where=str(path), hint=hint) from error


def amend(plan: Plan, line: Mapping[str, Any]) -> Plan:
    """A plan with one amendment: a line of ``amendments.jsonl``.

    Raises:
        KeyError, TypeError, ValueError: the line does not fit the plan.
    """
    event = line["event"]
    if event == "people":
        added = tuple(Annotator(**a) for a in line["annotators"])
        return _qualifying(
            dataclasses.replace(plan, annotators=plan.annotators + added),
            tuple(who.annotator for who in added),
        )
    if event == "replaced":
        return _replaced(plan, line["annotator"], Annotator(**line["by"]), set(line["tasks"]))
    if event == "articles":
        rest = _parts(line)
        return dataclasses.replace(
            plan,
            articles=plan.articles + rest["articles"],
            tasks=plan.tasks + rest["tasks"],
        )
    if event == "overlap":
        more: Mapping[str, list[str]] = line["tasks"]
        tasks = tuple(
            dataclasses.replace(
                task,
                annotators=(*task.annotators, *more[task.uid]),
                overlap=task.overlap + len(more[task.uid]),
            )
            if task.uid in more
            else task
            for task in plan.tasks
        )
        return dataclasses.replace(plan, tasks=tasks)
    if event == "guidelines":
        first = (_BEFORE, plan.guidelines_version)
        return dataclasses.replace(
            plan,
            guidelines_version=line["version"],
            guidelines_sha256=line["sha256"],
            revisions=(*(plan.revisions or (first,)), (line["at"], line["version"])),
        )
    if event == WITHDRAWN:
        return _withdrawn(plan, line)
    if event == "reopened":
        return plan
    raise ValueError(event)


def _withdrawn(plan: Plan, line: Mapping[str, Any]) -> Plan:
    article = line["article_id"]
    if not line["erased"]:
        return dataclasses.replace(plan, withdrawn=plan.withdrawn | {article})
    return dataclasses.replace(
        plan,
        articles=tuple(a for a in plan.articles if a.article_id != article),
        tasks=tuple(task for task in plan.tasks if task.article_id != article),
        gold=tuple(name for name in plan.gold if name != article),
        review=plan.review and _review_without(plan.review, article),
        qualify=plan.qualify and _qualify_without(plan.qualify, article),
        file_sha256=line["plan_now"],
    )


def _qualify_without(qualify: Qualify, article: str) -> Qualify | None:
    kept = tuple(name for name in qualify.articles if name != article)
    return dataclasses.replace(qualify, articles=kept) if kept else None


def _review_without(review: Review, article: str) -> Review:
    kept = tuple(s for s in review.decisions if s.rpartition(".")[0] != article)
    return dataclasses.replace(review, decisions=kept)


def _replaced(plan: Plan, old: str, new: Annotator, uids: set[str]) -> Plan:
    tasks = []
    for task in plan.tasks:
        if task.uid in uids:
            names = tuple(new.annotator if a == old else a for a in task.annotators)
            task = dataclasses.replace(task, annotators=names, former=(*task.former, old))
        tasks.append(task)
    replaced = dataclasses.replace(plan, annotators=(*plan.annotators, new), tasks=tuple(tasks))
    return _qualifying(replaced, (new.annotator,))


def _qualifying(plan: Plan, names: tuple[str, ...]) -> Plan:
    """Give newcomers the known articles too."""
    if plan.qualify is None:
        return plan
    tasks = []
    for task in plan.tasks:
        fresh = tuple(n for n in names if n not in task.annotators)
        if task.article_id in plan.qualify.articles and fresh:
            task = dataclasses.replace(
                task,
                annotators=(*task.annotators, *fresh),
                overlap=task.overlap + len(fresh),
            )
        tasks.append(task)
    return dataclasses.replace(plan, tasks=tuple(tasks))


def _plan(document: dict[str, Any]) -> Plan:
    rest = {key: value for key, value in document.items() if key != "format"}
    rest["annotators"] = tuple(Annotator(**a) for a in document["annotators"])
    rest |= _parts(document)
    rest["gold"] = tuple(document["gold"])
    if "labels" in document:
        rest["labels"] = tuple(document["labels"])
    if "review" in document:
        review = document["review"]
        rest["review"] = Review(of=review["of"], decisions=tuple(review["decisions"]))
    if "qualify" in document:
        asked = document["qualify"]
        rest["qualify"] = Qualify(
            articles=tuple(asked["articles"]), threshold=float(asked["threshold"])
        )
    return Plan(**rest)


def _parts(document: Mapping[str, Any]) -> dict[str, Any]:
    """The articles and tasks of a plan or an amendment."""
    return {
        "articles": tuple(
            PlannedArticle(**{**a, "sentences": tuple(map(_anchor, a["sentences"]))})
            for a in document["articles"]
        ),
        "tasks": tuple(
            PlannedTask(**{**t, "annotators": tuple(t["annotators"])}) for t in document["tasks"]
        ),
    }


def _anchor(sentence: Mapping[str, Any]) -> Anchor:
    anchor = Anchor(**sentence)
    # To a JSON Schema, 3.0 is an integer.
    if type(anchor.start) is not int or type(anchor.end) is not int:
        raise TypeError("an offset is not an integer")
    return anchor


def now() -> str:
    """The present time as plans and logs write it: UTC, in milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
