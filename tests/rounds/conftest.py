"""A small corpus of written articles, and the running Label Studio of the whole suite."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from answering import enter
from at_the_browser import annotator
from shared_studio import studio

from copydesk.backends.files import Files
from copydesk.backends.labelstudio.client import Server
from copydesk.backends.labelstudio.connection import connect
from copydesk.contract.labels import NEWS
from copydesk.corpus import Corpus
from copydesk.files import sha256_text
from copydesk.ingest import ingest
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.text import canonical

__all__ = ["annotator", "studio"]

ROOT = Path(__file__).resolve().parents[2]
GUIDELINES = '---\nversion: "1.0"\n---\n# Guidelines\n\nPress **1** to 4.\n'
TEXTS = {
    "harbour": "Harbour opens after storm\nThe harbour opened on Monday.\n"
    "“We are glad,” said the warden.\nMore ships may come. 🙂 So the warden said.",
    "mill": "Mill closes\nThe mill closed at noon.\nThe owner said it was old.",
    "tram": "Tram returns\nThe tram ran at six.\nIt could fail again, the driver said.",
    "weir": "Weir holds\nThe weir held.\n“It will hold,” said the keeper.",
}

MakeCorpus = Callable[..., Corpus]
ServerFor = Callable[..., AbstractContextManager[Server]]
LogAnswers = Callable[..., None]


@pytest.fixture
def make_corpus(tmp_path: Path) -> MakeCorpus:
    """Makes a corpus of texts by article_id; those in ``withheld`` have no licence."""

    def make(
        texts: Mapping[str, str] = TEXTS, *, withheld: tuple[str, ...] = (), **fields: Any
    ) -> Corpus:
        root = tmp_path / "corpus"
        (root / "annotations").mkdir(parents=True)
        config = (
            '[corpus]\nname = "trial"\ntitle = "Trial"\n[checks]\npseudonyms = "^[a-z0-9-]+$"\n'
        )
        (root / "copydesk.toml").write_text(config, encoding="utf-8")
        (root / "annotations" / "guidelines.md").write_text(GUIDELINES, encoding="utf-8")
        source = tmp_path / "source"
        source.mkdir()
        lines = [
            {"article_id": name, "text": text, "event": f"{name}-event", **fields}
            # With its hash a text is taken as it is, whatever looks like HTML in it.
            | {"text_sha256": sha256_text(canonical(text))}
            | ({} if name in withheld else {"licence": "CC0-1.0"})
            for name, text in texts.items()
        ]
        manifest = "".join(json.dumps(line) + "\n" for line in lines)
        (source / "articles.jsonl").write_text(manifest, encoding="utf-8")
        corpus = Corpus(root)
        ingest([str(source)], corpus)
        return corpus

    return make


@pytest.fixture
def corpus(make_corpus: MakeCorpus) -> Corpus:
    """Four short articles that may be given."""
    return make_corpus()


@pytest.fixture
def log_answers() -> LogAnswers:
    """Has each annotator of a round through files answer: for each sentence a label's first letter.

    A hyphen is no answer. The answers are pulled.
    """

    def log(
        corpus: Corpus,
        round_id: str,
        annotators: tuple[str, ...],
        labels: Mapping[str, str],
        *,
        at: str = "2026-01-01T00:00:00Z",
    ) -> None:
        by_letter = {label[0]: label for label in NEWS.names}
        push(corpus, round_id, [Files()])
        for place, name in enumerate(annotators):
            lines = [
                {"sentence_id": sentence, "label": by_letter[letters[place]], "at": at}
                for sentence, letters in labels.items()
                if letters[place] != "-"
            ]
            text = "".join(json.dumps(line) + "\n" for line in lines)
            path = RoundFolder(corpus, round_id).private / name / "answers.jsonl"
            with path.open("a", encoding="utf-8") as stream:
                stream.write(text)
        pull(corpus, round_id, [Files()])

    return log


@pytest.fixture
def answer() -> Callable[..., Counter[str]]:
    """Answers tasks in Label Studio; see answering.py."""
    return enter


@pytest.fixture
def server_for(studio: Any) -> ServerFor:
    """Connects to the suite's Label Studio, by default as its administrator."""

    @contextmanager
    def open_server(
        token: str | None = None, *, url: str | None = None, timeout: float = 300.0
    ) -> Iterator[Server]:
        with connect(url or studio.url, token or studio.admin.token, timeout=timeout) as client:
            yield Server(client)

    return open_server
