"""A file beside the card may tell readers to load something else."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    (specimen.dataset / ".huggingface.yaml").write_text("configs: []\n")
