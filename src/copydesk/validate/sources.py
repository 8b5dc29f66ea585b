"""Level 5: the release against what it was made from: manifest, rounds, and a cut made again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from copydesk.errors import CopydeskError
from copydesk.release.contents import PLACE
from copydesk.rounds.answers import answers_of
from copydesk.scope import MANIFEST as ARTICLES
from copydesk.validate.faults import Fault, Found, rows_at_fault, show
from copydesk.validate.rules import ALL, SENTENCES, check, finds, rule
from copydesk.validate.surroundings import Released, manifest_lines
from copydesk.validate.untrusted_release import MANIFEST

_NAMED: Final = 20
_MADE: Final = ("redistributable", "text", "pieces")
"""Columns of articles that the manifest does not have."""


@check("released", needs=("articles", "dataset"))
@rule(
    "source-disagrees",
    level=5,
    meaning="The newest release describes each article as the corpus's manifest does.",
    fix="Cut a new release, or restore the manifest.",
)
def sources(subject: Released) -> Iterator[Found]:
    """The newest release describes each article as the corpus's manifest does."""
    assert subject.dataset is not None
    if not subject.newest:
        return
    if not subject.dataset.has(ARTICLES):
        return  # another rule names it
    lines = manifest_lines(subject.dataset)
    gone = {str(w.get("article_id")) for w in subject.release.manifest.get("withdrawn", ())}
    known = subject.release.contract["articles"].names
    columns = [name for name in known if name not in _MADE]
    wanted = (*columns, "redistributable", "_file", "_row")
    for row in subject.release.contents.frame("articles", *wanted).iter_rows(named=True):
        line = lines.get(str(row["article_id"]))
        if line is None and row["article_id"] in gone:
            continue
        if line is None:
            message = "The corpus's manifest does not name this article."
            yield _source_fault(row, "article_id", message)
            continue
        for column in columns:
            if line.get(column) != row[column]:
                message = (
                    f"'{column}' is '{show(row[column])}', but '{show(line.get(column))}' in the "
                    "corpus's manifest."
                )
                yield _source_fault(row, column, message)
        if row["redistributable"] and not (line.get("file") or line.get("bulk")):
            message = "Its text is given, but the corpus's manifest names no text of it."
            yield _source_fault(row, "redistributable", message)


@check("released", needs=("annotations", "corpus"))
@finds("source-disagrees")
def answered(subject: Released) -> Iterator[Found]:
    """The answers of the newest release are those of the corpus's rounds, or the rules' own."""
    if subject.corpus is None or not subject.newest:
        return
    contents, manifest = subject.release.contents, subject.release.manifest
    if manifest.get("labels") in ("rule", "model"):
        created = pl.lit(manifest.get("created")).str.to_datetime(
            "%+", time_unit="us", time_zone="UTC", strict=False
        )
        times = contents.scan("annotations", "annotation_id", "created_at", *PLACE)
        wrong = times.filter(pl.col("created_at") != created).collect(engine="streaming")
        message = "'created_at' is {created_at}, but machines answer when the release is made."
        yield from rows_at_fault("source-disagrees", wrong, message, "annotation_id", "/created_at")
        return
    try:
        given = answers_of(subject.corpus, list(manifest.get("rounds", ())))
    except (CopydeskError, KeyError, TypeError, ValueError):
        return  # the corpus's own validation names it
    labels = subject.release.contract.scheme.names
    numbers = dict(zip(labels, range(len(labels)), strict=True))
    number = pl.col("label").replace_strict(numbers, default=None, return_dtype=pl.Int64)
    given = given.with_columns(label=number)
    answers = contents.frame("annotations", *subject.release.contract["annotations"].names, *PLACE)
    both = answers.join(given, on="annotation_id", how="left", suffix="_given")
    unknown = both.filter(pl.col("sentence_id_given").is_null())
    columns = ("sentence_id", "article_id", "start", "end", "zone", *PLACE)
    here = pl.concat([contents.frame(table, *columns) for table in SENTENCES])
    dropped = given.join(answers, on="annotation_id", how="anti").join(
        here, on=["article_id", "start", "end"], how="semi"
    )
    for row in dropped.head(_NAMED).iter_rows(named=True):
        message = f"The release lacks the answer '{row['annotation_id']}' of its rounds."
        yield Fault(
            rule="source-disagrees",
            message=message,
            file=MANIFEST,
            record=str(row["annotation_id"]),
            pointer="/rounds",
        )
    yield from _zones(here, given)
    message = "No round of the corpus holds this answer."
    yield from rows_at_fault(
        "source-disagrees", unknown, message, "annotation_id", "/annotation_id"
    )
    for name in (
        "annotator_kind",
        "arm",
        "label",
        "created_at",
        "lead_time_s",
        "guidelines_version",
        "flag",
    ):
        if name not in answers.columns:
            continue
        found, wanted = pl.col(name), pl.col(f"{name}_given")
        wrong = both.filter(pl.col("sentence_id_given").is_not_null() & found.ne_missing(wanted))
        message = f"'{name}' is {{{name}}}, but {{{name}_given}} in the round."
        yield from rows_at_fault("source-disagrees", wrong, message, "annotation_id", f"/{name}")


def _zones(labelled: pl.DataFrame, given: pl.DataFrame) -> Iterator[Found]:
    # A sentence is identified by its place: numbers shift where an earlier one was struck.
    place = ("article_id", "start", "end")
    planned = given.select(*place, _planned="zone").unique()
    rows = labelled.select("sentence_id", *place, "zone", "_file", "_row")
    rows = rows.join(planned, on=place)
    message = "'zone' is {zone}, but {_planned} in the plan of its round."
    wrong = rows.filter(pl.col("zone") != pl.col("_planned"))
    yield from rows_at_fault("source-disagrees", wrong, message, "sentence_id", "/zone")


@check("rebuild", needs=(*ALL, "manifest", "corpus"))
@rule(
    "rebuild-differs",
    level=5,
    meaning="Cutting the release again from its sources produces the same rows (with --rebuild).",
    fix="Find out whether the sources or the release changed, and restore the original.",
)
def rebuilt(subject: Released) -> Iterator[Found]:
    """Cutting the release again produces the same files."""
    from copydesk.release.verify import verify

    assert subject.corpus is not None
    try:
        verified = verify(subject.corpus, subject.release.version)
    except CopydeskError as error:
        message = f"It cannot be cut again: {error}"
        yield Fault(rule="rebuild-differs", message=message, file=MANIFEST)
        return
    labels = [told for told in verified.recorded if " label" in f" {told.partition(': ')[2]}"]
    if labels and subject.release.manifest.get("labels") == "rule":
        message = (
            "The labels are those of rules of another version of the text code: they cannot be "
            "made again."
        )
        yield Fault(rule="rebuild-differs", message=message, file=MANIFEST, pointer="/text_code")
    for difference in verified.differing:
        file, _, what = difference.partition(": ")
        yield Fault(rule="rebuild-differs", message=what, file=file)


def _source_fault(row: dict[str, Any], column: str, message: str) -> Fault:
    return Fault(
        rule="source-disagrees",
        message=message,
        file=str(row["_file"]),
        row=row["_row"],
        record=str(row["article_id"]),
        pointer=f"/{column}",
    )
