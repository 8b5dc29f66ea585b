"""The pages of a release: made from its rows, written beside, and put in place as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from copydesk.errors import IntegrityError
from copydesk.explore.article import ArticlePage, Sentence, read_article
from copydesk.explore.destination import refuse_inside, replacing
from copydesk.explore.disputed import Dispute, disputes, most_disputed_first
from copydesk.explore.figures import Figures, count
from copydesk.explore.quotations import Utterance, utterances
from copydesk.explore.search import Index
from copydesk.explore.source import Source, read_source
from copydesk.files import dump_json
from copydesk.pages.folders import MADE_BY, MARKER
from copydesk.pages.html import page
from copydesk.release.contents import Contents
from copydesk.release.diff import Diff, compare
from copydesk.release.diff_report import page_values
from copydesk.release.index import find_release, read_index

MAX_ARTICLES: Final = 2000
MAX_UTTERANCES: Final = 500
MAX_DISPUTED: Final = 500
_WIDTH: Final = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """An article in the list of articles: its row without text, and its drawing."""

    row: dict[str, Any]
    name: str
    withheld: bool
    sentences: int
    disputed: int
    agreement: float | None
    labels: dict[str, int]
    score: dict[str, str]


def explore(
    path: Path,
    out: Path,
    *,
    before: str | Path | None = None,
    limit: int = MAX_ARTICLES,
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Write pages that show a release: figures, articles, quotations, disputed sentences.

    The pages use no network, and all but the search work without JavaScript. The same release
    gives the same bytes.

    Args:
        path: a release, a data set folder, a corpus, or a folder written by ``release hydrate``.
        out: the folder to make; one that was made by this function is replaced as a whole.
        before: another release, or the version of one beside it, to compare with on a page of its
            own; by default the one that came before, if it is there.
        limit: how many articles get a page at most; the pages say how many are left out.
        progress: called with the number of articles written so far.

    Returns:
        The first page, ``index.html`` in ``out``.

    Raises:
        InputError: there is no release, ``out`` holds something else, or the disk refuses.
        IntegrityError: the release's tables contradict each other.
    """
    try:
        source = read_source(path, limit=limit)
        figures = count(source)
        difference = _difference(source, before)
    except (pl.exceptions.ColumnNotFoundError, pl.exceptions.SchemaError) as error:
        raise IntegrityError(
            f"The tables of this release cannot be shown: {error}",
            where=str(path),
            hint="Run 'copydesk validate' on it.",
        ) from error
    refuse_inside(out, source.folder)
    with replacing(out) as folder:
        _write(source, figures, difference, folder, progress)
    return out / "index.html"


def _difference(source: Source, before: str | Path | None) -> Diff | None:
    """The release compared with another; None if there is none to compare with."""
    dataset = source.folder.parent.parent
    if before is None:
        name = source.contents.manifest.get("previous")
        if source.hydrated or name not in read_index(dataset).versions:
            return None
        before = str(name)
    other = (
        find_release(Path(before)) if Path(before).is_dir() else find_release(dataset, str(before))
    )
    return compare(Contents.read(other), source.contents)


def _write(
    source: Source,
    figures: Figures,
    difference: Diff | None,
    folder: Path,
    progress: Callable[[int], None] | None,
) -> None:
    said = utterances(source)
    index = Index(source.labels)
    shared = {
        "source": source,
        "labels": source.labels,
        "colours": source.contents.contract.scheme.colours,
        "meanings": source.contents.contract.scheme.meanings,
        "compared": difference is not None,
        "figures": figures,
        "manifest": source.contents.manifest,
        "version": source.contents.version,
    }
    listed, found = _write_articles(source, said, index, shared, folder / "articles", progress)
    ranked = most_disputed_first(found)
    pages: dict[str, dict[str, Any]] = {
        "index": {"articles": listed},
        "quotations": {"utterances": said[:MAX_UTTERANCES], "total": len(said)},
        "disputed": {"disputes": ranked[:MAX_DISPUTED], "total": len(ranked)},
        "sentences": {"data": index.document()},
    }
    if difference is not None:
        known = set(source.articles["article_id"])
        pages["compare"] = {**page_values(difference), "known": known}
    for name, values in pages.items():
        _render(folder / f"{name}.html", name, root="", **shared, **values)
    marker = {"made_by": MADE_BY, "version": source.contents.version}
    (folder / MARKER).write_text(dump_json(marker), encoding="utf-8", newline="\n")


