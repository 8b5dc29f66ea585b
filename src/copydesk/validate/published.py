"""Level 5: the version, what was published before, and the documents that speak of the data."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

import polars as pl
import yaml

from copydesk.errors import CopydeskError
from copydesk.labels import LABELS
from copydesk.release import card, changes, croissant, datasheet
from copydesk.release.blocks import spans
from copydesk.release.diff import compare
from copydesk.release.versions import Version
from copydesk.rounds.labelling import answers_of
from copydesk.tables import TABLES, arrow_schema
from copydesk.validate.documents import parse
from copydesk.validate.faults import Fault, FaultError, Found, rows_at_fault, show
from copydesk.validate.folder import Folder
from copydesk.validate.loading import MANIFEST, Release
from copydesk.validate.surroundings import Released, contents

_OF_ROUNDS: Final = (
    *("annotator_kind", "arm", "label", "created_at", "lead_time_s", "guidelines_version"),
)

_CONTEXT: Final = 20
_UP: Final = "../.."
"""The data set folder from a release's, for the addresses of its documents."""


def version(subject: Released) -> Iterator[Found]:
    """The version is high enough for what changed, and is the folder's."""
    release = subject.release
    name = release.folder.root.name
    if subject.dataset is not None and release.version not in (None, name):
        message = f"release.json states version {release.version}, but the folder is '{name}'."
        yield Fault(rule="version-too-small", message=message, file=MANIFEST, pointer="/version")
    if subject.previous is None or release.version is None:
        return
    try:
        difference = compare(contents(subject.previous), contents(release))
        least, given = difference.least, Version.parse(release.version)
    except (CopydeskError, KeyError, TypeError):
        return  # other rules name what keeps the two from being compared
    if given < least:
        first = difference.reasons(3)[0]
        message = (
            f"The version is {given}, but the changes since {difference.before} demand {least}: "
            f"{first.kind} in {first.table} ({first.count:,}; {', '.join(first.records)})."
        )
        yield Fault(rule="version-too-small", message=message, file=MANIFEST, pointer="/version")


def digest(subject: Released) -> Iterator[Found]:
    """``release.json`` has the digest under which the release was published."""
    release = subject.release
    known = {entry.version: entry.digest for entry in subject.index}
    wanted = known.get(release.folder.root.name)
    try:
        found = hashlib.sha256(release.folder.read(MANIFEST)).hexdigest()
    except FaultError:
        return
    if wanted is not None and found != wanted:
        message = (
            f"release.json has the SHA-256 {found[:12]}…; the release was published with "
            f"{wanted[:12]}…."
        )
        yield Fault(rule="release-changed", message=message, file=MANIFEST)


def changed(subject: Released) -> Iterator[Found]:
    """CHANGES.md has the release's entry, and it says what the comparison says."""
    version = subject.release.version
    text = yield from _text(subject, "CHANGES.md", "changes-missing")
    if text is None or version is None:
        return
    try:
        there = version in spans(text, where="CHANGES.md")
    except CopydeskError as error:
        yield Fault(rule="changes-missing", message=error.message, file=f"{_UP}/CHANGES.md")
        return
    if not there:
        message = f"CHANGES.md has no entry for {version}."
        yield Fault(rule="changes-missing", message=message, file=f"{_UP}/CHANGES.md")
        return
    # An older entry may be worded as an older copydesk did.
    if not subject.newest or (subject.release.manifest.get("previous") and not subject.previous):
        return
    before = contents(subject.previous) if subject.previous else None
    after = contents(subject.release)
    wanted = changes.render(after, compare(before, after) if before else None, previous=text)
    yield from _differing("changes-missing", "CHANGES.md", text, wanted)


def described(subject: Released) -> Iterator[Found]:
    """The card is what would be written of the newest release."""
    text = yield from _text(subject, "README.md", "card-disagrees")
    if text is None or not subject.newest:
        return
    assert subject.dataset is not None
    known = contents(subject.release)
    baselines = card.read_baselines(subject.dataset.root, known)
    try:
        wanted = card.render(known, previous=text, baselines=baselines)
    except (CopydeskError, yaml.YAMLError) as error:
        message = f"The card cannot be compared: {error}"
        yield Fault(rule="card-disagrees", message=message, file=f"{_UP}/README.md")
        return
    yield from _differing("card-disagrees", "README.md", text, wanted)


