"""Ways to damage the valid release, each with the rules of which one must name the damage.

A mutation signs again what a careful forger would: checksums, counts, the index and every
document, unless the missing signature is the damage. It is survived if no rule of its ``caught_by``
is found: being caught by some other rule would be an accident.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl
import pyarrow as pa
from specimens import ORCHARD, TEXTS, Specimen

from copydesk.contract.arrow import arrow_schema
from copydesk.contract.columns import Column
from copydesk.contract.tables import CURRENT
from copydesk.files import sha256_text
from copydesk.validate import RULES, Report, validate

_SHARED = {column.name for column in CURRENT["sentences"].columns}
TODAY = datetime.date(2026, 4, 15)


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One way to damage a release."""

    name: str
    caught_by: frozenset[str]
    damage: Callable[[Specimen], object]
    signed: bool = True

    def apply(self, specimen: Specimen) -> Report:
        """Damage a copy, sign it, and validate it."""
        self.damage(specimen)
        level = max(RULES[rule].level for rule in self.caught_by)
        if self.signed:
            # Documents are judged at level 5 only.
            _sign(specimen, documents=level == 5)
        rebuild = self.caught_by == {"rebuild-differs"}
        return validate(specimen.release, level=level, today=TODAY, rebuild=rebuild)

    def survives(self, report: Report) -> bool:
        """Whether no rule named the damage."""
        return not self.caught_by & report.counts.keys()


def _sign(specimen: Specimen, *, documents: bool) -> None:
    """Sign everything; where the data are too broken to describe, the files and the index."""
    try:
        specimen.sign(documents=documents)
    except Exception:  # whatever a renderer makes of damaged data
        specimen.sign(documents=False)


def mutations() -> Iterator[Mutation]:
    """All of them: each column by its type, then the relations, the files and the documents."""
    for table, columns in CURRENT.tables.items():
        for column in columns:
            yield from _of_column(table, column)
    for (table, name), rules in _SWAPS.items():
        yield _mutation(table, name, "swap", rules, _swap)
    yield from _of_rows()
    yield from _of_files()
    yield from _of_documents()


def _of_column(table: str, column: Column) -> Iterator[Mutation]:
    if table == "standoff" and column.name in _SHARED:
        return  # the same column, by the same model
    make = partial(_mutation, table, column.name)
    yield make("null", _null_rules(table, column), partial(_set, value=None))
    if not pa.types.is_nested(column.type):
        yield make("type", {"column-type"}, _retype)
    yield make("gone", {"column-missing"}, _drop)
    bad = _out_of_range(column)
    if bad is not None:
        rules = {"id-malformed" if column.pattern else "value-out-of-range"}
        if column.is_label:
            rules = {"label-unknown"}
        yield make("range", rules, partial(_set, value=bad))


def _mutation(
    table: str,
    column: str,
    what: str,
    rules: set[str],
    damage: Callable[[Specimen, str, str], object],
) -> Mutation:
    def run(specimen: Specimen) -> object:
        return damage(specimen, table, column)

    return Mutation(name=f"{table}.{column} {what}", caught_by=frozenset(rules), damage=run)


def _null_rules(table: str, column: Column) -> set[str]:
    if column.is_label and table != "annotations":
        return {"label-unresolved"}
    if not column.nullable:
        return {"value-null"}
    return _NULLS.get((table, column.name), {"source-disagrees"})


_NULLS = {
    ("articles", "text"): {"value-null"},
    ("articles", "attribution"): {"attribution-missing"},
    ("articles", "licence"): {"licence-unknown"},
    ("annotations", "round"): {"answer-mismatch"},
    ("quotes", "text"): {"value-null", "quote-mismatch"},
    ("quotes", "speaker"): {"rebuild-differs"},
    ("quotes", "cue"): {"rebuild-differs"},
    ("quotes", "group"): {"quote-mismatch"},
    ("quotes", "relation"): {"quote-mismatch"},
    ("quotes", "similarity"): {"quote-mismatch"},
}
"""Rules for nulls where null may be; elsewhere the corpus's sources say otherwise."""

