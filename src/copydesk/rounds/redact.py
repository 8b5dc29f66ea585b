"""Taking a withdrawn article out of a round's files, so that the rest of the round still agrees.

What annotators wrote about the article (comments, reasons) and what their tools repeated of its
text goes; answers, offsets and hashes stay, unless they are erased too. An amendment of the plan
says what was done. Every step can be repeated: a run that was cut off is finished by the next.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from copydesk.corpus import Corpus
from copydesk.files import atomic_write, dump_compact, dump_json, read_json, sha256_text
from copydesk.rounds.archive import read_archive, rewritten
from copydesk.rounds.backend import Codec, Held
from copydesk.rounds.close import close_again
from copydesk.rounds.consistency import replayed
from copydesk.rounds.opened import Round, open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import WITHDRAWN
from copydesk.rounds.push_log import events
from copydesk.rounds.streams import streams

Line = dict[str, Any]


def tasks_of(round: Round, article: str) -> list[str]:
    """The keys of the tasks that put an article before annotators."""
    return [task.uid for task in round.plan.tasks if task.article_id == article]


def redact(
    corpus: Corpus,
    round_id: str,
    article: str,
    codecs: Mapping[str, Codec],
    *,
    erase: bool,
    at: str,
    reason: str,
) -> None:
    """Take an article out of the published files of a round, and of the private ones of this room.

    The caller holds the corpus's lock.

    Args:
        at: when, UTC, ISO 8601.

    Raises:
        IntegrityError: an archive or a log of the round is damaged.
    """
    folder = RoundFolder(corpus, round_id)
    with folder.lock(timeout=60):
        round = open_round(corpus, round_id)
        sentences = _sentences(round, article)
        if not sentences and not _amended(folder, article):
            return
        if sentences:
            _forget_comments(folder, sentences)
            for path in sorted(folder.pulls.glob("*.jsonl.gz")):
                _redact_archive(round, path, article, codecs, erase)
            if not erase:
                _redact_log(round, sentences, codecs)
        if erase:
            _erase(round, article, sentences, at, reason)
        elif not _amended(folder, article):
            _append(folder, _line(article, at, reason, erased=False))
        _redact_decisions(folder, article, erase)
        close_again(folder)


def _sentences(round: Round, article: str) -> frozenset[str]:
    planned = round.plan.by_id.get(article)
    return frozenset(a.sentence_id for a in planned.sentences) if planned else frozenset()


def _amended(folder: RoundFolder, article: str) -> bool:
    lines = _lines(folder.amendments)
    return any(x.get("event") == WITHDRAWN and x.get("article_id") == article for x in lines)


def _line(article: str, at: str, reason: str, *, erased: bool, **more: Any) -> Line:
    return {
        "event": WITHDRAWN,
        "article_id": article,
        "erased": erased,
        "at": at,
        "reason": reason,
        **more,
    }


def _append(folder: RoundFolder, line: Line) -> None:
    _rewrite(folder.amendments, [*_lines(folder.amendments), line])


def _lines(path: Path) -> list[Line]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_bytes().splitlines() if line.strip()]


def _rewrite(path: Path, lines: Collection[Line]) -> None:
    atomic_write(path, "".join(f"{dump_compact(line)}\n" for line in lines))


def _change(path: Path, change: Callable[[Line], Line | None]) -> None:
    """Rewrite the lines of a log; a line that becomes None goes."""
    before = _lines(path)
    after = [found for line in before if (found := change(line)) is not None]
    if after != before:
        _rewrite(path, after)


def _redact_archive(
    round: Round, path: Path, article: str, codecs: Mapping[str, Codec], erase: bool
) -> None:
    """Write an archive again without the words of an article, or without its tasks."""
    archive = read_archive(path)
    uids = set(tasks_of(round, article))
    backends = {stream.key: stream.backend for stream in streams(round.plan)}
    if uids.isdisjoint(held.uid or "" for held in archive.held):
        return

    def shut(held: Held) -> Line:
        codec = codecs[backends[held.stream]]
        anchors = round.plan.expected(round.plan.by_uid[held.uid or ""])
        return {
            "annotations": [
                codec.redact(raw, anchors, round.plan.labels, withheld=True) for raw in held.answers
            ]
        }

    lines = []
    for line, held in zip(_unpacked(path), archive.held, strict=False):
        if held.uid not in uids:
            lines.append(line)
        elif not erase:
            known = held.stream in backends
            lines.append(line | (shut(held) if known else {"annotations": []}))
    end = _unpacked(path)[len(archive.held) :]
    rewritten(path, [dump_compact(line) for line in (*lines, *end)])


def _unpacked(path: Path) -> list[Line]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def _redact_log(round: Round, sentences: Collection[str], codecs: Mapping[str, Codec]) -> None:
    """Give the log's comments on an article the form that they have in the redacted archives."""
    said = {
        (pull, answer.key): answer.comment
        for pull, answer in replayed(round, codecs)
        if answer.sentence_id in sentences
    }

    def change(line: Line) -> Line:
        if line.get("sentence_id") not in sentences or line.get("comment") is None:
            return line
        key = (line["annotator"], line["sentence_id"])
        comment = said.get((line["pull"], key), hashed(line["comment"]))
        kept = {name: value for name, value in line.items() if name != "comment"}
        return kept if comment is None else kept | {"comment": comment}

    _change(round.folder.annotations, change)


