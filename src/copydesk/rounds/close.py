"""Closing a round: a digest of its files, after which nothing may be added."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from copydesk.contract.conformance import read_document
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.files import atomic_write, dump_json, sha256_file, sha256_text
from copydesk.rounds.decisions import open_sentences, standing, struck_by
from copydesk.rounds.log import instant
from copydesk.rounds.newest import family
from copydesk.rounds.opened import changing
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Plan, now, read_plan
from copydesk.rounds.record import read_state
from copydesk.rounds.status import last_findings, status

_CLOCKS_DIFFER: Final = timedelta(days=1)
"""By how much the clock of the machine that closed a round may have been ahead."""


def close(corpus: Corpus, round_id: str, *, despite: str = "") -> dict[str, Any]:
    """Freeze a round and give what ``closed.json`` says of it.

    Args:
        despite: why it is closed although answers are missing, sentences are unresolved (which
            can be settled in an open round only), or the last pull found errors.

    Raises:
        InputError: it is closed already, has no answers, or (without a reason) lacks some.
    """
    despite = despite.strip()
    with changing(corpus, round_id) as round:
        folder, plan = round.folder, round.plan
        folder.refuse_closed()
        state = read_state(round)
        answers = state.answers
        if not answers:
            raise InputError(
                f"Round '{round_id}' has no answers.", hint="Pull them before it is closed."
            )
        unresolved = len(open_sentences(corpus, round_id))
        doubts = _doubts(corpus, folder, unresolved)
        if doubts and not despite:
            raise InputError(
                f"Round '{round_id}' is not complete: {'; '.join(doubts)}.",
                hint="Complete it and pull again, settle what is unresolved with 'copydesk round "
                "adjudicate', or say why not with --despite REASON.",
            )
        files = _files(folder)
        document = {
            "round": round_id,
            "closed_at": now(),
            "despite": despite or None,
            "doubts": doubts,
            "articles": len(plan.articles),
            "sentences": len({a.sentence_id for task in plan.tasks for a in plan.expected(task)}),
            "answers": len(answers),
            "unresolved": unresolved,
            "vanished": [list(key) for key in sorted(state.vanished)],
            "struck": _struck(corpus, plan),
            "files": files,
            "digest": _digest(files),
        }
        atomic_write(folder.closed, dump_json(document))
    return document


def _struck(corpus: Corpus, plan: Plan) -> list[dict[str, Any]]:
    """The sentences that the round and those before it in its family decided not to be units."""
    plans = [one for one in family(corpus, plan) if one.created_at <= plan.created_at]
    lines = struck_by(standing(corpus, plans)[0])
    names = ("article_id", "text_sha256", "start", "end", "at")
    return [{name: line[name] for name in names} for _, line in sorted(lines.items())]


def _doubts(corpus: Corpus, folder: RoundFolder, unresolved: int) -> list[str]:
    progress = status(corpus, folder.round)
    doubts = []
    if progress.answered < progress.needed:
        doubts.append(
            f"{progress.needed - progress.answered} of {progress.needed} answers are missing"
        )
    if progress.vanished:
        doubts.append(f"{len(progress.vanished)} answers have vanished and are not settled")
    if unresolved:
        doubts.append(f"{unresolved} sentences are unresolved")
    if bad := [found for found in last_findings(folder) if found.severity == "error"]:
        doubts.append(f"the last pull found {len(bad)} errors, such as {bad[0].rule}")
    return doubts


def _files(folder: RoundFolder) -> dict[str, str]:
    """SHA-256 of every file of the round by its path in it.

    Files derived from others are left out, and so is anything that a killed process left.
    """
    left_out = {folder.closed, folder.report("json"), folder.report("html")}
    paths = sorted(p for p in folder.path.rglob("*") if p.is_file() and p not in left_out)
    paths = [path for path in paths if path.suffix != ".part"]
    return {p.relative_to(folder.path).as_posix(): sha256_file(p) for p in paths}


def _digest(files: dict[str, str]) -> str:
    return sha256_text("".join(f"{digest}  {name}\n" for name, digest in sorted(files.items())))


def check_closed(folder: RoundFolder) -> None:
    """Compare a closed round with its digest; an open one passes.

    Raises:
        IntegrityError: a file was changed, added or removed after it was closed, or it cannot have
            been closed when it says.
    """
    if not folder.closed.is_file():
        return
    document = read_document(folder.closed, "closed")
    then, here = document["files"], _files(folder)
    changed = sorted(name for name in then.keys() | here.keys() if then.get(name) != here.get(name))
    if changed:
        raise IntegrityError(
            f"{len(changed)} files of round '{folder.round}' are not as they were when it was "
            f"closed, such as {changed[0]}.",
            where=str(folder.path),
            hint="Restore them from version control.",
        )
    if (document["round"], document["digest"]) != (folder.round, _digest(then)):
        raise IntegrityError(
            "'round' or 'digest' is not that of this round and of its files.",
            where=str(folder.closed),
            hint="Restore the file from version control.",
        )
    plan = read_plan(folder)
    closed_at = instant(document["closed_at"])
    if not instant(plan.created_at) <= closed_at <= datetime.now(UTC) + _CLOCKS_DIFFER:
        raise IntegrityError(
            f"'closed_at' is {document['closed_at']}, which is before the round was planned or "
            "still to come.",
            where=str(folder.closed),
            hint="Restore the file from version control.",
        )
    if document.get("struck", []) != _struck(folder.corpus, plan):
        raise IntegrityError(
            "'struck' is not what was decided in the round.",
            where=str(folder.closed),
            hint="Restore the file from version control.",
        )


def close_again(folder: RoundFolder) -> None:
    """Bring the digest of a closed round in step with files that a withdrawal redacted."""
    if not folder.closed.is_file():
        return
    document = read_document(folder.closed, "closed")
    files = _files(folder)
    if files != document["files"]:
        document |= {"files": files, "digest": _digest(files)}
        atomic_write(folder.closed, dump_json(document))
