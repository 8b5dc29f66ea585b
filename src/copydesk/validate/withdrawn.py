"""Level 5, a whole corpus: nothing is left of articles that were withdrawn."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from copydesk.contract.index_entries import WITHDRAWALS, WITHDRAWN, base
from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError
from copydesk.release.contents import PLACE, Contents
from copydesk.release.index import read_index
from copydesk.release.remnants import left, read_needles
from copydesk.scope import INDEX
from copydesk.validate.faults import Fault, Found, rows_at_fault, show
from copydesk.validate.rules import check, finds, rule
from copydesk.validate.surroundings import Released, manifest_lines, order
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_release import MANIFEST, Release
from copydesk.withdrawals import Withdrawal, read_withdrawals

RULE = "withdrawn-left"
_LOGS = ("round.json", "closed.json", "annotations.jsonl", "adjudications.jsonl", "gold.jsonl")


def unsearched(folder: Folder) -> str:
    """Why the corpus could not be searched for withdrawn text; empty if it could, or need not."""
    corpus = Corpus(folder.root)
    try:
        gone = read_withdrawals(corpus.dataset)
        known = read_needles(corpus)["articles"]
    except CopydeskError:
        return ""
    lacking = [name for name, line in gone.items() if not line.erased and name not in known]
    return (
        f"the hashes to search for are in the private room of another copy ({', '.join(lacking)})"
        if lacking
        else ""
    )


@rule(
    RULE,
    level=5,
    waivable=False,
    meaning="Nothing is left of an article that was withdrawn: no file of the corpus holds its "
    "words, or anything about it where it was erased.",
    fix="Remove the file or the words; 'copydesk release withdraw --resume' finishes what was "
    "interrupted.",
)
def remains(folder: Folder) -> Iterator[Found]:
    """No file holds words of withdrawn articles, or rows about those that were erased."""
    corpus = Corpus(folder.root)
    if corpus.journal.is_file():
        message = "The withdrawal of an article was interrupted."
        yield Fault(rule=RULE, message=message, file="private/withdrawing.json")
        return
    try:
        gone = read_withdrawals(corpus.dataset)
        if gone:
            for leak in left(corpus, read_needles(corpus)):
                message = f"This file contains text of '{leak.record}', which was withdrawn."
                yield Fault(rule=RULE, message=message, file=leak.file, record=leak.record)
            yield from _listed(corpus, gone)
            yield from _in_releases(corpus, gone)
            yield from _in_rounds(corpus, gone)
    except CopydeskError as error:
        message = f"The corpus cannot be searched for what was withdrawn: {error.message}"
        yield Fault(rule=RULE, message=message, file=f"dataset/{WITHDRAWALS}")


@check("release", needs=("articles",), in_shares=True)
@finds(RULE)
def given(release: Release) -> Iterator[Found]:
    """A release has no text of an article that it calls withdrawn, nor rows of an erased one."""
    stated = release.manifest.get("withdrawn", ())
    gone = {str(line.get("article_id")): line for line in stated if isinstance(line, dict)}
    erased = [name for name, line in gone.items() if line.get("erased")]
    rows = release.table("articles").filter(pl.col("article_id").is_in(list(gone)))
    wrong = rows.filter("redistributable")
    message = "The release says that '{article_id}' was withdrawn, and gives its text."
    yield from rows_at_fault(RULE, wrong, message, "article_id", "/text")
    wrong = rows.filter(pl.col("article_id").is_in(erased))
    message = "The release says that '{article_id}' was erased, and has a row of it."
    yield from rows_at_fault(RULE, wrong, message, "article_id", "/article_id")


@check("released", needs=("dataset", "manifest"))
@finds(RULE)
def listed(subject: Released) -> Iterator[Found]:
    """What the newest release calls withdrawn matches the data set's own list."""
    assert subject.dataset is not None
    stated = subject.release.manifest.get("withdrawn", ())
    listed_lines = manifest_lines(subject.dataset, WITHDRAWALS)
    names = set(listed_lines)
    told_of = [str(line["article_id"]) for line in stated]
    told = set(told_of)
    if "articles" not in subject.release.unsound:
        rows = subject.release.contents.frame("articles", "article_id", "redistributable", *PLACE)
        rows = rows.filter(pl.col("article_id").is_in(list(names)))
        silent = rows.filter(~pl.col("article_id").is_in(list(told)) | pl.col("redistributable"))
        message = "'{article_id}' is in the list of what was withdrawn; the release says nothing."
        yield from rows_at_fault(RULE, silent, message, "article_id", "/article_id")
    for place, line in enumerate(stated):
        for message in _wrongly_told(subject, line, listed_lines.get(str(line["article_id"]))):
            yield Fault(rule=RULE, message=message, file=MANIFEST, pointer=f"/withdrawn/{place}")
    yield from _twice(told_of)
    yield from _in_index(subject)


