"""Thresholds and boundaries of rules, on both sides: what just is a fault, and what just is not."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from copydesk.contract.arrow import arrow_schema
from copydesk.contract.columns import SPLITS
from copydesk.contract.labels import NEWS
from copydesk.contract.samples import sample_row
from copydesk.contract.schema_versions import SCHEMA_VERSION
from copydesk.release.contents import Contents
from copydesk.release.drift import drift as compare
from copydesk.validate import RULES
from copydesk.validate.agreement import agreement, drift
from copydesk.validate.beside import _scores
from copydesk.validate.engine import chosen
from copydesk.validate.faults import Found
from copydesk.validate.leakage import duplicates, near_duplicates
from copydesk.validate.relations import overlaps, votes
from copydesk.validate.statements import manifest as statements
from copydesk.validate.surroundings import Released, waivers
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_release import Release

TODAY = datetime.date(2026, 4, 15)
Row = Mapping[str, Any]


def release(rows: Mapping[str, Mapping[str, Sequence[Row]]], **manifest: Any) -> Release:
    """A release in memory: by table and split, what its rows have other than a sample row."""
    tables = {
        (table, split): pa.Table.from_pylist(
            [{**sample_row(table), **row} for row in splits[split]], arrow_schema(table)
        )
        for table, splits in rows.items()
        for split in SPLITS
        if split in splits
    }
    stated = {"version": "1.0.0", "schema_version": SCHEMA_VERSION, **manifest}
    stated.setdefault("scheme", NEWS.as_document())
    return Release(folder=Folder(Path("1.0.0")), contents=Contents.of_tables(stated, tables))


def records(found: Iterable[Found]) -> list[tuple[str, str]]:
    """The rule and the record of each fault."""
    return [
        (fault.rule, fault.record)
        for item in found
        for fault in ([item] if not hasattr(item, "rows") else item.render(100))
    ]


def words(first: int, last: int) -> str:
    """Different words in a row, numbered."""
    return " ".join(f"word{n}" for n in range(first, last))


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        # 8 and 9 pairs of words, 7 in both: 7 of 10.
        (words(0, 9), f"{words(0, 8)} more others", True),
        # 9 and 11 pairs, 8 in both: 8 of 12.
        (words(0, 10), f"{words(0, 9)} and some more", False),
        # Seven words are nobody's.
        (words(0, 7), f"{words(0, 7)} once", False),
    ],
)
def test_sentences_of_two_splits_may_share_less_than_seven_tenths(
    one: str, other: str, found: bool
) -> None:
    """Of their pairs of words; a threshold of the configuration counts instead."""
    rows = {
        "sentences": {
            "train": [{"sentence_id": "a.001", "text": one}],
            "test": [{"sentence_id": "b.001", "text": other}],
        }
    }
    subject = Released(release=release(rows))
    assert bool(records(near_duplicates(subject))) is found
    stricter = Released(release=release(rows), config={"checks": {"near_duplicate": 0.95}})
    assert records(near_duplicates(stricter)) == []


@pytest.mark.parametrize(("count", "found"), [(8, True), (7, False)])
def test_sentences_of_eight_words_stand_in_one_split(count: int, found: bool) -> None:
    """Shorter ones are nobody's."""
    row = {"text": words(0, count)}
    rows = {"sentences": {"train": [row], "validation": [row]}}
    assert bool(records(duplicates(Released(release=release(rows))))) is found


