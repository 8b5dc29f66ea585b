"""What sources say of their articles becomes our fields, or is kept aside."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from copydesk.ingest.dates import day
from copydesk.ingest.fields import by_our_names, language, normalise, uri


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2020-05-03", "2020-05-03"),
        ("2020-05-03T23:59:00-11:00", "2020-05-03"),
        ("2020-05-03 10:00", "2020-05-03"),
        ("20200503", "2020-05-03"),
        (20200503, "2020-05-03"),
        (1588500000, "2020-05-03"),
        (1588500000000, "2020-05-03"),
        ("1588500000", "2020-05-03"),
        ("3 May 2020", "2020-05-03"),
        ("May 3, 2020", "2020-05-03"),
        ("May 3rd, 2020 at 10:15", "2020-05-03"),
        ("Updated 10:15 a.m. ET, May 3, 2020", "2020-05-03"),
        ("3. Mai 2020, 10:15 Uhr", "2020-05-03"),
        ("Sonntag, 03. März 2020", "2020-03-03"),
        ("1er févr. 2020", "2020-02-01"),
        ("3 de mayo de 2020", "2020-05-03"),
        ("3 maja 2020 r.", "2020-05-03"),
        ("3 мая 2020 г.", "2020-05-03"),
        ("2020年5月3日", "2020-05-03"),
        ("20200503T101500Z", "2020-05-03"),
        ("20200503101500", "2020-05-03"),
        ("2020-5-3 (Sunday)", "2020-05-03"),
        ("3 Foo 2020", None),
        ("May 3, 2020 – June 4, 2020", None),
        ("31.02.2020", None),
        ("May 2020", None),
        ("Sunday, May 3, 2020", "2020-05-03"),
        ("Sun, 03 May 2020 10:00:00 GMT", "2020-05-03"),
        ("03.05.2020", "2020-05-03"),
        ("5/23/2020", "2020-05-23"),
        ("23/5/2020", "2020-05-23"),
        ("5/3/2020", None),
        ("yesterday", None),
        ("2020-13-40", None),
        (True, None),
        (date(2020, 5, 3), "2020-05-03"),
        (datetime(2020, 5, 3, 10), "2020-05-03"),
    ],
)
def test_dates_of_any_common_form_become_the_day(value: object, expected: str | None) -> None:
    """A date that could be two days is none."""
    assert day(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://day.example/a", "https://day.example/a"),
        ("HTTPS://Day.example/a b", "https://day.example/a%20b"),
        ("https://day.example/brücke", "https://day.example/br%C3%BCcke"),
        ("https://zürich.example/新闻", "https://xn--zrich-kva.example/%E6%96%B0%E9%97%BB"),
        ("https://day.example/a%C3%BC?q=100%", "https://day.example/a%C3%BC?q=100%25"),
        ("https://user:secret@day.example/a", "https://day.example/a"),
        ("ftp://day.example/a", None),
        ("javascript:alert(1)", None),
        ("not an address", None),
        ("https://", None),
    ],
)
def test_addresses_become_uris(value: str, expected: str | None) -> None:
    """Letters beyond ASCII are encoded, user information goes, other schemes are none."""
    assert uri(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("en_US", "en-US"),
        ("DE", "de"),
        ("fr-CA", "fr-CA"),
        ("English", "en"),
        ("Klingon", None),
        ("", None),
    ],
)
def test_languages_become_tags(value: str, expected: str | None) -> None:
    """A locale becomes a BCP 47 tag."""
    assert language(value) == expected


def test_usual_names_of_other_languages_are_known() -> None:
    """A table with German, French or Spanish headings needs no `--map`."""
    for text, title, day_ in (
        ("Inhalt", "Überschrift", "Datum"),
        ("Texte", "Titre", "Date de publication"),
        ("contenido", "Título", "fecha"),
    ):
        found, other = by_our_names({text: "a", title: "b", day_: "2024-03-07"}, {})

        assert found == {"text": "a", "title": "b", "published": "2024-03-07"}
        assert other == {}


def test_halves_of_characters_and_line_ends_do_not_stay_in_fields() -> None:
    """JSON can name what UTF-8 cannot hold; a title is one line, read in one direction."""
    record = {
        "title": "The \ud83d\n\u202ebridge\0",
        "url": "https://a.example/\ud800",
        "tags": ["\udc00"],
    }

    fields, other = by_our_names(record, {})

    assert normalise(fields)[0] == {
        "title": "The \ufffd bridge",
        "url": "https://a.example/%EF%BF%BD",
    }
    assert other == {"tags": ["\ufffd"]}


def test_texts_of_wordpress_are_found() -> None:
    """Its interface gives them as objects with the rendered text; a title has no markup."""
    record = {
        "title": {"rendered": "Orr &#8217;s <em>bridge</em>"},
        "content": {"rendered": "<p>It is open.</p>", "protected": False},
    }

    fields, other = by_our_names(record, {})

    assert fields == {"title": "Orr ’s bridge", "text": "<p>It is open.</p>"}
    assert other == {}
