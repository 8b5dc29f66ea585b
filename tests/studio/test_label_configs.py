"""The two label configs say what schema/labels.json says."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from copydesk.contract.labels import NEWS
from copydesk.rooms import annotations_dir


def config(unit: str) -> ET.Element:
    """The shipped label config."""
    return ET.parse(annotations_dir() / f"label-config-{unit}.xml").getroot()


@pytest.mark.parametrize(("unit", "tag"), [("article", "Label"), ("sentence", "Choice")])
def test_labels_and_hotkeys(unit: str, tag: str) -> None:
    """The labels stand in their order with their keys; an article adds one for what is to do."""
    control = config(unit).find(".//*[@name='label']")
    assert control is not None
    found = [(label.get("value"), label.get("hotkey")) for label in control.iter(tag)]

    assert found == [*NEWS.hotkeys.items(), *([("to do", "0")] if unit == "article" else [])]


def test_colours_differ() -> None:
    """No two labels share a colour."""
    colours = [label.get("background") for label in config("article").iter("Label")]

    assert len(colours) == 5
    assert len(set(colours)) == 5


def test_what_is_still_to_do_cannot_be_submitted() -> None:
    """Both configs require an answer; an article requires it of sentences to do, and only those."""
    gap = config("article").find(".//Choices")
    choices = config("sentence").find(".//Choices")
    assert gap is not None
    assert choices is not None

    assert (gap.get("required"), gap.get("whenLabelValue")) == ("true", "to do")
    assert choices.get("required") == "true"
