"""Agreement as one HTML page: no network, no script, charts beside their tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from copydesk.agreement.alpha import Alpha
from copydesk.agreement.disputed import Disputed
from copydesk.agreement.flags import FlaggedSentence
from copydesk.agreement.measure import IN_ORDER_OF_TIME, OVER_ROUNDS, Agreement, Group
from copydesk.contract.labels import NEWS
from copydesk.pages.html import page

_SHOWN_GROUPS = 40


@dataclass(frozen=True, kw_only=True)
class Context:
    """A sentence with the text before and after it, as far as the reader may see it."""

    before: str
    sentence: str
    after: str


def html_page(
    agreement: Agreement,
    *,
    title: str = "Agreement",
    colours: Mapping[str, str] = NEWS.colours,
    context: Callable[[Disputed | FlaggedSentence], Context | None] | None = None,
    comments: Mapping[tuple[str | None, str], Sequence[tuple[str, str]]] | None = None,
) -> str:
    """The whole result as a self-contained page that also prints and works without JavaScript.

    Args:
        agreement: what ``measure`` found.
        title: heading of the page, such as the name of the round.
        colours: the labels' colours as ``#rrggbb``; one that is missing is chosen.
        context: the text of a disputed or flagged sentence, or None where it may not be shown; the
            page then gives its article and offsets. Without it no text is shown at all.
        comments: what annotators wrote, by round and sentence_id, each with its annotator.
    """
    disputed = [(item, context(item) if context else None) for item in agreement.disputed]
    return page(
        "agreement.html.jinja",
        labels=agreement.labels,
        colours=colours,
        a=agreement,
        title=title,
        kinds=sorted({annotator.kind for annotator in agreement.annotators}),
        # A column with a single value would repeat the figures of all answers.
        groups={name: lowest(found) for name, found in agreement.groups.items() if len(found) > 1},
        trend=IN_ORDER_OF_TIME,
        over_rounds=OVER_ROUNDS,
        given={
            label: sum(annotator.labels[label] for annotator in agreement.annotators)
            for label in agreement.labels
        },
        rest={item.annotator: item for item in agreement.against_rest},
        gold={item.annotator: item for item in agreement.against_gold},
        pairs=[pair for pair in agreement.pairs if pair.sentences],
        disputed=disputed,
        flagged=[
            (item, context(item) if context else None)
            for item in (agreement.flags.flagged if agreement.flags else ())
        ],
        comments=comments or {},
        kind_alphas=_by_kind(agreement),
    )


def _by_kind(agreement: Agreement) -> list[tuple[str, Alpha]]:
    """Alpha within people, within models, and across."""
    names = {"human": "among people", "model": "among models"}
    groups = agreement.groups.get("annotator_kind", ())
    found = [(names[g.value], g.alpha) for g in groups if g.value in names]
    return [*found, ("people with models", agreement.across)] if agreement.across else found


def lowest(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """All groups, or if there are very many, those of the lowest alpha; in their order."""
    if len(groups) <= _SHOWN_GROUPS:
        return groups
    # Undefined ones come last: they do not show where the trouble is.
    ranked = sorted(groups, key=lambda group: (group.alpha.value is None, group.alpha.value or 0))
    kept = {group.value for group in ranked[:_SHOWN_GROUPS]}
    return tuple(group for group in groups if group.value in kept)