def datasheet_of(subject: Released) -> Iterator[Found]:
    """The datasheet's generated answers are those of the newest release, if there is one."""
    assert subject.corpus is not None
    folder, name = Folder(subject.corpus.root), "DATASHEET.md"
    if not subject.newest or not folder.has(name):
        return
    text = folder.read(name).decode("utf-8", errors="replace")
    try:
        wanted = datasheet.render(contents(subject.release), previous=text)
    except CopydeskError as error:
        message = f"The datasheet cannot be compared: {error}"
        yield Fault(rule="datasheet-disagrees", message=message, file=f"{_UP}/../{name}")
        return
    yield from _differing("datasheet-disagrees", f"../{name}", text, wanted)


def _text(subject: Released, name: str, rule: str) -> Any:
    """A document of the data set folder; None, with a fault, if it is not there."""
    if subject.dataset is None:
        return None
    try:
        return subject.dataset.read(name).decode("utf-8")
    except FaultError as error:
        yield Fault(rule=rule, message=f"{name}: {error.fault.message}", file=f"{_UP}/{name}")
    except UnicodeDecodeError as error:
        message = f"Byte {error.start} is not UTF-8."
        yield Fault(rule=rule, message=message, file=f"{_UP}/{name}")
    return None


def _differing(rule: str, name: str, found: str, wanted: str) -> Iterator[Found]:
    """The lines in which a document is not what its release makes of it."""
    before, after = found.splitlines(), wanted.splitlines()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            says, instead = " / ".join(before[a:b]), " / ".join(after[c:d])
            pairs = enumerate(zip(says, instead, strict=False))
            apart = next((i for i, (one, other) in pairs if one != other), 0)
            same = max(apart - _CONTEXT, 0)
            yield Fault(
                rule=rule,
                message=f"It says “{show(says[same:])}”; the release makes it "
                f"“{show(instead[same:])}”.",
                file=f"{_UP}/{name}",
                row=a + 1,
            )


def machine_readable(subject: Released) -> Iterator[Found]:
    """croissant.json says of files, columns and counts what is so."""
    release = subject.release
    if release.croissant is None:
        if not any(isinstance(f, Fault) and f.file == "croissant.json" for f in release.faults):
            message = "The release has no croissant.json."
            yield Fault(rule="croissant-disagrees", message=message, file="croissant.json")
        return
    try:
        mismatches = list(croissant.check(release.croissant, contents(release)))
    except (CopydeskError, LookupError, TypeError, AttributeError) as error:
        message = f"It cannot be compared with the release ({type(error).__name__}: {error})."
        yield Fault(rule="croissant-disagrees", message=message, file="croissant.json")
        return
    for mismatch in mismatches:
        yield Fault(
            rule="croissant-disagrees",
            message=mismatch.message,
            file="croissant.json",
            pointer=mismatch.pointer,
        )


def schemas(subject: Released) -> Iterator[Found]:
    """The Parquet files say of columns and labels what the contract says."""
    for (table, split), schema in subject.release.schemas.items():
        file = f"{table}/{split}.parquet"
        metadata = schema.metadata or {}
        wanted = arrow_schema(table).metadata or {}
        try:
            given = json.loads(metadata.get(b"huggingface", b"null"))
        except ValueError:
            given = None
        if given != json.loads(wanted[b"huggingface"]):
            message = f"Its features are not those of '{table}': {_difference(given, table)}."
            yield Fault(rule="schema-disagrees", message=message, file=file)


def _difference(given: Any, table: str) -> str:
    try:
        features = given["info"]["features"]
        names = features["label"]["names"] if "label" in features else list(LABELS)
    except (LookupError, TypeError):
        return "the file names none"
    if names != list(LABELS):
        return f"the labels are {show(names)}, not {', '.join(LABELS)}"
    unlike = sorted(set(features) ^ {column.name for column in TABLES[table]})
    return f"columns {', '.join(unlike)}" if unlike else "types differ"


def counts(release: Release) -> Iterator[Found]:
    """The counts of ``release.json`` are those of the tables (level 1)."""
    stated = release.manifest.get("counts")
    if not isinstance(stated, dict) or release.unsound:
        return
    found: dict[str, dict[str, int]] = {}
    for (table, split), frame in release.parts.items():
        found.setdefault(table, {})[split] = frame.height
    for table in TABLES:
        if stated.get(table, {}) != found.get(table, {}):
            message = f"The counts are {show(stated.get(table))}, the rows {found.get(table, {})}."
            yield Fault(
                rule="row-count-mismatch",
                message=message,
                file=MANIFEST,
                pointer=f"/counts/{table}",
            )


