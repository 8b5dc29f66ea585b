"""Level 5: whether a release publishes only text that it may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from copydesk.corpus import CONFIG_NAME
from copydesk.errors import InputError
from copydesk.rights import spdx
from copydesk.sieve import search
from copydesk.validate.faults import Fault, Found, rows_at_fault, show
from copydesk.validate.held import Held
from copydesk.validate.rules import check, finds, rule
from copydesk.validate.surroundings import Released, policy
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_release import MANIFEST

_DOCUMENTS: Final = ("DATASHEET.md", "CITATION.cff", "README.md", CONFIG_NAME)

_NO_ATTRIBUTION: Final = ("CC0-1.0", "CC-PDDC", "PDDL-1.0")
"""Public domain: nobody must be named."""


@check("released", needs=("sentences", "articles", "quotes"), in_shares=True)
@rule(
    "text-withheld-leaked",
    level=5,
    waivable=False,
    meaning="No text, title, attribution or speaker of a withheld article is published.",
    fix="Do not publish this release. Withdraw it if it is published, and cut another.",
)
def withheld(subject: Released) -> Iterator[Found]:
    """A release contains no words of an article whose text it may not give."""
    release = subject.release
    articles = release.table("articles")
    shut = ~pl.col("redistributable")
    for column in ("text", "title", "attribution"):
        rows = articles.filter(shut & pl.col(column).is_not_null())
        message = f"The article is withheld, but its {column} is given."
        yield from _leak(rows, message, "article_id", f"/{column}")
    given = articles.select("article_id", "redistributable").unique("article_id")
    sentences = release.table("sentences").join(given, on="article_id")
    message = "The article '{article_id}' is withheld, but this sentence of it is given."
    yield from _leak(sentences.filter(shut), message, "sentence_id", "/text")
    quotes = release.table("quotes").join(given, on="article_id")
    message = "The article '{article_id}' is withheld, but this quotation of it is given."
    rows = quotes.filter(shut & pl.col("text").is_not_null())
    yield from _leak(rows, message, "quote_id", "/text")
    message = "The article '{article_id}' is withheld, but a speaker's name in it is given."
    for name in ("speaker", "source"):
        if name in quotes.columns:
            rows = quotes.filter(shut & pl.col(name).struct.field("text").is_not_null())
            yield from _leak(rows, message, "quote_id", f"/{name}/text")


@check("released", needs=("standoff", "articles", "corpus"))
@finds("text-withheld-leaked")
def leaked(subject: Released) -> Iterator[Found]:
    """No withheld words stand in anything that is sent, or in the documents beside it.

    Judged where the corpus has the texts that it withholds; words that are also in an article that
    is given are not a leak.
    """
    assert subject.corpus is not None
    if not subject.newest:
        return  # the newest release is searched together with everything around it
    dataset = [f"dataset/{name}" for name in subject.scope.files]
    beside = [name for name in _DOCUMENTS if subject.room.has(name)]
    rounds = sorted(_files(subject.corpus.annotations))
    names = [*dataset, *beside, *(f"annotations/{name}" for name in rounds)]
    held = Held(subject, subject.corpus)
    for leak in search(
        subject.corpus.root,
        names,
        sentences=held.sentences,
        texts=held.texts,
        given=held.given,
        urls=held.urls,
    ):
        message = f"This file contains withheld text of {leak.record}."
        yield Fault(
            rule="text-withheld-leaked",
            message=message,
            file=f"../../../{leak.file}",
            record=leak.record,
        )


def _files(folder: Path) -> Iterator[str]:
    for name, fault in Folder(folder).walk():
        if fault is None:
            yield name


def _leak(rows: pl.DataFrame, message: str, record: str, pointer: str) -> Iterator[Found]:
    yield from rows_at_fault("text-withheld-leaked", rows, message, record, pointer)


@check("released", needs=("standoff", "articles", "quotes"), in_shares=True)
@finds("value-null")
def missing(subject: Released) -> Iterator[Found]:
    """A text that may be given is given: as a text, and as sentences, not as hashes."""
    release = subject.release
    articles = release.table("articles")
    open_ = pl.col("redistributable")
    rows = articles.filter(open_ & pl.col("text").is_null())
    message = "The article's text may be given, but is null."
    yield from rows_at_fault("value-null", rows, message, "article_id", "/text")
    given = articles.select("article_id", "redistributable").unique("article_id")
    rows = release.table("standoff").join(given, on="article_id").filter(open_)
    message = "The article '{article_id}' is given, but this sentence of it is withheld."
    yield from rows_at_fault("value-null", rows, message, "sentence_id", "/text_sha256")
    quotes = release.table("quotes").join(given, on="article_id")
    rows = quotes.filter(open_ & pl.col("text").is_null())
    message = "The article '{article_id}' is given, but this quotation's words are null."
    yield from rows_at_fault("value-null", rows, message, "quote_id", "/text")


@check("released", needs=("articles",), in_shares=True)
@rule(
    "licence-unknown",
    level=5,
    waivable=False,
    meaning="Text is published only under an SPDX licence on the corpus's allow-list.",
    fix="Write the SPDX id in the manifest, or null; then the text is withheld.",
)
@finds("text-withheld-leaked")
def licences(subject: Released) -> Iterator[Found]:
    """Licences are SPDX ids; text is given under those of the allow-list alone."""
    articles = subject.release.table("articles")
    names = articles["licence"].drop_nulls().unique().to_list()
    unknown = [name for name in names if not _is_spdx(name)]
    rows = articles.filter(pl.col("licence").is_in(unknown))
    message = "'{licence}' is not an SPDX licence identifier."
    yield from rows_at_fault("licence-unknown", rows, message, "article_id", "/licence")
    decision = policy(subject.config)
    open_ = pl.col("redistributable")
    rows = articles.filter(open_ & pl.col("licence").is_null())
    message = "The text is given, but the article has no licence."
    yield from rows_at_fault("licence-unknown", rows, message, "article_id", "/licence")
    allowed = pl.col("licence").is_in(list(decision.allow))
    rows = articles.filter(open_ & ~allowed & ~pl.col("licence").is_in(unknown))
    message = "The text is given under '{licence}', which is not on the corpus's allow-list."
    yield from rows_at_fault("licence-unknown", rows, message, "article_id", "/licence")
    rows = articles.filter(open_ & pl.col("collection").is_in(list(decision.withhold)))
    message = "The text is given, but the corpus withholds the collection '{collection}'."
    yield from _leak(rows, message, "article_id", "/collection")


@check("released", needs=("manifest",))
@finds("licence-unknown")
def licence_of_labels(subject: Released) -> Iterator[Found]:
    """The licence of the labels is an SPDX id, if one is stated."""
    corpus = subject.release.manifest.get("corpus")
    name = corpus.get("licence") if isinstance(corpus, Mapping) else None
    if isinstance(name, str) and not _is_spdx(name):
        message = f"The licence of the labels, '{show(name)}', is not an SPDX licence identifier."
        yield Fault(
            rule="licence-unknown", message=message, file=MANIFEST, pointer="/corpus/licence"
        )


def _is_spdx(name: str) -> bool:
    try:
        return spdx(name) == name
    except InputError:
        return False


@check("released", needs=("articles",), in_shares=True)
@rule(
    "attribution-missing",
    level=5,
    waivable=False,
    meaning="Every published text names whoever its licence requires to be credited.",
    fix="Write the attribution in the manifest, and cut the release again.",
)
def attributions(subject: Released) -> Iterator[Found]:
    """A text that is given names everybody whom its licence requires to be named."""
    articles = subject.release.table("articles")
    free = pl.col("licence").is_in(list(_NO_ATTRIBUTION))
    rows = articles.filter(
        pl.col("redistributable")
        & ~free
        & ~pl.col("attribution").fill_null("").str.contains(r"[\p{L}\p{N}]")
    )
    message = "The text is given under {licence}, but nobody is credited."
    yield from rows_at_fault("attribution-missing", rows, message, "article_id", "/attribution")