_SWAPS = {
    ("sentences", "sentence_id"): {"sentence-order"},
    ("sentences", "article_id"): {"piece-coverage", "sentence-order"},
    ("sentences", "event"): {"split-mixed-event"},
    ("sentences", "index"): {"sentence-order"},
    ("sentences", "start"): {"sentence-offset-mismatch", "piece-coverage"},
    ("sentences", "end"): {"sentence-offset-mismatch", "piece-coverage"},
    ("sentences", "zone"): {"piece-coverage"},
    ("sentences", "text"): {"sentence-offset-mismatch"},
    ("sentences", "label"): {"votes-mismatch"},
    ("sentences", "votes"): {"votes-mismatch"},
    ("sentences", "agreement"): {"votes-mismatch"},
    ("sentences", "label_source"): {"votes-mismatch"},
    ("sentences", "quoted_ratio"): {"quoted-ratio-mismatch"},
    ("sentences", "cues"): {"cue-outside-sentence"},
    ("standoff", "start"): {"piece-coverage"},
    ("standoff", "label"): {"votes-mismatch"},
    ("standoff", "quoted_ratio"): {"quoted-ratio-mismatch"},
    ("standoff", "text_sha256"): {"rebuild-differs"},
    ("articles", "article_id"): {"text-hash-mismatch", "piece-coverage", "source-disagrees"},
    ("articles", "title"): {"source-disagrees"},
    ("articles", "outlet"): {"source-disagrees"},
    ("articles", "url"): {"source-disagrees"},
    ("articles", "attribution"): {"source-disagrees"},
    ("articles", "event"): {"split-mixed-event"},
    ("articles", "text"): {"text-hash-mismatch"},
    ("articles", "text_sha256"): {"text-hash-mismatch"},
    ("articles", "pieces"): {"piece-coverage"},
    ("annotations", "annotation_id"): {"answer-mismatch", "source-disagrees"},
    ("annotations", "sentence_id"): {"answer-mismatch"},
    ("annotations", "article_id"): {"answer-mismatch"},
    ("annotations", "text_sha256"): {"answer-mismatch"},
    ("annotations", "start"): {"answer-mismatch"},
    ("annotations", "end"): {"answer-mismatch"},
    ("annotations", "annotator"): {"answer-mismatch"},
    ("annotations", "round"): {"answer-mismatch"},
    ("annotations", "label"): {"votes-mismatch"},
    ("annotations", "created_at"): {"source-disagrees"},
    ("annotations", "lead_time_s"): {"source-disagrees"},
    ("quotes", "article_id"): {"quote-outside-sentence", "quote-mismatch"},
    ("quotes", "sentence_ids"): {"quote-outside-sentence"},
    ("quotes", "start"): {"quote-mismatch", "quote-outside-sentence"},
    ("quotes", "end"): {"quote-mismatch", "quote-outside-sentence"},
    ("quotes", "text"): {"quote-mismatch"},
    ("quotes", "speaker"): {"quote-mismatch"},
    ("quotes", "group"): {"quote-mismatch"},
}
"""Columns in which two rows of the specimen differ, and what a swap of the two breaks."""


def _set(specimen: Specimen, table: str, column: str, *, value: Any) -> None:
    specimen.set(table, column, value)


def _swap(specimen: Specimen, table: str, column: str) -> None:
    """Exchange the values of the first row and the first later one that differs."""
    frame = pl.read_parquet(specimen.parts(table)[0])
    values = frame[column].to_list()
    other = next(row for row, value in enumerate(values) if value != values[0])
    specimen.set(table, column, values[other])
    specimen.set(table, column, values[0], row=other)


def _retype(specimen: Specimen, table: str, column: str) -> None:
    def change(frame: pl.DataFrame) -> pl.DataFrame:
        kind = frame.schema[column]
        if kind == pl.String:
            return frame.with_columns(pl.col(column).cast(pl.Binary))
        return frame.with_columns(pl.col(column).cast(pl.String))

    specimen.edit(table, change)


def _drop(specimen: Specimen, table: str, column: str) -> None:
    specimen.edit(table, lambda frame: frame.drop(column))


