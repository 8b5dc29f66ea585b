"""Raw articles into a corpus: what people have, read, made canonical, and kept."""

from copydesk.ingest.take import Ingested, ingest

__all__ = ["Ingested", "ingest"]
