"""A small corpus with two valid releases, and the means to damage it as a forger would.

The corpus is made by copydesk itself: articles taken in and built, a round answered by three
annotators and closed, two releases cut. `Specimen` edits a copy of it and signs it again.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.backends.files import Files
from copydesk.build import build
from copydesk.contract.arrow import arrow_schema, write_table
from copydesk.contract.columns import SPLITS
from copydesk.contract.tables import CURRENT, release_file
from copydesk.corpus import Corpus
from copydesk.files import dump_json, sha256_file
from copydesk.ingest import ingest
from copydesk.release.card import write_card
from copydesk.release.changes import write_changes
from copydesk.release.contents import Contents
from copydesk.release.croissant import render
from copydesk.release.cut import Options, cut
from copydesk.release.datasheet import write_datasheet
from copydesk.release.diff import compare
from copydesk.release.documents import write_documents
from copydesk.rounds.choose import Overlap
from copydesk.rounds.close import close
from copydesk.rounds.new import Options as RoundOptions
from copydesk.rounds.new import new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.scaffold import lay_out

INVALID = Path(__file__).resolve().parents[1] / "invalid"

TEXTS = {
    "bridge-day": """Bridge over the Wend opens two years late
The bridge over the Wend opened on Monday after a brass band had played in the rain.
“We waited long enough for this bridge and nobody will take it away,” said Ada Crane, the mayor.
The toll may rise next year if fewer than nine thousand cars cross it each day.
""",
    "bridge-wire": """Wend bridge opens at last
Mayor Ada Crane said: “We waited long enough for this bridge and nobody will take it away.”
It cost 40 million crowns and took nine years to build from end to end.
""",
    "ferry-day": """Last ferry leaves Osk
The last ferry left Osk on Friday with eleven passengers and a goat on board.
“There was no money left to paint her,” said Hanno Brill, who steered her for 31 years.
Its crew of nine said they would look for work ashore before the winter.
""",
    "mill-day": """Mill at Tarrow stops grinding
The mill at Tarrow ground its last sack of rye on the second Saturday of March.
The owners said the river had run too low to turn the wheel for three summers.
A museum might move into the upper floors once the roof has been mended.
""",
    "kept-day": """Secret garden found behind the brewery
A walled garden was found behind the old brewery when a shed fell down on Sunday.
“Nobody had a key to it and nobody asked,” said Jory Pell, who keeps the yard.
""",
    "orchard-day": """Frost takes half the pears of Lindow
