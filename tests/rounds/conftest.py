"""A small corpus of written articles, and the running Label Studio of the whole suite."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from copydesk.backends.labelstudio.client import Server
from copydesk.backends.labelstudio.connection import connect
from copydesk.contract.labels import LABELS
from copydesk.corpus import Corpus
from copydesk.ingest import ingest
from copydesk.rounds.folder import RoundFolder
from copydesk.rounds.log import Answer, append, compare, read_log

ROOT = Path(__file__).resolve().parents[2]
GUIDELINES = '---\nversion: "1.0"\n---\n# Guidelines\n\nPress **1** to 4.\n'
TEXTS = {
    "harbour": "Harbour opens after storm\nThe harbour opened on Monday.\n"
    "“We are glad,” said the warden.\nMore ships may come. 🙂 So the warden said.",
    "mill": "Mill closes\nThe mill closed at noon.\nThe owner said it was old.",
    "tram": "Tram returns\nThe tram ran at six.\nIt could fail again, the driver said.",
    "weir": "Weir holds\nThe weir held.\n“It will hold,” said the keeper.",
}


def load(path: Path, name: str) -> ModuleType:
    """A Python file that is in no package, as a module."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


studio = load(ROOT / "tests" / "studio" / "conftest.py", "copydesk_tests_studio").studio

enter = load(ROOT / "tests" / "rounds" / "answering.py", "copydesk_tests_answering").enter

_browser = load(ROOT / "tests" / "studio" / "browser" / "conftest.py", "copydesk_tests_browser")
annotator = _browser.annotator

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
        config = '[corpus]\nname = "trial"\ntitle = "Trial"\n'
        (root / "copydesk.toml").write_text(config, encoding="utf-8")
        (root / "annotations" / "guidelines.md").write_text(GUIDELINES, encoding="utf-8")
        source = tmp_path / "source"
        source.mkdir()
        lines = [
            {"article_id": name, "text": text, "event": f"{name}-event", **fields}
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
    """Logs, as a pull would, what each sentence got: a label's first letter from each annotator."""

    def log(
        corpus: Corpus,
        round_id: str,
        annotators: tuple[str, ...],
        labels: Mapping[str, str],
        *,
        at: str = "2026-01-01T00:00:00Z",
    ) -> None:
        by_letter = {label[0]: label for label in LABELS}
        answers = {
            (name, sentence): Answer(
                annotator=name,
                sentence_id=sentence,
                arm="blind",
                label=by_letter[letter],
                created_at=at,
                lead_time_s=None,
                source=1,
            )
            for sentence, letters in labels.items()
            for name, letter in zip(annotators, letters, strict=True)
        }
        path = RoundFolder(corpus, round_id).annotations
        append(path, compare(read_log(path), answers), "p")

    return log


@pytest.fixture
def answer() -> Callable[..., Counter[str]]:
    """Answers tasks in Label Studio; see answering.py."""
    return enter  # type: ignore[no-any-return]  # of a file in no package


@pytest.fixture
def server_for(studio: Any) -> ServerFor:
    """Connects to the suite's Label Studio, by default as its administrator."""

    @contextmanager
    def open_server(
        token: str | None = None, *, url: str | None = None, timeout: float = 60.0
    ) -> Iterator[Server]:
        with connect(url or studio.url, token or studio.admin.token, timeout=timeout) as client:
            yield Server(client)

    return open_server
