"""Takes raw articles into a corpus: reads them, makes them canonical, and keeps them."""

from copydesk.ingest.metadata import Defaults
from copydesk.ingest.outcome import Ingested
from copydesk.ingest.raw import Options
from copydesk.ingest.take import ingest

__all__ = ["Defaults", "Ingested", "Options", "ingest"]
