"""The data of a task as annotators get it, made anew from the corpus each time.

Offsets are code points of the canonical text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from copydesk.corpus import Article
from copydesk.errors import IntegrityError
from copydesk.files import sha256_text
from copydesk.rounds.choose import SUGGESTED
from copydesk.rounds.opened import Round
from copydesk.rounds.plan import Anchor, PlannedTask

CONTEXT: Final = 1500
"""Code points of context on either side of a single sentence, whole lines."""

_CANONICAL: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def data_sha256(data: dict[str, Any]) -> str:
    """The hash of a task's data: of its JSON with sorted keys and no blanks."""
    return sha256_text(_CANONICAL.encode(data))


def task_data(
    task: PlannedTask, article: Article, text: str, anchor: Anchor | None
) -> dict[str, str]:
    """The data of a task.

    Args:
        text: canonical text of the article.
        anchor: the sentence, if the task is one.
    """
    data = {"uid": task.uid, "title": article.title or article.article_id}
    if anchor is None:
        return data | {"text": text}
    data |= context(text, anchor.start, anchor.end)
    if task.arm == SUGGESTED:
        data["suggestion"] = f"Suggested: {anchor.suggestion}" if anchor.suggestion else ""
    return data


def context(text: str, start: int, end: int, *, reach: int = CONTEXT) -> dict[str, str]:
    """A sentence and the lines around it: ``before``, ``text``, ``after``.

    Args:
        reach: code points of context on either side, at most.
    """
    first = max(0, start - reach)
    if first:
        line = text.find("\n", first, start)
        first = line + 1 if line >= 0 else first
    last = min(len(text), end + reach)
    if last < len(text):
        line = text.rfind("\n", end, last)
        last = line if line >= 0 else last
    return {
        "before": ("…" if first else "") + text[first:start],
        "text": text[start:end],
        "after": text[end:last] + ("…" if last < len(text) else ""),
    }


class TaskTexts:
    """The texts of a round's tasks, each checked to be what was planned."""

    def __init__(self, round: Round) -> None:
        self._articles = {article.article_id: article for article in round.corpus.articles()}
        self._round = round
        self._text: Callable[[str], str] = lru_cache(maxsize=64)(self._read)

    def _read(self, article_id: str) -> str:
        article = self._articles.get(article_id)
        planned = self._round.plan.by_id[article_id]
        if article is None or article.text_sha256 != planned.text_sha256:
            raise IntegrityError(
                f"Article '{article_id}' is not the one that was planned.",
                where=f"round {self._round.plan.round}",
                hint="Restore its text, or plan a new round.",
            )
        return self._round.corpus.text(article)

    def text(self, article_id: str) -> str:
        """The canonical text of an article of the round.

        Raises:
            IntegrityError: it is not the one that was planned.
        """
        return self._text(article_id)

    def article(self, task: PlannedTask) -> tuple[Article, str]:
        """A task's article with its canonical text.

        Raises:
            IntegrityError: it is not the one that was planned.
        """
        text = self._text(task.article_id)
        return self._articles[task.article_id], text

    def data(self, task: PlannedTask) -> dict[str, str]:
        """The data of a task.

        Raises:
            IntegrityError: the data is not what the plan's hash says.
        """
        article, text = self.article(task)
        one = None if task.sentence_id is None else self._round.plan.expected(task)[0]
        data = task_data(task, article, text, one)
        if data_sha256(data) != task.data_sha256:
            raise IntegrityError(
                f"The data of task '{task.uid}' is not what was planned.",
                where=f"round {self._round.plan.round}",
                hint="The article's title changed after the round was planned: put it back, or "
                "plan a new round.",
            )
        return data