@pytest.mark.parametrize(("length", "found"), [(50, True), (49, False)])
def test_withheld_sentences_of_fifty_characters_stand_in_one_split(
    length: int, found: bool
) -> None:
    """Their words cannot be counted."""
    row = {"start": 10, "end": 10 + length}
    rows = {"standoff": {"train": [row], "test": [row]}}
    assert bool(records(duplicates(Released(release=release(rows))))) is found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        # V = 100,000 / sqrt(1000 * 1000 * 900 * 1100) = .1005, p < .0001
        ((500, 500), (400, 600), True),
        # V = 98,000 / sqrt(1000 * 1000 * 902 * 1098) = .0985
        ((500, 500), (402, 598), False),
        # chi-square 40 * (160 / sqrt(20 * 20 * 12 * 28))^2 = 7.62, p = .006
        ((10, 10), (2, 18), True),
        # chi-square 40 * (120 / sqrt(20 * 20 * 14 * 26))^2 = 3.96, p = .047
        ((10, 10), (4, 16), False),
    ],
)
def test_drift_is_large_and_unlikely(
    before: tuple[int, int], after: tuple[int, int], found: bool
) -> None:
    """By default V above .1 and p below .01."""

    def labelled(counts: tuple[int, int]) -> Release:
        labels = [0] * counts[0] + [3] * counts[1]
        rows = [{"sentence_id": f"a.{n:03}", "label": label} for n, label in enumerate(labels)]
        return release({"sentences": {"train": rows}})

    subject = Released(release=labelled(after))
    subject.__dict__["previous"] = labelled(before)
    assert bool(records(drift(subject))) is found


def test_drift_that_is_as_unlikely_as_the_threshold_is_not_reported() -> None:
    """Only what is less likely is."""
    rows = {"sentences": {"train": [{"label": 0}, {"label": 0}, {"label": 3}]}}
    subject = Released(release=release(rows))
    subject.__dict__["previous"] = release({"sentences": {"train": [{"label": 3}] * 3}})
    # chi-square 6 * (6 / sqrt(3 * 3 * 2 * 4))^2 = 3 on one degree of freedom
    subject.config = {"checks": {"drift_p": compare("label", {"a": 2, "b": 1}, {"b": 3}).p}}
    assert records(drift(subject)) == []
    subject.config = {"checks": {"drift_p": 0.0833}}
    assert records(drift(subject)) == [("label-drift", "")]


@pytest.mark.parametrize(
    ("second", "found"),
    [(datetime.timedelta(microseconds=999_999), False), (datetime.timedelta(seconds=1), True)],
)
def test_an_answer_is_not_later_than_its_release(second: datetime.timedelta, found: bool) -> None:
    """The release states whole seconds; an answer in its second may have come before it."""
    created = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
    row = {"annotation_id": "late", "created_at": created + second}
    made = release({"annotations": {"train": [row]}}, created="2026-03-01T12:00:00Z")
    assert (("manifest-disagrees", "late") in records(statements(made))) is found


def answers(given: Mapping[str, Sequence[int]]) -> Released:
    """A release with one round: the label numbers of each annotator, sentence by sentence."""
    rows = [
        {
            "annotation_id": f"a.{n:03}.main.{name}",
            "sentence_id": f"a.{n:03}",
            "annotator": name,
            "label": label,
            "round": "main",
            "start": n,
            "end": n + 1,
        }
        for name, labels in given.items()
        for n, label in enumerate(labels)
    ]
    return Released(release=release({"annotations": {"train": rows}}))


def off(sentences: int, wrong: int) -> list[int]:
    """Half 0, half 3; `wrong` of each half are the other.

    Kappa with somebody who has none wrong: (1 - 2 wrong / sentences - .5) / .5.
    """
    half = sentences // 2
    return [3] * wrong + [0] * (half - wrong) + [0] * wrong + [3] * (half - wrong)


@pytest.mark.parametrize(
    ("sentences", "wrong", "found"),
    [
        (200, 11, True),  # kappa .78, the others' median 1
        (200, 9, False),  # kappa .82
        (10, 1, True),  # kappa .6
        (8, 1, False),  # kappa .5, of too few answers
    ],
)
def test_an_annotator_is_off_by_more_than_a_fifth(sentences: int, wrong: int, found: bool) -> None:
    """Of ten answers or more, beside two others at least."""
    others = {name: off(sentences, 0) for name in ("reader-1", "reader-2", "reader-3")}
    subject = answers({**others, "reader-4": off(sentences, wrong)})
    outliers = [r for rule, r in records(agreement(subject)) if rule == "annotator-outlier"]
    assert outliers == (["reader-4"] if found else [])


def test_an_alpha_that_reaches_the_threshold_is_enough() -> None:
    """Two who agree on everything have an alpha of 1, which is what is asked for."""
    subject = answers({"reader-1": off(20, 0), "reader-2": off(20, 0)})
    subject.config = {"checks": {"alpha_min": 1.0}}
    assert records(agreement(subject)) == []


