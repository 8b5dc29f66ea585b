"""Level 3: compares rows of the tables with each other, by joins.

Each check is a function from a release to what it found; the rows of a fault keep their place.
Offsets are code points. Rows whose keys or values are null are reported at level 2 and skipped
here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from copydesk.answers import is_answer
from copydesk.files import sha256_text
from copydesk.release.contents import PLACE
from copydesk.validate.faults import Found, rows_at_fault
from copydesk.validate.rules import ALL, CUT, SENTENCES, check, finds, rule
from copydesk.validate.untrusted_release import Release

_ANCHOR = ("article_id", "start", "end")
_ORDERS = {
    "sentences": ("article_id", "start"),
    "standoff": ("article_id", "start"),
    "articles": ("article_id",),
    "annotations": ("article_id", "start", "annotator"),
    "quotes": ("article_id", "start"),
}
"""The columns by which a cut sorts the rows of each table in each split."""
_KIND = "annotator_kind"
_SEED = 1


@check("release", needs=ALL)
@rule(
    "id-duplicate",
    level=3,
    waivable=False,
    meaning="No id is used twice in a release.",
    fix=CUT,
)
def duplicates(release: Release) -> Iterator[Found]:
    """No id twice in a table; a sentence_id not in both tables of sentences."""
    for table, known in release.contract.tables.items():
        if table == "standoff":
            continue
        key = known.key
        tables = SENTENCES if table == "sentences" else (table,)
        rows = pl.concat([release.contents.scan(name, key, *PLACE) for name in tables])
        hashes = pl.col(key).hash(_SEED)
        # Sorted numbers take less memory than a set of ids, and most releases have no duplicate.
        found = np.sort(rows.select(hashes).collect(engine="streaming")[key].to_numpy())
        twice = pl.Series(np.unique(found[1:][found[1:] == found[:-1]]))
        del found
        if twice.is_empty():
            continue
        suspects = rows.filter(pl.col(key).is_not_null() & hashes.is_in(twice.implode())).collect()
        again = suspects.filter(~pl.col(key).is_first_distinct())
        message = f"The {key} '{{{key}}}' is used more than once."
        yield from rows_at_fault("id-duplicate", again, message, key, f"/{key}")


@check("release", needs=ALL, in_shares=True)
@rule(
    "article-unknown",
    level=3,
    waivable=False,
    meaning="Every sentence, answer and quotation belongs to an article of the release.",
    fix=CUT,
)
def articles(release: Release) -> Iterator[Found]:
    """Every row belongs to an article of the release."""
    known = release.table("articles").select("article_id")
    for table in ("sentences", "standoff", "annotations", "quotes"):
        rows = release.table(table)
        lost = rows.join(known, on="article_id", how="anti")
        lost = lost.filter(pl.col("article_id").is_not_null())
        message = "There is no article '{article_id}' in this release."
        yield from rows_at_fault(
            "article-unknown", lost, message, release.contract[table].key, "/article_id"
        )


@check("release", needs=(*SENTENCES, "annotations"), in_shares=True)
@rule(
    "sentence-unknown",
    level=3,
    meaning="Every answer and quotation refers to sentences of the release.",
    fix=CUT,
)
def annotated(release: Release) -> Iterator[Found]:
    """Every answer refers to a sentence of the release."""
    lost = release.table("annotations").join(release.labelled, on="sentence_id", how="anti")
    lost = lost.filter(pl.col("sentence_id").is_not_null())
    message = "There is no sentence '{sentence_id}' in this release."
    yield from rows_at_fault("sentence-unknown", lost, message, "annotation_id", "/sentence_id")


@check("release", needs=(*SENTENCES, "quotes"), in_shares=True)
@finds("sentence-unknown")
def quoted(release: Release) -> Iterator[Found]:
    """Every quotation names sentences that are there."""
    lost = (
        release.table("quotes")
        .explode("sentence_ids")
        .filter(pl.col("sentence_ids").is_not_null())
        .join(release.labelled, left_on="sentence_ids", right_on="sentence_id", how="anti")
    )
    message = "There is no sentence '{sentence_ids}' in this release."
    yield from rows_at_fault("sentence-unknown", lost, message, "quote_id", "/sentence_ids")


@check("release", needs=("articles",), in_shares=True)
@rule(
    "text-hash-mismatch",
    level=3,
    waivable=False,
    meaning="An article's text has the SHA-256 recorded beside it.",
    fix="Restore the text that was labelled, and cut the release again.",
)
def hashes(release: Release) -> Iterator[Found]:
    """Every article's text has its hash."""
    given = release.table("articles").filter(pl.col("text").is_not_null())
    digests = pl.Series([sha256_text(text) for text in given["text"]], dtype=pl.String)
    wrong = given.filter(given["text_sha256"] != digests)
    message = "The text does not have the SHA-256 {text_sha256}."
    yield from rows_at_fault("text-hash-mismatch", wrong, message, "article_id", "/text_sha256")


