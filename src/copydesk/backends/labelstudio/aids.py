"""What annotators see beside the labels: flags, a field for a comment, and the labels' meanings.

It is put into every label config that lacks it, also into a corpus's own, so that answers of every
round can be read the same way.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Final

from copydesk.contract.columns import FLAGS, STANDS_ALONE
from copydesk.contract.labels import FLAG_KEYS, Scheme

LABEL_CONTROL: Final = "label"
FLAG_CONTROL: Final = "flag"
COMMENT_CONTROL: Final = "comment"
TEXT_OBJECT: Final = "text"

UNSURE: Final = FLAGS[0]
_COLOURS: Final = {"badly-cut": "#8a6d3b", "not-a-unit": "#55606e", UNSURE: "#222222"}
MEANINGS: Final = {
    "badly-cut": "Part of a sentence, or several run together.",
    "not-a-unit": "No sentence of the article: a byline, a section label, furniture.",
    UNSURE: "Beside a label: somebody should look at it again.",
}
_STYLE: Final = """
    .copydesk-aids { display: flex; flex-wrap: wrap; gap: 0 20px; align-items: center; }
    .copydesk-aids > div, .copydesk-aids form, .copydesk-aids .ant-form-item {
      margin: 0 !important; }
    .copydesk-aids .lsf-text-area { min-width: 24em; }
    .copydesk-text { height: calc(100vh - 284px) !important; }
    .copydesk-meanings { display: grid; gap: 8px; margin: 8px 0; }
    .copydesk-meanings h4 { font-size: 13px !important; font-weight: 400 !important;
      line-height: 1.4 !important; letter-spacing: 0 !important; margin: 0 !important;
      padding-left: 8px; }
    .copydesk-meanings h4:first-child { font-weight: 600 !important; }
    .lsf-sidepanels__wrapper, [aria-label="Reset"] { display: none !important; }
    @media (min-width: 1000px) {
      .lsf-sidepanels { padding-right: 320px !important; }
      .copydesk-meanings { position: fixed; top: 74px; right: 0; bottom: 50px; width: 320px;
        margin: 0; padding: 16px; overflow-y: auto; align-content: start; box-sizing: border-box;
        border-left: 1px solid #8884; }
    }
    @media (max-width: 999px) {
      .lsf-sidepanels { padding: 0 !important; }
      .copydesk-text { height: auto !important; }
    }
"""


def flag_keys(scheme: Scheme) -> dict[str, str]:
    """The key that gives each flag; for *not a unit* with Shift, if a label has the key."""
    unsure, cut = FLAG_KEYS
    taken = {label.hotkey for label in scheme.labels}
    return {UNSURE: unsure, "badly-cut": cut, "not-a-unit": "shift+n" if "n" in taken else "n"}


def add_aids(view: ET.Element, scheme: Scheme, unit: str) -> None:
    """Add to a label config what it lacks.

    Args:
        unit: what a task is, ``article`` or ``sentence``.
    """
    labels = view.find(f".//*[@name='{LABEL_CONTROL}']")
    if labels is None or view.find(f".//*[@name='{FLAG_CONTROL}']") is not None:
        return
    keys = flag_keys(scheme)
    tag = "Label" if labels.tag == "Labels" else "Choice"
    known = {item.get("value") for item in labels.iter(tag)}
    for flag in sorted(STANDS_ALONE - known):
        item = ET.SubElement(labels, tag, {"value": flag, "hotkey": keys[flag]})
        if tag == "Label":
            item.set("background", _COLOURS[flag])
    parent = next(element for element in view.iter() if labels in list(element))
    at = list(parent).index(labels) + 1
    parent.insert(at, _beside(keys, unit))
    parent.insert(at + 1, _meanings(scheme, keys))
    style = ET.Element("Style")
    style.text = _STYLE
    view.insert(0, style)


def _beside(keys: dict[str, str], unit: str) -> ET.Element:
    """The flag *unsure* and the field for a comment; of an article's selected sentence."""
    view = ET.Element("View", {"className": "copydesk-aids"})
    region = {"perRegion": "true"} if unit == "article" else {}
    choices = ET.SubElement(
        view,
        "Choices",
        {
            "name": FLAG_CONTROL,
            "toName": TEXT_OBJECT,
            "choice": "multiple",
            "showInline": "true",
            **region,
        },
    )
    ET.SubElement(choices, "Choice", {"value": UNSURE, "hotkey": keys[UNSURE]})
    ET.SubElement(
        view,
        "TextArea",
        {
            "name": COMMENT_CONTROL,
            "toName": TEXT_OBJECT,
            "placeholder": "Comment (Enter)",
            # In a field of more lines Enter would not add what was written.
            "rows": "1",
            "maxSubmissions": "1",
            "editable": "true",
            **region,
        },
    )
    return view


def _meanings(scheme: Scheme, keys: dict[str, str]) -> ET.Element:
    view = ET.Element("View", {"className": "copydesk-meanings"})
    rows = [(la.hotkey, la.name, la.meaning, la.colour) for la in scheme.labels]
    rows += [(keys[flag], flag, what, _COLOURS[flag]) for flag, what in MEANINGS.items()]
    for key, name, meaning, colour in rows:
        row = ET.SubElement(view, "View", {"style": f"border-left: 4px solid {colour}"})
        for words in (f"{key} {name}", meaning):
            ET.SubElement(row, "Header", {"value": words, "size": "6"})
    return view
