"""The tools in which rounds are answered, each behind the protocol of `copydesk.rounds.backend`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from copydesk.rounds.plan import FILES, LABEL_STUDIO

if TYPE_CHECKING:
    from copydesk.corpus import Corpus
    from copydesk.rounds.backend import Backend, Codec


def codecs() -> Mapping[str, Codec]:
    """What the raw answers of each backend mean."""
    from copydesk.backends.files import FilesCodec
    from copydesk.backends.labelstudio.codec import LabelStudioCodec

    return {FILES: FilesCodec(), LABEL_STUDIO: LabelStudioCodec()}


def local_backends() -> Sequence[Backend]:
    """The backends that need no server."""
    from copydesk.backends.files import Files

    return (Files(),)


@contextmanager
def backends_of(corpus: Corpus, round_id: str, url: str | None = None) -> Iterator[list[Backend]]:
    """The backends in which a round is answered; a server is connected to if one is needed.

    Args:
        url: of a Label Studio; by default COPYDESK_STUDIO_URL.

    Raises:
        InputError: there is no such round, or no address or token.
        ServerError: the server is not there or refuses the token.
    """
    from copydesk.backends.files import Files
    from copydesk.rounds.opened import open_round

    if LABEL_STUDIO not in open_round(corpus, round_id).plan.backends.values():
        yield [Files()]
        return
    from copydesk.backends.labelstudio.backend import LabelStudio
    from copydesk.backends.labelstudio.client import Server
    from copydesk.backends.labelstudio.connection import connect

    with connect(url) as client:
        yield [Files(), LabelStudio(Server(client))]
