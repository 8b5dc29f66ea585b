"""Who a speaker is: the fullest mention. All text was written for these tests."""

from __future__ import annotations

import pytest

from copydesk.text import attributions, quotations, segment

LEAD = "Baths in York are to close\nIt rained in York on Monday, and nobody swam there.\n"


def linked(copy: str) -> list[tuple[str | None, str] | None]:
    """Who speaks in each quotation: the source's words and how it was found."""
    text = LEAD + copy
    return [
        None if q.source is None else (text[q.source.start : q.source.end], q.source.how)
        for q in quotations(text, segment(text))
    ]


@pytest.mark.parametrize(
    ("copy", "last"),
    [
        ("Ann Orr said the “baths leak like a sieve”.", ("Ann Orr", "sentence")),
        (
            "Ann Orr came late.\nOrr said the “baths leak like a sieve”.",
            ("Ann Orr", "resolved"),
        ),
        (
            "Ann Orr came late.\nMs. Orr said the “baths leak like a sieve”.",
            ("Ann Orr", "resolved"),
        ),
        ("Ann Orr came late. She said the “baths leak like a sieve”.", ("Ann Orr", "resolved")),
        (
            "Orr said no.\nMayor Ann B. Orr said the “baths leak like a sieve”.",
            ("Ann B. Orr", "sentence"),
        ),
        ("“The baths leak,” Ann Orr said. “They stink.”", ("Ann Orr", "continuation")),
        ("Ann Orr added:\n“The baths leak all day long.”", ("Ann Orr", "neighbour")),
        ("The mayor said the “baths leak like a sieve”.", None),
        (
            "Ann Orr and Tom Orr came late.\nOrr said the “baths leak like a sieve”.",
            None,
        ),
        (
            "Ann Orr met Mary Lund. She said the “baths leak like a sieve”.",
            None,
        ),
        (
            "Ann Orr met Tom Lund. She said the “baths leak like a sieve”.",
            ("Ann Orr", "resolved"),
        ),
        (
            "Ann Orr and Tom Orr came late.\nMr. Orr said the “baths leak like a sieve”.",
            ("Tom Orr", "resolved"),
        ),
        ("He said the “baths leak like a sieve”.", None),
        (
            "Prof. Ann Orr of the University of Osk Hill came late. She said the “baths leak”.",
            ("Ann Orr", "resolved"),
        ),
        (
            "Whether Ann Orr came late is open. She said the “baths leak like a sieve”.",
            ("Ann Orr", "resolved"),
        ),
        (
            "“The baths leak all day,” Ann Orr said.\nIn the hall was Ysolde Lund. “I left,” she "
            "said. “They leak.”",
            None,
        ),
        (
            "Ysolde Lund came late. “Ann Orr is wrong about the baths,” she said.",
            ("Ysolde Lund", "resolved"),
        ),
        (
            "Ann Orr was “glad that it was over”, her lawyer said. “My client can go,” she said.",
            None,
        ),
        (
            "“She is relieved now,” the lawyer of Ann Orr said. “She can go home,” she said.",
            None,
        ),
        (
            "Tom Orr met Osk Holdings. “The baths leak all day,” he said.",
            ("Tom Orr", "resolved"),
        ),
        ("The Orr trust met Ann Orr. The Orr said the “baths leak like a sieve”.", None),
    ],
)
def test_a_speaker_is_linked_where_one_reading_is_open(
    copy: str, last: tuple[str, str] | None
) -> None:
    """A surname, a title and a pronoun lead to the full name; two readings lead to nobody."""
    assert linked(copy)[-1] == last


def test_the_person_behind_a_report_is_linked_too() -> None:
    """What is reported without marks has its person as well."""
    text = LEAD + "Ann Orr came late. She said the baths leak."
    (item,) = [a for a in attributions(text, segment(text)) if a.form == "reported"]
    assert item.person is not None
    assert text[item.person.start : item.person.end] == "Ann Orr"


def test_people_of_another_language_are_not_guessed() -> None:
    """A language without a list of titles and names links nobody."""
    text = LEAD + "Ann Orr: “The baths leak all day long.”"
    assert [q.source for q in quotations(text, segment(text), language="fi")] == [None]
