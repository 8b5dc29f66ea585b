"""Level 1, the whole data set folder: it holds the files on its list and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from copydesk.release.index import Index
from copydesk.scope import scope
from copydesk.validate.faults import Fault, Found
from copydesk.validate.surroundings import policy
from copydesk.validate.untrusted_folder import Folder


def strays(
    dataset: Folder,
    index: Index,
    config: Mapping[str, Any],
    manifests: Mapping[str, Mapping[str, Any]],
) -> Iterator[Found]:
    """Files that may not be in a data set folder, and would be published with it."""
    found = scope(dataset.root, policy(config), index.lines, manifests)
    for name, reason in found.strays.items():
        rule = "file-unlisted"
        if name in found.withheld:
            rule = "text-withheld-leaked"
        elif reason.startswith("This is"):
            rule = "file-unsafe"
        yield Fault(rule=rule, message=reason, file=name)
