"""Agreement as one HTML page: no network, no script, charts beside their tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from copydesk.agreement.alpha import Alpha
from copydesk.agreement.disputed import Disputed
from copydesk.agreement.measure import IN_ORDER_OF_TIME, Agreement, Group

_SHOWN_GROUPS = 40


@dataclass(frozen=True, kw_only=True)
class Context:
    """A sentence between what stands before and after it, as the reader may see it."""

    before: str
    sentence: str
    after: str


def html_page(
    agreement: Agreement,
    *,
    title: str = "Agreement",
    context: Callable[[Disputed], Context | None] | None = None,
) -> str:
    """The whole result as a self-contained page that also prints and works without JavaScript.

    Args:
        agreement: what ``measure`` found.
        title: heading of the page, such as the name of the round.
        context: the text of a disputed sentence, or None where it may not be shown; the page then
            gives its article and offsets. Without it no text is shown at all.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(figure=figure, percent=percent, short=_short)
    disputed = [(item, context(item) if context else None) for item in agreement.disputed]
    page = environment.get_template("page.html.jinja").render(
        a=agreement,
        title=title,
        kinds=sorted({annotator.kind for annotator in agreement.annotators}),
        # A column with one value says again what all answers together say.
        groups={name: lowest(found) for name, found in agreement.groups.items() if len(found) > 1},
        trend=IN_ORDER_OF_TIME,
        given={
            label: sum(annotator.labels[label] for annotator in agreement.annotators)
            for label in agreement.labels
        },
        rest={item.annotator: item for item in agreement.against_rest},
        gold={item.annotator: item for item in agreement.against_gold},
        pairs=[pair for pair in agreement.pairs if pair.sentences],
        floor=_floor,
        marks=_marks,
        named=_named,
        disputed=disputed,
    )
    return page.lstrip() + "\n"


def figure(value: float | None) -> str:
    """A coefficient with three decimals and a true minus; a dash where it is not defined."""
    return "–" if value is None else f"{value:.3f}".replace("-", "−")


def percent(value: float | None) -> str:
    """A share with one decimal; a dash where it is not defined."""
    return "–" if value is None else f"{100 * value:.1f} %".replace("-", "−")


def lowest(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """All groups, or of very many those of lowest alpha, in the order that they had."""
    if len(groups) <= _SHOWN_GROUPS:
        return groups
    # Undefined ones last: they say nothing of where the trouble is.
    ranked = sorted(groups, key=lambda group: (group.alpha.value is None, group.alpha.value or 0))
    kept = {group.value for group in ranked[:_SHOWN_GROUPS]}
    return tuple(group for group in groups if group.value in kept)


def _floor(alphas: Iterable[Alpha]) -> float:
    """Where the axis of a chart begins: 0, or below it if a value or an interval is."""
    ends = [end for a in alphas for end in (a.value, a.low) if end is not None]
    return min(0.0, math.floor(min(ends, default=0.0) * 5) / 5)


def _marks(low: float) -> list[tuple[float, str]]:
    """Places on the axis: its ends and zero, and Krippendorff's two customary thresholds."""
    ends = sorted({low, 0.0, 1.0})
    return [(end, "end") for end in ends] + [(0.667, "mark"), (0.8, "mark")]


def _named(groups: tuple[Group, ...]) -> list[tuple[str, Alpha]]:
    return [(group.value, group.alpha) for group in groups]


def _short(name: str, length: int = 22) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"
