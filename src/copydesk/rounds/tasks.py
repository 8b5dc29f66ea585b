"""What is put before annotators: the data of a task, its pre-drawn regions, its label config.

Offsets are code points of the canonical text; Label Studio's ``Text`` counts the same way.
"""

from __future__ import annotations

import copy
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from copydesk.contract.labels import LABELS
from copydesk.corpus import Article, Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.extras import needs
from copydesk.files import sha256_text
from copydesk.rooms import annotations_dir
from copydesk.rounds.choose import SUGGESTED
from copydesk.rounds.plan import Anchor, Plan, PlannedTask

MODEL_VERSION: Final = "copydesk"
"""Under this name the pre-drawn regions are imported; Label Studio shows those of one name."""

CONTEXT: Final = 1500
"""Code points of context on either side of a single sentence, whole lines."""

UNIT_CONTROL: Final = "unit"
LABEL_CONTROL: Final = "label"
TEXT_OBJECT: Final = "text"
TO_DO: Final = "to do"
"""The name of a pre-drawn region that has no label yet."""


def suggested_region(label: str) -> str:
    """The name of a pre-drawn region that has no label yet but a suggestion."""
    return f"{label}?"


NOT_YET: Final = frozenset({TO_DO, *map(suggested_region, LABELS)})
"""The names of regions that nobody has labelled."""


def label_config(corpus: Corpus, unit: str, arm: str) -> str:
    """The label config of an arm, as canonical XML.

    The corpus's own file if it has one, otherwise the shipped one. In the suggested arm the
    suggestion is shown in words (a region's name, or a line above the choices) and never as a
    given answer: the annotator gives each answer, and the hotkey of one that stands there already
    would take it away.

    Raises:
        InputError: the file is no XML, or lacks a control that the round needs.
    """
    name = f"label-config-{unit}.xml"
    path = corpus.annotations / name
    if not path.is_file():
        path = annotations_dir() / name
    try:
        view = ET.fromstring(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ET.ParseError) as error:
        raise InputError(f"This label config cannot be read: {error}.", where=str(path)) from error
    _check_controls(view, unit, str(path))
    if arm == SUGGESTED:
        _show_suggestions(view, unit)
    return canonical_xml(ET.tostring(view, encoding="unicode"))


def canonical_xml(config: str) -> str:
    """A label config in the one form that is hashed: what only looks different is the same."""
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


def _check_controls(view: ET.Element, unit: str, where: str) -> None:
    if view.find(f".//Text[@name='{TEXT_OBJECT}']") is None:
        raise InputError(f"There is no Text named '{TEXT_OBJECT}'.", where=where)
    choices = view.find(f".//Choices[@name='{LABEL_CONTROL}']")
    names = [] if choices is None else [choice.get("value") for choice in choices.iter("Choice")]
    regions: list[str] = []
    if unit == "article":
        regions = _region_labels(view, LABEL_CONTROL)
        names = names or [name for name in regions if name != TO_DO]
        regions = regions or _region_labels(view, UNIT_CONTROL)
        if TO_DO not in regions:
            raise InputError(f"There are no Labels with the value '{TO_DO}'.", where=where)
    if tuple(names) != LABELS:
        raise InputError(
            f"The control '{LABEL_CONTROL}' offers {names}, not the labels.",
            where=where,
            hint=f"Let it offer {', '.join(LABELS)}, in this order.",
        )


def _show_suggestions(view: ET.Element, unit: str) -> None:
    if unit == "article":
        config = ET.tostring(view, encoding="unicode")
        labels = view.find(f".//Labels[@name='{region_control(config)}']")
        assert labels is not None
        grey = {"background": "#999999"}
        for label in LABELS:
            ET.SubElement(labels, "Label", {"value": suggested_region(label), **grey})
        for control in view.iter():
            if control.get("whenLabelValue") == TO_DO:
                control.set("whenLabelValue", ",".join(sorted(NOT_YET)))
        return
    parents = {child: parent for parent in view.iter() for child in parent}
    choices = view.find(f".//Choices[@name='{LABEL_CONTROL}']")
    assert choices is not None
    parent = parents[choices]
    header = ET.Element("Header", {"value": "$suggestion", "size": "5"})
    parent.insert(list(parent).index(choices), header)


def config_sha256(config: str) -> str:
    """The hash by which a plan knows a label config again."""
    return sha256_text(canonical_xml(config))


_CANONICAL: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def data_sha256(data: dict[str, Any]) -> str:
    """The hash of a task's data: of its JSON with sorted keys and no blanks."""
    return sha256_text(_CANONICAL.encode(data))


def task_data(
    task: PlannedTask, article: Article, text: str, anchor: Anchor | None
) -> dict[str, str]:
    """The data of a task.

    Args:
        text: canonical text of the article.
        anchor: the sentence, if the task is one.
    """
    data = {"uid": task.uid, "title": article.title or article.article_id}
    if anchor is None:
        return data | {"text": text}
    data |= context(text, anchor.start, anchor.end)
    if task.arm == SUGGESTED:
        data["suggestion"] = f"Suggested: {anchor.suggestion}" if anchor.suggestion else ""
    return data


