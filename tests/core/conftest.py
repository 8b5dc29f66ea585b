"""A small corpus: four articles of three events, one of them withheld."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from copydesk.build import build
from copydesk.corpus import Corpus
from copydesk.ingest import ingest
from copydesk.scaffold import lay_out

TEXTS = {
    "bridge-day": (
        "Bridge over the Wend opens two years late\n"
        "The bridge over the Wend opened on Monday.\n"
        "“We waited long enough for this bridge,” said Ada Crane, the mayor.\n"
        "The toll may rise next year.\n"
    ),
    "bridge-wire": (
        "Wend bridge opens\n"
        "Mayor Ada Crane said the town had “waited long enough for this bridge”.\n"
        "It cost 40 million crowns.\n"
    ),
    "ferry-day": (
        "Last ferry leaves Osk\n"
        "The last ferry left Osk on Friday.\n"
        "Its crew of nine said they would look for work ashore.\n"
    ),
    "kept-day": (
        "Secret garden found behind the mill\n"
        "A walled garden was found behind the old mill on Sunday.\n"
        "“Nobody had a key to it,” said Jory Pell, the miller.\n"
    ),
}


def _write_raw(folder: Path) -> Path:
    folder.mkdir()
    lines = []
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        given = name != "kept-day"
        lines.append(
            {
                "article_id": name,
                "file": f"{name}.txt",
                "event": name.split("-")[0],
                "licence": "CC-BY-4.0" if given else None,
                "title": text.splitlines()[0],
                "attribution": "The Day",
            }
        )
    (folder / "articles.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    return folder


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """The folder of articles that the small corpus is made from."""
    return _write_raw(tmp_path / "raw")


@pytest.fixture(scope="session")
def _built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("once")
    corpus = lay_out(root / "small", title="A small corpus")
    ingest([str(_write_raw(root / "raw"))], corpus)
    build(corpus, workers=1)
    return corpus.root


@pytest.fixture
def small(_built_once: Path, tmp_path: Path, raw: Path) -> Corpus:
    """The small corpus, built; a copy that may be changed."""
    return Corpus(Path(shutil.copytree(_built_once, tmp_path / "small")))
