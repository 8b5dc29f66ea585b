"""From a task as the server gives it to answers and findings. Pure: nothing is read or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copydesk.contract.labels import LABELS
from copydesk.findings import Finding
from copydesk.rounds.findings import finding
from copydesk.rounds.log import Answer, Key
from copydesk.rounds.plan import Anchor, PlannedTask
from copydesk.rounds.tasks import LABEL_CONTROL, NOT_YET, UNIT_CONTROL, region_id

Row = Mapping[str, Any]


def collect(
    rows: Sequence[Row],
    task: PlannedTask,
    anchors: Sequence[Anchor],
    people: Mapping[int, str],
    allowed: Sequence[str],
) -> tuple[dict[Key, Answer], list[Finding]]:
    """The answers to one task.

    Args:
        rows: the task as the server has it (more than once if it was duplicated): a mapping with
            ``annotations``, each with id, result, completed_by, created_at, updated_at,
            was_cancelled and lead_time.
        anchors: the sentences that an answer must label.
        people: pseudonyms by Label Studio's user ids.
        allowed: pseudonyms of those who may answer here.
    """
    findings: list[Finding] = []
    by_person: dict[str, list[Row]] = {}
    for row in rows:
        for annotation in row["annotations"]:
            name = people.get(_user(annotation["completed_by"]))
            if name is None:
                findings.append(
                    finding(
                        "annotator-unknown",
                        where=task.uid,
                        detail=f"user {_user(annotation['completed_by'])}",
                    )
                )
            elif name not in allowed:
                rule = "annotator-unassigned"
                findings.append(finding(rule, where=task.uid, annotator=name))
            else:
                by_person.setdefault(name, []).append(annotation)
    answers: dict[Key, Answer] = {}
    for name in sorted(by_person):
        latest = _latest(by_person[name], task, name, findings)
        if latest is not None:
            answers |= _labels(latest, task, anchors, name, findings)
    return answers, findings


def _user(completed_by: Any) -> int:
    return int(completed_by["id"] if isinstance(completed_by, Mapping) else completed_by or 0)


def _latest(
    annotations: list[Row], task: PlannedTask, name: str, findings: list[Finding]
) -> Row | None:
    """The submission that counts: the latest one that holds anything."""
    usable = []
    for annotation in annotations:
        number = f"submission {annotation['id']}"
        if annotation.get("was_cancelled"):
            rule = "answer-cancelled"
        elif not annotation["result"]:
            rule = "answer-empty"
        else:
            usable.append(annotation)
            continue
        findings.append(finding(rule, where=task.uid, annotator=name, detail=number))
    usable.sort(key=lambda a: (a["updated_at"], a["id"]))
    for older in usable[:-1]:
        findings.append(
            finding(
                "answer-superseded",
                where=task.uid,
                annotator=name,
                detail=f"submission {older['id']}",
            )
        )
    return usable[-1] if usable else None


def _labels(
    annotation: Row,
    task: PlannedTask,
    anchors: Sequence[Anchor],
    name: str,
    findings: list[Finding],
) -> dict[Key, Answer]:
    def report(rule: str, sentence: str | None = None, detail: str = "") -> None:
        findings.append(
            finding(rule, where=task.uid, annotator=name, sentence_id=sentence, detail=detail)
        )

    known = {anchor.sentence_id: anchor for anchor in anchors}
    of_region = {region_id(sentence): sentence for sentence in known}
    redrawn = {} if task.sentence_id else _redrawn(annotation["result"], anchors)
    chosen: dict[str, set[tuple[str, ...]]] = {}
    moved: set[str] = set()
    unknown: set[str] = set()
    for item in annotation["result"]:
        control = item.get("from_name")
        if control not in (UNIT_CONTROL, LABEL_CONTROL):
            continue
        region = str(item.get("id", ""))
        sentence = task.sentence_id or of_region.get(region) or redrawn.get(region)
        if sentence is None:
            unknown.add(region)
            continue
        value, anchor = item.get("value") or {}, known[sentence]
        place = value.get("start"), value.get("end")
        if region in of_region and place != (anchor.start, anchor.end):
            moved.add(sentence)
        if control == LABEL_CONTROL:
            given = value.get("choices") or value.get("labels") or ()
            chosen.setdefault(sentence, set()).add(tuple(x for x in given if x not in NOT_YET))
    for region in sorted(unknown):
        report("region-unknown", detail=f"region {region[:40]}")
    taken = {}
    for sentence, anchor in known.items():
        found = chosen.get(sentence, {()})
        only = next(iter(found))
        if sentence in moved:
            report("region-moved", sentence)
        elif len(found) > 1:
            report("region-repeated", sentence)
        elif not only:
            report("region-missing", sentence)
        elif len(only) > 1:
            report("label-repeated", sentence)
        elif only[0] not in LABELS:
            report("label-unknown", sentence)
        else:
            taken[anchor.sentence_id] = only[0]
            if sentence in redrawn.values():
                report("region-redrawn", sentence)
    seconds = annotation.get("lead_time")
    share = None if seconds is None else round(float(seconds) / len(known), 3)
    return {
        (name, sentence): Answer(
            annotator=name,
            sentence_id=sentence,
            arm=task.arm,
            label=label,
            created_at=annotation["created_at"],
            lead_time_s=share,
            source=int(annotation["id"]),
        )
        for sentence, label in taken.items()
    }


def _redrawn(result: Sequence[Row], anchors: Sequence[Anchor]) -> dict[str, str]:
    """Sentences by the ids of regions that annotators drew for them, their own being gone.

    Such a region covers the whole sentence and nothing of another: who draws it by hand takes the
    blanks beside it along, and Label Studio gives it an id of its own.
    """
    there = {str(item.get("id", "")) for item in result}
    own = {region_id(anchor.sentence_id) for anchor in anchors}
    found: dict[str, str] = {}
    if there <= own:
        return found
    for item in result:
        region, value = str(item.get("id", "")), item.get("value") or {}
        start, end = value.get("start"), value.get("end")
        if region in own or not isinstance(start, int) or not isinstance(end, int):
            continue
        touched = [a for a in anchors if a.start < end and start < a.end]
        if len(touched) == 1 and start <= touched[0].start and touched[0].end <= end:
            sentence = touched[0].sentence_id
            if region_id(sentence) not in there:
                found[region] = sentence
    return found
