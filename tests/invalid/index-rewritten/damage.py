"""An entry of the index is changed after another was appended to it."""

from __future__ import annotations

import json

from specimens import Specimen

from copydesk.files import dump_json

TARGET = "corpus"


def damage(specimen: Specimen) -> None:
    path = specimen.dataset / "releases" / "index.json"
    document = json.loads(path.read_text())
    document["releases"][0]["reason"] = "An afterthought."
    path.write_text(dump_json(document))
