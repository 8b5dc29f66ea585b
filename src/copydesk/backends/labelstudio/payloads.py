"""Tasks as Label Studio takes them: their data, and a pre-drawn region for each sentence.

Offsets are code points of the canonical text; Label Studio's ``Text`` counts the same way.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from copydesk.backends.labelstudio.aids import TEXT_OBJECT
from copydesk.backends.labelstudio.configs import (
    TO_DO,
    UNIT_CONTROL,
    region_control,
    region_id,
    suggested_region,
)
from copydesk.backends.labelstudio.projects import planned_config
from copydesk.errors import IntegrityError
from copydesk.extras import needs
from copydesk.rounds.choose import SUGGESTED
from copydesk.rounds.opened import Round
from copydesk.rounds.plan import Anchor, PlannedTask
from copydesk.rounds.tasks import TaskTexts

MODEL_VERSION: Final = "copydesk"
"""The name under which pre-drawn regions are imported; Label Studio shows those of one name."""


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


class PayloadWriter:
    """Makes the payloads of planned tasks, and checks that they are what was planned."""

    def __init__(self, round: Round) -> None:
        self._texts = TaskTexts(round)
        self._plan = round.plan
        self._control: Callable[[str], str] = lru_cache(
            lambda arm: region_control(planned_config(round, arm))
        )

    def payload(self, task: PlannedTask) -> dict[str, Any]:
        """The task as Label Studio takes it: data, and the pre-drawn regions of an article.

        Raises:
            IntegrityError: the data is not what the plan's hash says.
        """
        data = self._texts.data(task)
        if task.sentence_id is not None:
            return {"data": data}
        _, text = self._texts.article(task)
        anchors = self._plan.expected(task)
        result = regions(text, anchors, task.arm, self._control(task.arm))
        return {"data": data, "predictions": [{"model_version": MODEL_VERSION, "result": result}]}


def check_predictions(config: str, payloads: list[dict[str, Any]]) -> None:
    """Refuse predictions that the label config does not allow; the server would take them.

    Raises:
        IntegrityError: naming the task and what is wrong.
    """
    # The SDK takes milliseconds for each region, and ours differ only in their places.
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
