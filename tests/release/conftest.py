"""Small releases made of a few lines, without a build or a round."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from copydesk.build import build
from copydesk.contract.arrow import arrow_schema, write_table
from copydesk.contract.labels import NEWS
from copydesk.contract.tables import CURRENT, release_file
from copydesk.corpus import Corpus
from copydesk.files import atomic_write, dump_json, dump_line, sha256_file, sha256_text
from copydesk.ingest import ingest
from copydesk.release.contents import Contents
from copydesk.release.cut import Options, cut
from copydesk.scaffold import lay_out


@dataclass(frozen=True, kw_only=True)
class Story:
    """An article whose every line is a sentence: (text, labels of its annotators)."""

    lines: Sequence[tuple[str, Sequence[str]]]
    event: str = "flood"
    split: str = "train"
    given: bool = True
    licence: str | None = "CC-BY-4.0"
    zones: Mapping[int, str] = field(default_factory=dict)
    outlet: str | None = "The Gazette"
    quoted: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, kw_only=True)
class Made:
    """A release in memory, with what is needed to write it."""

    tables: Mapping[tuple[str, str], pa.Table]
    manifest: dict[str, Any]

    @property
    def contents(self) -> Contents:
        """The release as data."""
        return Contents.of_tables(self.manifest, self.tables)

    def write(self, dataset: Path) -> Path:
        """Write it as ``releases/X.Y.Z`` of a data set folder; its folder."""
        folder = dataset / "releases" / self.manifest["version"]
        files = []
        for (table, split), rows in self.tables.items():
            path = folder / release_file(table, split)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_table(rows, path)
            files.append(
                {
                    "path": release_file(table, split),
                    "sha256": sha256_file(path),
                    "bytes": path.stat().st_size,
                    "rows": rows.num_rows,
                }
            )
        self.manifest["files"] = files
        atomic_write(folder / "release.json", dump_json(self.manifest))
        return folder


Make = Callable[..., Made]

ARTICLES = {
    "flood-post": "Wend rises\nThe Wend rose on Monday.\n“It came at night,” said Ada Crane.\n",
    "flood-wire": "Wend floods\nAda Crane said it “came at night”.\nIt may fall by Friday.\n",
    "fire-post": "Mill burns\nThe mill burned on Tuesday.\nNobody was hurt, Jory Pell said.\n",
    "fair-post": "Fair opens\nThe fair opened in Osk.\nIt is expected to last a week.\n",
}
"""Articles of a corpus that is cut for real; the fire is withheld."""


@pytest.fixture(scope="session")
def _cut_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("once")
    lines = []
    for name, text in ARTICLES.items():
        atomic_write(root / "raw" / f"{name}.txt", text)
        event = name.partition("-")[0]
        licence = None if event == "fire" else "CC-BY-4.0"
        line = {"article_id": name, "file": f"{name}.txt", "event": event, "licence": licence}
        lines.append(dump_line(line | {"attribution": "The Post"}) + "\n")
    atomic_write(root / "raw" / "articles.jsonl", "".join(lines))
    corpus = lay_out(root / "tiny", title="Tiny")
    ingest([str(root / "raw")], corpus)
    build(corpus, workers=1)
    options = Options(version="0.1.0", created=datetime(2026, 3, 1, tzinfo=UTC), labels="rule")
    cut(corpus, options)
    return corpus.root


@pytest.fixture
def tiny(_cut_once: Path, tmp_path: Path) -> Corpus:
    """A corpus of its own with release 0.1.0, labelled by rules."""
    return Corpus(Path(shutil.copytree(_cut_once, tmp_path / "tiny")))


@pytest.fixture(scope="session")
def story() -> type[Story]:
    """The class of invented articles."""
    return Story


@pytest.fixture(scope="session")
def make() -> Make:
    """Makes a release of stories by article id."""
    return _make


def _make(
    stories: Mapping[str, Story],
    version: str = "1.0.0",
    *,
    kinds: Mapping[str, str] | None = None,
    **manifest: Any,
) -> Made:
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for name, story in sorted(stories.items()):
        for table, row in _rows(name, story, kinds or {}):
            rows.setdefault((table, story.split), []).append(row)
    ordered = [
        (t, s) for t in CURRENT.tables for s in ("train", "validation", "test") if (t, s) in rows
    ]
    tables = {
        key: pa.Table.from_pylist(rows[key], arrow_schema(key[0], metadata={"version": version}))
        for key in ordered
    }
    counts: dict[str, dict[str, int]] = {}
    for (table, split), made in tables.items():
        counts.setdefault(table, {})[split] = made.num_rows
    people = {
        a["annotator"]: a["annotator_kind"]
        for (t, _), r in rows.items()
        for a in r
        if t == "annotations"
    }
    return Made(
        tables=tables,
        manifest={
            "version": version,
            "created": "2026-03-01T12:00:00Z",
            "schema_version": "1.0",
            "previous": None,
            "corpus": {"name": "tiny", "title": "Tiny", "licence": "CC-BY-4.0"},
            "guidelines_version": "0.1",
            "aggregation": "majority",
            "rounds": [],
            "annotators": dict(sorted(people.items())),
            "splits": {s.event: s.split for s in stories.values()},
            "files": [],
            "counts": counts,
            **manifest,
        },
    )


def _rows(
    name: str, story: Story, kinds: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    text = "\n".join(line for line, _ in story.lines)
    digest = sha256_text(text)
    pieces = []
    start = 0
    for number, (line, answers) in enumerate(story.lines, start=1):
        zone = story.zones.get(number, "body")
        place = {"start": start, "end": start + len(line)}
        pieces.append({**place, "zone": zone, "is_unit": True})
        yield from _unit(name, story, number, place, zone, line, answers, digest, kinds)
        start += len(line) + 1
    for number, (first, end) in enumerate(story.quoted, start=1):
        yield "quotes", _quote(name, story, number, first, end, text)
    yield (
        "articles",
        {
            "article_id": name,
            "collection": "wire",
            "title": story.lines[0][0] if story.given else None,
            "outlet": story.outlet,
            "url": None,
            "published": "2026-02-01",
            "language": "en",
            "licence": story.licence,
            "attribution": "The Gazette" if story.given else None,
            "redistributable": story.given,
            "event": story.event,
            "text": text if story.given else None,
            "text_sha256": digest,
            "pieces": pieces,
        },
    )


def _unit(
    name: str,
    story: Story,
    number: int,
    place: dict[str, int],
    zone: str,
    line: str,
    answers: Sequence[str],
    digest: str,
    kinds: Mapping[str, str],
) -> Iterator[tuple[str, dict[str, Any]]]:
    sentence_id = f"{name}.{number:03d}"
    votes = Counter(answers)
    label, top = max(votes.items(), key=lambda item: (item[1], -NEWS.names.index(item[0])))
    source = "single" if len(answers) == 1 else "unanimous" if len(votes) == 1 else "majority"
    words = {"text": line} if story.given else {"text_sha256": sha256_text(line)}
    yield (
        "sentences" if story.given else "standoff",
        {
            "sentence_id": sentence_id,
            "article_id": name,
            "event": story.event,
            "index": number,
            **place,
            "zone": zone,
            **words,
            "label": NEWS.names.index(label),
            "votes": {name: votes.get(name, 0) for name in NEWS.names},
            "n_annotators": len(answers),
            "agreement": top / len(answers),
            "label_source": source,
            "quoted_ratio": 0.0,
            "cues": [],
        },
    )
    for who, answer in enumerate(answers, start=1):
        annotator = f"a{who}"
        yield (
            "annotations",
            {
                "annotation_id": f"{sentence_id}.{annotator}",
                "sentence_id": sentence_id,
                "article_id": name,
                "text_sha256": digest,
                **place,
                "annotator": annotator,
                "annotator_kind": kinds.get(annotator, "model"),
                "round": "r1",
                "arm": "blind",
                "label": NEWS.names.index(answer),
                "created_at": datetime(2026, 2, 2, tzinfo=UTC),
                "lead_time_s": None,
                "guidelines_version": "0.1",
            },
        )


def _quote(name: str, story: Story, number: int, start: int, end: int, text: str) -> dict[str, Any]:
    return {
        "quote_id": f"{name}.q{number:03d}",
        "article_id": name,
        "event": story.event,
        "sentence_ids": [f"{name}.001"],
        "start": start,
        "end": end,
        "text": text[start:end] if story.given else None,
        "form": "direct",
        "speaker": None,
        "cue": None,
        "group": None,
        "relation": None,
        "similarity": None,
    }
