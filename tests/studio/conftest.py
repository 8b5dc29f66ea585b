"""The Label Studio that all tests of the run share."""

from __future__ import annotations

from shared_studio import studio

__all__ = ["studio"]
