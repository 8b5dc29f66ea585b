"""Who made what, and what may be done with it, for Croissant: W3C PROV and ODRL. Pure.

Croissant 1.1 ("Responsible AI and Governance") puts PROV terms on whatever they are about, and the
conditions of use into ``usageInfo`` as ODRL offers. Conditions follow the rights of each article:
an offer holds for the articles of one licence, which are chosen by their own column.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from copydesk.release.facts import Facts

_CONTEXT: Final = {"odrl": "http://www.w3.org/ns/odrl/2/", "prov": "http://www.w3.org/ns/prov#"}
_FIELDS: Final = {
    "articles/attribution": "https://schema.org/creditText",
    "articles/licence": "https://schema.org/license",
    "articles/url": "prov:hadPrimarySource",
    "annotations/annotator": "prov:wasAttributedTo",
    "annotations/created_at": "prov:generatedAtTime",
}
"""What single columns mean in PROV, as their ``equivalentProperty``."""

_PLATFORM: Final = "rai:dataAnnotationPlatform"
_AGENTS: Final = {
    "human": "prov:Person",
    "model": "prov:SoftwareAgent",
    "rule": "prov:SoftwareAgent",
}
_KINDS: Final = {"human": "a person", "model": "a model", "rule": "rules"}


def added(document: Mapping[str, Any], known: Facts, previous: str | None) -> dict[str, Any]:
    """A Croissant document with who made what and what may be done with it.

    Args:
        document: as of schema 1.0.
        previous: the version of the previous release, if there is one.
    """
    # Which tool the answers came through is not recorded: a round may use any.
    kept = {name: value for name, value in document.items() if name != _PLATFORM}
    return {
        **kept,
        "@context": {**document["@context"], **_CONTEXT},
        "usageInfo": _usage(known),
        **_of_dataset(known, previous),
        "recordSet": [
            {**_with_properties(node), **_of_table(node["@id"], known)}
            for node in document["recordSet"]
        ],
    }


def _with_properties(node: Mapping[str, Any]) -> dict[str, Any]:
    fields = [
        {**field, "equivalentProperty": _FIELDS[field["@id"]]} if field["@id"] in _FIELDS else field
        for field in node["field"]
    ]
    return {**node, "field": fields}


def _of_dataset(known: Facts, previous: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "prov:label": f"Release {known.version}",
            "prov:endedAtTime": known.created,
        }
    }
    if previous:
        found["prov:wasDerivedFrom"] = {
            "@id": f"../{previous}/croissant.json",
            "prov:label": f"Release {previous}",
        }
    return found


def _of_table(table: str, known: Facts) -> dict[str, Any]:
    if table == "quotes":
        agent = {"@type": "prov:SoftwareAgent", "prov:label": "copydesk (rules)"}
        return _made("Quotations, speakers and cues were found by rules", [agent])
    if table == "annotations":
        return _made(_answering(known), [_agent(n, known.kinds[n]) for n in known.answers])
    if table in ("sentences", "standoff"):
        agents = [_agent(name, known.kinds[name]) for name in known.answers]
        agents += [_agent(name, kind) for name, kind in known.adjudicators.items()]
        settled = ", ".join(f"{source} {count}" for source, count in known.sources.items())
        return _made(f"{_answering(known)}; labels were settled: {settled}", agents)
    return {}


def _answering(known: Facts) -> str:
    if not known.rounds:
        by = "a trained model" if known.suggester else "rules"
        return f"Labels were suggested by {by}"
    names = ", ".join(known.rounds)
    return f"Annotation in {'round' if len(known.rounds) == 1 else 'rounds'} {names}"


def _made(how: str, agents: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "prov:wasGeneratedBy": {"@type": "prov:Activity", "prov:label": how},
        "prov:wasAttributedTo": agents,
    }


def _agent(name: str, kind: str) -> dict[str, Any]:
    return {"@type": _AGENTS[kind], "prov:label": f"{name} ({_KINDS[kind]})"}


def _usage(known: Facts) -> list[dict[str, Any]]:
    offers = []
    if known.licence:
        offers.append(_permits("Labels and offsets", known.licence, None))
    offers += [
        _permits(
            f"Texts under {licence}",
            licence,
            _articles(("articles/licence", licence), ("articles/redistributable", True)),
        )
        for licence in known.text_licences
    ]
    if known.withheld_articles:
        withheld = _articles(("articles/redistributable", False))
        offers.append(
            {
                "@type": ["CreativeWork", "odrl:Offer"],
                "name": "Withheld texts",
                "odrl:prohibition": {
                    "@type": "odrl:Prohibition",
                    "odrl:action": {"@id": "odrl:distribute"},
                    "odrl:target": withheld,
                },
            }
        )
    return offers


def _permits(name: str, licence: str, target: dict[str, Any] | None) -> dict[str, Any]:
    permission: dict[str, Any] = {
        "@type": "odrl:Permission",
        "odrl:action": {"@id": "odrl:use"},
        "odrl:duty": {"@type": "odrl:Duty", "odrl:action": {"@id": "odrl:attribute"}},
    }
    if not _asks_for_credit(licence):
        del permission["odrl:duty"]
    if target:
        permission["odrl:target"] = target
    return {
        "@type": ["CreativeWork", "odrl:Offer"],
        "name": name,
        "license": licence_url(licence),
        "odrl:permission": permission,
    }


def _asks_for_credit(licence: str) -> bool:
    return licence not in ("CC0-1.0", "PDDL-1.0", "Unlicense", "0BSD", "MIT-0")


def _articles(*wanted: tuple[str, Any]) -> dict[str, Any]:
    """The articles for which columns have these values, as ODRL refines a collection."""
    return {
        "@type": "odrl:AssetCollection",
        "odrl:source": {"@id": "articles"},
        "odrl:refinement": [
            {
                "@type": "odrl:Constraint",
                "odrl:leftOperand": {"@id": column},
                "odrl:operator": {"@id": "odrl:eq"},
                "odrl:rightOperand": value,
            }
            for column, value in wanted
        ],
    }


def licence_url(spdx: str) -> str:
    """The address of a licence's text in the SPDX list."""
    return f"https://spdx.org/licenses/{spdx}.html"