Late frost destroyed about half of the pear harvest around Lindow within two nights.
“I have not seen blossom turn so black in forty springs,” said Mette Rowan, a grower.
Prices could double before the end of summer according to the market office.
""",
}
"""Articles of the first release; `orchard` comes with the second, `kept` is withheld."""

PEOPLE = ("a1", "a2", "a3")

ORCHARD = 11
"""The first row of the article `orchard-day` in sentences/train.parquet; 1.0.0 has it not."""


def make_corpus(folder: Path, texts: Mapping[str, str] = TEXTS, settings: str = "") -> Corpus:
    """The corpus with the releases 1.0.0 and 1.1.0, in a folder that is made.

    The settings are in force while it is made, and not afterwards.
    """
    folder.mkdir(exist_ok=True)
    corpus = lay_out(folder / "corpus", title="Six small stories")
    config = corpus.root / "copydesk.toml"
    plain = config.read_text(encoding="utf-8")
    config.write_text(f"{plain}\n{settings}\n" if settings else plain, encoding="utf-8")
    corpus = Corpus(corpus.root)
    first = {name: text for name, text in texts.items() if name != "orchard-day"}
    _take_in(corpus, folder / "raw", first)
    _round(corpus, "r1")
    cut(corpus, Options(version="1.0.0", created=datetime(2026, 3, 1, tzinfo=UTC)))
    _take_in(corpus, folder / "more", {"orchard-day": texts["orchard-day"]})
    _round(corpus, "r2", ("orchard-day",))
    build(corpus, workers=1)  # the round's plan records how its article is cut
    cut(corpus, Options(version="1.1.0", created=datetime(2026, 4, 1, tzinfo=UTC)))
    write_datasheet(corpus.root / "DATASHEET.md", corpus.releases / "1.1.0")
    config.write_text(plain, encoding="utf-8")
    return Corpus(corpus.root)


def _take_in(corpus: Corpus, raw: Path, texts: Mapping[str, str]) -> None:
    raw.mkdir()
    lines = []
    for name, text in texts.items():
        (raw / f"{name}.txt").write_text(text, encoding="utf-8")
        lines.append(
            {
                "article_id": name,
                "file": f"{name}.txt",
                "collection": "stories",
                "event": name.split("-")[0],
                "licence": None if name == "kept-day" else "CC-BY-4.0",
                "title": text.splitlines()[0],
                "attribution": f"The {name.split('-')[1].title()}",
                "outlet": f"The {name.split('-')[1].title()}",
                "url": f"https://news.example/{name}",
                "published": "2026-02-27",
            }
        )
    (raw / "articles.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    ingest([str(raw)], corpus)
    build(corpus, workers=1)


def _round(corpus: Corpus, name: str, articles: tuple[str, ...] = ()) -> None:
    """A round in which three people give the labels of the rules; one is of another mind once."""
    from copydesk.rounds.selection import Selection

    people = tuple(Annotator(annotator=who, kind="human", backend=FILES) for who in PEOPLE)
    plan = new_round(
        corpus,
        RoundOptions(
            round=name,
            annotators=people,
            overlap=Overlap(base=3),
            selection=Selection(articles=articles),
        ),
    )
    push(corpus, name, [Files()])
    anchors = sorted((anchor for _, anchor in plan.anchors()), key=lambda a: a.sentence_id)
    for place, who in enumerate(PEOPLE):
        lines = []
        for number, anchor in enumerate(anchors):
            dissents = name == "r1" and number == 5 and who == "a3"
            lines.append(
                {
                    "sentence_id": anchor.sentence_id,
                    "label": "speculation" if dissents else anchor.suggestion,
                    "at": f"2026-02-0{place + 1}T10:{number:02d}:00Z",
                    "lead_time_s": 5.0 + number + place / 4,
                }
            )
        text = "".join(json.dumps(line) + "\n" for line in lines)
        place_of = RoundFolder(corpus, name).private / who / "answers.jsonl"
        place_of.write_text(text, encoding="utf-8")
    pull(corpus, name, [Files()])
    close(corpus, name)


@dataclass
class Specimen:
    """A copy of the valid corpus that may be damaged."""

    root: Path
    version: str = "1.1.0"

    @property
    def corpus(self) -> Corpus:
        """Its rooms."""
        return Corpus(self.root)

    @property
    def dataset(self) -> Path:
        """Its data set folder."""
        return self.root / "dataset"

    @property
    def release(self) -> Path:
        """Its newest release."""
        return self.dataset / "releases" / self.version

    @property
    def manifest(self) -> dict[str, Any]:
        """The content of release.json."""
        document: dict[str, Any] = json.loads((self.release / "release.json").read_text())
        return document

    def parts(self, table: str) -> list[Path]:
        """The files of a table that are there."""
        paths = [self.release / release_file(table, split) for split in SPLITS]
        return [path for path in paths if path.is_file()]

    def rows(self, table: str) -> pl.DataFrame:
        """All rows of a table, with ``split``."""
        return pl.concat(
            pl.read_parquet(path).with_columns(split=pl.lit(path.stem))
            for path in self.parts(table)
        )

    def edit(
        self, table: str, change: Callable[[pl.DataFrame], pl.DataFrame], split: str = ""
    ) -> None:
        """Rewrite the files of a table (or of one split) with changed rows."""
        for path in self.parts(table):
            if split in ("", path.stem):
                before = pl.read_parquet(path)
                after = change(before)
                if not after.equals(before, null_equal=True) or after.schema != before.schema:
                    self.put(table, path.stem, after)

    def put(self, table: str, split: str, frame: pl.DataFrame, metadata: Any = None) -> None:
        """Write a frame as a file of the release, nullable where it has to be."""
        path = self.release / release_file(table, split)
        path.parent.mkdir(exist_ok=True)
        schema = arrow_schema(table, metadata={"version": "1.1.0"})
        fields = {field.name: field for field in schema}
        rows = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        found = []
        for field in rows.schema:
            wanted = fields.get(field.name, field)
            same = pl.DataFrame(schema.empty_table()).schema.get(field.name)
            kind = wanted.type if same == frame.schema[field.name] else field.type
            found.append(pa.field(field.name, kind, nullable=True))
        loose = pa.schema(found, metadata=metadata or schema.metadata)
        columns = [rows[f.name].combine_chunks().cast(f.type) for f in loose]
        write_table(pa.Table.from_arrays(columns, schema=loose), path)

    def set(self, table: str, column: str, value: Any, row: int = 0, split: str = "") -> None:
        """Give one cell another value; by default in the table's first file."""
        path = self.release / release_file(table, split) if split else self.parts(table)[0]
        frame = pl.read_parquet(path)
        values = frame[column].to_list()
        values[row] = value
        column_type = frame.schema[column]
        self.put(table, path.stem, frame.with_columns(pl.Series(column, values, column_type)))

    def amend(self, change: Callable[[dict[str, Any]], Any]) -> None:
        """Change release.json."""
        manifest = self.manifest
        change(manifest)
        (self.release / "release.json").write_text(dump_json(manifest))

    def configure(self, lines: str) -> None:
        """Add lines to copydesk.toml."""
        with (self.root / "copydesk.toml").open("a") as stream:
            stream.write(f"\n{lines}\n")

    def rename(self, version: str) -> None:
        """Make the newest release another version; to be signed."""
        self.release.rename(self.release.with_name(version))
        index = self.dataset / "releases" / "index.json"
        index.write_text(index.read_text().replace('"1.1.0"', f'"{version}"'))
        changes = self.dataset / "CHANGES.md"
        changes.write_text(changes.read_text().replace("1.1.0", version))
        self.version = version
        self.amend(lambda manifest: manifest.update(version=version))

    def describe(self, article_id: str, **fields: Any) -> None:
        """Change what both the release and the corpus's manifest say of an article."""
        for name, value in fields.items():

            def change(frame: pl.DataFrame, name: str = name, value: Any = value) -> pl.DataFrame:
                given = pl.when(pl.col("article_id") == article_id).then(pl.lit(value))
                return frame.with_columns(given.otherwise(pl.col(name)).alias(name))

            self.edit("articles", change)
            if name == "text_sha256":
                self.edit("annotations", change)
        lines = [json.loads(line) for line in self.corpus.manifest.read_text().splitlines()]
        for line in lines:
            if line["article_id"] == article_id:
                line |= {name: value for name, value in fields.items() if name in line}
        self.corpus.manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def recut(self, texts: Mapping[str, str], settings: str = "") -> None:
        """Make the whole corpus anew from other texts, with further settings until it is made."""
        shutil.rmtree(self.root)
        make_corpus(self.root.parent / "recut", texts, settings).root.rename(self.root)

    def replace(self, name: str, data: bytes) -> None:
        """Put other bytes in a file's place and sign them; the stated rows stay."""
        (self.release / name).write_bytes(data)

        def change(manifest: dict[str, Any]) -> None:
            for entry in manifest["files"]:
                if entry["path"] == name:
                    entry |= self._entry(self.release / name, entry["rows"])

        self.amend(change)
        if not name.endswith(".parquet"):
            write_card(self.dataset, self.release)  # it names the digest of release.json
        self.sign_index()

    def sign(self, *, documents: bool = True) -> None:
        """Bring the manifest, the index and (if asked) all documents in step, as a forger would."""
        manifest = self.manifest
        manifest["counts"], files = {}, []
        for table in CURRENT.tables:
            for path in self.parts(table):
                rows = pq.read_metadata(path).num_rows
                manifest["counts"].setdefault(table, {})[path.stem] = rows
                files.append(self._entry(path, rows))
        manifest["files"] = files
        if documents:
            self._write(manifest)
            (self.release / "croissant.json").write_text(
                dump_json(render(Contents.read(self.release)))
            )
        croissant = self.release / "croissant.json"
        extra = [self._entry(croissant, None)] if croissant.is_file() else []
        manifest["files"] = sorted([*files, *extra], key=lambda entry: entry["path"])
        self._write(manifest)
        if documents:
            self.sign_documents()
        self.sign_index()

    def sign_documents(self) -> None:
        """Write card, change list and datasheet anew from the release as it is."""
        released = Contents.read(self.release)
        write_changes(self.dataset, released, self._difference(released))
        write_documents(self.corpus, released)
        self.sign_index()

    def _difference(self, released: Contents) -> Any:
        return compare(Contents.read(self.release.parent / "1.0.0"), released)

    def _entry(self, path: Path, rows: int | None) -> dict[str, Any]:
        return {
            "path": path.relative_to(self.release).as_posix(),
            "sha256": sha256_file(path),
            "bytes": path.stat().st_size,
            "rows": rows,
        }

    def _write(self, manifest: dict[str, Any]) -> None:
        (self.release / "release.json").write_text(dump_json(manifest))

    def sign_index(self) -> None:
        """Record the digest of release.json in the index."""
        path = self.dataset / "releases" / "index.json"
        index = json.loads(path.read_text())
        for entry in index["releases"]:
            release = path.parent / entry["version"] / "release.json"
            if release.is_file():
                entry["digest"] = sha256_file(release)
        path.write_text(dump_json(index))


def copy(valid: Path, folder: Path) -> Specimen:
    """A fresh copy of the valid corpus."""
    shutil.copytree(valid, folder, symlinks=True)
    return Specimen(folder)


def load_damage(rule: str) -> Any:
    """The module ``tests/invalid/<rule>/damage.py``."""
    path = INVALID / rule / "damage.py"
    spec = importlib.util.spec_from_file_location(f"damage_{rule.replace('-', '_')}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
