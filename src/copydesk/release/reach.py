"""Copies of withdrawn text that no command of copydesk can reach, and what to do about each."""

from __future__ import annotations

from collections.abc import Iterator

from copydesk.contract.doi import RESOLVER
from copydesk.corpus import Corpus
from copydesk.files import read_jsonl
from copydesk.release.retract import PUBLISHED

_HUB = "hf:"


def beyond(corpus: Corpus) -> Iterator[str]:
    """What needs attention beside the corpus's own files, a sentence each."""
    if any((folder / ".git").exists() for folder in (corpus.root, *corpus.root.parents)):
        yield (
            "Git's history of this corpus: rewrite it with git filter-repo, push with --force, and "
            "have every clone made anew."
        )
    log = corpus.private / PUBLISHED
    for target in sorted({line["target"] for _, line in read_jsonl(log)} if log.is_file() else ()):
        if target.startswith(RESOLVER):
            yield from beyond_archive(target)
        else:
            yield f"{target}: publish again, which removes the old files there."
    yield "Backups, and the articles from which it was taken in: they lie outside the corpus."


def beyond_archive(target: str) -> Iterator[str]:
    """What remains of an archived release, by the address of its DOI, a sentence each."""
    yield (
        f"{target}: an archive keeps every version. Ask its support to remove this one's files, "
        "and deposit the release that takes its place with "
        "'copydesk release publish --archive'."
    )


def beyond_target(target: str) -> Iterator[str]:
    """What a published withdrawal leaves at its target, a sentence each."""
    if target.startswith(_HUB):
        name = target.removeprefix("hf://datasets/").rstrip("/")
        yield (
            "Older commits and tags on the Hub: delete the tags of the old versions, then call "
            f'HfApi().super_squash_history("{name}", repo_type="dataset").'
        )
        yield "Forks and duplicates on the Hub: ask their owners, or report them to the Hub."
    else:
        yield "Older versions of the files, if the target keeps any (versioned buckets, backups)."
    yield "Copies that readers have loaded or cached: nobody can remove those; tell the readers."
