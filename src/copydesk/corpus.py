"""A corpus: the folder with ``copydesk.toml``, its rooms, and the articles in them."""

from __future__ import annotations

import contextlib
import itertools
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from copydesk.articles import Article, Bulk, Texts
from copydesk.articles.texts import BULK
from copydesk.contract.conformance import check_document
from copydesk.contract.labels import NEWS, Scheme, read_scheme
from copydesk.errors import InputError
from copydesk.files import locked, read_jsonl, sweep
from copydesk.rights import Policy
from copydesk.storage import Storage

__all__ = ["CONFIG_NAME", "Article", "Corpus"]

CONFIG_NAME = "copydesk.toml"
LONGEST_WAIVER: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Corpus:
    """The rooms of one corpus. Making one reads nothing; `config` reads ``copydesk.toml``."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Corpus:
        """The corpus at ``start`` or around it; by default around the current directory.

        Raises:
            InputError: there is none.
        """
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / CONFIG_NAME).is_file():
                return cls(folder)
        raise InputError(
            f"There is no corpus here: no {CONFIG_NAME} in this folder or above it.",
            where=str(start or here),
            hint="Make one with 'copydesk init DIR', or name one with --corpus DIR.",
        )

    @property
    def dataset(self) -> Path:
        """What is published, as it is."""
        return self.root / "dataset"

    @property
    def raw(self) -> Path:
        """The published manifest and the texts that may be given."""
        return self.dataset / "raw"

    @property
    def manifest(self) -> Path:
        """The published manifest: a line for each article."""
        return self.raw / "articles.jsonl"

    @property
    def releases(self) -> Path:
        """A folder for each release, and ``index.json``."""
        return self.dataset / "releases"

    @property
    def private(self) -> Path:
        """What must never be published: the texts and titles that are withheld."""
        return self.root / "private"

    @property
    def annotations(self) -> Path:
        """The guidelines, the label configs and the rounds."""
        return self.root / "annotations"

    @property
    def guidelines(self) -> Path:
        """The annotators' guidelines, with their version in the front matter."""
        return self.annotations / "guidelines.md"

    @property
    def guidelines_card(self) -> Path:
        """What annotators keep open while they work: a page of one screen, where there is one."""
        return self.annotations / "guidelines-card.md"

    @property
    def trials(self) -> frozenset[str]:
        """The rounds that no release uses unless it names them, such as pilots."""
        return frozenset(self.config.get("rounds", {}).get("trials", ()))

    def waived(self, rule: str) -> frozenset[str]:
        """What ``copydesk.toml`` waives a rule for today: records, "" standing for all of them.

        A waiver that ends more than a year from now is not in force, as in `validate`.
        """
        today = datetime.now(UTC).date()
        last = today + LONGEST_WAIVER
        return frozenset(
            waiver.get("record", "")
            for waiver in self.config.get("waivers", ())
            if waiver["rule"] == rule and today <= date.fromisoformat(waiver["until"]) <= last
        )

    @property
    def rounds(self) -> Path:
        """A folder for each annotation round."""
        return self.annotations / "rounds"

    def suggester_path(self, name: str) -> Path:
        """Where the suggester with a name is kept."""
        return self.annotations / "suggesters" / f"{name}.suggester"

    @property
    def build_dir(self) -> Path:
        """Shards that can be rebuilt at any time."""
        return self.root / "build"

    @property
    def config(self) -> dict[str, Any]:
        """The content of ``copydesk.toml``, checked.

        Raises:
            InputError: it is not TOML, or violates ``schema/corpus.schema.json``.
        """
        path = self.root / CONFIG_NAME
        try:
            written = tomllib.loads(path.read_text(encoding="utf-8"))
            # Dates as JSON writes them: until = 2027-01-31 may stand without quotation marks.
            document: dict[str, Any] = json.loads(json.dumps(written, default=str))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"This file is not TOML: {error}.", where=str(path)) from error
        except OSError as error:
            raise InputError(f"This file cannot be read: {error}.", where=str(path)) from error
        check_document(document, "corpus", where=str(path))
        return document

    @property
    def outlets(self) -> dict[str, dict[str, str]]:
        """What ``copydesk.toml`` says of outlets: licence and attribution, by the outlet's name."""
        found: dict[str, dict[str, str]] = self.config.get("outlets", {})
        return found

    @property
    def scheme(self) -> Scheme:
        """The corpus's labels: those of its ``schema/labels.json``, or the news scheme.

        Raises:
            InputError: the file is not a scheme, see `copydesk.contract.labels.read_scheme`.
        """
        path = self.root / "schema" / "labels.json"
        if not path.is_file():
            return NEWS
        return read_scheme(path)

    @property
    def policy(self) -> Policy:
        """The corpus's decision about whose text is given."""
        return Policy(**self.config.get("rights", {}))

    @property
    def journal(self) -> Path:
        """The journal of a withdrawal; it exists until the withdrawal is finished."""
        return self.private / "withdrawing.json"

    @contextlib.contextmanager
    def lock(
        self, *, shared: bool = False, wait_s: float | None = None, withdrawing: bool = False
    ) -> Iterator[None]:
        """Keep other processes from writing to this corpus; every verb that writes takes it.

        It may be taken again by the process that has it, in the same way. What a killed process
        left half written is removed first.

        Args:
            shared: whether others with a shared lock may work at the same time, as the shards of
                one build do.
            wait_s: seconds to wait; `copydesk.files.LOCK_WAIT_S` by default.
            withdrawing: whether to work although a withdrawal was broken off, as only the verb
                that finishes it may.

        Raises:
            InputError: another process still writes here after that time, or a withdrawal was
                broken off.
        """
        with locked(self.build_dir / "corpus.lock", shared=shared, wait_s=wait_s):
            self.keep_private()
            if self.journal.is_file() and not withdrawing:
                raise InputError(
                    "The withdrawal of an article was interrupted; until it is finished, nothing "
                    "else may change the corpus.",
                    where=str(self.journal),
                    hint="Run 'copydesk release withdraw --resume'.",
                )
            if not shared:
                for room in (self.dataset, self.build_dir, self.private, self.annotations):
                    sweep(room)
                sweep(self.root, deep=False)
            yield

    def keep_private(self) -> None:
        """Make the private room, and let nobody else on this machine read it."""
        self.private.mkdir(parents=True, exist_ok=True)
        for room in (self.private, self.build_dir):
            if room.is_dir() and room.stat().st_mode & 0o077:
                room.chmod(0o700)

    def articles(self) -> Iterator[Article]:
        """The articles in the manifest's order, one at a time.

        Raises:
            InputError: the manifest is absent or a line of it is wrong.
        """
        policy, manifest = self.policy, self.manifest
        if not manifest.exists():
            raise InputError(
                "This corpus has no articles yet.",
                where=str(self.root),
                hint="Add some with 'copydesk ingest FOLDER'.",
            )
        private = _Withheld(self.private / "articles.jsonl")
        for number, line in read_jsonl(manifest):
            check_document(line, "article", where=f"{manifest}:{number}")
            if not line.keys() >= {"collection", "event", "text_sha256"}:
                raise InputError(
                    "This line was not written by 'copydesk ingest'.",
                    where=f"{manifest}:{number}",
                    hint="Move the file out of the corpus and ingest it from there.",
                )
            line.pop("file", None)
            line["zones"] = tuple(line.get("zones", ()))
            gives = policy.gives(line.get("licence"), line["collection"])
            gives = gives and not line.get("held_back")
            if not gives:
                line |= private.get(line["article_id"])
            yield Article(redistributable=gives, **line)

    def articles_here(self) -> Iterator[Article]:
        """Those of `articles` whose text is here: a clone has none that is withheld."""
        return filter(self.texts.has, self.articles())

    def absent(self) -> tuple[Article, ...]:
        """Those of `articles` whose text is not here."""
        return tuple(itertools.filterfalse(self.texts.has, self.articles()))

    @property
    def texts(self) -> Texts:
        """Where the articles' canonical texts are: published, private, or in bulk."""
        return Texts(self.raw, self.private / "raw", Bulk(self.store("articles")))

    def store(self, name: str, config: Mapping[str, Any] | None = None) -> Storage:
        """Where the table ``[stores]`` of ``copydesk.toml`` keeps something, or the usual place.

        Args:
            name: "articles" for texts in bulk, "shards" for those of the build.
            config: the content of ``copydesk.toml``, if it has been read, valid or not.
        """
        usual = {"articles": self.private / BULK, "shards": self.build_dir / "shards"}
        stores = (self.config if config is None else config).get("stores")
        stated = stores.get(name) if isinstance(stores, Mapping) else None
        return Storage(stated if isinstance(stated, str) else str(usual[name]))

    def text(self, article: Article) -> str:
        """One article's canonical text; see `copydesk.articles.Texts` for those of many.

        Raises:
            InputError: it is not here, or it is not the text of the manifest.
        """
        return self.texts.read(article)


class _Withheld:
    """The lines of the private manifest, found while the published one is read in the same order.

    Memory is bounded by how much the orders differ.
    """

    def __init__(self, path: Path) -> None:
        self._lines = (line for _, line in read_jsonl(path)) if path.is_file() else iter(())
        self._passed: dict[str, dict[str, Any]] = {}

    def get(self, article_id: str) -> dict[str, Any]:
        """What the private manifest says of an article."""
        if article_id in self._passed:
            return self._passed.pop(article_id)
        for line in self._lines:
            if line["article_id"] == article_id:
                return line
            self._passed[line["article_id"]] = line
        return {}
