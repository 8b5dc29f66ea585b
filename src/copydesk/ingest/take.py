"""Raw articles into a corpus: the good ones are kept, each bad one is set aside with its reason.

Texts are staged in the corpus's scratch room and moved to their places when all have been read;
the manifests follow. A run that was killed leaves the manifests as they were, and the next run of
the same ingest ends in the same files.
"""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from copydesk import __version__
from copydesk.articles import Texts
from copydesk.corpus import Article, Corpus
from copydesk.errors import CopydeskError, InputError
from copydesk.files import append_lines, atomic_write, dump_line, replacing, sha256_text
from copydesk.ingest import events, furniture, names, refused
from copydesk.ingest.pool import Found, read_all
from copydesk.ingest.raw import Missed, Options, Raw, Reading, Refusal
from copydesk.ingest.seen import FILE as SEEN
from copydesk.ingest.seen import Seen
from copydesk.ingest.staging import Staging
from copydesk.ingest.store import RECORDS, Entry, Store, number
from copydesk.ingest.walk import MANIFEST, each
from copydesk.personal import find
from copydesk.rights import spdx, wants_attribution
from copydesk.stretches import Index
from copydesk.withdrawals import read_withdrawals

Progress = Callable[[int], None]
_SHOWN: Final = 20
BULK_FROM: Final = 10_000
"""Articles of Parquet files, taken at once, from which texts stay in Parquet."""
_HELD_BACK: Final = {
    "attribution": "its licence requires attribution, and nobody is named (--attribution NAME)",
    "personal-data": "it holds what looks like an e-mail address, a telephone number or the like "
    "(remove it from the text, or waive 'personal-data' in copydesk.toml)",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Defaults:
    """What holds for articles whose source says nothing else; `collection` holds for all."""

    licence: str | None = None
    attribution: str | None = None
    outlet: str | None = None
    event: str | None = None
    collection: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ingested:
    """What an ingest did, as numbers of articles.

    Args:
        given: whose text may be given in a release, of all that the sources held.
        withheld: whose text may not.
        added: that the corpus did not have.
        replaced: that the corpus had with another text or other metadata.
        filled: that the corpus had without their text, as a clone has those that are withheld.
        uncompared: articles of the corpus whose text is still not here, so that neither copies nor
            events nor repeated lines were looked for in them.
        absent: lines of a corpus's own manifest whose text is withheld, and so not in the source.
        refused: what was set aside now.
        new_refusals: how many of these no earlier ingest had set aside.
        joined: articles that were put into another article's event.
        apart: articles that share text with one of another event, both named by the user.
        steps: how many articles were read with each step of reading, such as "lines_joined".
        unread: files of kinds that are not read, by ending.
        passed: links, pipes and devices that were passed over, with the reason.
        fields: fields that an article has no place for, kept in the private room, with counts.
        why_withheld: the reasons for withholding, with counts.
    """

    given: int
    withheld: int
    added: int
    replaced: int
    absent: int
    filled: int = 0
    uncompared: int = 0
    refused: tuple[Refusal, ...] = ()
    new_refusals: int = 0
    joined: tuple[events.Joined, ...] = ()
    apart: tuple[events.Joined, ...] = ()
    steps: Mapping[str, int] = field(default_factory=dict)
    unread: Mapping[str, int] = field(default_factory=dict)
    passed: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, int] = field(default_factory=dict)
    why_withheld: Mapping[str, int] = field(default_factory=dict)


