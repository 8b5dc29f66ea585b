"""The release is archived, but the citation beside the card names another DOI."""

from __future__ import annotations

from specimens import Specimen

from copydesk.contract.index_entries import ARCHIVED
from copydesk.release.index import append_entries, read_index

DOI = "10.1234/copydesk.17"


def damage(specimen: Specimen) -> None:
    index = read_index(specimen.dataset)
    newest = index.entries[-1]
    append_entries(
        specimen.dataset,
        index,
        {**newest.as_document(), "event": ARCHIVED, "at": "2026-04-03T09:00:00Z", "doi": DOI},
    )
    specimen.sign_documents()
    for path in (specimen.dataset / "CITATION.cff", specimen.root / "CITATION.cff"):
        path.write_text(path.read_text().replace(DOI, f"https://doi.org/{DOI}"))
