"""Whether a round's files are consistent: its log is derived again from the archives.

The archives hold the raw answers of every pull, and the push log the hash of the plan. A log or a
plan that was edited by hand, cut short or badly merged contradicts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError, InputError, IntegrityError
from copydesk.files import atomic_write, sha256_file
from copydesk.rounds.archive import UNREADABLE, Archive, read_archive
from copydesk.rounds.backend import Account, Codec
from copydesk.rounds.ledger import RESTORE, read_ledger
from copydesk.rounds.log import REPAIR, Answer, State, check_types, log_lines
from copydesk.rounds.opened import Round, changing
from copydesk.rounds.plan import LABEL_STUDIO
from copydesk.rounds.push_log import events
from copydesk.rounds.reading import Reading
from copydesk.rounds.record import Step, advance, read_state
from copydesk.rounds.streams import streams

Codecs = Mapping[str, Codec]

_SHOWN: Final = 3


def verify(round: Round, codecs: Codecs) -> None:
    """Refuse a round whose files contradict each other.

    Args:
        codecs: what the raw answers of each backend mean.

    Raises:
        IntegrityError: naming what is wrong; `faults` gives the rest.
    """
    for fault in faults(round, codecs):
        raise fault


def faults(round: Round, codecs: Codecs) -> Iterator[CopydeskError]:
    """Everything in which a round's files contradict each other, or cannot be read."""
    folder = round.folder
    yield from plan_faults(round)
    try:
        list(events(folder))
    except CopydeskError as error:
        yield error
    try:
        yield from _decision_faults(round)
    except CopydeskError as error:
        yield error
    if not folder.annotations.is_file() and not any(folder.pulls.glob("*.jsonl.gz")):
        return
    try:
        derived = derive(round, codecs)
    except CopydeskError as error:
        yield error
        return
    try:
        logged = read_state(round)
    except CopydeskError as error:
        yield error
        return
    if wrong := _differences(logged, derived):
        one = len(wrong) == 1
        count = "1 answer in the log is" if one else f"{len(wrong):,} answers in the log are"
        yield IntegrityError(
            f"{count} not what the archives in 'pulls' say: {'; '.join(wrong[:_SHOWN])}.",
            where=str(folder.annotations),
            hint=REPAIR,
        )


def plan_faults(round: Round) -> Iterator[IntegrityError]:
    """In what the plan and its amendments contradict what was pushed."""
    where = str(round.folder.plan)
    try:
        pushed = {e.get("sha256") for e in events(round.folder) if e.get("event") == "plan"}
    except CopydeskError:
        return  # said elsewhere
    if pushed - {round.plan.sha256}:
        yield IntegrityError(
            "The plan is not the one that was pushed: annotators, their kinds, articles or tasks "
            "were changed since.",
            where=where,
            hint="Restore round.json from version control.",
        )
    if round.plan.file_sha256 not in ("", sha256_file(round.folder.plan)):
        yield IntegrityError(
            "The plan is not the one that a withdrawal left.",
            where=where,
            hint="Restore round.json from version control.",
        )
    file = round.folder.amendments
    recorded = [e["sha256"] for e in events(round.folder) if e.get("event") == "amendments"]
    lines = file.read_bytes().splitlines(keepends=True) if file.is_file() else []
    states = [b"".join(lines[:count]) for count in range(1, len(lines) + 1)]
    # An editor may leave the last line without an end, or end it.
    ends = [text.rstrip(b"\n") + end for text in states for end in (b"", b"\n")]
    known = {sha256(text).hexdigest() for text in ends}
    if file.is_file():
        amendments = read_ledger(file, "amendment")
        known |= {digest for _, line in amendments for digest in line.get("amendments", ())}
    if set(recorded) - known:
        yield IntegrityError(
            "The amendments are not those that were pushed.",
            where=str(file),
            hint="Restore amendments.jsonl from version control.",
        )


def _decision_faults(round: Round) -> Iterator[IntegrityError]:
    """Decisions that nobody can have made in this round.

    Raises:
        IntegrityError: a line is not one that copydesk wrote.
    """
    file = round.folder.adjudications
    planned = {
        anchor.sentence_id: (article.text_sha256, anchor.start, anchor.end)
        for article, anchor in round.plan.anchors()
    }
    for number, line in read_ledger(file, "decision") if file.is_file() else ():
        place = line["text_sha256"], line["start"], line["end"]
        if line["label"] is not None and line["label"] not in round.plan.labels:
            what = f"The decision gives the label '{line['label']}', which this round does not have"
        elif planned.get(line["sentence_id"]) != place:
            what = f"The decision is on '{line['sentence_id']}', which is not planned at this place"
        else:
            continue
        yield IntegrityError(f"{what}.", where=f"{file}:{number}", hint=RESTORE)


def _differences(logged: State, derived: State) -> list[str]:
    found = []
    for key in sorted(logged.answers.keys() | derived.answers.keys()):
        ours, theirs = logged.answers.get(key), derived.answers.get(key)
        name = f"{key[1]} by {key[0]}"
        if theirs is None:
            found.append(f"{name} is in no archive")
        elif ours is None:
            found.append(f"{name} is missing")
        elif ours.words != theirs.words:
            found.append(f"{name} is {theirs.words}, not {ours.words}")
        elif (ours.created_at, ours.lead_time_s) != (theirs.created_at, theirs.lead_time_s):
            found.append(f"the time of {name} differs")
        else:
            found += [f"the {what} of {name} differs" for what in _unlike(ours, theirs)]
    return found


