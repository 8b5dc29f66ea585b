"""Cutting a release: everything is written beside, checked, and renamed into its place.

The order of the writes makes a kill harmless: the folder comes into being whole; the change list
and the card follow and then point to it; the index, written last, makes it a release. A folder
that the index does not name is what a killed cut left, and the next cut of its version replaces it.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from copydesk.batch import text_code
from copydesk.contract.index_entries import base
from copydesk.contract.schema_versions import SCHEMA_VERSION
from copydesk.contract.tables import Contract
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import replacing_dir
from copydesk.release.agreed import refuse_disagreement
from copydesk.release.assemble import Assembled, Labels, anchored_labels, assemble
from copydesk.release.changes import forget_changes, write_changes
from copydesk.release.contents import Contents
from copydesk.release.crossing import near_threshold, refuse_crossing
from copydesk.release.diff import Diff, compare
from copydesk.release.documents import write_documents
from copydesk.release.facts import facts
from copydesk.release.index import Index, add_release, other_dois, read_index
from copydesk.release.leak_search import refuse_leaks
from copydesk.release.parts import Parts
from copydesk.release.rebuild import split_options
from copydesk.release.suggested import named, origin, suggested_labels
from copydesk.release.versions import Version
from copydesk.release.writing import write_folder
from copydesk.scope import scope
from copydesk.withdrawals import read_withdrawals


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What a cut is asked for.

    Args:
        labels: ``rounds``, the answers of closed rounds; ``rule``, the rules' suggestions; or the
            name of a suggester in ``annotations/suggesters``.
        rounds: the rounds to take; all that are closed, by default.
        method: of aggregation, see `copydesk.aggregate.aggregate`.
        doi: the release's, bare, if one was reserved for it.
        created: when the release is made, UTC; whole seconds go into it.
    """

    version: str
    created: datetime
    labels: str = "rounds"
    rounds: tuple[str, ...] | None = None
    method: str = "majority"
    doi: str | None = None

    def __post_init__(self) -> None:
        # `release.json` gives whole seconds, and the rules' answers are dated by the release.
        whole = self.created.astimezone(UTC).replace(microsecond=0)
        object.__setattr__(self, "created", whole)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """A release that was made, or with a dry run the one that would be.

    Args:
        path: its folder; None after a dry run.
        manifest: the content of its ``release.json``.
        labels: sentences by label and split.
        difference: to the previous release; None for the first.
        unlabelled: articles left out, since nobody has labelled them.
        unjudged: articles that a dry run could not judge, since a text of their event is not here.
    """

    path: Path | None
    manifest: Mapping[str, Any]
    labels: dict[str, dict[str, int]]
    difference: Diff | None
    unlabelled: tuple[str, ...]
    unjudged: tuple[str, ...] = ()


def cut(corpus: Corpus, options: Options, *, dry_run: bool = False) -> Cut:
    """Make a release of a corpus that is built and labelled.

    Raises:
        InputError: the version exists or is too small for what changed, the corpus is not built,
            a sentence is unresolved, or an article's text is not here and this is not a dry run.
        IntegrityError: an answer refers to no sentence, or withheld text would be given.
    """
    version = str(_plain(options.version))
    with corpus.lock():
        index = read_index(corpus.dataset)
        _refuse_existing(corpus, version, index.versions)
        _refuse_strays(corpus, index)
        _refuse_doi_of_another(corpus, options, index)
        newest = index.newest and corpus.releases / index.newest.version
        previous = Contents.read(newest) if newest else None
        unjudged = unjudged_articles(corpus)
        if unjudged and not dry_run:
            _refuse_absent(corpus, previous)
        parts = Parts.of_corpus(corpus, index.lines)
        assembled = _assemble(corpus, parts, options, previous)
        target = corpus.build_dir / "dry-run" if dry_run else corpus.releases / version
        forget_unnamed(corpus, index)
        shutil.rmtree(corpus.build_dir / "dry-run", ignore_errors=True)
        with replacing_dir(target) as beside:
            contents = _write(beside, assembled, options, corpus, previous)
            refuse_leaks(beside, parts)
            refuse_crossing(corpus, contents, assembled.near)
            refuse_disagreement(corpus, contents)
            difference = _compare(previous, contents, unjudged)
        if dry_run:
            shutil.rmtree(target)
        else:
            write_changes(corpus.dataset, contents, difference)
            write_documents(corpus, contents, index)
            add_release(corpus.dataset, index, contents.manifest)
    return Cut(
        path=None if dry_run else target,
        manifest=contents.manifest,
        labels=facts(contents).labels,
        difference=difference,
        unlabelled=assembled.unlabelled,
        unjudged=unjudged,
    )


