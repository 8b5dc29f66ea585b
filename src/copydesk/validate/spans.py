"""Level 3, stretches of text: pieces, quotations and cues against the text that they are of.

Offsets are code points. Where a text is withheld, only what needs no text is checked.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from copydesk.release.contents import PLACE
from copydesk.text import Piece, Quotation, quoted_ratio
from copydesk.validate.faults import Found, rows_at_fault
from copydesk.validate.rules import SENTENCES, check, finds, rule
from copydesk.validate.untrusted_release import Release

_BLANK = r"^\s*$"
_TOLERANCE = 1e-9
_BATCH = 1000


@check("release", needs=("articles",), in_shares=True)
@rule(
    "piece-coverage",
    level=3,
    meaning="Every non-blank character of a text is in exactly one piece, and the labelled "
    "sentences are exactly the pieces that are units.",
    fix="Run 'copydesk build', and cut the release again.",
)
def pieces(release: Release) -> Iterator[Found]:
    """Every non-blank character is in one piece, and no piece begins or ends with a blank."""
    rows = _exploded(release.table("articles"))
    end = pl.col("end").cum_max().shift(1, fill_value=0).over("article_id")
    unit_before = pl.col("is_unit").shift(1, fill_value=False).over("article_id")
    # Two units that overlap are two sentences that do, which is another rule, unless one stands
    # there twice: it is one sentence.
    again = pl.all_horizontal(
        pl.col(name) == pl.col(name).shift(1).over("article_id") for name in ("start", "end")
    ).fill_null(False)
    both = pl.col("is_unit") & unit_before & ~again
    overlap = rows.with_columns(_before=end).filter((pl.col("start") < end) & ~both)
    message = "The piece at {start} begins inside the previous one, which ends at {_before}."
    yield from _piece_faults(overlap, message)
    articles = release.table("articles").filter(pl.col("text").is_not_null())
    for batch in articles.iter_slices(_BATCH):
        yield from _covered(batch)


def _covered(articles: pl.DataFrame) -> Iterator[Found]:
    """The same of articles whose text is given."""
    start, end, text = pl.col("start"), pl.col("end"), pl.col("text")
    before = end.cum_max().shift(1, fill_value=0).over("article_id")
    rows = _exploded(articles, "text").with_columns(_before=before)
    gap = text.str.slice(pl.col("_before"), (start - pl.col("_before")).clip(0))
    message = "Before the piece at {start} is text that is in no piece, from {_before} on."
    yield from _piece_faults(rows.filter(~gap.str.contains(_BLANK)), message)
    stretch = text.str.slice(start.clip(0), (end - start).clip(0))
    ragged = stretch.str.contains(r"^\s|\s$|\n|^$") | (stretch.str.len_chars() != end - start)
    message = "The piece from {start} to {end} has blanks at an end, or is not within one line."
    yield from _piece_faults(rows.filter(ragged), message)
    last = rows.group_by("article_id").agg(_end=end.max())
    rest = articles.join(last, on="article_id", how="left").with_columns(
        pl.col("_end").fill_null(0)
    )
    tail = text.str.slice(pl.col("_end").clip(0))
    message = "After the last piece is text that is in no piece, from {_end} on."
    yield from _piece_faults(rest.filter(~tail.str.contains(_BLANK)), message)


def _piece_faults(rows: pl.DataFrame, message: str) -> Iterator[Found]:
    yield from rows_at_fault("piece-coverage", rows, message, "article_id", "/pieces")


def _exploded(articles: pl.DataFrame, *more: str) -> pl.DataFrame:
    rows = articles.select("article_id", "pieces", *more, *PLACE)
    rows = rows.filter(pl.col("pieces").list.len() > 0).explode("pieces").unnest("pieces")
    return rows.filter(pl.col("start").is_not_null() & pl.col("end").is_not_null())


@check("release", needs=("articles", "sentences", "standoff"), in_shares=True)
@finds("piece-coverage")
def units(release: Release) -> Iterator[Found]:
    """The labelled sentences are exactly the pieces that are units."""
    key = ["article_id", "start", "end", "zone"]
    wanted = _exploded(release.table("articles")).filter(pl.col("is_unit"))
    missing = wanted.join(release.labelled, on=key, how="anti")
    message = "The unit from {start} to {end} ({zone}) is not a labelled sentence of the release."
    yield from _piece_faults(missing, message)
    known = release.table("articles").select("article_id")
    labelled = release.labelled.join(known, on="article_id", how="semi")
    extra = labelled.join(wanted, on=key, how="anti")
    message = "No piece of the article that is a unit goes from {start} to {end} ({zone})."
    yield from rows_at_fault("piece-coverage", extra, message, "sentence_id", "/start")


@check("release", needs=(*SENTENCES, "quotes", "articles"), in_shares=True)
@rule(
    "quote-outside-sentence",
    level=3,
    meaning="A quotation lists exactly the sentences that it overlaps, and begins and ends inside "
    "a piece.",
    fix="Run 'copydesk build', and cut the release again.",
)
def quotes(release: Release) -> Iterator[Found]:
    """A quotation lies in exactly the sentences that it names."""
    rows = release.table("quotes")
    touched = release.touches.group_by("_file", "_row").agg(
        _touched=pl.col("sentence_id").sort(),
        _from=pl.col("_from").min(),
        _to=pl.col("_to").max(),
    )
    place = ["_file", "_row"]
    both = rows.join(touched, on=place, how="left").join(_named(release), on=place, how="left")
    nothing = pl.lit([], dtype=pl.List(pl.String))
    named = pl.when(pl.col("sentence_ids").is_not_null()).then(pl.col("_named").fill_null(nothing))
    wrong = both.filter(named.ne_missing(pl.col("_touched").fill_null(nothing)))
    message = "It names the sentences {sentence_ids}, but touches {_touched}."
    yield from rows_at_fault("quote-outside-sentence", wrong, message, "quote_id", "/sentence_ids")
    beyond = both.filter((pl.col("start") < pl.col("_from")) | (pl.col("end") > pl.col("_to")))
    # A quotation may begin or end in a line that is not a unit, but not between pieces.
    outside = beyond.join(_within_pieces(release, beyond), on=["_file", "_row"], how="anti")
    message = "It goes from {start} to {end}, beyond its sentences, {_from} to {_to}."
    yield from rows_at_fault("quote-outside-sentence", outside, message, "quote_id", "/start")


def _named(release: Release) -> pl.DataFrame:
    """The sentences that a quotation names, sorted; ids of none are named by another rule."""
    ids = release.table("quotes").select("_file", "_row", sentence_id="sentence_ids")
    known = release.labelled.select("sentence_id").unique()
    found = ids.explode("sentence_id").join(known, on="sentence_id")
    return found.group_by("_file", "_row").agg(_named=pl.col("sentence_id").sort())


def _within_pieces(release: Release, rows: pl.DataFrame) -> pl.DataFrame:
    """``_file`` and ``_row`` of the rows that begin in a piece and end in one."""
    wanted = release.table("articles").join(rows, on="article_id", how="semi")
    pieces = _exploded(wanted).select("article_id", _first="start", _last="end")
    both = rows.select("article_id", "start", "end", "_file", "_row").join(pieces, on="article_id")
    begins = pl.col("start").is_between(pl.col("_first"), pl.col("_last"), closed="left")
    ends = pl.col("end").is_between(pl.col("_first"), pl.col("_last"), closed="right")
    found = both.group_by("_file", "_row").agg(_inside=begins.any() & ends.any())
    return found.filter("_inside")


@check("release", needs=("quotes", "articles"), in_shares=True)
@rule(
    "quote-mismatch",
    level=3,
    meaning="The words and speaker of a quotation are the text at their offsets, its cue lies in a "
    "sentence, and its group belongs to one event.",
    fix="Run 'copydesk build', and cut the release again.",
)
def words_of_quotes(release: Release) -> Iterator[Found]:
    """The words of a quotation and its speaker are those at their offsets."""
    for texts in release.texts():
        rows = release.table("quotes").join(texts, on="article_id", suffix="_of_article")
        yield from _words_of(rows)
    yield from _beyond_withheld(release)


def _beyond_withheld(release: Release) -> Iterator[Found]:
    """Speakers and cues that lie beyond an article of which only the pieces are known."""
    ends = pl.col("pieces").list.eval(pl.element().struct.field("end")).list.max()
    shut = release.table("articles").filter(pl.col("text").is_null())
    shut = shut.select("article_id", _length=ends).unique("article_id")
    rows = release.table("quotes").join(shut, on="article_id")
    for name in ("speaker", "source", "cue"):
        if name in rows.columns:
            wrong = rows.filter(pl.col(name).struct.field("end") > pl.col("_length"))
            message = f"The {name} lies beyond the end of the article, {{_length}}: {{{name}}}."
            yield from rows_at_fault("quote-mismatch", wrong, message, "quote_id", f"/{name}")


def _words_of(rows: pl.DataFrame) -> Iterator[Found]:
    whole = pl.col("text_of_article")
    start, end = pl.col("start"), pl.col("end")
    stretch = whole.str.slice(start.clip(0), (end - start).clip(0))
    wrong = rows.filter(stretch.ne_missing(pl.col("text")))
    message = "The article's code points {start} to {end} are not these words."
    yield from rows_at_fault("quote-mismatch", wrong, message, "quote_id", "/text")
    for name in ("speaker", "source"):
        if name not in rows.columns:
            continue
        span = pl.col(name).struct
        start, end = span.field("start"), span.field("end")
        stretch = whole.str.slice(start.clip(0), (end - start).clip(0))
        wrong = rows.filter(pl.col(name).is_not_null() & stretch.ne_missing(span.field("text")))
        message = f"The {name} is not the article's text at its offsets: {{{name}}}."
        yield from rows_at_fault("quote-mismatch", wrong, message, "quote_id", f"/{name}")
    cue = pl.col("cue").struct
    wrong = rows.filter(cue.field("end") > whole.str.len_chars())
    message = "The cue lies beyond the end of the article: {cue}."
    yield from rows_at_fault("quote-mismatch", wrong, message, "quote_id", "/cue")


@check("release", needs=("quotes",), in_shares=True)
@finds("quote-mismatch")
def groups(release: Release) -> Iterator[Found]:
    """A group is of one event, has at least two quotations, and one of them is the fullest."""
    rows = release.table("quotes")
    alone = pl.col("group").is_null()
    wrong = rows.filter(
        (alone != pl.col("relation").is_null()) | (alone != pl.col("similarity").is_null())
    )
    message = "Of group, relation and similarity some are null and others are not."
    yield from rows_at_fault("quote-mismatch", wrong, message, "quote_id", "/group")
    of_group = pl.col("group")
    fullest = (pl.col("relation") == "identical") & (pl.col("similarity") > 1 - _TOLERANCE)
    rows = rows.filter(~alone).with_columns(
        _members=pl.len().over("event", of_group),
        _leads=fullest.any().over("event", of_group),
    )
    small = rows.filter(pl.col("_members") < 2)
    message = "The group '{group}' has one quotation in the event '{event}'."
    yield from rows_at_fault("quote-mismatch", small, message, "quote_id", "/group")
    headless = rows.filter((pl.col("_members") >= 2) & ~pl.col("_leads"))
    message = "No quotation of the group '{group}' is the fullest, identical to itself."
    yield from rows_at_fault("quote-mismatch", headless, message, "quote_id", "/relation")
    odd = rows.filter((pl.col("relation") == "identical") & (pl.col("similarity") < 1 - _TOLERANCE))
    message = (
        "It is marked identical to the fullest of its group, but its similarity is {similarity}."
    )
    yield from rows_at_fault("quote-mismatch", odd, message, "quote_id", "/similarity")


@check("release", needs=(*SENTENCES, "quotes"), in_shares=True)
@rule(
    "quoted-ratio-mismatch",
    level=3,
    meaning="quoted_ratio is the share of the sentence's words inside its quotations.",
    fix="Run 'copydesk build', and cut the release again.",
)
def ratios(release: Release) -> Iterator[Found]:
    """quoted_ratio follows from the quotations.

    Sentences without quotation must have 0, withheld or not. Of the others the words are counted
    in columns; where that does not give the stated share, `copydesk.text.quoted_ratio` decides.
    """
    quoted = release.touches.select("sentence_id").unique()
    plain = release.labelled.join(quoted, on="sentence_id", how="anti")
    wrong = plain.filter(pl.col("quoted_ratio") > 0)
    message = "'quoted_ratio' is {quoted_ratio}, but the sentence has no quotation."
    yield from rows_at_fault(
        "quoted-ratio-mismatch", wrong, message, "sentence_id", "/quoted_ratio"
    )
    rows = release.table("sentences").join(quoted, on="sentence_id", how="semi")
    unsure = rows.join(_word_shares(rows, release.touches), on="sentence_id", how="left").filter(
        (pl.col("quoted_ratio") - pl.col("_share")).abs().fill_null(1.0) > _TOLERANCE
    )
    if unsure.is_empty():
        return
    exact = _exact(unsure, release.touches)
    wrong = unsure.with_columns(_exact=exact).filter(
        (pl.col("quoted_ratio") - pl.col("_exact")).abs() > _TOLERANCE
    )
    message = "'quoted_ratio' is {quoted_ratio}, but {_exact} of the words are quoted."
    yield from rows_at_fault(
        "quoted-ratio-mismatch", wrong, message, "sentence_id", "/quoted_ratio"
    )


def _word_shares(rows: pl.DataFrame, touches: pl.DataFrame) -> pl.DataFrame:
    word = r"[^\W_]+(?:['’.-][^\W_]+)*"
    first = pl.max_horizontal("start", "_from") - pl.col("_from")
    last = pl.min_horizontal("end", "_to") - pl.col("_from")
    inside = touches.join(rows.select("sentence_id", "text"), on="sentence_id").with_columns(
        _quoted=pl.col("text").str.slice(first, last - first).str.count_matches(word)
    )
    return (
        inside.group_by("sentence_id")
        .agg(pl.col("_quoted").sum(), _words=pl.col("text").first().str.count_matches(word))
        .select("sentence_id", _share=pl.col("_quoted") / pl.col("_words"))
    )


def _exact(rows: pl.DataFrame, touches: pl.DataFrame) -> pl.Series:
    wanted = touches.join(rows, on="sentence_id", how="semi").sort("start")
    quotes: dict[str, list[Quotation]] = {}
    for name, start, end, shift in wanted.select(
        "sentence_id", "start", "end", "_from"
    ).iter_rows():
        # An offset before the sentence is as good as its beginning.
        quotes.setdefault(name, []).append(_span(max(start - shift, 0), end - shift))
    return pl.Series(
        [
            quoted_ratio(text, Piece(0, len(text), "body", True), quotes.get(name, []))
            for name, text in rows.select("sentence_id", "text").iter_rows()
        ],
        dtype=pl.Float64,
    )


def _span(start: int, end: int) -> Quotation:
    return Quotation(
        start=start, end=end, form="direct", speaker=None, cue=None, source=None, pieces=()
    )
