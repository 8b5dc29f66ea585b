"""The search for withheld words, where it passes from one piece of its work to the next."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from copydesk.leaks import Leak, Secrets, find_leaks
from copydesk.readable import printed

SECRET = "The old ferry sank beside the northern pier."
WORDS = 1 << 16
BYTES = 1 << 20
PRINTED = bytes(range(0x20, 0x7F))


@pytest.mark.parametrize("before", [0, WORDS - 9, WORDS - 8, WORDS - 3, WORDS - 1, WORDS])
def test_a_sentence_is_found_wherever_it_stands_among_many_words(
    before: int, tmp_path: Path
) -> None:
    """Words are looked up some at a time, and none is lost between two lots."""
    secrets = Secrets([("k.1", SECRET)], [])
    (tmp_path / "a.csv").write_text("word " * before + SECRET + " word" * 20, encoding="utf-8")
    assert find_leaks(tmp_path, secrets) == [Leak(file="a.csv", record="k.1")]


@pytest.mark.parametrize("place", [0, BYTES - 45, BYTES - 44, BYTES - 20, BYTES - 1, BYTES])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_text_is_read_wherever_it_stands_among_bytes(place: int, encoding: str) -> None:
    """Bytes are looked through a mebibyte at a time, and a text across its end is one text."""
    dead = bytes(random.Random(place).randbytes(2 * BYTES)).translate(None, b"\t\n\r" + PRINTED)
    data = dead[:place] + b"\xff" + SECRET.encode(encoding) + b"\xff" + dead[place:]
    assert SECRET in list(printed(data))


def test_text_beyond_ascii_is_read_among_bytes() -> None:
    """Runs of twelve characters or more are texts, in any script; shorter ones are not."""
    data = b"\xff\x80".join(
        text.encode() for text in ("Пароход утонул", "Пароход", "naïve 😀 façade")
    )
    assert list(printed(data)) == ["Пароход утонул", "naïve 😀 façade"]


BETWEEN = {
    "zero width": "\u200b",
    "soft hyphens": "\u00ad",
    "a control character": "\x00",
    "an entity": "&#8203;",
    "a tag": "<br>",
    "an empty element": "<i></i>",
    "a stroke": "\u0335",
    "a letter that is blank": "\u3164",
    "underscores": "_",
}


@pytest.mark.parametrize("blank", BETWEEN.values(), ids=BETWEEN)
def test_whatever_stands_in_place_of_blanks_hides_nothing(blank: str) -> None:
    """What nobody sees is no part of a word, and a blank where it stands between two."""
    secrets = Secrets([("k.1", SECRET)], [])
    assert secrets.in_texts([SECRET.replace(" ", blank)]) == {"k.1"}
    assert secrets.in_texts([SECRET.replace("rr", f"r{blank}r")]) == (
        set() if blank == "_" else {"k.1"}
    )


@pytest.mark.parametrize(
    "alike",
    [
        "".join(chr(0xE0000 + ord(letter)) for letter in SECRET),
        SECRET.translate(str.maketrans("aegn", "ɑᴇɢɴ")),
        SECRET.title().replace(" ", ""),
    ],
)
def test_letters_that_look_alike_are_the_same(alike: str) -> None:
    """So are small capitals, tags that nobody sees, and words that only capitals divide."""
    assert Secrets([("k.1", SECRET)], []).in_texts([alike]) == {"k.1"}