def _plain(text: str) -> Version:
    version = Version.parse(text)
    if version.withdrawal:
        raise InputError(
            f"'{text}' is the version of a release from which something was withdrawn.",
            hint="Write three whole numbers, such as 1.2.0; 'copydesk release withdraw' makes the "
            "others.",
        )
    return version


def unjudged_articles(corpus: Corpus) -> tuple[str, ...]:
    """The articles of events of which a text is not here, as in a clone without withheld texts.

    Quotations are joined and splits drawn by event, so that the other articles do not depend on
    them.
    """
    torn = {article.event for article in corpus.absent()}
    if not torn:
        return ()
    return tuple(article.article_id for article in corpus.articles() if article.event in torn)


def present(corpus: Corpus, options: Options) -> Contents:
    """The release that a cut would produce now; nothing is kept.

    Raises:
        InputError: the corpus is not built, or a sentence is unresolved.
        IntegrityError: an answer refers to no sentence.
    """
    index = read_index(corpus.dataset)
    newest = index.newest and corpus.releases / index.newest.version
    previous = Contents.read(newest) if newest else None
    parts = Parts.of_corpus(corpus, index.lines)
    assembled = _assemble(corpus, parts, options, previous)
    manifest = {
        "version": options.version,
        "schema_version": SCHEMA_VERSION,
        "scheme": corpus.scheme.as_document(),
        **_withdrawn(corpus),
    }
    return Contents.of_tables(manifest, assembled.tables).without(unjudged_articles(corpus))


def _refuse_absent(corpus: Corpus, previous: Contents | None) -> None:
    absent = corpus.absent()
    names = ", ".join(article.article_id for article in absent[:5])
    more = f" and {len(absent) - 5} more" if len(absent) > 5 else ""
    what = "drop them" if previous else "lack them"
    raise InputError(
        f"Articles whose text is not here: {len(absent)}. A release made now would {what}: "
        f"{names}{more}.",
        where=str(corpus.root),
        hint="Take them in with 'copydesk ingest' from a folder that has them, and build again; "
        "'--dry-run' and 'copydesk release diff' judge the others.",
    )


def _refuse_existing(corpus: Corpus, version: str, known: Sequence[str]) -> None:
    if version in map(base, known):
        raise InputError(
            f"Release {version} exists, and a release never changes.",
            where=str(corpus.releases / version),
            hint="Cut the next version.",
        )


def forget_unnamed(corpus: Corpus, index: Index) -> None:
    """Remove release folders that the index does not name, with their baselines.

    They were left by a killed cut, or were retracted. The documents may point to one of them
    already; they go back to the newest release first, so that what they point to is always there.

    Args:
        index: the corpus's index as it is now.
    """
    folders = corpus.releases.iterdir() if corpus.releases.is_dir() else ()
    killed = [path for path in folders if path.is_dir() and path.name not in index.versions]
    if killed and index.newest:
        forget_changes(corpus.dataset, index.versions)
        write_documents(corpus, Contents.read(corpus.releases / index.newest.version), index)
    for path in killed:
        (corpus.dataset / "baselines" / f"{path.name}.json").unlink(missing_ok=True)
        shutil.rmtree(path, ignore_errors=True)


def _refuse_doi_of_another(corpus: Corpus, options: Options, index: Index) -> None:
    if options.doi and options.doi in other_dois(corpus.dataset, index, options.version):
        raise InputError(
            f"{options.doi} is the DOI of another release.",
            hint="Each release has its own: reserve one with 'copydesk release publish "
            f"{options.version} --archive --reserve --yes'.",
        )


