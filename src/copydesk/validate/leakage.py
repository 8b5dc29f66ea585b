"""Level 4: the same or nearly the same text in two splits (see `copydesk.release.crossing`)."""

from __future__ import annotations

from collections.abc import Iterator

from copydesk.release.contents import PLACE
from copydesk.release.crossing import same_sentences, same_texts
from copydesk.release.near import near_sentences
from copydesk.validate.faults import Found, rows_at_fault
from copydesk.validate.rules import SENTENCES, check, rule
from copydesk.validate.surroundings import Released


@check("released", needs=(*SENTENCES, "articles"))
@rule(
    "duplicate-text-across-splits",
    level=4,
    meaning="No text, and no sentence of eight words or more, appears in two splits.",
    fix="Give the articles one event, so that they share a split.",
)
def duplicates(subject: Released) -> Iterator[Found]:
    """No article's text and no sentence of eight words is in two splits."""
    release = subject.release
    articles = release.contents.frame("articles", "article_id", *PLACE, "text_sha256")
    message = "The text of '{article_id}' is also in the split '{_other}', as '{_twin}'."
    yield from rows_at_fault(
        "duplicate-text-across-splits", same_texts(articles), message, "article_id", "/text"
    )
    twins = same_sentences(
        release.contents.scan("sentences", "sentence_id", *PLACE, "text"),
        release.contents.scan("standoff", "sentence_id", *PLACE, "text_sha256", "start", "end"),
    )
    message = "The sentence is also in the split '{_other}', as '{_twin}'."
    yield from rows_at_fault("duplicate-text-across-splits", twins, message, "sentence_id", "/text")


@check("released", needs=("sentences",))
@rule(
    "near-duplicate-across-splits",
    level=4,
    meaning="No two sentences of different splits are near-duplicates.",
    fix="Give their articles one event, so that they share a split.",
)
def near_duplicates(subject: Released) -> Iterator[Found]:
    """No two sentences of different splits share most of their pairs of words."""
    threshold = float(subject.threshold("near_duplicate"))
    rows = subject.release.contents.scan("sentences", "sentence_id", "text", *PLACE)
    near = near_sentences(rows, threshold)
    message = (
        "It shares {_similarity} of its pairs of words with '{_twin}' of the split '{_other}'."
    )
    yield from rows_at_fault("near-duplicate-across-splits", near, message, "sentence_id", "/text")
