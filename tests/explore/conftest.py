"""A small release, written row by row: two outlets on a flood, and a withheld article on a vote."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from copydesk.contract.arrow import arrow_schema, write_table
from copydesk.contract.labels import NEWS
from copydesk.contract.tables import release_file
from copydesk.files import dump_json, sha256_text

GAZETTE = """\
Weir at Oxley fails <script>alert(1)</script>
By Ada Quill
OXLEY — The weir failed at dawn. “Nobody saw it coming, nobody at all,” said Ida Marsh.
THE DAMAGE
It may take until May {{7*7}} to mend 🎈 it.
Water over the weir. Picture: Gazette
A correction was made."""

WIRE = """\
Nobody could see it coming, the mayor Ida Marsh told reporters.
The bridge is shut."""

VOTE = """\
Council keeps the library
Members voted 9 to 4. The mayor could call another vote."""

TEXTS = {"flood-gazette": GAZETTE, "flood-wire": WIRE, "vote-post": VOTE}


def place(article: str, words: str) -> tuple[int, int]:
    """Where words stand in an article."""
    start = TEXTS[article].index(words)
    return start, start + len(words)


# Pieces as (words, zone, answers); without answers a piece is no unit.
PIECES: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "flood-gazette": [
        ("Weir at Oxley fails <script>alert(1)</script>", "headline", "bbb"),
        ("By Ada Quill", "byline", ""),
        ("OXLEY —", "dateline", ""),
        ("The weir failed at dawn.", "body", "bbb"),
        ("“Nobody saw it coming, nobody at all,” said Ida Marsh.", "body", "qqc"),
        ("THE DAMAGE", "subhead", ""),
        ("It may take until May {{7*7}} to mend 🎈 it.", "body", "sss"),
        ("Water over the weir.", "caption", "bbb"),
        ("Picture: Gazette", "credit", ""),
        ("A correction was made.", "note", ""),
    ],
    "flood-wire": [
        ("Nobody could see it coming, the mayor Ida Marsh told reporters.", "body", "ccc"),
        ("The bridge is shut.", "body", "bbb"),
    ],
    "vote-post": [
        ("Council keeps the library", "headline", "bbb"),
        ("Members voted 9 to 4.", "body", "bbb"),
        ("The mayor could call another vote.", "body", "scq"),
    ],
}
CUES = {
    ("flood-gazette", "said"): "reporting-verbs/say",
    ("flood-gazette", "may"): "hedges/may",
    ("flood-wire", "told"): "reporting-verbs/tell",
    ("vote-post", "could"): "hedges/could",
}
QUOTES = [
    ("flood-gazette", "Nobody saw it coming, nobody at all,", "direct", "identical", 1.0),
    ("flood-wire", "Nobody could see it coming", "partial", "reworded", 0.71),
]
SPLIT = {"flood": "train", "vote": "test"}
BLOCKS = {"td", "th", "tr", "li", "p", "dt", "dd", "div", "h1", "h2", "caption", "br", "figcaption"}
_LABEL = {label[0]: label for label in NEWS.names}


@dataclass
class Page(HTMLParser):
    """What a test asks of a page."""

    text: str = ""
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)
    copies: list[tuple[str, str]] = field(default_factory=list)
    """(zone class or label class, text) of each piece of an article, with its blank before."""

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []

    @classmethod
    def read(cls, path: Path) -> Page:
        page = cls()
        page.feed(path.read_text(encoding="utf-8"))
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.text += " " if tag in BLOCKS else ""
        self.ids += [found["id"]] if "id" in found else []
        if tag == "a":
            self.links.append(found["href"])
        self.sources += [found[name] for name in ("src", "srcset") if name in found]
        if tag not in ("meta", "link", "input", "br"):
            self._open.append(found.get("class", ""))

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        inside = [name for names in self._open for name in names.split()]
        if "page" in inside and ("t" in inside or "gap" in inside):
            kind = "gap" if "gap" in inside else next(n for n in inside if n[:2] in ("l-", "z-"))
            self.copies.append((kind, data))


@pytest.fixture(scope="session")
def page() -> type[Page]:
    """Reads a page."""
    return Page


@pytest.fixture(scope="session")
def texts() -> Mapping[str, str]:
    """The texts of the articles, the withheld one too."""
    return TEXTS


@pytest.fixture(scope="session")
def rows() -> dict[str, list[dict[str, Any]]]:
    """The rows of the release, by table, with ``split``."""
    made: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("sentences", "standoff", "articles", "annotations", "quotes")
    }
    for article in TEXTS:
        _article(article, made)
    for article, words, form, relation, similarity in QUOTES:
        start, end = place(article, words)
        said = place(article, "Ida Marsh")
        made["quotes"].append(
            {
                "quote_id": f"{article}.q001",
                "article_id": article,
                "event": "flood",
                "sentence_ids": [f"{article}.{'003' if article == 'flood-gazette' else '001'}"],
                "start": start,
                "end": end,
                "text": words,
                "form": form,
                "speaker": {"start": said[0], "end": said[1], "text": "Ida Marsh"},
                "cue": None,
                "group": "0123456789abcdef",
                "relation": relation,
                "similarity": similarity,
                "split": "train",
            }
        )
    return made


def _article(article: str, made: dict[str, list[dict[str, Any]]]) -> None:
    text, given = TEXTS[article], article != "vote-post"
    event = article.partition("-")[0]
    common = {"article_id": article, "event": event, "split": SPLIT[event]}
    pieces = []
    number = 0
    for words, zone, answers in PIECES[article]:
        start, end = place(article, words)
        pieces.append({"start": start, "end": end, "zone": zone, "is_unit": bool(answers)})
        if answers:
            number += 1
            unit = common | {"sentence_id": f"{article}.{number:03d}", "start": start, "end": end}
            _unit(unit, number, zone, words, answers, made, given=given)
    made["articles"].append(
        common
        | {
            "collection": "originals" if given else "press",
            "title": 'Weir "fails" <b>' if article == "flood-gazette" else None,
            "outlet": {"flood-gazette": "The Gazette", "flood-wire": "Wire"}.get(article),
            "url": "javascript:alert(2)" if given else "https://post.example/vote",
            "published": "2026-02-01",
            "language": "en",
            "licence": "CC-BY-4.0" if given else None,
            "attribution": "The Gazette" if given else None,
            "redistributable": given,
            "text": text if given else None,
            "text_sha256": sha256_text(text),
            "pieces": pieces,
        }
    )


def _unit(
    unit: dict[str, Any],
    number: int,
    zone: str,
    words: str,
    answers: str,
    made: dict[str, list[dict[str, Any]]],
    *,
    given: bool,
) -> None:
    votes = Counter(_LABEL[answer] for answer in answers)
    (label, most), *others = votes.most_common()
    cues = [
        {"start": start, "end": end, "entry": entry}
        for (article, cue), entry in CUES.items()
        if article == unit["article_id"]
        for start, end in [place(article, cue)]
        if unit["start"] <= start < unit["end"]
    ]
    made["sentences" if given else "standoff"].append(
        unit
        | {
            "index": number,
            "zone": zone,
            "text" if given else "text_sha256": words if given else sha256_text(words),
            "label": NEWS.names.index(label),
            "votes": {name: votes.get(name, 0) for name in NEWS.names},
            "n_annotators": 3,
            "agreement": most / 3,
            "label_source": "unanimous"
            if not others
            else "majority"
            if most > 1
            else "adjudicated",
            "quoted_ratio": 0.0,
            "cues": cues,
        }
    )
    for who, answer in enumerate(answers, start=1):
        made["annotations"].append(
            unit
            | {
                "annotation_id": f"{unit['sentence_id']}.m{who}",
                "text_sha256": sha256_text(TEXTS[unit["article_id"]]),
                "annotator": f"model-{who}",
                "annotator_kind": "model",
                "round": "r1",
                "arm": "blind",
                "label": NEWS.names.index(_LABEL[answer]),
                "created_at": datetime(2026, 2, 2, tzinfo=UTC),
                "lead_time_s": None,
                "guidelines_version": "1.0",
            }
        )


@dataclass(frozen=True)
class Writer:
    """Writes rows as a release."""

    def __call__(self, rows: Mapping[str, Sequence[Mapping[str, Any]]], folder: Path) -> Path:
        for table, all_rows in rows.items():
            for split in sorted({row["split"] for row in all_rows}):
                path = folder / release_file(table, split)
                path.parent.mkdir(parents=True, exist_ok=True)
                part = [dict(row) for row in all_rows if row["split"] == split]
                write_table(pa.Table.from_pylist(part, arrow_schema(table)), path)
        manifest = {
            "version": "1.0.0",
            "created": "2026-03-01T12:00:00Z",
            "schema_version": "1.0",
            "previous": None,
            "corpus": {"name": "tiny", "title": "Tiny & True", "licence": "CC-BY-4.0"},
            "guidelines_version": "1.0",
            "labels": "rounds",
            "rounds": ["r1"],
            "aggregation": "majority",
            "annotators": {"model-1": "model", "model-2": "model", "model-3": "model"},
            "splits": SPLIT,
            "counts": {
                table: dict(Counter(row["split"] for row in part)) for table, part in rows.items()
            },
            "files": [],
        }
        (folder / "release.json").write_text(dump_json(manifest), encoding="utf-8")
        return folder


@pytest.fixture(scope="session")
def write() -> Writer:
    """Writes a release of any rows."""
    return Writer()


@pytest.fixture(scope="session")
def release(
    rows: dict[str, list[dict[str, Any]]], write: Writer, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The release's folder."""
    return write(rows, tmp_path_factory.mktemp("release") / "1.0.0")


@pytest.fixture(scope="session")
def pages(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its pages."""
    from copydesk.explore import explore

    return explore(release, tmp_path_factory.mktemp("pages") / "out").parent


@pytest.fixture(scope="session")
def compared(
    release: Path,
    rows: dict[str, list[dict[str, Any]]],
    write: Writer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The folder of its pages beside those of a release in which one sentence had another label."""
    from copydesk.explore import explore

    folder = tmp_path_factory.mktemp("compared")
    older = copy.deepcopy(rows)
    older["sentences"][0]["label"] = 0
    return explore(release, folder / "out", before=write(older, folder / "older")).parent
