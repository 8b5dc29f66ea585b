"""Consistent forgeries of any corpus: all tables are changed together, and all is signed again.

    python tests/support/forger.py CORPUS… [--kinds manifest,splits]   # who caught what

A `Forger` holds the newest release of a copy of a corpus as frames. A damage changes frames and
manifest; `sign` writes tables, Croissant, manifest, index with its chain, card, change list,
datasheet and citation anew, as somebody would who has copydesk at hand. What is judged is whether
`validate` finds anything on the corpus, on the data set folder alone, on the release alone, and on
the corpus with ``--rebuild``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from copydesk.contract.columns import SPLITS
from copydesk.contract.tables import Contract
from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError
from copydesk.files import dump_json, sha256_text
from copydesk.release.assemble import to_arrow
from copydesk.release.changes import write_changes
from copydesk.release.contents import Contents
from copydesk.release.diff import compare
from copydesk.release.documents import write_documents
from copydesk.release.index import entry_digest, read_index
from copydesk.release.writing import write_folder
from copydesk.validate import validate

INVENTED = "Nobody in the town had ever seen so many herons on the weir at once"
SENTENCES = ("sentences", "standoff")


class UnfitError(Exception):
    """The base has nothing that this damage could change."""


class Forger:
    """The newest release of a corpus that may be damaged, as frames with their ``split``."""

    def __init__(self, root: Path) -> None:
        self.root, self.corpus = root, Corpus(root)
        newest = read_index(self.corpus.dataset).newest
        assert newest is not None
        self.folder = self.corpus.releases / newest.version
        self.dataset = self.corpus.dataset
        contents = Contents.read(self.folder)
        self.manifest: dict[str, Any] = json.loads((self.folder / "release.json").read_text())
        self.frames = {name: contents.frame(name) for name in contents.contract.tables}
        self.previous = self.manifest["previous"]

    @property
    def contract(self) -> Contract:
        return Contract.of_release(self.manifest)

    def first(self, table: str, *, where: pl.Expr | None = None) -> dict[str, Any]:
        """The first row of a table; raises UnfitError if there is none."""
        rows = self.frames[table] if where is None else self.frames[table].filter(where)
        if rows.is_empty():
            raise UnfitError(table)
        return rows.row(0, named=True)

    def put(self, table: str, where: pl.Expr, **values: Any) -> None:
        """Give columns other values where a condition holds."""
        frame = self.frames[table]
        if frame.filter(where).is_empty():
            raise UnfitError(table)
        self.frames[table] = frame.with_columns(
            pl.when(where)
            .then(v if isinstance(v, pl.Expr) else pl.lit(v, dtype=frame.schema[name]))
            .otherwise(pl.col(name))
            .cast(frame.schema[name])
            .alias(name)
            for name, v in values.items()
        )

    def rename(self, column: str, old: str, new: str) -> None:
        """Rename a value in every table that has the column, and in ids that begin with it."""
        for table, frame in self.frames.items():
            ids = [c for c in ("sentence_id", "annotation_id", "quote_id") if c in frame.columns]
            if column in frame.columns:
                changes = [pl.col(column).replace(old, new).alias(column)]
                if column == "article_id":
                    begins = rf"^{old}\."
                    changes += [pl.col(c).str.replace(begins, f"{new}.").alias(c) for c in ids]
                self.frames[table] = frame.with_columns(changes)

    def drop(self, column: str, value: str) -> None:
        """Drop every row about something."""
        for table, frame in self.frames.items():
            if column in frame.columns:
                self.frames[table] = frame.filter(pl.col(column) != value)

    def sign(self) -> None:
        """Write everything anew, consistently."""
        tables: dict[tuple[str, str], pa.Table] = {}
        version = self.manifest["version"]
        for name, frame in self.frames.items():
            for split in SPLITS:
                part = frame.filter(pl.col("split") == split)
                if part.height:
                    tables[name, split] = to_arrow(part, name, self.contract, version=version)
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        contents = write_folder(self.folder, self.manifest, tables)
        before = self.corpus.releases / str(self.previous)
        old = Contents.read(before) if self.previous and before.is_dir() else None
        write_changes(self.dataset, contents, compare(old, contents) if old else None)
        write_documents(self.corpus, contents)
        self.sign_index()

    def sign_index(self, change: Callable[[list[dict[str, Any]]], object] | None = None) -> None:
        """Give entries their digests and chain them again."""
        path = self.corpus.releases / "index.json"
        entries = json.loads(path.read_text())["releases"]
        if change is not None:
            change(entries)
        chained = any("before" in entry for entry in entries)
        for place, entry in enumerate(entries):
            manifest = self.corpus.releases / entry["version"] / "release.json"
            if manifest.is_file():
                entry["digest"] = sha256_text(manifest.read_text())
            entry.pop("before", None)
            if chained and place:
                entry["before"] = entry_digest(entries[place - 1])
        path.write_text(dump_json({"releases": entries}))


@dataclass(frozen=True, kw_only=True)
class Damage:
    """One consistent forgery.

    Args:
        do: changes frames and manifest, or files of the folder.
        design: why the data set or the release alone may let it pass; empty if they may not.
        free: why even the corpus with a rebuild may.
        around: it is not in the release itself, which alone cannot show it.
        sign: whether everything is written anew from frames and manifest afterwards.
    """

    kind: str
    name: str
    do: Callable[[Forger], object]
    design: str = ""
    free: str = ""
    around: bool = False
    sign: bool = True


DAMAGES: list[Damage] = []

_ANSWERS = "a data set alone has no rounds: who answered what stands in its own tables only"
_MACHINE = "found by machine: only a rebuild finds it again"
_SOURCE = "a data set alone has no other account of the article"
_CHOICE = "a decision of the release manager, stated in release.json alone"


def damage(
    kind: str,
    design: str = "",
    free: str = "",
    *,
    around: bool = False,
    sign: bool = True,
    to: list[Damage] = DAMAGES,
) -> Callable[[Callable[[Forger], object]], Any]:
    """Put a damage on a list."""

    def take(do: Callable[[Forger], object]) -> Any:
        name = do.__name__.strip("_").replace("_", " ")
        to.append(
            Damage(
                kind=kind,
                name=name,
                do=do,
                design=design or free,
                free=free,
                around=around or kind in ("index", "withdrawals"),
                sign=sign,
            )
        )
        return do

    return take


def _recount(f: Forger) -> None:
    """Votes, shares and labels of all sentences, as the answers now say."""
    names = f.contract.scheme.names
    answers = f.frames["annotations"]
    for table in SENTENCES:
        frame = f.frames[table]
        if frame.is_empty():
            continue
        counts = {
            name: answers.filter(pl.col("label") == number)
            .group_by("sentence_id")
            .len()
            .rename({"len": f"_{name}"})
            for number, name in enumerate(names)
        }
        rows = frame
        for name, count in counts.items():
            rows = rows.join(count, on="sentence_id", how="left", maintain_order="left")
            rows = rows.with_columns(pl.col(f"_{name}").fill_null(0))
        total = pl.sum_horizontal(f"_{name}" for name in names)
        most = pl.max_horizontal(f"_{name}" for name in names)
        votes = pl.struct(pl.col(f"_{name}").cast(pl.Int32).alias(name) for name in names)
        label = pl.concat_list(f"_{name}" for name in names).list.arg_max().cast(pl.Int64)
        kept = pl.col("label_source") == "adjudicated"
        source = (
            pl.when(total == 1)
            .then(pl.lit("single"))
            .when(most == total)
            .then(pl.lit("unanimous"))
            .otherwise(pl.lit("majority"))
        )
        rows = rows.with_columns(
            votes=votes,
            n_annotators=total.cast(frame.schema["n_annotators"]),
            agreement=(most / total).cast(frame.schema["agreement"]),
            label=pl.when(kept).then("label").otherwise(label),
            label_source=pl.when(kept).then("label_source").otherwise(source),
        )
        f.frames[table] = rows.select(frame.columns)


def _one(f: Forger) -> dict[str, Any]:
    """A labelled sentence, given or not, that was not adjudicated."""
    for table in SENTENCES:
        rows = f.frames[table].filter(pl.col("label_source") != "adjudicated")
        if rows.height:
            return rows.row(0, named=True) | {"_table": table}
    raise UnfitError("sentences")


@damage("labels", _ANSWERS)
def one_label_with_all_its_answers(f: Forger) -> None:
    row = _one(f)
    other = (row["label"] + 1) % len(f.contract.scheme.names)
    f.put("annotations", pl.col("sentence_id") == row["sentence_id"], label=other)
    _recount(f)


@damage("labels", _ANSWERS)
def all_answers_of_one_annotator(f: Forger) -> None:
    who = f.first("annotations")["annotator"]
    count = len(f.contract.scheme.names)
    f.put("annotations", pl.col("annotator") == who, label=(pl.col("label") + 1) % count)
    _recount(f)


@damage("labels", _ANSWERS)
def every_label_turned(f: Forger) -> None:
    count = len(f.contract.scheme.names)
    f.put("annotations", pl.lit(True), label=(pl.col("label") + 1) % count)
    _recount(f)


@damage("labels", _ANSWERS)
def two_sentences_change_their_labels(f: Forger) -> None:
    rows = f.frames["annotations"]
    first = rows["sentence_id"][0]
    second = rows.filter(pl.col("label") != rows["label"][0])
    if second.is_empty():
        raise UnfitError("labels")
    other = second["sentence_id"][0]
    a = rows.filter(pl.col("sentence_id") == first)["label"][0]
    b = second["label"][0]
    f.put("annotations", pl.col("sentence_id") == first, label=b)
    f.put("annotations", pl.col("sentence_id") == other, label=a)
    _recount(f)


@damage("labels")
def a_label_against_its_votes(f: Forger) -> None:
    row = _one(f)
    other = (row["label"] + 1) % len(f.contract.scheme.names)
    f.put(row["_table"], pl.col("sentence_id") == row["sentence_id"], label=other)


@damage("labels")
def a_source_of_the_label(f: Forger) -> None:
    row = _one(f)
    f.put(row["_table"], pl.col("sentence_id") == row["sentence_id"], label_source="adjudicated")


@damage("labels")
def an_adjudicator_of_a_vote(f: Forger) -> None:
    row = _one(f)
    named = {"adjudicator": "model-1", "reason": "The tree, rule 5."}
    if not named.keys() <= set(f.frames[row["_table"]].columns):
        raise UnfitError("adjudicators")
    f.put(row["_table"], pl.col("sentence_id") == row["sentence_id"], **named)


@damage("answers", _ANSWERS)
def another_reason_of_an_adjudicator(f: Forger) -> None:
    for table in SENTENCES:
        decided = pl.col("label_source") == "adjudicated"
        if "reason" in f.frames[table].columns and f.frames[table].filter(decided).height:
            f.put(table, decided, reason="It was the better answer.")
            return
    raise UnfitError("adjudicators")


@damage("labels")
def agreement_of_one_half(f: Forger) -> None:
    row = _one(f)
    f.put(row["_table"], pl.col("sentence_id") == row["sentence_id"], agreement=0.123)


@damage("labels")
def one_annotator_more_than_votes(f: Forger) -> None:
    row = _one(f)
    more = pl.col("n_annotators") + 1
    f.put(row["_table"], pl.col("sentence_id") == row["sentence_id"], n_annotators=more)


@damage("answers", _ANSWERS)
def an_annotator_gone(f: Forger) -> None:
    who = f.first("annotations")["annotator"]
    if len(f.manifest["annotators"]) < 2:
        raise UnfitError("annotators")
    f.frames["annotations"] = f.frames["annotations"].filter(pl.col("annotator") != who)
    here = set(f.frames["annotations"]["sentence_id"])
    for table in SENTENCES:
        if set(f.frames[table]["sentence_id"]) - here:
            raise UnfitError("answers of others")
    f.manifest["annotators"].pop(who)
    _recount(f)


@damage("answers", _ANSWERS)
def an_annotator_doubled(f: Forger) -> None:
    who = f.first("annotations")["annotator"]
    rows = f.frames["annotations"].filter(pl.col("annotator") == who)
    twin = rows.with_columns(
        annotator=pl.lit("z9"),
        annotation_id=pl.col("annotation_id").str.replace(rf"\.{who}$", ".z9"),
    )
    f.frames["annotations"] = pl.concat([f.frames["annotations"], twin]).sort(
        "article_id", "sentence_id", "annotator"
    )
    f.manifest["annotators"]["z9"] = f.manifest["annotators"][who]
    _recount(f)


@damage("answers", _ANSWERS)
def an_annotator_renamed(f: Forger) -> None:
    who = f.first("annotations")["annotator"]
    mine = pl.col("annotator") == who
    f.put(
        "annotations",
        mine,
        annotator="z9",
        annotation_id=pl.col("annotation_id").str.replace(rf"\.{who}$", ".z9"),
    )
    f.manifest["annotators"]["z9"] = f.manifest["annotators"].pop(who)


@damage("answers", _ANSWERS)
def a_model_called_human(f: Forger) -> None:
    row = f.first("annotations")
    kind = "human" if row["annotator_kind"] != "human" else "model"
    f.put("annotations", pl.col("annotator") == row["annotator"], annotator_kind=kind)
    f.manifest["annotators"][row["annotator"]] = kind


@damage("answers", _ANSWERS)
def answers_a_day_earlier(f: Forger) -> None:
    f.put("annotations", pl.lit(True), created_at=pl.col("created_at") - pl.duration(days=1))


@damage("answers", _ANSWERS)
def nobody_took_time(f: Forger) -> None:
    f.put("annotations", pl.lit(True), lead_time_s=0.25)


@damage("answers", _ANSWERS)
def another_arm(f: Forger) -> None:
    arm = f.first("annotations")["arm"]
    f.put("annotations", pl.lit(True), arm="suggested" if arm != "suggested" else "blind")


@damage("answers", _ANSWERS)
def another_round(f: Forger) -> None:
    name = f.first("annotations", where=pl.col("round").is_not_null())["round"]
    f.put("annotations", pl.col("round") == name, round="r-better")
    f.manifest["rounds"] = ["r-better" if r == name else r for r in f.manifest["rounds"]]


@damage("answers", _ANSWERS)
def later_guidelines(f: Forger) -> None:
    if f.manifest["guidelines_version"] is None:
        raise UnfitError("guidelines")
    f.put("annotations", pl.lit(True), guidelines_version="0.9")
    f.manifest["guidelines_version"] = "0.9"


@damage("answers", _ANSWERS)
def an_answer_of_other_id(f: Forger) -> None:
    row = f.first("annotations")
    f.put("annotations", pl.col("annotation_id") == row["annotation_id"], annotation_id="x.1.y")


def _retext(f: Forger, article: dict[str, Any], change: Callable[[str], str]) -> None:
    """Give an article another text of the same length, in every table."""
    text = change(article["text"])
    assert len(text) == len(article["text"])
    digest, name = sha256_text(text), article["article_id"]
    own = pl.col("article_id") == name
    f.put("articles", own, text=text, text_sha256=digest)
    f.put("annotations", own, text_sha256=digest)
    for table in ("sentences", "quotes"):
        rows = f.frames[table].to_dicts()
        for row in rows:
            if row["article_id"] == name:
                row["text"] = text[row["start"] : row["end"]]
                for span in ("speaker", "source"):
                    if row.get(span):
                        row[span] |= {"text": text[row[span]["start"] : row[span]["end"]]}
        f.frames[table] = pl.DataFrame(rows, schema=f.frames[table].schema)


@damage("text", _SOURCE)
def one_word_of_a_text(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").is_not_null())
    _retext(f, row, lambda text: text.replace(" the ", " tha ", 1))
    if f.first("articles", where=pl.col("article_id") == row["article_id"])["text"] == row["text"]:
        raise UnfitError("text")


@damage("text", _SOURCE)
def one_letter_in_capitals(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").str.contains(r"^\p{L}"))
    _retext(f, row, lambda text: text.swapcase()[0] + text[1:])


@damage("text", _SOURCE)
def a_hash_of_a_withheld_text(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").is_null())
    own = pl.col("article_id") == row["article_id"]
    f.put("articles", own, text_sha256="0" * 64)
    f.put("annotations", own, text_sha256="0" * 64)


@damage("text", _SOURCE)
def a_hash_of_a_withheld_sentence(f: Forger) -> None:
    row = f.first("standoff")
    f.put("standoff", pl.col("sentence_id") == row["sentence_id"], text_sha256="1" * 64)


@damage("text")
def a_sentence_moved_by_one(f: Forger) -> None:
    row = _one(f)
    own = pl.col("sentence_id") == row["sentence_id"]
    for table in (row["_table"], "annotations"):
        f.put(table, own, start=pl.col("start") + 1)


@damage("text", _SOURCE)
def a_sentence_gone_with_its_answers(f: Forger) -> None:
    row = _one(f)
    f.drop("sentence_id", row["sentence_id"])


@damage("text", _SOURCE)
def a_sentence_called_a_caption(f: Forger) -> None:
    row = _one(f)
    own = pl.col("sentence_id") == row["sentence_id"]
    f.put(row["_table"], own, zone="caption")
    rows = f.frames["articles"].to_dicts()
    for article in rows:
        if article["article_id"] == row["article_id"]:
            for piece in article["pieces"]:
                if piece["start"] == row["start"]:
                    piece["zone"] = "caption"
    f.frames["articles"] = pl.DataFrame(rows, schema=f.frames["articles"].schema)


@damage("text", _SOURCE)
def an_article_gone(f: Forger) -> None:
    row = f.first("articles")
    f.drop("article_id", row["article_id"])
    left = set(f.frames["articles"]["event"])
    splits = f.manifest["splits"]
    f.manifest["splits"] = {event: s for event, s in splits.items() if event in left}


@damage("text", _SOURCE)
def an_article_renamed(f: Forger) -> None:
    row = f.first("articles")
    f.rename("article_id", row["article_id"], "aaa-renamed")
    f.frames["quotes"] = f.frames["quotes"].with_columns(
        pl.col("sentence_ids").list.eval(
            pl.element().str.replace(rf"^{row['article_id']}\.", "aaa-renamed.")
        )
    )


@damage("text")
def a_sentence_twice(f: Forger) -> None:
    row = f.first("sentences")
    own = pl.col("sentence_id") == row["sentence_id"]
    twin = (
        f.frames["sentences"]
        .filter(own)
        .with_columns(sentence_id=pl.lit(f"{row['article_id']}.099"), end=pl.col("end") - 1)
    )
    f.frames["sentences"] = pl.concat([f.frames["sentences"], twin])


@damage("rights")
def a_withheld_article_given(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").is_null())
    own = pl.col("article_id") == row["article_id"]
    f.put("articles", own, redistributable=True, text=INVENTED, licence="CC-BY-4.0")


@damage("rights", _SOURCE)
def a_licence_for_a_withheld_article(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").is_null())
    f.put("articles", pl.col("article_id") == row["article_id"], licence="CC0-1.0")


@damage("rights")
def no_licence_for_a_given_article(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").is_not_null())
    f.put("articles", pl.col("article_id") == row["article_id"], licence=None)


@damage("rights", _SOURCE)
def a_more_open_licence(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").is_not_null())
    licence = "PDDL-1.0" if row["licence"] != "PDDL-1.0" else "CC-BY-4.0"
    own = pl.col("article_id") == row["article_id"]
    f.put("articles", own, licence=licence, attribution="Somebody")


@damage("rights")
def a_licence_that_is_not_open(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").is_not_null())
    f.put("articles", pl.col("article_id") == row["article_id"], licence="CC-BY-NC-4.0")


@damage("rights", _SOURCE)
def somebody_else_is_credited(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").is_not_null())
    f.put("articles", pl.col("article_id") == row["article_id"], attribution="The Other Paper")


@damage("rights")
def the_title_of_a_withheld_article(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").is_null())
    f.put("articles", pl.col("article_id") == row["article_id"], title="A title")


@damage("rights")
def a_speaker_in_a_withheld_article(f: Forger) -> None:
    shut = set(f.frames["articles"].filter(pl.col("text").is_null())["article_id"])
    rows = f.frames["quotes"].to_dicts()
    for row in rows:
        if row["article_id"] in shut and row["speaker"]:
            row["speaker"] |= {"text": "Ada Crane"}
            break
    else:
        raise UnfitError("speakers")
    f.frames["quotes"] = pl.DataFrame(rows, schema=f.frames["quotes"].schema)


@damage("sources", _SOURCE)
def another_title(f: Forger) -> None:
    row = f.first("articles", where=pl.col("title").is_not_null())
    f.put("articles", pl.col("article_id") == row["article_id"], title="Quite another title")


@damage("sources", _SOURCE)
def another_outlet(f: Forger) -> None:
    row = f.first("articles")
    f.put("articles", pl.col("article_id") == row["article_id"], outlet="The Other Paper")


@damage("sources", _SOURCE)
def another_date(f: Forger) -> None:
    row = f.first("articles")
    f.put("articles", pl.col("article_id") == row["article_id"], published="2001-01-01")


@damage("sources", _SOURCE)
def another_address(f: Forger) -> None:
    row = f.first("articles")
    f.put("articles", pl.col("article_id") == row["article_id"], url="https://other.example/1")


@damage("sources")
def an_address_that_runs_script(f: Forger) -> None:
    row = f.first("articles")
    f.put("articles", pl.col("article_id") == row["article_id"], url="javascript:alert(1)")


@damage("sources")
def an_address_with_a_password(f: Forger) -> None:
    row = f.first("articles")
    own = pl.col("article_id") == row["article_id"]
    f.put("articles", own, url="https://ann:secret@news.example/1")


@damage("sources", _SOURCE)
def another_language(f: Forger) -> None:
    row = f.first("articles")
    f.put("articles", pl.col("article_id") == row["article_id"], language="de")


@damage("sources", _SOURCE)
def another_collection(f: Forger) -> None:
    row = f.first("articles")
    f.put("articles", pl.col("article_id") == row["article_id"], collection="better-one")


def _move(f: Forger, event: str, split: str) -> None:
    names = f.frames["articles"].filter(pl.col("event") == event)["article_id"].to_list()
    for table in f.frames:
        own = pl.col("article_id").is_in(names)
        if f.frames[table].filter(own).height:
            f.put(table, own, split=split)
        order = pl.col("split").replace_strict({s: n for n, s in enumerate(SPLITS)})
        f.frames[table] = f.frames[table].sort(order, maintain_order=True)


@damage("splits", "a data set alone cannot draw its splits again; 1.0.0 has none before it")
def an_event_in_another_split(f: Forger) -> None:
    event, split = next(iter(f.manifest["splits"].items()))
    other = "test" if split != "test" else "train"
    _move(f, event, other)
    f.manifest["splits"][event] = other


@damage("splits", "a data set alone cannot draw its splits again; 1.0.0 has none before it")
def two_events_change_places(f: Forger) -> None:
    events = f.manifest["splits"]
    first = next(iter(events))
    second = next((e for e in events if events[e] != events[first]), None)
    if second is None:
        raise UnfitError("splits")
    events[first], events[second] = events[second], events[first]
    for event in (first, second):
        _move(f, event, events[event])


@damage("splits")
def one_article_in_another_split(f: Forger) -> None:
    events = f.frames["articles"].group_by("event").len().filter(pl.col("len") > 1)
    if events.is_empty():
        raise UnfitError("events")
    row = f.first("articles", where=pl.col("event") == events["event"][0])
    other = "test" if row["split"] != "test" else "train"
    for table in f.frames:
        own = pl.col("article_id") == row["article_id"]
        if f.frames[table].filter(own).height:
            f.put(table, own, split=other)


@damage("splits", _SOURCE)
def an_event_renamed(f: Forger) -> None:
    event = next(iter(f.manifest["splits"]))
    f.rename("event", event, "zz-better")
    f.manifest["splits"]["zz-better"] = f.manifest["splits"].pop(event)


@damage("quotations", _MACHINE)
def a_quotation_gone(f: Forger) -> None:
    alone = f.first("quotes", where=pl.col("group").is_null())
    f.frames["quotes"] = f.frames["quotes"].filter(pl.col("quote_id") != alone["quote_id"])


@damage("quotations", _MACHINE)
def no_speaker(f: Forger) -> None:
    row = f.first("quotes", where=pl.col("speaker").is_not_null())
    f.put("quotes", pl.col("quote_id") == row["quote_id"], speaker=pl.lit(None))


@damage("quotations")
def a_speaker_of_other_words(f: Forger) -> None:
    rows = f.frames["quotes"].to_dicts()
    for row in rows:
        if row["speaker"] and row["speaker"]["text"]:
            row["speaker"] |= {"text": "The Other Man"}
            break
    else:
        raise UnfitError("speakers")
    f.frames["quotes"] = pl.DataFrame(rows, schema=f.frames["quotes"].schema)


@damage("quotations", _MACHINE)
def another_form(f: Forger) -> None:
    row = f.first("quotes", where=pl.col("form") == "direct")
    f.put("quotes", pl.col("quote_id") == row["quote_id"], form="partial")


@damage("quotations", _MACHINE)
def no_groups(f: Forger) -> None:
    f.first("quotes", where=pl.col("group").is_not_null())
    nothing = pl.lit(None)
    f.put("quotes", pl.lit(True), group=nothing, relation=nothing, similarity=nothing)


@damage("quotations")
def a_group_of_one(f: Forger) -> None:
    row = f.first("quotes", where=pl.col("group").is_null())
    own = pl.col("quote_id") == row["quote_id"]
    f.put("quotes", own, group="f" * 16, relation="identical", similarity=1.0)


@damage("quotations")
def a_similarity_of_other_size(f: Forger) -> None:
    row = f.first("quotes", where=pl.col("relation") == "identical")
    f.put("quotes", pl.col("quote_id") == row["quote_id"], similarity=0.4)


@damage("quotations")
def a_quotation_moved_by_one(f: Forger) -> None:
    row = f.first("quotes", where=pl.col("text").is_not_null())
    f.put("quotes", pl.col("quote_id") == row["quote_id"], start=pl.col("start") + 1)


@damage("quotations")
def a_quotation_that_touches_nothing(f: Forger) -> None:
    row = f.first("quotes", where=pl.col("sentence_ids").list.len() > 0)
    f.put("quotes", pl.col("quote_id") == row["quote_id"], sentence_ids=pl.lit([]))


@damage("machine")
def a_share_of_quoted_words(f: Forger) -> None:
    row = f.first("sentences")
    f.put("sentences", pl.col("sentence_id") == row["sentence_id"], quoted_ratio=0.77)


@damage("machine", _MACHINE)
def no_cues(f: Forger) -> None:
    f.first("sentences", where=pl.col("cues").list.len() > 0)
    f.put("sentences", pl.lit(True), cues=pl.lit([]))


@damage("machine")
def a_cue_that_is_a_sentence(f: Forger) -> None:
    for table in SENTENCES:
        rows = f.frames[table].to_dicts()
        for row in rows:
            if row["cues"]:
                row["cues"] = [cue | {"entry": INVENTED} for cue in row["cues"]]
                f.frames[table] = pl.DataFrame(rows, schema=f.frames[table].schema)
                return
    raise UnfitError("cues")


@damage("manifest", free=_CHOICE)
def made_a_year_later(f: Forger) -> None:
    f.manifest["created"] = f"{int(f.manifest['created'][:4]) + 1}{f.manifest['created'][4:]}"
    created = f.manifest["created"]
    f.sign_index(lambda entries: entries[-1].update(created=created))


@damage("manifest")
def a_round_more(f: Forger) -> None:
    f.manifest["rounds"] = [*f.manifest["rounds"], "r-never"]


@damage("manifest", free=_CHOICE)
def another_aggregation(f: Forger) -> None:
    f.manifest["aggregation"] = "mace" if f.manifest["aggregation"] != "mace" else "majority"


@damage("manifest", free="the version of the text code says only what may be taken as recorded")
def another_text_code(f: Forger) -> None:
    if "text_code" not in f.manifest:
        raise UnfitError("text_code")
    f.manifest["text_code"] = "0" * 16


@damage("manifest", free=_CHOICE)
def another_meaning_of_a_label(f: Forger) -> None:
    if "scheme" not in f.manifest:
        raise UnfitError("scheme")
    f.manifest["scheme"]["labels"][0]["meaning"] = "whatever we like"


@damage("manifest", "a data set alone has no configuration")
def another_name_of_the_corpus(f: Forger) -> None:
    f.manifest["corpus"]["title"] = "Quite another corpus"


@damage("manifest")
def no_adjudicators(f: Forger) -> None:
    if not f.manifest.get("adjudicators"):
        raise UnfitError("adjudicators")
    f.manifest["adjudicators"] = {}


@damage("manifest")
def labels_by_others_than_stated(f: Forger) -> None:
    f.manifest["labels"] = "rule" if f.manifest["labels"] != "rule" else "rounds"


@damage("manifest", "a release alone has no index")
def another_release_before(f: Forger) -> None:
    f.manifest["previous"] = "0.0.1"


@damage("manifest")
def an_older_schema(f: Forger) -> None:
    f.manifest["schema_version"] = "0.9"


@damage("withdrawals")
def a_withdrawal_that_never_was(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").is_not_null())
    f.manifest["withdrawn"] = [
        {
            "article_id": row["article_id"],
            "on": "2026-01-01",
            "reason": "We say so.",
            "erased": False,
            "version": None,
        }
    ]


@damage("withdrawals", sign=False)
def an_entry_of_a_withdrawal(f: Forger) -> None:
    def change(entries: list[dict[str, Any]]) -> None:
        last = dict(entries[-1])
        name = last["version"].partition("+")[0]
        entries.append(last | {"version": f"{name}+w7", "event": "withdrawn", "reason": "So."})

    f.sign_index(change)


@damage("withdrawals", sign=False)
def an_entry_that_only_calls_itself_so(f: Forger) -> None:
    f.sign_index(lambda entries: entries[-1].update(event="withdrawn"))


@damage(
    "index",
    free="nothing but git, or the target's own index, knows a release that nobody names",
    sign=False,
)
def the_first_release_forgotten(f: Forger) -> None:
    entries = json.loads((f.corpus.releases / "index.json").read_text())["releases"]
    if len(entries) < 2:
        raise UnfitError("index")
    f.sign_index(lambda found: found.pop(0))


@damage("index", sign=False)
def a_release_that_is_not_there(f: Forger) -> None:
    ghost = {"version": "9.0.0", "created": "2026-01-01T00:00:00Z", "digest": "a" * 64}
    f.sign_index(lambda entries: entries.append(ghost))


@damage("index", sign=False)
def an_entry_twice(f: Forger) -> None:
    f.sign_index(lambda entries: entries.insert(0, dict(entries[0], digest="b" * 64)))


def _write(name: str, change: Callable[[str], str]) -> Callable[[Forger], None]:
    def do(f: Forger) -> None:
        path = f.root / name
        if not path.is_file():
            raise UnfitError(name)
        f.sign()
        before = path.read_text(encoding="utf-8")
        after = change(before)
        if after == before:
            raise UnfitError(name)
        path.write_text(after, encoding="utf-8")

    return do


_DOCUMENTS = (
    ("the card's number of rows", "dataset/README.md", "num_examples: ", "num_examples: 1"),
    ("the card's files", "dataset/README.md", "train.parquet", "test.parquet"),
    ("the card's key", "dataset/README.md", "pretty_name:", "viewer: false\npretty_name:"),
    ("the change list's numbers", "dataset/CHANGES.md", "## ", "## 1"),
    ("the citation's author", "dataset/CITATION.cff", "title:", "license: MIT\ntitle:"),
    ("the datasheet's numbers", "DATASHEET.md", " sentences", "9 sentences"),
    ("the labels beside the card", "dataset/labels.json", '"name": "', '"name": "x'),
)
for _name, _file, _old, _new in _DOCUMENTS:
    DAMAGES.append(
        Damage(
            kind="documents",
            design="" if _file.startswith("dataset/") else "a data set alone has no datasheet",
            name=_name,
            do=_write(_file, lambda text, o=_old, n=_new: text.replace(o, n, 1)),  # type: ignore[misc]
            around=True,
            sign=False,
        )
    )


def found_by(root: Path, *, rebuild: bool = False) -> dict[str, str]:
    """Who finds something: the corpus, the data set alone, the release alone, a rebuild.

    "found" by each of them, "refused" where it says that it cannot judge, and "" for nothing.
    """
    newest = None
    with contextlib.suppress(CopydeskError):  # an index that was forged
        newest = read_index(Corpus(root).dataset).newest
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "dataset-alone"
        shutil.copytree(root / "dataset", alone, symlinks=True)
        found = {"corpus": _judged(root), "data set": _judged(alone)}
        there = [p.parent.name for p in sorted(alone.glob("releases/*/release.json"))]
        if name := newest.version if newest else there[-1] if there else "":
            release = alone / "releases" / name
            bare = Path(folder) / "release-alone"
            if release.is_dir():
                shutil.copytree(release, bare, symlinks=True)
            found["release"] = _judged(bare)
    if rebuild:
        found["rebuild"] = found["corpus"] or _judged(root, rebuild=True)
    return found


def _judged(target: Path, **options: Any) -> str:
    try:
        return "found" if validate(target, severity="error", **options).exit_code == 1 else ""
    except CopydeskError as error:
        return "broken" if "report it" in str(error) else "refused"


def forge(base: Path, to: Path, damage: Damage) -> None:
    """Copy a base and damage it; raises UnfitError where that cannot be done."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(base, to, symlinks=True)
    forger = Forger(to)
    damage.do(forger)
    if damage.sign:
        forger.sign()


