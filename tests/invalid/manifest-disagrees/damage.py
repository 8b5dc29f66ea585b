"""The manifest names guidelines that no answer followed."""

from __future__ import annotations

from typing import Any

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["guidelines_version"] = "0.9"

    specimen.amend(change)
    specimen.sign()
