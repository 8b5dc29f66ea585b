"""The card of a suggester: a page of Markdown that says what it is and what it is not for."""

from __future__ import annotations

from copydesk.pages.markdown import render
from copydesk.suggester.weights import Weights


def card(weights: Weights) -> str:
    """The card, from what the file itself says."""
    return render("suggester.md.jinja", head=weights.head, weights=weights)
