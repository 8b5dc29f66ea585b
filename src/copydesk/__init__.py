"""copydesk turns raw news articles into a versioned data set with a label on every sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from copydesk.loading import load
    from copydesk.text import Piece, canonical, quotations, segment, suggest

__version__ = "0.1.0"
__all__ = ["Piece", "__version__", "canonical", "load", "quotations", "segment", "suggest"]


def __getattr__(name: str) -> Any:
    # The command line imports this package to answer --help: nothing heavy is imported before use.
    if name == "load":
        from copydesk.loading import load

        return load
    if name in __all__:
        import copydesk.text

        return getattr(copydesk.text, name)
    raise AttributeError(f"module 'copydesk' has no attribute {name!r}")