def _out_of_range(column: Column) -> Any:
    if column.is_label:
        return 4
    if column.pattern:
        return "Not An Id"
    if column.choices:
        return "other"
    if column.maximum is not None:
        return column.maximum + 1
    return column.minimum - 1 if column.minimum is not None else None


def _of_rows() -> Iterator[Mutation]:
    def truncated(table: str, *rules: str) -> Mutation:
        def damage(specimen: Specimen) -> None:
            specimen.edit(table, lambda frame: frame.head(-1), split=specimen.parts(table)[0].stem)

        return _named(f"{table}: the last row is lost", damage, *rules)

    yield truncated("sentences", "piece-coverage")
    yield truncated("articles", "article-unknown")
    yield truncated("annotations", "votes-mismatch")
    yield truncated("quotes", "quoted-ratio-mismatch")
    for table in CURRENT.tables:
        rules = ["answer-duplicate"] if table == "annotations" else []

        def repeat(specimen: Specimen, table: str = table) -> None:
            first = specimen.parts(table)[0].stem
            specimen.edit(table, lambda f: pl.concat([f, f.tail(1)]), split=first)

        yield _named(f"{table}: a row stands twice", repeat, "id-duplicate", *rules)
    for by in (-1, 1):
        for table, column, rule in (
            ("sentences", "start", "sentence-offset-mismatch"),
            ("sentences", "end", "sentence-offset-mismatch"),
            ("annotations", "end", "answer-mismatch"),
            ("quotes", "start", "quote-mismatch"),
            ("quotes", "end", "quote-mismatch"),
        ):

            def shift(
                specimen: Specimen, table: str = table, column: str = column, by: int = by
            ) -> None:
                value = specimen.rows(table)[column][1]
                specimen.set(table, column, value + by, row=1)

            yield _named(f"{table}.{column} is off by {by}", shift, rule)
    yield _named("a byte of a sentence", _other_letter, "sentence-offset-mismatch")
    yield _named("a byte of an article, hashed again", _other_text, "sentence-offset-mismatch")
    yield _named("an answer is changed with its sentence's label", _relabel, "source-disagrees")
    yield _named("a sentence says it was adjudicated", _adjudicated, "rebuild-differs")
    yield _named("an event is moved to another split", _moved, "version-too-small")
    yield _named("half of an event is moved", _torn, "split-mixed-event")
    yield _named("a withheld article is called free", _freed, "licence-unknown")
    yield _named("a speaker's name in a withheld article", _speaker, "text-withheld-leaked")
    yield _named("a title of a withheld article", _title, "text-withheld-leaked")
    yield _named("a withheld sentence as an outlet", _outlet, "text-withheld-leaked")
    yield Mutation(
        name="a withheld sentence in the card",
        caught_by=frozenset({"text-withheld-leaked"}),
        damage=_quoted_in_card,
        signed=False,
    )
    yield _named("an annotator by name", _by_name, "personal-data")


def _named(name: str, damage: Callable[[Specimen], object], *rules: str) -> Mutation:
    return Mutation(name=name, caught_by=frozenset(rules), damage=damage)


def _other_letter(specimen: Specimen) -> None:
    text = specimen.rows("sentences")["text"][1]
    specimen.set("sentences", "text", text[:-2] + "k" + text[-1], row=1)


def _other_text(specimen: Specimen) -> None:
    text = TEXTS["orchard-day"].strip().replace("pear", "bear")
    specimen.describe("orchard-day", text=text, text_sha256=sha256_text(text))


def _relabel(specimen: Specimen) -> None:
    row = specimen.rows("annotations")["sentence_id"].to_list().index("orchard-day.001")
    for place in range(3):
        specimen.set("annotations", "label", 1, row=row + place)
    votes = {"quote": 0, "claim": 3, "speculation": 0, "background": 0}
    specimen.set("sentences", "votes", votes, row=ORCHARD)
    specimen.set("sentences", "label", 1, row=ORCHARD)


