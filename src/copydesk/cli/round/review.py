"""``copydesk round review``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import CorpusDir, find_corpus, many, words
from copydesk.cli.round.options import Json, RoundId, emit, verified

if TYPE_CHECKING:
    from copydesk.rounds.review import Affected


def review(
    round_id: RoundId,
    name: Annotated[
        str,
        typer.Option(help="The follow-up round's name; by default this one's with -review."),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say which answers would be given again.")
    ] = False,
    as_json: Json = False,
    corpus: CorpusDir = None,
) -> None:
    """Plan a follow-up round of the answers that a change of the guidelines applies to.

    Which rules changed, and for which labels or cues, is read from annotations/changes.json.
    """
    from copydesk.rounds.review import review as plan_review

    found = find_corpus(corpus)
    verified(found, round_id)
    affected, plan = plan_review(found, round_id, name, dry_run=dry_run)
    if as_json:
        emit(_document(affected, plan.round if plan else None))
    _say(affected)
    if plan:
        words().print(
            f"Round {plan.round} is planned: {many(len(affected.answers), 'answer')} to be given "
            f"again. Next: copydesk round push {plan.round}"
        )
    elif not affected.answers:
        words().print("No changed rule applies to an answer: there is nothing to review.")


def _document(affected: Affected, planned: str | None) -> dict[str, object]:
    return {
        "round": planned,
        "version": affected.version,
        "versions": affected.versions,
        "rules": affected.rules,
        "answers": [
            {"annotator": who, "sentence_id": sentence, "rules": [rule.rule for rule in rules]}
            for (who, sentence), rules in sorted(affected.answers.items())
        ],
        "decisions": affected.decisions,
        "left": [list(key) for key in affected.left],
    }


def _say(affected: Affected) -> None:
    for version, count in sorted(affected.versions.items()):
        words().print(f"{many(count, 'answer')} under version {version}", markup=False)
    for rule, count in affected.rules.items():
        words().print(f"{many(count, 'answer')} to be given again: {rule}", markup=False)
    if affected.decisions:
        words().print(
            f"A changed rule applies to {many(len(affected.decisions), 'decision')}: everyone's "
            "answers to these sentences are asked for again."
        )
    if affected.left:
        words().print(
            f"{many(len(affected.left), 'answer stays', 'answers stay')} as given, by people who "
            "have left the round."
        )
