"""Lessons in an invented language, small enough to train on in a moment."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from specimens import make_corpus

from copydesk.corpus import Corpus
from copydesk.release.material import of_rounds
from copydesk.suggester.lessons import Lesson, Material
from copydesk.suggester.train import train
from copydesk.suggester.weights import write_weights
from copydesk.text import Piece

SCHEME = ("sun", "rain", "wind")
WORDS = {
    "sun": ("solo", "luma", "karo", "dela"),
    "rain": ("plu", "vato", "mirri", "oste"),
    "wind": ("fiu", "zefa", "tramo", "guno"),
}


def lesson(number: int, *, event: str | None = None, language: str = "eo") -> Lesson:
    """An article of six sentences, two of each label, each with a word that gives it away."""
    lines, labels = [], []
    for place in range(6):
        label = SCHEME[(number + place) % 3]
        word = WORDS[label][(number + place // 3) % 4]
        lines.append(f"Ka {word} be {place} nu {number % 5}.")
        labels.append(label)
    text = "\n".join(lines)
    pieces, start = [], 0
    for line in lines:
        pieces.append(Piece(start, start + len(line), "body", True))
        start += len(line) + 1
    return Lesson(
        article_id=f"a{number:03d}",
        event=event or f"e{number // 2}",
        language=language,
        text=text,
        pieces=pieces,
        labels={(p.start, p.end): label for p, label in zip(pieces, labels, strict=True)},
    )


@pytest.fixture(scope="session")
def make_material() -> Callable[..., Material]:
    """Makes the material of some lessons."""

    def make(*lessons: Lesson) -> Material:
        return Material(
            lessons=lessons or [lesson(number) for number in range(12)],
            scheme=SCHEME,
            data={
                "corpus": "weather",
                "source": [{"kind": "other", "name": "by hand", "sha256": None}],
                "annotators": {"human": 2},
                "left_out": {},
                "withheld": 0,
            },
        )

    return make


@pytest.fixture(scope="session")
def make_lesson() -> Callable[..., Lesson]:
    """Makes a lesson by its number."""
    return lesson


@pytest.fixture(scope="session")
def _stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = make_corpus(tmp_path_factory.mktemp("stories"))
    weights = train("desk", of_rounds(corpus)).weights
    path = corpus.suggester_path("desk")
    path.parent.mkdir()
    write_weights(path, weights)
    return corpus.root


@pytest.fixture
def stories(_stories: Path, tmp_path: Path) -> Corpus:
    """Six small stories on five events, with two closed rounds and a suggester, ``desk``.

    The text of one is withheld.
    """
    return Corpus(Path(shutil.copytree(_stories, tmp_path / "stories")))
