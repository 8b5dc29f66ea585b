"""The data set's card, ``dataset/README.md``: YAML for `datasets` and the Hub, and prose.

    write_card(dataset, release)                    # replaces what is generated, keeps the rest
    render(contents, previous=text, baselines=doc)  # pure; equal to ``previous`` if that is in step

Front matter keys that are not ours and words outside the markers stay as a person wrote them. The
baselines are read from ``dataset/baselines/X.Y.Z.json``: they can only be computed once a release
is there, and a release never changes, so they are not part of it. The file names the digest of the
release that it was computed on; one of another digest is not shown.
"""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from copydesk.contract.columns import Column, Table
from copydesk.contract.conformance import check_document
from copydesk.contract.datasets_features import arrow_bytes, type_name, yaml_features
from copydesk.contract.index_entries import base
from copydesk.errors import InputError
from copydesk.files import atomic_write, read_json
from copydesk.pages.markdown import keep
from copydesk.pages.markdown import render as rendered
from copydesk.plain_yaml import read_yaml
from copydesk.release.contents import Contents
from copydesk.release.facts import Facts, facts
from copydesk.release.index import Index, doi_of, read_index

_HUB_LICENCES: Final = {
    *("cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0"),
    *("cc-by-sa-4.0", "pddl", "odc-by", "odbl", "apache-2.0", "mit"),
}
_SIZES: Final = {10**3: "n<1K", 10**4: "1K<n<10K", 10**5: "10K<n<100K", 10**6: "100K<n<1M"}


def write_card(dataset: Path, release: Path | Contents, index: Index | None = None) -> None:
    """Bring the card of a data set folder in step with one of its releases.

    Args:
        dataset: the folder of ``README.md``, ``baselines/`` and ``releases/``.
        release: the release's folder, or what was read of it.
        index: of the data set folder; read here if the caller has not read it.

    Raises:
        InputError: the card's front matter is not YAML or its markers do not pair; the card is as
            it was.
    """
    path = dataset / "README.md"
    contents = Contents.at(release)
    previous = path.read_text(encoding="utf-8") if path.is_file() else ""
    baselines = read_baselines(dataset, contents)
    doi = doi_of(contents.manifest, read_index(dataset) if index is None else index)
    atomic_write(path, render(contents, previous=previous, baselines=baselines, doi=doi))


def read_baselines(dataset: Path, contents: Contents) -> dict[str, Any] | None:
    """The baselines that were computed on this very release; None if there are none.

    Raises:
        InputError: the file violates ``schema/baselines.schema.json``.
    """
    path = dataset / "baselines" / f"{contents.version}.json"
    if not path.is_file():
        return None
    document: dict[str, Any] = read_json(path)
    check_document(document, "baselines", where=str(path))
    return document if document["digest"] == contents.digest else None


def render(
    contents: Contents,
    *,
    previous: str = "",
    baselines: Mapping[str, Any] | None = None,
    doi: str | None = None,
) -> str:
    """The card of a release. Pure: the same release and earlier card give the same text.

    Args:
        previous: the card as it is; a new one is laid out if it is empty.
        baselines: see `read_baselines`.
        doi: see `copydesk.release.index.doi_of`.

    Raises:
        InputError: the earlier card's front matter is not a YAML mapping, or its markers do not
            pair.
    """
    known = facts(contents)
    front, body = _split(previous)
    front = _front_matter(contents, known) | {
        key: value for key, value in front.items() if key not in _GENERATED
    }
    fresh = "\n" + rendered(
        "card.md.jinja",
        f=known,
        configs=_present(contents),
        tables=_columns([contents.contract[name] for name in _present(contents)]),
        rows_are={table.name: table.meaning for table in contents.contract.tables.values()},
        meanings=known.scheme.meanings,
        baselines=baselines,
        doi=doi,
        hydrated="hydrated_from" in contents.manifest,
    )
    head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=100)
    return f"---\n{head}---\n{keep(body, fresh, where='README.md')}"


def _split(card: str) -> tuple[dict[str, Any], str]:
    if not card.startswith("---\n"):
        return {}, card
    head, mark, body = card[4:].partition("\n---\n")
    try:
        front = copy.deepcopy(_parsed(head)) if mark else None
    except yaml.YAMLError as error:
        raise InputError(f"The front matter is not YAML: {error}.", where="README.md") from error
    if not isinstance(front, dict):
        raise InputError(
            "The front matter is not a YAML mapping between two lines '---'.", where="README.md"
        )
    return front, body


@functools.lru_cache(maxsize=4)
def _parsed(head: str) -> object:
    """What a front matter says; to read it takes longer than to compare it with anything."""
    return read_yaml(head)


