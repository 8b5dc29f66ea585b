"""Raw articles into a corpus: what people have, read, made canonical, and kept."""

from copydesk.ingest.raw import Options
from copydesk.ingest.take import Defaults, Ingested, ingest

__all__ = ["Defaults", "Ingested", "Options", "ingest"]
