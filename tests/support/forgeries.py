"""Damages by somebody who read the code: everything that can be signed again is signed again.

Each is tried on the whole corpus, on the data set folder alone and on the release alone. What no
folder by itself contradicts is caught by the corpus only.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from specimens import Specimen

from copydesk.files import dump_json

SECRET = "A walled garden was found behind the old brewery when a shed fell down on Sunday."
"""A sentence of the article that the valid corpus withholds."""


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """One damage, and the targets whose validation must find it."""

    kind: str
    name: str
    damage: Callable[[Specimen], object]
    caught_by: tuple[str, ...] = ("corpus", "data set", "release")


def _file(name: str, text: str) -> Callable[[Specimen], object]:
    def damage(specimen: Specimen) -> None:
        path = specimen.dataset / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    return damage


def _say(name: str, text: str) -> Callable[[Specimen], object]:
    def damage(specimen: Specimen) -> None:
        with (specimen.root / name).open("a", encoding="utf-8") as stream:
            stream.write(f"\n{text}\n")

    return damage


def _state(**values: Any) -> Callable[[Specimen], object]:
    def damage(specimen: Specimen) -> None:
        specimen.amend(lambda manifest: manifest.update(values))
        specimen.sign()

    return damage


def _escaping(specimen: Specimen) -> None:
    """The version is a path; nothing of copydesk would sign such a release."""
    specimen.amend(lambda manifest: manifest.update(version="../../../escaped"))
    specimen.sign_index()


def _of_corpus(**values: Any) -> Callable[[Specimen], object]:
    def damage(specimen: Specimen) -> None:
        specimen.amend(lambda manifest: manifest["corpus"].update(values))
        specimen.sign()

    return damage


def _arrow(table: str, change: Callable[[pa.Table], pa.Table]) -> Callable[[Specimen], object]:
    def damage(specimen: Specimen) -> None:
        for path in specimen.parts(table):
            pq.write_table(change(pq.read_table(path, partitioning=None)), path)
        specimen.sign(documents=False)

    return damage


def _cast(column: str, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(column)
        field = table.schema.field(place).with_type(kind)
        return table.set_column(place, field, table.column(place).cast(kind))

    return change


def _meta(table: pa.Table) -> pa.Table:
    field = table.schema.field(0).with_metadata({"note": SECRET.upper()})
    return table.set_column(0, field, table.column(0))


def _twice(table: pa.Table) -> pa.Table:
    return table.append_column("label", table.column("label"))


def _nobody(specimen: Specimen) -> None:
    """An answer is dropped with its vote."""

    def less(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(
            ~((pl.col("sentence_id") == "bridge-day.002") & (pl.col("annotator") == "a3"))
        )

    specimen.edit("annotations", less)
    votes = specimen.rows("sentences").filter(sentence_id="bridge-day.002")["votes"][0]
    label = max(votes, key=votes.get)

    def recount(frame: pl.DataFrame) -> pl.DataFrame:
        own = pl.col("sentence_id") == "bridge-day.002"
        fewer = pl.col("votes").struct.with_fields(pl.field(label) - 1)
        return frame.with_columns(
            pl.when(own).then(fewer).otherwise(pl.col("votes")).alias("votes"),
            pl.when(own)
            .then(2)
            .otherwise(pl.col("n_annotators"))
            .cast(pl.Int32)
            .alias("n_annotators"),
        )

    specimen.edit("sentences", recount)
    specimen.sign()


def _promoted(specimen: Specimen) -> None:
    """A person is called a model, in every place of the release."""
    who = pl.col("annotator") == "a1"
    kind = pl.when(who).then(pl.lit("model")).otherwise(pl.col("annotator_kind"))
    specimen.edit("annotations", lambda frame: frame.with_columns(kind.alias("annotator_kind")))
    specimen.amend(lambda manifest: manifest["annotators"].update(a1="model"))
    specimen.sign()


def _left_in_raw(specimen: Specimen) -> None:
    text = (specimen.root / "private" / "raw" / "kept-day.txt").read_text()
    (specimen.corpus.raw / "stories" / "kept-day.txt").write_text(text)


def _leaking_outlet(text: str) -> Callable[[Specimen], object]:
    def damage(specimen: Specimen) -> None:
        specimen.describe("mill-day", outlet=text)
        specimen.sign()

    return damage


def _index(change: Callable[[dict[str, Any]], object]) -> Callable[[Specimen], object]:
    def damage(specimen: Specimen) -> None:
        path = specimen.dataset / "releases" / "index.json"
        document = json.loads(path.read_text())
        change(document)
        path.write_text(dump_json(document))

    return damage


def _linked(specimen: Specimen) -> None:
    shutil.move(specimen.release, specimen.root / "elsewhere")
    specimen.release.symlink_to(specimen.root / "elsewhere")


def _configure(text: str) -> Callable[[Specimen], object]:
    return lambda specimen: specimen.configure(text)


_WHOLE = ("corpus", "data set")
_WORDS = " ".join(SECRET.split()[1:14])

FORGERIES: tuple[Forgery, ...] = tuple(
    Forgery(kind=kind, name=name, damage=damage, caught_by=caught)
    for kind, name, damage, caught in (
        ("scope", "a withheld text left in raw", _left_in_raw, ("corpus", "data set")),
        ("scope", "notes", _file("NOTES.md", "to do"), _WHOLE),
        ("scope", "a loading script", _file("dataset.py", "1/0"), _WHOLE),
        ("scope", "a hidden folder", _file(".old/a.txt", SECRET), _WHOLE),
        ("scope", "a leftover", _file("raw/stories/.x.abc.part", SECRET), _WHOLE),
        (
            "checks",
            "an older schema",
            _state(schema_version="0.9"),
            ("corpus", "data set", "release"),
        ),
        ("checks", "no schema", _state(schema_version=None), ("corpus", "data set", "release")),
        ("checks", "no release before", _state(previous=None), (*_WHOLE, "release")),
        ("checks", "another release before", _state(previous="0.9.0"), (*_WHOLE, "release")),
        (
            "checks",
            "leaks waived for ever",
            _configure(
                '[[waivers]]\nrule = "text-withheld-leaked"\n'
                'reason = "we know better"\nuntil = "9999-01-01"'
            ),
            ("corpus",),
        ),
        ("checks", "a threshold of nan", _configure("[checks]\nalpha_min = nan"), ("corpus",)),
        (
            "reader",
            ".huggingface.yaml",
            _file(".huggingface.yaml", "configs: []"),
            ("corpus", "data set", "release"),
        ),
        (
            "reader",
            "dataset_infos.json",
            _file("dataset_infos.json", "{}"),
            ("corpus", "data set", "release"),
        ),
        ("reader", "an empty index", _index(lambda d: d.update(releases=[])), _WHOLE),
        ("reader", "an index without the newest", _index(lambda d: d["releases"].pop()), _WHOLE),
        (
            "reader",
            "an index entry rewritten",
            _index(lambda d: d["releases"][0].update(created="2026-01-01T00:00:00Z")),
            _WHOLE,
        ),
        ("reader", "a linked release", _linked, _WHOLE),
        (
            "reader",
            "large_list",
            _arrow(
                "sentences",
                _cast(
                    "cues",
                    pa.large_list(
                        pa.struct(
                            [("start", pa.int32()), ("end", pa.int32()), ("entry", pa.string())]
                        )
                    ),
                ),
            ),
            ("corpus", "data set", "release"),
        ),
        (
            "reader",
            "large_string",
            _arrow("sentences", _cast("text", pa.large_string())),
            ("corpus", "data set", "release"),
        ),
        (
            "reader",
            "another zone of time",
            _arrow("annotations", _cast("created_at", pa.timestamp("us", tz="+00:00"))),
            ("corpus", "data set", "release"),
        ),
        (
            "reader",
            "another order",
            _arrow("quotes", lambda t: t.select([*t.schema.names[1:], t.schema.names[0]])),
            ("corpus", "data set", "release"),
        ),
        (
            "paths",
            "a version that is a path",
            _escaping,
            ("corpus", "data set", "release"),
        ),
        (
            "crash",
            "two label columns",
            _arrow("sentences", _twice),
            ("corpus", "data set", "release"),
        ),
        (
            "crash",
            "a manifest that is a list",
            lambda s: (s.release / "release.json").write_text("[]"),
            ("corpus", "data set", "release"),
        ),
        (
            "leaks",
            "straight quotation marks and capitals",
            _leaking_outlet(SECRET.upper()),
            ("corpus", "release"),
        ),
        (
            "leaks",
            "no-break blanks and zero width",
            _leaking_outlet("\u00a0".join(SECRET.split()).replace("ar", "a\u200br")),
            ("corpus", "release"),
        ),
        (
            "leaks",
            "entities in the card",
            _say("dataset/README.md", SECRET.replace(" ", "&nbsp;")),
            ("corpus", "release"),
        ),
        (
            "leaks",
            "a part, wrapped, in the change list",
            _say("dataset/CHANGES.md", _WORDS.replace(" ", "\n")),
            ("corpus", "release"),
        ),
        (
            "leaks",
            "in the guidelines",
            _say("annotations/guidelines.md", f"> {SECRET}"),
            ("corpus",),
        ),
        ("leaks", "in the citation", _say("CITATION.cff", f"# {SECRET}"), ("corpus",)),
        (
            "leaks",
            "in the metadata of a field",
            _arrow("articles", _meta),
            ("corpus", "data set", "release"),
        ),
        ("twice", "other authors", _of_corpus(authors=["Somebody Else"]), ("corpus",)),
        ("twice", "another licence of the labels", _of_corpus(licence="CC0-1.0"), ("corpus",)),
        (
            "twice",
            "other guidelines",
            _state(guidelines_version="0.1"),
            ("corpus", "data set", "release"),
        ),
        (
            "twice",
            "an annotator too many",
            _state(annotators={"a1": "human", "a2": "human", "a3": "human", "a4": "human"}),
            ("corpus", "data set", "release"),
        ),
        ("twice", "a person called a model", _promoted, ("corpus", "release")),
        ("twice", "an answer dropped with its vote", _nobody, ("corpus", "release")),
        (
            "twice",
            "a time before its answers",
            _state(created="2026-01-01T00:00:00Z"),
            ("corpus", "data set", "release"),
        ),
        (
            "twice",
            "labels beside the card",
            _file("labels.json", '{"labels": []}'),
            ("corpus", "data set", "release"),
        ),
    )
)
