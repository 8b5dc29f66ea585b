"""Level 3: cues and groups, as far as the release itself shows what names them.

Only a rebuild can tell whether quotations and cues are those that the text code finds. Their names
are judged here: an entry is one of a lexicon, and stands for the words at its cue; a group has the
digest of an utterance. The last two, like the groups themselves, follow from the text code, so they
are judged only in releases made by the installed version.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from copydesk.batch import text_code
from copydesk.release.contents import PLACE
from copydesk.utterances import relate
from copydesk.validate import lexicon_entries
from copydesk.validate.faults import Found, rows_at_fault
from copydesk.validate.rules import SENTENCES, check, finds, rule
from copydesk.validate.untrusted_release import Release

_GROUP = r"^[0-9a-f]{16}$"
_GROUPED = ("group", "relation", "similarity")


@check("release", needs=SENTENCES, in_shares=True)
@rule(
    "cue-outside-sentence",
    level=3,
    meaning="A cue is in its sentence, and names an entry of a lexicon that has its words.",
    fix="Run 'copydesk build', and cut the release again.",
)
def cues(release: Release) -> Iterator[Found]:
    """Every cue is in its sentence and names an entry."""
    rows = release.labelled.select("sentence_id", "start", "end", "cues", *PLACE)
    rows = rows.filter(pl.col("cues").list.len() > 0).explode("cues")
    cue = pl.col("cues").struct
    outside = (cue.field("start") < pl.col("start")) | (cue.field("end") > pl.col("end"))
    message = "The sentence goes from {start} to {end}; the cue {cues} is not in it."
    wrong = rows.filter(outside)
    yield from rows_at_fault("cue-outside-sentence", wrong, message, "sentence_id", "/cues")
    yield from _unnamed(rows, "cues", "sentence_id", "cue-outside-sentence")
    given = release.table("sentences").select("sentence_id", "text")
    at = rows.filter(~outside & (cue.field("start") < cue.field("end"))).join(
        given, on="sentence_id"
    )
    first, length = cue.field("start") - pl.col("start"), cue.field("end") - cue.field("start")
    at = at.with_columns(_cue=pl.col("text").str.slice(first, length))
    yield from _other_words(release, at, "cues", "sentence_id", "cue-outside-sentence")


@check("release", needs=("quotes", "articles"), in_shares=True)
@finds("quote-mismatch")
def cues_of_quotes(release: Release) -> Iterator[Found]:
    """The cue of a quotation names an entry, which stands for the words at its offsets."""
    rows = release.table("quotes").filter(pl.col("cue").is_not_null())
    yield from _unnamed(rows, "cue", "quote_id", "quote-mismatch")
    cue = pl.col("cue").struct
    for texts in release.texts():
        at = rows.join(texts, on="article_id", suffix="_of_article")
        at = at.filter(cue.field("start").is_between(0, cue.field("end"), closed="left"))
        length = cue.field("end") - cue.field("start")
        at = at.with_columns(_cue=pl.col("text_of_article").str.slice(cue.field("start"), length))
        yield from _other_words(release, at, "cue", "quote_id", "quote-mismatch")


def _unnamed(rows: pl.DataFrame, column: str, record: str, rule: str) -> Iterator[Found]:
    """The rows whose cue names no entry of any lexicon."""
    entry = pl.col(column).struct.field("entry")
    named = [
        name
        for name in rows.select(entry.unique()).to_series().drop_nulls()
        if lexicon_entries.is_entry(name)
    ]
    wrong = rows.filter(~entry.is_in(named))
    message = f"The cue {{{column}}} names no entry of a lexicon, such as 'clause-verbs/say'."
    yield from rows_at_fault(rule, wrong, message, record, f"/{column}")


def _other_words(
    release: Release, rows: pl.DataFrame, column: str, record: str, rule: str
) -> Iterator[Found]:
    """The rows whose cue names an entry that the words at its offsets, ``_cue``, do not have."""
    if not _is_of_today(release):
        return
    pairs = rows.select(entry=pl.col(column).struct.field("entry"), words="_cue").unique()
    wrong = pairs.filter(
        [not lexicon_entries.stands_for(entry, said) for entry, said in pairs.iter_rows()]
        if pairs.height
        else pl.lit(False)
    )
    entry = pl.col(column).struct.field("entry")
    found = rows.join(
        wrong, left_on=[entry, "_cue"], right_on=["entry", "words"], how="semi", nulls_equal=True
    )
    message = f"The cue {{{column}}} stands at “{{_cue}}”, which is not a form of that entry."
    yield from rows_at_fault(rule, found, message, record, f"/{column}")


@check("release", needs=("quotes",), in_shares=True)
@finds("quote-mismatch")
def names_of_groups(release: Release) -> Iterator[Found]:
    """A group is named by a digest, and follows from the words of its event's quotations."""
    rows = release.table("quotes")
    wrong = rows.filter(~pl.col("group").str.contains(_GROUP))
    message = "The group '{group}' is not named by the first 16 digits of a SHA-256."
    yield from rows_at_fault("quote-mismatch", wrong, message, "quote_id", "/group")
    if not _is_of_today(release) or rows.is_empty():
        return
    whole = rows.filter(pl.col("text").is_not_null().all().over("event"))
    again = relate(whole).select(pl.col(name).alias(f"_{name}") for name in _GROUPED)
    both = whole.hstack(again)
    unlike = pl.any_horizontal(pl.col(n).ne_missing(pl.col(f"_{n}")) for n in _GROUPED)
    message = (
        "By the words of its event's quotations it has the group {_group}, relation {_relation} "
        "and similarity {_similarity}; it states {group}, {relation} and {similarity}."
    )
    yield from rows_at_fault("quote-mismatch", both.filter(unlike), message, "quote_id", "/group")


def _is_of_today(release: Release) -> bool:
    """Whether the release was made by the text code that is installed."""
    return release.manifest.get("text_code") == text_code()
