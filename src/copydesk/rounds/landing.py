"""A page for each annotator: all their work in the corpus, its progress, and where to continue.

The pages are files in ``private/desk``, with names that cannot be guessed, and are written again
whenever a round is pushed or pulled; a web server may serve them as they are.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copydesk.corpus import Corpus
from copydesk.files import atomic_write, dump_json, read_json
from copydesk.rounds.answers import round_ids
from copydesk.rounds.backend import Backend
from copydesk.rounds.irregularities import unfinished
from copydesk.rounds.opened import Round, open_round
from copydesk.rounds.plan import LABEL_STUDIO, now
from copydesk.rounds.qualify import queues
from copydesk.rounds.reading import by_backend
from copydesk.rounds.record import read_state
from copydesk.rounds.status import last_findings

_PAGES: Final = "pages.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """An annotator's part of one round.

    Args:
        answered, asked: sentences.
        pages: where it is done; two where some articles come with suggestions.
        again: pages of submissions that are to be opened again.
    """

    round: str
    answered: int
    asked: int
    pages: tuple[str, ...]
    again: tuple[str, ...]
    guidelines: str
    closed: bool


def write_landing(round: Round, backends: Iterable[Backend]) -> dict[str, Path]:
    """Write the pages of a round's annotators who answer in Label Studio; gives their files.

    Args:
        backends: those of the round; what they say of its pages is kept.
    """
    corpus = round.corpus
    _keep_pages(round, backends)
    names = {
        a.annotator for a in round.plan.annotators if (a.backend, a.kind) == (LABEL_STUDIO, "human")
    }
    work: dict[str, list[Work]] = {name: [] for name in names}
    for other in round_ids(corpus):
        opened = open_round(corpus, other)
        if (opened.folder.private / _PAGES).is_file():
            for name in names.intersection(opened.plan.kinds):
                work[name].append(_work(opened, name))
    return {name: _write(corpus, name, parts) for name, parts in sorted(work.items())}


def _keep_pages(round: Round, backends: Iterable[Backend]) -> None:
    pages: dict[str, list[str]] = {}
    url = ""
    for backend, held in by_backend(round, backends):
        url = url or backend.url
        if backend.name == LABEL_STUDIO:
            for page in backend.pages(round, held):
                for name in page.annotators:
                    pages.setdefault(name, []).append(page.url)
    document = {"url": url, "pages": pages}
    atomic_write(round.folder.private / _PAGES, dump_json(document))


def _work(round: Round, name: str) -> Work:
    known = read_json(round.folder.private / _PAGES)
    asked = {
        anchor.sentence_id
        for stream in queues(round)
        if name in stream.annotators
        for task in stream.tasks
        if name in task.annotators
        for anchor in round.plan.expected(task)
    }
    given = {sentence for who, sentence in read_state(round).answers if who == name}
    again = [u for u in unfinished(last_findings(round.folder)) if u.annotator == name and u.page]
    return Work(
        round=round.plan.round,
        answered=len(given & asked),
        asked=len(asked),
        pages=tuple(known["pages"].get(name, ())),
        again=tuple(str(known["url"]) + str(u.page) for u in again),
        guidelines=round.plan.guidelines_version,
        closed=round.folder.closed.exists(),
    )


def _write(corpus: Corpus, name: str, work: Sequence[Work]) -> Path:
    from copydesk.pages.html import page

    place = landing_file(corpus, name)
    atomic_write(
        place,
        page(
            "landing.html.jinja",
            name=name,
            todo=[w for w in work if not w.closed and (w.answered < w.asked or w.again)],
            done=[w for w in work if w.closed or (w.answered >= w.asked and not w.again)],
            at=now()[:16].replace("T", " "),
        ),
    )
    return place


def landing_file(corpus: Corpus, name: str) -> Path:
    """The file of an annotator's page; its name stays the same and cannot be guessed."""
    folder = corpus.private / "desk"
    pattern = re.compile(rf"{re.escape(name)}-[0-9a-f]{{24}}\.html")
    known = [p for p in folder.glob("*.html") if pattern.fullmatch(p.name)]
    if known:
        return min(known)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}-{secrets.token_hex(12)}.html"
