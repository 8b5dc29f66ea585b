"""Whether an article can be withdrawn: obstacles are reported before anything changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.files import inside, sha256_file
from copydesk.release.contents import Contents
from copydesk.release.remnants import left, needles, pages_in, read_needles, searched, text_of
from copydesk.withdrawals import read_withdrawals

_OURS: Final = (
    *("dataset/releases/", "dataset/raw/", "dataset/baselines/", "private/", "build/"),
    "annotations/rounds/",
)
"""Rooms that a withdrawal cleans itself."""

_SHOWN: Final = 3


def refuse_again(corpus: Corpus, article: str, erase: bool) -> None:
    """Refuse an article that was withdrawn already, unless it is to be erased now."""
    before = read_withdrawals(corpus.dataset).get(article)
    if before is not None and (before.erased or not erase):
        how = "withdrawn and erased" if before.erased else "withdrawn"
        raise InputError(
            f"Article '{article}' was {how} on {before.on}.",
            where=str(corpus.root),
            hint="" if before.erased else "With --erase its hashes, offsets and labels go too.",
        )


def refuse_damaged(corpus: Corpus, contents: Contents, digest: str) -> None:
    """Refuse to replace a release whose files are not those that were released."""
    folder = corpus.releases / contents.version
    wrong = sha256_file(folder / "release.json") != digest
    for entry in contents.manifest["files"]:
        path = inside(folder, entry["path"])
        wrong = wrong or not path.is_file() or sha256_file(path) != entry["sha256"]
    if wrong:
        raise IntegrityError(
            f"Release {contents.version} is not the one that was released.",
            where=str(folder),
            hint="Restore its files: 'copydesk validate' names those that differ.",
        )


def needles_of(
    corpus: Corpus, article: str, releases: Sequence[Contents], erase: bool
) -> dict[str, Any]:
    """What to search for; empty if the text is not here and nothing is to be erased.

    Raises:
        InputError: the article is to be erased, and its text is not here.
    """
    known = read_needles(corpus)
    if article in known["articles"]:
        return {**known, "articles": {article: known["articles"][article]}}
    text, title = text_of(corpus, article, releases)
    if text is not None:
        return needles(corpus, article, text, title, releases)
    if erase:
        raise InputError(
            f"The text of '{article}' is not here, so it could not be proved that nothing of it "
            "is left.",
            where=str(corpus.root),
            hint="Erase it where its text is, or withdraw it here without --erase.",
        )
    return {}


def refuse_words(corpus: Corpus, article: str, reason: str, found: Mapping[str, Any]) -> None:
    """Refuse a reason that repeats the text, and files of others that contain a part of it."""
    if not reason or not reason.isprintable():
        raise InputError(
            "A withdrawal needs a reason: a sentence on one line.", hint="Give it with --reason."
        )
    if not found:
        return
    ours = [*_OURS, *(f"{p.relative_to(corpus.root).as_posix()}/" for p in pages_in(corpus))]
    names = [name for name in searched(corpus) if not name.startswith(tuple(ours))]
    leaks = left(corpus, found, names, beside={"--reason": reason})
    if leaks and leaks[0].file == "--reason":
        raise InputError(
            f"The reason repeats words of '{article}', and is published.",
            hint="Say why without quoting it.",
        )
    if leaks:
        places = sorted({leak.file for leak in leaks})
        raise InputError(
            f"Parts of '{article}' are in files that copydesk did not write: "
            f"{listed(places)}. Nothing was changed.",
            where=str(corpus.root),
            hint="Remove them there, and run this again.",
        )


def listed(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
