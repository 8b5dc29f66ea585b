"""What the verbs of a round share: options, how people are named, and JSON on stdout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.errors import InputError

if TYPE_CHECKING:
    from copydesk.corpus import Corpus

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


def verified(corpus: Corpus, round_id: str) -> None:
    """Refuse a round whose files contradict each other.

    Raises:
        IntegrityError: the log, the plan or an archive was changed by hand, cut or badly merged.
    """
    from copydesk.backends import codecs
    from copydesk.rounds.consistency import verify
    from copydesk.rounds.opened import open_round

    verify(open_round(corpus, round_id), codecs())


def emit(document: object) -> None:
    """Print a document as JSON."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, default=str))
