"""Text: canonical form, sentences and zones."""

from __future__ import annotations

from copydesk.text.canonical import canonical
from copydesk.text.pieces import Piece, Zone
from copydesk.text.segment import segment

__all__ = ["Piece", "Zone", "canonical", "segment"]
