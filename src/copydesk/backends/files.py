"""Plain files as a round's backend: for programs, models, and tools that read and write JSON Lines.

Each annotator has a folder, ``private/rounds/<round>/<annotator>``. A push writes ``tasks.jsonl``,
``labels.json``, ``guidelines.md`` and, where the corpus has it, ``guidelines-card.md`` into it;
whoever answers writes ``answers.jsonl`` beside them, a line ``{"sentence_id", "label"}`` for each
answer, with ``lead_time_s``, ``confidence``, ``comment``, ``flag`` and ``at`` (a time with its
zone) where they are known. Lines may be appended at any time; the last one for a sentence counts.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from copydesk.contract.columns import FLAGS, STANDS_ALONE
from copydesk.errors import InputError, ServerError
from copydesk.files import atomic_write, dump_json, dump_line, sha256_text
from copydesk.findings import Finding
from copydesk.guidelines import read_guidelines
from copydesk.rounds.backend import (
    Account,
    Difference,
    Held,
    Mark,
    Page,
    Problem,
    Raw,
    Submission,
    Taken,
)
from copydesk.rounds.choose import SUGGESTED
from copydesk.rounds.irregularities import finding
from copydesk.rounds.log import instant
from copydesk.rounds.opened import Round
from copydesk.rounds.plan import FILES, Anchor, PlannedTask
from copydesk.rounds.push_log import events, record
from copydesk.rounds.streams import Stream
from copydesk.rounds.tasks import TaskTexts

TASKS: Final = "tasks.jsonl"
ANSWERS: Final = "answers.jsonl"
_LABELS: Final = "labels.json"
_GUIDELINES: Final = "guidelines.md"
_CARD: Final = "guidelines-card.md"
_Change = Callable[[Mapping[str, Any]], Mapping[str, Any]] | None
_NO_JSON: Final = "it is not JSON"
_LONGEST: Final = 31_536_000.0
"""A year in seconds: nobody spends more on a sentence."""
_FIRST: Final = "2000-01-01T00:00:00Z"
_AHEAD: Final = timedelta(hours=1)
"""How far the clock of whoever answers may be ahead of ours."""
_KNOWN: Final = ("sentence_id", "label", "lead_time_s", "confidence", "comment", "flag", "at")


class FilesCodec:
    """Reads one annotator's lines for a task: ``{"annotator", "at", "lines": […]}``."""

    def read(
        self, raw: Raw, task: PlannedTask, anchors: Sequence[Anchor], labels: Sequence[str]
    ) -> Submission:
        """See `copydesk.rounds.backend.Codec`."""
        lines = {line["sentence_id"]: line for line in raw["lines"]}
        marks, problems = [], []
        for anchor in anchors:
            line = lines.get(anchor.sentence_id)
            if line is None:
                problems.append(Problem(rule="region-missing", sentence_id=anchor.sentence_id))
                continue
            label, flag = line.get("label"), line.get("flag")
            if label not in labels and (label is not None or flag not in STANDS_ALONE):
                rule = "label-unknown"
                problems.append(Problem(rule=rule, sentence_id=anchor.sentence_id))
                continue
            marks.append(
                Mark(
                    sentence_id=anchor.sentence_id,
                    label=None if flag in STANDS_ALONE else label,
                    flag=flag,
                    comment=line.get("comment"),
                    confidence=line.get("confidence"),
                    seconds=line.get("lead_time_s"),
                    at=line.get("at"),
                )
            )
        times = [str(line.get("at") or raw["at"]) for line in lines.values()]
        known = [mark.seconds for mark in marks if mark.seconds is not None]
        return Submission(
            number=0,
            account=raw["annotator"],
            changed_by=None,
            created_at=min(times, key=instant),
            updated_at=max(times, key=instant),
            seconds=sum(known) if marks and len(known) == len(marks) else None,
            marks=tuple(marks),
            problems=tuple(problems),
        )

    def redact(
        self, raw: Raw, anchors: Sequence[Anchor], labels: Sequence[str], *, withheld: bool
    ) -> dict[str, Any]:
        """The same lines; where the text is withheld, comments and strange labels as SHA-256."""
        if not withheld:
            return dict(raw)
        return {**raw, "lines": [_hashed(line, labels) for line in raw["lines"]]}


