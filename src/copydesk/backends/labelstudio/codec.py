"""What Label Studio's answers mean: the one place that reads them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, Final

from copydesk.backends.labelstudio.aids import (
    COMMENT_CONTROL,
    FLAG_CONTROL,
    LABEL_CONTROL,
    TEXT_OBJECT,
    UNSURE,
)
from copydesk.backends.labelstudio.configs import (
    REASON_CONTROL,
    UNIT_CONTROL,
    not_yet,
    region_id,
)
from copydesk.contract.columns import FLAGS, STANDS_ALONE
from copydesk.files import sha256_bytes
from copydesk.rounds.backend import Mark, Problem, Raw, Submission
from copydesk.rounds.plan import Anchor, PlannedTask

Item = Mapping[str, Any]
"""One entry of an annotation's ``result``."""


class LabelStudioCodec:
    """Reads and redacts annotations in Label Studio's own JSON."""

    def read(
        self, raw: Raw, task: PlannedTask, anchors: Sequence[Anchor], labels: Sequence[str]
    ) -> Submission:
        """See `copydesk.rounds.backend.Codec`."""
        stated = raw.get("result") or []
        entries = stated if isinstance(stated, list) else [stated]
        result = [item for item in entries if isinstance(item, Mapping)]
        marks, problems = _marks(result, task, anchors, labels) if entries else ([], [])
        if len(result) < len(entries):
            problems.append(Problem(rule="region-unknown", detail="an entry that is no object"))
        changed_by = raw.get("updated_by")
        return Submission(
            number=int(raw["id"]),
            account=user(raw["completed_by"]),
            # An import does not say who gave the answer.
            changed_by=None
            if changed_by is None or raw.get("last_action") == "imported"
            else user(changed_by),
            created_at=str(raw["created_at"]),
            updated_at=str(raw["updated_at"]),
            seconds=raw.get("lead_time"),
            cancelled=bool(raw.get("was_cancelled")),
            marks=tuple(marks),
            problems=tuple(problems),
            empty=not entries,
        )

    def redact(
        self, raw: Raw, anchors: Sequence[Anchor], labels: Sequence[str], *, withheld: bool
    ) -> dict[str, Any]:
        """An annotation without e-mail addresses, and without a withheld text.

        Labels, ids, offsets and times stay. Free strings may not where the article's text is
        withheld: an answer repeats the text of its regions, and anything else that a changed label
        config puts there. They are replaced by their SHA-256, so that their content can still be
        proved. Who answered stays a user number, which the log maps to a pseudonym.
        """
        kept = {key: value for key, value in raw.items() if key not in _DROPPED}
        for key in ("completed_by", "updated_by"):
            if isinstance(kept.get(key), Mapping):
                kept[key] = user(kept[key])
        if not withheld:
            return kept
        regions = {region_id(anchor.sentence_id) for anchor in anchors}
        ours = _OUR_WORDS | frozenset(labels) | not_yet(labels) | regions
        if isinstance(kept.get("result"), list):
            kept["result"] = [_with_one_comment(item) for item in kept["result"]]
        return {
            key: value if key in _TIMES else _hashed(value, ours) for key, value in kept.items()
        }


_OUR_WORDS: Final = frozenset(
    {
        *(UNIT_CONTROL, LABEL_CONTROL, FLAG_CONTROL, COMMENT_CONTROL, TEXT_OBJECT),
        *FLAGS,
        *(
            "choices",
            "labels",
            "textarea",
            "manual",
            "prediction",
            "prediction-changed",
            "submitted",
        ),
        *("updated", "accepted", "rejected", "skipped", "imported", "fixed_and_accepted"),
    }
)
_CONTROLS: Final = frozenset({UNIT_CONTROL, LABEL_CONTROL, FLAG_CONTROL, COMMENT_CONTROL})
_HASH: Final = re.compile(r"sha256:[0-9a-f]{64}")
_TIMES: Final = frozenset({"created_at", "updated_at", "draft_created_at"})
_DROPPED: Final = frozenset({"created_username", "created_ago"})
"""An e-mail address, and words that differ at each reading."""