def table_of(frame: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    """Rows as Arrow, exactly of a schema."""
    rows = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    columns = [rows[field.name].combine_chunks().cast(field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _rows(
    bases: list[Path], damages: list[Damage]
) -> Iterator[tuple[str, Damage, dict[str, str] | str]]:
    for base in bases:
        for one in damages:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    forge(base, Path(folder) / "corpus", one)
                    found: dict[str, str] | str = found_by(Path(folder) / "corpus", rebuild=True)
                except UnfitError as reason:
                    found = f"nothing to change ({reason})"
                except (
                    Exception,
                    pl.exceptions.PanicException,
                ) as error:  # the forger's own fault, to be seen
                    found = f"not made: {type(error).__name__}: {str(error)[:80]}"
            yield base.name, one, found


def tell(damages: list[Damage]) -> None:
    """Print who catches what, a line for each base and damage; the command line says which."""
    os.environ.setdefault("HF_DATASETS_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    parser = argparse.ArgumentParser()
    parser.add_argument("bases", nargs="+", type=Path, metavar="CORPUS")
    parser.add_argument("--kinds", help="kinds of damage, divided by commas; all by default")
    parser.add_argument("--skip", type=int, default=0, help="damages to pass over")
    given = parser.parse_args()
    chosen = [d for d in damages if not given.kinds or d.kind in given.kinds.split(",")]
    for base, one, found in _rows(given.bases, chosen[given.skip :]):
        told = found if isinstance(found, str) else _told(found)
        print(f"{base}\t{one.kind}\t{one.name}\t{told or 'NOBODY'}\t{one.design}", flush=True)


def _told(found: dict[str, str]) -> str:
    return " ".join(k if v == "found" else f"{k} ({v})" for k, v in found.items() if v)


if __name__ == "__main__":
    tell(DAMAGES)
