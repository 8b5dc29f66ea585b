"""What the verbs share: the corpus they work on, and where words and data go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from copydesk.corpus import Corpus

CorpusDir = Annotated[
    Path | None,
    typer.Option(
        "--corpus", metavar="DIR", help="The corpus; by default the one around this directory."
    ),
]


def find_corpus(folder: Path | None) -> Corpus:
    """The corpus that an option names, or the one around the current directory."""
    from copydesk.corpus import Corpus

    return Corpus.find(folder)


def words() -> Console:
    """Where words for people go: stderr, so that a pipe holds data only."""
    return _console(stderr=True, highlight=False, soft_wrap=True)


def data() -> Console:
    """Where what was asked for goes: stdout."""
    return _console(highlight=False)


def _console(**options: Any) -> Console:
    """A console on which no name from a file can steer the terminal."""
    from rich.console import Console

    from copydesk.errors import printable

    class Careful(Console):
        def print(self, *objects: Any, **how: Any) -> None:
            super().print(*(printable(o) if isinstance(o, str) else o for o in objects), **how)

    return Careful(**options)


def many(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun, in the singular for one.

    Args:
        plural: of the noun, if that is not the noun with an s.
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """Show how many have been done, on a terminal; show nothing in a pipe."""
    console = words()
    if not console.is_terminal:
        yield lambda done: None
        return
    with console.status(what) as status:
        yield lambda done: status.update(f"{what}: {done:,}")
