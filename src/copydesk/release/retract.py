"""Taking back a trial release that was never published."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from copydesk.contract.index_entries import RETRACTED
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import append_lines, dump_line, read_jsonl
from copydesk.release.cut import forget_unnamed
from copydesk.release.index import (
    Index,
    append_entries,
    find_release,
    read_index,
    read_manifest,
)

PUBLISHED: Final = "published.jsonl"
"""In the private room: which release was published where, and when."""


def record_published(corpus: Corpus, version: str, target: str, at: datetime) -> None:
    """Record in the corpus's private room that a release was published.

    Args:
        target: the address, without passwords.
        at: when, UTC.
    """
    path = corpus.private / PUBLISHED
    path.parent.mkdir(exist_ok=True, mode=0o700)
    line = {"version": version, "target": target, "at": at.isoformat(timespec="seconds")}
    append_lines(path, [dump_line(line)])


def retract(corpus: Corpus, version: str, *, reason: str, at: datetime) -> None:
    """Take back the newest release of a corpus, which was never published.

    The index gets an entry that says so, the release's folder is removed, and the documents go back
    to the previous release. Its number may be used again.

        Args:
            reason: a sentence, which the index keeps.
            at: when, UTC.

        Raises:
            InputError: there is no such release, it is not the newest, or it was published.
    """
    with corpus.lock():
        index = read_index(corpus.dataset)
        forget_unnamed(corpus, index)
        folder = find_release(corpus.dataset, version)
        newest = index.entries[-1]
        if version != newest.version:
            raise InputError(
                f"Release {version} is not the newest, and a later one is compared with it.",
                where=str(folder),
                hint=f"Retract {newest.version} first, if it was never published.",
            )
        proof = _archived(index, version) or _published(corpus, folder)
        if proof:
            raise InputError(
                f"Release {version} cannot be retracted: {proof}.",
                where=str(folder),
                hint="A published release never changes. Cut the next version.",
            )
        index = append_entries(
            corpus.dataset,
            index,
            {
                "version": version,
                "created": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "digest": newest.digest,
                "event": RETRACTED,
                "reason": reason,
            },
        )
        forget_unnamed(corpus, index)


def _archived(index: Index, version: str) -> str:
    doi = index.doi(version)
    return f"it is archived under the DOI {doi}" if doi else ""


def _published(corpus: Corpus, folder: Path) -> str:
    """The evidence that a release was published; empty if there is none."""
    version, log = folder.name, corpus.private / PUBLISHED
    if log.is_file():
        for _, line in read_jsonl(log):
            if line["version"] == version:
                return f"it was published to {line['target']} on {line['at'][:10]}"
    tag = f"data-{version}"
    if _has_tag(corpus.root, tag):
        return f"the repository has the tag {tag}"
    if read_manifest(folder).get("schema_version") == "1.0":
        return "it was made before publications were recorded, so it counts as published"
    return ""


def _has_tag(root: Path, tag: str) -> bool:
    git = next((p / ".git" for p in (root, *root.parents) if (p / ".git").exists()), None)
    if git is None:
        return False
    # In a worktree, `.git` is a file that names a folder, which names that of the repository.
    if git.is_file():
        git = Path(git.read_text(encoding="utf-8").removeprefix("gitdir:").strip())
        common = git / "commondir"
        if common.is_file():
            git = (git / common.read_text(encoding="utf-8").strip()).resolve()
    packed = git / "packed-refs"
    text = packed.read_text(encoding="utf-8") if packed.is_file() else ""
    return (git / "refs" / "tags" / tag).is_file() or f" refs/tags/{tag}\n" in text