def _wrongly_told(
    subject: Released, line: Mapping[str, Any], known: Mapping[str, Any] | None
) -> Iterator[str]:
    """How a release's line about a withdrawal contradicts the data set's list, as sentences."""
    name = show(line["article_id"])
    if known is None:
        if subject.newest:
            yield f"'{name}' is not in the list of what was withdrawn."
        return
    # An article that was erased later is so in the list alone where no row of it was left.
    for key in ("on", "reason") if line["erased"] == known.get("erased") else ():
        if line[key] != known.get(key):
            said, listed = show(line[key]), show(known.get(key))
            yield f"'{key}' of '{name}' is {said}, but {listed} in the list."
    own, made = subject.release.version, line["version"]
    if made is not None and (base(made) != base(str(own)) or order(made) > order(own)):
        yield f"The withdrawal of '{name}' made {show(made)}, which is not this release."


def _twice(names: list[str]) -> Iterator[Found]:
    for name in sorted(name for name, count in Counter(names).items() if count > 1):
        message = f"It tells of the withdrawal of '{show(name)}' twice."
        yield Fault(rule=RULE, message=message, file=MANIFEST, pointer="/withdrawn")


def _in_index(subject: Released) -> Iterator[Found]:
    """What the index says of the withdrawals that made this release, against its own words."""
    by_version = {line["version"]: line for line in subject.release.manifest.get("withdrawn", ())}
    for place, entry in enumerate(subject.index.lines):
        line = by_version.get(entry.get("version"))
        if line is None or entry.get("event") != WITHDRAWN:
            continue
        said = (line["on"], line["reason"])
        if said != (str(entry.get("at"))[:10], entry.get("reason")):
            message = f"Entry {place + 1} gives another day or reason than release.json."
            yield Fault(
                rule=RULE, message=message, file=f"../../{INDEX}", pointer=f"/releases/{place}"
            )


def _listed(corpus: Corpus, gone: Mapping[str, Withdrawal]) -> Iterator[Found]:
    for article in corpus.articles() if corpus.manifest.is_file() else ():
        if article.article_id in gone:
            message = f"The manifest names '{article.article_id}', which was withdrawn."
            file = "dataset/raw/articles.jsonl"
            yield Fault(rule=RULE, message=message, file=file, record=article.article_id)


def _in_releases(corpus: Corpus, gone: Mapping[str, Withdrawal]) -> Iterator[Found]:
    """Releases that hold rows of an erased article, or do not say that another was withdrawn."""
    for entry in read_index(corpus.dataset).entries:
        room = corpus.releases / entry.version
        try:
            contents = Contents.read(room)
            rows = contents.frame("articles", "article_id", "redistributable").iter_rows()
            there = {name: given for name, given in rows if name in gone}
        except CopydeskError:
            continue  # the release's own rules name it
        told = {line["article_id"] for line in contents.manifest.get("withdrawn", ())}
        for name, given in there.items():
            if gone[name].erased or given or name not in told:
                what = "has rows of" if gone[name].erased else "does not withhold"
                yield Fault(
                    rule=RULE,
                    message=f"Release {entry.version} {what} '{name}', which was withdrawn.",
                    file=f"dataset/releases/{entry.version}/release.json",
                    record=name,
                )


def _in_rounds(corpus: Corpus, gone: Mapping[str, Withdrawal]) -> Iterator[Found]:
    erased = {name for name, line in gone.items() if line.erased}
    for path in sorted(corpus.rounds.glob("*/*")) if erased else ():
        if path.name not in _LOGS or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        documents = [text] if path.suffix == ".json" else text.splitlines()
        for name in sorted(erased):
            if any(_about(document, name) for document in documents):
                yield Fault(
                    rule=RULE,
                    message=f"This file is about '{name}', which was erased.",
                    file=path.relative_to(corpus.root).as_posix(),
                    record=name,
                )


def _about(document: str, article: str) -> bool:
    if article not in document:
        return False
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        return False
    stack = [found]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            sentence = str(item.get("sentence_id") or "").rpartition(".")[0]
            if article in (item.get("article_id"), sentence):
                return True
            stack += item.values()
        elif isinstance(item, list):
            stack += item
    return False