def _hashed(line: Mapping[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    kept = dict(line)
    for key, ours in (("comment", ()), ("label", labels), ("flag", FLAGS)):
        value = kept.get(key)
        if isinstance(value, str) and value not in ours and not value.startswith("sha256:"):
            kept[key] = f"sha256:{sha256_text(value)}"
    return kept


class Files:
    """The folders of a round's annotators."""

    name = FILES
    url = ""
    codec = FilesCodec()

    def show(self, round: Round, streams: Sequence[Stream]) -> Difference:
        """See `copydesk.rounds.backend.Backend`."""
        wanted = _contents(round, streams)
        there = {name: _read(folder(round, name) / TASKS) is not None for name in wanted}
        differing = [
            f"{path.name} of {name}"
            for name, files in wanted.items()
            for path in (folder(round, name) / file for file in files)
            if there[name] and _read(path) != files[path.name]
        ]
        counts = {name: _tasks(streams, name) for name in wanted}
        return Difference(
            streams=len(wanted),
            streams_missing=sum(not found for found in there.values()),
            tasks=sum(counts.values()),
            tasks_missing=sum(counts[name] for name, found in there.items() if not found),
            differing=tuple(differing),
        )

    def take(
        self,
        round: Round,
        streams: Sequence[Stream],
        say: Callable[[Difference], None],
        progress: Callable[[int], None],
    ) -> Taken:
        """See `copydesk.rounds.backend.Backend`; a file that differs is kept beside the new one."""
        missing = self.show(round, streams)
        say(missing)
        fixed = []
        for name, files in _contents(round, streams).items():
            for file, content in files.items():
                path = folder(round, name) / file
                old = _read(path)
                if old is not None and old != content:
                    fixed.append(f"{file} of {name} was written again; the old one is kept")
                    atomic_write(path.with_name(f"{file}.{sha256_text(old)[:8]}"), old)
                if old != content:
                    atomic_write(path, content)
            folder(round, name).chmod(0o700)
            digest = sha256_text(files[TASKS])
            if _sent(round).get(name) != digest:
                record(round.folder, "files", annotator=name, sha256=digest)
        progress(missing.tasks)
        return Taken(
            streams_made=missing.streams_missing,
            tasks_sent=missing.tasks_missing,
            checked=missing.tasks,
            fixed=tuple(fixed),
        )

    def give(self, round: Round, streams: Sequence[Stream]) -> Iterator[Stream | Held | Finding]:
        """See `copydesk.rounds.backend.Backend`."""
        sent = _sent(round)
        if not sent:
            raise ServerError(
                f"Round '{round.plan.round}' has not been written to files.",
                hint="Push the round first.",
            )
        lines: dict[str, tuple[str, dict[str, dict[str, Any]]]] = {}
        for name in sorted({name for stream in streams for name in stream.annotators}):
            given, findings = read_answers(round, name, streams)
            lines[name] = given
            yield from findings
        for stream in streams:
            (name,) = stream.annotators
            tasks = _read(folder(round, name) / TASKS)
            if name not in sent or tasks is None:
                yield finding("project-missing", where=stream.key)
                continue
            changed = "" if sha256_text(tasks) == sent[name] else "changed"
            yield stream
            for number, task in enumerate(stream.tasks, start=1):
                yield _held(round, stream, task, number, name, lines[name], changed)

    def accounts(self, round: Round, streams: Sequence[Stream]) -> dict[Account, str]:
        """See `copydesk.rounds.backend.Backend`: everyone answers under their pseudonym."""
        return {name: name for stream in streams for name in stream.annotators}

    def pages(self, round: Round, streams: Sequence[Stream]) -> list[Page]:
        """See `copydesk.rounds.backend.Backend`."""
        return [
            Page(arm=s.arm, annotators=s.annotators, url=str(folder(round, s.annotators[0])))
            for s in streams
        ]

    def remove(
        self, round: Round, streams: Sequence[Stream], uids: Collection[str], *, erase: bool
    ) -> list[str]:
        """See `copydesk.rounds.backend.Backend`; older files that a push kept are cleaned too."""
        sentences = {
            anchor.sentence_id
            for stream in streams
            for task in stream.tasks
            if task.uid in uids
            for anchor in round.plan.expected(task)
        }
        change = None if erase else partial(_hashed, labels=round.plan.labels)
        removed = []
        for name in sorted({name for stream in streams for name in stream.annotators}):
            place = folder(round, name)
            for path in sorted(place.glob(f"{TASKS}*")):
                count, left = _without(path, "task", uids)
                if count and path.name == TASKS:
                    removed.append(f"tasks {', '.join(sorted(uids))} in {path}")
                    # Before the file: a kill in between leaves a file that is changed again.
                    record(round.folder, "files", annotator=name, sha256=sha256_text(left))
                if count:
                    atomic_write(path, left)
            count, left = _without(place / ANSWERS, "sentence_id", sentences, change)
            if count:
                atomic_write(place / ANSWERS, left)
        return removed

    def strangers(self, round: Round, streams: Sequence[Stream]) -> dict[str, str]:
        """See `copydesk.rounds.backend.Backend`: nobody needs an account."""
        return {}


def _without(
    path: Path, key: str, gone: Collection[str], change: _Change = None
) -> tuple[int, str]:
    """A file with the lines about some records changed or, by default, removed; their number."""
    kept, count = [], 0
    for raw in (_read(path) or "").split("\n"):
        try:
            line = json.loads(raw)
        except ValueError:
            line = None
        if not isinstance(line, dict) or line.get(key) not in gone:
            kept.append(raw)
            continue
        changed = None if change is None else dump_line(change(line))
        count += changed != raw
        kept += [] if changed is None else [changed]
    return count, "\n".join(kept)


def folder(round: Round, annotator: str) -> Path:
    """The folder in which an annotator of the round answers."""
    return round.folder.private / annotator


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return ""


def _tasks(streams: Sequence[Stream], name: str) -> int:
    return sum(len(stream.tasks) for stream in streams if stream.annotators == (name,))


def _sent(round: Round) -> dict[str, str]:
    """The SHA-256 of the tasks that each annotator was given last."""
    return {
        str(e["annotator"]): str(e["sha256"])
        for e in events(round.folder)
        if e.get("event") == "files"
    }


def _contents(round: Round, streams: Sequence[Stream]) -> dict[str, dict[str, str]]:
    """The files that each annotator is to have, by name."""
    if read_guidelines(round.corpus)[1] != round.plan.guidelines_sha256:
        raise InputError(
            f"The guidelines are not those that were planned (version "
            f"{round.plan.guidelines_version}).",
            where=str(round.corpus.guidelines),
            hint="Restore them, or bring the change to the round with 'copydesk round amend "
            "--guidelines'.",
        )
    texts = TaskTexts(round)
    pages = {_GUIDELINES: round.corpus.guidelines.read_text(encoding="utf-8")}
    if round.corpus.guidelines_card.is_file():
        pages[_CARD] = round.corpus.guidelines_card.read_text(encoding="utf-8")
    labels = dump_json({"labels": [dataclasses.asdict(label) for label in round.scheme.labels]})
    lines: dict[str, list[str]] = {}
    for stream in streams:
        (name,) = stream.annotators
        lines.setdefault(name, []).extend(
            dump_line(_task(round, texts, task)) + "\n" for task in stream.tasks
        )
    return {
        name: {TASKS: "".join(tasks), _LABELS: labels, **pages} for name, tasks in lines.items()
    }


def _task(round: Round, texts: TaskTexts, task: PlannedTask) -> dict[str, Any]:
    """A line of ``tasks.jsonl``: an article with its sentences, or one sentence in its context."""
    data = texts.data(task)
    article, text = texts.article(task)
    sentences = []
    for anchor in round.plan.expected(task):
        sentence: dict[str, Any] = {
            "sentence_id": anchor.sentence_id,
            "start": anchor.start,
            "end": anchor.end,
            "zone": anchor.zone,
            "text": text[anchor.start : anchor.end],
        }
        if task.arm == SUGGESTED:
            sentence["suggestion"] = anchor.suggestion
        sentences.append(sentence)
    shown = {"before", "text", "after"} if task.sentence_id else {"text"}
    return {
        "task": task.uid,
        "article_id": task.article_id,
        "language": article.language,
        "title": data["title"],
        **{key: data[key] for key in sorted(shown)},
        "sentences": sentences,
    }


def read_answers(
    round: Round, name: str, streams: Sequence[Stream]
) -> tuple[tuple[str, dict[str, dict[str, Any]]], list[Finding]]:
    """An annotator's lines by sentence_id, the time of the file, and what is wrong.

    A last line without an end is read where it is whole; half a line is reported: it is still being
    written, or was cut off.
    """
    path = folder(round, name) / ANSWERS
    mine = {
        anchor.sentence_id
        for stream in streams
        if stream.annotators == (name,)
        for task in stream.tasks
        for anchor in round.plan.expected(task)
    }
    found: dict[str, dict[str, Any]] = {}
    findings: list[Finding] = []
    if not path.is_file():
        if path.is_symlink() or path.exists():
            where, wrong = f"{name}/{ANSWERS}", "it is not a file"
            findings.append(finding("answer-unreadable", where=where, annotator=name, detail=wrong))
        return ("", found), findings
    at = datetime.fromtimestamp(int(path.stat().st_mtime), UTC).isoformat().replace("+00:00", "Z")
    lines = path.read_bytes().split(b"\n")
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        line, wrong = _line(raw, mine)
        if number == len(lines) and wrong == _NO_JSON:
            wrong = "it has no end: it is still being written, or was cut off"
        if wrong:
            where = f"{name}/{ANSWERS}:{number}"
            findings.append(finding("answer-unreadable", where=where, annotator=name, detail=wrong))
        else:
            found[line["sentence_id"]] = line
    return (at, found), findings


def _line(raw: bytes, mine: set[str]) -> tuple[dict[str, Any], str]:
    """A line of answers, and what is wrong with it; its free text is not repeated."""
    try:
        line = json.loads(raw.decode("utf-8-sig"))
        dump_line(line).encode("utf-8")
    except UnicodeEncodeError:
        return {}, "it holds half a character (a lone surrogate)"
    except UnicodeDecodeError:
        return {}, "it is not UTF-8"
    except (ValueError, RecursionError):
        return {}, _NO_JSON
    if not isinstance(line, dict):
        return {}, "it is not an object"
    line = {key: line[key] for key in _KNOWN if line.get(key) is not None}
    if not isinstance(line.get("sentence_id"), str) or line["sentence_id"] not in mine:
        return {}, "its sentence_id is not one of the annotator's tasks"
    if not all(isinstance(line.get(key, ""), str) for key in ("label", "comment", "flag", "at")):
        return {}, "label, comment, flag and at are strings"
    if line.get("flag") not in (None, *FLAGS):
        return {}, f"its flag is not one of {', '.join(FLAGS)}"
    for key, most in (("lead_time_s", _LONGEST), ("confidence", 1.0)):
        value = line.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            return {}, f"its {key} is not a number in range"
    try:
        at = instant(line.get("at", _FIRST))
    except ValueError:
        return {}, "its at is not a time"
    if not instant(_FIRST) <= at <= datetime.now(UTC) + _AHEAD:
        return {}, "its at is before 2000 or still to come: correct the clock, or the time"
    return line, ""


def _held(
    round: Round,
    stream: Stream,
    task: PlannedTask,
    number: int,
    name: str,
    given: tuple[str, dict[str, dict[str, Any]]],
    changed: str,
) -> Held:
    at, lines = given
    mine = [
        lines[anchor.sentence_id]
        for anchor in round.plan.expected(task)
        if anchor.sentence_id in lines
    ]
    # If every line has a time of its own, that of the file is not needed.
    stamp = "" if all("at" in line for line in mine) else at
    answers = [{"annotator": name, "at": stamp, "lines": mine}] if mine else []
    return Held(
        stream=stream.key,
        number=number,
        uid=task.uid,
        data_sha256=changed or task.data_sha256,
        answers=answers,
    )