def _refuse_strays(corpus: Corpus, index: Index) -> None:
    """Refuse to release beside files that may not be published; a killed cut's are replaced."""
    found = scope(corpus.dataset, corpus.policy, index.lines).strays
    for name, reason in found.items():
        if not name.startswith("releases/"):
            raise InputError(
                f"The data set folder contains files that may not be published. {reason}",
                where=str(corpus.dataset / name),
                hint="Remove it, and cut again.",
            )


def _assemble(
    corpus: Corpus, parts: Parts, options: Options, previous: Contents | None
) -> Assembled:
    return assemble(
        parts,
        _labels(corpus, parts, options),
        method=options.method,
        kept_splits=previous.manifest["splits"] if previous else {},
        split_options=split_options(corpus),
        near=near_threshold(corpus),
        version=options.version,
        contract=Contract(corpus.scheme),
    )


def _labels(corpus: Corpus, parts: Parts, options: Options) -> Labels:
    if options.labels == "rule" and not corpus.scheme.has_rules:
        raise InputError(
            f"There are no rules for this corpus's labels ({', '.join(corpus.scheme.names)}).",
            where=str(corpus.root),
            hint="Have the sentences answered in a round; rules exist for the news labels only.",
        )
    if options.labels != "rounds":
        return suggested_labels(named(corpus, options.labels), created=options.created)
    from copydesk.backends import codecs
    from copydesk.rounds.labelling import labelling

    found = labelling(corpus, options.rounds, codecs=codecs())
    _refuse_later(found.answers, options.created)
    absent = [article.article_id for article in corpus.absent()]
    absent += read_withdrawals(corpus.dataset)
    here = ~pl.col("article_id").is_in(absent)
    found = replace(
        found, answers=found.answers.filter(here), adjudications=found.adjudications.filter(here)
    )
    return anchored_labels(found, parts)


def _refuse_later(answers: pl.DataFrame, created: datetime) -> None:
    later = answers.filter(pl.col("created_at") >= created + timedelta(seconds=1))
    if later.height:
        given = "An answer was" if later.height == 1 else f"{later.height} answers were"
        raise InputError(
            f"{given} given after {created:%Y-%m-%dT%H:%M:%SZ}, when this release would be made.",
            where=later["annotation_id"][0],
            hint="Leave out --created or give a later time, and check the clock of the machine "
            "that took the answers.",
        )


def _write(
    folder: Path, assembled: Assembled, options: Options, corpus: Corpus, previous: Contents | None
) -> Contents:
    """Write the tables, the Croissant description and ``release.json`` into a folder."""
    stated = {
        "version": options.version,
        "created": options.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "schema_version": SCHEMA_VERSION,
        "scheme": corpus.scheme.as_document(),
        "text_code": text_code(),
        **({"doi": options.doi} if options.doi else {}),
        "previous": previous.version if previous else None,
        "corpus": corpus.config["corpus"],
        "guidelines_version": assembled.guidelines_version,
        **origin(named(corpus, options.labels), options.labels),
        "rounds": list(assembled.rounds),
        **({"notes": list(assembled.notes)} if assembled.notes else {}),
        "aggregation": options.method,
        "annotators": dict(assembled.annotators),
        "adjudicators": dict(assembled.adjudicators),
        "splits": dict(assembled.splits),
        **_withdrawn(corpus),
    }
    return write_folder(folder, stated, assembled.tables)


def _withdrawn(corpus: Corpus) -> dict[str, Any]:
    """What was withdrawn from earlier releases, as a release says it."""
    lines = [
        {
            "article_id": line.article_id,
            "on": line.on,
            "reason": line.reason,
            "erased": line.erased,
            "version": None,
        }
        for line in read_withdrawals(corpus.dataset).values()
    ]
    return {"withdrawn": lines} if lines else {}


def _compare(
    previous: Contents | None, contents: Contents, unjudged: Collection[str]
) -> Diff | None:
    """The difference from the previous release; refuses a version that is too small for it."""
    if previous is None:
        return None
    difference = compare(previous.without(unjudged), contents.without(unjudged))
    if Version.parse(contents.version) < difference.least:
        raise InputError(
            f"Version {contents.version} is too small: the changes since {difference.before} "
            f"require at least {difference.least}.",
            hint="'copydesk release diff' lists them.",
        )
    return difference
