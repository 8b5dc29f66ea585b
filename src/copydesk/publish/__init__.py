"""Sending a data set folder to where it is read: the Hugging Face Hub, a directory, an fsspec URL.

plan = prepare(dataset)             # checks everything that can be checked without a network
publish(plan, target)               # ``hf://datasets/ORG/NAME``, a directory, or an fsspec URL

`copydesk.publish.archive` deposits the newest release at Zenodo, under a DOI.
"""

from __future__ import annotations

from copydesk.publish.prepare import Plan, Published, prepare
from copydesk.publish.send import publish, shown

__all__ = ["Plan", "Published", "prepare", "publish", "shown"]