def _unlike(ours: Answer, theirs: Answer) -> list[str]:
    """What differs in two answers that give the same label at the same time."""
    pairs = {
        "comment": (ours.comment, theirs.comment),
        "confidence": (ours.confidence, theirs.confidence),
        "submission": (ours.source, theirs.source),
        "arm": (ours.arm, theirs.arm),
        # Logs of 0.1.0 do not have these two.
        "last change": (ours.updated_at, ours.updated_at and theirs.updated_at),
        "account": (ours.account, None if ours.account is None else theirs.account),
    }
    return [what for what, (one, other) in pairs.items() if one != other]


def derive(round: Round, codecs: Codecs) -> State:
    """The state that results from the archives, in the order of their pulls.

    Raises:
        IntegrityError: an archive is not as it was written.
    """
    state = State({}, frozenset())
    for _, _, after in _replay(round, codecs):
        state = after
    return state


def replayed(round: Round, codecs: Codecs) -> Iterator[tuple[str, Answer]]:
    """Every answer that a pull added or changed, with the pull's name, by the archives."""
    for pull, step, _ in _replay(round, codecs):
        for answer in (*step.changes.new, *step.changes.changed):
            yield pull, answer


def _replay(round: Round, codecs: Codecs) -> Iterator[tuple[str, Step, State]]:
    """Each pull's name, what it changed, and the state after it."""
    state = State({}, frozenset())
    for path in sorted(round.folder.pulls.glob("*.jsonl.gz")):
        archive = read_archive(path)
        try:
            step = _step(round, codecs, archive, state)
            for answer in (*step.changes.new, *step.changes.changed):
                check_types(answer)
        except UNREADABLE as error:
            raise IntegrityError(
                "This archive contains something that no pull wrote.",
                where=str(path),
                hint="Restore it from version control or a backup.",
            ) from error
        state = state.after(step.changes)
        yield archive.pull, step, state


def _step(round: Round, codecs: Codecs, archive: Archive, state: State) -> Step:
    """What one pull changed."""
    known = {stream.key: stream for stream in streams(round.plan)}
    reading = Reading(round, codecs, _people(round, archive), known.values())
    looked = archive.streams if archive.streams is not None else tuple(known)
    for key in looked:
        if key in known:
            reading.looked_at(known[key])
    for held in archive.held:
        if held.stream in known:
            reading.take(held)
    return advance(round.plan, state, reading.collected(), reading.asked(), archive.accepted)


def _people(round: Round, archive: Archive) -> dict[str, dict[Account, str]]:
    """Pseudonyms by account, for each backend."""
    if archive.accounts is not None:
        return archive.people()
    return {LABEL_STUDIO: _people_of_old(round, archive)}


def _people_of_old(round: Round, archive: Archive) -> dict[Account, str]:
    """The accounts of an archive of 0.1.0, which does not name them.

    In a project of one annotator's own it is the account that gave most answers there. Where
    annotators shared a project, it is the one whose submissions the log gives to them.
    """
    given: Counter[tuple[str, int]] = Counter()
    owners = {s.key: s.annotators for s in streams(round.plan)}
    logged = {a.source: a.annotator for a in read_state(round).answers.values()}
    for held in archive.held:
        annotators = owners.get(held.stream, ())
        for raw in held.answers:
            alone = annotators[0] if len(annotators) == 1 else None
            name = alone or logged.get(int(raw["id"]))
            if name is not None:
                given[name, int(raw["completed_by"])] += 1
    found: dict[str, int] = {}
    for (name, account), _ in given.most_common():
        found.setdefault(name, account)
    return {account: name for name, account in found.items()}


def repair(corpus: Corpus, round_id: str, codecs: Codecs) -> tuple[int, Path | None]:
    """Write the log again from the archives; the damaged one is kept in the private folder.

    Returns:
        How many lines the log has now, and where the damaged one is; None if it was whole.

    Raises:
        InputError: the round is closed.
        IntegrityError: an archive is damaged too, or the plan was changed.
    """
    with changing(corpus, round_id) as round:
        folder = round.folder
        folder.refuse_closed()
        for fault in plan_faults(round):
            raise fault
        if not any(folder.pulls.glob("*.jsonl.gz")):
            raise InputError(
                f"Round '{round.plan.round}' has no archives to make its log from.",
                where=str(folder.pulls),
                hint="Restore them from version control, or pull.",
            )
        lines = [
            line
            for name, step, _ in _replay(round, codecs)
            for line in log_lines(step.changes, name)
        ]
        text = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
        kept = None
        if folder.annotations.is_file():
            old = folder.annotations.read_bytes()
            if old == text:
                return len(lines), None
            digest = sha256_file(folder.annotations)[:8]
            kept = folder.private / f"annotations.{digest}.jsonl"
            atomic_write(kept, old)
        atomic_write(folder.annotations, text)
    return len(lines), kept
