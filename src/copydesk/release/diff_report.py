"""A difference between releases, as text, JSON (``schema/diff.schema.json``) and HTML. Pure."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from copydesk.pages.html import page
from copydesk.release.changes import NAMES
from copydesk.release.diff import Diff, Reason
from copydesk.release.drift import Drift

LIMIT: Final = 1000
"""Changes of one kind in one table that a document lists; all are counted."""

_SHOWN: Final = 5


def as_document(diff: Diff, *, limit: int = LIMIT) -> dict[str, Any]:
    """The difference as JSON types.

    Args:
        limit: changes listed of each kind in each table.
    """
    return {
        "before": diff.before,
        "after": diff.after,
        "bump": diff.bump.name.lower(),
        "least": str(diff.least),
        "records": {
            table: {"before": old, "after": new} for table, (old, new) in diff.records.items()
        },
        "reasons": [
            {
                "bump": reason.bump.name.lower(),
                "kind": reason.kind,
                "table": reason.table,
                "count": reason.count,
                "changes": _changes(diff, reason, limit),
            }
            for reason in diff.reasons(0)
        ],
        "matrix": diff.matrix,
        "drifts": [
            {
                "what": d.what,
                "before": d.before,
                "after": d.after,
                "chi2": d.chi2,
                "degrees": d.degrees,
                "p": d.p,
                "cramers_v": d.cramers_v,
            }
            for d in diff.drifts
        ],
    }


def _changes(diff: Diff, reason: Reason, limit: int) -> list[dict[str, Any]]:
    if reason.kind.startswith("config-"):
        return [{"record": reason.table, "before": None, "after": None}]
    if reason.kind.startswith("column-"):
        return [
            {"record": c.column, "before": c.before, "after": c.after}
            for c in diff.columns
            if (c.kind, c.table) == (reason.kind, reason.table)
        ]
    wanted = (pl.col("kind") == reason.kind) & (pl.col("table") == reason.table)
    return diff.changes.filter(wanted).head(limit).select("record", "before", "after").to_dicts()


def as_text(diff: Diff) -> str:
    """The difference for a terminal, ending in the least version and why."""
    lines = [f"{diff.before} → {diff.after or 'now'}", ""]
    lines += [f"  {table:<12} {old:>9,} → {new:>9,}" for table, (old, new) in _held(diff).items()]
    for reason in diff.reasons(_SHOWN):
        lines += ["", f"{reason.bump.name} {reason.table}, {NAMES[reason.kind]}: {reason.count:,}"]
        lines += [f"  {_change(change)}" for change in _changes(diff, reason, _SHOWN)]
        more = reason.count - _SHOWN
        lines += [f"  … and {more:,} more"] if more > 0 else []
    if diff.matrix:
        lines += ["", "Labels changed, from → to:"]
        for old, row in diff.matrix.items():
            lines += [f"  {old:>12} → {new:<12} {count:>9,}" for new, count in row.items()]
    lines += ["", "Drift (chi-square, Cramér's V):"]
    lines += [f"  {d.what:<10} {_test(d)}" for d in diff.drifts]
    return "\n".join([*lines, "", verdict(diff)]) + "\n"


def _held(diff: Diff) -> dict[str, tuple[int, int]]:
    return {table: sizes for table, sizes in diff.records.items() if any(sizes)}


def _change(change: dict[str, Any]) -> str:
    arrow = f": {change['before'] or '–'} → {change['after'] or '–'}"
    return f"{change['record']}{arrow if change['before'] or change['after'] else ''}"


def _test(d: Drift) -> str:
    if d.chi2 is None:
        return "nothing to compare"
    return f"chi2 = {d.chi2:.2f}, {d.degrees} df, p = {d.p:.3g}, V = {d.cramers_v:.3f}"


def verdict(diff: Diff) -> str:
    """The least version allowed and why, in one sentence."""
    worst = [reason for reason in diff.reasons(_SHOWN) if reason.bump is diff.bump]
    if not worst:
        return (
            f"The least version allowed is {diff.least} (PATCH): no record or column changed "
            f"since {diff.before}."
        )
    first = worst[0]
    names = ", ".join(first.records) + (" …" if first.count > len(first.records) else "")
    others = f" and {len(worst) - 1} more such kinds of change" if len(worst) > 1 else ""
    return (
        f"The least version allowed is {diff.least} ({diff.bump.name}): {first.table}, "
        f"{NAMES[first.kind]}: {names}{others}."
    )


def page_values(diff: Diff) -> dict[str, Any]:
    """What the templates of a difference need."""
    return {
        "diff": diff,
        "changes": [(reason, _changes(diff, reason, LIMIT)) for reason in diff.reasons(0)],
        "names": NAMES,
        "verdict": verdict(diff),
    }


def as_html(diff: Diff) -> str:
    """The difference as one page that needs nothing else: no script, no font, no network."""
    return page("diff.html.jinja", labels=diff.matrix_labels, **page_values(diff))
