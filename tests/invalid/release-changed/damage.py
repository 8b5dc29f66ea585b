"""The manifest of a published release is written anew, with other blanks."""

from __future__ import annotations

import json

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    text = json.dumps(specimen.manifest, indent=4, sort_keys=True)
    (specimen.release / "release.json").write_text(f"{text}\n")
