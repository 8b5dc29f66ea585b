"""Raw articles into a corpus: canonical texts in their rooms, a line for each in the manifest."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from copydesk.corpus import Article, Corpus
from copydesk.errors import CopydeskError, InputError
from copydesk.files import atomic_write, dump_line, sha256_text
from copydesk.ingest.sources import MANIFEST, Missed, RawArticle, read_sources
from copydesk.rights import spdx
from copydesk.scope import scope
from copydesk.text import canonical

_SHOWN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Ingested:
    """What an ingest did, in numbers of articles.

    Args:
        given: whose text may be given in a release, of all that the sources held.
        withheld: whose text may not.
        added: that the corpus did not have.
        replaced: that the corpus had with another text or other metadata.
        absent: lines of a corpus's own manifest whose text is withheld, and so not in the source.
    """

    given: int
    withheld: int
    added: int
    replaced: int
    absent: int


def ingest(
    sources: Iterable[str],
    corpus: Corpus,
    *,
    licence: str | None = None,
    collection: str | None = None,
    replace: bool = False,
) -> Ingested:
    """Take articles into a corpus: all of them, or none if one of them cannot be used.

    Args:
        sources: files, folders or glob patterns (see `copydesk.ingest.sources.read_sources`).
        licence: the SPDX id of articles that name none.
        collection: the collection of articles that name none in a manifest.
        replace: whether an article that the corpus has may change.

    Raises:
        InputError: naming every article that cannot be used; the corpus is as it was.
    """
    with corpus.lock():
        return _ingest(sources, corpus, licence, collection, replace)


def _ingest(
    sources: Iterable[str],
    corpus: Corpus,
    licence: str | None,
    collection: str | None,
    replace: bool,
) -> Ingested:
    missed = Missed()
    known = {article.article_id: article for article in _existing(corpus)}
    defaults = {"licence": spdx(licence), "collection": collection}
    found: dict[str, Article] = {}
    places: dict[str, str] = {}
    with tempfile.TemporaryDirectory(
        dir=corpus.build_dir, prefix=".ingest-", suffix=".part"
    ) as name:
        staging = Path(name)
        for raw in read_sources(sources, missed):
            try:
                article, text = _article(raw, corpus, defaults)
                _check_new(article, known, places, replace)
            except CopydeskError as error:
                missed.faults.append(error.at(raw.where))
                continue
            places[article.article_id] = raw.where
            found[article.article_id] = article
            (staging / article.article_id).write_text(text + "\n", encoding="utf-8", newline="\n")
        _raise(missed.faults)
        if not found:
            raise InputError("No article was found in these sources.", where=", ".join(sources))
        for article in found.values():
            _move(staging / article.article_id, corpus.text_path(article))
    _write_manifests(corpus, known | found)
    for name in scope(corpus.dataset, corpus.policy).withheld:  # given before, and no longer
        (corpus.dataset / name).unlink(missing_ok=True)
    changed = [a for a in found.values() if a.article_id in known and known[a.article_id] != a]
    given = sum(article.redistributable for article in found.values())
    return Ingested(
        given=given,
        withheld=len(found) - given,
        added=len(found.keys() - known.keys()),
        replaced=len(changed),
        absent=len(missed.absent),
    )


def _existing(corpus: Corpus) -> Iterator[Article]:
    if corpus.manifest.is_file():
        yield from corpus.articles()


def _article(
    raw: RawArticle, corpus: Corpus, defaults: dict[str, str | None]
) -> tuple[Article, str]:
    text = canonical(raw.data)
    fields = dict(raw.fields)
    for name, value in defaults.items():
        if value is not None and (name == "collection" or fields.get(name) is None):
            fields[name] = value
    fields["licence"] = spdx(fields.get("licence"))
    fields.setdefault("event", fields["article_id"])
    digest = sha256_text(text)
    stated = fields.pop("text_sha256", digest)
    if stated != digest:
        raise InputError(
            f"The text of '{fields['article_id']}' is not the one that the manifest names "
            f"(SHA-256 {digest[:12]}…, not {stated[:12]}…).",
            hint="Put the text back, or remove 'text_sha256' from the line.",
        )
    gives = corpus.policy.gives(fields["licence"], fields["collection"])
    return Article(redistributable=gives, text_sha256=digest, **fields), text


def _check_new(
    article: Article, known: dict[str, Article], places: dict[str, str], replace: bool
) -> None:
    name = article.article_id
    if name in places:
        raise InputError(
            f"The id '{name}' is used twice; first at {places[name]}.",
            hint="Give each article an id of its own.",
        )
    if not replace and name in known and known[name].text_sha256 != article.text_sha256:
        raise InputError(
            f"The corpus has another text for '{name}'.",
            hint="Give the article another id, or run again with --replace.",
        )


def _raise(faults: list[CopydeskError]) -> None:
    if not faults:
        return
    if len(faults) == 1:
        raise faults[0]
    shown = [f"  {fault}" for fault in faults[:_SHOWN]]
    if len(faults) > _SHOWN:
        shown.append(f"  … and {len(faults) - _SHOWN} more.")
    raise InputError(
        f"{len(faults)} articles cannot be used, so none was taken:\n" + "\n".join(shown)
    )


def _move(staged: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.replace(target)


def _write_manifests(corpus: Corpus, articles: dict[str, Article]) -> None:
    ordered = [articles[name] for name in sorted(articles)]
    withheld = [a for a in ordered if not a.redistributable]
    if withheld:
        lines = "".join(f"{dump_line(a.withheld())}\n" for a in withheld)
        atomic_write(corpus.private / MANIFEST, lines)
    lines = "".join(f"{dump_line(a.public())}\n" for a in ordered)
    atomic_write(corpus.manifest, lines)
