"""The five tables of a release: their columns, and their Parquet files.

Every other description of a table (JSON Schema, pandera model, `datasets` features, the card's
YAML) is derived from `TABLES`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.contract.labels import LABELS

SCHEMA_VERSION: Final = "1.0"
SPLITS: Final = ("train", "validation", "test")
ZONES: Final = (
    "headline",
    "dateline",
    "byline",
    "subhead",
    "caption",
    "credit",
    "note",
    "body",
)
UNIT_ZONES: Final = ("headline", "caption", "body")
LABEL_SOURCES: Final = (
    "single",
    "unanimous",
    "majority",
    "adjudicated",
    "dawid-skene",
    "mace",
)
ANNOTATOR_KINDS: Final = ("human", "model", "rule")
ARMS: Final = ("blind", "suggested")
FORMS: Final = ("direct", "partial", "continuation")
RELATIONS: Final = ("identical", "truncated", "bracketed", "reworded")

_SLUG = r"^[a-z0-9][a-z0-9-]{0,63}$"
_SENTENCE_ID = r"^[a-z0-9][a-z0-9-]{0,63}\.[0-9]{3,}$"
_SHA256 = r"^[0-9a-f]{64}$"

_STRING = pa.string()
_INT = pa.int32()
_SHARE = pa.float64()
_CUE = pa.struct([("start", _INT), ("end", _INT), ("entry", _STRING)])
_SPAN = pa.struct([("start", _INT), ("end", _INT), ("text", _STRING)])
_PIECE = pa.struct([("start", _INT), ("end", _INT), ("zone", _STRING), ("is_unit", pa.bool_())])
_VOTES = pa.struct([(label, _INT) for label in LABELS])


def _list(kind: pa.DataType) -> pa.DataType:
    # The name that Parquet gives to the items of a list, so that a type is the same when read.
    return pa.list_(pa.field("element", kind))


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a table.

    Args:
        type: the Arrow type; a ``label`` column is int64 with the labels' names as its ClassLabel.
        meaning: one line for the card.
        choices: the only values allowed, if they are few.
        key: whether the values are unique within the release.
    """

    name: str
    type: pa.DataType
    meaning: str
    nullable: bool = False
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] | None = None
    key: bool = False

    @property
    def is_label(self) -> bool:
        """Whether the column holds label numbers."""
        return self.name == "label"


def _sentence_columns(text: Column) -> tuple[Column, ...]:
    return (
        Column(
            name="sentence_id",
            type=_STRING,
            pattern=_SENTENCE_ID,
            key=True,
            meaning="`<article_id>.<nnn>`, the sentence's number in its article",
        ),
        Column(name="article_id", type=_STRING, pattern=_SLUG, meaning="the article"),
        Column(name="event", type=_STRING, pattern=_SLUG, meaning="the event reported"),
        Column(name="index", type=_INT, minimum=1, meaning="place in the article, from 1"),
        Column(name="start", type=_INT, minimum=0, meaning="first code point in the article"),
        Column(name="end", type=_INT, minimum=1, meaning="code point after the last"),
        Column(
            name="zone",
            type=_STRING,
            choices=UNIT_ZONES,
            meaning="part of the article it stands in",
        ),
        text,
        Column(name="label", type=pa.int64(), meaning="the label"),
        Column(name="votes", type=_VOTES, meaning="answers for each label"),
        Column(name="n_annotators", type=_INT, minimum=1, meaning="how many answered"),
        Column(
            name="agreement",
            type=_SHARE,
            minimum=0,
            maximum=1,
            meaning="share of the answers that went to the commonest label",
        ),
        Column(
            name="label_source",
            type=_STRING,
            choices=LABEL_SOURCES,
            meaning="how the label came from the answers",
        ),
        Column(
            name="quoted_ratio",
            type=_SHARE,
            minimum=0,
            maximum=1,
            meaning="share of its words inside quotation marks",
        ),
        Column(
            name="cues",
            type=_list(_CUE),
            meaning="offsets of reporting and hedging words, with our lexicon's entry",
        ),
    )


TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "sentences": _sentence_columns(
        Column(name="text", type=_STRING, meaning="the sentence, `article.text[start:end]`")
    ),
    "standoff": _sentence_columns(
        Column(
            name="text_sha256",
            type=_STRING,
            pattern=_SHA256,
            meaning="SHA-256 of the sentence, whose text is withheld",
        )
    ),
    "articles": (
        Column(name="article_id", type=_STRING, pattern=_SLUG, key=True, meaning="the article"),
        Column(
            name="collection", type=_STRING, pattern=_SLUG, meaning="articles that came together"
        ),
        Column(name="title", type=_STRING, nullable=True, meaning="the title; null if withheld"),
        Column(name="outlet", type=_STRING, nullable=True, meaning="who published it"),
        Column(name="url", type=_STRING, nullable=True, meaning="where it was published"),
        Column(name="published", type=_STRING, nullable=True, meaning="date, YYYY-MM-DD"),
        Column(name="language", type=_STRING, meaning="BCP 47 tag"),
        Column(name="licence", type=_STRING, nullable=True, meaning="SPDX id; null if none"),
        Column(
            name="attribution",
            type=_STRING,
            nullable=True,
            meaning="who must be named; null if withheld",
        ),
        Column(name="redistributable", type=pa.bool_(), meaning="whether its text is given"),
        Column(name="event", type=_STRING, pattern=_SLUG, meaning="the event reported"),
        Column(name="text", type=_STRING, nullable=True, meaning="the text; null if withheld"),
        Column(
            name="text_sha256",
            type=_STRING,
            pattern=_SHA256,
            meaning="SHA-256 of the canonical text in UTF-8",
        ),
        Column(
            name="pieces",
            type=_list(_PIECE),
            meaning="every part of the text, with its zone and whether it is labelled",
        ),
    ),
    "annotations": (
        Column(name="annotation_id", type=_STRING, key=True, meaning="the answer"),
        Column(name="sentence_id", type=_STRING, pattern=_SENTENCE_ID, meaning="the sentence"),
        Column(name="article_id", type=_STRING, pattern=_SLUG, meaning="the article"),
        Column(
            name="text_sha256",
            type=_STRING,
            pattern=_SHA256,
            meaning="SHA-256 of the article's text that was read",
        ),
        Column(name="start", type=_INT, minimum=0, meaning="first code point in the article"),
        Column(name="end", type=_INT, minimum=1, meaning="code point after the last"),
        Column(name="annotator", type=_STRING, pattern=_SLUG, meaning="pseudonym"),
        Column(
            name="annotator_kind",
            type=_STRING,
            choices=ANNOTATOR_KINDS,
            meaning="human, model or rule",
        ),
        Column(name="round", type=_STRING, nullable=True, pattern=_SLUG, meaning="the round"),
        Column(
            name="arm",
            type=_STRING,
            nullable=True,
            choices=ARMS,
            meaning="whether a suggestion was shown",
        ),
        Column(name="label", type=pa.int64(), meaning="the answer's label"),
        Column(name="created_at", type=pa.timestamp("us", tz="UTC"), meaning="when, in UTC"),
        Column(
            name="lead_time_s",
            type=_SHARE,
            nullable=True,
            minimum=0,
            meaning="seconds the answer took",
        ),
        Column(
            name="guidelines_version",
            type=_STRING,
            nullable=True,
            meaning="the guidelines that were followed",
        ),
    ),
    "quotes": (
        Column(name="quote_id", type=_STRING, key=True, meaning="the quotation"),
        Column(name="article_id", type=_STRING, pattern=_SLUG, meaning="the article"),
        Column(name="event", type=_STRING, pattern=_SLUG, meaning="the event reported"),
        Column(
            name="sentence_ids",
            type=_list(_STRING),
            meaning="the labelled sentences that it touches",
        ),
        Column(name="start", type=_INT, minimum=0, meaning="first code point in the article"),
        Column(name="end", type=_INT, minimum=1, meaning="code point after the last"),
        Column(name="text", type=_STRING, nullable=True, meaning="the words; null if withheld"),
        Column(name="form", type=_STRING, choices=FORMS, meaning="direct, partial or continuation"),
        Column(
            name="speaker",
            type=_SPAN,
            nullable=True,
            meaning="who speaks, where the sentence shows it; its text is null if withheld",
        ),
        Column(name="cue", type=_CUE, nullable=True, meaning="the reporting word"),
        Column(
            name="group",
            type=_STRING,
            nullable=True,
            meaning="the utterance, shared by articles of one event; null if it stands alone",
        ),
        Column(
            name="relation",
            type=_STRING,
            nullable=True,
            choices=RELATIONS,
            meaning="to the fullest quotation of its group",
        ),
        Column(
            name="similarity",
            type=_SHARE,
            nullable=True,
            minimum=0,
            maximum=1,
            meaning="to the fullest quotation of its group",
        ),
    ),
}
"""The columns of each config, in order."""


def arrow_schema(table: str, *, metadata: dict[str, str] | None = None) -> pa.Schema:
    """The Arrow schema of a table, with the `datasets` features in its metadata.

    Args:
        table: a name in `TABLES`.
        metadata: written under the key ``copydesk`` as JSON, such as the release's version.
    """
    # Every field may be null as far as Arrow knows: `datasets` takes the ClassLabel of a field from
    # the metadata only then. Where no null may stand is for `copydesk validate` to see.
    fields = [pa.field(c.name, c.type) for c in TABLES[table]]
    features = {c.name: _feature(c.type, is_label=c.is_label) for c in TABLES[table]}
    return pa.schema(
        fields,
        metadata={
            "huggingface": json.dumps({"info": {"features": features}}, sort_keys=True),
            "copydesk": json.dumps({"table": table, **(metadata or {})}, sort_keys=True),
        },
    )


def _feature(kind: pa.DataType, *, is_label: bool = False) -> dict[str, Any]:
    if is_label:
        return {"names": list(LABELS), "_type": "ClassLabel"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    return {"dtype": _DTYPES.get(str(kind), str(kind)), "_type": "Value"}


_DTYPES = {"double": "float64"}


def write_table(table: pa.Table, path: Path) -> None:
    """Write one Parquet file: zstd, the same bytes for the same rows.

    Raises:
        OSError: the disk refuses.
    """
    with pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=9) as writer:
        # `datasets` cannot read an empty row group, but a file without any it can.
        if table.num_rows:
            writer.write_table(table)


def release_file(table: str, split: str) -> str:
    """The path of a table's split inside a release folder."""
    return f"{table}/{split}.parquet"
