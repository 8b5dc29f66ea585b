"""The tables of a release: every column of every table, defined here and nowhere else.

Arrow schemas, `datasets` features, JSON Schemas, the checks of values and the card's lists of
columns are each derived by one function of this package from a `Contract`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa

from copydesk.contract.columns import (
    ANNOTATOR_KINDS,
    ARMS,
    FLAGS,
    FORMS,
    LABEL_SOURCES,
    RELATIONS,
    SENTENCE_ID,
    SHA256,
    SLUG,
    UNIT_ZONES,
    Column,
    Table,
)
from copydesk.contract.labels import NEWS, Scheme
from copydesk.contract.schema_versions import SCHEMA_VERSION, SCHEMA_VERSIONS, schema_number
from copydesk.errors import InputError

_STRING = pa.string()
_INT = pa.int32()
_SHARE = pa.float64()


def _list(kind: pa.DataType) -> pa.DataType:
    # Parquet's name for the items of a list, so that the type is the same after reading.
    return pa.list_(pa.field("element", kind))


_CUE = pa.struct([("start", _INT), ("end", _INT), ("entry", _STRING)])
_SPAN = pa.struct([("start", _INT), ("end", _INT), ("text", _STRING)])
_SOURCE = pa.struct([("start", _INT), ("end", _INT), ("text", _STRING), ("how", _STRING)])
_PIECE = pa.struct([("start", _INT), ("end", _INT), ("zone", _STRING), ("is_unit", pa.bool_())])


_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
# Without a user's name and password, and nothing that a browser would run.
_URL = r"^https?://[^\s/?#@]+([/?#][^\s]*)?$"

_answered = functools.partial(Column, step="answer")
_aggregated = functools.partial(Column, step="aggregate")
_released = functools.partial(Column, step="release")


def _sentence_columns(scheme: Scheme, text: Column) -> tuple[Column, ...]:
    return (
        Column(
            name="sentence_id",
            type=_STRING,
            pattern=SENTENCE_ID,
            key=True,
            meaning="`<article_id>.<nnn>`, the sentence's number in its article",
        ),
        Column(name="article_id", type=_STRING, pattern=SLUG, meaning="the article"),
        Column(name="event", type=_STRING, pattern=SLUG, meaning="the event reported"),
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
        _aggregated(name="label", type=pa.int64(), meaning="the label"),
        _aggregated(
            name="votes",
            type=pa.struct([(label, _INT) for label in scheme.names]),
            meaning="answers for each label",
        ),
        _aggregated(name="n_annotators", type=_INT, minimum=1, meaning="how many answered"),
        _aggregated(
            name="agreement",
            type=_SHARE,
            minimum=0,
            maximum=1,
            meaning="share of the answers that went to the commonest label",
        ),
        _aggregated(
            name="label_source",
            type=_STRING,
            choices=LABEL_SOURCES,
            meaning="how the label came from the answers",
        ),
        _aggregated(
            name="adjudicator",
            type=_STRING,
            since="1.1",
            nullable=True,
            pattern=SLUG,
            meaning="pseudonym of whoever decided an adjudicated label; null for other labels",
        ),
        _aggregated(
            name="reason",
            type=_STRING,
            since="1.1",
            nullable=True,
            meaning="why the adjudicator decided so (its SHA-256 if the article was withdrawn); "
            "null for other labels",
        ),
        Column(
            name="quoted_ratio",
            type=_SHARE,
            minimum=0,
            maximum=1,
            meaning="share of its words inside quotation marks",
            by_machine=True,
        ),
        Column(
            name="cues",
            type=_list(_CUE),
            meaning="offsets of reporting and hedging words, with our lexicon's entry",
            by_machine=True,
        ),
    )


_ARTICLE_COLUMNS: Final = (
    Column(name="article_id", type=_STRING, pattern=SLUG, key=True, meaning="the article"),
    Column(name="collection", type=_STRING, pattern=SLUG, meaning="articles that came together"),
    Column(name="title", type=_STRING, nullable=True, meaning="the title; null if withheld"),
    Column(name="outlet", type=_STRING, nullable=True, meaning="who published it"),
    Column(name="url", type=_STRING, nullable=True, pattern=_URL, meaning="where it was published"),
    Column(name="published", type=_STRING, nullable=True, is_date=True, meaning="date, YYYY-MM-DD"),
    Column(name="language", type=_STRING, pattern=_LANGUAGE, meaning="BCP 47 tag"),
    Column(
        name="genre",
        type=_STRING,
        since="1.1",
        nullable=True,
        pattern=SLUG,
        meaning="what kind of article it is, such as news, interview or obituary",
    ),
    Column(name="licence", type=_STRING, nullable=True, meaning="SPDX id; null if none"),
    Column(
        name="attribution",
        type=_STRING,
        nullable=True,
        meaning="who must be named; null if withheld",
    ),
    Column(name="redistributable", type=pa.bool_(), meaning="whether its text is given"),
    Column(name="event", type=_STRING, pattern=SLUG, meaning="the event reported"),
    Column(name="text", type=_STRING, nullable=True, meaning="the text; null if withheld"),
    Column(
        name="text_sha256",
        type=_STRING,
        pattern=SHA256,
        meaning="SHA-256 of the canonical text in UTF-8",
    ),
    Column(
        name="pieces",
        type=_list(_PIECE),
        meaning="every part of the text, with its zone and whether it is labelled",
    ),
)

_ANNOTATION_COLUMNS: Final = (
    _answered(name="annotation_id", type=_STRING, key=True, meaning="the answer"),
    _answered(name="sentence_id", type=_STRING, pattern=SENTENCE_ID, meaning="the sentence"),
    _answered(name="article_id", type=_STRING, pattern=SLUG, meaning="the article"),
    _answered(
        name="text_sha256",
        type=_STRING,
        pattern=SHA256,
        meaning="SHA-256 of the article's text that was read",
    ),
    _answered(name="start", type=_INT, minimum=0, meaning="first code point in the article"),
    _answered(name="end", type=_INT, minimum=1, meaning="code point after the last"),
    _answered(name="annotator", type=_STRING, pattern=SLUG, meaning="pseudonym"),
    _answered(
        name="annotator_kind",
        type=_STRING,
        choices=ANNOTATOR_KINDS,
        meaning="human, model or rule",
    ),
    _answered(name="round", type=_STRING, nullable=True, pattern=SLUG, meaning="the round"),
    _answered(
        name="arm",
        type=_STRING,
        nullable=True,
        choices=ARMS,
        meaning="whether a suggestion was shown",
    ),
    _answered(
        name="label",
        type=pa.int64(),
        null_since="1.1",
        meaning="the answer's label",
    ),
    _answered(name="created_at", type=pa.timestamp("us", tz="UTC"), meaning="when, in UTC"),
    _answered(
        name="lead_time_s",
        type=_SHARE,
        nullable=True,
        minimum=0,
        meaning="seconds the answer took",
    ),
    _answered(
        name="guidelines_version",
        type=_STRING,
        nullable=True,
        meaning="the guidelines that were followed",
    ),
    _answered(
        name="flag",
        type=_STRING,
        since="1.1",
        nullable=True,
        choices=FLAGS,
        meaning="unsure, beside a label; badly-cut or not-a-unit, in place of one, which is null",
    ),
)

_QUOTE_COLUMNS: Final = (
    Column(name="quote_id", type=_STRING, key=True, meaning="the quotation"),
    Column(name="article_id", type=_STRING, pattern=SLUG, meaning="the article"),
    Column(name="event", type=_STRING, pattern=SLUG, meaning="the event reported"),
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
    Column(
        name="source",
        type=_SOURCE,
        since="1.1",
        nullable=True,
        meaning="who that is: the article's fullest mention of the same person or body, and how "
        "it was found (sentence, neighbour, continuation, turn or resolved); null where it is not "
        "sure; its text is null if withheld",
    ),
    Column(name="cue", type=_CUE, nullable=True, meaning="the reporting word"),
    _released(
        name="group",
        type=_STRING,
        nullable=True,
        meaning="the utterance, shared by articles of one event; null if it stands alone",
    ),
    _released(
        name="relation",
        type=_STRING,
        nullable=True,
        choices=RELATIONS,
        meaning="to the fullest quotation of its group",
    ),
    _released(
        name="similarity",
        type=_SHARE,
        nullable=True,
        minimum=0,
        maximum=1,
        meaning="to the fullest quotation of its group",
    ),
)


def _tables(scheme: Scheme) -> tuple[Table, ...]:
    """Every table that any schema version has, with every column, in order."""
    text = Column(name="text", type=_STRING, meaning="the sentence, `article.text[start:end]`")
    text_sha256 = _released(
        name="text_sha256",
        type=_STRING,
        pattern=SHA256,
        meaning="SHA-256 of the sentence, whose text is withheld",
    )
    return (
        Table(
            name="sentences",
            meaning="a labelled sentence with its text",
            by_place=True,
            columns=_sentence_columns(scheme, text),
        ),
        Table(
            name="standoff",
            meaning="a labelled sentence without its text",
            by_place=True,
            columns=_sentence_columns(scheme, text_sha256),
        ),
        Table(name="articles", meaning="an article", columns=_ARTICLE_COLUMNS),
        Table(
            name="annotations", meaning="one answer of one annotator", columns=_ANNOTATION_COLUMNS
        ),
        Table(
            name="quotes",
            meaning="a quotation, found by rules",
            by_place=True,
            by_machine=True,
            columns=_QUOTE_COLUMNS,
        ),
    )


@functools.cache
def _known(scheme: Scheme, version: str) -> Mapping[str, Table]:
    age = schema_number(version)

    def known(thing: Table | Column) -> bool:
        return schema_number(thing.since) <= age

    def as_known(column: Column) -> Column:
        may_be_null = column.null_since and schema_number(column.null_since) <= age
        return replace(column, nullable=True) if may_be_null else column

    return MappingProxyType(
        {
            table.name: replace(table, columns=tuple(map(as_known, filter(known, table.columns))))
            for table in filter(known, _tables(scheme))
        }
    )


@dataclass(frozen=True, slots=True)
class Contract:
    """What a release is held to: the tables of one schema version with the labels of one scheme.

    Args:
        scheme: the labels.
        version: one of `copydesk.contract.schema_versions.SCHEMA_VERSIONS`.
    """

    scheme: Scheme = NEWS
    version: str = SCHEMA_VERSION

    @classmethod
    def of_release(cls, manifest: Mapping[str, Any]) -> Contract:
        """The contract that a ``release.json`` states.

        A schema version that is missing or unknown is taken for the newest, and labels that cannot
        be read for those of the news scheme, so that everything is judged; `copydesk validate`
        reports what is wrong with the manifest. Before schema 1.1 every release had the news
        scheme.
        """
        version = manifest.get("schema_version")
        known = version if version in SCHEMA_VERSIONS else SCHEMA_VERSION
        stated = manifest.get("scheme")
        if stated is None or known == "1.0":
            return cls(NEWS, known)
        from copydesk.contract.conformance import fast_validator

        if not fast_validator("labels").is_valid(stated):
            return cls(NEWS, known)
        try:
            return cls(Scheme.of(stated), known)
        except InputError:
            return cls(NEWS, known)

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables by name, in order, each with the columns that this version has."""
        return _known(self.scheme, self.version)

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]


CURRENT: Final = Contract()
"""The newest schema version with the news scheme."""


def release_file(table: str, split: str) -> str:
    """The path of a table's split inside a release folder."""
    return f"{table}/{split}.parquet"
