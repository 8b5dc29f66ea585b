"""A piece is in another zone than its sentence."""

from __future__ import annotations

from specimens import Specimen


def damage(specimen: Specimen) -> None:
    row = specimen.rows("articles")["article_id"].to_list().index("orchard-day")
    pieces = specimen.rows("articles")["pieces"][row].to_list()
    pieces[-1]["zone"] = "caption"
    specimen.set("articles", "pieces", pieces, row=row)
    specimen.sign()
