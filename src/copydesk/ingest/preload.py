"""What the server imports that starts the processes of `copydesk.ingest.in_order`.

Objects that are frozen are passed over by the garbage collector, which would otherwise write to
each of them in every child, and so copy the memory that the children share.
"""

import gc

from copydesk.ingest import compared, pool

__all__ = ["compared", "pool"]

gc.collect()
gc.freeze()
