"""``copydesk studio``: a Label Studio for people who have none."""

from __future__ import annotations

import contextlib
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from copydesk.cli.groups import Verbs

if TYPE_CHECKING:
    from copydesk.backends.labelstudio.local.server import Studio

app = typer.Typer(
    cls=Verbs,
    help="A local Label Studio, installed and ready to use, for people who have none.",
    no_args_is_help=False,
)

DataDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the database and the accounts; by default in the user's data folder.",
        show_default=False,
    ),
]


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    annotators: Annotated[int, typer.Option(min=0, help="Make accounts for this many.")] = 0,
    data_dir: DataDir = None,
    host: Annotated[
        str,
        typer.Option(help="Address to listen at; 0.0.0.0 lets other machines in, without TLS."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = 8080,
    public: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Where annotators reach it, such as https://labels.example.org/ behind a reverse "
            "proxy; this is what is sent to them.",
        ),
    ] = "",
) -> None:
    """Install Label Studio if need be, start it, and stop it on Ctrl+C."""
    if context.invoked_subcommand:
        return
    from copydesk.backends.labelstudio.local import server

    words = Console(stderr=True, soft_wrap=True)
    with _stopped_by_signals():
        with words.status("Starting") as status:
            studio = server.start(
                data_dir or server.default_data_dir(),
                port=port,
                host=host,
                public=public or None,
                say=status.update,
            )
        with studio:
            studio.annotators(annotators)
            _introduce(studio, words, data_dir, annotators)
            studio.wait()
    words.print("Label Studio has stopped.")


@app.command()
def install() -> None:
    """Install Label Studio in its own environment and prepare its database; start nothing."""
    from copydesk.backends.labelstudio.local.install import install as build

    words = Console(stderr=True, soft_wrap=True)
    with words.status("Looking") as status:
        done = build(status.update)
    words.print(f"Label Studio {done.version} is installed in {done.folder}", highlight=False)


@app.command()
def env(data_dir: DataDir = None) -> None:
    """Print the running server's address and token as shell exports: eval "$(… env)"."""
    from copydesk.backends.labelstudio import connection
    from copydesk.backends.labelstudio.local import server

    url, public, admin = server.running(data_dir or server.default_data_dir())
    typer.echo(f"export {connection.URL_VARIABLE}={shlex.quote(url)}")
    if public != url:
        typer.echo(f"export {connection.PUBLIC_VARIABLE}={shlex.quote(public)}")
    typer.echo(f"export {connection.TOKEN_VARIABLE}={shlex.quote(admin.token)}")


@app.command()
def people(data_dir: DataDir = None) -> None:
    """Print the running server's accounts with their passwords, and the invitation link."""
    from copydesk.backends.labelstudio.local import accounts, server

    folder = data_dir or server.default_data_dir()
    url, public, admin = server.running(folder)
    table = Table("e-mail", "password", title=f"Accounts of {public}")
    for person in accounts.load(folder):
        table.add_row(person.email, person.password)
    page = Console(soft_wrap=True, highlight=False)
    page.print(table)
    link = accounts.invitation(url, admin.token, public)
    page.print(f"Others make an account of their own at {link}")


def _introduce(studio: Studio, words: Console, data_dir: Path | None, annotators: int) -> None:
    where = f" --data-dir {shlex.quote(str(data_dir))}" if data_dir else ""
    words.print(f"Label Studio answers at {studio.url} until Ctrl+C.", highlight=False)
    if studio.public != studio.url:
        words.print(f"Annotators reach it at {studio.public}", highlight=False)
        if not studio.public.startswith("https:"):
            words.print(
                "Passwords travel unencrypted there: put it behind TLS, see docs/team.md.",
                highlight=False,
            )
    words.print("To let copydesk use it, type in another terminal:", highlight=False)
    words.print(f'    eval "$(copydesk studio env{where})"', highlight=False, markup=False)
    words.print(
        f"To see the passwords of {studio.admin.email} and of {annotators} annotator(s), and the "
        f"link that invites others:\n    copydesk studio people{where}",
        highlight=False,
    )


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Let Ctrl+C, SIGTERM and a closed terminal end the block in the same clean way."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), interrupt)
    with contextlib.suppress(KeyboardInterrupt):
        yield
