"""Articles to pieces, sentences and quotations: one pure function on Arrow batches.

It knows nothing of files or workers, so that another engine (Spark, Ray, Daft, the `map` of
`datasets`) can call it unchanged; `copydesk.build` runs it over a corpus.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from copydesk.contract.tables import CURRENT
from copydesk.text import Piece, segment
from copydesk.text.pieces import line_zones
from copydesk.text.quotations import Quotation, quotations, quoted_ratio
from copydesk.text.suggest import Suggestion, suggest


def _fields(table: str, *names: str) -> list[pa.Field]:
    columns = [CURRENT[table][name] for name in names]
    return [pa.field(c.name, c.type, nullable=c.nullable) for c in columns]


ARTICLES: Final = pa.schema(
    [
        *_fields("articles", *(name for name in CURRENT["articles"].names if name != "pieces")),
        pa.field("zones", pa.list_(pa.string())),
    ]
)
"""The columns that `build_batch` needs: the articles table without its pieces, and the zones of
lines that the source marks (`copydesk.text.pieces.line_zones`); every text is there."""

BUILT_ARTICLES: Final = pa.schema([*ARTICLES, *_fields("articles", "pieces")])

RECORDED_ARTICLES: Final = pa.schema(
    [*ARTICLES, BUILT_ARTICLES.field("pieces").with_nullable(True)]
)
"""The same with recorded pieces: null for an article that is to be cut."""

SENTENCES: Final = pa.schema(
    [
        *_fields("sentences", *CURRENT["sentences"].made_by("build")),
        pa.field("suggestion", pa.string()),
    ]
)
"""A row for each unit, with the label that the rules suggest; null in a language without rules."""

QUOTES: Final = pa.schema(_fields("quotes", *CURRENT["quotes"].made_by("build")))
"""A row for each quotation; groups come later, since they join articles."""

SCHEMAS: Final = {"articles": BUILT_ARTICLES, "sentences": SENTENCES, "quotes": QUOTES}


class Built(NamedTuple):
    """The result for a batch of articles, by the schemas of this module."""

    articles: pa.RecordBatch
    sentences: pa.RecordBatch
    quotes: pa.RecordBatch


def build_batch(articles: pa.RecordBatch, *, rules: bool = True) -> Built:
    """Cut a batch of articles into pieces, sentences and quotations.

    Args:
        articles: of the schema `ARTICLES`, or `RECORDED_ARTICLES` to keep pieces.
        rules: whether to suggest labels; not for a scheme that has no rules.

    Pure and deterministic: rows come out in the order of the articles, and the result of a batch
    is the concatenation of the results of its rows.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    for article in articles.to_pylist():
        _build_article(article, rows, rules)
    return Built(
        *(pa.RecordBatch.from_pylist(rows[name], schema) for name, schema in SCHEMAS.items())
    )


def _build_article(
    article: dict[str, Any], rows: dict[str, list[dict[str, Any]]], rules: bool
) -> None:
    text, language = article["text"], article["language"]
    held = article.get("pieces")
    if held is None:
        pieces = segment(text, language, zones=line_zones(article["zones"] or ()))
    else:
        pieces = [Piece(**piece) for piece in held]
    quotes = quotations(text, pieces, language=language)
    units = [piece for piece in pieces if piece.is_unit]
    ids = [f"{article['article_id']}.{number:03d}" for number in range(1, len(units) + 1)]
    rows["articles"].append(article | {"pieces": [piece._asdict() for piece in pieces]})
    suggested: Sequence[Suggestion | None] = [None] * len(units)
    if rules:
        suggested = suggest(text, pieces, quotes=quotes, language=language) or suggested
    for number, (name, unit, suggestion) in enumerate(
        zip(ids, units, suggested, strict=True), start=1
    ):
        rows["sentences"].append(
            {
                "sentence_id": name,
                "article_id": article["article_id"],
                "event": article["event"],
                "index": number,
                "start": unit.start,
                "end": unit.end,
                "zone": unit.zone,
                "text": text[unit.start : unit.end],
                "quoted_ratio": quoted_ratio(text, unit, quotes),
                "cues": _cues(suggestion) if suggestion else [],
                "suggestion": suggestion and suggestion.label,
            }
        )
    for number, quote in enumerate(quotes, start=1):
        rows["quotes"].append(_quote(article, number, quote, units, ids))


def _cues(suggestion: Suggestion) -> list[dict[str, Any]]:
    return [{"start": c.start, "end": c.end, "entry": c.entry} for c in suggestion.cues]


def _quote(
    article: dict[str, Any], number: int, quote: Quotation, units: list[Piece], ids: list[str]
) -> dict[str, Any]:
    text = article["text"]
    touched = [
        name
        for name, unit in zip(ids, units, strict=True)
        if unit.start < quote.end and quote.start < unit.end
    ]
    speaker = quote.speaker and {
        "start": quote.speaker[0],
        "end": quote.speaker[1],
        "text": text[quote.speaker[0] : quote.speaker[1]],
    }
    source = quote.source and {
        "start": quote.source.start,
        "end": quote.source.end,
        "text": text[quote.source.start : quote.source.end],
        "how": quote.source.how,
    }
    cue = quote.cue and {"start": quote.cue.start, "end": quote.cue.end, "entry": quote.cue.entry}
    return {
        "quote_id": f"{article['article_id']}.q{number:03d}",
        "article_id": article["article_id"],
        "event": article["event"],
        "sentence_ids": touched,
        "start": quote.start,
        "end": quote.end,
        "text": text[quote.start : quote.end],
        "form": quote.form,
        "speaker": speaker,
        "source": source,
        "cue": cue,
    }


@functools.cache
def text_code() -> str:
    """Names the version of the code and lexicons that find quotations, cues and suggestions."""
    package = Path(__file__).parent
    files = sorted(
        file for file in (package / "text").rglob("*.*") if file.suffix in {".py", ".toml"}
    )
    return digest_of([package / "utterances.py", *files])[:16]


def digest_of(files: Iterable[Path]) -> str:
    """The SHA-256 of files of code and data, whatever their line ends."""
    digest = hashlib.sha256()
    for path in files:
        if path.suffix in (".py", ".json", ".toml", ".txt"):
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
