"""Pages that show a release to a person: no network, no server, no JavaScript needed."""

from copydesk.explore.site import explore

__all__ = ["explore"]
