"""copydesk turns raw news articles into a versioned data set with a label on every sentence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from copydesk.analysis import analyse
    from copydesk.loading import load
    from copydesk.text import (
        Piece,
        attributions,
        canonical,
        expectations,
        quotations,
        segment,
        suggest,
    )

__version__ = "0.1.0"
__all__ = [
    "Piece",
    "__version__",
    "analyse",
    "attributions",
    "canonical",
    "expectations",
    "load",
    "quotations",
    "segment",
    "suggest",
]

# The command line imports this package to answer --help: nothing heavy is imported before use.
_HOMES: Final = {"analyse": "copydesk.analysis", "load": "copydesk.loading"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'copydesk' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "copydesk.text")), name)


def __dir__() -> list[str]:
    return list(__all__)