def hashed(text: str) -> str:
    """What replaces a comment or a reason of which only the hash may be kept."""
    return text if text.startswith("sha256:") else f"sha256:{sha256_text(text)}"


def _redact_decisions(folder: RoundFolder, article: str, erase: bool) -> None:
    def change(line: Line) -> Line | None:
        if line.get("article_id") != article:
            return line
        return None if erase else line | {"reason": hashed(line["reason"])}

    _change(folder.adjudications, change)


def _forget_comments(folder: RoundFolder, sentences: Collection[str]) -> None:
    """Remove the private comments on an article, which are known by their hashes in the log."""
    if not folder.comments.is_file():
        return
    lines = _lines(folder.annotations)
    gone = {line.get("comment") for line in lines if line.get("sentence_id") in sentences}
    known = read_json(folder.comments)
    kept = {digest: text for digest, text in known.items() if digest not in gone}
    if kept != known:
        atomic_write(folder.comments, dump_json(kept))
        folder.comments.chmod(0o600)


def _erase(round: Round, article: str, sentences: Collection[str], at: str, reason: str) -> None:
    """Remove all that is about an article; the plan keeps the name that it has in the archives."""
    folder = round.folder
    uids = set(tasks_of(round, article))
    for path in (folder.annotations, folder.gold):
        _change(path, lambda line: None if line.get("sentence_id") in sentences else line)
    for path in sorted(folder.path.glob("closed*.json")):
        atomic_write(path, dump_json(_closed_without(read_json(path), article)))
    document = read_json(folder.plan)
    plan = _without(document, article)
    amendments = [_amendment(line, article, uids) for line in _lines(folder.amendments)]
    known = sorted({str(e["sha256"]) for e in events(folder) if e.get("event") == "amendments"})
    text = dump_json(plan)
    done = {"plan": round.plan.sha256, "plan_now": sha256_text(text), "amendments": known}
    last = next((x for x in amendments if _erases(x, article)), None)
    if last is None:
        last = _line(article, at, reason, erased=True, **done)
        amendments = [x for x in amendments if not _concerns(x, article)] + [last]
    # The amendment first: whoever reads the old plan under it drops the article too.
    _rewrite(folder.amendments, amendments)
    atomic_write(folder.plan, text)


def _closed_without(document: Line, article: str) -> Line:
    """The record of a round's closing, without the places of an article."""
    kept = dict(document)
    if "struck" in kept:
        kept["struck"] = [line for line in kept["struck"] if line["article_id"] != article]
    if "vanished" in kept:
        kept["vanished"] = [k for k in kept["vanished"] if k[1].rpartition(".")[0] != article]
    return kept


def _concerns(line: Line, article: str) -> bool:
    return line.get("event") == WITHDRAWN and line.get("article_id") == article


def _erases(line: Line, article: str) -> bool:
    return _concerns(line, article) and bool(line["erased"])


def _without(document: Line, article: str) -> Line:
    """A plan, or an amendment with articles, without one of them."""
    kept = dict(document)
    for name in ("articles", "tasks"):
        kept[name] = [x for x in document[name] if x["article_id"] != article]
    if "gold" in document:
        kept["gold"] = [name for name in document["gold"] if name != article]
    if "review" in document:
        names = [s for s in document["review"]["decisions"] if s.rpartition(".")[0] != article]
        kept["review"] = document["review"] | {"decisions": names}
    if "qualify" in document:
        left = [name for name in document["qualify"]["articles"] if name != article]
        kept["qualify"] = document["qualify"] | {"articles": left}
        if not left:
            del kept["qualify"]
    return kept


def _amendment(line: Line, article: str, uids: Collection[str]) -> Line:
    if line.get("event") == "articles":
        return _without(line, article)
    if line.get("event") == "replaced":
        return line | {"tasks": [uid for uid in line["tasks"] if uid not in uids]}
    if line.get("event") == "overlap":
        return line | {"tasks": {u: who for u, who in line["tasks"].items() if u not in uids}}
    return line