@check("release", needs=("articles", "sentences"), in_shares=True)
@rule(
    "sentence-offset-mismatch",
    level=3,
    waivable=False,
    meaning="A sentence is the part of its article's text that its offsets delimit.",
    fix=CUT,
)
def offsets(release: Release) -> Iterator[Found]:
    """Every sentence is the part of its article that its offsets delimit."""
    start, end = pl.col("start"), pl.col("end")
    # A negative start would count from the end; level 2 names it.
    stretch = pl.col("text_of_article").str.slice(start.clip(0), (end - start).clip(0))
    message = "The article's code points {start} to {end} are not this sentence."
    for texts in release.texts():
        rows = release.table("sentences").join(texts, on="article_id", suffix="_of_article")
        wrong = rows.filter(stretch.ne_missing(pl.col("text")))
        yield from rows_at_fault("sentence-offset-mismatch", wrong, message, "sentence_id", "/text")


@check("release", needs=SENTENCES, in_shares=True)
@rule(
    "sentence-overlap",
    level=3,
    meaning="No two sentences of an article share a character.",
    fix=CUT,
)
def overlaps(release: Release) -> Iterator[Found]:
    """No sentence begins before the one before it ends."""
    rows = release.labelled.filter(pl.col("start").is_not_null() & pl.col("end").is_not_null())
    reach = pl.col("end").cum_max().shift(1).over("article_id")
    rows = _ordered(rows, "start").with_columns(_reach=reach)
    wrong = rows.filter(pl.col("start") < pl.col("_reach"))
    message = "The sentence begins at {start}, inside another that ends at {_reach}."
    yield from rows_at_fault("sentence-overlap", wrong, message, "sentence_id", "/start")


@check("release", needs=SENTENCES, in_shares=True)
@rule(
    "sentence-order",
    level=3,
    meaning="The sentences of an article are numbered 1, 2, 3 … in text order; sentence_id ends "
    "with that number.",
    fix=CUT,
)
def order(release: Release) -> Iterator[Found]:
    """Sentences are numbered from 1 in the order of the text, and so are their ids."""
    rows = _ordered(release.labelled, "start").with_columns(
        _number=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("article_id")
    )
    wrong = rows.filter(pl.col("index") != pl.col("_number"))
    message = "The sentence has index {index}, but is number {_number} in its article's text."
    yield from rows_at_fault("sentence-order", wrong, message, "sentence_id", "/index")
    number = pl.col("index").cast(pl.String).str.zfill(3)
    named = pl.concat_str("article_id", number, separator=".")
    wrong = release.labelled.filter(named != pl.col("sentence_id"))
    message = "The sentence_id '{sentence_id}' is not made of '{article_id}' and {index}."
    yield from rows_at_fault("sentence-order", wrong, message, "sentence_id", "/sentence_id")