def front_matter(card: str) -> dict[str, Any]:
    """The YAML between the first two lines ``---`` of a card; empty if it has none.

    Raises:
        InputError: it is not a YAML mapping.
    """
    return _split(card)[0]


def _front_matter(contents: Contents, known: Facts) -> dict[str, Any]:
    licences, names = _licences(known)
    return {
        "pretty_name": known.title,
        "version": known.version,
        "license": licences,
        **({"license_name": "-".join(names).lower()} if names else {}),
        "language": list(known.languages),
        "annotations_creators": _creators(known),
        "source_datasets": ["original"],
        "task_categories": ["text-classification"],
        "task_ids": ["multi-class-classification"],
        "size_categories": [_size(known.sentences)],
        "configs": configs(contents),
        "dataset_info": [_info(contents, table) for table in _present(contents)],
    }


_GENERATED: Final = (
    *("pretty_name", "version", "license", "license_name", "language", "annotations_creators"),
    *("source_datasets", "task_categories", "task_ids", "size_categories", "configs"),
    "dataset_info",
)


def _licences(known: Facts) -> tuple[list[str], list[str]]:
    """The Hub's names of the licences of labels and given texts, and the SPDX ids that it lacks."""
    names = {"PDDL-1.0": "pddl"}
    hub = {name: names.get(name, name.lower()) for name in known.in_force}
    other = [name for name in hub if hub[name] not in _HUB_LICENCES]
    found = [hub[name] for name in hub if name not in other]
    return found + (["other"] if other or not found else []), other


def _creators(known: Facts) -> list[str]:
    people = ["expert-generated"] if known.annotators("human") else []
    machines = known.annotators("model") + known.annotators("rule")
    return people + (["machine-generated"] if machines else [])


def _size(rows: int) -> str:
    return next((name for limit, name in _SIZES.items() if rows < limit), "n>1M")


def _present(contents: Contents) -> list[str]:
    return [table for table in contents.contract.tables if contents.counts(table)]


def configs(contents: Contents) -> list[dict[str, Any]]:
    """The tables as configs of `datasets`, each with the files of its splits."""
    present = _present(contents)
    return [
        {
            "config_name": table,
            **({"default": True} if table == present[0] else {}),
            "data_files": [
                {"split": split, "path": paths[0] if len(paths) == 1 else paths}
                for split, paths in _paths(contents, table).items()
            ],
        }
        for table in present
    ]


def _paths(contents: Contents, table: str) -> dict[str, list[str]]:
    """The files of each split of a table, in order, by their paths in the data set folder."""
    found: dict[str, list[str]] = {}
    for part in contents.of(table):
        path = f"releases/{contents.version}/{part.file}"
        found.setdefault(part.file.split, []).append(path)
    return found


def _info(contents: Contents, table: str) -> dict[str, Any]:
    files = {entry["path"]: entry["bytes"] for entry in contents.manifest["files"]}
    sizes = _sizes(contents, table)
    return {
        "config_name": table,
        # `datasets` keys its cache on these two, not on the files: a changed release must change
        # them, or the new files are never read. Of versions it knows three numbers only.
        "version": base(contents.version),
        "description": f"release.json {contents.digest}",
        "features": yaml_features(contents.schemas[table]),
        # Since 5.1 `datasets` throws all of this away if one of the three is missing.
        "splits": [
            {"name": split, "num_bytes": sizes[split], "num_examples": rows}
            for split, rows in contents.counts(table).items()
        ],
        "download_size": sum(files.get(str(part.file), 0) for part in contents.of(table)),
        "dataset_size": sum(sizes.values()),
    }


def _sizes(contents: Contents, table: str) -> dict[str, int]:
    """The bytes of each split of a table in Arrow's memory."""
    found: dict[str, float] = {}
    for part in contents.of(table):
        size = arrow_bytes(part.rows, part.schema)
        found[part.file.split] = found.get(part.file.split, 0) + size
    return {split: math.ceil(size) for split, size in found.items()}


def _columns(configs: list[Table]) -> dict[str, list[dict[str, str]]]:
    """Each config's columns as the card lists them; of `standoff` only those of its own."""
    shared = {name for config in configs if config.name == "sentences" for name in config.names}
    return {
        config.name: [
            {"name": column.name, "type": type_name(column), "meaning": _meaning(column)}
            for column in config.columns
            if config.name != "standoff" or column.name not in shared
        ]
        for config in configs
    }


def _meaning(column: Column) -> str:
    if not column.choices or all(choice in column.meaning for choice in column.choices):
        return column.meaning
    return f"{column.meaning}: {', '.join(column.choices)}"