def user(who: Any) -> int:
    """The number of an account, which comes bare or in an object; 0 if there is none."""
    return int(who["id"] if isinstance(who, Mapping) else who or 0)


def decision(raw: Raw) -> tuple[str | None, str]:
    """The label and the reason in an adjudicator's annotation, as far as they are there."""
    label, reason = None, ""
    for item in raw["result"]:
        if item.get("from_name") == LABEL_CONTROL:
            chosen = item["value"].get("choices") or [None]
            label = chosen[0]
        elif item.get("from_name") == REASON_CONTROL:
            reason = " ".join(item["value"].get("text") or []).strip()
    return label, reason


def _marks(
    result: Sequence[Item], task: PlannedTask, anchors: Sequence[Anchor], labels: Sequence[str]
) -> tuple[list[Mark], list[Problem]]:
    if (plain := _plain(result, anchors, labels)) is not None:
        return plain, []
    known = {anchor.sentence_id: anchor for anchor in anchors}
    of_region = {region_id(sentence): sentence for sentence in known}
    redrawn = {} if task.sentence_id else _redrawn(result, anchors, of_region.keys())
    unnamed = not_yet(labels)
    chosen: dict[str, set[tuple[str, ...]]] = {}
    beside: dict[str, list[Item]] = {}
    moved: set[str] = set()
    unknown: set[str] = set()
    for item in result:
        control = item.get("from_name")
        if not isinstance(control, str) or control not in _CONTROLS:
            continue
        region = str(item.get("id", ""))
        sentence = task.sentence_id or of_region.get(region) or redrawn.get(region)
        if sentence is None:
            unknown.add(region)
            continue
        value, anchor = _value(item), known[sentence]
        place = value.get("start"), value.get("end")
        if place != (anchor.start, anchor.end) and region in of_region:
            moved.add(sentence)
        if control == LABEL_CONTROL:
            given = _strings(value.get("choices") or value.get("labels"))
            chosen.setdefault(sentence, set()).add(tuple([x for x in given if x not in unnamed]))
        elif control != UNIT_CONTROL:
            beside.setdefault(sentence, []).append(item)
    problems = [
        Problem(rule="region-unknown", detail=f"region {region[:40]}") for region in sorted(unknown)
    ]
    marks = []
    for sentence in known:
        found = chosen.get(sentence, {()})
        rule = _fault(sentence in moved, found, labels)
        if rule is None:
            said = next(iter(found))[0]
            marks.append(_mark(sentence, said, labels, beside.get(sentence, ())))
            if sentence in redrawn.values():
                rule = "region-redrawn"
        if rule:
            problems.append(Problem(rule=rule, sentence_id=sentence))
    return marks, problems


def _plain(
    result: Sequence[Item], anchors: Sequence[Anchor], labels: Sequence[str]
) -> list[Mark] | None:
    """The marks of an answer with one label for each sentence, in its place, and nothing else.

    None for any other answer. Nearly all are like this, and are read in half the time.
    """
    if len(result) != len(anchors):
        return None
    marks = []
    try:
        said = {item["id"]: item["value"] for item in result if item["from_name"] == LABEL_CONTROL}
        for anchor in anchors:
            value = said[region_id(anchor.sentence_id)]
            (label,) = value["labels"]
            place = value["start"] == anchor.start and value["end"] == anchor.end
            if not place or "choices" in value or label not in labels:
                return None
            marks.append(Mark(sentence_id=anchor.sentence_id, label=label))
    except (KeyError, TypeError, ValueError):
        return None
    return marks