def _ordered(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    """The rows by article and offset."""
    return rows.sort("article_id", by, maintain_order=True)


@check("release", needs=ALL)
@rule(
    "row-order",
    level=3,
    meaning="The rows of every split are in the order of a cut: by article, place in its text, "
    "and annotator.",
    fix=CUT,
)
def rows_in_order(release: Release) -> Iterator[Found]:
    """No row stands before one that it should follow: whoever takes the first rows gets them."""
    for table, keys in _ORDERS.items():
        name, before = release.contract[table].key, None
        for part in release.contents.of(table):
            alone = replace(release.contents, parts=(part,))
            rows = alone.frame(table, *dict.fromkeys((name, *keys)), *PLACE)
            rows = rows.with_columns(pl.col("_file", "split").cast(pl.String))
            wrong = _out_of_order(rows if before is None else pl.concat([before, rows]), keys)
            message = f"The {name} '{{{name}}}' comes after one that it should precede."
            yield from rows_at_fault("row-order", wrong, message, name, f"/{name}")
            before = rows.tail(1)


def _out_of_order(rows: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """The rows of a split that sort before their predecessor."""
    less = pl.lit(False)
    for key in reversed(keys):
        before = pl.col(key).shift()
        less = (pl.col(key) < before) | ((pl.col(key) == before) & less)
    same = pl.col("split") == pl.col("split").shift()
    return rows.filter((same & less).fill_null(False))


@check("release", needs=(*SENTENCES, "quotes", "articles"), in_shares=True)
@rule(
    "split-mixed-event",
    level=3,
    meaning="All rows of an event and of its articles are in one split, the one that "
    "release.json states.",
    fix=CUT,
)
def sentence_articles(release: Release) -> Iterator[Found]:
    """A sentence's event is its article's."""
    known = release.table("articles").select("article_id", _event="event").unique("article_id")
    for table in ("sentences", "standoff", "quotes"):
        rows = release.table(table).join(known, on="article_id")
        wrong = rows.filter(pl.col("event") != pl.col("_event"))
        message = "The event is '{event}', but that of its article is '{_event}'."
        yield from rows_at_fault(
            "split-mixed-event", wrong, message, release.contract[table].key, "/event"
        )


@check("release", needs=ALL, in_shares=True)
@finds("split-mixed-event")
def splits(release: Release) -> Iterator[Found]:
    """All rows of an event are in the split that ``release.json`` states."""
    stated = release.manifest.get("splits")
    articles = release.table("articles").filter(pl.col("event").is_not_null())
    if isinstance(stated, dict):
        drawn = {event: split for event, split in stated.items() if isinstance(split, str)}
        wanted = pl.DataFrame(
            {"event": list(drawn), "_wanted": list(drawn.values())},
            schema={"event": pl.String, "_wanted": pl.String},
        )
    else:
        wanted = articles.group_by("event").agg(_wanted=pl.col("split").mode().first())
        wanted = wanted.with_columns(pl.col("_wanted").cast(pl.String))
    rows = articles.join(wanted, on="event", how="left")
    wrong = rows.filter(pl.col("split").cast(pl.String).ne_missing(pl.col("_wanted")))
    message = "The event '{event}' is in the split '{split}', but belongs to '{_wanted}'."
    yield from rows_at_fault("split-mixed-event", wrong, message, "article_id", "/event")
    home = articles.select("article_id", _wanted="split")
    for table in ("sentences", "standoff", "annotations", "quotes"):
        rows = release.table(table)
        both = _beside(rows.select("article_id", "split"), home, on="article_id")
        wrong = rows.with_columns(both["_wanted"]).filter(both["split"] != both["_wanted"])
        message = "The row is in the split '{split}', its article in '{_wanted}'."
        yield from rows_at_fault(
            "split-mixed-event", wrong, message, release.contract[table].key, "/article_id"
        )


@check("release", needs=(*SENTENCES, "annotations", "articles"), in_shares=True)
@rule(
    "answer-mismatch",
    level=3,
    meaning="An answer has the article, text and offsets of its sentence; an annotator has one "
    "kind.",
    fix=CUT,
)
@rule(
    "answer-duplicate",
    level=3,
    meaning="An annotator answers each sentence at most once in a round.",
    fix="Keep one of the answers in the round, and cut the release again.",
)
def answers(release: Release) -> Iterator[Found]:
    """An answer names its sentence's place, and nobody answers twice in a round."""
    rows = release.table("annotations")
    places = release.labelled.select("sentence_id", *(pl.col(n).alias(f"_{n}") for n in _ANCHOR))
    placed = _beside(rows.select("sentence_id", *_ANCHOR), places, on="sentence_id")
    for name in _ANCHOR:
        differs = placed[name] != placed[f"_{name}"]
        wrong = rows.with_columns(placed[f"_{name}"]).filter(differs) if differs.any() else None
        if wrong is not None:
            message = f"'{name}' is {{{name}}}, but that of the sentence is {{_{name}}}."
            yield from rows_at_fault("answer-mismatch", wrong, message, "annotation_id", f"/{name}")
    del placed
    hashes = release.table("articles").select("article_id", _sha256="text_sha256")
    read = _beside(rows.select("article_id", "text_sha256"), hashes, on="article_id")
    wrong = rows.filter(read["text_sha256"] != read["_sha256"])
    message = "The answer was given to another text of the article."
    yield from rows_at_fault("answer-mismatch", wrong, message, "annotation_id", "/text_sha256")
    del read
    of_round = pl.concat_str(pl.lit("."), "round", pl.lit("."), "annotator")
    # An answer keeps its id when its sentence is renumbered, so only the end is certain.
    named = pl.when(pl.col("round").is_null()).then(
        pl.col("annotation_id") == pl.concat_str("sentence_id", pl.lit("."), "annotator")
    )
    wrong = rows.filter(~named.otherwise(pl.col("annotation_id").str.ends_with(of_round)))
    message = "The annotation_id '{annotation_id}' does not end in the round and the annotator."
    yield from rows_at_fault("answer-mismatch", wrong, message, "annotation_id", "/annotation_id")
    key = ["sentence_id", "annotator", "round"]
    twice = rows.filter(~pl.struct(key).is_first_distinct())
    message = "'{annotator}' answered the sentence '{sentence_id}' more than once in a round."
    yield from rows_at_fault("answer-duplicate", twice, message, "annotation_id", "/annotator")


def _beside(rows: pl.DataFrame, others: pl.DataFrame, *, on: str) -> pl.DataFrame:
    """Narrow rows, in their order, with the columns of those that they refer to, or nulls.

    Of millions of rows only the columns that are compared are copied.
    """
    return rows.join(others.unique(on, keep="first"), on=on, how="left", maintain_order="left")


@check("release", needs=("annotations",))
@finds("answer-mismatch")
def kinds(release: Release) -> Iterator[Found]:
    """An annotator has one kind, the one that ``release.json`` states."""
    rows = release.contents.scan("annotations", "annotation_id", "annotator", _KIND, *PLACE)
    stated = release.manifest.get("annotators")
    if isinstance(stated, dict):
        known = pl.LazyFrame(
            {"annotator": list(stated), "_kind": [str(kind) for kind in stated.values()]},
            schema={"annotator": pl.String, "_kind": pl.String},
        )
    else:
        counted = rows.group_by("annotator", _KIND).len().sort("len", _KIND, descending=True)
        first = counted.unique("annotator", keep="first", maintain_order=True)
        known = first.select("annotator", _kind=_KIND)
    both = rows.join(known, on="annotator", how="left", maintain_order="left")
    wrong = both.filter(pl.col(_KIND).ne_missing(pl.col("_kind"))).collect(engine="streaming")
    message = "'{annotator}' is of the kind {annotator_kind} here, but {_kind} in the release."
    yield from rows_at_fault("answer-mismatch", wrong, message, "annotation_id", "/annotator_kind")


@check("release", needs=(*SENTENCES, "annotations"), in_shares=True)
@rule(
    "votes-mismatch",
    level=3,
    meaning="Votes, n_annotators, agreement, label and label_source follow from the answers, and "
    "an adjudicator with a reason is named where a label was adjudicated, and nowhere else.",
    fix=CUT,
)
@finds("label-unresolved")
def votes(release: Release) -> Iterator[Found]:
    """Votes and what follows from them, recomputed from the answers.

    An annotator has one vote: of several answers (in several rounds) the last counts, as in
    `copydesk.aggregate.aggregate`.
    """
    labels = release.contract.scheme.names
    counted = _counted(release.table("annotations"), len(labels))
    method = release.manifest.get("aggregation", "majority")
    for table in ("sentences", "standoff"):
        rows = release.table(table).join(counted, on="sentence_id", how="left")
        tests = [*_vote_tests(str(method), labels), *_decision_tests(rows.columns)]
        for column, wrong, message in tests:
            faulty = rows.filter(wrong)
            yield from rows_at_fault("votes-mismatch", faulty, message, "sentence_id", f"/{column}")
        undecided = rows.filter(_undecided(len(labels)))
        message = "No label has two thirds of the {_n} answers, and none was adjudicated."
        yield from rows_at_fault(
            "label-unresolved", undecided, message, "sentence_id", "/label_source"
        )


def _counted(answers: pl.DataFrame, labels: int) -> pl.DataFrame:
    names = ("sentence_id", "annotator", "label", "created_at", "annotation_id")
    answers = answers.filter(is_answer(answers.columns)).select(names)
    if answers.select("sentence_id", "annotator").is_duplicated().any():
        answers = answers.sort("created_at", "annotation_id", nulls_last=False).unique(
            ["sentence_id", "annotator"], keep="last", maintain_order=True
        )
    counts = [(pl.col("label") == n).sum().cast(pl.Int32).alias(f"_{n}") for n in range(labels)]
    return answers.group_by("sentence_id").agg(*counts, pl.len().cast(pl.Int32).alias("_n"))


def _vote_tests(method: str, labels: tuple[str, ...]) -> Iterator[tuple[str, pl.Expr, str]]:
    given = [pl.col(f"_{n}").fill_null(0) for n in range(len(labels))]
    stated = [pl.col("votes").struct.field(label) for label in labels]
    total, top = pl.col("_n").fill_null(0), pl.max_horizontal(given)
    differ = pl.any_horizontal(a != b for a, b in zip(given, stated, strict=True))
    answered = ", ".join(f"{label} {{_{n}}}" for n, label in enumerate(labels))
    yield "votes", differ, f"The votes are {{votes}}, but the answers are {answered}."
    message = "'n_annotators' is {n_annotators}, but {_n} answered."
    yield "n_annotators", pl.col("n_annotators") != total, message
    share = pl.when(total > 0).then(top / total)
    message = "'agreement' is {agreement}, which is not the share of the commonest answer."
    yield "agreement", (pl.col("agreement") - share).abs() > 1e-9, message
    source = _source(total, top)
    # Adjudication overrides the votes, and an aggregation model may contradict them.
    decided = pl.col("label_source").is_in(["adjudicated", "dawid-skene", "mace"])
    stated_label = pl.coalesce(
        pl.when(pl.col("label") == n).then(votes) for n, votes in enumerate(given)
    )
    message = "The label is {label}, but the commonest answer is a different one."
    yield "label", ~decided & (stated_label < top), message
    wrong = ~decided & (pl.col("label_source") != source) & (pl.col("label_source") != "unresolved")
    message = "'label_source' is {label_source}, which is not how its {_n} answers decide."
    yield "label_source", wrong, message
    allowed = ["adjudicated"] if method == "majority" else ["adjudicated", method]
    wrong = decided & ~pl.col("label_source").is_in(allowed)
    message = f"'label_source' is {{label_source}}, but the release was aggregated by {method}."
    yield "label_source", wrong, message


def _decision_tests(columns: list[str]) -> Iterator[tuple[str, pl.Expr, str]]:
    decided = pl.col("label_source") == "adjudicated"
    for column in ("adjudicator", "reason"):
        if column in columns:
            message = f"'label_source' is {{label_source}}, but '{column}' is {{{column}}}."
            yield column, decided != pl.col(column).is_not_null(), message


def _source(total: pl.Expr, top: pl.Expr) -> pl.Expr:
    return (
        pl.when(total == 1)
        .then(pl.lit("single"))
        .when(top == total)
        .then(pl.lit("unanimous"))
        .otherwise(pl.lit("majority"))
    )


def _undecided(labels: int) -> pl.Expr:
    top = pl.max_horizontal(f"_{n}" for n in range(labels))
    by_votes = pl.col("label_source").is_in(["single", "unanimous", "majority"])
    return by_votes & (top * 3 < pl.col("_n") * 2)
