"""Level 4: personal data in text that is given, and annotators who go by their own names.

A message names the kind and the place, never the value (see `copydesk.personal`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from copydesk.personal import SUSPICIOUS, find
from copydesk.release.contents import PLACE
from copydesk.validate.faults import Fault, Found, rows_at_fault
from copydesk.validate.rules import check, finds, rule
from copydesk.validate.surroundings import Released

_COLUMNS: Final = ("text", "title", "outlet", "attribution")


@check("released", needs=("articles",), in_shares=True)
@rule(
    "personal-data",
    level=4,
    meaning="No text contains an e-mail address, phone number, bank account or similar, and "
    "annotators have pseudonyms.",
    fix="Remove it from the text, or withhold the article; give the annotator a pseudonym.",
)
def texts(subject: Released) -> Iterator[Found]:
    """No text that is given contains personal data."""
    articles = subject.release.table("articles")
    for column in _COLUMNS:
        for row in articles.filter(pl.col(column).str.contains(SUSPICIOUS)).iter_rows(named=True):
            for kind, start, end in find(row[column]):
                yield Fault(
                    rule="personal-data",
                    message=f"Code points {start} to {end} look like {kind}.",
                    file=str(row["_file"]),
                    row=row["_row"],
                    record=str(row["article_id"]),
                    pointer=f"/{column}",
                )


@check("released", needs=("annotations",))
@finds("personal-data")
def annotators(subject: Released) -> Iterator[Found]:
    """People who answered are named by pseudonyms."""
    pattern = str(subject.threshold("pseudonyms"))
    columns = ("annotation_id", "annotator", "annotator_kind", *PLACE)
    rows = subject.release.contents.scan("annotations", *columns)
    rows = rows.filter(pl.col("annotator_kind") == "human")
    rows = rows.unique("annotator", keep="first", maintain_order=True)
    named = rows.collect(engine="streaming")
    named = named.filter(~pl.col("annotator").str.contains(pattern))
    message = (
        "An annotator goes by a name; a pseudonym is a word and a number, such as a1 "
        "(checks.pseudonyms of copydesk.toml decides)."
    )
    yield from rows_at_fault("personal-data", named, message, "annotation_id", "/annotator")