def ingest(
    sources: Iterable[str],
    corpus: Corpus,
    *,
    licence: str | None = None,
    collection: str | None = None,
    replace: bool = False,
    defaults: Defaults | None = None,
    options: Options | None = None,
    strict: bool = False,
    bulk: bool | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Ingested:
    """Take articles into a corpus; those that cannot be used are set aside.

    Args:
        sources: files, folders, glob patterns or addresses (see `copydesk.ingest.walk.files`).
        licence, collection: short for the same of ``defaults``.
        replace: whether an article that the corpus has may change.
        strict: whether nothing is taken if anything must be set aside.
        bulk: whether the texts are kept in Parquet and not in a file each; by default, those that
            the corpus has in Parquet are, and all if `BULK_FROM` of them come from Parquet files.
        workers: processes that read; the processors that this one may use, by default.
        progress: called with the number of articles read so far.

    Raises:
        InputError: a source matches nothing, nothing was found, or, with ``strict``, an article
            cannot be used; the corpus is as it was.
    """
    given = defaults or Defaults(licence=licence, collection=collection)
    given = dataclasses.replace(given, licence=spdx(given.licence))
    with (
        corpus.lock(),
        tempfile.TemporaryDirectory(
            dir=corpus.build_dir, prefix=".ingest-", suffix=".part"
        ) as name,
        contextlib.closing(Store(Path(name) / "store.sqlite")) as store,
        contextlib.closing(Staging(Path(name) / "texts")) as staging,
    ):
        run = _Run(corpus, list(sources), given, options or Options(), replace, staging, store)
        run.bulk = bulk
        with contextlib.closing(run.seen):
            run.read(workers, progress)
            return run.finish(strict)


class _Run:
    """One ingest, from the first file read to the manifests written."""

    def __init__(
        self,
        corpus: Corpus,
        sources: list[str],
        defaults: Defaults,
        options: Options,
        replace: bool,
        staging: Staging,
        store: Store,
    ) -> None:
        self.bulk: bool | None = None
        self.corpus = corpus
        self.sources = sources
        self.defaults = defaults
        self.options = options
        self.replace = replace
        self.staging = staging
        self.texts = corpus.texts
        self.policy = corpus.policy
        self.outlets = {name.casefold(): said for name, said in corpus.outlets.items()}
        self.table = events.stated_events(corpus)
        self.splits = events.released_splits(corpus)
        waivers = corpus.config.get("waivers", [])
        self.waived = {w.get("record", "") for w in waivers if w["rule"] == "personal-data"}
        self.index = Index(corpus.build_dir / "stretches")
        self.lines = Index(corpus.build_dir / "lines")
        self.missed = Missed()
        self.counts: Counter[str] = Counter()
        self.steps: Counter[str] = Counter()
        self.fields: Counter[str] = Counter()
        self.withheld: Counter[str] = Counter()
        self.store = store
        self.store.load(corpus, events.found_before(corpus))
        lines = read_withdrawals(corpus.dataset).values()
        self.withdrawn = {line.article_id: line for line in lines}
        self.withdrawn |= {line.text_sha256: line for line in lines if line.text_sha256}
        self.clashing = _clashing(sources)
        manner = f"{__version__} {options} {defaults} {replace} {corpus.config} {self.splits}"
        self.seen = Seen(corpus.build_dir / SEEN, sha256_text(manner))

    def read(self, workers: int | None, progress: Progress | None) -> None:
        """Read every source, and stage what can be used."""
        for done, found in enumerate(
            read_all(self.sources, self.missed, self.options, workers, self._wanted), start=1
        ):
            if isinstance(found, Refusal):
                self.missed.refused.append(found)
                self.seen.put(found.source, found)
            else:
                self._stage(found)
            if progress and done % 50 == 0:
                progress(done)
        self.index.flush()
        self.lines.flush()

    def _wanted(self, raw: Raw) -> bool:
        """Whether a file must be read; one that has not changed since it was read need not be."""
        known = self.seen.get(raw)
        if isinstance(known, Refusal):
            self.missed.refused.append(known)
            return False
        entry = self.store.get(known[0]) if known else None
        if known is None or entry is None or entry.article.text_sha256 != known[1] or entry.place:
            return True
        if entry.absent:
            return True
        self.store.put(entry._replace(place=raw.where))
        self._count(entry.article)
        return False

    def _count(self, article: Article) -> None:
        self.counts["given" if article.redistributable else "withheld"] += 1
        if not article.redistributable:
            self.withheld[self._why_withheld(article)] += 1

    def _stage(self, found: Found) -> None:
        reading = found.reading
        try:
            entry = self._entry(reading)
        except CopydeskError as error:
            self.missed.refused.append(Refusal.of(error, reading.where))
            return
        article = entry.article
        self.index.add(number(article), found.keys)
        self.lines.add(number(article), furniture.of_outlet(found.lines, article))
        staged = self.staging.put(reading.text)
        self.counts["from Parquet"] += reading.where.partition(": row ")[0].endswith(".parquet")
        self.store.put(entry._replace(staged=staged))
        self.seen.put(reading.where, (article.article_id, article.text_sha256))
        self.steps.update(reading.steps.keys())
        self.fields.update(reading.other.keys())
        self._count(article)

    def _held_back(self, name: str, fields: dict[str, Any], text: str) -> str | None:
        """Why a text is withheld though its licence gives it, so that a release of it is valid."""
        if wants_attribution(fields["licence"]) and not fields.get("attribution"):
            if not fields.get("outlet"):
                return "attribution"
            fields["attribution"] = fields["outlet"]
        shown = [text, *(str(fields.get(f) or "") for f in ("title", "outlet", "attribution"))]
        if self.waived.isdisjoint(("", name)) and any(next(find(part), None) for part in shown):
            return "personal-data"
        return None

    def _why_withheld(self, article: Article) -> str:
        if article.held_back is not None:
            return _HELD_BACK[article.held_back]
        if article.licence is None:
            return "no licence is known"
        if article.licence not in self.policy.allow:
            return f"the licence {article.licence} is not on the list of [rights] in copydesk.toml"
        return f"the collection '{article.collection}' is withheld in copydesk.toml"

    def _entry(self, reading: Reading) -> Entry:
        """The article of a reading, by its id, with what holds for its outlet and by default."""
        source = reading.name if reading.row is None else f"{reading.name}#{reading.row}"
        name = self._name(reading, source)
        before = self.store.get(name)
        if before and before.place is not None:
            raise InputError(
                f"The id '{name}' is used twice; first at {before.place}.",
                hint="Give each article an id of its own.",
            )
        digest = sha256_text(reading.text)
        self._refuse_withdrawn(name, digest)
        fresh = before is None or before.article.text_sha256 != digest
        if before and fresh and not self.replace:
            raise InputError(
                f"The corpus has another text for '{name}'.",
                hint="Give the article another id, or run again with --replace.",
            )
        fields = self._fields(reading)
        event, stated = self._event(name, fields.pop("event", None), before)
        gives = self.policy.gives(fields.get("licence"), fields["collection"])
        held_back = self._held_back(name, fields, reading.text) if gives else None
        gives = gives and held_back is None
        article = Article(
            article_id=name,
            event=event,
            text_sha256=digest,
            redistributable=gives,
            zones=_zones(reading, None if fresh else before),
            reading=reading.steps or None,
            held_back=held_back,
            bulk=before is not None and before.article.bulk,
            **fields,
        )
        self.counts[_change(before, article)] += 1
        filled = before is not None and before.absent and not fresh
        other = dump_line(reading.other) if reading.other else ""
        return Entry(
            article, source, other, reading.where, fresh=fresh, stated=stated, filled=filled
        )

    def _refuse_withdrawn(self, name: str, digest: str) -> None:
        line = self.withdrawn.get(name) or self.withdrawn.get(digest)
        if line is not None:
            raise InputError(
                f"Article '{line.article_id}' was {line}",
                hint="What was withdrawn is not taken in again.",
            )

    def _name(self, reading: Reading, source: str) -> str:
        """The article's id: its own, or one from its place that no other article has."""
        own: str | None = reading.fields.get("article_id")
        if own is not None:
            clash = self.store.get(own)
            original = reading.other.get("id")
            if clash and clash.place and original is not None and clash.source != source:
                return names.with_mark(own, f"{original}")
            return own
        known = self.store.at(source)
        if known is not None and known.place is None:
            return known.article.article_id
        stem = names.stem(reading.name)
        if reading.row is not None:
            return f"{names.slug(stem)[:48].rstrip('-')}-{reading.row}"
        name = names.slug(stem)
        if name in self.clashing:
            name = names.from_path(reading.name)
        clash = self.store.get(name)
        if clash and (clash.place or (clash.source and clash.source != source)):
            name = names.from_path(reading.name)
            clash = self.store.get(name)
            if clash and (clash.place or (clash.source and clash.source != source)):
                name = names.with_mark(name, reading.name)
        return name

    def _fields(self, reading: Reading) -> dict[str, Any]:
        fields = {k: v for k, v in reading.fields.items() if k not in ("article_id", "collection")}
        defaults = self.defaults
        if defaults.outlet:
            fields.setdefault("outlet", defaults.outlet)
        said = self.outlets.get(str(fields.get("outlet", "")).casefold(), {})
        for field_, value in said.items():
            fields.setdefault(field_, value)
        for field_ in ("licence", "attribution", "event"):
            if (value := getattr(defaults, field_)) is not None:
                fields.setdefault(field_, value)
        folder = Path(reading.name).parent.name or "x"
        own = names.stem(reading.name) if reading.row is not None else folder
        stated = defaults.collection or reading.fields.get("collection")
        fields["collection"] = stated or names.slug(own)
        fields["licence"] = spdx(fields.get("licence"))
        return fields

    def _event(self, name: str, event: str | None, before: Entry | None) -> tuple[str, bool]:
        """An article's event, and whether the user named it; one that was released stays."""
        if before and before.article.event in self.splits:
            return before.article.event, True
        named = self.table.get(name, event)
        if named is not None:
            return named, True
        return (before.article.event, before.stated) if before else (name, False)

    def finish(self, strict: bool) -> Ingested:
        """Find events, move texts to their places, write the manifests."""
        marked, nobodys = furniture.mark(self.corpus, self.store, self._text)
        if marked:
            self.steps["furniture"] = marked
        found = events.group(self.corpus, self.store, self._text, without=nobodys)
        for name, reason in found.aside.items():
            entry = self.store.get(name)
            assert entry is not None
            hint = "Leave it out, or cut its event's articles from the next release."
            self.missed.refused.append(
                Refusal(source=entry.place or entry.source, reason=reason, hint=hint)
            )
            self.counts["given" if entry.article.redistributable else "withheld"] -= 1
            self.counts["added"] -= 1
            self.store.drop(name)
        self._raise(strict)
        joined: tuple[events.Joined, ...] = ()
        if self.counts["given"] + self.counts["withheld"]:
            joined = self._join(found)
            self._commit()
            append_lines(self.corpus.private / events.FOUND, [dump_line(j.line()) for j in joined])
        new = self._write_refused()
        return Ingested(
            given=self.counts["given"],
            withheld=self.counts["withheld"],
            added=self.counts["added"],
            replaced=self.counts["replaced"],
            absent=self.missed.absent,
            filled=self.counts["filled"],
            uncompared=self.store.absent(),
            refused=tuple(self.missed.refused),
            new_refusals=new,
            joined=joined,
            apart=tuple(found.apart),
            steps=dict(self.steps),
            unread=dict(self.missed.unread),
            passed=dict(self.missed.passed),
            fields=dict(self.fields),
            why_withheld=dict(self.withheld),
        )

    def _text(self, entry: Entry) -> str:
        if entry.staged is None:
            return self.texts.read(entry.article)
        return self.staging.get(entry.staged)

    def _raise(self, strict: bool) -> None:
        refusals = self.missed.refused
        found = self.counts["given"] + self.counts["withheld"]
        if not (found or refusals or self.missed.absent):
            kinds = ", ".join(f"{n} {kind}" for kind, n in self.missed.unread.items())
            raise InputError(
                "No article was found in these sources.",
                where=", ".join(self.sources),
                hint=f"They hold files of kinds that are not read: {kinds}." if kinds else "",
            )
        if not (strict and refusals):
            return
        shown = [f"  {refusal}" for refusal in refusals[:_SHOWN]]
        if len(refusals) > _SHOWN:
            shown.append(f"  … and {len(refusals) - _SHOWN} more.")
        count = "1 article" if len(refusals) == 1 else f"{len(refusals)} articles"
        raise InputError(f"{count} cannot be used, so none was taken:\n" + "\n".join(shown))

    def _join(self, found: events.Events) -> tuple[events.Joined, ...]:
        joined = []
        for entry in self.store:
            article = entry.article
            event = self.table.get(article.article_id)
            if event and entry.place is None and article.event not in self.splits:
                article = dataclasses.replace(article, event=event)
                self.store.put(entry._replace(article=article, stated=True))
            elif not entry.stated and (moved := found.of(article)):
                article = dataclasses.replace(article, event=moved.event)
                self.store.put(entry._replace(article=article))
                joined.append(moved)
        return tuple(joined)

    def _commit(self) -> None:
        corpus = self.corpus
        if self.bulk is None and self.counts["from Parquet"] >= BULK_FROM:
            self.bulk = True
        let_go = self._hold_bulk()
        leaving: list[Path] = []
        with (
            replacing(corpus.manifest) as public,
            replacing(corpus.private / MANIFEST) as withheld,
            replacing(corpus.private / RECORDS) as records,
            public.open("w", encoding="utf-8", newline="\n") as lines,
            withheld.open("w", encoding="utf-8", newline="\n") as private,
            records.open("w", encoding="utf-8", newline="\n") as kept,
        ):
            for entry in self._placed():
                article = entry.article
                if entry.staged is not None and not article.bulk:
                    text = self.staging.get(entry.staged)
                    atomic_write(self.texts.path(article), f"{text}\n")
                lines.write(f"{dump_line(article.public())}\n")
                if not article.redistributable:
                    private.write(f"{dump_line(article.withheld())}\n")
                leaving += _elsewhere(self.texts, article)
                if entry.source or entry.other:
                    kept.write(f"{_record(entry)}\n")
        for path in leaving:
            path.unlink(missing_ok=True)
        let_go()

    def _placed(self) -> Iterator[Entry]:
        """All articles by id, those that were taken now with where their texts are to lie."""
        for entry in self.store:
            if entry.staged is None or self.bulk is None:
                yield entry
            else:
                yield entry._replace(article=dataclasses.replace(entry.article, bulk=self.bulk))

    def _hold_bulk(self) -> Callable[[], None]:
        """Write the texts that lie in Parquet; what comes back lets go of those of before."""
        listed = (entry for entry in self._placed() if entry.article.bulk and not entry.absent)
        return self.texts.bulk.write(
            ((e.article.article_id, e.article.text_sha256, e) for e in listed), self._text
        )

    def _write_refused(self) -> int:
        """Write what is set aside now, and return how much of it is new."""
        before = refused.before(self.corpus)
        now = self.missed.refused
        known = {(r.source, r.place, r.reason) for r in before}
        tops = tuple(str(Path(s)) if "://" not in s else s for s in self.sources)
        kept = [r for r in before if not r.source.startswith(tops)]
        refused.write(self.corpus, [*kept, *now])
        return sum((r.source, r.place, r.reason) not in known for r in now)


def _elsewhere(texts: Texts, article: Article) -> Iterator[Path]:
    """Files with an article's text where it must not lie any more."""
    for given in (True, False):
        path = texts.path(dataclasses.replace(article, redistributable=given))
        if (article.bulk or given > article.redistributable) and path.exists():
            yield path


def _change(before: Entry | None, article: Article) -> str:
    """What taking an article changes in the corpus, which had it as ``before``."""
    if before is None:
        return "added"
    if before.absent and before.article.public() == article.public():
        return "filled"
    return "unchanged" if before.article == article else "replaced"


def _zones(reading: Reading, before: Entry | None) -> tuple[str, ...]:
    """The zones of lines that the source marks; of a text that the corpus has, with its notes.

    Furniture is marked when a text is taken (see `copydesk.ingest.furniture`), and stays.
    """
    zones = {line: f"{line}:{zone}" for line, zone in reading.zones}
    if before is not None:
        for mark in before.article.zones:
            line, _, zone = mark.partition(":")
            if zone == "note":
                zones[int(line)] = mark
    return tuple(zones[line] for line in sorted(zones))


def _record(entry: Entry) -> str:
    import json

    record: dict[str, Any] = {"article_id": entry.article.article_id, "source": entry.source}
    if entry.other:
        record["fields"] = json.loads(entry.other)
    return dump_line(record)


def _clashing(sources: list[str]) -> set[str]:
    """Names that files in several folders have, so that their ids come from the whole path."""
    seen: set[int] = set()
    clashing: set[str] = set()
    for file in each(sources, Missed()):
        if file.kind in ("text", "html"):
            name = names.slug(names.stem(file.name))
            if hash(name) in seen:
                clashing.add(name)
            seen.add(hash(name))
    return clashing
