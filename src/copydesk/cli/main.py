"""The command ``copydesk``: its verbs, and how their errors are shown."""

from __future__ import annotations

import io
import os
import sys
import traceback
from typing import Annotated

import typer

import copydesk
from copydesk.cli import (
    build,
    cut,
    demo,
    describe,
    diff,
    explore,
    hydrate,
    ingest,
    init,
    prelabel,
    publish,
    retract,
    round,
    studio,
    suggester,
    validate,
    verify,
    withdraw,
)
from copydesk.cli.groups import Verbs
from copydesk.errors import CopydeskError

app = typer.Typer(
    cls=Verbs,
    name="copydesk",
    help="Turn raw news articles into a versioned data set with a label on every sentence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Plain help: importing rich would double the time that --help takes.
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("ingest")(ingest.ingest)
app.command("build")(build.build)
app.command("prelabel")(prelabel.prelabel)
app.add_typer(suggester.app, name="suggester")
app.add_typer(studio.app, name="studio")
app.add_typer(round.app, name="round")
release = typer.Typer(
    cls=Verbs, no_args_is_help=True, help="Releases: cut, compare, verify, publish."
)
release.command("cut")(cut.cut)
release.command("diff")(diff.diff)
release.command("verify")(verify.verify)
release.command("hydrate")(hydrate.hydrate)
release.command("describe")(describe.describe)
release.command("retract")(retract.retract)
release.command("withdraw")(withdraw.withdraw)
release.command("publish")(publish.publish)
app.add_typer(release, name="release")
app.command("validate")(validate.validate)
app.command("explore")(explore.explore)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"copydesk {copydesk.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Turn raw news articles into a versioned data set with a label on every sentence."""


def main() -> None:
    """Run the command line. Exit: 0 done, 1 findings or gaps, 2 could not run; no other code."""
    _speak_utf8()
    try:
        app()
    except SystemExit as end:
        raise SystemExit(end.code if end.code in (None, 0, 1, 2) else 2) from None
    except CopydeskError as error:
        _fail(str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}The operating system refused: {error.strerror or error}.")
    except Exception as error:
        if "COPYDESK_TRACEBACK" in os.environ:
            traceback.print_exc()
        _fail(
            f"copydesk failed ({type(error).__name__}: {error}). 'copydesk validate' says whether "
            "a file is damaged or was changed meanwhile; if none is, run it again with "
            "COPYDESK_TRACEBACK=1 and report what it prints."
        )


def _speak_utf8() -> None:
    """Write UTF-8 and plain line ends into pipes; never fail on a letter that a screen lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", newline="\n")


def _fail(sentence: str) -> None:
    print(f"copydesk: {sentence}", file=sys.stderr)
    raise SystemExit(2)
