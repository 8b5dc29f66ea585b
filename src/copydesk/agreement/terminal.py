"""Agreement as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from copydesk.agreement.alpha import Alpha
from copydesk.agreement.flags import Flags
from copydesk.agreement.measure import OVER_ROUNDS, Agreement
from copydesk.agreement.models import ModelReport
from copydesk.agreement.page import lowest
from copydesk.pages.filters import figure, percent

if TYPE_CHECKING:
    from rich.console import Console


_SHORT: Final = {"guidelines_version": "guidelines", "annotator_kind": "kind"}
"""Columns whose names would leave no room for the figures on a terminal of 80 columns."""


def print_agreement(agreement: Agreement, console: Console, *, disputed: int = 10) -> None:
    """Print what a round manager looks at first; the page and the JSON contain everything.

    Args:
        agreement: what ``measure`` found.
        console: where to print.
        disputed: how many disputed sentences to list, by id; no text is printed.
    """
    _print(
        console,
        "Krippendorff's alpha",
        ("", "", "alpha", "interval", "sentences", "articles"),
        (
            (of, value, figure(alpha.value), _interval(alpha), alpha.units, alpha.articles)
            for of, value, alpha in _alphas(agreement)
        ),
    )
    if agreement.alpha.reason:
        console.print(f"Alpha: {agreement.alpha.reason}.", markup=False)
    if agreement.over_rounds:
        console.print(OVER_ROUNDS, markup=False)
    _print_annotators(agreement, console)
    for model in agreement.models:
        _print_model(model, console)
    if agreement.arms:
        pulls = [("all", agreement.arms.overall), *agreement.arms.per_label.items()]
        if agreement.arms.where_wrong:
            pulls.append(("where it is wrong", agreement.arms.where_wrong))
        _print(
            console,
            "Answers equal to the suggestion",
            ("suggestion", "blind", "suggested", "difference", "interval"),
            (
                (
                    name,
                    percent(pull.blind_share),
                    percent(pull.suggested_share),
                    percent(pull.difference),
                    "–" if pull.low is None else f"{percent(pull.low)} to {percent(pull.high)}",
                )
                for name, pull in pulls
            ),
        )
    if agreement.flags:
        _print_flags(agreement.flags, console)
    _print_disputed(agreement, console, disputed)


def _print_disputed(agreement: Agreement, console: Console, limit: int) -> None:
    _print(
        console,
        f"Most disputed of {agreement.disputed_sentences} disputed sentences",
        ("sentence", "votes", "bits"),
        (
            (
                item.sentence_id,
                ", ".join(f"{count} {label}" for label, count in item.votes.items() if count),
                f"{item.entropy:.2f}",
            )
            for item in agreement.disputed[:limit]
        ),
    )


def _print_flags(flags: Flags, console: Console) -> None:
    _print(
        console,
        "Flags",
        ("flag", "answers", "sentences", "by at least half"),
        (
            (
                flag,
                sum(counts[flag] for counts in flags.annotators.values()),
                sentences,
                flags.most[flag],
            )
            for flag, sentences in flags.sentences.items()
        ),
    )


def _alphas(agreement: Agreement) -> Iterator[tuple[str, str, Alpha]]:
    """Every alpha that is shown: the group it belongs to, and the value of that group."""
    yield "all", "", agreement.alpha
    for label, alpha in agreement.per_label.items():
        yield "label", label, alpha
    for column, groups in agreement.groups.items():
        if len(groups) > 1:
            for group in lowest(groups):
                yield _SHORT.get(column, column), group.value, group.alpha
    if agreement.across:
        yield "kind", "people with models", agreement.across


def _print_annotators(agreement: Agreement, console: Console) -> None:
    rest = {item.annotator: item for item in agreement.against_rest}
    gold = {item.annotator: item for item in agreement.against_gold}
    references = [("as the rest", rest)] + ([("as gold", gold)] if gold else [])
    rows: list[list[str | int]] = []
    for one in agreement.annotators:
        rows.append([one.annotator, one.kind, one.answers])
        for _, reference in references:
            against = reference[one.annotator]
            rows[-1] += [percent(against.observed), figure(against.kappa)]
    named = [column for name, _ in references for column in (name, "kappa")]
    _print(console, "Annotators", ["annotator", "kind", "answers", *named], rows)
    _print(
        console,
        "Pairs of annotators",
        ("one", "other", "kappa", "equal", "sentences"),
        (
            (pair.a, pair.b, figure(pair.kappa), percent(pair.observed), pair.sentences)
            for pair in agreement.pairs
            if pair.sentences
        ),
    )


def _print(
    console: Console,
    title: str,
    columns: Iterable[str],
    rows: Iterable[Iterable[str | int]],
) -> None:
    """One table, unless it has no rows; figures to the right, and values not read as markup."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    filled = [[Text(str(value)) for value in row] for row in rows]
    if not filled:
        return
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in columns:
        is_name = name in (
            "",
            "annotator",
            "kind",
            "one",
            "other",
            "suggestion",
            "sentence",
            "votes",
            "flag",
        )
        table.add_column(name, justify="left" if is_name else "right", no_wrap=not is_name)
    for row in filled:
        table.add_row(*row)
    console.print(table)


def _interval(alpha: Alpha) -> str:
    return "–" if alpha.low is None else f"{figure(alpha.low)} to {figure(alpha.high)}"


def _print_model(model: ModelReport, console: Console) -> None:
    _print(
        console,
        f"{model.model} against people",
        ("label", "precision", "recall", "sentences"),
        (
            (label, percent(score.precision), percent(score.recall), score.sentences)
            for label, score in model.per_label.items()
        ),
    )
    sure = model.calibration
    console.print(
        f"{model.model}: {percent(model.accuracy)} of {model.sentences} sentences as people"
        + (f"; expected calibration error {sure.ece:.3f}." if sure else "."),
        markup=False,
    )
