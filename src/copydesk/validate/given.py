"""Level 5: whether a release publishes only text that it may."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from copydesk.articles import Bulk
from copydesk.corpus import CONFIG_NAME, Corpus
from copydesk.errors import InputError
from copydesk.leaks import Secrets, find_leaks
from copydesk.release.contents import Contents
from copydesk.rights import spdx
from copydesk.validate.faults import Fault, FaultError, Found, rows_at_fault, show
from copydesk.validate.rules import check, finds, rule
from copydesk.validate.surroundings import Released, manifest_lines, policy
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_json import parse
from copydesk.validate.untrusted_release import MANIFEST

_DOCUMENTS: Final = ("DATASHEET.md", "CITATION.cff", "README.md", CONFIG_NAME)

_AT_ONCE: Final = 10_000
"""Withheld articles whose words are held and searched for at once: some 250 MB."""

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
    beside = [name for name in _DOCUMENTS if Folder(subject.corpus.root).has(name)]
    rounds = sorted(_files(subject.corpus.annotations))
    names = [*dataset, *beside, *(f"annotations/{name}" for name in rounds)]
    for secrets in _secrets(subject, subject.corpus):
        for leak in find_leaks(subject.corpus.root, secrets, names):
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


def _secrets(subject: Released, corpus: Corpus) -> Iterator[Secrets]:
    """The words of the articles that the corpus has and withholds, some at a time."""
    columns = ("article_id", "collection", "licence", "title", "url", "text_sha256")
    contents = subject.release.contents
    articles = contents.frame("articles", *columns, "redistributable")
    known = {
        str(row["article_id"]): row
        for row in (
            *articles.filter(~pl.col("redistributable")).iter_rows(named=True),
            *manifest_lines(Folder(corpus.dataset)).values(),
        )
    }
    rights = policy(subject.config)
    gives = {
        name: rights.gives(row.get("licence"), str(row.get("collection")))
        for name, row in known.items()
    }
    titles = {
        str(line["article_id"]): line["title"]
        for line in _private_lines(Folder(corpus.private))
        if line.get("article_id") in known and isinstance(line.get("title"), str)
    }
    urls = [*articles["url"].drop_nulls(), *(str(row.get("url")) for row in known.values())]
    shut = [name for name, given in gives.items() if not given]
    for start in range(0, max(len(shut), 1), _AT_ONCE):
        names = shut[start : start + _AT_ONCE]
        sentences, texts = _withheld(subject, corpus, {name: known[name] for name in names})
        titled = {*names} if start else known.keys() - {*shut[_AT_ONCE:]}
        sentences += [(name, title) for name, title in titles.items() if name in titled]
        given = _given(contents, corpus, [known[name] for name in known if gives[name]])
        yield Secrets(sentences=sentences, texts=texts, given=given, urls=urls)


def _withheld(
    subject: Released, corpus: Corpus, known: Mapping[str, Mapping[str, Any]]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The sentences and the texts of some articles, as far as they are here."""
    places = subject.release.contents.scan("standoff", "article_id", "sentence_id", "start", "end")
    places = places.filter(pl.col("article_id").is_in(list(known)))
    spans = places.group_by("article_id").agg(pl.struct(pl.exclude("article_id")))
    spans_of = dict(spans.collect(engine="streaming").rows())
    bulk = Bulk(corpus.store("articles", subject.config))
    private = Folder(corpus.private)
    sentences: list[tuple[str, str]] = []
    texts: list[tuple[str, str]] = []
    for name, row in known.items():
        if row.get("bulk"):
            text = bulk.text(name, str(row.get("text_sha256")))
        else:
            text = _text(private, f"raw/{name}.txt", row.get("text_sha256"))
        if text is None:
            continue
        texts.append((name, text))
        for span in spans_of.get(name, ()):
            sentences.append((span["sentence_id"], text[span["start"] : span["end"]]))
        sentences += [(name, line) for line in text.splitlines()]
    return sentences, texts


def _given(contents: Contents, corpus: Corpus, known: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What may be given: texts and titles of the release, and of the corpus."""
    raw = Folder(corpus.raw)
    for row in known:
        yield _text(raw, f"{row.get('collection')}/{row['article_id']}.txt", None) or ""
        yield str(row.get("title") or "")
    for part in contents.of("articles"):
        shown = part.rows.filter(pl.col("text").is_not_null()).select("text", "title").collect()
        yield from shown["text"]
        yield from shown["title"].drop_nulls()


def _text(folder: Folder, name: str, digest: Any) -> str | None:
    """A text as its file has it; None if it is absent or does not have the digest."""
    if not folder.has(name):
        return None
    data = folder.read(name).removesuffix(b"\n")
    if digest is not None and hashlib.sha256(data).hexdigest() != digest:
        return None
    return data.decode("utf-8", errors="replace")


def _private_lines(private: Folder) -> Iterator[dict[str, Any]]:
    try:
        data = private.read("articles.jsonl")
    except (FaultError, OSError):
        return
    for line in data.splitlines():
        try:
            document = parse(line, "articles.jsonl")
        except FaultError:
            continue
        if isinstance(document, dict):
            yield document


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
        & (pl.col("attribution").fill_null("").str.strip_chars() == "")
    )
    message = "The text is given under {licence}, but nobody is credited."
    yield from rows_at_fault("attribution-missing", rows, message, "article_id", "/attribution")
