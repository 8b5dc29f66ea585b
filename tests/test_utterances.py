"""The same utterance in several quotations. All text was written here or is read by offset."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.text import canonical
from copydesk.utterances import Relation, relate, relate_texts

FULL = "We lost nine boats in one night, and nobody came to help the harbour."


def kinds(*texts: str) -> list[str | None]:
    return [relation.relation for relation in relate_texts(texts)]


def groups(*texts: str) -> int:
    """How many utterances the texts are."""
    found = [relation.group for relation in relate_texts(texts)]
    return len({group for group in found if group}) + found.count(None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We lost nine boats in one night, and nobody came to help the harbour", "identical"),
        ("WE lost nine boats in one night — and nobody came to help the harbour!", "identical"),
        ("We lost nine boats in one night,", "truncated"),
        ("nobody came to help the harbour", "truncated"),
        ("nine boats", "truncated"),
        ("nine [fishing] boats in one night", "truncated"),
        (FULL.replace("nine", "nine [fishing]"), "bracketed"),
        ("We lost nine boats … and nobody came to help the harbour.", "bracketed"),
        (FULL.replace("We", "[The town]"), "bracketed"),
        ("In a single night we lost nine boats and nobody helped our harbour.", "reworded"),
    ],
)  # fmt: skip
def test_a_quotation_is_related_to_the_fullest_of_its_group(text: str, kind: str) -> None:
    """Each kind of edit is told; the fullest is identical to itself."""
    assert kinds(FULL, text) in (["identical", kind], [kind, "identical"])


@pytest.mark.parametrize(
    "texts",
    [
        (
            "We have to mend it quickly.",
            "We need to fix it fast.",
            "This must be repaired swiftly.",
        ),
        ("You can’t mend a net in a day,", "You cannot mend a net in a day."),
        (
            "We aren’t buying the yard to make it smaller,",
            "We’re not buying the yard to shrink it,",
        ),
        ("She will not come back.", "She won't return."),
    ],
)
def test_rewordings_of_one_utterance_meet(texts: tuple[str, ...]) -> None:
    """Words of one sense, contractions and other endings do not part an utterance."""
    assert groups(*texts) == 1


@pytest.mark.parametrize(
    "texts",
    [
        ("We have to mend it quickly.", "We have to mend it together."),
        ("We lost nine boats in one night.", "We will rebuild the pier by winter."),
        ("The harbour is closed.", "The harbour master is a liar and a thief."),
        ("I want to thank the crews.", "I want to see the report."),
        ("It is important.", "It is the most important harbour on this coast, and it is closed."),
    ],
)
def test_different_utterances_do_not_meet(texts: tuple[str, ...]) -> None:
    """Common words, or one word of weight, join nothing."""
    assert groups(*texts) == len(texts)


def test_a_quotation_that_stands_alone_has_no_group() -> None:
    """There is nothing to relate it to."""
    assert relate_texts(["We sail at noon."]) == [
        Relation(group=None, relation=None, similarity=None)
    ]


def test_similarity_is_the_indel_ratio_of_the_wordings() -> None:
    """ "we sail" (7) against "we sail now" (11): 4 insertions, so 1 - 4/18."""
    shorter, longer = relate_texts(["We sail the boats", "We sail the boats now"])
    assert longer.similarity == 1.0
    assert shorter.similarity == pytest.approx(1 - 4 / (17 + 21))


def test_the_order_of_the_quotations_changes_nothing() -> None:
    """Groups, relations and similarities belong to the texts."""
    texts = [
        FULL,
        "nine boats",
        "We sail at noon.",
        "We lost nine boats in one night",
        FULL.upper(),
    ]
    expected = dict(zip(texts, relate_texts(texts), strict=True))
    for seed in range(5):
        shuffled = random.Random(seed).sample(texts, len(texts))
        assert dict(zip(shuffled, relate_texts(shuffled), strict=True)) == expected


def test_events_are_kept_apart_and_rows_keep_their_order() -> None:
    """The same words in two events are two utterances."""
    quotes = pl.DataFrame(
        {
            "quote_id": ["a.q001", "b.q001", "c.q001"],
            "event": ["storm", "strike", "storm"],
            "text": [FULL, FULL, "nine boats"],
        }
    )
    found = relate(quotes)
    assert found["quote_id"].to_list() == ["a.q001", "b.q001", "c.q001"]
    assert found["relation"].to_list() == ["identical", None, "truncated"]
    assert found["group"][0] == found["group"][2]
    assert found.schema["similarity"] == pl.Float64


def test_no_quotations_give_an_empty_table_of_the_same_columns() -> None:
    """An event without quotations is no error."""
    empty = pl.DataFrame(schema={"quote_id": pl.String, "event": pl.String, "text": pl.String})
    assert relate(empty).schema == {
        "quote_id": pl.String,
        "group": pl.String,
        "relation": pl.String,
        "similarity": pl.Float64,
    }


@given(st.lists(st.text(st.sampled_from("[](). …abc Ünow'’-"), max_size=40), max_size=12))
@settings(deadline=None)
def test_any_texts_are_related_or_stand_alone(texts: list[str]) -> None:
    """Never raises; a group has two members at least, one of them identical to the fullest."""
    found = relate_texts(texts)
    assert len(found) == len(texts)
    for relation in found:
        if relation.group is None:
            assert relation == Relation(group=None, relation=None, similarity=None)
            continue
        members = [other for other in found if other.group == relation.group]
        assert len(members) > 1
        assert any(m.relation == "identical" and m.similarity == 1 for m in members)
        assert relation.similarity is not None
        assert 0 <= relation.similarity <= 1


@pytest.fixture
def ceasefire(shared: Path) -> list[str]:
    """The five articles of one event."""
    folder = shared / "raw" / "ceasefire"
    return [canonical((folder / f"ceasefire-00{n}.txt").read_bytes()) for n in range(5)]


@pytest.mark.shared
@pytest.mark.parametrize(
    "spans",
    [
        # One sentence on the umbrella, in three wordings and two fragments.
        [(0, 718, 844), (1, 466, 607), (2, 1069, 1189), (3, 1069, 1210), (0, 477, 501)],
        # "quickly", "fast", "fast" and the rewording, with what is said next.
        [(0, 862, 988), (1, 628, 746), (2, 1213, 1329), (4, 599, 717)],
        # "come back" against "return", with the same insertion.
        [(2, 1379, 1444), (3, 1388, 1456)],
        # Two quotations in one article, one in the others.
        [(1, 1696, 1787), (1, 1808, 1890), (2, 1994, 2146), (4, 1906, 2080)],
    ],
)
def test_wordings_of_real_outlets_meet(
    ceasefire: list[str], spans: list[tuple[int, int, int]]
) -> None:
    """An utterance that a reader finds in several outlets is one group, by offset."""
    assert groups(*(ceasefire[n][start:end] for n, start, end in spans)) == 1


@pytest.mark.shared
def test_utterances_of_one_real_speaker_stay_apart(ceasefire: list[str]) -> None:
    """Five things that one man says in one interview are five groups, by offset."""
    spans = [(0, 718, 844), (0, 862, 988), (1, 1696, 1787), (0, 4200, 4319), (0, 4361, 4406)]
    assert groups(*(ceasefire[n][start:end] for n, start, end in spans)) == 5


@pytest.mark.parametrize(
    ("other", "number"),
    [
        ("cloud river tram lamp paint", 1),  # 3 of 5 content words are shared: 0.6
        ("cloud river tram bell lamp paint kettle", 2),  # 4 of 7: 0.571
        ("cloud river lamp paint kettle", 2),  # 2 of 5: 0.4, and fewer than three
    ],
)
def test_two_wordings_are_one_utterance_from_three_fifths_on(other: str, number: int) -> None:
    """The share of content words decides, at 0.6 and not a little below."""
    wider = "tram bell river stone cloud" + " saddle candle" * (number == 2 and len(other) > 32)

    assert groups(wider, other) == number
