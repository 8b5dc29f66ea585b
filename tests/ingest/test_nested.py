"""Articles inside objects of JSON are found; files that are no text are named for what they are."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from sources import write

from copydesk.corpus import Corpus
from copydesk.ingest import ingest
from copydesk.ingest.nested import articles

TEXT = "The bridge opened on Monday."


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"id": 3, "article": {"text": TEXT}}, [("", {"id": 3, "text": TEXT})]),
        (
            {"en": {"text": "A"}, "de": {"text": "B", "id": "x"}},
            [
                ("en", {"language": "en", "text": "A"}),
                ("de", {"language": "de", "text": "B", "id": "x", "article_id": "x-de"}),
            ],
        ),
        (
            {"a1": {"body": "A"}, "a2": {"body": "B"}},
            [("a1", {"body": "A", "article_id": "a1"}), ("a2", {"body": "B", "article_id": "a2"})],
        ),
        (
            {"hits": {"total": 2, "hits": [{"_source": {"text": "A"}}, {"text": "B"}]}},
            [("item 1", {"text": "A"}), ("item 2", {"text": "B"})],
        ),
        (
            {"id": 7, "title": {"en": "T", "fr": "U"}, "text": {"en": "A", "fr": "B"}},
            [
                (
                    "en",
                    {"language": "en", "id": 7, "title": "T", "text": "A", "article_id": "7-en"},
                ),
                (
                    "fr",
                    {"language": "fr", "id": 7, "title": "U", "text": "B", "article_id": "7-fr"},
                ),
            ],
        ),
        (
            {"meta": {"title": "M"}, "content": {"body": "B"}, "author": {"text": "Who I am"}},
            [("", {"title": "M", "body": "B"})],
        ),
        (
            {"body": [{"type": "h2", "text": "Why"}, {"type": "p", "text": "<b>So</b> it is."}]},
            [("", {"body": "Why\nSo it is.", "zones": [(0, "subhead")]})],
        ),
        ({"text": TEXT, "comments": [{"text": "No."}]}, None),
        ({"title": "Nothing here", "content": {}}, None),
    ],
)
def test_an_object_holds_articles(record: dict[str, Any], found: Any) -> None:
    """One or several, each with what stands above it; an object without any is left as it is."""
    assert articles(record) == (found or [("", record)])


def test_commas_after_the_last_item_are_let_go(tmp_path: Path, corpus: Corpus) -> None:
    write(tmp_path / "a.json", '[{"id": "x", "text": "Yes, ] no,}.",},\n]')
    ingest([str(tmp_path / "a.json")], corpus)
    assert [*map(corpus.text, corpus.articles())] == ["Yes, ] no,}."]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.4\n%\xe2\xe3", "a PDF"),
        (b"{\\rtf1\\ansi It opened.}", "RTF"),
        (b"PK\x03\x04\x14\x00", "a zip archive, as .docx and .odt files are"),
        (gzip.compress(TEXT.encode(), mtime=0), "packed with gzip"),
        (json.dumps({"text": TEXT}).encode(), "JSON"),
    ],
)
def test_a_file_that_is_named_like_a_text(
    data: bytes, kind: str, tmp_path: Path, corpus: Corpus
) -> None:
    write(tmp_path / "a.txt", data)
    (refusal,) = ingest([str(tmp_path / "a.txt")], corpus).refused
    assert refusal.reason == f"This file is {kind}, not text."


def test_a_page_is_read_as_one_whatever_its_name(tmp_path: Path, corpus: Corpus) -> None:
    body = "".join(f"<p>{TEXT} It was the {n}th bridge of the town.</p>" for n in range(4, 8))
    page = f"<!DOCTYPE html><html><body><article><h1>It opens</h1>{body}</article></body></html>"
    write(tmp_path / "a.txt", page)
    ingest([str(tmp_path / "a.txt")], corpus)
    (article,) = corpus.articles()
    assert corpus.text(article).splitlines()[0] == "It opens"


def test_a_table_without_names_of_columns_is_told(tmp_path: Path, corpus: Corpus) -> None:
    write(tmp_path / "a.csv", f'1,"{TEXT * 5}"\n2,"{TEXT * 6}"\n')
    (refusal,) = ingest([str(tmp_path / "a.csv")], corpus).refused
    assert refusal.reason == "The first line of this table is not a line of names."
