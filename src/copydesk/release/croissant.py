"""Croissant 1.1 metadata with the RAI vocabulary: ``croissant.json`` of a release.

    render(contents)  # the document, from the tables' entries in ``release.json``

Each config is a record set over a file set; each Parquet file is a file object with its SHA-256.
The document describes the Parquet files only, so that it can itself be listed in ``release.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from copydesk.contract.columns import SPLITS
from copydesk.contract.doi import address
from copydesk.contract.schema_versions import schema_number
from copydesk.pages.filters import line, many, plain
from copydesk.pages.markdown import words
from copydesk.release import provenance
from copydesk.release.contents import Contents
from copydesk.release.facts import Facts, facts
from copydesk.release.provenance import licence_url

_PARQUET: Final = "application/x-parquet"

_TYPES: Final = {
    "string": "sc:Text",
    "bool": "sc:Boolean",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "double": "cr:Float64",
    "timestamp[us, tz=UTC]": "sc:DateTime",
}

_PLAIN: Final = (
    *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field"),
    *("fileObject", "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset"),
    *("jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex"),
    *("repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
)
_CONTEXT: Final = {name: f"cr:{name}" for name in _PLAIN} | {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}


def render(contents: Contents) -> dict[str, Any]:
    """The Croissant document of a release. Pure.

    The release's ``files`` are read from its manifest, where only Parquet files count, in whatever
    order: the result is the same before and after ``croissant.json`` itself is listed there.
    """
    known, doi = facts(contents), contents.manifest.get("doi")
    modern = _is_modern(contents)
    say = words("words.jinja" if modern else "words-1.0.jinja")
    listed = sorted(contents.manifest["files"], key=lambda entry: entry["path"])
    files = [entry for entry in listed if entry["path"].endswith(".parquet")]
    document = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.1",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": known.name,
        "alternateName": known.title,
        "description": plain((say.description if modern else say.summary)(known)),
        "version": known.version,
        "datePublished": known.created,
        "license": [licence_url(name) for name in known.in_force],
        "inLanguage": list(known.languages),
        "keywords": _keywords(known, modern=modern),
        "creator": [{"@type": "sc:Organization", "name": name} for name in known.cited],
        "citeAs": say.bibtex(known, doi).strip(),
        **({"identifier": address(doi)} if doi else {}),
        **({"url": known.homepage} if known.homepage else {}),
        **_rai(known, say),
        "distribution": [
            *(_file_object(entry) for entry in files),
            *(_file_set(contents, table) for table in contents.schemas),
        ],
        "recordSet": [
            _labels(contents),
            _splits(known),
            _counts(contents),
            *(_record_set(contents, table) for table in contents.schemas),
        ],
    }
    return (
        provenance.added(document, known, contents.manifest.get("previous")) if modern else document
    )


def _is_modern(contents: Contents) -> bool:
    """Whether the release is of a schema version whose Croissant has PROV and ODRL (1.1).

    A release of schema 1.0 is rendered byte for byte as before.
    """
    return schema_number(contents.contract.version) >= (1, 1)


def _keywords(known: Facts, *, modern: bool) -> list[str]:
    quoting = ["quotation", "attribution"] if not modern or "quote" in known.labels else []
    return ["news", "sentence classification", *quoting, *known.labels]


def _rai(known: Facts, say: Any) -> dict[str, Any]:
    low, high, mean = known.annotators_per_sentence
    human = known.annotators("human")
    machines = [*known.annotators("model"), *known.annotators("rule")]
    return {
        "rai:dataCollection": line(say.collection(known)),
        "rai:dataCollectionType": ["Others"],
        **({"rai:dataCollectionTimeFrame": list(known.published)} if known.published else {}),
        "rai:dataCollectionMissingData": line(say.missing(known)),
        "rai:dataPreprocessingProtocol": [line(say.preprocessing())],
        "rai:dataAnnotationProtocol": [plain(say.protocol(known))],
        "rai:dataAnnotationPlatform": ["Label Studio"] if human else [],
        "rai:dataAnnotationAnalysis": [line(say.alpha(known))],
        "rai:annotationsPerItem": f"{low} to {high} answers a sentence, {mean:.2f} on average",
        "rai:annotatorDemographics": [
            f"{many(len(human), 'person', 'people')}, known by pseudonym; demographics "
            "were not asked for."
            if human
            else "No person has annotated."
        ],
        "rai:machineAnnotationTools": [f"{name} ({known.kinds[name]})" for name in machines],
        "rai:dataUseCases": [line(say.uses(known))],
        "rai:dataLimitations": [
            point[2:] for point in say.limits(known).strip().splitlines() if point.startswith("- ")
        ],
        "rai:dataBiases": [line(say.biases(known))],
        "rai:dataSocialImpact": line(say.impact(known)),
        "rai:personalSensitiveInformation": [line(say.personal())],
        "rai:dataReleaseMaintenancePlan": line(say.maintenance()),
    }


def _file_object(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": entry["path"],
        "name": entry["path"],
        "contentUrl": entry["path"],
        "contentSize": f"{entry['bytes']} B",
        "encodingFormat": _PARQUET,
        "sha256": entry["sha256"],
    }


def _is_numbered(contents: Contents, table: str) -> bool:
    """Whether a split of a table lies in several files."""
    return any(part.file.number is not None for part in contents.of(table))


def _file_set(contents: Contents, table: str) -> dict[str, Any]:
    each = "one or more" if _is_numbered(contents, table) else "one"
    return {
        "@type": "cr:FileSet",
        "@id": f"{table}-files",
        "name": f"{table}-files",
        "description": f"The Parquet files of the config {table}, {each} a split.",
        "encodingFormat": _PARQUET,
        "includes": f"{table}/*.parquet",
    }


def _given(name: str, rows: list[dict[str, Any]], kinds: Mapping[str, str]) -> dict[str, Any]:
    """A record set whose records stand in the document itself."""
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "key": {"@id": f"{name}/{next(iter(kinds))}"},
        "field": [
            {"@type": "cr:Field", "@id": f"{name}/{field}", "name": field, "dataType": kind}
            for field, kind in kinds.items()
        ],
        "data": [{f"{name}/{field}": row[field] for field in kinds} for row in rows],
    }


def _labels(contents: Contents) -> dict[str, Any]:
    meanings = contents.contract.scheme.meanings
    rows = [
        {"number": number, "name": name, "description": meanings.get(name, "")}
        for number, name in enumerate(contents.labels("sentences"))
    ]
    kinds = {"number": "sc:Integer", "name": "sc:Text", "description": "sc:Text"}
    return _given("labels", rows, kinds) | {"dataType": "sc:Enumeration"}


def _splits(known: Facts) -> dict[str, Any]:
    rows = [{"name": split} for split in known.split_names]
    return _given("splits", rows, {"name": "sc:Text"}) | {"dataType": "cr:Split"}


def _counts(contents: Contents) -> dict[str, Any]:
    rows = [
        {"file": str(part.file), "config": table, "split": part.file.split, "rows": part.height}
        for table in contents.schemas
        for part in contents.of(table)
        if part.height
    ]
    kinds = {"file": "sc:Text", "config": "sc:Text", "split": "sc:Text", "rows": "sc:Integer"}
    return _given("counts", rows, kinds)


def _record_set(contents: Contents, table: str) -> dict[str, Any]:
    known = contents.contract[table]
    meanings = {column.name: column.meaning for column in known.columns}
    number = r"(?:-\d{5}-of-\d{5})?" if _is_numbered(contents, table) else ""
    key = next(c.name for c in known.columns if c.key or c.name == "article_id")
    return {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "key": {"@id": f"{table}/{key}"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{table}/split",
                "name": "split",
                "description": "train, validation or test, by the file's name",
                "dataType": "sc:Text",
                "source": {
                    "fileSet": {"@id": f"{table}-files"},
                    "extract": {"fileProperty": "fullpath"},
                    "transform": {"regex": rf"^(?:.*/)?({'|'.join(SPLITS)}){number}\.parquet$"},
                },
            },
            *(
                _field(table, field, meanings.get(field.name, ""))
                for field in contents.schemas[table]
            ),
        ],
    }


# Foreign keys carry no `references`: mlcroissant reads one as an order to join the two tables.
def _field(table: str, field: pa.Field, meaning: str) -> dict[str, Any]:
    source = {"fileSet": {"@id": f"{table}-files"}, "extract": {"column": field.name}}
    head = {
        "@type": "cr:Field",
        "@id": f"{table}/{field.name}",
        "name": field.name,
        "description": meaning,
    }
    kind = field.type
    if pa.types.is_list(kind):
        head |= {"isArray": True, "arrayShape": "-1"}
        kind = kind.value_type
    if not pa.types.is_struct(kind):
        return head | {"dataType": _type(kind), "source": source}
    return head | {
        "subField": [
            {
                "@type": "cr:Field",
                "@id": f"{table}/{field.name}/{inner.name}",
                "name": inner.name,
                "dataType": _type(inner.type),
                "source": source | {"transform": {"jsonPath": inner.name}},
            }
            for inner in kind
        ]
    }


def _type(kind: pa.DataType) -> str:
    return _TYPES.get(str(kind), str(kind))
