"""The data set's card, ``dataset/README.md``: YAML for `datasets` and the Hub, and prose.

    write_card(dataset, release)                    # replaces what is generated, keeps the rest
    render(contents, previous=text, baselines=doc)  # pure; equal to ``previous`` if that is in step

Front matter keys that are not ours and words outside the markers stay as a person wrote them. The
baselines are read from ``dataset/baselines/X.Y.Z.json``: they can only be computed once a release
is there, and a release never changes, so they are no part of it. The file names the digest of the
release that it was computed on; one of another digest is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from copydesk.contract.columns import SPLITS
from copydesk.contract.documents import check_document
from copydesk.contract.features import yaml_features
from copydesk.contract.tables import release_file
from copydesk.errors import InputError
from copydesk.files import atomic_write, read_json
from copydesk.release import prose, sections
from copydesk.release.blocks import fill, wrap
from copydesk.release.contents import Contents
from copydesk.release.facts import Facts, facts

_HUB_LICENCES: Final = {
    *("cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0"),
    *("cc-by-sa-4.0", "pddl", "odc-by", "odbl", "apache-2.0", "mit"),
}
_SIZES: Final = {10**3: "n<1K", 10**4: "1K<n<10K", 10**5: "10K<n<100K", 10**6: "100K<n<1M"}

_SKELETON: Final = {
    "summary": None,
    "load": "Load it",
    "labels": "What a label means",
    "counts": "How much there is",
    "annotators": "Who labelled",
    "agreement": "Agreement",
    "withheld": "What is withheld, and how to fill it in",
    "columns": "Columns",
    "baselines": "Baselines",
    "limits": "Known limits",
    "citation": "Citation",
}
"""The blocks of a new card in order, each with its heading, which a person may change."""


def write_card(dataset: Path, release: Path) -> None:
    """Bring the card of a data set folder in step with one of its releases.

    Args:
        dataset: the folder of ``README.md``, ``baselines/`` and ``releases/``.
        release: the release's folder.

    Raises:
        InputError: the card's front matter is no YAML or its markers do not pair; the card is as
            it was.
    """
    path = dataset / "README.md"
    contents = Contents.read(release)
    previous = path.read_text(encoding="utf-8") if path.is_file() else ""
    baselines = read_baselines(dataset, contents)
    atomic_write(path, render(contents, previous=previous, baselines=baselines))


def read_baselines(dataset: Path, contents: Contents) -> dict[str, Any] | None:
    """The baselines that were computed on this very release; None if there are none.

    Raises:
        InputError: the file is against ``schema/baselines.schema.json``.
    """
    path = dataset / "baselines" / f"{contents.version}.json"
    if not path.is_file():
        return None
    document: dict[str, Any] = read_json(path)
    check_document(document, "baselines", where=str(path))
    return document if document["digest"] == contents.digest else None


def render(
    contents: Contents, *, previous: str = "", baselines: Mapping[str, Any] | None = None
) -> str:
    """The card of a release. Pure: the same release and earlier card give the same text.

    Args:
        previous: the card as it is; a new one is laid out if it is empty.
        baselines: see `read_baselines`.

    Raises:
        InputError: the earlier card's front matter is no YAML mapping, or its markers do not pair.
    """
    known = facts(contents)
    front, body = _split(previous)
    front = _front_matter(contents, known) | {
        key: value for key, value in front.items() if key not in _GENERATED
    }
    bodies = _blocks(contents, known, baselines)
    if not body.strip():
        body = _new(known, bodies)
    head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=100)
    return f"---\n{head}---\n{fill(body, bodies, where='README.md')}"


def _split(card: str) -> tuple[dict[str, Any], str]:
    if not card.startswith("---\n"):
        return {}, card
    head, mark, body = card[4:].partition("\n---\n")
    try:
        front = yaml.safe_load(head) if mark else None
    except yaml.YAMLError as error:
        raise InputError(f"The front matter is not YAML: {error}.", where="README.md") from error
    if not isinstance(front, dict):
        raise InputError(
            "The front matter is no YAML mapping between two lines '---'.", where="README.md"
        )
    return front, body


def _new(known: Facts, bodies: Mapping[str, str]) -> str:
    parts = [f"\n# {known.title}"]
    for name, heading in _SKELETON.items():
        parts += [f"## {heading}"] if heading else []
        parts.append(wrap(name, bodies[name]))
    return "\n\n".join(parts) + "\n"


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
        "configs": _configs(contents),
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


def _configs(contents: Contents) -> list[dict[str, Any]]:
    present = _present(contents)
    return [
        {
            "config_name": table,
            **({"default": True} if table == present[0] else {}),
            "data_files": [
                {"split": s, "path": f"releases/{contents.version}/{release_file(table, s)}"}
                for s in SPLITS
                if s in contents.counts(table)
            ],
        }
        for table in present
    ]


def _info(contents: Contents, table: str) -> dict[str, Any]:
    sizes = {entry["path"]: entry["bytes"] for entry in contents.manifest["files"]}
    return {
        "config_name": table,
        # `datasets` keys its cache on these two, not on the files: a changed release must change
        # them, or it is never read.
        "version": contents.version,
        "description": f"release.json {contents.digest}",
        "features": yaml_features(contents.schemas[table]),
        "splits": [{"name": s, "num_examples": n} for s, n in contents.counts(table).items()],
        "download_size": sum(sizes.get(release_file(table, s), 0) for s in SPLITS),
    }


def _blocks(
    contents: Contents, known: Facts, baselines: Mapping[str, Any] | None
) -> dict[str, str]:
    return {
        "summary": _hydrated(contents) + prose.summary(known),
        "load": _load(contents),
        "labels": sections.label_meanings(known),
        "counts": sections.counts(known),
        "annotators": sections.annotators(known),
        "agreement": sections.agreement(known),
        "withheld": sections.withheld(known),
        "columns": sections.columns([contents.contract[name] for name in _present(contents)]),
        "baselines": sections.baselines(baselines, known),
        "limits": sections.limits(known),
        "citation": sections.citation(known),
    }


def _hydrated(contents: Contents) -> str:
    if "hydrated_from" not in contents.manifest:
        return ""
    return "**This copy was filled in with text that may not be passed on. Do not publish it.**\n\n"


def _load(contents: Contents) -> str:
    present = _present(contents)
    lines = [f'data = load_dataset("dataset")  # the config {present[0]!r}']
    lines += [f'{table} = load_dataset("dataset", "{table}")' for table in present[1:]]
    code = "\n".join(["from datasets import load_dataset", "", *lines])
    return (
        f"```python\n{code}\n```\n\n"
        '`"dataset"` is this folder, or its name on the Hub. Each release stays in '
        '`releases/X.Y.Z/`; `copydesk.load("sentences", version="X.Y.Z")` loads any of them.'
    )
