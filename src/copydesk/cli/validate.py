"""``copydesk validate``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import data, find_corpus, words

if TYPE_CHECKING:
    from copydesk.validate import Report


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    HTML = "html"


Out = Annotated[
    Path | None,
    typer.Option(
        "--out", "--output", metavar="FILE", help="Write the report there, not to stdout."
    ),
]


class Gate(StrEnum):
    """The lowest severity that makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


def validate(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH",
            help="A release, a corpus, a data set folder or one JSON document; by default the "
            "corpus around this directory.",
        ),
    ] = None,
    level: Annotated[
        int,
        typer.Option(
            min=1,
            max=5,
            help="The highest level of rules: 1 files, 2 shape, 3 relations, 4 corpus, 5 release.",
        ),
    ] = 5,
    severity: Annotated[
        Gate, typer.Option(help="The lowest severity that makes the exit code 1.")
    ] = Gate.WARNING,
    include: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Check only this rule (repeatable).")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Do not judge this rule.")
    ] = None,
    all_rules: Annotated[
        bool, typer.Option("--all-rules", help="Check an old release by the rules of today.")
    ] = False,
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Also cut the release again from its sources and compare."),
    ] = False,
    format: Annotated[Format, typer.Option(help="How the report is written.")] = Format.TEXT,
    out: Out = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="List every rule with its meaning and fix, and stop.")
    ] = False,
) -> None:
    """Find what is wrong with a release, a corpus or a document. Exit 0 clean, 1 findings."""
    if rules:
        _list_rules()
        return
    from copydesk.validate import validate as judge

    report = judge(
        path if path is not None else find_corpus(None).root,
        level=level,
        severity=severity.value,
        include=include or (),
        exclude=exclude or (),
        all_rules=all_rules,
        rebuild=rebuild,
    )
    _write(report, format, out)
    raise typer.Exit(report.exit_code)


def _write(report: Report, format: Format, out: Path | None) -> None:
    from copydesk.files import atomic_write
    from copydesk.validate.reporters import render
    from copydesk.validate.reporters.text import print_report

    if out is not None:
        atomic_write(out, render(report, format.value))
        words().print(f"The report is in {out}.", markup=False)
    elif format is Format.TEXT:
        print_report(report, data())
    else:
        typer.echo(render(report, format.value), nl=False)


def _list_rules() -> None:
    from rich.table import Table

    from copydesk.validate import RULES
    from copydesk.validate.rules import LEVELS

    table = Table("level", "rule", "severity", "since", "meaning", "fix")
    for rule in RULES.values():
        level = f"{rule.level} {LEVELS[rule.level]}"
        table.add_row(level, rule.id, rule.severity, rule.since or "always", rule.meaning, rule.fix)
    data().print(table)
