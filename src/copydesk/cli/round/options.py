"""What the verbs of a round share: options, the backends that a round needs, and JSON on stdout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.errors import InputError

if TYPE_CHECKING:
    from copydesk.corpus import Corpus
    from copydesk.rounds.backend import Backend

RoundId = Annotated[str, typer.Argument(metavar="ROUND", help="The round's name.")]
Url = Annotated[
    str | None,
    typer.Option(
        help="Label Studio's address; by default COPYDESK_STUDIO_URL. The token comes from "
        "COPYDESK_STUDIO_TOKEN or the keyring.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@contextmanager
def backends_of(corpus: Corpus, round_id: str, url: str | None) -> Iterator[list[Backend]]:
    """The backends in which a round is answered; a server is connected to if one is needed."""
    from copydesk.backends.files import Files
    from copydesk.rounds.opened import open_round
    from copydesk.rounds.plan import LABEL_STUDIO

    if LABEL_STUDIO not in open_round(corpus, round_id).plan.backends.values():
        yield [Files()]
        return
    from copydesk.backends.labelstudio.backend import LabelStudio
    from copydesk.backends.labelstudio.client import Server
    from copydesk.backends.labelstudio.connection import connect

    with connect(url) as client:
        yield [Files(), LabelStudio(Server(client))]


def parse_person(text: str) -> tuple[str, str, str]:
    """``NAME[:KIND][=EMAIL]`` as a name, a kind (human by default) and an address, or none."""
    who, _, email = text.partition("=")
    name, _, kind = who.partition(":")
    kind = kind or "human"
    if kind not in ("human", "model"):
        raise InputError(
            f"'{kind}' is not a kind of annotator.", where=text, hint="Write human or model."
        )
    return name, kind, email


def emit(document: object) -> None:
    """Print a document as JSON."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, default=str))
