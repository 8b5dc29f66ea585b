"""Takes raw articles into a corpus: reads them, makes them canonical, and keeps them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from copydesk.ingest.metadata import Defaults
    from copydesk.ingest.outcome import Ingested
    from copydesk.ingest.raw import Options
    from copydesk.ingest.take import ingest

__all__ = ["Defaults", "Ingested", "Options", "ingest"]

# A process that only reads or compares (`copydesk.ingest.in_order`) imports none of the rest.
_HOMES: Final = {"Defaults": "metadata", "Ingested": "outcome", "Options": "raw", "ingest": "take"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'copydesk.ingest' has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