def _render(path: Path, name: str, **values: Any) -> None:
    path.write_text(
        page(f"explore/{name}.html.jinja", page=name, **values), encoding="utf-8", newline="\n"
    )


def _write_articles(
    source: Source,
    said: Sequence[Utterance],
    index: Index,
    shared: dict[str, Any],
    folder: Path,
    progress: Callable[[int], None] | None,
) -> tuple[list[Listed], list[Dispute]]:
    """Write a page for each article, one at a time; give what the other pages need of them."""
    folder.mkdir()
    names = source.articles.select("article_id", "title", "outlet", "event").to_dicts()
    by_event: dict[str, list[dict[str, Any]]] = {}
    for name in names:
        by_event.setdefault(name["event"], []).append(name)
    mouths = {utterance.group: utterance.articles for utterance in said[:MAX_UTTERANCES]}
    listed: list[Listed] = []
    found: list[Dispute] = []
    for place, article in enumerate(_articles(source)):
        _render(
            folder / f"{article.row['article_id']}.html",
            "article",
            root="../",
            article=article,
            score=score(article),
            previous=names[place - 1] if place else None,
            following=names[place + 1] if place + 1 < len(names) else None,
            event=by_event[article.row["event"]],
            mouths=mouths,
            **shared,
        )
        listed.append(_listed(article))
        index.add(article)
        found += disputes(article, source.labels)
        if progress:
            progress(place + 1)
    return listed, found


def _articles(source: Source) -> Iterator[ArticlePage]:
    sentences = _ByArticle(source.sentences)
    quotes = _ByArticle(source.quotes)
    names = ("article_id", "sentence_id", "annotator", "label", "flag")
    answers = _ByArticle(source.answers.select(n for n in names if n in source.answers.columns))
    for row in source.articles.iter_rows(named=True):
        name = row["article_id"]
        given: dict[str, list[tuple[str, str]]] = {}
        flags: dict[str, list[tuple[str, str]]] = {}
        for answer in answers.get(name, ()):
            for said, what in ((given, answer["label"]), (flags, answer.get("flag"))):
                if what is not None:
                    said.setdefault(answer["sentence_id"], []).append((answer["annotator"], what))
        yield read_article(
            row,
            [
                Sentence(
                    row=unit,
                    answers=tuple(sorted(given.get(unit["sentence_id"], ()))),
                    flags=tuple(sorted(flags.get(unit["sentence_id"], ()))),
                )
                for unit in sentences.get(name, ())
            ],
            quotes.get(name, ()),
        )


class _ByArticle:
    """The rows of each article, made into dictionaries when they are asked for."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frames = frame.partition_by("article_id", as_dict=True, maintain_order=True)

    def get(self, name: str, default: tuple[()]) -> Sequence[dict[str, Any]]:
        frame = self._frames.get((name,))
        return default if frame is None else frame.to_dicts()


def _listed(article: ArticlePage) -> Listed:
    return Listed(
        row={k: v for k, v in article.row.items() if k not in ("text", "pieces")},
        name=article.name,
        withheld=article.withheld,
        sentences=len(article.sentences),
        disputed=article.disputed,
        agreement=article.agreement,
        labels=article.labels,
        score=score(article),
    )


def score(article: ArticlePage) -> dict[str, str]:
    """Where in the article each label stands: an SVG path for each, of bars 1 high.

    The article is 1,000 wide, in proportion to its code points.
    """
    scale = _WIDTH / max(1, article.length)
    paths: dict[str, str] = {}
    for sentence in article.sentences:
        start, end = (round(sentence.row[name] * scale) for name in ("start", "end"))
        # A thin gap separates neighbours.
        width = max(1, end - start - 2)
        paths[sentence.label] = paths.get(sentence.label, "") + f"M{start} 0h{width}v1h-{width}z"
    return paths
