"""The rooms of a corpus: configuration, raw articles, guidelines, label configs, rounds, index."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import polars as pl

from copydesk.contract.json_schema import table_schema
from copydesk.contract.labels import NEWS, Scheme
from copydesk.contract.schema_versions import SCHEMA_VERSIONS
from copydesk.contract.tables import CURRENT, Contract
from copydesk.corpus import CONFIG_NAME, Corpus
from copydesk.errors import CopydeskError, InputError
from copydesk.rooms import schema_dir
from copydesk.validate.faults import Fault, FaultError, Found, show
from copydesk.validate.rules import rule
from copydesk.validate.single import toml
from copydesk.validate.surroundings import DEFAULTS
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_json import check_document, parse

_LABEL_CONFIGS: Final = (
    "annotations/label-config-article.xml",
    "annotations/label-config-sentence.xml",
)
_ROUND_DOCUMENTS: Final = {"round.json": "round", "report.json": "agreement"}


def rooms(folder: Folder, config: Mapping[str, Any]) -> Iterator[Found]:
    """Everything that is wrong with a corpus's rooms, except its releases."""
    yield from guidelines(folder)
    for name in _LABEL_CONFIGS:
        yield from label_config(folder, name)
    yield from contract(folder)
    yield from rounds(folder, config)


def guidelines(folder: Folder) -> Iterator[Found]:
    """The guidelines name their version and every label."""
    from copydesk.guidelines import version_of

    name = "annotations/guidelines.md"
    if not folder.has(name):
        yield Fault(rule="file-missing", message="The corpus has no guidelines.", file=name)
        return
    try:
        text = folder.read(name).decode("utf-8")
        version_of(text)
    except (CopydeskError, FaultError, UnicodeDecodeError) as error:
        message = f"The guidelines cannot be used: {getattr(error, 'message', error)}"
        yield Fault(rule="schema-disagrees", message=message, file=name)
        return
    for label in _scheme(folder).names:
        if label not in text:
            message = f"The guidelines do not mention the label '{label}'."
            yield Fault(rule="schema-disagrees", message=message, file=name)
    yield from changes(folder)


def changes(folder: Folder) -> Iterator[Found]:
    """The list of what the guidelines changed obeys its schema and names known labels."""
    from copydesk.guidelines import CHANGES, changes_of

    name = f"annotations/{CHANGES}"
    if not folder.has(name):
        return
    try:
        document = parse(folder.read(name), name)
    except FaultError as error:
        yield error.fault
        return
    found = list(check_document(document, "changes", name))
    yield from found
    if not found:
        try:
            changes_of(document, _scheme(folder).names, where=name)
        except InputError as error:
            yield Fault(rule="schema-disagrees", message=error.message, file=name)


def label_config(folder: Folder, name: str) -> Iterator[Found]:
    """A label config offers the labels of labels.json, in their order, with their keys."""
    if not folder.has(name):
        yield Fault(rule="file-missing", message="The corpus lacks this label config.", file=name)
        return
    try:
        root = ET.fromstring(folder.read(name))
    except FaultError as error:
        yield error.fault
        return
    except (ET.ParseError, ValueError) as error:
        message = f"This is not XML: {error}."
        yield Fault(rule="schema-disagrees", message=message, file=name)
        return
    offered = [
        (item.get("value"), item.get("hotkey"))
        for control in root.iter()
        if control.get("name") == "label" and control.tag in ("Choices", "Labels")
        for item in control
    ]
    wanted = list(_scheme(folder).hotkeys.items())
    if offered[: len(wanted)] != wanted:
        says = ", ".join(f"{value} ({key})" for value, key in offered)
        message = f"It offers {show(says) or 'no labels'}, not those of labels.json."
        yield Fault(rule="schema-disagrees", message=message, file=name)


def contract(folder: Folder) -> Iterator[Found]:
    """The corpus's labels can be used, and the JSON Schemas of its tables are those of the code.

    Schemas are those of the corpus, where it has any, and else those of this installation. A
    corpus may have those of an older schema version.
    """
    labels = "schema/labels.json"
    if folder.has(labels):
        try:
            document = parse(folder.read(labels), labels)
        except FaultError as error:
            yield error.fault
            return
        broken = list(check_document(document, "labels", labels))
        yield from broken
        if broken:
            return
        try:
            Scheme.of(document)
        except InputError as error:
            yield Fault(rule="schema-disagrees", message=error.message, file=labels)
            return
    own = folder.has("schema/tables/sentences.schema.json")
    place = Folder(folder.root / "schema") if own else Folder(schema_dir())
    known = (
        [Contract(_scheme(folder), version) for version in SCHEMA_VERSIONS] if own else [CURRENT]
    )
    for table in known[-1].tables:
        wanted = [table_schema(table, one) for one in known if table in one.tables]
        yield from _same(place, f"tables/{table}.schema.json", wanted)


def _scheme(folder: Folder) -> Scheme:
    """The corpus's labels; the news labels where its own cannot be used, which `contract` says."""
    try:
        document = parse(folder.read("schema/labels.json"), "schema/labels.json")
        return Scheme.of(document)
    except (FaultError, InputError, LookupError, TypeError):
        return NEWS


