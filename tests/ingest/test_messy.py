"""The three folders of `scripts/messy_folders.py`, in the state in which people have them."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copydesk.build import build
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.ingest import Options, ingest
from copydesk.ingest.refused import by_reason
from copydesk.release.cut import Options as Cut
from copydesk.release.cut import cut
from copydesk.validate import validate

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "messy_folders.py"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("messy")
    subprocess.run([sys.executable, str(SCRIPT), str(out)], check=True, capture_output=True)
    return out


NEWSROOM = {
    "This page is a consent wall: it asks for cookies and holds no article.": 2,
    "This page is a check against bots, not an article.": 1,
    "This page holds only the beginning of an article behind a paywall.": 1,
    "This is an error page (the page was not found), not an article.": 1,
    "This is not an HTML page.": 1,
    "This archive cannot be read: File is not a zip file.": 1,
    "This is a string, not a JSON object.": 1,
    "The text of this record is empty.": 1,
}
SCRAPE = {
    "This line holds a list, not a JSON object.": 1,
    "This line holds null, not a JSON object.": 1,
    "This line is not JSON (Expecting value).": 1,
    "This line is not JSON (Unterminated string starting at).": 1,
    "The text of this record is empty.": 1,
    "This record has no text.": 1,
    "U+0000 (control character) is not allowed in an article.": 1,
    "Its text is not a string.": 1,
    "The text is empty or consists of blanks only.": 1,
}
AGENCY = {
    "The text is empty or consists of blanks only.": 2,
    "This file is not JSON (Expecting value: line 1 column 15 (char 14)).": 1,
    "This Parquet file cannot be read: Parquet file size is 4 bytes, smaller than the minimum "
    "file footer (8 bytes).": 1,
    "This archive cannot be read: File is not a zip file.": 1,
    "This file cannot be read: Compressed file ended before the end-of-stream marker was "
    "reached.": 1,
    "Byte 0xe2 at offset 12 is not UTF-8.": 1,
    "This file holds binary data, not text.": 1,
}


@pytest.mark.parametrize(
    ("name", "taken", "refused", "steps", "unread", "copies"),
    [
        (
            "newsroom",
            12 + 10 + 8 + 4,
            NEWSROOM,
            {"page": 12, "markup": 8, "encoding": 10, "furniture": 12},
            {".docx": 2, ".jpg": 1, ".png": 1, ".db": 1},
            1,
        ),
        (
            "scrape",
            40 + 10 + 6 + 5 + 3 + 6,
            SCRAPE,
            {"page": 6, "furniture": 6},
            {".ipynb": 1, ".py": 1, ".pdf": 1, ".md": 1},
            10,
        ),
        (
            "agency",
            15 + 3 + 6 + 2,
            AGENCY,
            {"lines_joined": 26, "encoding": 3, "dropped": 2, "furniture": 8},
            {},
            2,
        ),
    ],
)
def test_every_file_of_a_messy_folder_is_taken_or_named(
    folders: Path,
    corpus: Corpus,
    name: str,
    taken: int,
    refused: dict[str, int],
    steps: dict[str, int],
    unread: dict[str, int],
    copies: int,
) -> None:
    """So many articles, so many of each reason, so many of each step; a second run finds nothing
    new, and what is cut of it is valid."""
    source = str(folders / name)

    done = ingest([source], corpus, workers=1)

    assert (done.added, done.withheld) == (taken, taken)
    assert {reason: count for reason, count, _ in by_reason(done.refused)} == refused
    assert (done.steps, done.unread, len(done.joined)) == (steps, unread, copies)
    days = Counter(article.published is not None for article in corpus.articles())
    assert days[True] == {"newsroom": 30, "scrape": 38 + 6 + 5 + 3, "agency": 0}[name]

    again = ingest([source], corpus, workers=1)

    assert (again.added, again.replaced, again.new_refusals) == (0, 0, 0)
    if name != "agency":
        return
    build(corpus, workers=1)
    cut(corpus, Cut(version="0.1.0", created=datetime(2026, 5, 1, tzinfo=UTC), labels="rule"))
    assert validate(corpus.dataset).findings == ()


def test_strict_takes_none_of_a_messy_folder(folders: Path, corpus: Corpus) -> None:
    """With `--strict` the sentence counts what is wrong, and the corpus stays empty."""
    with pytest.raises(InputError, match=r"^9 articles cannot be used, so none was taken:"):
        ingest([str(folders / "newsroom")], corpus, strict=True, workers=1)

    assert not corpus.manifest.exists() or not list(corpus.articles())


def test_archives_patterns_and_addresses_are_sources_too(folders: Path, corpus: Corpus) -> None:
    """A pattern, a .zip as a file, and the same .zip through fsspec give the same articles."""
    archive = folders / "newsroom" / "archive.zip"
    pattern = str(folders / "agency" / "*" / "00[12].txt")

    done = ingest([pattern, str(archive)], corpus, workers=1)
    chained = ingest([f"zip://a/b/001.txt::file://{archive}"], corpus, workers=1)

    assert (done.added, len(done.refused)) == (6 + 4, 1)
    assert chained.added + chained.replaced <= 1


def test_an_encoding_given_by_hand_is_used(folders: Path, corpus: Corpus) -> None:
    """`--encoding` goes before what the bytes seem to be."""
    path = folders / "agency" / "old" / "latin.txt"

    ingest([str(path)], corpus, options=Options(encoding="latin-1"), workers=1)

    (article,) = corpus.articles()
    # In Latin-1 the quotation marks of Windows are control characters.
    reading = article.reading or {}
    assert reading["encoding"] == "latin-1"
    assert reading["dropped"] == 2 * corpus.texts.read(article).count("£2")
