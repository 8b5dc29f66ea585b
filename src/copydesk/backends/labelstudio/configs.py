"""Label configs: what Label Studio shows beside a text, made for the labels of a scheme."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Final

from copydesk.backends.labelstudio.aids import LABEL_CONTROL, TEXT_OBJECT, add_aids
from copydesk.contract.columns import STANDS_ALONE
from copydesk.contract.labels import NEWS, Scheme
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import sha256_text
from copydesk.rooms import annotations_dir
from copydesk.rounds.choose import BLIND, SUGGESTED
from copydesk.skeletons import label_config as config_for

UNIT_CONTROL: Final = "unit"
REASON_CONTROL: Final = "reason"
TO_DO: Final = "to do"
"""The name of a pre-drawn region that has no label yet."""


def region_id(sentence_id: str) -> str:
    """The id of a sentence's region, which is also part of a CSS class and so holds no full stop.

    No article_id holds an underscore, so the ids of two sentences never fall together.
    """
    return sentence_id.replace(".", "_")


def suggested_region(label: str) -> str:
    """The name of a pre-drawn region that has no label yet but a suggestion."""
    return f"{label}?"


def not_yet(labels: Sequence[str]) -> frozenset[str]:
    """The names of regions that nobody has labelled."""
    return frozenset({TO_DO, *map(suggested_region, labels)})


def label_config(corpus: Corpus, scheme: Scheme, unit: str, arm: str, *, bare: bool = False) -> str:
    """The label config of an arm, as canonical XML.

    The corpus's own file if it has one, otherwise the shipped one with the scheme's labels, keys
    and colours in the place of the news scheme's. In the suggested arm the
    suggestion is shown in words (a region's name, or a line above the choices) and never as a
    given answer: the annotator gives each answer, and the hotkey of a label that is already set
    would remove it.

    Args:
        bare: leave out what is put beside the labels, see `copydesk.backends.labelstudio.aids`.

    Raises:
        InputError: the file is not XML, or lacks a control that the round needs.
    """
    name = f"label-config-{unit}.xml"
    own, shipped = corpus.annotations / name, annotations_dir() / name
    path = own if own.is_file() else shipped
    try:
        text = path.read_text(encoding="utf-8")
        view = ET.fromstring(text)
        if scheme != NEWS and text == shipped.read_text(encoding="utf-8"):
            view = ET.fromstring(config_for(text, scheme))
    except (OSError, UnicodeDecodeError, ET.ParseError) as error:
        raise InputError(f"This label config cannot be read: {error}.", where=str(path)) from error
    _check_controls(view, scheme.names, unit, str(path))
    if not bare:
        add_aids(view, scheme, unit)
    if arm == SUGGESTED:
        _show_suggestions(view, scheme.names, unit)
    return canonical_xml(ET.tostring(view, encoding="unicode"))


def canonical_xml(config: str) -> str:
    """A label config in the canonical form that is hashed: formatting makes no difference."""
    return ET.canonicalize(config, strip_text=True)


def region_control(config: str) -> str:
    """The name of the control whose regions are pre-drawn in articles.

    It is the labels' own control where annotators rename regions, and one beside it where they
    choose a label for each region.
    """
    return LABEL_CONTROL if _region_labels(ET.fromstring(config), LABEL_CONTROL) else UNIT_CONTROL


def _region_labels(view: ET.Element, control: str) -> list[str]:
    found = view.find(f".//Labels[@name='{control}']")
    return [] if found is None else [str(label.get("value")) for label in found.iter("Label")]


def _check_controls(view: ET.Element, labels: Sequence[str], unit: str, where: str) -> None:
    if view.find(f".//Text[@name='{TEXT_OBJECT}']") is None:
        raise InputError(f"There is no Text named '{TEXT_OBJECT}'.", where=where)
    choices = view.find(f".//Choices[@name='{LABEL_CONTROL}']")
    offered = () if choices is None else choices.iter("Choice")
    names = [str(choice.get("value")) for choice in offered]
    regions: list[str] = []
    if unit == "article":
        regions = _region_labels(view, LABEL_CONTROL)
        names = names or regions
        regions = regions or _region_labels(view, UNIT_CONTROL)
        if TO_DO not in regions:
            raise InputError(f"There are no Labels with the value '{TO_DO}'.", where=where)
    beside = {TO_DO, *STANDS_ALONE}.difference(labels)
    names = [name for name in names if name not in beside]
    if tuple(names) != tuple(labels):
        raise InputError(
            f"The control '{LABEL_CONTROL}' offers {names}, not the labels.",
            where=where,
            hint=f"Let it offer {', '.join(labels)}, in this order.",
        )


def _show_suggestions(view: ET.Element, names: Sequence[str], unit: str) -> None:
    if unit == "article":
        config = ET.tostring(view, encoding="unicode")
        labels = view.find(f".//Labels[@name='{region_control(config)}']")
        assert labels is not None
        grey = {"background": "#999999"}
        for label in names:
            ET.SubElement(labels, "Label", {"value": suggested_region(label), **grey})
        for control in view.iter():
            if control.get("whenLabelValue") == TO_DO:
                control.set("whenLabelValue", ",".join(sorted(not_yet(names))))
        return
    parents = {child: parent for parent in view.iter() for child in parent}
    choices = view.find(f".//Choices[@name='{LABEL_CONTROL}']")
    assert choices is not None
    parent = parents[choices]
    header = ET.Element("Header", {"value": "$suggestion", "size": "5"})
    parent.insert(list(parent).index(choices), header)


def config_sha256(config: str) -> str:
    """The hash by which a plan recognises a label config."""
    return sha256_text(canonical_xml(config))


def same_config(config: str, expected: str) -> bool:
    """Whether a config that a server holds has a hash; one that is not XML has none."""
    try:
        return config_sha256(config) == expected
    except ET.ParseError:
        return False


def adjudication_config(corpus: Corpus, scheme: Scheme, *, show_answers: bool) -> str:
    """A sentence in its context, a field for the reason, and the answers in words if asked for."""
    view = ET.fromstring(label_config(corpus, scheme, "sentence", BLIND))
    for parent in view.iter():
        for aids in parent.findall("View[@className='copydesk-aids']"):
            parent.remove(aids)
    if show_answers:
        titles = [at for at, child in enumerate(view) if child.tag == "Header"]
        below = titles[0] + 1 if titles else 0
        view.insert(below, ET.Element("Header", {"value": "$answers", "size": "5"}))
    ET.SubElement(
        view,
        "TextArea",
        {
            "name": REASON_CONTROL,
            "toName": TEXT_OBJECT,
            "required": "true",
            "requiredMessage": "Give the reason in words of your own.",
            "placeholder": "The reason, in words of your own; then Enter",
            # In a field of more lines Enter would not add what was written.
            "rows": "1",
            "maxSubmissions": "1",
            "editable": "true",
        },
    )
    return canonical_xml(ET.tostring(view, encoding="unicode"))
