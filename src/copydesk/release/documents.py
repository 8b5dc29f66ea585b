"""Everything written about a release that lies outside its folder, brought in step with it.

    write_documents(corpus, Contents.read(release))

In ``dataset/`` these are the card and, for whoever has only the data set, copies of the guidelines,
the labels and the citation; at the top of the corpus the datasheet, the citation and the README's
summary.
"""

from __future__ import annotations

from pathlib import Path

from copydesk.corpus import Corpus
from copydesk.files import atomic_write, dump_json
from copydesk.pages.markdown import spans
from copydesk.release.card import write_card
from copydesk.release.citation import write_citation
from copydesk.release.contents import Contents
from copydesk.release.datasheet import write_datasheet
from copydesk.release.index import Index, doi_of, other_dois, read_index


def write_documents(corpus: Corpus, contents: Contents, index: Index | None = None) -> None:
    """Bring all documents of a corpus in step with its newest release.

    Writing them again changes nothing; words that people wrote outside the markers stay.

    Args:
        index: of the data set folder; read here if the caller has not read it.

    Raises:
        InputError: the markers of a document do not pair, or it is not YAML where it should be;
            that document is as it was.
    """
    index = read_index(corpus.dataset) if index is None else index
    write_card(corpus.dataset, contents, index)
    write_datasheet(corpus.root / "DATASHEET.md", contents)
    citation = corpus.root / "CITATION.cff"
    write_citation(
        citation,
        contents,
        doi=doi_of(contents.manifest, index),
        others=other_dois(corpus.dataset, index, contents.version),
    )
    atomic_write(corpus.dataset / "CITATION.cff", citation.read_text(encoding="utf-8"))
    scheme = contents.contract.scheme
    atomic_write(corpus.dataset / "labels.json", dump_json(scheme.as_document()))
    for path in (corpus.guidelines, corpus.guidelines_card):
        if path.is_file():
            atomic_write(corpus.dataset / path.name, path.read_text(encoding="utf-8"))
    _write_summary(corpus.root / "README.md", corpus.dataset / "README.md")


def _write_summary(readme: Path, card: Path) -> None:
    """Give the README of a corpus the summary of its card, if it has a place for it."""
    if not readme.is_file():
        return
    text, told = (path.read_text(encoding="utf-8") for path in (readme, card))
    places = spans(text, where=str(readme))
    if "summary" in places:
        start, end = places["summary"]
        first, last = spans(told, where=str(card))["summary"]
        atomic_write(readme, text[:start] + told[first:last] + text[end:])
