"""Text: canonical form, sentences and zones, quotations and suggested labels."""

from __future__ import annotations

from copydesk.text.attributions import Attribution, attributions
from copydesk.text.canonical import canonical
from copydesk.text.expectations import expectations
from copydesk.text.language import suggests
from copydesk.text.lexicon import Cue
from copydesk.text.pieces import Piece, Zone
from copydesk.text.quotations import Form, Quotation, quotations, quoted_ratio
from copydesk.text.resolution import Source
from copydesk.text.segment import segment
from copydesk.text.suggest import Suggestion, suggest

__all__ = [
    "Attribution",
    "Cue",
    "Form",
    "Piece",
    "Quotation",
    "Source",
    "Suggestion",
    "Zone",
    "attributions",
    "canonical",
    "expectations",
    "quotations",
    "quoted_ratio",
    "segment",
    "suggest",
    "suggests",
]