def sources(subject: Released) -> Iterator[Found]:
    """Of each article the newest release says what the corpus's manifest says."""
    if subject.corpus is None or not subject.newest:
        return
    lines = _manifest_lines(Folder(subject.corpus.root))
    if not lines:
        return
    columns = [c.name for c in TABLES["articles"] if c.name not in ("text", "pieces")]
    for row in (
        subject.release.table("articles").select(*columns, "_file", "_row").iter_rows(named=True)
    ):
        line = lines.get(str(row["article_id"]))
        if line is None:
            message = "The corpus's manifest does not name this article."
            yield _source_fault(row, "article_id", message)
            continue
        for column in columns:
            if column in line and line[column] != row[column]:
                message = (
                    f"'{column}' is '{show(row[column])}', but '{show(line[column])}' in the "
                    "corpus's manifest."
                )
                yield _source_fault(row, column, message)


def answered(subject: Released) -> Iterator[Found]:
    """The answers of the newest release are those of the corpus's rounds, or the rules' own."""
    if subject.corpus is None or not subject.newest:
        return
    answers = subject.release.table("annotations")
    manifest = subject.release.manifest
    if manifest.get("labels") == "rule":
        created = pl.lit(manifest.get("created")).str.to_datetime(
            "%+", time_unit="us", time_zone="UTC", strict=False
        )
        wrong = answers.filter(pl.col("created_at") != created)
        message = "'created_at' is {created_at}, but rules answer when the release is made."
        yield from rows_at_fault("source-disagrees", wrong, message, "annotation_id", "/created_at")
        return
    try:
        given = answers_of(subject.corpus, list(manifest.get("rounds", ())))
    except (CopydeskError, KeyError, TypeError, ValueError):
        return  # the corpus's own validation names it
    numbers = pl.col("label").replace_strict(list(LABELS), list(range(len(LABELS))))
    given = given.with_columns(label=numbers.cast(pl.Int64))
    both = answers.join(given, on="annotation_id", how="left", suffix="_given")
    unknown = both.filter(pl.col("sentence_id_given").is_null())
    message = "No round of the corpus holds this answer."
    yield from rows_at_fault(
        "source-disagrees", unknown, message, "annotation_id", "/annotation_id"
    )
    for name in (
        "annotator_kind",
        "arm",
        "label",
        "created_at",
        "lead_time_s",
        "guidelines_version",
    ):
        found, wanted = pl.col(name), pl.col(f"{name}_given")
        wrong = both.filter(pl.col("sentence_id_given").is_not_null() & found.ne_missing(wanted))
        message = f"'{name}' is {{{name}}}, but {{{name}_given}} in the round."
        yield from rows_at_fault("source-disagrees", wrong, message, "annotation_id", f"/{name}")


def rebuilt(subject: Released) -> Iterator[Found]:
    """Cutting the release again gives the same files."""
    from copydesk.release.verify import verify

    assert subject.corpus is not None
    try:
        verified = verify(subject.corpus, subject.release.version)
    except CopydeskError as error:
        message = f"It cannot be cut again: {error}"
        yield Fault(rule="rebuild-differs", message=message, file=MANIFEST)
        return
    for difference in verified.differing:
        file, _, what = difference.partition(": ")
        yield Fault(rule="rebuild-differs", message=what, file=file)


def _source_fault(row: dict[str, Any], column: str, message: str) -> Fault:
    return Fault(
        rule="source-disagrees",
        message=message,
        file=str(row["_file"]),
        row=row["_row"],
        record=str(row["article_id"]),
        pointer=f"/{column}",
    )


def _manifest_lines(corpus: Folder) -> dict[str, dict[str, Any]]:
    name = "dataset/raw/articles.jsonl"
    found: dict[str, dict[str, Any]] = {}
    try:
        data = corpus.read(name)
        for number, line in enumerate(data.splitlines(), start=1):
            if line.strip():
                document = parse(line, name, row=number)
                found[document["article_id"]] = document
    except (FaultError, LookupError, TypeError):
        return {}
    return found
