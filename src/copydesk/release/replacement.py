"""X.Y.Z+wN: the release that takes the place of one from which an article is withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copydesk.contract.index_entries import base
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.files import replacing_dir
from copydesk.release.contents import Contents
from copydesk.release.redact import erased, from_rows, redacted
from copydesk.release.remnants import left
from copydesk.release.writing import write_folder
from copydesk.rounds.decisions import standing
from copydesk.rounds.notes import notes_of
from copydesk.rounds.opened import open_round


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What is about to be done; the journal, as data.

    Args:
        at: when it was asked for, UTC.
    """

    article_id: str
    reason: str
    erase: bool
    at: str
    releases: Mapping[str, str]

    @property
    def withdrawal(self) -> dict[str, Any]:
        """Its entry in a release, without the release's version."""
        return {
            "article_id": self.article_id,
            "on": self.at[:10],
            "reason": self.reason,
            "erased": self.erase,
        }


def replace(corpus: Corpus, old: Contents, job: Job, found: Mapping[str, Any]) -> None:
    """Write X.Y.Z+wN beside X.Y.Z, and search it."""
    article, version = job.article_id, job.releases[old.version]
    changed: dict[str, Any] = {
        "version": version,
        "previous": _previous(old.manifest["previous"], job),
        "withdrawn": [
            *(w for w in old.manifest.get("withdrawn", ()) if w["article_id"] != article),
            {**job.withdrawal, "version": version},
        ],
    }
    if job.erase:
        if set(old.frame("articles", "article_id")["article_id"]) == {article}:
            raise InputError(
                f"Release {old.version} is about '{article}' alone: nothing would be left of it.",
                where=str(corpus.releases / old.version),
                hint="Withdraw the article without --erase.",
            )
        tables = erased(old, article, version, _texts(corpus, old, article))
        changed |= from_rows(tables) | _of_rounds(corpus, old, article)
    else:
        tables = redacted(old, article, version)
    with replacing_dir(corpus.releases / version) as beside:
        stated = {**old.manifest, **changed}
        stated.pop("doi", None)  # it is of the release that this one takes the place of
        # The schema allows no empty list of notes.
        write_folder(beside, {k: v for k, v in stated.items() if k != "notes" or v}, tables)
        names = [p.relative_to(corpus.root).as_posix() for p in beside.rglob("*") if p.is_file()]
        for leak in left(corpus, found, names) if found else ():
            raise IntegrityError(
                f"Words of '{article}' would still be in {Path(leak.file).name}.",
                where=str(corpus.releases / version),
                hint="Nothing was changed. Report this.",
            )


def _previous(stated: str | None, job: Job) -> str | None:
    by_base = {base(old): new for old, new in job.releases.items()}
    return None if stated is None else by_base.get(base(stated), stated)


def _texts(corpus: Corpus, old: Contents, article: str) -> dict[str, str]:
    """The texts of the other articles of an article's event, as far as they are here."""
    rows = old.frame("articles", "article_id", "event", "text_sha256").rows_by_key(
        "article_id", named=True, unique=True
    )
    event = rows[article]["event"]
    known = {a.article_id: a for a in corpus.articles_here()}
    return {
        name: corpus.text(known[name])
        for name, row in rows.items()
        if row["event"] == event
        and name in known
        and name != article
        and known[name].text_sha256 == row["text_sha256"]
    }


def _of_rounds(corpus: Corpus, old: Contents, article: str) -> dict[str, Any]:
    """What the release says of its rounds, without an article: who decided, and notes."""
    found: dict[str, Any] = {}
    rounds = [open_round(corpus, name) for name in old.manifest["rounds"]]
    if "adjudicators" in old.manifest:
        names = set(old.frame("articles", "article_id")["article_id"]) - {article}
        lines, _ = standing(corpus, [round.plan for round in rounds])
        kinds = {str(x["by"]): str(x["by_kind"]) for x in lines if x["article_id"] in names}
        found["adjudicators"] = dict(sorted(kinds.items()))
    if "notes" in old.manifest:
        notes = (notes_of(round, without=article).published() for round in rounds)
        found["notes"] = [note for note in notes if note]
    return found
