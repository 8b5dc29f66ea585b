"""Raw articles into a corpus: what people have, read, made canonical, and kept."""

from copydesk.ingest.metadata import Defaults
from copydesk.ingest.outcome import Ingested
from copydesk.ingest.raw import Options
from copydesk.ingest.take import ingest

__all__ = ["Defaults", "Ingested", "Options", "ingest"]
