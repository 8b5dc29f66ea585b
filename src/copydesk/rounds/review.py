"""Reviewing a round: answers that a changed rule of the guidelines applies to are given again.

They become a follow-up round of sentences, each put before those who answered it; its answers are
newer, and so they are the ones that count.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from copydesk.contract.conformance import read_document
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.guidelines import Rule, read_changes, read_guidelines, rules_since
from copydesk.rounds.choose import BLIND, SUGGESTED
from copydesk.rounds.decisions import standing
from copydesk.rounds.ledger import read_ledger
from copydesk.rounds.log import Key
from copydesk.rounds.new import write_plan
from copydesk.rounds.newest import Given, family, newest_of
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator, Plan, PlannedTask, Review, now
from copydesk.rounds.tasks import TaskTexts, data_sha256, task_data

_NAME: Final = "{}-review"


@dataclass(frozen=True, kw_only=True, slots=True)
class Affected:
    """What a changed rule applies to in a round.

    Args:
        version: the guidelines as they are now.
        versions: how many of the newest answers were given under each version.
        answers: those to be given again, with the rules that apply to them or to a decision on
            their sentence.
        decisions: sentences with a decision that a changed rule applies to.
        left: those whose annotators have left the round; their answers stay as they are.
    """

    version: str
    versions: Mapping[str, int]
    answers: Mapping[Key, tuple[Rule, ...]]
    decisions: tuple[str, ...]
    left: tuple[Key, ...]

    @property
    def rules(self) -> dict[str, int]:
        """How many answers each changed rule applies to."""
        return dict(Counter(rule.rule for rules in self.answers.values() for rule in rules))


def review(
    corpus: Corpus, round_id: str, name: str = "", *, dry_run: bool = False
) -> tuple[Affected, Plan | None]:
    """Plan a follow-up round of the answers that changed rules apply to; nothing is sent.

    Args:
        name: of the follow-up round; by default that of the round with ``-review``.
        dry_run: only say what it would hold.

    Returns:
        What is affected, and the plan; None if nothing is, or in a dry run.

    Raises:
        InputError: there is no such round, it is open and does not follow the guidelines as they
            are, an earlier review of it is open, or the list of changes is missing or incomplete.
        IntegrityError: an article is not the one that was labelled.
    """
    with corpus.lock():
        plans = family(corpus, open_round(corpus, round_id).plan)
        _refuse_open(corpus, plans)
        given = newest_of(corpus, plans)
        found = _affected(corpus, plans, given)
        if dry_run or not found.answers:
            return found, None
        folder = RoundFolder(corpus, name or _free_name(corpus, plans[0].round))
        if folder.path.exists():
            raise InputError(f"Round '{folder.round}' exists already.", where=str(folder.path))
        plan = _plan(corpus, plans, given, found, folder.round)
        write_plan(folder, plan, _emails(corpus, plans, plan))
    return found, plan


def _refuse_open(corpus: Corpus, plans: Sequence[Plan]) -> None:
    version, digest = read_guidelines(corpus)
    for plan in plans:
        if RoundFolder(corpus, plan.round).closed.exists():
            continue
        if plan.review:
            raise InputError(
                f"Round '{plan.round}' is a review of '{plan.review.of}' and is open.",
                hint="Have it answered and close it before the next review.",
            )
        if plan.guidelines_sha256 != digest:
            raise InputError(
                f"Round '{plan.round}' is open under version {plan.guidelines_version} of the "
                f"guidelines; they are now version {version}.",
                hint=f"Say so first: copydesk round amend {plan.round} --guidelines --reason …",
            )


def _affected(corpus: Corpus, plans: Sequence[Plan], given: Mapping[Key, Given]) -> Affected:
    version, _ = read_guidelines(corpus)
    versions = Counter(one.version for one in given.values())
    lines = {line["sentence_id"]: line for line in standing(corpus, plans)[0]}
    held = {*versions, *(line["guidelines_version"] for line in lines.values())}
    changes = read_changes(corpus) if held - {version} else ()
    rules = {then: rules_since(changes, then, version) for then in held}
    texts = _Sentences(corpus, plans[0].round)
    decided = {
        sentence: apply
        for sentence, line in lines.items()
        if (apply := texts.apply(rules[line["guidelines_version"]], line["label"], sentence))
    }
    gone = {name for plan in plans for name in _leavers(RoundFolder(corpus, plan.round))}
    found: dict[Key, tuple[Rule, ...]] = {}
    left = []
    for key, one in given.items():
        if one.version == version:
            continue
        apply = texts.apply(rules[one.version], one.answer.label, key[1])
        apply = apply or decided.get(key[1], ())
        if apply and key[0] in gone:
            left.append(key)
        elif apply:
            found[key] = apply
    return Affected(
        version=version,
        versions=dict(versions),
        answers=found,
        decisions=tuple(sorted(decided.keys() & {sentence for _, sentence in found})),
        left=tuple(left),
    )


def _leavers(folder: RoundFolder) -> set[str]:
    """Who was replaced by somebody else."""
    if not folder.amendments.is_file():
        return set()
    lines = (line for _, line in read_ledger(folder.amendments, "amendment"))
    return {str(line["annotator"]) for line in lines if line["event"] == "replaced"}


class _Sentences:
    """The sentences of a round; texts are read where a rule names cues, and only once."""

    def __init__(self, corpus: Corpus, round_id: str) -> None:
        round = open_round(corpus, round_id)
        self.articles = {article.article_id: article for article in round.corpus.articles()}
        self._round, self._texts = round, TaskTexts(round)
        self._places = {a.sentence_id: (article, a) for article, a in round.plan.anchors()}

    def apply(self, rules: Iterable[Rule], label: str | None, sentence: str) -> tuple[Rule, ...]:
        """Those of the rules that apply to an answer with this label."""
        return tuple(
            rule
            for rule in rules
            if rule.applies(label, self.text(sentence)[1] if rule.cues else "")
        )

    def text(self, sentence: str) -> tuple[str, str]:
        """The article's text, and the sentence's."""
        article, anchor = self._places[sentence]
        text = self._texts.text(article.article_id)
        return text, text[anchor.start : anchor.end]


def _plan(
    corpus: Corpus,
    plans: Sequence[Plan],
    given: Mapping[Key, Given],
    found: Affected,
    name: str,
) -> Plan:
    """One task for each sentence and arm, before everyone whose answer to it is affected."""
    root = plans[0]
    _, digest = read_guidelines(corpus)
    people = {a.annotator: a for plan in plans for a in plan.annotators}
    groups: dict[tuple[str, str], list[str]] = {}
    for annotator, sentence in sorted(found.answers):
        arm = given[annotator, sentence].answer.arm
        groups.setdefault((sentence, arm), []).append(annotator)
    texts = _Sentences(corpus, root.round)
    tasks = []
    for article, anchor in root.anchors():
        for arm in (BLIND, SUGGESTED):
            names = tuple(groups.get((anchor.sentence_id, arm), ()))
            if not names:
                continue
            task = PlannedTask(
                uid=f"{name}.{arm}.{anchor.sentence_id}",
                article_id=article.article_id,
                sentence_id=anchor.sentence_id,
                arm=arm,
                annotators=names,
                overlap=len(names),
                data_sha256="",
            )
            whole, _ = texts.text(anchor.sentence_id)
            data = task_data(task, texts.articles[article.article_id], whole, anchor)
            tasks.append(dataclasses.replace(task, data_sha256=data_sha256(data)))
    asked = {task.article_id for task in tasks}
    wanted = {name for task in tasks for name in task.annotators}
    return Plan(
        round=name,
        created_at=now(),
        unit="sentence",
        shared=False,
        seed=root.seed,
        guidelines_version=found.version,
        guidelines_sha256=digest,
        labels=root.labels,
        annotators=tuple(_through_files(people[who]) for who in sorted(wanted)),
        articles=tuple(a for a in root.articles if a.article_id in asked),
        tasks=tuple(tasks),
        review=Review(of=root.round, decisions=found.decisions),
    )


def _through_files(who: Annotator) -> Annotator:
    """A model answers through files, even if an older round asked it on Label Studio."""
    return dataclasses.replace(who, backend=FILES) if who.kind == "model" else who


def _free_name(corpus: Corpus, root: str) -> str:
    first = _NAME.format(root)
    names = [first, *(f"{first}-{number}" for number in range(2, 1000))]
    return next(n for n in names if not RoundFolder(corpus, n).path.exists())


def _emails(corpus: Corpus, plans: Iterable[Plan], wanted: Plan) -> dict[str, str]:
    """The addresses of the annotators that the rounds know."""
    found: dict[str, str] = {}
    for plan in plans:
        path = RoundFolder(corpus, plan.round).people
        known = read_document(path, "people") if path.is_file() else {}
        found |= {name: str(mail) for name, mail in known.items() if name in wanted.kinds}
    return found
