"""Comments on articles whose text is withheld: only their SHA-256 is published."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from copydesk.files import atomic_write, dump_json, read_json, sha256_text
from copydesk.rounds.backend import Backend, Held
from copydesk.rounds.opened import Round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.record import read_state
from copydesk.rounds.streams import streams


class Comments:
    """Gathers, during a pull, the comments that may not be published."""

    def __init__(self, round: Round, backends: Iterable[Backend]) -> None:
        self._round = round
        self._codecs = {backend.name: backend.codec for backend in backends}
        self._backend = {stream.key: stream.backend for stream in streams(round.plan)}
        self._found: dict[str, str] = {}

    def note(self, kept: Held, came: Held) -> None:
        """Remember those of a task's comments that the archive leaves out."""
        task = self._round.plan.by_uid.get(kept.uid or "")
        if task is None or task.article_id in self._round.given:
            return
        codec, anchors = self._codecs[self._backend[came.stream]], self._round.plan.expected(task)
        for raw in came.answers:
            for mark in codec.read(raw, task, anchors, self._round.plan.labels).marks:
                if mark.comment:
                    self._found[f"sha256:{sha256_text(mark.comment)}"] = mark.comment

    def write(self) -> None:
        """Add them to the private file of comments."""
        known = private_comments(self._round.folder)
        if self._found.keys() - known.keys():
            atomic_write(self._round.folder.comments, dump_json(known | self._found))
            self._round.folder.comments.chmod(0o600)


def private_comments(folder: RoundFolder) -> dict[str, str]:
    """The unpublished comments of a round, by the hash that replaces them in the log."""
    if not folder.comments.is_file():
        return {}
    document: Any = read_json(folder.comments)
    return {str(digest): str(comment) for digest, comment in dict(document).items()}


def comments_of(round: Round, *, withheld: bool) -> dict[str, list[tuple[str, str]]]:
    """The comments on each sentence, each with its annotator.

    Args:
        withheld: whether to give those on articles whose text is withheld, too; where the private
            file lacks one, its SHA-256 is given.
    """
    private = private_comments(round.folder) if withheld else {}
    articles = {anchor.sentence_id: article for article, anchor in round.plan.anchors()}
    found: dict[str, list[tuple[str, str]]] = {}
    for answer in read_state(round).answers.values():
        given = articles[answer.sentence_id].article_id in round.given
        if answer.comment and (given or withheld):
            comment = private.get(answer.comment, answer.comment)
            found.setdefault(answer.sentence_id, []).append((answer.annotator, comment))
    return found
