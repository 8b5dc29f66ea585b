"""A difference between releases, as text, JSON (``schema/diff.schema.json``) and HTML. Pure."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import polars as pl

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
            f"The least version allowed is {diff.least} (PATCH): every record and column is as it "
            f"was in {diff.before}."
        )
    first = worst[0]
    names = ", ".join(first.records) + (" …" if first.count > len(first.records) else "")
    others = f" and {len(worst) - 1} more such kinds of change" if len(worst) > 1 else ""
    return (
        f"The least version allowed is {diff.least} ({diff.bump.name}): {first.table}, "
        f"{NAMES[first.kind]}: {names}{others}."
    )


def as_html(diff: Diff) -> str:
    """The difference as one page that needs nothing else: no script, no font, no network."""
    title = f"{diff.before} → {diff.after or 'now'}"
    parts = [f"<h1>{escape(title)}</h1>", f"<p class=verdict>{escape(verdict(diff))}</p>"]
    parts += ["<h2>Records</h2>", _table(["table", "before", "after"], _record_rows(diff))]
    for reason in diff.reasons(0):
        shown = _changes(diff, reason, LIMIT)
        note = f" (the first {len(shown):,} are listed)" if reason.count > len(shown) else ""
        head = (
            f'<span class="{reason.bump.name.lower()}">{reason.bump.name}</span> '
            f"{escape(reason.table)}, {escape(NAMES[reason.kind])}: {reason.count:,}{note}"
        )
        rows = [[c["record"], c["before"] or "", c["after"] or ""] for c in shown]
        body = _table(["record", "before", "after"], rows)
        parts.append(f"<details><summary>{head}</summary>{body}</details>")
    parts += ["<h2>Labels changed</h2>", _matrix(diff)] if diff.matrix else []
    parts += ["<h2>Drift</h2>", *(_drift(d) for d in diff.drifts)]
    return _PAGE.format(title=escape(title), style=_STYLE, body="\n".join(parts))


def _record_rows(diff: Diff) -> list[list[Any]]:
    return [[table, *sizes] for table, sizes in _held(diff).items()]


def _table(head: list[str], rows: list[list[Any]], caption: str = "") -> str:
    def cell(value: Any) -> str:
        if isinstance(value, int):
            return f"<td class=n>{value:,}</td>"
        return f"<td>{escape(str(value))}</td>"

    top = "".join(f"<th scope=col>{escape(name)}</th>" for name in head)
    body = "\n".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{top}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _matrix(diff: Diff) -> str:
    labels = list(
        dict.fromkeys([*diff.matrix, *(to for row in diff.matrix.values() for to in row)])
    )
    rows = [
        [old, *(diff.matrix.get(old, {}).get(new, 0) for new in labels)]
        for old in labels
        if old in diff.matrix
    ]
    return _table(["from \\ to", *labels], rows, "Sentences by label before and after")


def _drift(d: Drift) -> str:
    rows = [[name, count, d.after[name]] for name, count in d.before.items()]
    return _table([d.what, "before", "after"], rows, f"{d.what}: {_test(d)}")


_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;"
    "margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;margin:1rem 0}"
    "caption{text-align:left}th,td{border:1px solid #8888;padding:.2rem .6rem;text-align:left}"
    ".n{text-align:right;font-variant-numeric:tabular-nums}.verdict{font-weight:bold}"
    ".major,.minor{padding:0 .4rem;border:2px solid;font-weight:bold}.minor{font-weight:normal}"
    "details{margin:.5rem 0}summary{cursor:pointer}"
)
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""
