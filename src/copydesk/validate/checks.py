"""What is checked of a release after it was read, in order: the functions and their rules."""

from __future__ import annotations

from typing import Final

from copydesk.validate import (
    given,
    leakage,
    people,
    personal,
    published,
    relations,
    shape,
    sources,
    spans,
)
from copydesk.validate.engine import Check

_SENTENCES: Final = ("sentences", "standoff")
_ALL: Final = (*_SENTENCES, "articles", "annotations", "quotes")
_DESCRIBED: Final = (*_ALL, "manifest", "facts")

RELEASE_CHECKS: Final = (
    Check(rules=("row-count-mismatch",), run=published.counts),
    Check(rules=("schema-violation",), run=shape.manifest),
    Check(
        rules=(
            "value-null",
            "value-out-of-range",
            "label-unknown",
            "label-unresolved",
            "id-malformed",
        ),
        run=shape.values,
    ),
    Check(rules=("text-not-canonical",), run=shape.texts, needs=("articles",)),
    Check(
        rules=("id-duplicate",),
        run=relations.duplicates,
        needs=_ALL,
    ),
    Check(
        rules=("article-unknown",),
        run=relations.articles,
        needs=_ALL,
    ),
    Check(
        rules=("sentence-unknown",),
        run=relations.annotated,
        needs=(*_SENTENCES, "annotations"),
    ),
    Check(rules=("sentence-unknown",), run=relations.quoted, needs=(*_SENTENCES, "quotes")),
    Check(rules=("text-hash-mismatch",), run=relations.hashes, needs=("articles",)),
    Check(
        rules=("sentence-offset-mismatch",),
        run=relations.offsets,
        needs=("articles", "sentences"),
    ),
    Check(rules=("sentence-overlap",), run=relations.overlaps, needs=_SENTENCES),
    Check(rules=("sentence-order",), run=relations.order, needs=_SENTENCES),
    Check(rules=("piece-coverage",), run=spans.pieces, needs=("articles",)),
    Check(rules=("piece-coverage",), run=spans.units, needs=("articles", *_SENTENCES)),
    Check(
        rules=("votes-mismatch", "label-unresolved"),
        run=relations.votes,
        needs=(*_SENTENCES, "annotations"),
    ),
    Check(
        rules=("answer-mismatch", "answer-duplicate"),
        run=relations.answers,
        needs=(*_SENTENCES, "annotations", "articles"),
    ),
    Check(
        rules=("quote-outside-sentence",),
        run=spans.quotes,
        needs=(*_SENTENCES, "quotes", "articles"),
    ),
    Check(rules=("quote-mismatch",), run=spans.words_of_quotes, needs=("quotes", "articles")),
    Check(rules=("quote-mismatch",), run=spans.groups, needs=("quotes",)),
    Check(rules=("cue-outside-sentence",), run=spans.cues, needs=_SENTENCES),
    Check(rules=("quoted-ratio-mismatch",), run=spans.ratios, needs=(*_SENTENCES, "quotes")),
    Check(
        rules=("split-mixed-event",),
        run=relations.sentence_articles,
        needs=(*_SENTENCES, "quotes", "articles"),
    ),
    Check(
        rules=("split-mixed-event",),
        run=relations.splits,
        needs=_ALL,
    ),
)
"""Levels 1 to 3: what a release says of itself. Each takes a `Release`."""

AROUND_CHECKS: Final = (
    Check(
        rules=("duplicate-text-across-splits",),
        run=leakage.duplicates,
        needs=(*_SENTENCES, "articles"),
    ),
    Check(
        rules=("near-duplicate-across-splits",), run=leakage.near_duplicates, needs=("sentences",)
    ),
    Check(rules=("label-drift",), run=people.drift, needs=(*_SENTENCES, "previous")),
    Check(
        rules=("agreement-below-threshold", "annotator-outlier"),
        run=people.agreement,
        needs=("annotations",),
    ),
    Check(rules=("personal-data",), run=personal.texts, needs=("articles",)),
    Check(rules=("personal-data",), run=personal.annotators, needs=("annotations",)),
    Check(
        rules=("text-withheld-leaked",),
        run=given.withheld,
        needs=("sentences", "articles", "quotes"),
    ),
    Check(
        rules=("text-withheld-leaked",),
        run=given.leaked,
        needs=("standoff", "articles", "corpus"),
    ),
    Check(rules=("value-null",), run=given.missing, needs=("standoff", "articles", "quotes")),
    Check(
        rules=("licence-unknown", "text-withheld-leaked"), run=given.licences, needs=("articles",)
    ),
    Check(rules=("attribution-missing",), run=given.attributions, needs=("articles",)),
    Check(rules=("version-too-small",), run=published.version, needs=_ALL),
    Check(rules=("release-changed",), run=published.digest, needs=("dataset",)),
    Check(rules=("schema-disagrees",), run=published.schemas),
    Check(rules=("source-disagrees",), run=sources.sources, needs=("articles", "corpus")),
    Check(rules=("source-disagrees",), run=sources.answered, needs=("annotations", "corpus")),
)
"""Levels 4 and 5: a `Released`, with the data set and the corpus that the release lies in."""

DOCUMENT_CHECKS: Final = (
    Check(rules=("changes-missing",), run=published.changed, needs=(*_DESCRIBED, "dataset")),
    Check(rules=("card-disagrees",), run=published.described, needs=(*_DESCRIBED, "dataset")),
    Check(rules=("croissant-disagrees",), run=published.machine_readable, needs=_DESCRIBED),
    Check(
        rules=("datasheet-disagrees",),
        run=published.datasheet_of,
        needs=(*_DESCRIBED, "corpus"),
    ),
)
"""Level 5, what is rendered from the release's numbers. Each takes a `Released`."""

REBUILD_CHECKS: Final = (
    Check(rules=("rebuild-differs",), run=sources.rebuilt, needs=(*_ALL, "manifest", "corpus")),
)
"""Slow: the release is cut again. Each takes a `Released`."""
