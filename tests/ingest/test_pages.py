"""Pages in the styles of many outlets: what is made of each lies beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from copydesk.errors import InputError
from copydesk.ingest.raw import Options, Raw
from copydesk.ingest.read import read
from copydesk.ingest.visible import date_of
from copydesk.text import segment

HERE = Path(__file__).parent
WALLS: list[dict[str, str]] = json.loads((HERE / "walls.json").read_text(encoding="utf-8"))


def told(data: bytes) -> str:
    """The fields of a page, and the zone and text of each of its pieces."""
    found = read(Raw(where="p.html", name="in/p.html", kind="html", data=data), Options())
    fields: dict[str, Any] = dict(found.fields)
    if "byline" in found.other:
        fields["byline"] = found.other["byline"]
    zones: Any = dict(found.zones)
    lines = [f"{name}: {value}" for name, value in sorted(fields.items())]
    pieces = segment(found.text, found.fields["language"], zones=zones)
    lines += ["", *(f"{p.zone:9} {found.text[p.start : p.end]}" for p in pieces)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", sorted(HERE.glob("pages/*.html")), ids=lambda page: page.stem)
def test_a_page_is_read_as_the_file_beside_it_says(page: Path) -> None:
    """Headline, date, byline and every line's zone, whatever the page is built of."""
    assert told(page.read_bytes()) == page.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall["title"])
def test_walls_in_many_languages_are_told_by_what_they_speak_of(wall: dict[str, str]) -> None:
    """Consent walls, checks against bots and stubs of articles are set aside with the reason."""
    html = (
        f"<html lang='{wall['language']}'><head><title>{wall['title']}</title></head>"
        f"<body><main>{wall['body']}</main></body></html>"
    )
    with pytest.raises(InputError) as caught:
        told(html.encode())

    assert caught.value.message == wall["reason"]


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("https://a.example/2024/03/07/ferry-back", "2024-03-07"),
        ("https://a.example/world/2024/mar/7/ferry-back", "2024-03-07"),
        ("https://a.example/ferry-back-20240307.html", "2024-03-07"),
        ("https://a.example/2024-03-07-ferry-back", "2024-03-07"),
        ("https://a.example/news/uk-68500000", None),
        ("https://a.example/2024/13/07/ferry", None),
        ("https://a.example/article/20249999", None),
        (None, None),
    ],
)
def test_an_address_may_name_the_day(address: str | None, day: str | None) -> None:
    """Only whole dates count: a number of the same length is not one."""
    assert date_of(address) == day