def test_an_alpha_below_the_threshold_is_not() -> None:
    """Two who differ on 4 of 20, two in each half: 1 - (40 - 1) * 8 / (2 * 20 * 20) = .61."""
    subject = answers({"reader-1": off(20, 0), "reader-2": off(20, 2)})
    assert ("agreement-below-threshold", "main") in records(agreement(subject))


@pytest.mark.parametrize(
    ("until", "in_force"),
    [
        (TODAY - datetime.timedelta(days=1), False),
        (TODAY, True),
        (TODAY + datetime.timedelta(days=366), True),
        (TODAY + datetime.timedelta(days=367), False),
    ],
)
def test_a_waiver_holds_to_its_last_day_and_for_a_year(
    until: datetime.date, in_force: bool
) -> None:
    """A leap year has 366 days."""
    config = {"waivers": [{"rule": "label-drift", "reason": "a trial", "until": until.isoformat()}]}
    assert bool(waivers(config, TODAY)) is in_force


@pytest.mark.parametrize(
    ("counts", "found"), [((2, 1), False), ((3, 2), True), ((4, 2), False), ((5, 3), True)]
)
def test_a_majority_has_two_thirds(counts: tuple[int, int], found: bool) -> None:
    """Exactly two thirds are enough; less is for adjudication."""
    labels = [0] * counts[0] + [3] * counts[1]
    given = [
        {"annotation_id": f"canary.001.{n}", "annotator": f"reader-{n}", "label": label}
        for n, label in enumerate(labels)
    ]
    sentence = {
        "label": 0,
        "votes": {"quote": counts[0], "claim": 0, "speculation": 0, "background": counts[1]},
        "n_annotators": len(labels),
        "agreement": counts[0] / len(labels),
        "label_source": "majority",
    }
    made = release({"sentences": {"train": [sentence]}, "annotations": {"train": given}})
    assert records(votes(made)) == ([("label-unresolved", "canary.001")] if found else [])


@pytest.mark.parametrize(("start", "found"), [(10, False), (9, True)])
def test_a_sentence_may_begin_where_another_ends(start: int, found: bool) -> None:
    """Offsets are half open: [0, 10) and [10, 20) share no character."""
    rows = [
        {"sentence_id": "a.001", "index": 1, "start": 0, "end": 10},
        {"sentence_id": "a.002", "index": 2, "start": start, "end": 20},
    ]
    made = release({"sentences": {"train": rows}})
    assert ("sentence-overlap" in dict(records(overlaps(made)))) is found


def test_a_rule_holds_for_releases_of_its_own_schema_version() -> None:
    """And for later ones; an earlier release is skipped, with the reason."""
    since = {rule.id: rule.since for rule in RULES.values() if rule.since}
    assert since
    for name, schema in since.items():
        every = {"levels": (1, 2, 3, 4, 5), "include": (), "exclude": ()}
        judged, skipped = chosen(**every, schema_version=schema)
        assert name in judged
        judged, skipped = chosen(**every, schema_version="1.0")
        assert (name in judged, skipped.get(name)) == (False, f"it holds since schema {schema}")


@pytest.mark.parametrize(
    ("f1", "quote", "told"),
    [
        (0.5004, {}, []),
        (0.9, {}, ["The F1 of 'rules' is 0.9; the mean of its labels is 0.5000."]),
        (
            0.5,
            {"low": 0.7, "high": 0.8},
            ["The F1 of 'rules' for 'quote' is not within its interval."],
        ),
    ],
)
def test_an_f1_is_the_mean_of_its_labels(f1: float, quote: Row, told: list[str]) -> None:
    """Of those that the test split has, within what rounding makes; each is in its interval."""
    labels = {
        "claim": {"f1": 0.4, "sentences": 3},
        "quote": {"f1": 0.6, "sentences": 2, **quote},
        "background": {"f1": 0.0, "sentences": 0},
    }
    model = {"name": "rules", "macro_f1": f1, "low": 0.1, "high": 0.95, "labels": labels}
    assert list(_scores(model, {"claim": 3, "quote": 2})) == told