def _same(place: Folder, name: str, wanted: list[dict[str, Any]]) -> Iterator[Found]:
    try:
        found = parse(place.read(name), f"schema/{name}")
    except FaultError as error:
        message = f"The schema cannot be read: {error.fault.message}"
        yield Fault(rule="schema-disagrees", message=message, file=f"schema/{name}")
        return
    if found not in wanted:
        message = "The schema is not the one that copydesk.contract.tables gives."
        yield Fault(rule="schema-disagrees", message=message, file=f"schema/{name}")


@rule(
    "round-unreadable",
    level=3,
    meaning="The answers of a round can be read, and match the sentences and annotators of its "
    "plan.",
    fix="Restore the round's files as they were pulled; its log is append-only.",
)
def rounds(folder: Folder, config: Mapping[str, Any]) -> Iterator[Found]:
    """Every round's documents obey their schemas, and its logs can be read."""
    place = folder.root / "annotations" / "rounds"
    links = [path for path in (place, *place.rglob("*")) if path.is_symlink()]
    for path in sorted(links):
        message = "This is a link, which was not followed: a round's files lie in the corpus."
        file = path.relative_to(folder.root).as_posix()
        yield Fault(rule="file-unsafe", message=message, file=file)
    if place.is_symlink() or not place.is_dir():
        return
    for path in sorted(p for p in place.iterdir() if p.is_dir() and not p.is_symlink()):
        yield from _round(folder, path.name, config)


def _round(folder: Folder, name: str, config: Mapping[str, Any]) -> Iterator[Found]:
    room = f"annotations/rounds/{name}"
    sound = True
    for document, schema in _ROUND_DOCUMENTS.items():
        file = f"{room}/{document}"
        if not folder.has(file):
            continue
        try:
            content = parse(folder.read(file), file)
        except FaultError as error:
            yield error.fault
            sound = False
            continue
        found = list(check_document(content, schema, file))
        yield from found
        if document == "round.json":
            sound = sound and not found
            yield from _pseudonyms(content, file, config)
    if sound:
        yield from _answers(folder, name)


def _pseudonyms(plan: Any, file: str, config: Mapping[str, Any]) -> Iterator[Found]:
    checks = config.get("checks")
    pattern = (checks or {}).get("pseudonyms", DEFAULTS["pseudonyms"])
    people = plan.get("annotators", []) if isinstance(plan, dict) else []
    for place, person in enumerate(p for p in people if isinstance(p, dict)):
        name = str(person.get("annotator"))
        if person.get("kind") == "human" and not _fits(name, str(pattern)):
            message = "An annotator goes by a name; a pseudonym is a word and a number."
            yield Fault(
                rule="personal-data",
                message=message,
                file=file,
                pointer=f"/annotators/{place}/annotator",
            )


def _fits(name: str, pattern: str) -> bool:
    """Whether a pattern of the configuration is in a name, in linear time for any pattern."""
    try:
        return bool(pl.Series([name]).str.contains(pattern).item())
    except pl.exceptions.ComputeError:
        return False


def _answers(folder: Folder, name: str) -> Iterator[Found]:
    """The round's files can be read and are consistent: the log matches its archives."""
    from copydesk.backends import codecs
    from copydesk.rounds.answers import answers_of
    from copydesk.rounds.close import check_closed
    from copydesk.rounds.consistency import faults
    from copydesk.rounds.opened import open_round
    from copydesk.rounds.paths import RoundFolder

    corpus, address = Corpus(folder.root), f"annotations/rounds/{name}/annotations.jsonl"
    if not folder.has(address) and not any(RoundFolder(corpus, name).pulls.glob("*.jsonl.gz")):
        return
    try:
        found = list(faults(open_round(corpus, name), codecs()))
        yield from (_unreadable(error, folder, address) for error in found)
        if not found:
            answers_of(corpus, [name])
            check_closed(RoundFolder(corpus, name))
    except CopydeskError as error:
        yield _unreadable(error, folder, address)
    except (KeyError, TypeError, ValueError) as error:
        message = f"The answers do not fit the plan ({type(error).__name__}: {show(error)})."
        yield Fault(rule="round-unreadable", message=message, file=address)


def _unreadable(error: CopydeskError, folder: Folder, otherwise: str) -> Fault:
    """A fault of a round's record, at the file and the line that it names."""
    path, _, line = error.where.partition("::")[0].rpartition(":")
    if not line.isdecimal():
        path, line = error.where.partition("::")[0], ""
    inside = bool(path) and Path(path).is_relative_to(folder.root)
    return Fault(
        rule="round-unreadable",
        message=error.message,
        file=Path(path).relative_to(folder.root).as_posix() if inside else otherwise,
        row=int(line) if inside and line else None,
    )


def configuration(folder: Folder) -> Iterator[Found]:
    """copydesk.toml can be read and obeys its schema."""
    try:
        document = toml(folder.read(CONFIG_NAME), CONFIG_NAME)
    except FaultError as error:
        yield error.fault
        return
    yield from check_document(document, "corpus", CONFIG_NAME)
    checks = document.get("checks") if isinstance(document, dict) else None
    for name, value in checks.items() if isinstance(checks, dict) else ():
        if isinstance(value, float) and not math.isfinite(value):  # a schema cannot refuse it
            message = f"'{show(name)}' is {value}, which is not a number to compare with."
            yield Fault(
                rule="schema-violation",
                message=message,
                file=CONFIG_NAME,
                pointer=f"/checks/{name}",
            )