def _adjudicated(specimen: Specimen) -> None:
    specimen.set("sentences", "label_source", "adjudicated", row=ORCHARD)
    specimen.set("sentences", "label", 2, row=ORCHARD)


def _moved(specimen: Specimen) -> None:
    for table in ("sentences", "articles", "annotations", "quotes"):
        path = specimen.release / table / "validation.parquet"
        path.rename(specimen.release / table / "test2.parquet")
        moved = pl.read_parquet(specimen.release / table / "test2.parquet")
        (specimen.release / table / "test2.parquet").unlink()
        there = specimen.release / table / "test.parquet"
        rows = [pl.read_parquet(there), moved] if there.is_file() else [moved]
        specimen.put(table, "test", pl.concat(rows))
    specimen.amend(lambda manifest: manifest["splits"].update(ferry="test"))


def _torn(specimen: Specimen) -> None:
    moving = pl.col("article_id") == "bridge-wire"
    for table in ("sentences", "articles", "annotations", "quotes"):
        rows = specimen.rows(table).filter(moving).drop("split")
        specimen.edit(table, lambda frame: frame.filter(~moving), split="train")
        there = pl.read_parquet(specimen.release / table / "validation.parquet")
        specimen.put(table, "validation", pl.concat([there, rows]))


def _freed(specimen: Specimen) -> None:
    specimen.set("articles", "redistributable", True, split="test")


def _speaker(specimen: Specimen) -> None:
    speaker = specimen.rows("quotes").filter(pl.col("split") == "test")["speaker"][0]
    specimen.set("quotes", "speaker", speaker | {"text": "Jory Pell"}, split="test")


def _title(specimen: Specimen) -> None:
    title = TEXTS["kept-day"].splitlines()[0]
    specimen.set("articles", "title", title, split="test")


def _outlet(specimen: Specimen) -> None:
    specimen.describe("orchard-day", outlet=TEXTS["kept-day"].splitlines()[1])


def _quoted_in_card(specimen: Specimen) -> None:
    with (specimen.dataset / "README.md").open("a") as card:
        card.write(f"\nAn example: {TEXTS['kept-day'].splitlines()[1]}\n")


def _by_name(specimen: Specimen) -> None:
    named = pl.when(pl.col("annotator") == "a1").then(pl.lit("maria-lopez"))
    specimen.edit(
        "annotations",
        lambda frame: frame.with_columns(named.otherwise("annotator").alias("annotator")),
    )
    people = dict.fromkeys(("maria-lopez", "a2", "a3"), "human")
    specimen.amend(lambda manifest: manifest.update(annotators=people))


def _of_files() -> Iterator[Mutation]:
    def unsigned(name: str, damage: Callable[[Specimen], object], *rules: str) -> Mutation:
        return Mutation(name=name, caught_by=frozenset(rules), damage=damage, signed=False)

    def flip(specimen: Specimen) -> None:
        path = specimen.parts("sentences")[0]
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    yield unsigned("a bit of a table", flip, "checksum-mismatch")
    yield unsigned("a table is deleted", lambda s: s.parts("quotes")[0].unlink(), "file-missing")
    yield unsigned(
        "a file is added",
        lambda s: (s.release / "sentences" / "extra.parquet").write_bytes(b""),
        "file-unlisted",
    )
    yield unsigned(
        "a table is cut short",
        lambda s: s.replace("sentences/train.parquet", s.parts("sentences")[0].read_bytes()[:-9]),
        "parquet-unreadable",
    )
    yield unsigned(
        "release.json is gone", lambda s: (s.release / "release.json").unlink(), "file-missing"
    )
    yield unsigned("another table in its place", _other_table, "column-missing")
    yield unsigned("a manifest signed again over changed data", _resigned, "release-changed")
    yield _named(
        "a whole table is deleted",
        partial(_without, table="quotes"),
        "quoted-ratio-mismatch",
    )
    yield _named(
        "all articles are deleted",
        partial(_without, table="articles"),
        "article-unknown",
    )


def _without(specimen: Specimen, table: str) -> None:
    for path in specimen.parts(table):
        path.unlink()