def context(text: str, start: int, end: int, *, reach: int = CONTEXT) -> dict[str, str]:
    """A sentence and the lines around it: ``before``, ``text``, ``after``.

    Args:
        reach: code points of context on either side, at most.
    """
    first = max(0, start - reach)
    if first:
        line = text.find("\n", first, start)
        first = line + 1 if line >= 0 else first
    last = min(len(text), end + reach)
    if last < len(text):
        line = text.rfind("\n", end, last)
        last = line if line >= 0 else last
    return {
        "before": ("…" if first else "") + text[first:start],
        "text": text[start:end],
        "after": text[end:last] + ("…" if last < len(text) else ""),
    }


def region_id(sentence_id: str) -> str:
    """The id of a sentence's region, which is also part of a CSS class and so holds no full stop.

    No article_id holds an underscore, so the ids of two sentences never fall together.
    """
    return sentence_id.replace(".", "_")


def regions(text: str, anchors: tuple[Anchor, ...], arm: str, control: str) -> list[dict[str, Any]]:
    """The pre-drawn regions of an article: one for each sentence.

    Args:
        control: see `region_control`; regions that are not renamed are read-only.
    """
    return [
        {
            "id": region_id(anchor.sentence_id),
            "from_name": control,
            "to_name": TEXT_OBJECT,
            "type": "labels",
            "readonly": control == UNIT_CONTROL,
            "value": {
                "start": anchor.start,
                "end": anchor.end,
                "text": text[anchor.start : anchor.end],
                "labels": [
                    suggested_region(anchor.suggestion)
                    if arm == SUGGESTED and anchor.suggestion
                    else TO_DO
                ],
            },
        }
        for anchor in anchors
    ]


class TaskWriter:
    """Makes the payload of planned tasks, and makes sure that it is what was planned."""

    def __init__(self, corpus: Corpus, plan: Plan) -> None:
        self._articles = {article.article_id: article for article in corpus.articles()}
        self._planned = plan.by_id
        self._plan = plan
        self._text: Callable[[str], str] = lru_cache(maxsize=64)(self._read)
        self._control: Callable[[str], str] = lru_cache(self._read_control)
        self._corpus = corpus

    def _read_control(self, arm: str) -> str:
        return region_control(label_config(self._corpus, self._plan.unit, arm))

    def _read(self, article_id: str) -> str:
        article = self._articles.get(article_id)
        planned = self._planned[article_id]
        if article is None or article.text_sha256 != planned.text_sha256:
            raise IntegrityError(
                f"Article '{article_id}' is not the one that was planned.",
                where=f"round {self._plan.round}",
                hint="Put its text back, or plan a new round.",
            )
        return self._corpus.text(article)

    def payload(self, task: PlannedTask) -> dict[str, Any]:
        """The task as Label Studio takes it: data, and the pre-drawn regions of an article.

        Raises:
            IntegrityError: the data is not what the plan's hash says.
        """
        text = self._text(task.article_id)
        anchors = self._plan.expected(task)
        one = None if task.sentence_id is None else anchors[0]
        data = task_data(task, self._articles[task.article_id], text, one)
        if data_sha256(data) != task.data_sha256:
            raise IntegrityError(
                f"The data of task '{task.uid}' is not what was planned.",
                where=f"round {self._plan.round}",
                hint="The article's title changed after the round was planned: put it back, or "
                "plan a new round.",
            )
        if one is not None:
            return {"data": data}
        result = regions(text, anchors, task.arm, self._control(task.arm))
        return {"data": data, "predictions": [{"model_version": MODEL_VERSION, "result": result}]}


def check_predictions(config: str, payloads: list[dict[str, Any]]) -> None:
    """Refuse predictions that the label config does not allow; the server would take them.

    Raises:
        IntegrityError: naming the task and what is wrong.
    """
    # The SDK takes milliseconds for each region, and ours differ in nothing but their places.
    kinds: dict[tuple[str, ...], tuple[str, dict[str, Any]]] = {}
    for payload in payloads:
        for prediction in payload.get("predictions", ()):
            for region in prediction["result"]:
                kind = (region["from_name"], region["to_name"], region["type"])
                kind += tuple(region["value"]["labels"])
                if kind not in kinds:
                    kinds[kind] = (payload["data"]["uid"], region)
    if not kinds:
        return
    validate = _validator(config)
    for uid, region in kinds.values():
        prediction = {"model_version": MODEL_VERSION, "result": [copy.deepcopy(region)]}
        errors = validate(prediction, return_errors=True)
        if errors:
            raise IntegrityError(
                f"The label config does not allow the regions of task '{uid}': {errors[0]}."
            )


@lru_cache(maxsize=4)
def _validator(config: str) -> Any:
    with needs("rounds", "Checking tasks for Label Studio"):
        from label_studio_sdk.label_interface.interface import LabelInterface

    return LabelInterface(config).validate_prediction