def _mark(sentence_id: str, said: str, labels: Sequence[str], beside: Sequence[Item]) -> Mark:
    """A sentence's label or flag, with the flag and the comment that stand beside it."""
    alone = said in STANDS_ALONE and said not in labels
    if not beside:
        return Mark(
            sentence_id=sentence_id, label=None if alone else said, flag=said if alone else None
        )
    chosen = [_strings(_value(item).get("choices")) for item in beside if _is(item, FLAG_CONTROL)]
    comments = [_comment(item) for item in beside if _is(item, COMMENT_CONTROL)]
    return Mark(
        sentence_id=sentence_id,
        label=None if alone else said,
        flag=said if alone else UNSURE if any(UNSURE in c for c in chosen) else None,
        comment="\n".join(filter(None, comments)) or None,
    )


def _is(item: Item, control: str) -> bool:
    return item.get("from_name") == control and bool(item.get("value"))


def _value(item: Item) -> Mapping[str, Any]:
    """What an entry says. Whoever may write to the server's API can make it anything."""
    value = item.get("value")
    return value if isinstance(value, Mapping) else {}


def _strings(listed: Any) -> list[str]:
    """A list of strings; one that is alone, or something else, as a list of it."""
    if listed is None:
        return []
    return [str(one) for one in (listed if isinstance(listed, list) else [listed])]


def _fault(moved: bool, found: set[tuple[str, ...]], labels: Sequence[str]) -> str | None:
    """The rule that what was found for a sentence breaks; None if it has one label, or a flag."""
    only = next(iter(found))
    if moved:
        return "region-moved"
    if len(found) > 1:
        return "region-repeated"
    if not only:
        return "region-missing"
    if len(only) > 1:
        return "label-repeated"
    return None if only[0] in labels or only[0] in STANDS_ALONE else "label-unknown"


def _comment(item: Item) -> str:
    """What was written in the field for comments; several entries are several lines."""
    lines = _strings(_value(item).get("text"))
    text = "\n".join(line.strip() for line in lines if line.strip())
    # A browser may send half a character, which no report could be written with.
    return text.encode("utf-8", "replace").decode("utf-8")


def _with_one_comment(item: Any) -> Any:
    """A comment as one entry, so that its SHA-256 is that of the comment as a whole."""
    if not isinstance(item, Mapping) or item.get("from_name") != COMMENT_CONTROL:
        return item
    text = [comment] if (comment := _comment(item)) else []
    return {**item, "value": {**_value(item), "text": text}}


def _redrawn(result: Sequence[Item], anchors: Sequence[Anchor], own: Set[str]) -> dict[str, str]:
    """Sentences by the ids of regions that annotators drew in place of removed ones.

    Such a region covers the whole sentence and nothing of another: who draws it by hand takes the
    blanks beside it along, and Label Studio gives it an id of its own.

    Args:
        own: the ids of the regions that were marked.
    """
    there = {str(item.get("id", "")) for item in result}
    return dict(_drawn(result, anchors, there, own)) if not there <= own else {}


def _drawn(
    result: Sequence[Item], anchors: Sequence[Anchor], there: set[str], own: Set[str]
) -> Iterator[tuple[str, str]]:
    for item in result:
        region, value = str(item.get("id", "")), _value(item)
        start, end = value.get("start"), value.get("end")
        if region in own or not isinstance(start, int) or not isinstance(end, int):
            continue
        touched = [a for a in anchors if a.start < end and start < a.end]
        if len(touched) == 1 and start <= touched[0].start and touched[0].end <= end:
            sentence = touched[0].sentence_id
            if region_id(sentence) not in there:
                yield region, sentence


def _hashed(value: Any, ours: frozenset[str]) -> Any:
    if isinstance(value, str):
        known = value in ours or _HASH.fullmatch(value)
        return value if known else _hash(value)
    if isinstance(value, Mapping):
        return {_key(key): _hashed(inner, ours) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_hashed(inner, ours) for inner in value]
    return value


def _key(key: str) -> str:
    # Keys of results are Label Studio's own short names; one with a blank in it is not.
    if (key.isidentifier() and len(key) <= 40) or _HASH.fullmatch(key):
        return key
    return _hash(key)


def _hash(text: str) -> str:
    return f"sha256:{sha256_bytes(text.encode('utf-8', 'backslashreplace'))}"