def _other_table(specimen: Specimen) -> None:
    data = specimen.parts("articles")[0].read_bytes()
    specimen.replace("quotes/train.parquet", data)


def _resigned(specimen: Specimen) -> None:
    index = specimen.dataset / "releases" / "index.json"
    published = index.read_text()
    specimen.set("sentences", "label", 0)
    specimen.sign()
    index.write_text(published)


def _of_documents() -> Iterator[Mutation]:
    for name, key, value, rule in (
        ("an unknown licence", "licence", "CC-BY-9.9", "licence-unknown"),
        ("a licence that is not allowed", "licence", "CC-BY-NC-4.0", "licence-unknown"),
        ("no attribution", "attribution", None, "attribution-missing"),
        ("a telephone number", "attribution", "The Day, +44 20 7946 0958", "personal-data"),
        ("a language that is none", "language", "English", "value-out-of-range"),
        ("a day that is none", "published", "2026-02-30", "value-out-of-range"),
    ):

        def describe(specimen: Specimen, key: str = key, value: Any = value) -> None:
            specimen.describe("orchard-day", **{key: value})

        yield _named(name, describe, rule)
    for file, old, new, rule in (
        ("dataset/README.md", "holds 22 sentences", "holds 24 sentences", "card-disagrees"),
        ("dataset/README.md", "num_examples: 15", "num_examples: 16", "card-disagrees"),
        ("dataset/README.md", "releases/1.1.0/", "releases/1.0.0/", "card-disagrees"),
        ("dataset/CHANGES.md", "orchard-day.001", "orchard-day.101", "changes-missing"),
        ("DATASHEET.md", "train 15 sentences", "train 16 sentences", "datasheet-disagrees"),
    ):

        def reword(specimen: Specimen, file: str = file, old: str = old, new: str = new) -> None:
            text = (specimen.root / file).read_text()
            assert old in text
            (specimen.root / file).write_text(text.replace(old, new))

        yield Mutation(
            name=f"{file}: {new}", caught_by=frozenset({rule}), damage=reword, signed=False
        )
    for old_bytes, new_bytes in (
        (b'"counts/rows": 15', b'"counts/rows": 51'),
        (b'"version": "1.1.0"', b'"version": "1.0.0"'),
        (b"sc:Integer", b"sc:Text"),
    ):
        yield from _croissant(old_bytes, new_bytes)
    yield Mutation(
        name="features with other labels",
        caught_by=frozenset({"schema-disagrees"}),
        damage=_other_labels,
    )
    yield _named("the version is lowered", lambda s: s.rename("1.0.1"), "version-too-small")
    yield from _of_manifest()


def _of_manifest() -> Iterator[Mutation]:
    changes: tuple[tuple[str, Any, str], ...] = (
        ("annotators", {"a1": "human", "a2": "human", "a3": "model"}, "answer-mismatch"),
        ("splits", {"bridge": "test"}, "split-mixed-event"),
        ("created", "2026-04-01 00:00", "schema-violation"),
        ("schema_version", "one", "schema-violation"),
    )
    for key, value, rule in changes:

        def amend(specimen: Specimen, key: str = key, value: Any = value) -> None:
            specimen.amend(lambda manifest: manifest.update({key: value}))

        yield _named(f"release.json: {key}", amend, rule)


def _croissant(old: bytes, new: bytes) -> Iterator[Mutation]:
    def damage(specimen: Specimen) -> None:
        data = (specimen.release / "croissant.json").read_bytes()
        assert old in data
        specimen.replace("croissant.json", data.replace(old, new))

    yield Mutation(
        name=f"croissant.json: {new.decode()}",
        caught_by=frozenset({"croissant-disagrees"}),
        damage=damage,
        signed=False,
    )


def _other_labels(specimen: Specimen) -> None:
    metadata = arrow_schema("standoff").metadata
    wrong = metadata[b"huggingface"].replace(b'"quote", "claim"', b'"claim", "quote"')
    rows = specimen.rows("standoff").drop("split")
    specimen.put("standoff", "test", rows, {**metadata, b"huggingface": wrong})
